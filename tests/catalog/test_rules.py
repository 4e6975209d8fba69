"""Prices and standards: what a choice costs, what a list must hold."""

import pytest

from kechuang.catalog import rules
from kechuang.catalog.rules import NewPrice, PriceLine
from kechuang.catalog.states import ItemKind, Unit
from kechuang.kernel.money import Fen

HOUR = PriceLine("prc_1", "机时", Unit.HOUR, Fen(20_000))
SAMPLE = PriceLine("prc_2", "样品", Unit.SAMPLE, Fen(3_333))
PREPARATION = PriceLine("prc_3", "制样", Unit.TIMES, Fen(10_000), ItemKind.PREPARATION)
RUSH = PriceLine("prc_4", "加急", Unit.RATE, None, ItemKind.RUSH, 2_500)


def test_two_and_a_half_hours_cost_two_and_a_half_times_the_price() -> None:
    assert rules.total([(HOUR, 250)]) == 50_000


def test_halves_of_a_fen_are_rounded_up() -> None:
    assert rules.total([(SAMPLE, 150)]) == 5_000  # 4,999.5 fen


def test_a_rush_rate_is_taken_of_the_base_lines_alone_and_once() -> None:
    found = rules.charges([(HOUR, 100), (SAMPLE, 100), (PREPARATION, 100), (RUSH, 700)])
    assert [charge.fen for charge in found] == [20_000, 3_333, 10_000, 5_833]


def test_a_surcharge_may_pass_the_base() -> None:
    double = PriceLine("prc_5", "特急", Unit.RATE, None, ItemKind.RUSH, 15_000)
    assert rules.total([(HOUR, 100), (double, 100)]) == 50_000


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(rules.NotOnTheList):
        rules.total([(PREPARATION, 100), (RUSH, 100)])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [NewPrice("加急", Unit.RATE, None, ItemKind.RUSH, 3_000)],  # no base line
        [NewPrice("机时", Unit.HOUR, Fen(1)), NewPrice("机时", Unit.DAY, Fen(1))],  # one item twice
        [NewPrice("", Unit.HOUR, Fen(1))],
        [NewPrice("机时", Unit.HOUR)],  # neither amount nor rate
        [NewPrice("机时", Unit.HOUR, Fen(1), rate_bp=100)],
        [NewPrice("机时", Unit.RATE, None, rate_bp=100)],  # a base line by rate
        [NewPrice("机时", Unit.HOUR, Fen(-1))],
    ],
)
def test_a_price_list_that_is_not_whole_is_refused(lines: list[NewPrice]) -> None:
    with pytest.raises(rules.PriceListUnfit):
        rules.check_list(lines)


def test_content_process_and_price_list_before_the_first_order() -> None:
    missing = rules.missing_standards(content="", process="送样", lines=[RUSH])
    assert missing == ["服务内容", "收费标准"]
    with pytest.raises(rules.StandardsMissing) as refusal:
        rules.check_standards(content="测试", process="", lines=[HOUR], article="绍兴试点方案 三（二）3")
    assert refusal.value.facts == {"missing": "服务流程", "article": "绍兴试点方案 三（二）3"}
    rules.check_standards(content="测试", process="送样", lines=[HOUR], article="")


def test_lines_that_stay_the_same_run_on() -> None:
    old = [HOUR, SAMPLE]
    new = [NewPrice("机时", Unit.HOUR, Fen(20_000)), NewPrice("样品", Unit.SAMPLE, Fen(4_000))]
    assert rules.changed(old, new) == ([SAMPLE], [new[1]])


HEADER = [
    "服务编号",
    "服务名称",
    "服务类别",
    "服务内容",
    "服务流程",
    "收费项目",
    "费用类型",
    "计量单位",
    "单价（元）",
    "比例（%）",
    "检测条件",
]
GOOD = ["S1", "电镜测试", "检验检测、测试分析", "形貌", "送样", "机时", "基本费用", "小时", "200.50", "", ""]
RUSHED = ["S1", "", "", "", "", "加急", "加急费", "按比例", "", "30", ""]


def test_rows_of_one_number_are_one_service() -> None:
    found = rules.read_services("清单.csv", [HEADER, GOOD, RUSHED])
    assert found.faults == ()
    (service,) = found.services
    assert [(p.item, p.price_fen, p.rate_bp) for p in service.prices] == [("机时", 20_050, None), ("加急", None, 3_000)]
    assert service.service_class == "testing"


@pytest.mark.parametrize(
    ("column", "value", "letter"),
    [
        (1, "", "B"),
        (2, "自称的类别", "C"),
        (6, "杂费", "G"),
        (7, "斤", "H"),
        (8, "两百", "I"),
        (8, "", "I"),
        (9, "30", "I"),
    ],
)
def test_each_fault_is_named_by_row_and_column(column: int, value: str, letter: str) -> None:
    row = [*GOOD]
    row[column] = value
    found = rules.read_services("清单.csv", [HEADER, row])
    assert [(fault.row, fault.column) for fault in found.faults] == [(2, letter)]
    assert all(fault.rule and fault.remedy for fault in found.faults)


def test_another_table_and_an_empty_one_are_refused() -> None:
    with pytest.raises(rules.NotThatList) as refusal:
        rules.read_services("清单.csv", [HEADER[1:], GOOD])
    assert refusal.value.facts["missing"] == "服务编号"
    with pytest.raises(rules.ListTooLong):
        rules.read_services("清单.csv", [HEADER])
    with pytest.raises(rules.NotThatList):
        rules.read_services("清单.csv", [])
