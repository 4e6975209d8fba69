"""Tables from the registers (工商登记、股东名册): rows of text to what they say, and what is wrong with them by row and column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from kechuang.catalog.rules import Fault
from kechuang.documents.rules import letters
from kechuang.kernel.identifiers import WrongCreditCode, credit_code
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy
from kechuang.screening.rules.refusals import NotThatTable
from kechuang.screening.states import REGISTER_COLUMNS, RegisterKind

T = TypeVar("T")
_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?")  # 2025-03-01, and with the signs for year, month, day
_CODE, _FOUNDED, _INSURED = REGISTER_COLUMNS[RegisterKind.REGISTRATIONS]
_COMPANY, _HOLDER, _PAPER, _SINCE, _UNTIL = REGISTER_COLUMNS[RegisterKind.SHAREHOLDERS]


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """What the registers say of one organisation; None is an empty cell."""

    row: int
    credit_code: str
    established_on: date | None
    insured_count: int | None


@dataclass(frozen=True, slots=True)
class ShareholderLine:
    """One shareholder of one organisation. `paper` is a credit code or the number of a person's paper."""

    row: int
    credit_code: str
    name: str
    paper: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Lines(Generic[T]):
    """The rows of a table that can be read, how many there are, and every cell that is wrong."""

    good: tuple[T, ...]
    rows: int
    faults: tuple[Fault, ...]


class Row:
    """One row by column name; what is wrong with it is collected."""

    def __init__(self, number: int, cells: Sequence[str], places: dict[str, int]) -> None:
        self.number, self._cells, self._places = number, cells, places
        self.faults: list[Fault] = []

    def cell(self, column: str) -> str:
        place = self._places.get(column, len(self._cells))
        return tidy(self._cells[place]) if place < len(self._cells) else ""

    def fault(self, column: str, rule: str, remedy: str) -> None:
        place = self._places.get(column)
        letter = "" if place is None else letters(place)
        self.faults.append(Fault(self.number, letter, column, self.cell(column), rule, remedy))

    def code(self, column: str) -> str:
        try:
            return credit_code(self.cell(column))
        except WrongCreditCode as wrong:
            self.fault(column, str(wrong.facts["rule"]), _("请填 18 位统一社会信用代码"))
            return ""

    def day(self, column: str) -> date | None:
        text = halfwidth(self.cell(column))
        if not text:
            return None
        found = _DAY.fullmatch(text)
        try:
            return date(*map(int, found.groups())) if found else date.fromisoformat(text)
        except ValueError:
            self.fault(column, _("不是日期"), _("例如 2025-03-01"))
            return None


def read_registrations(name: str, rows: Sequence[Sequence[str]], *, on: date) -> Lines[RegistrationLine]:
    """登记信息 by credit code. Raises NotThatTable."""

    def line(row: Row) -> RegistrationLine:
        founded, insured = row.day(_FOUNDED), halfwidth(row.cell(_INSURED))
        if founded is not None and founded > on:
            row.fault(_FOUNDED, _("晚于信息截止日期"), _("请核对日期"))
        if insured and not insured.isdigit():
            row.fault(_INSURED, _("不是人数"), _("请填整数，不清楚的留空"))
        count = int(insured) if insured.isdigit() else None
        return RegistrationLine(row.number, row.code(_CODE), founded, count)

    return _read(name, rows, RegisterKind.REGISTRATIONS, line, lambda one: (one.credit_code,), _CODE)


def read_shareholders(name: str, rows: Sequence[Sequence[str]], *, on: date) -> Lines[ShareholderLine]:
    """股东名册: a shareholder is told apart by the number of its paper, never by its name. Raises NotThatTable."""

    def line(row: Row) -> ShareholderLine:
        paper = halfwidth(row.cell(_PAPER)).replace(" ", "").upper()
        if not paper:
            row.fault(_PAPER, _("必填"), _("企业填统一社会信用代码，个人填证件号码；平台不保存号码"))
        if not row.cell(_HOLDER):
            row.fault(_HOLDER, _("必填"), _("请填写"))
        since, until = row.day(_SINCE), row.day(_UNTIL)
        if since is not None and until is not None and until <= since:
            row.fault(_UNTIL, _("不晚于持股起始日期"), _("请核对日期；仍持股的留空"))
        return ShareholderLine(row.number, row.code(_COMPANY), row.cell(_HOLDER), paper, since, until)

    return _read(name, rows, RegisterKind.SHAREHOLDERS, line, lambda one: (one.credit_code, one.paper), _PAPER)


def _read(
    name: str,
    rows: Sequence[Sequence[str]],
    kind: RegisterKind,
    line: Callable[[Row], T],
    key: Callable[[T], tuple[str, ...]],
    told_at: str,
) -> Lines[T]:
    heading = [halfwidth(tidy(cell)) for cell in rows[0]] if rows else []
    places = {column: heading.index(column) for column in REGISTER_COLUMNS[kind] if column in heading}
    if missing := [column for column in REGISTER_COLUMNS[kind] if column not in places]:
        raise NotThatTable(name=name, missing="、".join(missing))
    good: list[T] = []
    faults: list[Fault] = []
    seen: set[tuple[str, ...]] = set()
    filled = [(n, cells) for n, cells in enumerate(rows, start=1) if n > 1 and any(tidy(cell) for cell in cells)]
    for number, cells in filled:
        row = Row(number, cells, places)
        one = line(row)
        if not row.faults and key(one) in seen:
            row.fault(told_at, _("与前面的行重复"), _("请只留一行"))
        faults += row.faults
        if not row.faults:
            seen.add(key(one))
            good.append(one)
    return Lines(tuple(good), len(filled), tuple(faults))
