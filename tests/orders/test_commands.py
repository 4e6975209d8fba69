"""The way of an order through its commands, and what is refused on it."""

from datetime import date

import pytest

from kechuang.catalog import commands as catalog
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import Unit
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at, transfers_of
from kechuang.ledger.rules import Kind, Place
from kechuang.orders import commands, queries, rules
from kechuang.orders.jobs import run_time_outs
from kechuang.orders.models import Order, OrderVersion, OwnShare
from kechuang.orders.states import ContractKind, InvoiceMark, OrderState
from kechuang.policy.book import NotYetInRegion
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.vouchers.models import Hold, HolderYear, Voucher
from kechuang.vouchers.rules import NotForVoucher, NothingToOffset, NotUsable
from tests.orders.conftest import Market, paper
from tests.vouchers.conftest import SCHEME, YUECHENG

pytestmark = pytest.mark.django_db


def left(market: Market) -> tuple[int, int]:
    voucher = Voucher.objects.get(id=market.voucher_id)
    found = balance_at(Place(Kind.VOUCHER, voucher.region, voucher.year, voucher.id))
    return found.free_fen, found.held_fen


def provider_has(market: Market) -> int:
    return balance_at(Place(Kind.UNCLAIMED, YUECHENG, 2025, market.server.party_id)).posted_fen


def test_from_request_to_settlement_the_voucher_pays_half_and_the_balance_stays(market: Market) -> None:
    order = market.settled()
    assert (order.price_fen, order.voucher_fen, order.own_share_fen) == (800_000, 400_000, 400_000)
    assert left(market) == (9_600_000, 0)
    assert provider_has(market) == 400_000
    sheet = queries.sheet(market.holder, order.id, on=market.today)
    assert sheet.holds[0].bound_by == "rate"
    assert sheet.holds[0].terms["params"]["rate_bp"]["article"]
    assert order.offices["claim_office"] == YUECHENG
    assert [v.kind for v in sheet.versions] == ["quote"]
    assert HolderYear.objects.get(party_id=market.holder.party_id).used_fen == 400_000
    assert altered_rows() == []
    assert [step.rule for step in transfers_of([order.id])] == ["offset", "offset"]


def test_what_a_claim_needs_is_answered_in_one_value(market: Market) -> None:
    order = market.settled()
    found = queries.order_for_claim(order.id)
    assert found.settled
    assert (found.voucher_fen, found.price_fen, found.contract_fen, found.year) == (400_000, 800_000, 800_000, 2025)
    assert len(found.report_file_ids) == 1
    assert found.contract_digest
    assert [row.id for row in queries.unclaimed(market.server.party_id)] == [order.id]


def test_the_hold_is_taken_when_placed_and_released_when_cancelled(market: Market) -> None:
    order = market.placed()
    assert left(market) == (9_600_000, 400_000)
    with pytest.raises(rules.ReasonMissing):
        commands.cancel(market.holder, order_id=order.id, reason="", now=market.now)
    done = commands.cancel(market.server, order_id=order.id, reason="设备故障", now=market.now)
    assert done.state == OrderState.CANCELLED
    assert left(market) == (10_000_000, 0)
    assert HolderYear.objects.get(party_id=market.holder.party_id).used_fen == 0
    assert altered_rows() == []


def test_a_price_changed_after_the_order_does_not_matter(market: Market) -> None:
    order = market.quoted()
    market.days(1)
    dearer = [NewPrice("常规样品", Unit.SAMPLE, Fen(300_000))]
    catalog.set_prices(market.server, offer_id=market.offer_id, lines=dearer, valid_from=market.today, now=market.now)
    placed = commands.place(market.holder, order_id=order.id, declares=True, now=market.now)
    assert placed.price_fen == 800_000
    kept = order.price_list[0]["id"]
    commands.start(market.server, order_id=order.id, now=market.now)
    final = [rules.Asked(kept, 900)]
    commands.propose_final(market.server, order_id=order.id, lines=final, now=market.now)
    assert commands.agree_final(market.holder, order_id=order.id, now=market.now).price_fen == 900_000
    with pytest.raises(rules.NotOnPriceList):
        commands.propose_final(market.server, order_id=order.id, lines=[market.line()], now=market.now)


def test_final_lines_above_the_hold_need_fresh_balance_and_both_versions_stay(market: Market) -> None:
    order = market.delivered()
    rush, base = market.line(1), market.line(samples=1_000)
    commands.propose_final(market.server, order_id=order.id, lines=[base, rush], now=market.now)
    with pytest.raises(rules.FinalOpen):
        commands.accept(market.holder, order_id=order.id, now=market.now)
    agreed = commands.agree_final(market.holder, order_id=order.id, now=market.now)
    assert (agreed.price_fen, agreed.voucher_fen, agreed.own_share_fen) == (1_500_000, 750_000, 750_000)
    assert left(market) == (9_250_000, 750_000)
    versions = OrderVersion.objects.filter(order=order).order_by("version")
    assert [(v.price_fen, v.voucher_fen) for v in versions] == [(800_000, 400_000), (1_500_000, 750_000)]
    states = Hold.objects.filter(order_id=order.id).order_by("id").values_list("state", flat=True)
    assert list(states) == ["replaced", "held"]
    assert altered_rows() == []


def test_final_lines_below_the_hold_release_the_difference(market: Market) -> None:
    order = market.delivered()
    commands.propose_final(market.server, order_id=order.id, lines=[market.line(samples=200)], now=market.now)
    agreed = commands.agree_final(market.holder, order_id=order.id, now=market.now)
    assert (agreed.price_fen, agreed.voucher_fen) == (200_000, 100_000)
    assert left(market) == (9_900_000, 100_000)


def test_final_lines_that_are_not_agreed_leave_the_agreed_ones(market: Market) -> None:
    order = market.delivered()
    commands.propose_final(market.server, order_id=order.id, lines=[market.line(samples=1_600)], now=market.now)
    with pytest.raises(rules.ReasonMissing):
        commands.reject_final(market.holder, order_id=order.id, reason=" ", now=market.now)
    kept = commands.reject_final(market.holder, order_id=order.id, reason="样品数不符", now=market.now)
    assert (kept.price_fen, kept.final_open) == (800_000, False)
    with pytest.raises(rules.NoFinal):
        commands.agree_final(market.holder, order_id=order.id, now=market.now)


def test_the_frozen_terms_price_the_final_lines_after_the_rule_has_changed(market: Market) -> None:
    market.to(date(2025, 6, 30))
    market.offer_id = market.offer(market.server, price_fen=1_000_000)
    order = market.placed(samples=800)
    assert (order.voucher_fen, order.bound_by) == (3_000_000, "order_cap")
    market.to(date(2025, 7, 2))
    commands.start(market.server, order_id=order.id, now=market.now)
    price = order.price_list[0]["id"]
    commands.propose_final(market.server, order_id=order.id, lines=[rules.Asked(price, 900)], now=market.now)
    assert commands.agree_final(market.holder, order_id=order.id, now=market.now).voucher_fen == 3_000_000
    other = market.placed(samples=900)
    assert (other.voucher_fen, other.bound_by) == (4_000_000, "order_cap")


def test_settling_needs_the_whole_own_share_on_record(market: Market) -> None:
    order = market.accepted()
    with pytest.raises(rules.OwnShareUnpaid) as refusal:
        commands.settle(market.holder, order_id=order.id, now=market.now)
    assert refusal.value.facts == {"due_fen": 400_000, "paid_fen": 0}
    for fen, error in ((Fen(400_001), rules.OwnShareTooMuch), (Fen(0), rules.OwnShareTooMuch)):
        with pytest.raises(error):
            commands.own_share(market.holder, order_id=order.id, fen=fen, file=paper(), now=market.now)
    with pytest.raises(rules.EvidenceMissing):
        commands.own_share(market.holder, order_id=order.id, fen=Fen(400_000), reference="转账", now=market.now)
    commands.own_share(market.holder, order_id=order.id, fen=Fen(400_000), reference="DEMO-1", now=market.now)
    assert "替身" in OwnShare.objects.get(order=order).channel
    assert commands.settle(market.holder, order_id=order.id, now=market.now).state == OrderState.SETTLED


def test_a_first_instalment_is_bounded_and_what_was_too_much_comes_back_with_evidence(market: Market) -> None:
    order = market.placed()
    with pytest.raises(rules.InstalmentTooMuch):
        commands.own_share(market.holder, order_id=order.id, fen=Fen(200_001), file=paper(), now=market.now)
    commands.own_share(market.holder, order_id=order.id, fen=Fen(200_000), file=paper(), now=market.now)
    commands.cancel(market.holder, order_id=order.id, reason="计划变更", now=market.now)
    with pytest.raises(rules.RefundTooMuch):
        commands.refund_share(market.server, order_id=order.id, fen=Fen(200_001), file=paper(), now=market.now)
    back = commands.refund_share(market.server, order_id=order.id, fen=Fen(200_000), file=paper(), now=market.now)
    assert back.paid_fen == 0
    assert altered_rows() == []


def test_a_delivery_without_report_or_contract_is_refused(market: Market) -> None:
    order = market.placed()
    commands.start(market.server, order_id=order.id, now=market.now)
    with pytest.raises(rules.ReportMissing):
        commands.deliver(market.server, order_id=order.id, files=[], now=market.now)
    with pytest.raises(rules.ContractMissing):
        commands.deliver(market.server, order_id=order.id, files=[paper()], now=market.now)
    with pytest.raises(rules.ContractMissing):
        commands.contract(market.server, order_id=order.id, kind=ContractKind.FRAMEWORK, now=market.now)
    commands.contract(
        market.server, order_id=order.id, kind=ContractKind.FRAMEWORK, file=paper("框架协议.pdf"), now=market.now
    )
    with pytest.raises(rules.ContractSealed):
        commands.contract(market.holder, order_id=order.id, kind=ContractKind.TEMPLATE, now=market.now)
    commands.deliver_part(market.server, order_id=order.id, files=[paper("一.pdf")], now=market.now)
    with pytest.raises(rules.PartDelivered):
        commands.cancel(market.holder, order_id=order.id, reason="不想要了", now=market.now)
    assert commands.deliver(market.server, order_id=order.id, files=[paper()], now=market.now).state == "delivered"


def test_an_order_in_a_county_not_yet_open_is_refused_with_article_and_date(market: Market) -> None:
    outside = market.firm("新昌企业", "330624")
    with pytest.raises(NotYetInRegion) as refusal:
        commands.request(outside, offer_id=market.offer_id, scheme=SCHEME, now=market.now)
    assert refusal.value.facts["article"]
    assert refusal.value.facts["first_on"]


def test_only_who_is_in_the_library_takes_orders(market: Market) -> None:
    stranger = market.head(market.party("库外机构"))
    offer = market.offer(stranger)
    with pytest.raises(rules.NotAdmitted):
        commands.request(market.holder, offer_id=offer, scheme=SCHEME, now=market.now)


def test_placing_asks_for_declaration_quote_in_time_and_a_fit_voucher(market: Market) -> None:
    order = market.quoted()
    with pytest.raises(rules.DeclarationMissing):
        commands.place(market.holder, order_id=order.id, declares=False, now=market.now)
    with pytest.raises(NotUsable):
        commands.place(market.holder, order_id=order.id, declares=True, voucher_id="vch_other", now=market.now)
    market.days(16)
    with pytest.raises(rules.QuoteExpired):
        commands.place(market.holder, order_id=order.id, declares=True, now=market.now)


def test_declared_situations_keep_the_voucher_out_but_not_the_order(market: Market) -> None:
    order = market.quoted(situations=["statutory_test"])
    with pytest.raises(NotForVoucher):
        commands.place(market.holder, order_id=order.id, declares=True, now=market.now)
    plain = commands.place(market.holder, order_id=order.id, declares=True, voucher_id="", now=market.now)
    assert (plain.voucher_fen, plain.own_share_fen) == (0, 800_000)


def test_a_year_used_up_is_refused_and_named(market: Market) -> None:
    HolderYear.objects.filter(party_id=market.holder.party_id).update(used_fen=20_000_000)
    order = market.quoted()
    with pytest.raises(NothingToOffset) as refusal:
        commands.place(market.holder, order_id=order.id, declares=True, now=market.now)
    assert refusal.value.facts["bound_by"] == "year_cap"


def test_prices_come_from_the_list_and_not_above_it(market: Market) -> None:
    order = market.requested()
    given = {"order_id": order.id, "declares": True, "now": market.now}
    with pytest.raises(rules.AboveListPrice):
        commands.quote(market.server, lines=[market.line(unit_price_fen=100_001)], **given)  # type: ignore[arg-type]
    with pytest.raises(rules.NotOnPriceList):
        commands.quote(market.server, lines=[rules.Asked("prc_none", 100)], **given)  # type: ignore[arg-type]
    for lines in ([], [market.line(samples=0)]):
        with pytest.raises(rules.NoLines):
            commands.quote(market.server, lines=lines, **given)  # type: ignore[arg-type]
    with pytest.raises(rules.DeclarationMissing):
        commands.quote(market.server, order_id=order.id, lines=[market.line()], declares=False, now=market.now)
    assert Order.objects.get(id=order.id).state == OrderState.REQUESTED


def test_an_old_tab_is_told_and_a_double_click_does_it_once(market: Market) -> None:
    order = market.paid()
    seen = order.revision
    first = commands.settle(market.holder, order_id=order.id, seen=seen, now=market.now)
    events = Event.objects.count()
    again = commands.settle(market.holder, order_id=order.id, seen=seen, now=market.now)
    assert (first.id, again.state) == (again.id, OrderState.SETTLED)
    assert commands.settle(market.holder, order_id=order.id, now=market.now).state == OrderState.SETTLED
    assert Event.objects.count() == events
    assert provider_has(market) == 400_000
    other = market.quoted()
    old = other.revision
    commands.quote(market.server, order_id=other.id, lines=[market.line(samples=100)], declares=True, now=market.now)
    with pytest.raises(rules.StaleTab):
        commands.place(market.holder, order_id=other.id, declares=True, seen=old, now=market.now)


def test_one_request_key_makes_one_order(market: Market) -> None:
    assert market.requested(key="k").id == market.requested(key="k").id


def test_disputes_are_mediated_to_acceptance_a_part_or_an_end(market: Market) -> None:
    for outcome, state, price, voucher in (
        ("accept", "accepted", 800_000, 400_000),
        ("part", "accepted", 300_000, 150_000),
        ("cancel", "cancelled", 800_000, 400_000),
    ):
        before = left(market)[0]
        order = market.delivered()
        commands.dispute(market.holder, order_id=order.id, reason="报告数据有误", now=market.now)
        with pytest.raises(MoveNotOpen):
            commands.resolve(market.server, order_id=order.id, outcome=outcome, reason="协商", now=market.now)
        done = commands.resolve(
            market.county, order_id=order.id, outcome=outcome, reason="双方同意", price_fen=Fen(300_000), now=market.now
        )
        assert (done.state, done.price_fen, done.voucher_fen) == (state, price, voucher)
        assert left(market)[0] == before - (0 if outcome == "cancel" else voucher)
    assert altered_rows() == []


def test_a_dispute_comes_in_time_and_can_be_taken_back(market: Market) -> None:
    order = market.delivered()
    commands.dispute(market.holder, order_id=order.id, reason="格式有误", now=market.now)
    assert commands.drop_dispute(market.holder, order_id=order.id, now=market.now).state == OrderState.DELIVERED
    market.days(16)
    with pytest.raises(rules.DisputeTooLate):
        commands.dispute(market.holder, order_id=order.id, reason="格式有误", now=market.now)


def test_time_runs_out_on_each_side(market: Market) -> None:
    asked, offered = market.requested(), market.quoted()
    placed, delivered, paid = market.placed(), market.delivered(), market.paid()
    with pytest.raises(rules.NotDueYet):
        commands.time_out(market_clock(), order_id=asked.id, now=market.now)
    assert run_time_outs(now=market.now) == 0
    market.days(31)
    assert run_time_outs(now=market.now) == 5
    assert run_time_outs(now=market.now) == 0
    states = dict(Order.objects.values_list("id", "state"))
    found = [states[order.id] for order in (asked, offered, placed, delivered, paid)]
    assert found == ["lapsed", "lapsed", "lapsed", "accepted", "settled"]
    assert altered_rows() == []


def market_clock() -> object:
    from kechuang.kernel.actor import CLOCK

    return CLOCK


def test_invoices_are_marked_once_and_not_before_the_order(market: Market) -> None:
    order = market.delivered()
    given = {"order_id": order.id, "mark": InvoiceMark.ISSUED, "now": market.now}
    with pytest.raises(rules.InvoiceBeforeOrder):
        commands.invoice(
            market.server,
            invoice_number="1",
            gross_fen=Fen(1),
            issued_on=date(2025, 3, 9),
            **given,  # type: ignore[arg-type]
        )
    number = {"invoice_number": "２５３３ 0000", "issued_on": market.today}
    commands.invoice(market.server, gross_fen=Fen(800_000), **number, **given)  # type: ignore[arg-type]
    commands.invoice(market.server, gross_fen=Fen(800_000), **number, **given)  # type: ignore[arg-type]
    with pytest.raises(rules.InvoiceMarkedTwice):
        commands.invoice(market.server, gross_fen=Fen(700_000), **number, **given)  # type: ignore[arg-type]
    marks = queries.sheet(market.server, order.id, on=market.today).invoices
    assert [mark.invoice_number for mark in marks] == ["25330000"]


def test_an_order_is_not_there_for_others(market: Market) -> None:
    order = market.placed()
    for actor in (market.firm("别家"), market.officer(region="330603")):
        with pytest.raises(NotVisible):
            queries.sheet(actor, order.id, on=market.today)
        with pytest.raises(NotVisible):
            commands.cancel(actor, order_id=order.id, reason="x", now=market.now)
