"""Complaints: identified and masked, answered, decided by another; many open a case; credit events told first."""

from functools import partial

import pytest

from kechuang.credit import commands as credit
from kechuang.credit import queries as credit_queries
from kechuang.credit import rules as credit_rules
from kechuang.credit.jobs import run_spent_events
from kechuang.credit.models import CreditEvent
from kechuang.deadlines.models import Deadline
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import party
from kechuang.parties.rules import Related, SameHands
from kechuang.registers.models import Case as RegisterCase
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Complaint
from kechuang.supervision.states.sanctions import ComplaintKind
from tests.supervision.conftest import Checks

pytestmark = pytest.mark.django_db
TEXT = "送样后迟迟不出报告，多次催促无人答复"


def filed(checks: Checks, by: Actor | None = None, **more: object) -> Complaint:
    said: dict[str, object] = {
        "credit_code": party(checks.server.party_id).credit_code,
        "kind": ComplaintKind.DELAY,
        "text": TEXT,
        "now": checks.now,
    }
    return commands.complain(by or checks.holder, **{**said, **more})  # type: ignore[arg-type]


def upheld(checks: Checks, by: Actor) -> Complaint:
    row = filed(checks, by)
    commands.accept_complaint(checks.clerk, complaint_id=row.id, now=checks.now)
    commands.reply_complaint(checks.server, complaint_id=row.id, text="因设备检修延误", now=checks.now)
    return commands.decide_complaint(checks.approver, complaint_id=row.id, upheld=True, text="延误属实", now=checks.now)


def citizen(checks: Checks, name: str = "钱七") -> Actor:
    return Actor(person_id=checks.person(name))


def test_only_who_is_known_complains_and_says_what_happened(checks: Checks) -> None:
    with pytest.raises(NotVisible):
        filed(checks, Actor(person_id=""))
    with pytest.raises(rules.ComplaintTooShort):
        filed(checks, text="不好")
    with pytest.raises(rules.PartyUnknown):
        filed(checks, credit_code="91330602300000000X")
    with pytest.raises(rules.OwnParty):
        filed(checks, checks.server)
    with pytest.raises(rules.OrderUnknown):
        filed(checks, citizen(checks), order_number=checks.settled().number)


def test_the_other_side_reads_what_is_said_once_it_is_taken_up_and_never_by_whom(checks: Checks) -> None:
    row = filed(checks, order_number=checks.settled().number)
    assert not queries.complaints(checks.server).exists()
    commands.accept_complaint(checks.clerk, complaint_id=row.id, now=checks.now)
    sheet = queries.complaint_sheet(checks.server, row.id, on=checks.today)
    assert (sheet.row.text, sheet.complainant, sheet.complainant_party, sheet.people) == (TEXT, "", "", {})
    assert queries.complaint_sheet(checks.clerk, row.id, on=checks.today).complainant
    assert not queries.complaints(checks.firm("旁观企业")).exists()


def test_the_same_matter_runs_once_and_a_flood_is_stopped(checks: Checks) -> None:
    row = filed(checks)
    with pytest.raises(rules.AlreadyComplained):
        filed(checks)
    for _ in range(4):
        commands.withdraw_complaint(checks.holder, complaint_id=row.id, now=checks.now)
        row = filed(checks)
    commands.withdraw_complaint(checks.holder, complaint_id=row.id, now=checks.now)
    with pytest.raises(rules.TooManyComplaints):
        filed(checks)


def test_who_took_it_up_or_complained_does_not_decide_it(checks: Checks) -> None:
    row = filed(checks, checks.approver)
    commands.accept_complaint(checks.clerk, complaint_id=row.id, now=checks.now)
    commands.reply_complaint(checks.server, complaint_id=row.id, text="因设备检修延误", now=checks.now)
    with pytest.raises(SameHands):
        commands.decide_complaint(checks.approver, complaint_id=row.id, upheld=True, text="属实", now=checks.now)


def test_not_answered_in_time_it_is_decided_all_the_same(checks: Checks) -> None:
    row = filed(checks)
    commands.accept_complaint(checks.clerk, complaint_id=row.id, now=checks.now)
    assert Deadline.objects.get(subject_id=row.id).party_id == checks.server.party_id
    checks.later(10)
    assert jobs.run_unanswered(now=checks.now) == 1
    row.refresh_from_db()
    assert row.state == "replied"
    done = commands.decide_complaint(
        checks.approver, complaint_id=row.id, upheld=False, text="没有依据", now=checks.now
    )
    assert done.state == "dismissed"
    assert not CreditEvent.objects.exists()


def test_many_upheld_complaints_open_a_case_in_the_register_and_fewer_do_not(checks: Checks) -> None:
    people = [citizen(checks, name) for name in ("甲", "乙", "丙", "丁")]
    for one in people[:2]:
        upheld(checks, one)
    assert not RegisterCase.objects.exists()
    upheld(checks, people[2])
    case = RegisterCase.objects.get()
    assert (case.kind, case.admission.party_id) == ("complaints", checks.server.party_id)
    upheld(checks, people[3])
    assert RegisterCase.objects.count() == 1, "one case for the same run of complaints"


def test_complaints_beyond_the_window_do_not_count_together(checks: Checks) -> None:
    people = [citizen(checks, name) for name in ("甲", "乙", "丙")]
    for one in people[:2]:
        upheld(checks, one)
    checks.later(366)
    upheld(checks, people[2])
    assert not RegisterCase.objects.exists()


def test_the_same_complaints_do_not_open_a_second_case_when_the_first_slides_out_of_the_window(checks: Checks) -> None:
    people = [citizen(checks, name) for name in ("甲", "乙", "丙", "丁", "戊", "己")]
    upheld(checks, people[0])
    checks.later(200)
    for one in people[1:3]:
        upheld(checks, one)
    assert RegisterCase.objects.count() == 1
    checks.later(170)
    upheld(checks, people[3])
    assert RegisterCase.objects.count() == 1, "two of the three were judged already"
    for one in people[4:6]:
        upheld(checks, one)
    assert RegisterCase.objects.count() == 2, "three more are a run of their own"


def test_who_complained_or_belongs_to_a_side_neither_takes_it_up_nor_rejects_it(checks: Checks) -> None:
    kin = checks.officer()
    checks.joins(kin.person_id, checks.server.party_id)
    own = filed(checks, checks.clerk)
    other = filed(checks)
    for act in (commands.accept_complaint, partial(commands.reject_complaint, text="没有依据")):
        with pytest.raises(SameHands):
            act(checks.clerk, complaint_id=own.id, now=checks.now)
        with pytest.raises(Related):
            act(kin, complaint_id=other.id, now=checks.now)
    done = commands.reject_complaint(checks.officer(), complaint_id=own.id, text="没有依据", now=checks.now)
    assert done.state == "rejected"


def test_a_credit_event_is_told_first_counts_for_a_time_and_is_spent(checks: Checks) -> None:
    upheld(checks, checks.holder)
    row = CreditEvent.objects.get()
    assert row.state == "notified"
    assert credit_queries.counting_among([row.party_id], on=checks.today) == {}
    with pytest.raises(credit_rules.ReplyTimeRuns):
        credit.confirm_event(checks.approver, event_id=row.id, words="属实", now=checks.now)
    credit.reply_event(checks.server, event_id=row.id, words="已经改进", now=checks.now)
    credit.confirm_event(checks.approver, event_id=row.id, words="属实", now=checks.now)
    row.refresh_from_db()
    assert credit_queries.counting_among([row.party_id], on=checks.today) == {row.party_id: 1}
    with pytest.raises(credit_rules.StillCounts):
        credit.spend_event(CLOCK, event_id=row.id, now=checks.now)
    checks.to(row.counts_until)
    assert credit_queries.counting_among([row.party_id], on=checks.today) == {}
    assert run_spent_events(now=checks.now) == 1
    assert run_spent_events(now=checks.now) == 0


def test_without_an_answer_it_counts_only_after_the_time_to_answer(checks: Checks) -> None:
    upheld(checks, checks.holder)
    row = CreditEvent.objects.get()
    checks.to(row.reply_until)
    with pytest.raises(credit_rules.ReplyTimeRuns):
        credit.confirm_event(checks.approver, event_id=row.id, words="属实", now=checks.now)
    checks.later(1)
    assert credit.confirm_event(checks.approver, event_id=row.id, words="属实", now=checks.now).state == "in_force"


def test_what_was_put_right_is_repaired_after_its_time_and_by_another(checks: Checks) -> None:
    upheld(checks, checks.holder)
    row = CreditEvent.objects.get()
    credit.reply_event(checks.server, event_id=row.id, words="已经改进", now=checks.now)
    credit.confirm_event(checks.approver, event_id=row.id, words="属实", now=checks.now)
    with pytest.raises(credit_rules.TooEarlyToRepair):
        credit.ask_repair(checks.server, event_id=row.id, words="已经改正", now=checks.now)
    checks.later(90)
    credit.ask_repair(checks.server, event_id=row.id, words="已经改正", now=checks.now)
    credit.answer_repair(checks.approver, event_id=row.id, granted=False, words="证据不足", now=checks.now)
    credit.ask_repair(checks.server, event_id=row.id, words="补充了证据", now=checks.now)
    credit.answer_repair(checks.approver, event_id=row.id, granted=True, words="已经改正", now=checks.now)
    assert credit_queries.counting_among([row.party_id], on=checks.today) == {}


def test_the_credit_page_is_the_partys_own_and_the_offices_of_its_seat(checks: Checks) -> None:
    upheld(checks, checks.holder)
    for reader in (checks.server, checks.clerk, checks.city, checks.approver):
        assert len(credit_queries.standing_of(reader, checks.server.party_id, on=checks.today).events) == 1
    for stranger in (checks.holder, citizen(checks, "路人"), checks.officer(Role.COUNTY_OFFICER, "330624")):
        with pytest.raises(NotVisible):
            credit_queries.standing_of(stranger, checks.server.party_id, on=checks.today)
