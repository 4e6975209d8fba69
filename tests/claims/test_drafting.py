"""The provider's side: papers, invoices and their numbers, what is too early and what too late."""

from datetime import date, timedelta

import pytest

from kechuang.claims import commands, jobs, rules
from kechuang.claims.models import Citation, Claim, Forfeit, Invoice, InvoiceLine
from kechuang.deadlines.jobs import run_reminders
from kechuang.deadlines.models import Deadline
from kechuang.deadlines.queries import clocks
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, transfers_of
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands as orders
from kechuang.orders.models import Order
from kechuang.orders.states import CLAIMING, InvoiceMark
from kechuang.outbox.models import Message
from kechuang.parties import commands as parties
from kechuang.trail.models import Event
from tests.claims.conftest import Payouts, fresh, identities_hold, reading
from tests.vouchers.conftest import YUECHENG

pytestmark = pytest.mark.django_db
OFFSET = 400_000  # what the voucher pays of 8,000 yuan


def at(kind: Kind, payouts: Payouts) -> int:
    return balance_at(Place(kind, YUECHENG, 2025, payouts.server.party_id)).posted_fen


def test_a_claim_asks_for_what_was_offset_and_waits_for_the_county(payouts: Payouts) -> None:
    claim = payouts.submitted()
    assert (claim.state, claim.claimed_fen, claim.clean) == ("submitted", OFFSET, True)
    assert (at(Kind.UNCLAIMED, payouts), at(Kind.IN_CLAIM, payouts)) == (0, OFFSET)
    running = clocks([claim.id], on=payouts.today)[claim.id]
    assert (running.due_on, running.left) == (date(2025, 3, 24), 10)  # received on Monday 10 March, not counted
    identities_hold()


def test_an_order_not_yet_settled_cannot_be_claimed(payouts: Payouts) -> None:
    with pytest.raises(rules.OrderNotSettled):
        payouts.made(payouts.paid())
    assert not Claim.objects.exists()


def test_an_order_without_voucher_has_nothing_to_claim(payouts: Payouts) -> None:
    order = payouts.settled()
    Order.objects.filter(id=order.id).update(captured_fen=0)
    with pytest.raises(rules.NothingToClaim):
        payouts.made(order)


def test_asked_twice_one_claim_is_made(payouts: Payouts) -> None:
    order = payouts.settled()
    assert payouts.made(order).id == payouts.made(order).id


@pytest.mark.parametrize("who", ["holder", "county", "stranger"])
def test_nobody_but_the_provider_of_the_order_claims(payouts: Payouts, who: str) -> None:
    order = payouts.settled()
    actor = payouts.firm("别的机构") if who == "stranger" else getattr(payouts, who)
    with pytest.raises(NotVisible):
        commands.make(actor, order_id=order.id, now=payouts.now)


def test_without_invoice_nothing_is_submitted(payouts: Payouts) -> None:
    claim = payouts.made()
    with pytest.raises(rules.FilesMissing) as refusal:
        payouts.submit(claim)
    assert refusal.value.facts["labels"] == "发票"
    assert (fresh(claim).state, at(Kind.IN_CLAIM, payouts)) == ("draft", 0)


def test_an_invoice_of_another_buyer_is_refused(payouts: Payouts) -> None:
    order, other = payouts.settled(), payouts.party("另一家企业")
    foreign = payouts.invoice(order, buyer_name=other.name, buyer_code=other.credit_code)
    with pytest.raises(rules.AnothersInvoice):
        payouts.submitted(order, foreign)
    assert not Invoice.objects.exists()


def test_a_red_letter_is_refused(payouts: Payouts) -> None:
    order = payouts.settled()
    red = payouts.invoice(order, gross_fen=-order.price_fen, red_of="25332000000000000099")
    with pytest.raises(rules.InvoiceRed):
        payouts.submitted(order, red)


def test_an_invoice_noted_as_cancelled_in_red_is_refused_and_the_new_one_taken(payouts: Payouts) -> None:
    order = payouts.settled()
    blue, anew = payouts.invoice(order), payouts.invoice(order)
    for mark in (InvoiceMark.ISSUED, InvoiceMark.RED):
        orders.invoice(
            payouts.server,
            order_id=order.id,
            mark=mark,
            invoice_number=blue.number,
            gross_fen=Fen(order.price_fen),
            issued_on=payouts.today,
            now=payouts.now,
        )
    claim = payouts.made(order)
    wrong = payouts.bring(claim, blue)
    with pytest.raises(rules.InvoiceRed):
        payouts.submit(claim)
    commands.set_aside(payouts.server, claim_id=claim.id, file_id=wrong, now=payouts.now)
    payouts.bring(claim, anew)
    assert payouts.submit(claim).clean


def test_a_number_serves_one_order_only(payouts: Payouts) -> None:
    first, second = payouts.settled(), payouts.settled()
    paper = payouts.invoice(first)
    payouts.submitted(first, paper)
    with pytest.raises(rules.InvoiceBound) as refusal:
        payouts.submitted(second, paper)
    assert refusal.value.facts["number"] == paper.number


def test_full_width_digits_and_spaces_make_no_other_number(payouts: Payouts) -> None:
    first, second = payouts.settled(), payouts.settled()
    paper = payouts.invoice(first)
    payouts.submitted(first, paper)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in paper.number[:10]) + " " + paper.number[10:]
    with pytest.raises(rules.InvoiceBound):
        payouts.submitted(second, payouts.invoice(second, number=wide))


def test_one_invoice_over_two_orders_by_its_lines(payouts: Payouts) -> None:
    first, second = payouts.settled(), payouts.settled()
    paper = payouts.invoice(first, gross_fen=first.price_fen + second.price_fen)
    lines = {paper.number: {first.id: Fen(first.price_fen), second.id: Fen(second.price_fen)}}
    one = payouts.submitted(first, paper, allocations=lines)
    other = payouts.submitted(second, paper)  # the lines were fixed with the number
    assert one.clean
    assert other.clean
    assert [line.gross_fen for line in InvoiceLine.objects.order_by("id")] == [800_000, 800_000]
    assert Invoice.objects.get().allocated_fen == 1_600_000


@pytest.mark.parametrize(("mine", "other"), [(800_000, 800_001), (0, 800_000), (800_000, -1)])
def test_lines_above_the_invoice_or_without_this_order_are_refused(payouts: Payouts, mine: int, other: int) -> None:
    first, second = payouts.settled(), payouts.settled()
    paper = payouts.invoice(first, gross_fen=1_600_000)
    with pytest.raises((rules.InvoiceOverAllocated, rules.InvoiceNotForOrder)):
        payouts.submitted(first, paper, allocations={paper.number: {first.id: Fen(mine), second.id: Fen(other)}})
    assert not Invoice.objects.exists()


def test_lines_of_anothers_orders_are_refused(payouts: Payouts) -> None:
    order = payouts.settled()
    paper = payouts.invoice(order)
    with pytest.raises(rules.InvoiceNotForOrder):
        payouts.submitted(order, paper, allocations={paper.number: {order.id: Fen(1), "ord_unknown": Fen(1)}})


def test_several_invoices_of_one_order_are_taken_together(payouts: Payouts) -> None:
    order = payouts.settled()
    parts = [payouts.invoice(order, gross_fen=300_000), payouts.invoice(order, gross_fen=500_000)]
    claim = payouts.submitted(order, *parts)
    assert claim.clean
    assert Citation.objects.filter(claim=claim, live=True).count() == 2


def test_taken_back_the_number_stays_with_its_order(payouts: Payouts) -> None:
    first, second = payouts.settled(), payouts.settled()
    paper = payouts.invoice(first)
    claim = payouts.submitted(first, paper)
    commands.withdraw(payouts.server, claim_id=claim.id, reason="更换附件", now=payouts.now)
    assert at(Kind.UNCLAIMED, payouts) == 2 * OFFSET
    with pytest.raises(rules.InvoiceBound):
        payouts.submitted(second, paper)
    again = payouts.submitted(first, paper)
    assert (again.id == claim.id, again.clean) == (False, True)
    assert Invoice.objects.count() == 1


def test_after_a_refusal_another_order_still_cannot_cite_the_number(payouts: Payouts) -> None:
    first, second = payouts.settled(), payouts.settled()
    paper = payouts.invoice(first)
    payouts.refused(payouts.submitted(first, paper))
    with pytest.raises(rules.InvoiceBound):
        payouts.submitted(second, paper)


def test_a_bound_number_cannot_come_back_with_another_amount(payouts: Payouts) -> None:
    order = payouts.settled()
    paper = payouts.invoice(order)
    claim = payouts.submitted(order, paper)
    commands.withdraw(payouts.server, claim_id=claim.id, reason="更换附件", now=payouts.now)
    forged = payouts.invoice(order, number=paper.number, gross_fen=order.price_fen + 1)
    with pytest.raises(rules.InvoiceChanged):
        payouts.submitted(order, forged)


def test_a_price_changed_after_the_order_changes_nothing(payouts: Payouts) -> None:
    from kechuang.catalog import commands as catalog
    from kechuang.catalog.rules import NewPrice
    from kechuang.catalog.states import Unit

    order = payouts.settled()
    payouts.days(1)
    lines = [NewPrice("常规样品", Unit.SAMPLE, Fen(999_900))]
    catalog.set_prices(
        payouts.server, offer_id=payouts.offer_id, lines=lines, valid_from=payouts.today, now=payouts.now
    )
    claim = payouts.submitted(order)
    assert (claim.claimed_fen, claim.clean) == (OFFSET, True)


def test_submitted_twice_by_one_person_it_is_submitted_once(payouts: Payouts) -> None:
    claim = payouts.submitted()
    assert payouts.submit(claim).state == "submitted"
    assert Event.objects.filter(object_id=claim.id, action="claims.submit").count() == 1


def test_a_wrong_invoice_is_set_aside_and_stays_in_the_file(payouts: Payouts) -> None:
    order = payouts.settled()
    claim = payouts.made(order)
    foreign = payouts.bring(claim, payouts.invoice(order, buyer_code="91330602300000004M"))
    with pytest.raises(rules.AnothersInvoice):
        payouts.submit(claim)
    for _twice in range(2):
        commands.set_aside(payouts.server, claim_id=claim.id, file_id=foreign, now=payouts.now)
    payouts.bring(claim, payouts.invoice(order))
    assert payouts.submit(claim).clean
    assert Event.objects.filter(object_id=claim.id, action="claims.set_aside").count() == 1


def test_nobody_sets_aside_a_paper_of_another_claim(payouts: Payouts) -> None:
    first, second = payouts.settled(), payouts.settled()
    foreign = payouts.bring(payouts.made(first), payouts.invoice(first))
    with pytest.raises(NotVisible):
        commands.set_aside(payouts.server, claim_id=payouts.made(second).id, file_id=foreign, now=payouts.now)


def test_the_last_day_of_claiming_is_still_in_time(payouts: Payouts) -> None:
    order = payouts.settled()
    payouts.days(90)
    assert payouts.made(order).state == "draft"


def test_after_the_last_day_nothing_is_made_and_no_draft_handed_in(payouts: Payouts) -> None:
    order, other = payouts.settled(), payouts.settled()
    late = payouts.made(other)
    payouts.bring(late, payouts.invoice(other))
    payouts.days(91)
    with pytest.raises(rules.TooLate):
        payouts.made(order)
    with pytest.raises(rules.TooLate):
        payouts.submit(late)


@pytest.mark.parametrize(
    ("outcome", "to_voucher", "to_budget"),
    [("returned_to_budget", 0, OFFSET), ("enterprise_owes", 0, OFFSET), ("voucher_restored", OFFSET, 0)],
)
def test_what_was_never_claimed_goes_where_the_reading_says(
    payouts: Payouts, outcome: str, to_voucher: int, to_budget: int
) -> None:
    with reading(on_no_claim=outcome):
        order, drafted = payouts.settled(), payouts.settled()
        draft = payouts.made(drafted)  # a draft that nobody hands in holds nothing up
        voucher, budget = Place(Kind.VOUCHER, YUECHENG, 2025, payouts.voucher_id), payouts.budget().posted_fen
        before = balance_at(voucher).posted_fen
        payouts.days(90)
        assert jobs.run_unclaimed(now=payouts.now) == 0
        payouts.days(1)
        assert jobs.run_unclaimed(now=payouts.now) == 2
        assert jobs.run_unclaimed(now=payouts.now) == 0
    assert {lost.order_id for lost in Forfeit.objects.all()} == {order.id, drafted.id}
    assert fresh(draft).state == "withdrawn"
    assert balance_at(voucher).posted_fen - before == 2 * to_voucher
    assert payouts.budget().posted_fen - budget == 2 * to_budget
    assert at(Kind.UNCLAIMED, payouts) == 0
    rules_used = [one.rule for one in transfers_of([order.id])]
    gone = {"returned_to_budget": ["no_claim"], "enterprise_owes": ["enterprise_owes"], "voucher_restored": []}
    assert rules_used[rules_used.index("restore") + 1 :] == gone[outcome]
    identities_hold()


def claiming(order: Order) -> list[tuple[str, date]]:
    """The clock of the period for claiming (申兑期限), each time it was started."""
    rows = Deadline.objects.filter(subject_id=order.id, kind=CLAIMING).order_by("id")
    return [(row.state, row.due_on) for row in rows]


def test_the_period_for_claiming_is_a_clock_that_reminds_and_is_met_by_the_claim(payouts: Payouts) -> None:
    order = payouts.settled()
    last = payouts.today + timedelta(days=90)
    assert claiming(order) == [("running", last)]
    payouts.days(75)
    run_reminders(now=payouts.now)
    asked = Message.objects.filter(subject_id=order.id, title="时限将到，请办理", text__startswith="申请兑付")
    assert not asked.exists()
    payouts.days(1)
    run_reminders(now=payouts.now)
    assert asked.count() == 1
    payouts.submitted(order)
    assert claiming(order) == [("met", last)]


def test_a_draft_leaves_the_clock_running_and_a_claim_taken_back_starts_it_for_the_days_left(payouts: Payouts) -> None:
    order = payouts.settled()
    last = payouts.today + timedelta(days=90)
    draft = payouts.made(order)
    commands.withdraw(payouts.server, claim_id=draft.id, reason="稍后再报", now=payouts.now)
    assert claiming(order) == [("running", last)]
    payouts.days(10)
    claim = payouts.submitted(order)
    payouts.days(2)
    commands.withdraw(payouts.server, claim_id=claim.id, reason="发票有误", now=payouts.now)
    assert claiming(order) == [("met", last), ("running", last)]


def test_what_is_lost_stops_the_clock(payouts: Payouts) -> None:
    order = payouts.settled()
    payouts.days(91)
    jobs.run_unclaimed(now=payouts.now)
    assert [state for state, _last in claiming(order)] == ["cancelled"]


def test_a_claim_under_way_is_not_lost_to_the_period(payouts: Payouts) -> None:
    payouts.submitted()
    payouts.days(91)
    assert jobs.run_unclaimed(now=payouts.now) == 0


def test_people_of_a_unit_claim_for_their_own_unit_only(payouts: Payouts) -> None:
    unit = parties.add_unit(payouts.server, party_id=payouts.server.party_id, name="化学实验室", now=payouts.now)
    from dataclasses import replace

    of_unit = replace(payouts.server, unit_ids=frozenset({unit.id}))
    order = payouts.settled()
    with pytest.raises(NotVisible):
        commands.make(of_unit, order_id=order.id, now=payouts.now)
    Order.objects.filter(id=order.id).update(unit_id=unit.id)
    assert commands.make(of_unit, order_id=order.id, now=payouts.now).provider_unit == unit.id


def test_not_corrected_in_time_the_claim_is_taken_back(payouts: Payouts) -> None:
    claim = payouts.returned()
    payouts.now += timedelta(days=16)
    assert jobs.run_corrections(now=payouts.now) == 1
    assert fresh(claim).state == "withdrawn"
    assert at(Kind.UNCLAIMED, payouts) == OFFSET
    identities_hold()
