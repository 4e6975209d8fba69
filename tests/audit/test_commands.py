"""Tasks, looks, samples and packs through their commands."""

from datetime import date, timedelta

import pytest

from kechuang.audit import commands, queries, rules
from kechuang.audit.models import Frame, Look, Sample, Sheet
from kechuang.audit.states import Result
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.trail.models import Event
from tests.audit.conftest import PLAN, SEED, Audited
from tests.vouchers.conftest import KEQIAO, YUECHENG

OTHERS = [Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE, Role.BUDGET_AUTHOR, Role.CITY_SCIENCE]


def test_only_an_auditor_of_the_office_opens_a_task(audited: Audited) -> None:
    for role in OTHERS:
        with pytest.raises(NotVisible):
            audited.task(audited.officer(role))
    with pytest.raises(NotVisible):
        audited.task(audited.officer(Role.AUDITOR, KEQIAO))
    assert audited.task().state == "open"


def test_a_task_needs_its_document_and_a_period_and_stays_within_the_office(audited: Audited) -> None:
    for given, refusal in (
        ({"document": " "}, rules.NoDocument),
        ({"last_on": date(2024, 12, 31)}, rules.PeriodBackwards),
        ({"regions": [KEQIAO]}, rules.OutsideOffice),
        ({"regions": []}, rules.OutsideOffice),
    ):
        with pytest.raises(refusal):
            audited.task(**given)


def test_another_office_sees_neither_task_nor_sample(audited: Audited) -> None:
    audited.claims(2)
    sample = audited.drawn(audited.task())
    other = audited.officer(Role.AUDITOR, KEQIAO)
    for call in (
        lambda: queries.task(other, sample.task_id),
        lambda: queries.sample(other, sample.id),
        lambda: commands.draw_sample(other, sample_id=sample.id, now=audited.now),
        lambda: queries.sheet(other, Sheet.objects.filter(sample=sample).first().id),  # type: ignore[union-attr]
    ):
        with pytest.raises(NotVisible):
            call()


def test_a_post_is_exercised_within_the_regions_of_open_tasks_only(audited: Audited) -> None:
    assert audited.auditor.regions(Role.AUDITOR) == {YUECHENG}
    assert audited.looking.regions() == frozenset()
    task = audited.task()
    assert audited.looking.regions(Role.AUDITOR) == {YUECHENG}
    commands.close_task(audited.looking, task_id=task.id, conclusion="未发现问题。", now=audited.now)
    assert audited.looking.regions() == frozenset()


def test_each_look_is_a_row_and_an_event_with_task_and_document(audited: Audited) -> None:
    task, claim = audited.task(), audited.submitted()
    look = commands.look(audited.looking, record_id=claim.id, page="claims:claim", now=audited.now)
    assert look is not None
    assert (look.subject_id, look.number, look.region, look.task_id) == (claim.id, claim.number, YUECHENG, task.id)
    event = Event.objects.get(object_id=look.id)
    assert (event.action, event.person_id, event.article) == ("audit.look", audited.auditor.person_id, task.document)
    assert event.facts["subject_id"] == claim.id
    assert not Event.objects.filter(object_id=claim.id, role=Role.AUDITOR).exists(), (
        "nothing is written on the claim itself"
    )


def test_what_lies_outside_the_period_of_every_task_is_refused(audited: Audited) -> None:
    audited.task(from_on=date(2024, 1, 1), last_on=date(2024, 12, 31))
    claim = audited.submitted()
    with pytest.raises(rules.NoTaskCovers):
        commands.look(audited.looking, record_id=claim.id, page="claims:claim", now=audited.now)
    assert not Look.objects.exists()
    audited.task(from_on=audited.today, last_on=audited.today)
    assert commands.look(audited.looking, record_id=claim.id, page="claims:claim", now=audited.now)


def test_a_look_by_another_office_of_the_same_person_is_no_auditors_look(audited: Audited) -> None:
    audited.task()
    claim = audited.submitted()
    assert commands.look(audited.clerk, record_id=claim.id, page="claims:claim", now=audited.now) is None
    both = Actor(audited.auditor.person_id, posts=audited.looking.posts | audited.clerk.posts)
    assert commands.look(both, record_id=claim.id, page="claims:claim", now=audited.now) is None


def test_the_task_one_looks_for_is_the_preferred_one_when_several_cover(audited: Audited) -> None:
    first, claim = audited.task(), audited.submitted()
    audited.task(document="越审通〔2025〕4号")
    look = commands.look(audited.looking, record_id=claim.id, page="claims:claim", preferred=first.id, now=audited.now)
    assert look is not None
    assert look.task_id == first.id


def test_the_looked_at_office_learns_what_and_when_but_not_who_or_why(audited: Audited) -> None:
    audited.task()
    claim = audited.submitted()
    commands.look(audited.looking, record_id=claim.id, page="claims:claim", now=audited.now)
    (row,) = queries.look_rows(list(queries.looks_at(audited.clerk)))
    assert (row.look.number, row.kind_label, row.person) == (claim.number, "兑付申请", "")
    assert not queries.looks_at(audited.officer(Role.COUNTY_OFFICER, KEQIAO)).exists()
    assert not queries.looks_at(audited.server).exists()


def test_the_seed_is_fixed_before_the_frame_and_the_frame_before_the_draw(audited: Audited) -> None:
    audited.claims(6)
    task = audited.task()
    sample = audited.planned(task)
    assert (sample.seed, sample.frame_digest, sample.commitment) == (SEED, "", "")
    with pytest.raises(MoveNotOpen):
        commands.draw_sample(audited.looking, sample_id=sample.id, now=audited.now)
    commands.freeze_frame(audited.looking, sample_id=sample.id, now=audited.now)
    commands.draw_sample(audited.looking, sample_id=sample.id, now=audited.now)
    events = list(Event.objects.filter(object_id=sample.id).order_by("seq"))
    assert [event.action for event in events] == ["audit.plan", "audit.freeze", "audit.draw"]
    assert events[0].facts["seed"] == SEED
    kept = Sample.objects.get(id=sample.id)
    assert events[1].facts["commitment"] == kept.commitment
    assert kept.commitment == rules.commitment(
        plan=PLAN, seed=SEED, nonce=kept.nonce, frame_digest=Frame.objects.get(sample=sample).digest
    )
    with pytest.raises(MoveNotOpen):
        commands.freeze_frame(audited.looking, sample_id=sample.id, now=audited.now)


def test_the_sample_is_kept_drawn_again_it_is_the_same_though_claims_were_added_since(audited: Audited) -> None:
    audited.claims(8)
    sample = audited.drawn(audited.task())
    sheets = list(Sheet.objects.filter(sample=sample).order_by("place"))
    assert len(sheets) == sample.drawn_count == 4
    audited.claims(3)
    assert [one.unit.id for one in queries.redrawn(sample)] == [sheet.claim_id for sheet in sheets]
    assert queries.sample_sheet(audited.looking, sample.id).same is True
    Sample.objects.filter(id=sample.id).update(seed="改动过的种子")
    assert queries.sample_sheet(audited.looking, sample.id).same is False, "a seed that was changed is seen"


def test_an_empty_frame_is_refused(audited: Audited) -> None:
    sample = audited.planned(audited.task())
    with pytest.raises(rules.EmptyFrame):
        commands.freeze_frame(audited.looking, sample_id=sample.id, now=audited.now)


def test_risk_facts_make_strata(audited: Audited) -> None:
    audited.claims(3)
    doubtful, back = audited.doubtful(), audited.returned()
    units = {unit.id: unit for unit in queries.frame_of(audited.frozen(audited.task()))}
    assert units[doubtful.id].risks == ("differed",)
    assert units[back.id].risks == ("returned",)
    assert {unit.provider_class for unit in units.values()} != {"none"}, "the class stands in the provider library"


def test_every_sheet_is_written_before_a_sample_is_concluded(audited: Audited) -> None:
    audited.claims(4)
    task = audited.task()
    sample = audited.drawn(task)
    with pytest.raises(rules.SheetsBlank):
        commands.conclude_sample(audited.looking, sample_id=sample.id, conclusion="好", now=audited.now)
    with pytest.raises(rules.SamplesOpen):
        commands.close_task(audited.looking, task_id=task.id, conclusion="好", now=audited.now)
    for sheet in Sheet.objects.filter(sample=sample):
        with pytest.raises(rules.NothingWritten):
            commands.write_sheet(audited.looking, sheet_id=sheet.id, result=Result.SOUND, findings=" ", now=audited.now)
        commands.write_sheet(
            audited.looking, sheet_id=sheet.id, result=Result.SOUND, findings="合同、发票、报告一致。", now=audited.now
        )
    commands.conclude_sample(audited.looking, sample_id=sample.id, conclusion="未发现问题。", now=audited.now)
    with pytest.raises(rules.SampleConcluded):
        commands.write_sheet(audited.looking, sheet_id=sheet.id, result=Result.FAULTY, findings="再改", now=audited.now)
    closed = commands.close_task(audited.looking, task_id=task.id, conclusion="未发现问题。", now=audited.now)
    assert closed.closed_on == audited.today


def test_a_persons_acts_come_with_both_names_when_a_substitute_acted(audited: Audited) -> None:
    from tests.claims.conftest import standing_in

    task = audited.task()
    substitute = standing_in(audited.clerk, Role.COUNTY_OFFICER, audited.person("代办人"))
    claim = audited.submitted()
    from kechuang.claims import commands as claims

    claims.confirm(substitute, claim_id=claim.id, now=audited.now)
    found = queries.decisions(task, audited.clerk.person_id)
    assert found is not None
    event = found.events.get(action="claims.confirm")
    assert (event.person_id, event.stands_in_for) == (substitute.person_id, audited.clerk.person_id)
    assert found.names[substitute.person_id] == "代办人"
    own = queries.decisions(task, substitute.person_id)
    assert own is not None
    assert [row.acts_count for row in queries.officers(task) if row.person_id == substitute.person_id] == [
        own.events.count()
    ]


def test_acts_are_filtered_by_period_action_and_region(audited: Audited) -> None:
    task = audited.task()
    audited.confirm(audited.submitted())
    person = audited.county.person_id
    found = queries.decisions(task, person, action="claims.confirm")
    assert found is not None
    assert {event.action for event in found.events} == {"claims.confirm"}
    later = queries.decisions(task, person, since=audited.today + timedelta(days=1))
    assert later is not None
    assert not later.events.exists()
    assert "claims.confirm" in later.actions, "the filter still offers what there is"


def test_pairs_say_how_often_one_reviewer_confirmed_one_provider(audited: Audited) -> None:
    task = audited.task()
    for _ in range(3):
        audited.confirm(audited.submitted())
    from kechuang.claims import commands as claims

    claims.confirm(audited.clerk, claim_id=audited.submitted().id, now=audited.now)
    (pair,) = queries.pairs(audited.looking, task, audited.county.person_id)
    assert (pair.confirmed_count, pair.all_count, pair.own_bp, pair.all_bp) == (3, 4, 10_000, 7_500)
