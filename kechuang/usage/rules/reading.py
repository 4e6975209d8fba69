"""Service records as tables and pushes write them: texts into fields, with the column that is wrong (服务记录表、接口推送)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from kechuang.kernel.errors import Refusal
from kechuang.kernel.identifiers import credit_code
from kechuang.kernel.money import fen_from_yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy
from kechuang.usage.rules.entry import minutes_of
from kechuang.usage.rules.refusals import CellWrong, HoursWrong, TableWrong, TooManyRows
from kechuang.usage.states import (
    AUDIENCE_LABELS,
    BATCH_ROWS_MAX,
    CLIENT_LABELS,
    HOURS_DIGITS,
    HUNDREDTHS,
    LEGAL_ZONE,
    NEEDED_COLUMNS,
    NEEDED_PUSHED,
    PURPOSE_LABELS,
    PUSH_FIELDS,
    PUSHED_SOURCES,
    RATING_LABELS,
    RECORD_COLUMNS,
    REPORTS_MAX,
    TEXT_MAX,
    WAY_LABELS,
    Audience,
    ClientRole,
    Purpose,
    Rating,
    Way,
)

_DAY = timedelta(days=1)
_HOURS = re.compile(rf"\d{{1,4}}(\.\d{{1,{HOURS_DIGITS}}})?")
_DAY_SIGN = _("日")
_SEPARATORS = re.compile("[/." + _("年") + _("月") + "]")
_YES = frozenset({_("是"), _("有"), "1", "true"})
_NO = frozenset({_("否"), _("无"), "0", "false"})
_INSIDE, _OUTSIDE = _("单位内"), _("单位外")


@dataclass(frozen=True, slots=True)
class Item:
    """One record as it was handed in: its place, what it gives by field, or why it cannot be read."""

    row: int
    number: str
    given: Mapping[str, Any]
    refusal: Refusal | None = None
    column: str = ""


def read_records(rows: Sequence[Sequence[str]]) -> list[Item]:
    """The records of a table by its headings, in any order of columns; raises TableWrong, TooManyRows."""
    head = [tidy(cell) for cell in rows[0]] if rows else []
    for heading, field, _kind in RECORD_COLUMNS:
        if field in NEEDED_COLUMNS and heading not in head:
            raise TableWrong(column=heading)
    if len(rows) - 1 > BATCH_ROWS_MAX:
        raise TooManyRows(limit=BATCH_ROWS_MAX)
    found = []
    for place, row in enumerate(rows[1:], 1 + 1):
        cells = dict(zip(head, (tidy(cell) for cell in row), strict=False))
        if any(cells.values()):
            found.append(_item(place, cells, RECORD_COLUMNS, needed=_NEEDED_HEADINGS))
    return found


def read_pushed(items: Sequence[Mapping[str, object]]) -> list[Item]:
    """The records of a push; raises TooManyRows. An item with hours begins at servicingTime and lasts as long; with a
    day only, its hours lie somewhere in that day."""
    if len(items) > BATCH_ROWS_MAX:
        raise TooManyRows(limit=BATCH_ROWS_MAX)
    return [
        _pushed(place, {str(name): _plain(value) for name, value in item.items()})
        for place, item in enumerate(items, 1)
    ]


def _pushed(place: int, cells: Mapping[str, str]) -> Item:
    item = _item(place, cells, PUSH_FIELDS, needed=NEEDED_PUSHED)
    if item.refusal:
        return item
    given = dict(item.given)
    given["title"] = (given.get("content") or given["internal_number"])[: TEXT_MAX["title"]]
    whole_day = ":" not in cells["servicingTime"]
    minutes = timedelta(minutes=given["minutes"])
    given["until_at"] = given["from_at"] + (_DAY if whole_day else max(minutes, timedelta(minutes=1)))
    return Item(place, item.number, given)


def _item(
    place: int, cells: Mapping[str, str], columns: Sequence[tuple[str, str, str]], *, needed: Sequence[str]
) -> Item:
    given: dict[str, Any] = {}
    number = cells.get(columns[0][0], "")
    for heading, field, kind in columns:
        typed = cells.get(heading, "")
        if not typed:
            if heading in needed:
                return Item(place, number, {}, _wrong(heading, typed, _("必填")), heading)
            continue
        try:
            given[field] = _READERS[kind](field, typed)
        except Refusal as refusal:
            return Item(place, number, {}, refusal, heading)
        except ValueError:
            return Item(place, number, {}, _wrong(heading, typed, _EXPECTED[kind]), heading)
    return Item(place, number, given)


_NEEDED_HEADINGS = tuple(heading for heading, field, _kind in RECORD_COLUMNS if field in NEEDED_COLUMNS)


def _wrong(column: str, value: str, rule: str) -> CellWrong:
    return CellWrong(column=column, value=value, rule=rule)


def _plain(value: object) -> str:
    """A JSON value as text; numbers as they are written, never through a binary fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return tidy(str(value))


def _text(field: str, typed: str) -> str:
    if len(typed) > TEXT_MAX[field]:
        raise ValueError
    return typed


def _moment(_field: str, typed: str) -> datetime:
    """2025-03-10 14:30, 2025/3/10, 2025年3月10日; a day alone is its midnight."""
    written = _SEPARATORS.sub("-", typed.replace(_DAY_SIGN, " ").replace("T", " ").strip())
    day, _space, at = written.partition(" ")
    year, month, on = (int(part) for part in day.split("-"))
    parts = [int(part) for part in at.strip().split(":")] if at.strip() else []
    hour, minute = ([*parts, 0, 0])[: 1 + 1]
    return datetime(year, month, on, hour, minute, tzinfo=LEGAL_ZONE)


def _until(field: str, typed: str) -> datetime:
    """A last day alone includes that day."""
    at = _moment(field, typed)
    return at if ":" in typed else at + _DAY


def _hours(_field: str, typed: str) -> int:
    """Hours with at most two digits, as minutes."""
    text = halfwidth(typed)
    if not _HOURS.fullmatch(text):
        raise ValueError
    whole, _point, rest = text.partition(".")
    return minutes_of(int(whole) * HUNDREDTHS + int(rest.ljust(HOURS_DIGITS, "0") or 0))


def read_hours(typed: str) -> int:
    """What a person typed as hours (2.5), as minutes; raises HoursWrong."""
    try:
        return _hours("", typed)
    except ValueError:
        raise HoursWrong(typed=typed) from None


def _count(_field: str, typed: str) -> int:
    count = int(halfwidth(typed))
    if not 0 <= count <= REPORTS_MAX:
        raise ValueError
    return count


def _flag(_field: str, typed: str) -> bool:
    if typed.lower() in _YES:
        return True
    if typed.lower() in _NO:
        return False
    raise ValueError


def _one_of(kind: type[StrEnum], labels: Mapping[Any, str]) -> Callable[[str, str], StrEnum]:
    """By code or by label."""
    known = {label: code for code, label in labels.items()} | {str(code): code for code in kind}

    def read(_field: str, typed: str) -> StrEnum:
        if typed not in known:
            raise ValueError
        return kind(known[typed])

    return read


def _source(_field: str, typed: str) -> Audience:
    """servicingSource: 1 单位内, 2 单位外."""
    if typed not in _SOURCES:
        raise ValueError
    return _SOURCES[typed]


_SOURCES = PUSHED_SOURCES | {_INSIDE: Audience.INSIDE, _OUTSIDE: Audience.OUTSIDE}
_READERS: dict[str, Callable[[str, str], Any]] = {
    "text": _text,
    "from": _moment,
    "until": _until,
    "hours": _hours,
    "yuan": lambda _field, typed: fen_from_yuan(typed),
    "code": lambda _field, typed: credit_code(typed),
    "count": _count,
    "flag": _flag,
    "numbers": lambda _field, typed: tuple(part for part in re.split(r"[,，;；、\s]+", typed) if part),
    "way": _one_of(Way, WAY_LABELS),
    "audience": _one_of(Audience, AUDIENCE_LABELS),
    "purpose": _one_of(Purpose, PURPOSE_LABELS),
    "client_role": _one_of(ClientRole, CLIENT_LABELS),
    "rating": _one_of(Rating, RATING_LABELS),
    "source": _source,
}
_EXPECTED: dict[str, str] = {
    "text": _("文字过长"),
    "from": _("应为日期和时间，例如 2025-03-10 14:30"),
    "until": _("应为日期和时间，例如 2025-03-10 16:00"),
    "hours": _("应为小时数，最多两位小数，例如 2.5"),
    "yuan": _("应为金额（元）"),
    "code": _("应为 18 位统一社会信用代码"),
    "count": _("应为不小于 0 的整数"),
    "flag": _("应为“是”或“否”"),
    "numbers": _("应为编号，用逗号分开"),
    "way": _("应为占用共享、技术共享、委托共享、远程共享、其他之一"),
    "audience": _("应为“内部用户”或“外部用户”"),
    "purpose": _("应为科学研究、科技开发、教学、其他之一"),
    "client_role": _("应为“企业（单位）”或“个人”"),
    "rating": _("应为非常满意、满意、一般、差、极差之一"),
    "source": _("应为 1（单位内）或 2（单位外）"),
}
