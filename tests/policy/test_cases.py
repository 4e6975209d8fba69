"""The runner of worked cases: it must fail where a case and the rule disagree."""

from dataclasses import dataclass
from datetime import date

import pytest

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.policy import cases
from kechuang.policy.book import Book
from kechuang.policy.faults import PackError
from kechuang.policy.packs import parse

PACK = parse(
    """scheme = "demo/voucher"
title = "示例券"
interpreters = ["示例市科技局"]

[source.rules]
title = "《示例办法》"
from = 2023-04-01

[order_cap_fen]
meaning = "单笔上限"
unit = "fen"
catalogue = 9
value = [
  { from = 2023-04-01, is = 3_000, article = "rules#三" },
  { from = 2025-07-01, is = 4_000, article = "rules#四" },
]

[city_fen]
meaning = "各市"
unit = "fen"
by = ["label"]
catalogue = 9
value = [{ from = 2023-04-01, article = "rules#三", is = [
  { when = { label = "a" }, is = 1 },
  { when = { label = "b" }, is = 2 },
] }]
""",
    file="demo/voucher.toml",
)
BOOK = Book({PACK.scheme: PACK})


class TooMuch(Refusal):
    code = "demo.too_much"
    text = "太多"


@dataclass(frozen=True, slots=True)
class Terms:
    order_cap_fen: Fen


@dataclass(frozen=True, slots=True)
class Paid:
    fen: Fen
    day: date


def pay(*, price_fen: Fen, day: date, terms: Terms) -> Paid:
    if price_fen > 9_000:
        raise TooMuch
    return Paid(min(price_fen, terms.order_cap_fen), day)


RULE = f'[[rule]]\nrule = "{__name__}:pay"\n'
CASE = '[[rule.case]]\nname = "例"\non = 2025-06-30\ngiven = { price_fen = 5_000, day = 2025-01-02 }\n'


def faults(text: str) -> list[str]:
    found = cases.check(PACK, cases.read(RULE + text, file="demo/voucher.cases.toml"), BOOK)
    return [str(fault) for fault in found]


@pytest.mark.parametrize(
    "expect",
    [
        "expect = { fen = 3_000, day = 2025-01-02 }",
        "with = { order_cap_fen = 10 }\nexpect = { fen = 10 }",
    ],
)
def test_a_case_that_agrees(expect: str) -> None:
    assert faults(CASE + expect) == []


def test_the_day_of_a_case_chooses_the_terms() -> None:
    assert faults(CASE.replace("on = 2025-06-30", "on = 2025-07-01") + "expect = { fen = 4_000 }") == []


def test_a_refusal_that_is_expected() -> None:
    assert faults(CASE.replace("5_000", "9_001") + 'refusal = "demo.too_much"') == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CASE + "expect = { fen = 3_001 }", "应为 {'fen': 3001}，实为 {'fen': 3000}"),
        (CASE + 'refusal = "demo.too_much"', "应为 demo.too_much，实为 {'is':"),
        (CASE.replace("5_000", "9_001") + "expect = { fen = 1 }", "实为 demo.too_much"),
        (CASE.replace("5_000", "9_001") + 'refusal = "demo.other"', "应为 demo.other，实为 demo.too_much"),
        (CASE.replace("price_fen", "prise_fen") + "expect = { fen = 1 }", "没有参数 prise_fen"),
        (CASE.replace(", day = 2025-01-02", "") + "expect = { fen = 1 }", "missing a required"),
        (CASE.replace("5_000", '"5000"') + "expect = { fen = 1 }", "price_fen: 需要 int"),
        (CASE + "with = { order_cap_fen = -1 }\nexpect = { fen = 10 }", "with order_cap_fen：值 -1"),
        (CASE + "with = { other = 1 }\nexpect = { fen = 10 }", "规则没有参数 other"),
    ],
)
def test_a_contradiction_is_named_with_its_line(text: str, reason: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith("demo/voucher.cases.toml:3: ")
    assert reason in fault


def test_a_rule_that_is_not_there() -> None:
    text = RULE.replace(":pay", ":pays") + CASE + "expect = { fen = 1 }"
    (fault,) = cases.check(PACK, cases.read(text, file="x"), BOOK)
    assert "没有规则" in fault.reason


@pytest.mark.parametrize(
    ("value", "agrees"),
    [
        ('of = "order_cap_fen"\nis = 3_000', True),
        ('of = "order_cap_fen"\nis = 4_000', False),
        ('of = "city_fen"\nwhen = { labels = ["b"] }\nis = 2', True),
        ('of = "city_fen"\nwhen = { labels = ["c"] }\nis = 2', False),
        ('of = "city_fen"\nsum = 3', True),
        ('of = "city_fen"\nsum = 4', False),
        ('of = "nothing"\nis = 4', False),
    ],
)
def test_a_value_case(value: str, agrees: bool) -> None:
    found = cases.read(f'[[value]]\nname = "值"\non = 2024-01-01\n{value}\n', file="x")
    assert (cases.check(PACK, found, BOOK) == []) is agrees


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[rule",
        RULE,
        '[[rule]]\nrule = "nowhere"\n' + CASE + "expect = { fen = 1 }",
        RULE + CASE,
        RULE + CASE + 'expect = { fen = 1 }\nrefusal = "x"',
        RULE + CASE + "expects = { fen = 1 }",
        RULE + '[[rule.case]]\nname = "例"\ngiven = {}\nexpect = {}',
        '[[value]]\nname = "值"\non = 2024-01-01\nof = "order_cap_fen"',
    ],
)
def test_a_malformed_file_of_cases(text: str) -> None:
    with pytest.raises(PackError):
        cases.read(text, file="demo/voucher.cases.toml")


def test_other_figures_can_be_tried() -> None:
    (case,) = cases.read(RULE + CASE + "expect = { fen = 3_000 }", file="x")
    outcome = cases.tried(case, PACK, BOOK, on=date(2025, 7, 1), given={"price_fen": 8_000, "day": date(2025, 1, 2)})
    assert outcome.got == {"is": {"fen": 4_000, "day": "2025-01-02"}}
