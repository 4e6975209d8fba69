"""A finding is kept once, decided by a person, contested by the firm; the screening itself changes nothing else."""

import pytest
from django.db import IntegrityError, transaction

from kechuang.claims import commands as claims
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.models import Message
from kechuang.parties.rules import Related
from kechuang.screening import commands, queries
from kechuang.screening.models import Contest, Finding, Link
from kechuang.screening.queries.linking import REGISTER, Known, known_now
from kechuang.screening.rules import Found, refusals
from kechuang.screening.states import LinkKind, Pattern
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from tests.claims.conftest import fresh
from tests.screening.conftest import Screening
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
REASON = "查阅上机记录，服务真实发生"


def decide(screening: Screening, finding: Finding, outcome: str = "dismissed", reason: str = REASON) -> Finding:
    town = screening.payouts
    return commands.decide(town.county, finding_id=finding.id, outcome=outcome, reason=reason, now=town.now)


def test_what_is_found_again_is_kept_once_and_its_figures_renewed(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    first = screening.found(claim)
    again = screening.found(claim, steps_count=2, how="股东关系")
    assert (again.id, again.facts["steps_count"]) == (first.id, 2)
    assert [event.action for event in Event.objects.filter(object_id=first.id).order_by("seq")] == [
        "screening.find",
        "screening.renew",
    ]
    assert not altered_rows()


def test_a_finding_is_read_by_claim_order_and_party(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    found = screening.found(claim)
    for subject in (claim.id, claim.order_id, claim.holder_party, claim.provider_party):
        assert [row.id for row in queries.findings_of([subject])] == [found.id]
    assert queries.findings_of([]) == []
    assert [row.id for row in queries.open_findings(screening.payouts.county, region=YUECHENG)] == [found.id]


@pytest.mark.parametrize("outcome", ["confirmed", "dismissed"])
def test_a_person_decides_with_a_reason_and_the_claim_stays_as_it_was(screening: Screening, outcome: str) -> None:
    claim = screening.payouts.submitted()
    row = decide(screening, screening.found(claim), outcome)
    assert (row.state, row.decided_by, row.decision) == (outcome, screening.payouts.county.person_id, REASON)
    assert fresh(claim).state == claim.state
    assert decide(screening, row, outcome).id == row.id  # asked again by the same person
    assert not altered_rows()


def test_a_decided_finding_is_decided_once(screening: Screening) -> None:
    row = decide(screening, screening.found(screening.payouts.submitted()))
    with pytest.raises(MoveNotOpen):
        decide(screening, row, "confirmed")


def test_what_was_decided_stays_when_the_rule_finds_it_again(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    row = decide(screening, screening.found(claim))
    again = screening.found(claim, steps_count=3, how="地址相同")
    assert (again.state, again.facts) == ("dismissed", row.facts)


def test_more_of_the_own_share_sent_back_is_looked_into_though_some_was_dismissed(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    part = {"rule": Pattern.OWN_SHARE_BACK, "own_share_fen": 400_000}
    row = decide(screening, screening.found(claim, refunded_fen=300_000, **part))
    assert screening.found(claim, refunded_fen=300_000, **part).state == "dismissed"
    assert screening.found(claim, refunded_fen=200_000, **part).state == "dismissed"
    again = screening.found(claim, refunded_fen=400_000, **part)
    assert (again.id, again.state, again.decision) == (row.id, "open", "")
    assert not altered_rows()


def test_another_copied_report_is_looked_into_though_one_was_dismissed(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    part = {"rule": Pattern.REPORT_ALIKE, "count": 9, "of_count": 12}
    decide(screening, screening.found(claim, claim="SD-1", **part))
    assert screening.found(claim, claim="SD-1", **(part | {"count": 10})).state == "dismissed"
    assert screening.found(claim, claim="SD-2", **part).state == "open"


def test_bad_decisions_are_refused(screening: Screening) -> None:
    town = screening.payouts
    row = screening.found(town.submitted())
    with pytest.raises(refusals.ReasonMissing):
        decide(screening, row, reason="  ")
    with pytest.raises(refusals.OutcomeUnknown):
        decide(screening, row, outcome="refused")
    with pytest.raises(refusals.ClockDecides):
        commands.decide(CLOCK, finding_id=row.id, outcome="confirmed", reason=REASON, now=town.now)
    other = town.officer(Role.COUNTY_OFFICER, "330603")
    with pytest.raises(NotVisible):
        commands.decide(other, finding_id=row.id, outcome="confirmed", reason=REASON, now=town.now)
    with pytest.raises(NotVisible):
        commands.decide(screening.firm, finding_id=row.id, outcome="confirmed", reason=REASON, now=town.now)


def test_the_database_lets_nobody_but_a_person_decide(screening: Screening) -> None:
    row = screening.found(screening.payouts.submitted())
    for wrong in ({"state": "confirmed"}, {"state": "confirmed", "decided_by": "clock", "decision": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.filter(id=row.id).update(decided_on=screening.payouts.today, **wrong)


def test_the_screening_changes_no_state_and_refuses_nothing(screening: Screening) -> None:
    """trust.md 24: with every rule's finding on it a claim is confirmed as any other."""
    claim = screening.payouts.submitted()
    for rule in Pattern:
        screening.found(claim, rule)
    assert fresh(claim).state == "submitted"
    assert claims.confirm(screening.payouts.county, claim_id=claim.id, now=screening.payouts.now).confirmed_fen
    assert set(Finding.objects.values_list("state", flat=True)) == {"open"}
    acts = Event.objects.filter(role=Role.CLOCK, object_type="screening.finding")
    assert set(acts.values_list("action", flat=True)) == {"screening.find"}


def test_a_firm_contests_its_link_and_an_upheld_link_is_struck(screening: Screening) -> None:
    town = screening.payouts
    link = screening.link(screening.firm.party_id)
    said = commands.contest(screening.firm, link_id=link.id, text="该电话为园区总机", now=town.now)
    assert (said.state, said.region) == ("open", YUECHENG)
    with pytest.raises(refusals.AlreadyContested):
        commands.contest(screening.firm, link_id=link.id, text="再次提出", now=town.now)
    answered = commands.answer(town.county, contest_id=said.id, outcome="upheld", text="经核实为总机", now=town.now)
    assert (answered.state, Link.objects.get().state) == ("upheld", "struck")
    assert not altered_rows()


def test_a_rejected_contest_leaves_the_link(screening: Screening) -> None:
    town = screening.payouts
    link = screening.link(screening.firm.party_id)
    said = commands.contest(screening.firm, link_id=link.id, text="该电话为园区总机", now=town.now)
    commands.answer(town.county, contest_id=said.id, outcome="rejected", text="登记为该单位专用", now=town.now)
    assert Link.objects.get().state == "standing"
    commands.contest(screening.firm, link_id=link.id, text="补充材料：园区证明", now=town.now)
    assert Contest.objects.count() == 2


def test_only_whom_it_is_about_may_contest(screening: Screening) -> None:
    town = screening.payouts
    link = screening.link(screening.firm.party_id)
    finding = screening.found(town.submitted())
    with pytest.raises(NotVisible):
        commands.contest(town.server, link_id=link.id, text="并非本单位", now=town.now)
    with pytest.raises(NotVisible):  # a firm reads what was confirmed, not what is looked into
        commands.contest(screening.firm, finding_id=finding.id, text="服务真实", now=town.now)
    with pytest.raises(refusals.NotYours):
        commands.contest(town.county, link_id=link.id, text="代为提出", now=town.now)
    decide(screening, finding, "confirmed")
    said = commands.contest(screening.firm, finding_id=finding.id, text="服务真实", now=town.now)
    assert said.region == finding.region
    with pytest.raises(Refusal):
        commands.contest(screening.firm, finding_id=finding.id, text=" ", now=town.now)


def test_nobody_answers_what_the_own_firm_said(screening: Screening) -> None:
    town = screening.payouts
    link = screening.link(screening.firm.party_id)
    said = commands.contest(screening.firm, link_id=link.id, text="该电话为园区总机", now=town.now)
    with pytest.raises(NotVisible):
        commands.answer(town.officer(region="330603"), contest_id=said.id, outcome="upheld", text="同意", now=town.now)
    from dataclasses import replace

    own = replace(town.county, person_id=screening.firm.person_id)
    with pytest.raises(Refusal) as refused:
        commands.answer(own, contest_id=said.id, outcome="upheld", text="同意", now=town.now)
    assert "same" in refused.value.code or isinstance(refused.value, Related)


def test_who_confirmed_the_claim_does_not_dismiss_what_is_found_on_it(screening: Screening) -> None:
    town = screening.payouts
    claim = town.in_notice()
    fact = screening.fact(claim, confirmed_by=town.county.person_id)
    one = Found(Pattern.REVIEWER_PAIR, fact, {"count": 9, "of_count": 10}, ())
    commands.keep_found([one], screening.terms, now=town.now)
    row = Finding.objects.get(rule=Pattern.REVIEWER_PAIR)
    with pytest.raises(Refusal) as refused:
        commands.decide(town.county, finding_id=row.id, outcome="dismissed", reason="正常", now=town.now)
    assert refused.value.code == "parties.same_hands"
    row.refresh_from_db()
    assert row.state == "open"
    assert commands.decide(town.approver, finding_id=row.id, outcome="dismissed", reason="正常", now=town.now)


def test_what_was_confirmed_is_told_to_both_and_dismissed_when_the_firm_is_right(screening: Screening) -> None:
    town = screening.payouts
    row = screening.found(town.submitted())
    commands.decide(town.county, finding_id=row.id, outcome="confirmed", reason="属实", now=town.now)
    told = Message.objects.filter(subject_id=row.id).values_list("to_party", flat=True)
    assert set(told) == {row.holder_party, row.provider_party}
    said = commands.contest(screening.firm, finding_id=row.id, text="园区总机", now=town.now)
    commands.answer(town.county, contest_id=said.id, outcome="upheld", text="属园区总机", now=town.now)
    row.refresh_from_db()
    assert (row.state, row.decision) == ("dismissed", "属园区总机")


def test_a_firm_reads_of_others_only_that_they_are_there(screening: Screening) -> None:
    town = screening.payouts
    row = screening.found(town.submitted())
    row.evidence = [
        {"label": "报告雷同", "value": "别家的订单", "kind": "order", "id": "ord_other"},
        {"label": "计费机时", "value": "3.00", "kind": "", "id": ""},
    ]
    row.save()
    assert [one.value for one in queries.evidence_of(row)] == ["别家的订单", "3.00"]
    assert [one.value for one in queries.evidence_of(row, office=False)] == ["涉及其他单位，由县科技局核实", "3.00"]


def test_what_a_party_says_later_is_a_link_from_that_day_and_what_it_no_longer_says_ends(screening: Screening) -> None:
    town, party = screening.payouts, screening.firm.party_id
    one, other = (Known(party, "330602", LinkKind.PHONE, number, "1**", REGISTER) for number in ("138", "139"))
    commands.keep_links([one], complete=True, now=town.now)
    town.days(2)
    commands.keep_links([one, other], complete=True, now=town.now)
    later = Link.objects.get(party_id=party, kind="phone", from_on__isnull=False)
    assert later.from_on == town.today
    town.days(2)
    commands.keep_links([], complete=True, now=town.now)
    assert set(Link.objects.filter(party_id=party, kind="phone").values_list("until_on", flat=True)) == {town.today}
    town.days(2)
    commands.keep_links([one], complete=True, now=town.now)
    again = Link.objects.get(party_id=party, kind="phone", until_on__isnull=True)
    assert again.from_on == town.today


def test_what_parties_have_in_common_comes_in_one_order(screening: Screening) -> None:
    """New links are numbered in it: a played year would else not be the same twice."""
    known = [(one.party_id, str(one.kind), one.value) for one in known_now()]
    assert len(known) > 1
    assert known == sorted(known)
