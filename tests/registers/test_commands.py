"""入库: who gets in at once, who is reviewed, what stops, what ends."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.outbox.models import Message
from kechuang.parties import commands as parties
from kechuang.parties.rules import SameHands
from kechuang.policy.book import NoTermsInForce
from kechuang.registers import commands, jobs, queries, rules
from kechuang.registers.models import Admission, Case, Step
from kechuang.trail.queries import altered_rows
from tests.registers.conftest import BEIJING, KEQIAO, LIBRARY, SHANGHAI, YUECHENG, World

pytestmark = pytest.mark.django_db


def in_library(world: World, admission: Admission, **more: str) -> bool:
    found = queries.admitted(LIBRARY, party_id=admission.party_id, on=world.today, **more)
    return found is not None


def test_an_exempt_class_on_the_authority_list_is_in_at_once(world: World) -> None:
    head = world.provider("绍兴示例大学")
    world.lists("universities", world.code_of(head))
    admission = world.apply(head, "university")
    admission = commands.submit(head, admission_id=admission.id, now=world.now)
    assert (admission.state, admission.basis) == ("admitted", "list")
    assert in_library(world, admission)


def test_a_class_that_is_only_claimed_is_reviewed(world: World) -> None:
    head = world.provider("绍兴示例大学")
    admission = world.apply(head, "university")
    with pytest.raises(rules.CertificateMissing):
        commands.submit(head, admission_id=admission.id, now=world.now)
    world.certificate(head, admission, kind="cma")
    with pytest.raises(rules.CertificateMissing):  # a testing certificate does not make a university
        commands.submit(head, admission_id=admission.id, now=world.now)


def test_an_exempt_class_with_its_certificate_is_in_as_long_as_that_holds(world: World) -> None:
    head = world.provider("绍兴示例企业研究院")
    admission = world.apply(head, "key_enterprise_rd")
    world.certificate(head, admission, kind="class", until=date(2026, 1, 1))
    admission = commands.submit(head, admission_id=admission.id, now=world.now)
    assert (admission.state, admission.basis, admission.certified_until) == (
        "admitted",
        "certificate",
        date(2026, 1, 1),
    )


def test_an_undecided_class_is_reviewed(world: World) -> None:
    head = world.provider("绍兴示例服务平台")
    world.lists("universities", world.code_of(head))
    admission = world.apply(head, "service_platform")
    world.certificate(head, admission, kind="class")
    assert commands.submit(head, admission_id=admission.id, now=world.now).state == "submitted"


def test_exempt_classes_too_owe_commitment_and_account(world: World) -> None:
    party = world.party("绍兴示例大学")
    head = world.head(party)
    world.lists("universities", party.credit_code)
    admission = world.apply(head, "university")
    with pytest.raises(rules.CommitmentMissing) as refusal:
        commands.submit(head, admission_id=admission.id, now=world.now)
    assert refusal.value.facts["article"]
    from kechuang.credit.commands import sign_commitment

    sign_commitment(head, party_id=party.id, kind="provider", now=world.now)
    with pytest.raises(rules.AccountMissing):
        commands.submit(head, admission_id=admission.id, now=world.now)
    world.account(party, head)
    assert commands.submit(head, admission_id=admission.id, now=world.now).state == "admitted"


def test_the_dishonest_do_not_enter_exempt_or_not(world: World) -> None:
    head = world.provider("绍兴示例大学")
    world.lists("universities", world.code_of(head))
    world.lists("research_misconduct", world.code_of(head))
    admission = world.apply(head, "university")
    with pytest.raises(rules.OnDishonestList) as refusal:
        commands.submit(head, admission_id=admission.id, now=world.now)
    assert refusal.value.facts["issuer"] == "示例机关"
    assert Admission.objects.get(id=admission.id).state == "draft"


def test_the_county_confirms_within_its_clock(world: World) -> None:
    _head, admission = world.submitted()
    assert admission.region == YUECHENG
    chip = clocks([admission.id], on=world.today)[admission.id]
    assert chip.left == 10
    officer = world.officer()
    assert [row.subject_id for row in queries.waiting_for(officer, on=world.today)] == [admission.id]
    admission = commands.confirm(officer, admission_id=admission.id, opinion="证书齐全", now=world.now)
    assert (admission.state, admission.basis) == ("admitted", "review")
    assert admission.id not in clocks([admission.id], on=world.today)
    assert admission.valid_until == world.today + timedelta(days=1095)


def test_an_expired_certificate_is_refused_with_its_last_day(world: World) -> None:
    head = world.provider()
    admission = world.apply(head)
    with pytest.raises(rules.CertificateExpired):
        world.certificate(head, admission, until=world.today)
    world.certificate(head, admission, until=world.today + timedelta(days=1))
    world.days(1)
    with pytest.raises(rules.CertificateExpired) as refusal:
        commands.submit(head, admission_id=admission.id, now=world.now)
    assert refusal.value.facts["last_on"] == world.today - timedelta(days=1)


def test_the_certificate_is_looked_at_again_when_it_is_confirmed(world: World) -> None:
    _head, admission = world.submitted(until=world.today + timedelta(days=3))
    world.days(5)
    with pytest.raises(rules.CertificateExpired):
        commands.confirm(world.officer(), admission_id=admission.id, now=world.now)


def test_returned_twice_is_the_most_and_the_clock_stands_still(world: World) -> None:
    head, admission = world.submitted()
    officer = world.officer()
    for _round in range(2):
        with pytest.raises(rules.ReasonMissing):
            commands.return_(officer, admission_id=admission.id, reason=" ", now=world.now)
        admission = commands.return_(officer, admission_id=admission.id, reason="证书页缺失", now=world.now)
        assert admission.state == "returned"
        assert clocks([admission.id], on=world.today)[admission.id].state == "suspended"
        admission = commands.submit(head, admission_id=admission.id, now=world.now)
        assert clocks([admission.id], on=world.today)[admission.id].state == "running"
    with pytest.raises(rules.NoMoreReturns):
        commands.return_(officer, admission_id=admission.id, reason="证书页缺失", now=world.now)


def test_refused_with_reason_and_article_and_may_apply_again(world: World) -> None:
    head, admission = world.submitted()
    officer = world.officer()
    admission = commands.refuse(officer, admission_id=admission.id, reason="无相应服务能力", now=world.now)
    assert admission.article
    assert world.apply(head).id != admission.id


def test_nobody_confirms_what_they_handed_in(world: World) -> None:
    head, admission = world.submitted()
    parties.appoint(CLOCK, person_id=head.person_id, role=Role.COUNTY_OFFICER, region=YUECHENG, now=world.now)
    from kechuang.parties.queries import actor_for

    with pytest.raises(SameHands):
        commands.confirm(actor_for(head.person_id, on=world.today), admission_id=admission.id, now=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database holds it without the command
        Step.objects.create(
            admission=admission, round=1, step=1, person_id=head.person_id, role=Role.COUNTY_OFFICER, at=world.now
        )


def test_a_firm_of_shanghai_is_decided_by_the_county_it_applied_to(world: World) -> None:
    head = world.provider("上海示例检测有限公司", SHANGHAI)
    with pytest.raises(rules.NotACounty):
        world.apply(head)
    with pytest.raises(rules.NotACounty):
        world.apply(head, region="330100")
    admission = world.apply(head, region=KEQIAO)
    assert (admission.region, admission.revoking_region) == (KEQIAO, KEQIAO)


def test_beijing_lies_outside_the_delta(world: World) -> None:
    with pytest.raises(rules.OutsideRegions):
        world.apply(world.provider("北京示例检测有限公司", BEIJING), region=KEQIAO)


def test_other_counties_and_other_parties_do_not_see_it(world: World) -> None:
    _head, admission = world.submitted()
    with pytest.raises(NotVisible):
        commands.confirm(world.officer(region=KEQIAO), admission_id=admission.id, now=world.now)
    with pytest.raises(NotVisible):
        commands.submit(world.provider("另一家"), admission_id=admission.id, now=world.now)
    with pytest.raises(NotVisible):
        commands.apply(
            world.provider("第三家"),
            party_id=admission.party_id,
            scheme=LIBRARY,
            entrant_class="qualified_firm",
            now=world.now,
        )


def test_asked_twice_one_application(world: World) -> None:
    head = world.provider()
    assert world.apply(head).id == world.apply(head).id
    with pytest.raises(rules.UnknownClass):
        world.apply(world.provider("另一家"), "自称的类别")
    with pytest.raises(NoTermsInForce):
        world.apply(head, scheme="nowhere/register")


def test_the_whole_university_covers_its_colleges_until_one_is_revoked(world: World) -> None:
    head = world.provider("绍兴示例大学")
    college = parties.add_unit(head, party_id=head.party_id, name="化工学院", now=world.now)
    world.lists("universities", world.code_of(head))
    whole = commands.submit(head, admission_id=world.apply(head, "university").id, now=world.now)
    found = queries.admitted(LIBRARY, party_id=head.party_id, unit_id=college.id, on=world.today)
    assert found is not None
    assert found.id == whole.id
    own = world.apply(head, "university", unit_id=college.id)
    own = commands.submit(head, admission_id=own.id, now=world.now)
    assert queries.admitted(LIBRARY, party_id=head.party_id, unit_id=college.id, on=world.today).id == own.id  # type: ignore[union-attr]
    approver = world.officer(Role.COUNTY_APPROVER)
    revoked(world, own, approver)
    assert queries.admitted(LIBRARY, party_id=head.party_id, unit_id=college.id, on=world.today) is None
    assert in_library(world, whole)


def revoked(world: World, admission: Admission, approver: object) -> Admission:
    return commands.revoke(
        approver,  # type: ignore[arg-type]
        admission_id=admission.id,
        ground="violation",
        reason="虚构服务",
        article="绍兴试点方案 三（二）4",
        now=world.now,
    )


def test_a_hit_opens_a_case_and_stops_orders_but_a_person_revokes(world: World) -> None:
    head, admission = world.admitted()
    assert in_library(world, admission)
    world.days(1)
    world.lists("dishonest", world.code_of(head))
    assert jobs.run_lists(now=world.now) == 1
    assert jobs.run_lists(now=world.now) == 0
    admission.refresh_from_db()
    assert (admission.state, in_library(world, admission)) == ("suspended", False)
    case = Case.objects.get(admission=admission)
    assert case.article
    assert Message.objects.filter(subject_id=case.id, to_role=Role.COUNTY_APPROVER).exists()
    approver = world.officer(Role.COUNTY_APPROVER)
    assert {row.subject_id for row in queries.waiting_for(approver, on=world.today)} == {case.id}
    commands.revoke(
        approver,
        admission_id=admission.id,
        ground="dishonest",
        reason="列入失信名单",
        article="绍兴试点方案 三（二）4",
        now=world.now,
    )
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "列入失信名单")
    assert not altered_rows()


def test_off_the_list_again_the_office_is_told_and_decides(world: World) -> None:
    head, admission = world.admitted()
    world.days(1)
    world.lists("dishonest", world.code_of(head))
    jobs.run_lists(now=world.now)
    world.days(1)
    world.lists("dishonest", world.code())
    assert (jobs.run_removals(now=world.now), jobs.run_removals(now=world.now)) == (1, 0)
    admission.refresh_from_db()
    assert admission.state == "suspended"
    approver = world.officer(Role.COUNTY_APPROVER)
    case = Case.objects.get(admission=admission)
    commands.note_case(approver, case_id=case.id, note="已向法院核实", now=world.now)
    commands.close_case(approver, case_id=case.id, outcome="已移出名单", now=world.now)
    commands.resume(approver, admission_id=admission.id, reason="已移出名单", now=world.now)
    assert in_library(world, admission)
    assert jobs.run_lists(now=world.now) == 0
    assert not altered_rows()


def test_certificates_that_run_out_stop_orders_on_the_day(world: World) -> None:
    head, admission = world.admitted(until=date(2025, 6, 1))
    world.days((date(2025, 5, 31) - world.today).days)
    assert in_library(world, admission)
    world.days(1)
    assert not in_library(world, admission)  # also before the job has run
    assert queries.library(LIBRARY, on=world.today).count() == 0
    assert (jobs.run_certificates(now=world.now), jobs.run_certificates(now=world.now)) == (1, 0)
    approver = world.officer(Role.COUNTY_APPROVER)
    with pytest.raises(rules.CertificateExpired):
        commands.resume(approver, admission_id=admission.id, reason="已换证", now=world.now)
    world.certificate(head, admission, until=date(2028, 6, 1), number="CMA-002")
    commands.resume(approver, admission_id=admission.id, reason="已换证", now=world.now)
    assert in_library(world, admission)


def test_a_certificate_renewed_in_time_counts_when_the_office_has_looked(world: World) -> None:
    head, admission = world.admitted(until=date(2025, 6, 1))
    first = world.certificate(head, admission, until=date(2028, 6, 1))
    assert [paper.id for paper in queries.papers_of(admission.id)] == [first.id]
    admission.refresh_from_db()
    assert admission.certified_until == date(2025, 6, 1)
    commands.recertify(world.officer(Role.COUNTY_APPROVER), admission_id=admission.id, now=world.now)
    admission.refresh_from_db()
    assert admission.certified_until == date(2028, 6, 1)
    assert not altered_rows()


def test_the_register_follows_a_change_of_name(world: World) -> None:
    head, _admission = world.admitted()
    assert jobs.run_names(now=world.now) == 0
    approver = world.officer(Role.COUNTY_APPROVER)
    parties.rename(approver, party_id=head.party_id, name="绍兴新名检测有限公司", now=world.now)
    assert (jobs.run_names(now=world.now), jobs.run_names(now=world.now)) == (1, 0)
    assert [row.name for row in queries.library(LIBRARY, on=world.today, text="新名")] == ["绍兴新名检测有限公司"]
    assert not altered_rows()


def test_old_stock_is_brought_in_by_the_office_that_decides(world: World) -> None:
    party = world.party()
    given = {
        "party_id": party.id,
        "scheme": LIBRARY,
        "entrant_class": "qualified_firm",
        "valid_from": date(2023, 1, 1),
        "valid_until": date(2026, 1, 1),
        "source": "绍市科〔2023〕1号名单",
    }
    with pytest.raises(NotVisible):
        commands.bring_in(world.officer(region=KEQIAO), now=world.now, **given)
    officer = world.officer()
    admission = commands.bring_in(officer, now=world.now, **given)
    assert commands.bring_in(officer, now=world.now, **given).id == admission.id
    assert in_library(world, admission)


def test_the_public_list_is_searched_and_filtered(world: World) -> None:
    _head, admission = world.admitted()
    found = queries.library(LIBRARY, on=world.today, text="检测", region="330600", entrant_class="qualified_firm")
    assert [row.id for row in found] == [admission.id]
    assert queries.library(LIBRARY, on=world.today, text="不存在").count() == 0
    assert queries.library(LIBRARY, on=world.today, region=KEQIAO).count() == 0
    assert queries.library_counts(LIBRARY) == {"qualified_firm": 1}


def test_who_is_admitted_costs_one_statement(world: World, django_assert_num_queries: object) -> None:
    _head, admission = world.admitted()
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert in_library(world, admission)


def test_every_row_is_what_its_last_event_says(world: World) -> None:
    world.admitted()
    assert not altered_rows()
