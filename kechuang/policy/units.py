"""Units of parameters (单位): what a value of each may be, and how a name of it must end."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kechuang.kernel.money import ONE
from kechuang.kernel.text import gettext_noop as _

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Unit:
    label: str
    suffix: str  # "" for units that do not end a name
    fits: Callable[[object], bool]
    expects: str  # what the error says


def _whole(value: object) -> bool:
    return type(value) is int and value >= 0


def _share(value: object) -> bool:
    return type(value) is int and 0 <= value <= ONE


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _list_of(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(fits(item) for item in value)


UNITS: dict[str, Unit] = {
    "fen": Unit(_("金额"), "_fen", _whole, _("不小于 0 的整数（分）")),
    "bp": Unit(_("比例"), "_bp", _share, _("0 到 10000 的整数（基点）")),
    "days": Unit(_("天"), "_days", _whole, _("不小于 0 的整数（天）")),
    "hours": Unit(_("小时"), "_hours", _whole, _("不小于 0 的整数（小时）")),
    "working_days": Unit(_("工作日"), "_working_days", _whole, _("不小于 0 的整数（工作日）")),
    "months": Unit(_("个月"), "_months", _whole, _("不小于 0 的整数（月）")),
    "years": Unit(_("年"), "_years", _whole, _("不小于 0 的整数（年）")),
    "count": Unit(_("个数"), "_count", _whole, _("不小于 0 的整数")),
    "day": Unit(_("日期"), "_on", _day, _("日期，如 2025-07-01（不加引号）")),
    "month_day": Unit(
        _("月日"), "_on", lambda v: isinstance(v, str) and bool(_MONTH_DAY.fullmatch(v)), _('月-日，如 "12-15"')
    ),
    "days_list": Unit(_("日期列表"), "", _list_of(_day), _("日期的列表")),
    "flag": Unit(_("是否"), "", lambda v: isinstance(v, bool), _("true 或 false")),
    "choice": Unit(_("选项"), "", _text, _("options 中的一个")),
    "choices": Unit(_("多选"), "", _list_of(_text), _("options 中若干个的列表")),
    "words": Unit(_("类别"), "", _list_of(_text), _("词表中若干个的列表")),
    "list": Unit(_("列表"), "", _list_of(_text), _("文字的列表")),
    "text": Unit(_("文字"), "", _text, _("非空文字")),
    "table": Unit(
        _("表"), "", lambda v: isinstance(v, list) and all(isinstance(row, dict) for row in v), _("行的列表")
    ),
}
_SUFFIXES = sorted({unit.suffix for unit in UNITS.values() if unit.suffix}, key=len, reverse=True)


def suffix_of(name: str) -> str:
    """The unit suffix that `name` ends in (the longest), or ""."""
    return next((suffix for suffix in _SUFFIXES if name.endswith(suffix)), "")


def name_fits(name: str, unit: str) -> bool:
    """`order_cap_fen` is a name for fen; a name for a flag may not end like one for fen."""
    return bool(_NAME.fullmatch(name)) and suffix_of(name) == UNITS[unit].suffix


def column_problem(row: Mapping[str, object], columns: Mapping[str, str]) -> str:
    """What is wrong with one row of a table, in Chinese; "" when nothing is."""
    if set(row) != set(columns):
        return f"列应为 {'、'.join(columns)}，实为 {'、'.join(row)}"
    for name, unit in columns.items():
        if row[name] != "none" and not UNITS[unit].fits(row[name]):
            return f"列 {name} 应为{UNITS[unit].expects}，实为 {row[name]!r}"
    return ""
