"""Clawback: never more than was paid, in parts with interest, posted to the ledger."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from kechuang.claims import commands as claims
from kechuang.claims.models import AskedBack, Claim
from kechuang.claims.queries import redeemed_now
from kechuang.deadlines.models import Deadline
from kechuang.kernel.actor import Role
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, money, unbalanced
from kechuang.ledger.rules import Kind, Place
from kechuang.parties.rules import SameHands
from kechuang.policy.book import replay
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Clawback, Instalment
from kechuang.supervision.rules import Part
from kechuang.treasury.models import PaymentLine
from tests.claims.conftest import identities_hold
from tests.supervision.conftest import Watch
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db


def lies(watch: Watch, kind: Kind) -> int:
    return balance_at(Place(kind, YUECHENG, 2025, watch.server.party_id)).posted_fen


def entered(watch: Watch, row: Clawback, position: int, fen: int, reference: str = "BK-1") -> Clawback:
    return commands.receive(
        watch.finance,
        clawback_id=row.id,
        position=position,
        fen=Fen(fen),
        on=watch.today,
        reference=reference,
        now=watch.now,
    )


def receive(watch: Watch, row: Clawback, position: int, fen: int, reference: str = "BK-1") -> Clawback:
    """Entered by finance and countersigned by the approver."""
    entered(watch, row, position, fen, reference)
    return commands.countersign(watch.approver, clawback_id=row.id, now=watch.now)


def halves(watch: Watch, row: Clawback) -> None:
    parts = [Part(Fen(row.principal_fen // 2), watch.today + timedelta(days=n)) for n in (10, 20)]
    commands.instal(watch.approver, clawback_id=row.id, parts=parts, now=watch.now)


def test_a_clawback_above_what_was_paid_is_refused_and_nothing_is_decided(watch: Watch) -> None:
    claim = watch.paid_out()
    case = watch.answered(watch.opened(claim))
    above = {claim.id: Fen(claim.confirmed_fen + 1)}
    with pytest.raises(rules.AbovePaid):
        commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks=above, now=watch.now)
    case.refresh_from_db()
    assert case.state == "replied"
    assert not Clawback.objects.exists()


def test_what_was_asked_back_once_is_not_asked_back_again(watch: Watch) -> None:
    claim = watch.paid_out()
    watch.upheld(claim, claim.confirmed_fen - 1)
    again = watch.answered(watch.opened(claim))
    with pytest.raises(rules.AbovePaid):
        commands.uphold(watch.approver, case_id=again.id, text="再次追回", clawbacks={claim.id: Fen(2)}, now=watch.now)


def test_nothing_is_clawed_back_of_an_unpaid_claim(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.answered(watch.opened(claim))
    with pytest.raises(rules.clawback.NothingPaid):
        commands.uphold(watch.approver, case_id=case.id, text="认定违规", clawbacks={claim.id: Fen(1)}, now=watch.now)


def test_the_whole_comes_back_with_interest_to_its_day_and_is_posted(watch: Watch) -> None:
    claim = watch.paid_out()
    paid = claim.confirmed_fen
    row = watch.upheld(claim, paid)
    assert Deadline.objects.get(subject_id=row.id).due_on == watch.today + timedelta(days=30)
    watch.later(20)
    interest = rules.interest_fen(Fen(paid), since=claim.paid_on, until=watch.today, terms=terms(row))
    assert interest > 0
    with pytest.raises(rules.AmountDiffers):
        receive(watch, row, 1, paid)
    done = receive(watch, row, 1, paid + interest)
    assert (done.state, done.received_fen, done.interest_fen) == ("settled", paid, interest)
    assert (lies(watch, Kind.PAID), lies(watch, Kind.CLAWED_BACK), lies(watch, Kind.INTEREST)) == (0, paid, interest)
    assert money().clawed_back == paid
    assert unbalanced() == []
    identities_hold()
    assert Deadline.objects.get(subject_id=row.id).state == "met"


def terms(row: Clawback) -> rules.ClawbackTerms:
    return replay(row.terms, rules.ClawbackTerms).terms


def test_in_parts_each_with_its_own_interest_one_after_another(watch: Watch) -> None:
    claim = watch.paid_out()
    row = watch.upheld(claim, 300_000)
    days = [watch.today + timedelta(days=30 * n) for n in (1, 2, 3)]
    parts = [Part(Fen(100_000), day) for day in days]
    commands.instal(watch.approver, clawback_id=row.id, parts=parts, now=watch.now)
    for position, day in enumerate(days, start=1):
        watch.to(day)
        assert Deadline.objects.get(subject_id=row.id, state="running").due_on == day
        with pytest.raises((rules.ReceivedOutOfOrder, MoveNotOpen)):
            receive(watch, row, position + 1, 1, reference="BK-EARLY")
        due = queries.clawback_sheet(watch.finance, row.id, on=watch.today).following
        assert due is not None
        row = receive(watch, row, position, due.sum_fen, reference=f"BK-{position}")
    assert (row.state, row.received_fen) == ("settled", 300_000)
    sums = Instalment.objects.filter(clawback=row).values_list("interest_fen", flat=True)
    assert sorted(sums) == list(sums), "the later it came the more interest it bore"
    identities_hold()


def test_entered_twice_under_one_slip_it_counts_once(watch: Watch) -> None:
    claim = watch.paid_out()
    row = watch.upheld(claim, 100_000)
    due = queries.clawback_sheet(watch.finance, row.id, on=watch.today).following
    assert due is not None
    now_due = due.part.fen  # paid back on the day it was decided, which is the day it was paid
    entered(watch, row, 1, now_due)
    entered(watch, row, 1, now_due)
    assert lies(watch, Kind.CLAWED_BACK) == 0, "nothing is booked on one person's word"
    receive(watch, row, 1, now_due)
    entered(watch, row, 1, now_due)
    assert lies(watch, Kind.CLAWED_BACK) == 100_000


def test_a_slip_is_needed_and_its_day_lies_between_decision_and_today(watch: Watch) -> None:
    row = watch.upheld(watch.paid_out(), 100_000)
    with pytest.raises(rules.ReferenceMissing):
        receive(watch, row, 1, 100_000, reference=" ")
    with pytest.raises(rules.clawback.ReceivedTooEarly):
        commands.receive(
            watch.finance,
            clawback_id=row.id,
            position=1,
            fen=Fen(100_000),
            on=watch.today + timedelta(days=1),
            reference="BK",
            now=watch.now,
        )


def test_a_decision_is_taken_back_by_another_and_only_while_nothing_has_come(watch: Watch) -> None:
    row = watch.upheld(watch.paid_out(), 200_000)
    with pytest.raises(SameHands):
        commands.withdraw(watch.approver, clawback_id=row.id, reason="复核后撤销", now=watch.now)
    other = watch.officer(Role.COUNTY_APPROVER)
    parts = [Part(Fen(100_000), watch.today + timedelta(days=n)) for n in (10, 20)]
    commands.instal(other, clawback_id=row.id, parts=parts, now=watch.now)
    receive(watch, row, 1, 100_000)
    assert standing(row) == 100_000, "what has come is the ledger's; the rest earns no subsidy"
    with pytest.raises(rules.AlreadyReceived):
        commands.withdraw(other, clawback_id=row.id, reason="复核后撤销", now=watch.now)
    second = watch.upheld(watch.paid_out(), 100_000)
    assert commands.withdraw(other, clawback_id=second.id, reason="复核后撤销", now=watch.now).state == "withdrawn"
    assert standing(second) == 0


def standing(row: Clawback) -> int:
    """What of a claim the subsidies leave out because it is being asked back."""
    return sum(AskedBack.objects.filter(claim_id=row.claim_id).values_list("fen", flat=True))


def test_one_slip_settles_one_part(watch: Watch) -> None:
    claim, more = watch.paid_out(), watch.paid_out()
    row, other = watch.upheld(claim, 200_000), watch.upheld(more, 100_000)
    halves(watch, row)
    due = queries.clawback_sheet(watch.finance, row.id, on=watch.today).following
    assert due is not None
    on_day = rules.interest_fen(Fen(due.part.fen), since=row.paid_on, until=watch.today, terms=terms(row))
    receive(watch, row, 1, due.part.fen + on_day, reference="BK 77")
    for again in ("BK 77", "bk77", "ＢＫ77"):
        with pytest.raises(rules.SlipUsed) as said:
            entered(watch, row, 2, 100_000, reference=again)
        assert row.number in str(said.value)
        with pytest.raises(rules.SlipUsed):
            entered(watch, other, 1, 100_000, reference=again)
    row.refresh_from_db()
    assert (row.state, row.received_fen) == ("owed", 100_000)


def test_who_entered_a_receipt_does_not_countersign_it(watch: Watch) -> None:
    row = watch.upheld(watch.paid_out(), 100_000)
    with pytest.raises(rules.NoReceiptPending):
        commands.countersign(watch.approver, clawback_id=row.id, now=watch.now)
    entered(watch, row, 1, 100_000)
    for act in (commands.countersign, partial(commands.strike, reason="没有查到款项")):
        with pytest.raises(SameHands):
            act(watch.finance, clawback_id=row.id, now=watch.now)
    with pytest.raises(rules.ReceiptPending):
        commands.withdraw(watch.officer(Role.COUNTY_APPROVER), clawback_id=row.id, reason="复核后撤销", now=watch.now)
    with pytest.raises(rules.ReceiptPending):
        halves(watch, row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Instalment.objects.update(checked_on=watch.today, checked_by=watch.finance.person_id)
    assert commands.countersign(watch.approver, clawback_id=row.id, now=watch.now).state == "settled"


def test_a_receipt_that_was_struck_is_owed_again_and_its_slip_is_free(watch: Watch) -> None:
    row = watch.upheld(watch.paid_out(), 100_000)
    entered(watch, row, 1, 100_000)
    commands.strike(watch.approver, clawback_id=row.id, reason="没有查到款项", now=watch.now)
    assert lies(watch, Kind.CLAWED_BACK) == 0
    assert receive(watch, row, 1, 100_000).state == "settled"
    identities_hold()


def test_a_claim_that_is_asked_back_in_full_and_sent_back_by_the_bank_is_ended(watch: Watch) -> None:
    claim = watch.paid_out()
    row = watch.upheld(claim, claim.confirmed_fen or 0)
    line = PaymentLine.objects.get()
    said = {"reference": "TH-1", "words": "账户已销户", "now": watch.now}
    claims.bounce(watch.finance, line_id=line.id, fen=Fen(line.fen), **said)
    assert jobs.run_holds(now=watch.now) == 1
    row.refresh_from_db()
    assert (Claim.objects.get(id=claim.id).state, row.state) == ("refused", "withdrawn")
    assert redeemed_now([claim.id]) == {claim.id: 0}
