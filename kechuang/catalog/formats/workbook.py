"""The national network's instrument workbook (大型科研仪器信息表, NRII) in its own format: bytes to frozen rows and a report.

Forty columns under a group heading, found by their names and not by their place. Files may be .xls, .xlsx, xlsx named .xls, or
xlsx that openpyxl cannot open. Nothing is repaired silently: whatever breaks a column's rule becomes a finding with row, column,
value, rule and remedy, and an importer takes a workbook only when there is no finding at all.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from kechuang.catalog.formats.columns import COLUMNS, CellError
from kechuang.documents.rules import read_table, write_xlsx
from kechuang.documents.states import Kind
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _

SHEET = "大型科研仪器"
_HEADER_ROWS, _ROWS_MAX = 10, 5_000
_BEGAN = date(1900, 1, 1)


class NotThatWorkbook(Refusal):
    code = "catalog.not_that_workbook"
    text = _("“{name}”不是国家网络管理平台的仪器信息表：缺少列 {missing}")
    remedy = _("请下载空白表，按原有表头填写，不要改动列名")
    field = "file"
    status = 422


class TooManyInstruments(Refusal):
    code = "catalog.too_many_instruments"
    text = _("“{name}”超过 {limit} 行")
    remedy = _("请拆成几个文件分批导入")
    field = "file"
    status = 422


class NoInstruments(Refusal):
    code = "catalog.no_instruments"
    text = _("“{name}”的表头下面没有仪器")
    remedy = _("请从表头下一行开始填写，每台（套）一行")
    field = "file"
    status = 422


@dataclass(frozen=True, slots=True)
class Instrument:
    """One row (一台套): texts as written, the rest by their own type. Hours are in hundredths of an hour; None: not filled."""

    row: int
    number: str
    own_number: str
    name: str
    english_name: str
    carrier_kind: str
    carrier: str
    department: str
    class_code: str
    source: str
    under_customs: bool
    original_value_fen: Fen
    country: str
    maker: str
    booked_on: date | None
    category: str
    model: str
    indicators: str
    functions: str
    subjects: tuple[str, ...]
    funds: tuple[str, ...]
    services: str
    picture: str
    yearly_hours_hundredths: int | None
    notice: str
    charges: str
    booking_url: str
    province: str
    city: str
    county: str
    street: str
    external_hours_hundredths: int | None
    contact: str
    phone: str
    email: str
    address: str
    postcode: str
    declaration_number: str
    declaration_item: str
    released_on: date | None
    declared_name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One cell that breaks its column's rule. `column` as the spreadsheet shows it (A, B, … AN)."""

    row: int
    column: str
    name: str
    value: str
    rule: str
    remedy: str
    limit: str = ""  # the rule's figure or choices


@dataclass(frozen=True, slots=True)
class Workbook:
    """All rows and all findings; rows are whole only when `findings` is empty."""

    rows: tuple[Instrument, ...]
    findings: tuple[Finding, ...]
    unknown_columns: tuple[str, ...]
    source: str  # xls, xlsx, xlsx/raw


assert [column.field for column in COLUMNS] == [each.name for each in fields(Instrument)][1:]
_CUSTOMS = ("declaration_number", "declaration_item", "released_on", "declared_name")


def parse(name: str, content: bytes, *, today: date) -> Workbook:
    """The workbook in an upload; raises NotThatWorkbook, TooManyInstruments, NoInstruments and the upload's own refusals."""
    table = read_table(name, content, Kind.WORKBOOK)
    header, places = _header(name, table.rows)
    filled = [(n, row) for n, row in enumerate(table.rows[header + 1 :], start=header + 2) if any(row)]
    if not filled:
        raise NoInstruments(name=name)
    if len(filled) > _ROWS_MAX:
        raise TooManyInstruments(name=name, limit=_ROWS_MAX)
    rows, findings = [], []
    for number, row in filled:
        instrument, wrong = _instrument(number, row, places, today)
        findings += wrong
        if instrument:
            rows.append(instrument)
    findings += _twice(rows, places)
    known = {column.name for column in COLUMNS}
    unknown = tuple(cell for cell in table.rows[header] if cell and _plain(cell) not in known)
    ordered = sorted(findings, key=lambda finding: (finding.row, len(finding.column), finding.column))
    return Workbook(tuple(rows), tuple(ordered), unknown, table.source)


def written(rows: Sequence[Mapping[str, str]] = ()) -> bytes:
    """A workbook of the same shape, every cell a text: blank for providers to fill, or with rows by field name."""
    groups = [""] * len(COLUMNS)
    groups[0], groups[31], groups[36] = "仪器基本信息", "联系人信息", "海关管理"
    names = [f"{column.name}（{column.note}）" if column.note else column.name for column in COLUMNS]
    body = [[row.get(column.field, "") for column in COLUMNS] for row in rows]
    return write_xlsx([groups, names, *body], sheet=SHEET, widths=[18] * len(COLUMNS))


def _plain(cell: str) -> str:
    """A heading without its note in brackets."""
    return re.split(r"[（(]", cell, maxsplit=1)[0].strip()


def _header(name: str, rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Which row holds the names, and where each column stands."""
    by_name = {column.name: column.field for column in COLUMNS}
    by_name["所属资源载体名称"] = "carrier"
    best, places = 0, dict[str, int]()
    for number, row in enumerate(rows[:_HEADER_ROWS]):
        found = {
            by_name[_plain(cell)]: place for place, cell in reversed(list(enumerate(row))) if _plain(cell) in by_name
        }
        if len(found) > len(places):
            best, places = number, found
    missing = [column.name for column in COLUMNS if column.field not in places]
    if missing:
        raise NotThatWorkbook(name=name, missing="、".join(missing[:5]) + ("等" if len(missing) > 5 else ""))
    return best, places


def _instrument(
    number: int, row: Sequence[str], places: Mapping[str, int], today: date
) -> tuple[Instrument | None, list[Finding]]:
    values: dict[str, object] = {}
    findings = []
    for column in COLUMNS:
        place = places[column.field]
        text = row[place] if place < len(row) else ""
        try:
            if column.required and not text:
                raise CellError(_("必填"), _("请填写"))
            values[column.field] = column.read(text)
        except CellError as wrong:
            findings.append(Finding(number, letters(place), column.name, text, wrong.rule, wrong.remedy, wrong.limit))
    if findings:
        return None, findings
    instrument = Instrument(row=number, **values)  # type: ignore[arg-type]
    return instrument, _across(instrument, places, today)


def _across(instrument: Instrument, places: Mapping[str, int], today: date) -> list[Finding]:
    """Rules that look at several columns of one row."""
    wrong: list[tuple[str, str, str, str]] = []
    if instrument.carrier_kind and not instrument.carrier:
        wrong.append(("carrier", "", _("填了载体类型就要填载体编号或名称"), _("请补填，或清空载体类型")))
    if instrument.under_customs:
        for field in _CUSTOMS:
            if not getattr(instrument, field):
                wrong.append((field, "", _("在海关监管年限内的仪器必填"), _("请照进口报关单填写")))
    hours, external = instrument.yearly_hours_hundredths, instrument.external_hours_hundredths
    if hours is not None and external is not None and external > hours:
        wrong.append(("external_hours_hundredths", f"{external // 100}", _("不超过年运行机时"), _("请核对两项机时")))
    for field in ("booked_on", "released_on"):
        day = getattr(instrument, field)
        if day and not _BEGAN <= day <= today:
            wrong.append((field, day.isoformat(), _("应不晚于今天"), _("请核对年份")))
    names = {column.field: column.name for column in COLUMNS}
    return [
        Finding(instrument.row, letters(places[field]), names[field], value, rule, remedy)
        for field, value, rule, remedy in wrong
    ]


def _twice(rows: Sequence[Instrument], places: Mapping[str, int]) -> list[Finding]:
    """A number may stand in one row only."""
    first: dict[str, int] = {}
    findings = []
    for row in rows:
        before = first.setdefault(row.number, row.row)
        if before != row.row:
            where, remedy = letters(places["number"]), _("每台（套）一个编号")
            findings.append(
                Finding(row.row, where, "仪器编号", row.number, _("编号重复，先见于行："), remedy, str(before))
            )
    return findings


def letters(place: int) -> str:
    """0 as A, 39 as AN."""
    return (chr(ord("A") + place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)
