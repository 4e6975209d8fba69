"""Stepped prices, minimum charges and price groups: worked examples of the trade."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.catalog import rules
from kechuang.catalog.rules import NewPrice, PriceLine, Step, amount, steps_from, steps_text
from kechuang.catalog.states import (
    SERVICE_COLUMNS,
    SERVICE_MORE,
    ItemKind,
    PriceGroup,
    StepMode,
    Unit,
)
from kechuang.kernel.money import Fen

# The duration rates of NUcore's price documentation: 50 an hour, 45 beyond 2 hours, 40 beyond 5, 39 beyond 7.
HOURLY = (Step(200, Fen(4_500)), Step(500, Fen(4_000)), Step(700, Fen(3_900)))
OUTSIDE = (Step(200, Fen(6_200)), Step(500, Fen(6_000)))
GRADED = (Step(1_000, Fen(8_000)),)  # 100 yuan a sample, 80 from ten on


def line(**more: object) -> PriceLine:
    plain: dict[str, object] = {"id": "prc_1", "item": "机时", "unit": Unit.HOUR, "price_fen": Fen(5_000)}
    return PriceLine(**(plain | more))  # type: ignore[arg-type]


def test_ten_hours_by_steps_cost_what_the_example_says() -> None:
    found = amount(Fen(5_000), 1_000, steps=HOURLY)
    assert found.fen == 43_200
    assert [(part.hundredths, part.price_fen, part.fen) for part in found.parts] == [
        (200, 5_000, 10_000),
        (300, 4_500, 13_500),
        (200, 4_000, 8_000),
        (300, 3_900, 11_700),
    ]
    assert amount(Fen(6_500), 1_000, steps=OUTSIDE).fen == 13_000 + 18_600 + 30_000


@pytest.mark.parametrize(
    ("hours", "fen"), [(50, 2_500), (199, 9_950), (200, 10_000), (201, 10_045), (250, 12_250), (700, 31_500)]
)
def test_a_step_begins_where_it_says_and_not_before(hours: int, fen: int) -> None:
    assert amount(Fen(5_000), hours, steps=HOURLY).fen == fen


def test_by_the_whole_quantity_the_step_that_is_reached_counts_for_all() -> None:
    graded = {"steps": GRADED, "mode": StepMode.WHOLE}
    assert amount(Fen(10_000), 900, **graded).fen == 90_000  # type: ignore[arg-type]
    assert amount(Fen(10_000), 1_000, **graded).fen == 80_000  # type: ignore[arg-type]
    assert amount(Fen(10_000), 1_200, **graded).fen == 96_000  # type: ignore[arg-type]


def test_the_minimum_is_taken_for_anything_less_and_never_for_nothing() -> None:
    assert amount(Fen(5_000), 50, minimum_fen=Fen(8_000)) == rules.Amount(
        Fen(8_000), (rules.Part(50, Fen(5_000), Fen(2_500)),), minimum=True
    )
    assert not amount(Fen(5_000), 160, minimum_fen=Fen(8_000)).minimum
    assert amount(Fen(5_000), 0, minimum_fen=Fen(8_000)).fen == 0


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(1, 10**6))
def test_parts_always_make_the_sum_and_more_never_costs_less(one: int, two: int, price: int) -> None:
    low, high = sorted((one, two))
    steps = (Step(300, Fen(price // 2)), Step(900, Fen(price // 3)))
    a, b = amount(Fen(price), low, steps=steps), amount(Fen(price), high, steps=steps)
    assert a.fen == sum(part.fen for part in a.parts)
    assert sum(part.hundredths for part in b.parts) == high
    assert a.fen <= b.fen


def test_a_choice_is_explained_line_by_line() -> None:
    stepped, rush = line(steps=HOURLY), line(id="prc_2", item="加急", price_fen=None, kind=ItemKind.RUSH, rate_bp=3_000)
    found = rules.charges([(stepped, 1_000), (rush, 100)])
    assert [charge.fen for charge in found] == [43_200, 12_960]
    assert len(found[0].parts) == 4
    minimal = rules.charges([(line(minimum_fen=Fen(8_000)), 50)])
    assert (minimal[0].fen, minimal[0].minimum) == (8_000, True)


def test_a_stepped_quantity_stands_on_one_line() -> None:
    with pytest.raises(rules.SteppedTwice):
        rules.charges([(line(steps=HOURLY), 500), (line(steps=HOURLY), 500)])
    plain = rules.charges([(line(), 100), (line(), 200)])
    assert [charge.fen for charge in plain] == [5_000, 10_000]


def test_who_pays_which_price() -> None:
    lines = [line(), line(id="prc_in", group=PriceGroup.INSIDE), line(id="prc_out", group=PriceGroup.OUTSIDE)]
    assert [one.id for one in rules.for_group(lines, PriceGroup.OUTSIDE)] == ["prc_1", "prc_out"]
    assert [one.id for one in rules.for_group(lines, PriceGroup.INSIDE)] == ["prc_1", "prc_in"]
    assert rules.group_of(party_id="pty_a", provider_id="pty_a") is PriceGroup.INSIDE
    assert rules.group_of(party_id="pty_b", provider_id="pty_a") is PriceGroup.OUTSIDE
    assert rules.group_of(party_id="", provider_id="") is PriceGroup.OUTSIDE


@pytest.mark.parametrize(
    "lines",
    [
        [NewPrice("机时", Unit.HOUR, Fen(1)), NewPrice("机时", Unit.HOUR, Fen(1), group=PriceGroup.INSIDE)],
        [NewPrice("机时", Unit.HOUR, Fen(1), group=PriceGroup.INSIDE)] * 2,
        [NewPrice("机时", Unit.HOUR, Fen(1), steps=(Step(500, Fen(1)), Step(200, Fen(1))))],
        [NewPrice("机时", Unit.HOUR, Fen(1), steps=(Step(0, Fen(1)),))],
        [NewPrice("机时", Unit.HOUR, Fen(1), minimum_fen=Fen(0))],
        [
            NewPrice("机时", Unit.HOUR, Fen(1)),
            NewPrice("加急", Unit.RATE, None, ItemKind.RUSH, 3_000, minimum_fen=Fen(1)),
        ],
    ],
)
def test_a_list_that_says_two_things_is_refused(lines: list[NewPrice]) -> None:
    with pytest.raises(rules.PriceListUnfit):
        rules.check_list(lines)


def test_inside_and_outside_stand_side_by_side() -> None:
    pair = [
        NewPrice("机时", Unit.HOUR, Fen(5_000), group=PriceGroup.INSIDE),
        NewPrice("机时", Unit.HOUR, Fen(9_000), group=PriceGroup.OUTSIDE),
    ]
    rules.check_list(pair)
    was = [line(price_fen=Fen(5_000), group=PriceGroup.INSIDE)]
    ends, begins = rules.changed(was, pair)
    assert (ends, begins) == ([], [pair[1]])


def test_steps_are_written_as_people_write_them_and_back() -> None:
    assert steps_from("2:45; 5：40；7:39.5") == (Step(200, Fen(4_500)), Step(500, Fen(4_000)), Step(700, Fen(3_950)))
    assert steps_text(steps_from("2:45; 5:40;1000:0.5")) == "2:45; 5:40; 1000:0.5"
    assert steps_from("") == ()
    for wrong in ("5:40;2:45", "2", "2:x", "0:5"):
        with pytest.raises(rules.NotSteps):
            steps_from(wrong)


OLD = ["S1", "测试", "研发设计", "内容", "流程", "常规样品", "基本费用", "样品", "50", "", ""]


def test_a_list_of_services_from_before_is_still_taken() -> None:
    (service,) = rules.read_services("旧.csv", [list(SERVICE_COLUMNS), OLD]).services
    assert service.prices == (NewPrice("常规样品", Unit.SAMPLE, Fen(5_000)),)


def test_a_list_of_services_may_say_groups_steps_and_a_minimum() -> None:
    rows = [
        [*SERVICE_COLUMNS, *SERVICE_MORE],
        [*OLD, "外部用户", "10:40; 50:30", "全量计价", "100"],
        ["S1", "", "", "", "", "常规样品", "基本费用", "样品", "30", "", "", "内部用户", "", "", ""],
    ]
    found = rules.read_services("新.csv", rows)
    assert found.faults == ()
    outside, inside = found.services[0].prices
    assert outside.steps == (Step(1_000, Fen(4_000)), Step(5_000, Fen(3_000)))
    assert (outside.group, outside.step_mode, outside.minimum_fen) == (PriceGroup.OUTSIDE, StepMode.WHOLE, 10_000)
    assert (inside.group, inside.price_fen, inside.steps) == (PriceGroup.INSIDE, 3_000, ())


def test_what_is_wrong_with_the_new_columns_is_said_by_cell() -> None:
    rows = [[*SERVICE_COLUMNS, *SERVICE_MORE], [*OLD, "本校", "5:40;2:45", "随便", "一百"]]
    found = rules.read_services("新.csv", rows)
    assert [fault.column for fault in found.faults] == ["L", "M", "N", "O"]
    assert not found.services[0].prices
