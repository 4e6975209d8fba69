"""Values as people read them."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from kechuang.kernel.errors import Refusal
from kechuang.kernel.workdays import Unit, Workdays
from kechuang.ui import clock, days, words

CALENDAR = Workdays(frozenset({2025, 2026}), {date(2026, 2, 28): True, date(2026, 2, 16): False})


@pytest.fixture(autouse=True)
def in_2026() -> object:
    kept = list(days._calendar)
    days.read_calendar_from(lambda: CALENDAR)
    with clock.at(clock.instant(date(2026, 2, 9))), translation.override("zh-hans"):
        yield
    days._calendar[:] = kept


class Short(Refusal):
    code = "test.short"
    text = "余额 {balance_fen} 不足，比例 {rate_bp}，{until_on} 到期"
    remedy = "请联系{who}"


def test_money_has_its_sign_and_two_digits() -> None:
    assert words.yuan_sign(1_234_567) == "¥12,345.67"
    assert words.yuan_sign(-5) == "-¥0.05"


@pytest.mark.parametrize(("rate_bp", "shown"), [(3_000, "30%"), (2_550, "25.5%"), (1, "0.01%"), (10_000, "100%")])
def test_rates_are_shown_as_per_cent_without_idle_zeros(rate_bp: int, shown: str) -> None:
    assert words.percent(rate_bp) == shown


def test_a_make_up_workday_and_a_holiday_are_named() -> None:
    assert days.words(date(2026, 2, 28)) == "2月28日（周六·补班）"
    assert days.words(date(2026, 2, 16)) == "2月16日（周一·放假）"
    assert days.words(date(2026, 2, 14)) == "2月14日（周六）"


def test_the_year_stands_there_when_it_is_not_the_running_one() -> None:
    assert days.words(date(2025, 11, 21)) == "2025年11月21日（周五）"
    assert days.words(date(2026, 3, 2), year=True) == "2026年3月2日（周一）"


def test_an_instant_falls_on_its_legal_day() -> None:
    late = datetime(2026, 3, 1, 18, 30, tzinfo=clock.LEGAL_ZONE) - timedelta(hours=0)
    assert days.moment(late) == "3月1日（周日） 18:30"


@pytest.mark.parametrize(
    ("count", "unit", "shown"),
    [
        (3, Unit.WORKING_DAYS, "还剩 3 个工作日"),
        (0, Unit.WORKING_DAYS, "今天到期"),
        (-2, Unit.DAYS, "已超期 2 天"),
        (None, Unit.DAYS, ""),
    ],
)
def test_what_is_left_is_said_in_words(count: int | None, unit: Unit, shown: str) -> None:
    assert days.left(count, unit) == shown


def test_the_calendar_is_read_once_for_one_instant() -> None:
    asked: list[int] = []

    def source() -> Workdays:
        asked.append(1)
        return CALENDAR

    days.read_calendar_from(source)
    with clock.at(clock.instant(date(2026, 2, 10))):
        for day in range(1, 20):
            days.words(date(2026, 3, day))
    assert len(asked) == 1


def test_a_refusal_says_the_figure_and_the_remedy() -> None:
    refusal = Short(balance_fen=100, rate_bp=5_000, until_on="2026-02-28", who="县科技局")
    assert words.refusal_text(refusal) == "余额 ¥1.00 不足，比例 50%，2月28日（周六·补班） 到期"
    assert words.refusal_remedy(refusal) == "请联系县科技局"


def test_braces_that_a_person_typed_stay_text() -> None:
    refusal = Short(balance_fen=1, rate_bp=1, until_on="", who="{balance_fen}")
    assert words.refusal_remedy(refusal) == "请联系{balance_fen}"
