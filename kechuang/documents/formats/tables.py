"""Tables from and to outside (表格): .xls, .xlsx and CSV as rows of text, whatever program wrote them; and safe ones written.

Read: everything becomes text (days as ISO, numbers in their shortest form), so no float gets near money. An xlsx that openpyxl
cannot open (a missing part, broken styles) is read from its raw XML. Written: every cell is a text, nothing can be a formula
(T10), and the same rows give the same bytes.
"""

# openpyxl has no types.
# mypy: disallow-untyped-calls=False

import csv
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, RawIOBase, StringIO
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kechuang.documents.formats import containers, xml
from kechuang.documents.formats.refusals import Bomb, Unreadable
from kechuang.documents.formats.specimens import zipped
from kechuang.documents.formats.upload import checked
from kechuang.documents.states import CHUNK_BYTES, LIMITS, Kind, Media
from kechuang.kernel.text import gettext_noop as _

_ROWS_MAX, _COLUMNS_MAX, _CELL_CHARS_MAX = 20_000, 200, 4_000
_CSV_ROWS = 500  # in one piece of a stream
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠|%")
_NUMBER = re.compile(r"-?\d{1,3}(,?\d{3})*(\.\d+)?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")


@dataclass(frozen=True, slots=True)
class Table:
    """The first sheet. `rows[n]` is row n + 1 of the file; `source` says who read it: xls, xlsx, xlsx/raw, csv."""

    rows: tuple[tuple[str, ...], ...]
    sheet: str
    source: str


def read(name: str, content: bytes, kind: Kind) -> Table:
    """The table in an upload of `kind`; raises what `upload.checked` raises, Bomb when it is too large, Unreadable."""
    media = checked(name, content, kind).media
    if media is Media.CSV:
        rows, sheet, source = _csv(content), "", "csv"
    elif media is Media.XLS:
        from kechuang.documents.formats.xls import first_sheet  # its library takes long to load

        rows, sheet, source = *first_sheet(name, content, _ROWS_MAX + 1), "xls"
    else:
        rows, sheet, source = _xlsx(name, content)
    if len(rows) > _ROWS_MAX:
        raise Bomb(name=name, rule=_("行数上限："), limit=_ROWS_MAX)
    return Table(tuple(_trimmed(row) for row in rows), sheet, source)


def serial_day(serial: int, *, since_1904: bool = False) -> date:
    """A spreadsheet's day number as a day."""
    return (_EPOCH_1904 if since_1904 else _EPOCH) + timedelta(days=serial)


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    cells = [cell[:_CELL_CHARS_MAX].strip() for cell in row[:_COLUMNS_MAX]]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def as_text(value: object) -> str:
    """A cell as text: 12.0 as 12, 0.1 + 0.2 as 0.3, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".12g")
    return str(value)


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    separator = max(",\t;", key=text.partition("\n")[0].count)
    rows = []
    for row in csv.reader(StringIO(text), delimiter=separator):
        rows.append([unguarded(cell) for cell in row])
        if len(rows) > _ROWS_MAX:
            break
    return rows


def _xlsx(name: str, content: bytes) -> tuple[list[list[str]], str, str]:
    from openpyxl.reader.excel import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that are of no interest here
            sheet = load_workbook(BytesIO(content), read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # some programs write wrong ones
        rows = []
        for row in sheet.iter_rows(max_col=_COLUMNS_MAX, values_only=True):
            rows.append([as_text(value) for value in row])
            if len(rows) > _ROWS_MAX:
                break
        return rows, str(sheet.title), "xlsx"
    except Exception:  # openpyxl raises nearly every built-in kind for workbooks of other programs: read them ourselves
        return *_raw(name, content), "xlsx/raw"


def _raw(name: str, content: bytes) -> tuple[list[list[str]], str]:
    """The first sheet from its XML alone: shared texts, inline texts, numbers."""
    with containers.opened(name, content) as archive:
        held = set(archive.namelist())

        def part(path: str) -> Element:
            if path not in held:
                raise Unreadable(name=name, rule=_("工作簿缺少部件："), limit=path)
            return xml.parse(name, containers.read(name, archive, path, at_most=LIMITS.xml_bytes_max))

        book = part("xl/workbook.xml")
        sheet = next((node for node in book.iter() if xml.local(node) == "sheet"), None)
        if sheet is None:
            raise Unreadable(name=name, rule=_("工作簿没有工作表"))
        link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        links = {node.get("Id", ""): node.get("Target", "") for node in part("xl/_rels/workbook.xml.rels")}
        path = links.get(link, "worksheets/sheet1.xml")
        path = path.removeprefix("/") if path.startswith("/") else f"xl/{path}"
        shared = [_string(node) for node in part("xl/sharedStrings.xml")] if "xl/sharedStrings.xml" in held else []
        return _raw_rows(part(path), shared), sheet.get("name", "")


def _raw_rows(root: Element, shared: Sequence[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in (node for node in root.iter() if xml.local(node) == "row"):
        number = int(row.get("r") or len(rows) + 1)
        if number > _ROWS_MAX:
            return [*rows, *([[]] * (_ROWS_MAX + 1 - len(rows)))]
        rows += [[] for _blank in range(number - len(rows))]
        for place, cell in enumerate(row):
            column = _column(cell.get("r", ""), place)
            if column < _COLUMNS_MAX:
                rows[number - 1] += [""] * (column + 1 - len(rows[number - 1]))
                rows[number - 1][column] = _raw_text(cell, shared)
    return rows


def _column(reference: str, place: int) -> int:
    match = _CELL.fullmatch(reference)
    if not match:
        return place
    number = 0
    for char in match[1]:
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1


def _raw_text(cell: Element, shared: Sequence[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_string(node) for node in cell if xml.local(node) == "is")
    value = next((node.text or "" for node in cell if xml.local(node) == "v"), "")
    if kind == "s":
        return shared[int(value)] if value.isdigit() and int(value) < len(shared) else "#REF!"
    if kind == "b":
        return as_text(value == "1")
    if kind == "n" and value:
        try:
            return as_text(float(value))
        except ValueError:
            return value
    return value


def _string(node: Element) -> str:
    """The text of a shared or inline string; phonetic hints are left out."""
    return "".join(t.text or "" for run in _runs(node) for t in run if xml.local(t) == "t")


def _runs(node: Element) -> Iterator[Element]:
    yield node
    yield from (child for child in node if xml.local(child) == "r")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, also behind spaces and in full-width signs; numbers stay numbers."""
    text = _ILLEGAL.sub("", text).replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    bare = text.lstrip(" \u3000\xa0\ufeff\u200b")
    if bare.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(bare):
        return "'" + text
    return text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    bare = text[1:].lstrip(" \u3000\xa0\ufeff\u200b") if text.startswith("'") else ""
    return text[1:] if bare.startswith(_FORMULA_STARTS) else text


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """CSV with BOM, every cell quoted and guarded. Long numbers lose digits when Excel opens it: offer xlsx first."""
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Sequence[str]], *, sheet: str = "Sheet1", widths: Sequence[int] = ()) -> bytes:
    """A workbook whose cells are all of type text (quotePrefix, so that they stay text when somebody edits them)."""
    return zipped(_frame(sheet) | {"xl/worksheets/sheet1.xml": sheet_of(rows, widths)})


def sheet_of(rows: Iterable[Sequence[str]], widths: Sequence[int] = ()) -> bytes:
    """One sheet of a workbook."""
    body = "".join(_xlsx_row(number, row) for number, row in enumerate(rows, start=1))
    return _part(f'<worksheet xmlns="{_MAIN}">{_columns(widths)}<sheetData>{body}</sheetData></worksheet>')


def stream_xlsx(rows: Iterable[Sequence[str]], *, sheet: str = "Sheet1", widths: Sequence[int] = ()) -> Iterator[bytes]:
    """The same workbook in pieces, for tables that should never be in memory as a whole."""
    out = _Pieces()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path, body in _frame(sheet).items():
            archive.writestr(_member(path), body)
        with archive.open(_member("xl/worksheets/sheet1.xml"), "w") as member:
            member.write(_part(f'<worksheet xmlns="{_MAIN}">{_columns(widths)}<sheetData>'))
            for number, row in enumerate(rows, start=1):
                member.write(_xlsx_row(number, row).encode())
                if piece := out.taken(at_least=CHUNK_BYTES):
                    yield piece
            member.write(b"</sheetData></worksheet>")
    yield out.taken()


def _member(path: str) -> ZipInfo:
    """A part whose bytes follow from its content alone."""
    info = ZipInfo(path)
    info.compress_type = ZIP_DEFLATED
    return info


class _Pieces(RawIOBase):
    """A file that is only written, and handed on in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._held += piece
        return len(piece)

    def taken(self, *, at_least: int = 0) -> bytes:
        if len(self._held) < at_least:
            return b""
        piece = bytes(self._held)
        self._held.clear()
        return piece


def stream_csv(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The CSV of `write_csv` in pieces."""
    yield b"\xef\xbb\xbf"
    held: list[Sequence[str]] = []
    for row in rows:
        held.append(row)
        if len(held) >= _CSV_ROWS:
            yield write_csv(held).removeprefix(b"\xef\xbb\xbf")
            held = []
    if held:
        yield write_csv(held).removeprefix(b"\xef\xbb\xbf")


def _frame(sheet: str) -> dict[str, bytes]:
    """Every part of a workbook of one sheet but the sheet."""
    return frame_of([escape(sheet, {'"': "&quot;"})])


def frame_of(names: Sequence[str]) -> dict[str, bytes]:
    """Every part of a workbook but its sheets, which are named (escaped) in this order."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    links = "".join(_LINK.format(n=n, kind="worksheet", target=f"worksheets/sheet{n}.xml") for n in numbers)
    links += _LINK.format(n=len(names) + 1, kind="styles", target="styles.xml")
    return {
        "[Content_Types].xml": _part(_TYPES.format(sheets="".join(_SHEET_TYPE.format(n=n) for n in numbers))),
        "_rels/.rels": _part(_ROOT_LINKS),
        "xl/workbook.xml": _part(_BOOK.format(sheets=sheets)),
        "xl/_rels/workbook.xml.rels": _part(f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'),
        "xl/styles.xml": _part(_STYLES),
    }


def _columns(widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, start=1)
    )
    return f"<cols>{columns}</cols>" if columns else ""


def _xlsx_row(number: int, row: Sequence[str]) -> str:
    cells = "".join(
        f'<c r="{_letters(column)}{number}" s="1" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(_ILLEGAL.sub('', text))}</t></is></c>"
        for column, text in enumerate(row)
        if text
    )
    return f'<row r="{number}">{cells}</row>'


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _part(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{body}'.encode()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SPREADSHEET}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SPREADSHEET}.styles+xml"/>'
    "{sheets}</Types>"
)
_SHEET_TYPE = f'<Override PartName="/xl/worksheets/sheet{{n}}.xml" ContentType="{_SPREADSHEET}.worksheet+xml"/>'
_ROOT_LINKS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{{sheets}}</sheets></workbook>'
_LINK = f'<Relationship Id="rId{{n}}" Type="{_LINKS}/{{kind}}" Target="{{target}}"/>'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
