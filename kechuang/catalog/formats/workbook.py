"""The national network's instrument workbook (大型科研仪器信息表, NRII) in its own format: bytes to frozen rows and a report.

Forty columns under a group heading, found by their names and not by their place. Files may be .xls, .xlsx, xlsx named .xls, or
xlsx that openpyxl cannot open. Nothing is repaired silently: whatever breaks a column's rule becomes a finding with row, column,
value, rule and remedy, and an importer takes a workbook only when there is no finding at all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import islice

from kechuang.catalog.formats.classes import ClassSet
from kechuang.catalog.formats.columns import COLUMNS, CellError
from kechuang.documents.rules import LargeTable, Merged, letters, read_large, stream_csv, stream_xlsx
from kechuang.documents.states import Kind
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _

SHEET = "大型科研仪器"
ROWS_MAX = 50_000
_HEADER_ROWS = 10
_BEGAN = date(1900, 1, 1)


class NotThatWorkbook(Refusal):
    code = "catalog.not_that_workbook"
    text = _("“{name}”不是国家网络管理平台的仪器信息表：缺少列 {missing}")
    remedy = _("请下载空白表，按原有表头填写，不要改动列名")
    field = "file"
    status = 422


class WrongSheet(Refusal):
    code = "catalog.wrong_sheet"
    text = _("“{name}”的各个工作表（{sheets}）都不是仪器信息表")
    remedy = _("请把仪器填在空白表的工作表“{wanted}”中，保留原有表头")
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
class Line:
    """One row of a file: the instrument, or why it cannot be taken."""

    row: int
    instrument: Instrument | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """All rows and all findings; rows are whole only when `findings` is empty."""

    rows: tuple[Instrument, ...]
    findings: tuple[Finding, ...]
    unknown_columns: tuple[str, ...]
    source: str  # xls, xlsx, xlsx/raw


assert [column.field for column in COLUMNS] == [each.name for each in fields(Instrument)][1:]
_CUSTOMS = ("declaration_number", "declaration_item", "released_on", "declared_name")


class Reading:
    """A file being read: `rows()` tells its instruments one by one and keeps no more of them than their numbers."""

    def __init__(self, name: str, content: bytes, *, today: date, classes: ClassSet) -> None:
        """Finds the sheet and its header; raises NotThatWorkbook and the upload's own refusals."""
        self._name, self._today, self._classes = name, today, classes
        self._table = read_large(name, content, Kind.WORKBOOK)
        self.sheet, self._header, self._places, heads = _header(name, self._table)
        known = {column.name for column in COLUMNS}
        self.unknown_columns = tuple(cell for cell in heads if cell and _plain(cell) not in known)
        self.source = self._table.source
        self.expected = max(0, self._table.expected(self.sheet) - self._header)
        self._first_rows: dict[str, int] = {}

    def rows(self) -> Iterator[Line]:
        """Each filled row with what it says or what is wrong with it; raises TooManyInstruments, NoInstruments."""
        joined = self._joined()
        count = 0
        for number, cells in self._table.rows(self.sheet):
            if number <= self._header or not any(cells):
                continue
            count += 1
            if count > ROWS_MAX:
                raise TooManyInstruments(name=self._name, limit=ROWS_MAX)
            yield self._line(number, cells, joined.get(number, ()))
        if not count:
            raise NoInstruments(name=self._name)

    def _line(self, number: int, cells: Sequence[str], joined: Sequence[Merged]) -> Line:
        if joined:
            return Line(number, None, tuple(_merged(number, one) for one in joined))
        instrument, findings = _instrument(number, cells, self._places, self._today)
        if instrument is None:
            return Line(number, None, tuple(findings))
        findings += self._known_class(instrument)
        before = self._first_rows.setdefault(instrument.number, number)
        if before != number:
            where, rule = letters(self._places["number"]), _("编号重复，先见于行：")
            findings.append(
                Finding(number, where, "仪器编号", instrument.number, rule, _("每台（套）一个编号"), str(before))
            )
        return Line(number, None if findings else instrument, tuple(findings))

    def _known_class(self, instrument: Instrument) -> list[Finding]:
        code = instrument.class_code
        if code in self._classes.leaves or not self._classes.names:
            return []
        like = "、".join(f"{near} {self._classes.name(near)}" for near in self._classes.like(code))
        rule = (
            _("大类、中类不能直接选用，须填到小类：")
            if code in self._classes.names
            else _("代码集中没有这一编码，相近的有：")
        )
        remedy = _("请从仪器分类编码表中选择最末一级；单台（套）其他仪器填 990000")
        return [Finding(instrument.row, letters(self._places["class_code"]), "仪器分类编码", code, rule, remedy, like)]

    def _joined(self) -> dict[int, list[Merged]]:
        """Merged cells below the header, by the rows they touch; a whole column merged is told for its first rows."""
        found: dict[int, list[Merged]] = {}
        for one in self._table.merged(self.sheet):
            for row in range(max(one.first_row, self._header + 1), min(one.last_row, one.first_row + ROWS_MAX) + 1):
                found.setdefault(row, []).append(one)
        return found


def parse(name: str, content: bytes, *, today: date, classes: ClassSet | None = None) -> Workbook:
    """The whole of a small workbook at once; raises as `Reading` and its rows do."""
    reading = Reading(name, content, today=today, classes=classes or ClassSet("", {}))
    lines = list(reading.rows())
    findings = sorted(
        (finding for line in lines for finding in line.findings),
        key=lambda finding: (finding.row, len(finding.column), finding.column),
    )
    rows = tuple(line.instrument for line in lines if line.instrument)
    return Workbook(rows, tuple(findings), reading.unknown_columns, reading.source)


def written(rows: Iterable[Mapping[str, str]] = ()) -> bytes:
    """A workbook of the same shape, every cell a text: blank for providers to fill, or with rows by field name."""
    return b"".join(streamed(rows))


def streamed(rows: Iterable[Mapping[str, str]], *, as_csv: bool = False) -> Iterator[bytes]:
    """The same in pieces (导出), as workbook or CSV."""
    table = _table(rows)
    return stream_csv(table) if as_csv else stream_xlsx(table, sheet=SHEET, widths=[18] * len(COLUMNS))


def _table(rows: Iterable[Mapping[str, str]]) -> Iterator[Sequence[str]]:
    groups = [""] * len(COLUMNS)
    groups[0], groups[31], groups[36] = "仪器基本信息", "联系人信息", "海关管理"
    yield groups
    yield [f"{column.name}（{column.note}）" if column.note else column.name for column in COLUMNS]
    for row in rows:
        yield [row.get(column.field, "") for column in COLUMNS]


def _plain(cell: str) -> str:
    """A heading without its note in brackets."""
    return re.split(r"[（(]", cell, maxsplit=1)[0].strip()


def _merged(row: int, one: Merged) -> Finding:
    column = letters(one.first_column - 1)
    where = f"{column}{one.first_row}:{letters(one.last_column - 1)}{one.last_row}"
    return Finding(row, column, "", where, _("合并单元格"), _("请取消合并，每台（套）一行、逐格填写"))


def _header(name: str, table: LargeTable) -> tuple[str, int, dict[str, int], Sequence[str]]:
    """The sheet whose head is this workbook's, the number of the row with the names, where each column stands."""
    nearest: list[str] | None = None
    for sheet in table.sheets:
        rows = list(islice(table.rows(sheet), _HEADER_ROWS))
        number, places, heads = _best(rows)
        missing = [column.name for column in COLUMNS if column.field not in places]
        if not missing:
            return sheet, number, places, heads
        nearest = missing if nearest is None or len(missing) < len(nearest) else nearest
    missing = nearest or [COLUMNS[0].name]
    if len(missing) == len(COLUMNS):
        raise WrongSheet(name=name, sheets="、".join(sheet for sheet in table.sheets if sheet), wanted=SHEET)
    raise NotThatWorkbook(name=name, missing="、".join(missing[:5]) + ("等" if len(missing) > 5 else ""))


def _best(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[str, int], Sequence[str]]:
    by_name = {column.name: column.field for column in COLUMNS}
    by_name["所属资源载体名称"] = "carrier"
    best, places = 0, dict[str, int]()
    heads: Sequence[str] = ()
    for number, row in rows:
        found = {
            by_name[_plain(cell)]: place for place, cell in reversed(list(enumerate(row))) if _plain(cell) in by_name
        }
        if len(found) > len(places):
            best, places, heads = number, found, row
    return best, places, heads


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
