"""What a replay comes to, what a draft changes, which figures are shown: the pure decisions of the room."""

from dataclasses import replace
from datetime import date

import pytest

from kechuang.cockpit import rules
from kechuang.cockpit.rules import Granted, Outcome, Stack
from kechuang.cockpit.states import Group, Period, Size
from kechuang.policy.growth import backdated
from kechuang.policy.packs import parse
from tests.rulebook import POLICIES

FILE = "shaoxing/voucher-2021.toml"
TEXT = (POLICIES / FILE).read_text()
CAP = '{ from = 2025-07-01, is = 4_000_000, article = "illustrative" },'
NEXT = date(2026, 1, 1)
BARE = Stack()


def order(number: int, before: int, after: int, **more: object) -> Outcome:
    given = {
        "holder_id": "pty_1", "region": "330602", "service": "testing", "applicant": "enterprise", "channel": "platform",
        "month": 3, "price_fen": 1_000, **more,
    }  # fmt: skip
    return Outcome(id=f"ord_{number}", before_fen=before, after_fen=after, **given)  # type: ignore[arg-type]


def summed(*orders: Outcome, stack: Stack = BARE) -> rules.Result:
    return rules.summed(list(orders), before_stack=stack, after_stack=stack)


def test_gains_and_losses_are_those_of_orders_and_are_not_netted() -> None:
    whole = summed(order(1, 100, 160), order(2, 100, 70), order(3, 50, 50)).whole
    assert (whole.before_fen, whole.after_fen) == (250, 280)
    assert (whole.gain_orders, whole.gain_fen, whole.lose_orders, whole.lose_fen) == (1, 60, 1, 30)


def test_every_group_adds_up_to_the_whole() -> None:
    found = summed(
        order(1, 100, 160),
        order(2, 100, 70, region="330603", service="rd_design", applicant="maker", holder_id="pty_2"),
        order(3, 50, 50, month=12),
    )
    for lines in found.groups.values():
        assert sum(line.after_fen for line in lines) == found.whole.after_fen
    assert [sum(month) for month in found.months if any(month)] == [430, 100]


@pytest.mark.parametrize(
    ("fen", "size"),
    [(4_999_999, Size.SMALL), (5_000_000, Size.MIDDLE), (19_999_999, Size.MIDDLE), (20_000_000, Size.LARGE)],
)
def test_a_bound_belongs_to_the_larger_size(fen: int, size: Size) -> None:
    assert rules.size_of(fen) is size


def test_a_holders_size_is_of_all_its_orders_together() -> None:
    found = summed(order(1, 1, 1, price_fen=3_000_000), order(2, 1, 1, price_fen=2_000_000))
    assert [line.key for line in found.groups[Group.SIZE]] == [Size.MIDDLE]


def test_an_order_that_draws_its_whole_price_tempts_and_one_fen_less_does_not() -> None:
    """1 元 of offset draws 1.7 元 where all four subsidies are at their ceilings: the domain paper's 170 %."""
    stack = Stack(provider_bp=3_000, platform_bp=1_000, channels=("platform",), carrier_bp=3_000)
    assert stack.total_fen(1_000, "platform") == 1_700
    assert stack.total_fen(1_000, "other") == 1_600
    found = summed(order(1, 588, 589, price_fen=1_000), stack=stack)
    assert (found.before.orders, found.after.orders) == (0, 1)
    assert (found.before.public_fen, found.after.public_fen, found.after.most_bp) == (999, 1_001, 10_010)


def test_money_runs_out_on_the_day_on_which_more_was_granted_than_released() -> None:
    march, april, may = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)
    vouchers = [
        Granted("330602", march, 600, may, 0),
        Granted("330602", april, 400, NEXT, 400),
        Granted("330602", may, 601, NEXT, 0),
    ]
    assert rules.run_out(vouchers, {"330602": 1_000}, until=NEXT) == {"330602": (may, 1)}
    assert rules.run_out(vouchers[:2], {"330602": 1_000}, until=NEXT) == {"330602": (None, 0)}
    assert rules.run_out(vouchers, {"330602": 999}, until=NEXT) == {"330602": (april, 2)}
    assert rules.run_out(vouchers, {"330603": 5}, until=NEXT) == {"330603": (None, 0)}


def drafted(new: str) -> str:
    assert CAP in TEXT
    return TEXT.replace(CAP, f"{CAP}\n  {new}")


def test_a_draft_changes_what_it_adds_and_is_replayed_by_its_last_day() -> None:
    before = parse(TEXT, file=FILE)
    after = parse(
        drafted('{ from = 2026-01-01, is = 5_000_000, article = "illustrative" },').replace(
            'is = 180, article = "illustrative" }]',
            'is = 180, article = "illustrative" }, { from = 2026-03-01, is = 90, article = "illustrative" }]',
        ),
        file=FILE,
    )
    found = rules.changes(before, after)
    assert {(change.parameter.name, change.first) for change in found} == {
        ("order_cap_fen", NEXT),
        ("validity_days", date(2026, 3, 1)),
    }
    assert {change.before.is_ for change in found if change.before} == {4_000_000, 180}
    assert rules.rules_day(before, after, on=date(2025, 11, 21)) == date(2026, 3, 1)
    assert rules.rules_day(before, before, on=date(2025, 11, 21)) == date(2025, 11, 21)
    assert backdated(before, after, on=date(2025, 12, 31)) == []


def test_what_begins_today_or_earlier_is_backdated() -> None:
    before = parse(TEXT, file=FILE)
    after = parse(drafted('{ from = 2026-01-01, is = 5_000_000, article = "illustrative" },'), file=FILE)
    (fault,) = [one for one in backdated(before, after, on=NEXT) if "新增值" in one.reason]
    assert "2026-01-01" in fault.reason


@pytest.mark.parametrize(
    ("period", "year", "month", "days"),
    [
        (Period.MONTH, 2025, 3, (date(2025, 3, 1), date(2025, 4, 1))),
        (Period.MONTH, 2025, 12, (date(2025, 12, 1), date(2026, 1, 1))),
        (Period.YEAR, 2025, 7, (date(2025, 1, 1), date(2026, 1, 1))),
    ],
)
def test_a_period_ends_on_the_first_day_after_it(
    period: Period, year: int, month: int, days: tuple[date, date]
) -> None:
    assert rules.period_days(period, year, month) == days


def test_a_report_that_differs_says_where() -> None:
    kept, again = {"330602": {"paid": 5, "granted": 1}}, {"330602": {"paid": 6, "granted": 1}, "330603": {"paid": 1}}
    assert rules.differences(kept, again) == [("330602", "paid", 5, 6), ("330603", "paid", 0, 1)]
    assert rules.differences(kept, kept) == []


def test_a_figure_that_a_report_did_not_have_when_it_was_frozen_is_no_difference() -> None:
    kept, again = {"330602": {"paid": 5}}, {"330602": {"paid": 5, "budgeted": 9}}
    assert rules.differences(kept, again) == []
    assert rules.differences({}, again) == [("330602", "budgeted", 0, 9), ("330602", "paid", 0, 5)]


def test_only_replays_of_the_same_orders_stand_side_by_side() -> None:
    one = rules.Replayed("shaoxing/voucher-2021", "330600", 2025, NEXT, "as it was")
    rules.refuse_unlike([one, one])
    others = {
        "规则": replace(one, scheme="yuhuan/voucher"),
        "地区": replace(one, region="331000"),
        "年度": replace(one, year=2024),
        "订单截至日": replace(one, until_on=date(2025, 3, 1)),
        "订单的当年实际数": replace(one, was="otherwise"),
    }
    for what, other in others.items():
        with pytest.raises(rules.UnlikeReplays) as refused:
            rules.refuse_unlike([one, other])
        assert refused.value.facts == {"what": what}


def test_as_it_was_does_not_hang_on_the_draft_and_does_on_the_orders() -> None:
    first, second = (summed(order(1, 100, after), order(2, 100, 70)).record() for after in (160, 10))
    assert rules.as_it_was(first) == rules.as_it_was(second)
    other = summed(order(1, 101, 160), order(2, 99, 70, region="330603")).record()
    assert rules.as_it_was(other) != rules.as_it_was(first)
