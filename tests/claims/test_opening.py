"""Starting in the middle: live vouchers and open claims from tables, tried, brought in, worked on, taken back."""

from datetime import date, timedelta

import pytest

from kechuang.claims import commands
from kechuang.claims.commands import BroughtIn
from kechuang.claims.formats.opening import heading
from kechuang.claims.models import Claim, Invoice, Opening
from kechuang.claims.states import OpeningKind
from kechuang.deadlines.queries import clocks
from kechuang.documents.rules import write_csv, write_xlsx
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.ledger.models import Transfer
from kechuang.ledger.queries import balance_at, money
from kechuang.ledger.rules import Kind, Place
from kechuang.orders.models import Order
from kechuang.parties.queries import party
from kechuang.pilot.queries.invariants import invariants
from kechuang.trail.models import Event
from kechuang.ui import clock
from kechuang.vouchers.models import HolderYear, Voucher
from tests.claims.conftest import Payouts, fresh, identities_hold
from tests.vouchers.conftest import SCHEME, YUECHENG

pytestmark = pytest.mark.django_db
ELSEWHERE = {"I10", "I11"}  # messages that no worker sends in a test, files
INVOICE = "25332000000000009999"


@pytest.fixture
def author(payouts: Payouts) -> Actor:
    return payouts.officer(Role.BUDGET_AUTHOR)


def voucher_row(payouts: Payouts, **given: str) -> list[str]:
    row = {
        "number": "老券-001",
        "code": party(payouts.holder.party_id).credit_code,
        "face": "100000",
        "balance": "60,000.00",
        "from": "2025-01-02",
        "last": "2025年7月1日",
    } | given
    return list(row.values())


def claim_row(payouts: Payouts, **given: str) -> list[str]:
    row = {
        "number": "老单-001",
        "voucher": "老券-001",
        "code": party(payouts.server.party_id).credit_code,
        "service": "材料成分检测",
        "price": "8000",
        "offset": "4000",
        "placed": "2025-02-03",
        "settled": "2025/2/20",
        "received": "2025-03-05",
        "invoice": INVOICE,
        "invoiced": "2025-02-20",
        "gross": "8000.00",
    } | given
    return list(row.values())


def bring(payouts: Payouts, author: Actor, kind: OpeningKind, *rows: list[str], dry_run: bool = False) -> BroughtIn:
    return commands.bring_opening(
        author,
        kind=kind,
        scheme=SCHEME,
        region=YUECHENG,
        name="期初.xlsx",
        content=write_xlsx([heading(kind), *rows]),
        dry_run=dry_run,
        now=payouts.now,
    )


def with_claim(payouts: Payouts, author: Actor) -> Claim:
    bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    bring(payouts, author, OpeningKind.CLAIMS, claim_row(payouts))
    return Claim.objects.get()


def whole() -> tuple[int, int, int, int]:
    return Transfer.objects.count(), Event.objects.count(), Voucher.objects.count(), Order.objects.count()


def test_a_live_voucher_comes_with_its_balance(payouts: Payouts, author: Actor) -> None:
    before = money()
    found = bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    voucher = Voucher.objects.get(number="老券-001")
    assert (found.rows_count, found.total_fen, voucher.state) == (1, 6_000_000, "issued")
    assert (voucher.valid_from, voucher.valid_until) == (date(2025, 1, 2), date(2025, 7, 2))
    assert balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, voucher.id)).free_fen == 6_000_000
    assert money().granted - before.granted == 6_000_000
    identities_hold()


def test_a_dry_run_says_what_would_come_and_writes_nothing(payouts: Payouts, author: Actor) -> None:
    before = whole()
    found = bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts), dry_run=True)
    assert (found.rows_count, found.total_fen, found.faults, found.opening) == (1, 6_000_000, (), None)
    assert whole() == before


def test_one_wrong_row_keeps_the_whole_table_out(payouts: Payouts, author: Actor) -> None:
    before = whole()
    rows = [
        voucher_row(payouts),
        voucher_row(payouts, number="老券-002", balance="100001"),
        voucher_row(payouts, number="老券-003", code="91330602300000004M"),
        voucher_row(payouts, number="老券-004", last="明年", face="很多"),
        voucher_row(payouts),
    ]
    found = bring(payouts, author, OpeningKind.VOUCHERS, *rows[3:])
    assert [(fault.row, fault.column) for fault in found.faults] == [(2, "券面额度（元）"), (2, "有效期止（含当日）")]
    found = bring(payouts, author, OpeningKind.VOUCHERS, *rows[:3])
    assert {(fault.row, fault.column) for fault in found.faults} >= {(3, "当前余额（元）")}
    assert {fault.row for fault in found.faults} == {3, 4}
    assert whole() == before


def test_a_table_without_a_column_and_an_empty_one_are_told(payouts: Payouts, author: Actor) -> None:
    given = {"scheme": SCHEME, "region": YUECHENG, "name": "表.csv", "dry_run": False, "now": payouts.now}
    head = heading(OpeningKind.VOUCHERS)
    missing = commands.bring_opening(author, kind=OpeningKind.VOUCHERS, content=write_csv([head[1:], ["x"]]), **given)
    empty = commands.bring_opening(author, kind=OpeningKind.VOUCHERS, content=write_csv([head]), **given)
    assert [(fault.row, fault.column) for fault in missing.faults] == [(1, "券号")]
    assert len(empty.faults) == 1


def test_the_same_file_twice_is_brought_in_once(payouts: Payouts, author: Actor) -> None:
    first = bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    again = bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    assert first.opening == again.opening
    assert Opening.objects.count() == 1


def test_a_number_that_is_here_is_not_taken_for_another(payouts: Payouts, author: Actor) -> None:
    bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    found = bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts, balance="1"))
    assert [(fault.row, fault.column) for fault in found.faults] == [(2, "券号")]


def test_an_open_claim_waits_for_the_officer_since_the_day_it_was_received(payouts: Payouts, author: Actor) -> None:
    claim = with_claim(payouts, author)
    order = Order.objects.get(number="老单-001")
    assert (claim.state, claim.claimed_fen, claim.clean, claim.order_id) == ("submitted", 400_000, False, order.id)
    assert (order.state, order.captured_fen, order.settled_on) == ("settled", 400_000, date(2025, 2, 20))
    assert clocks([claim.id], on=payouts.today)[claim.id].due_on == date(2025, 3, 19)
    voucher = Voucher.objects.get(number="老券-001")
    assert balance_at(Place(Kind.VOUCHER, YUECHENG, 2025, voucher.id)).free_fen == 6_000_000
    assert HolderYear.objects.get(party_id=voucher.party_id).used_fen == 400_000
    assert Invoice.objects.get().number == INVOICE
    identities_hold()


def test_it_goes_its_way_to_the_bank_and_all_invariants_hold(payouts: Payouts, author: Actor) -> None:
    claim = with_claim(payouts, author)
    payouts.confirm(claim, note="已在原系统调阅原件")
    payouts.after_notice()
    assert payouts.paid_out(fresh(claim)).state == "paid"
    with clock.at(payouts.now):
        broken = {name: found for name, found in invariants().items() if found and name not in ELSEWHERE}
    assert broken == {}
    identities_hold()


def test_refused_it_gives_the_money_back(payouts: Payouts, author: Actor) -> None:
    before = payouts.budget().posted_fen
    payouts.refused(with_claim(payouts, author))
    assert payouts.budget().posted_fen - before == 400_000
    identities_hold()


def test_who_brought_it_in_does_not_confirm_it(payouts: Payouts, author: Actor) -> None:
    from kechuang.parties.rules import SameHands
    from tests.claims.conftest import standing_in

    claim = with_claim(payouts, author)
    both = standing_in(payouts.county, Role.COUNTY_OFFICER, author.person_id)
    with pytest.raises(SameHands):
        commands.confirm(both, claim_id=claim.id, note="原件已阅", now=payouts.now)


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"voucher": "没有这张"}, "券号"),
        ({"service": "没有这项"}, "服务名称"),
        ({"offset": "8000"}, "抵扣金额（元）"),
        ({"settled": "2025-01-01"}, "结算日期"),
        ({"received": "2025-02-01"}, "收到兑付申请日期"),
        ({"received": "2025-12-01"}, "收到兑付申请日期"),
        ({"invoice": "123"}, "发票号码"),
    ],
)
def test_what_is_wrong_with_a_claim_names_its_column(
    payouts: Payouts, author: Actor, given: dict[str, str], column: str
) -> None:
    bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    before = whole()
    found = bring(payouts, author, OpeningKind.CLAIMS, claim_row(payouts, **given))
    assert [(fault.row, fault.column) for fault in found.faults] == [(2, column)]
    assert whole() == before


def test_an_invoice_claimed_here_before_is_not_brought_in_again(payouts: Payouts, author: Actor) -> None:
    bring(payouts, author, OpeningKind.VOUCHERS, voucher_row(payouts))
    order = payouts.settled()
    payouts.submitted(order, payouts.invoice(order, number=INVOICE))
    found = bring(payouts, author, OpeningKind.CLAIMS, claim_row(payouts))
    assert len(found.faults) == 1
    assert found.faults[0].refusal is not None
    assert found.faults[0].refusal.code == "claims.invoice_bound"


def test_taken_back_nothing_is_left_and_it_may_come_again_corrected(payouts: Payouts, author: Actor) -> None:
    before, start = money(), payouts.budget().posted_fen
    claim = with_claim(payouts, author)
    claims, vouchers = Opening.objects.get(kind="claims"), Opening.objects.get(kind="vouchers")
    commands.undo_opening(author, opening_id=claims.id, now=payouts.now)
    assert (fresh(claim).state, Order.objects.get(number="老单-001").state) == ("withdrawn", "cancelled")
    again = bring(payouts, author, OpeningKind.CLAIMS, claim_row(payouts, price="8000", received="2025-03-06"))
    assert again.faults == ()
    assert again.opening is not None
    commands.undo_opening(author, opening_id=again.opening.id, now=payouts.now + timedelta(minutes=1))
    commands.undo_opening(author, opening_id=vouchers.id, now=payouts.now)
    after = money()
    assert (after.granted - after.returned, after.offset) == (before.granted - before.returned, before.offset)
    assert payouts.budget().posted_fen == start
    with clock.at(payouts.now):
        assert {name for name, found in invariants().items() if found} <= ELSEWHERE
    identities_hold()


def test_once_decided_on_it_cannot_be_taken_back(payouts: Payouts, author: Actor) -> None:
    claim = with_claim(payouts, author)
    payouts.confirm(claim, note="原件已阅")
    with pytest.raises(MoveNotOpen):
        commands.undo_opening(author, opening_id=Opening.objects.get(kind="claims").id, now=payouts.now)


def test_only_the_budget_author_of_the_county_brings_in_and_takes_back(payouts: Payouts, author: Actor) -> None:
    with_claim(payouts, author)
    opening = Opening.objects.get(kind="claims")
    for actor in (payouts.county, payouts.finance, payouts.server, payouts.officer(Role.BUDGET_AUTHOR, "330603")):
        with pytest.raises(NotVisible):
            bring(payouts, actor, OpeningKind.VOUCHERS, voucher_row(payouts, number="别的"))
        with pytest.raises((NotVisible, MoveNotOpen)):
            commands.undo_opening(actor, opening_id=opening.id, now=payouts.now)


@pytest.mark.parametrize("media", [Media.CSV, Media.XLSX])
@pytest.mark.parametrize("kind", list(OpeningKind))
def test_the_empty_table_can_be_read_back(payouts: Payouts, author: Actor, kind: OpeningKind, media: Media) -> None:
    from kechuang.claims.queries import opening_template

    name, content = opening_template(kind, media)
    given = {"scheme": SCHEME, "region": YUECHENG, "name": name, "dry_run": True, "now": payouts.now}
    found = commands.bring_opening(author, kind=kind, content=content, **given)
    assert [(fault.row, fault.column) for fault in found.faults] == [(1, "")]
