"""Payout by three hands, what the bank answers, and what holds a payment back."""

import hashlib
import io
import zipfile

import pytest

from kechuang.claims import commands, queries, rules
from kechuang.claims.models import Citation
from kechuang.documents.rules import print_pdf
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, money
from kechuang.ledger.rules import Kind, Place
from kechuang.parties.rules import SameHands
from kechuang.trail.models import Event
from kechuang.treasury import commands as treasury
from kechuang.treasury.models import PaymentBatch, PaymentLine
from kechuang.treasury.queries import approval_sheet
from kechuang.treasury.rules import Answer, Outcome, OwnConfirmation, Verdict
from kechuang.treasury.states import CLAIMS
from tests.claims.conftest import Payouts, fresh, identities_hold, reading, standing_in
from tests.documents.codes import leads_to_receipt
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
OFFSET = 400_000


def at(kind: Kind, payouts: Payouts) -> int:
    return balance_at(Place(kind, YUECHENG, 2025, payouts.server.party_id)).posted_fen


def test_from_order_to_bank_by_three_hands(payouts: Payouts) -> None:
    claim = payouts.paid_out()
    batch = PaymentBatch.objects.get()
    assert (claim.state, claim.paid_on, batch.state) == ("paid", payouts.today, "settled")
    assert len({claim.confirmed_by, batch.prepared_by, batch.approved_by, batch.released_by}) == 4
    assert (at(Kind.OWED, payouts), at(Kind.PAID, payouts)) == (0, OFFSET)
    assert queries.unequal_payouts() == queries.payouts_not_single() == queries.passed_early() == []
    identities_hold()


def test_claims_of_one_payee_make_one_line_that_reconciles_per_claim(payouts: Payouts) -> None:
    claims = [payouts.submitted(), payouts.submitted()]
    commands.confirm_many(payouts.county, claim_ids=[claim.id for claim in claims], now=payouts.now)
    payouts.after_notice()
    batch = payouts.sent(*claims)
    assert (batch.lines_count, batch.total_fen) == (1, 2 * OFFSET)
    payouts.hear(batch, Outcome.PAID)
    assert [fresh(claim).state for claim in claims] == ["paid", "paid"]
    assert queries.unequal_payouts() == []


def test_who_confirmed_may_not_approve_the_payment(payouts: Payouts) -> None:
    batch = payouts.prepared(payouts.payable())
    both = standing_in(payouts.approver, Role.COUNTY_APPROVER, payouts.county.person_id)
    with pytest.raises(OwnConfirmation):
        payouts.approve(batch, by=both)


def test_who_stands_in_for_the_confirmer_may_not_approve_either(payouts: Payouts) -> None:
    batch = payouts.prepared(payouts.payable())
    stand_in = standing_in(payouts.county, Role.COUNTY_APPROVER, payouts.person("替班"))
    with pytest.raises(OwnConfirmation):
        payouts.approve(batch, by=stand_in)


def test_the_absent_officer_does_not_approve_what_was_confirmed_in_their_place(payouts: Payouts) -> None:
    """代理: the office is one hand. The substitute confirmed for the approver, who is back."""
    claim = payouts.submitted()
    instead = standing_in(payouts.approver, Role.COUNTY_OFFICER, payouts.person("替班"))
    commands.confirm(instead, claim_id=claim.id, now=payouts.now)
    payouts.after_notice()
    batch = payouts.prepared(fresh(claim))
    with pytest.raises(OwnConfirmation):
        payouts.approve(batch)
    other = payouts.officer(Role.COUNTY_APPROVER)
    assert payouts.approve(batch, by=other).state == "approved"


def test_the_absent_officer_does_not_approve_what_was_prepared_in_their_place(payouts: Payouts) -> None:
    claim = payouts.payable()
    instead = standing_in(payouts.approver, Role.COUNTY_OFFICER, payouts.person("替班"))
    batch_id = commands.prepare(instead, region=YUECHENG, title="代编", claim_ids=[claim.id], now=payouts.now)
    batch = PaymentBatch.objects.get(id=batch_id)
    with pytest.raises(SameHands):
        payouts.approve(batch)
    assert payouts.approve(batch, by=payouts.officer(Role.COUNTY_APPROVER)).state == "approved"


def test_a_substitute_of_somebody_else_binds_nobody_but_the_two(payouts: Payouts) -> None:
    """Negative control: the same substitute, standing in for another; the approver's hands are free."""
    claim = payouts.submitted()
    instead = standing_in(payouts.clerk, Role.COUNTY_OFFICER, payouts.person("替班"))
    commands.confirm(instead, claim_id=claim.id, now=payouts.now)
    payouts.after_notice()
    batch = payouts.prepared(fresh(claim))
    assert payouts.approve(batch).state == "approved"


def test_who_prepared_neither_approves_nor_releases(payouts: Payouts) -> None:
    batch = payouts.prepared(payouts.payable())
    with pytest.raises(SameHands):
        payouts.approve(batch, by=standing_in(payouts.approver, Role.COUNTY_APPROVER, payouts.clerk.person_id))
    payouts.approve(batch)
    again = standing_in(payouts.finance, Role.COUNTY_FINANCE, payouts.approver.person_id)
    with pytest.raises(SameHands):
        treasury.release_batch(again, batch_id=batch.id, digest=batch.digest, now=payouts.now)


def test_nothing_chosen_prepares_nothing(payouts: Payouts) -> None:
    payouts.payable()
    with pytest.raises(rules.NothingChosen):
        commands.prepare(payouts.clerk, region=YUECHENG, title="空批", claim_ids=[], now=payouts.now)


def test_only_what_is_payable_is_prepared(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    with pytest.raises((MoveNotOpen, NotVisible)):
        payouts.prepared(claim)
    assert not PaymentBatch.objects.exists()


def test_a_batch_sent_back_or_taken_back_lets_its_claims_wait_again(payouts: Payouts) -> None:
    claim = payouts.payable()
    batch = payouts.prepared(claim)
    with pytest.raises(rules.ReasonMissing):
        commands.return_batch(payouts.approver, batch_id=batch.id, reason=" ", now=payouts.now)
    commands.return_batch(payouts.approver, batch_id=batch.id, reason="账户待核", now=payouts.now)
    assert fresh(claim).state == "payable"
    again = payouts.prepared(claim)
    commands.cancel_batch(payouts.clerk, batch_id=again.id, now=payouts.now)
    assert fresh(claim).state == "payable"
    assert payouts.paid_out(claim).state == "paid"


def test_a_failed_payment_is_corrected_and_paid_once(payouts: Payouts) -> None:
    claim = payouts.payable()
    payouts.hear(payouts.sent(claim), Outcome.FAILED)
    assert (fresh(claim).state, at(Kind.OWED, payouts), at(Kind.PAID, payouts)) == ("payment_failed", OFFSET, 0)
    commands.retry(payouts.county, claim_id=claim.id, now=payouts.now)
    assert payouts.paid_out(fresh(claim)).state == "paid"
    assert (money().paid, queries.unequal_payouts()) == (OFFSET, [])
    identities_hold()


def test_an_unknown_result_waits_and_is_never_sent_again(payouts: Payouts) -> None:
    claim = payouts.payable()
    batch = payouts.sent(claim)
    payouts.hear(batch, Outcome.UNKNOWN)
    assert fresh(claim).state == "in_payment"
    with pytest.raises(MoveNotOpen):
        commands.retry(payouts.county, claim_id=claim.id, now=payouts.now)
    with pytest.raises(MoveNotOpen):
        treasury.send_batch(payouts.finance, batch_id=batch.id, now=payouts.now)
    payouts.hear(batch, Outcome.PAID)
    assert (fresh(claim).state, money().paid) == ("paid", OFFSET)


def test_the_same_answer_twice_pays_once(payouts: Payouts) -> None:
    claim = payouts.payable()
    batch = payouts.sent(claim)
    assert [one.verdict for one in payouts.hear(batch, Outcome.PAID)] == [Verdict.APPLIED]
    assert [one.verdict for one in payouts.hear(batch, Outcome.PAID)] != [Verdict.APPLIED]
    assert Event.objects.filter(object_id=claim.id, action="claims.pay").count() == 1
    assert money().paid == OFFSET


def test_money_that_came_back_is_owed_again(payouts: Payouts) -> None:
    claim = payouts.paid_out()
    line = PaymentLine.objects.get()
    commands.bounce(
        payouts.finance, line_id=line.id, fen=Fen(OFFSET), reference="TH-1", words="账号已销户", now=payouts.now
    )
    assert (fresh(claim).state, fresh(claim).paid_on) == ("payment_failed", None)
    assert (at(Kind.OWED, payouts), at(Kind.PAID, payouts)) == (OFFSET, 0)
    commands.retry(payouts.county, claim_id=claim.id, now=payouts.now)
    assert payouts.paid_out(fresh(claim)).state == "paid"
    assert queries.unequal_payouts() == queries.payouts_not_single() == []
    identities_hold()


def test_an_answer_over_another_amount_is_not_believed(payouts: Payouts) -> None:
    claim = payouts.payable()
    batch = payouts.sent(claim)
    line = PaymentLine.objects.get(batch=batch)
    (result,) = commands.read_results(
        payouts.finance,
        batch_id=batch.id,
        answers=[Answer(line.number, Outcome.PAID, Fen(line.fen + 1), reference="BK1")],
        now=payouts.now,
    )
    assert result.verdict is Verdict.REFUSED
    assert fresh(claim).state == "in_payment"


def test_a_suspended_payout_enters_no_batch_until_it_is_resumed(payouts: Payouts) -> None:
    claim = payouts.payable()
    commands.suspend(payouts.approver, claim_id=claim.id, reason="举报核查", now=payouts.now)
    with pytest.raises(MoveNotOpen):
        payouts.prepared(claim)
    commands.resume(payouts.approver, claim_id=claim.id, reason="查无问题", now=payouts.now)
    assert payouts.paid_out(fresh(claim)).state == "paid"


@pytest.mark.parametrize(("outcome", "to_budget"), [("provider_bears", OFFSET), ("voucher_restored", 0)])
def test_a_stopped_payout_goes_where_a_refusal_sends_it(payouts: Payouts, outcome: str, to_budget: int) -> None:
    with reading(on_refusal=outcome):
        claim = payouts.payable()
        before = payouts.budget().posted_fen
        commands.suspend(payouts.approver, claim_id=claim.id, reason="举报核查", now=payouts.now)
        commands.stop(payouts.approver, claim_id=claim.id, reason="虚构服务", now=payouts.now)
    assert (fresh(claim).state, at(Kind.OWED, payouts)) == ("refused", 0)
    assert payouts.budget().posted_fen - before == to_budget
    assert not Citation.objects.filter(live=True).exists()
    with pytest.raises((MoveNotOpen, NotVisible)):
        payouts.prepared(claim)
    identities_hold()


def test_the_volume_of_a_closed_claim_is_the_same_bytes_each_time(payouts: Payouts) -> None:
    claim = payouts.paid_out()
    name, content = queries.volume(payouts.county, claim_id=claim.id, on=payouts.today)
    payouts.days(400)
    assert queries.volume(payouts.county, claim_id=claim.id, on=payouts.today) == (name, content)
    with zipfile.ZipFile(io.BytesIO(content)) as volume:
        names = volume.namelist()
        digests = {hashlib.sha256(volume.read(one)).hexdigest() for one in names}
        index = b"".join(volume.read(one) for one in names if not one.lower().endswith((".xml", ".pdf")))
        front = volume.read("目录.pdf")
    assert claim.number in name
    assert any(digest.encode() in index for digest in digests)
    assert leads_to_receipt(front, claim.id)


def test_an_open_claim_has_no_volume(payouts: Payouts) -> None:
    claim = payouts.submitted()
    with pytest.raises(rules.NotClosed):
        queries.volume(payouts.county, claim_id=claim.id, on=payouts.today)


def test_the_approval_form_carries_total_and_digest(payouts: Payouts) -> None:
    batch = payouts.prepared(payouts.payable())
    name, sheet = approval_sheet(
        payouts.approver, batch_id=batch.id, purpose=CLAIMS, title="{office}支付审批表", item="申请"
    )
    words = " ".join(str(block) for block in sheet.blocks)
    assert batch.digest in words
    assert "4,000.00" in words
    assert batch.number in name
    assert leads_to_receipt(print_pdf(sheet), batch.id)
