"""Large tables (大表) row by row: .xlsx, .xls and CSV as rows of text, without ever holding all of them.

As in `tables` everything becomes text: days as ISO, numbers in their shortest form. An xlsx is read from its raw XML, so
whatever program wrote it. Cells that are merged are said, not filled.
"""

# lxml and xlrd have no types.
# mypy: disallow-untyped-calls=False

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import IO, Any

from lxml import etree

from kechuang.documents.formats import containers
from kechuang.documents.formats.refusals import Bomb, Encrypted, Unreadable
from kechuang.documents.formats.tables import serial_day, unguarded
from kechuang.documents.formats.upload import checked
from kechuang.documents.states import CHUNK_BYTES, LARGE, Kind, Media
from kechuang.kernel.text import gettext_noop as _

_COLUMNS_MAX, _CELL_CHARS_MAX, _SHEETS_MAX = 200, 4_000, 50
_SHARED_BYTES_MAX = 128 * 1_048_576
_PROLOGUE_BYTES = 4_096
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_TEXTS, _VALUES = frozenset({_MAIN + "t", _STRICT + "t"}), frozenset({_MAIN + "v", _STRICT + "v"})
_WORKBOOK = re.compile(r"xl/workbook\d*\.xml")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"')
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s[^>]*ref="(?:[A-Z]{1,3}\d+:)?[A-Z]{1,3}(\d+)"')
_MERGE_CHARS = 200  # kept from one piece of a sheet to the next, so that no mark is cut in two
_BUILT_IN_DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_DAY_FORMAT = re.compile(r"[ymd年月日]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells joined into one, in rows and columns from 1 as the spreadsheet counts them; both ends are within."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class LargeTable:
    """A file of one or more sheets. `source` says what it is: xlsx, xls, csv."""

    source = ""

    @property
    def sheets(self) -> Sequence[str]:
        """Names of the sheets, in their order; a CSV has one without a name."""
        raise NotImplementedError

    def rows(self, sheet: str) -> Iterator[Row]:
        """The rows that hold something, with their number as the spreadsheet shows it."""
        raise NotImplementedError

    def merged(self, sheet: str) -> list[Merged]:
        return []

    def expected(self, sheet: str) -> int:
        """How many rows the file says it has; 0 when it does not say. Only for showing progress."""
        return 0


def read_large(name: str, content: bytes, kind: Kind) -> LargeTable:
    """The table in an upload of `kind`; raises what `upload.checked` raises, Bomb, Encrypted, Unreadable."""
    media = checked(name, content, kind).media
    if media is Media.CSV:
        return _Csv(content)
    return _Xls(name, content) if media is Media.XLS else _Xlsx(name, content)


def letters(place: int) -> str:
    """0 as A, 39 as AN: how a spreadsheet names a column."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _number(column: str) -> int:
    """A as 0, AN as 39."""
    found = 0
    for char in column:
        found = found * 26 + ord(char) - ord("A") + 1
    return found - 1


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


class _Csv(LargeTable):
    source = "csv"

    def __init__(self, content: bytes) -> None:
        self._content = content

    @property
    def sheets(self) -> Sequence[str]:
        return ("",)

    def rows(self, sheet: str) -> Iterator[Row]:
        with TextIOWrapper(BytesIO(self._content), encoding=self._encoding(), newline="") as text:
            head = text.readline()
            text.seek(0)
            separator = max(",\t;", key=head.count)
            for number, row in enumerate(csv.reader(text, delimiter=separator), start=1):
                cells = _trimmed([unguarded(cell)[:_CELL_CHARS_MAX].strip() for cell in row[:_COLUMNS_MAX]])
                if cells:
                    yield number, cells

    def expected(self, sheet: str) -> int:
        return self._content.count(b"\n")

    def _encoding(self) -> str:
        try:
            self._content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return "gb18030"
        return "utf-8-sig"


class _Xls(LargeTable):
    source = "xls"

    def __init__(self, name: str, content: bytes) -> None:
        import xlrd

        try:
            with open("/dev/null", "w") as silence:
                # xlrd tells of merged cells only together with the formats
                self._book = xlrd.open_workbook(
                    file_contents=content, on_demand=True, formatting_info=True, ragged_rows=True, logfile=silence
                )
                self._sheets = tuple(self._book.sheet_names())[:_SHEETS_MAX]
                self._first = self._book.sheet_by_index(0)
        except Exception as broken:  # xlrd raises many built-in kinds for broken files
            if "encrypted" in str(broken).lower():
                raise Encrypted(name=name) from broken
            raise Unreadable(name=name, rule=_("工作簿无法读取")) from broken

    @property
    def sheets(self) -> Sequence[str]:
        return self._sheets

    def rows(self, sheet: str) -> Iterator[Row]:
        from kechuang.documents.formats.xls import xls_text

        held = self._sheet(sheet)
        for number in range(held.nrows):
            cells = [xls_text(self._book, cell)[:_CELL_CHARS_MAX].strip() for cell in held.row(number)[:_COLUMNS_MAX]]
            if _trimmed(cells):
                yield number + 1, cells

    def merged(self, sheet: str) -> list[Merged]:
        return [Merged(low + 1, left + 1, high, right) for low, high, left, right in self._sheet(sheet).merged_cells]

    def expected(self, sheet: str) -> int:
        return int(self._sheet(sheet).nrows)

    def _sheet(self, sheet: str) -> Any:
        return self._first if sheet == self._sheets[0] else self._book.sheet_by_name(sheet)


class _Xlsx(LargeTable):
    source = "xlsx"

    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._archive = containers.opened(name, content, LARGE)
        self._held = set(self._archive.namelist())
        main = next((part for part in sorted(self._held) if _WORKBOOK.fullmatch(part)), "xl/workbook.xml")
        self._links = f"xl/_rels/{main.removeprefix('xl/')}.rels"
        book = self._tree(_member(name, self._held, main))
        self._paths = self._find_sheets(book)
        if not self._paths:
            raise Unreadable(name=name, rule=_("工作簿没有工作表"))
        setting = next((node for node in book.iter() if _local(node) == "workbookPr"), None)
        self._since_1904 = setting is not None and setting.get("date1904") in ("1", "true")
        self._days = self._day_styles()
        self._shared: list[str] | None = None

    @property
    def sheets(self) -> Sequence[str]:
        return tuple(self._paths)

    def rows(self, sheet: str) -> Iterator[Row]:
        if self._shared is None:
            self._shared = self._shared_texts()
        seen = 0
        with self._archive.open(self._paths[sheet]) as stream:
            for node in _ends(self._name, stream, "row"):
                seen = int(node.get("r") or seen + 1)
                if cells := _trimmed(self._cells(node)):
                    yield seen, cells

    def merged(self, sheet: str) -> list[Merged]:
        """Found in the text alone: they stand behind all rows, and rows are told while they are read."""
        found: list[Merged] = []
        kept = b""
        with self._archive.open(self._paths[sheet]) as stream:
            while piece := stream.read(CHUNK_BYTES):
                text = kept + piece
                for match in _MERGE.finditer(text):
                    found.append(_merged(match[1].decode()))
                last = max((match.end() for match in _MERGE.finditer(text)), default=0)
                kept = text[max(last, len(text) - _MERGE_CHARS) :]
        return found

    def expected(self, sheet: str) -> int:
        with self._archive.open(self._paths[sheet]) as stream:
            match = _DIMENSION.search(stream.read(_PROLOGUE_BYTES))
        return int(match[1]) if match else 0

    def _cells(self, row: Any) -> list[str]:
        cells: list[str] = []
        for place, cell in enumerate(row):
            column = _place(cell.get("r"), len(cells) if place else 0)
            if column < _COLUMNS_MAX:
                if column > len(cells):
                    cells += [""] * (column - len(cells))
                cells[column:] = [self._text(cell)[:_CELL_CHARS_MAX].strip()]
        return cells

    def _text(self, cell: Any) -> str:
        kind = cell.get("t")
        if kind == "inlineStr":
            inner: Any = cell[0] if len(cell) else ()
            if len(inner) == 1 and inner[0].tag in _TEXTS:  # nearly always: looked at two million times
                return str(inner[0].text or "")
            return "".join(_string(node) for node in cell if _local(node) == "is")
        value = next((node.text or "" for node in cell if node.tag in _VALUES), "")
        if kind == "s":
            texts = self._shared or []
            return texts[int(value)] if value.isdigit() and int(value) < len(texts) else "#REF!"
        if kind == "b":
            return "是" if value == "1" else "否"
        if kind in (None, "n") and value:
            return self._figure(value, cell.get("s"))
        return value

    def _figure(self, value: str, style: str | None) -> str:
        if style in self._days:
            try:
                return serial_day(int(float(value)), since_1904=self._since_1904).isoformat()
            except (ValueError, OverflowError):
                return value
        if value.isdigit():
            return value
        try:
            figure = float(value)
        except ValueError:
            return value
        return str(int(figure)) if figure.is_integer() and abs(figure) < 1e15 else format(figure, ".12g")

    def _find_sheets(self, book: Any) -> dict[str, str]:
        links = self._tree(_member(self._name, self._held, self._links))
        targets = {node.get("Id", ""): node.get("Target", "") for node in links}
        found: dict[str, str] = {}
        for node in list(book.iter())[: _SHEETS_MAX * 10]:
            if _local(node) != "sheet" or len(found) >= _SHEETS_MAX:
                continue
            link = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
            target = targets.get(link, "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if path in self._held:
                found[str(node.get("name", ""))] = path
        return found

    def _day_styles(self) -> frozenset[str]:
        """The numbers of the cell styles by which a number is shown as a day."""
        if "xl/styles.xml" not in self._held:
            return frozenset()
        styles = self._tree("xl/styles.xml")
        own = {
            node.get("numFmtId"): bool(_DAY_FORMAT.search(_QUOTED.sub("", node.get("formatCode", ""))))
            for node in styles.iter()
            if _local(node) == "numFmt"
        }
        formats = next((node for node in styles if _local(node) == "cellXfs"), ())
        numbers = [node.get("numFmtId", "0") for node in formats]
        return frozenset(
            str(place)
            for place, number in enumerate(numbers)
            if own.get(number, number.isdigit() and int(number) in _BUILT_IN_DAYS)
        )

    def _shared_texts(self) -> list[str]:
        path = "xl/sharedStrings.xml"
        if path not in self._held:
            return []
        if self._archive.getinfo(path).file_size > _SHARED_BYTES_MAX:
            raise Bomb(name=self._name, rule=_("展开后大小上限（MB）："), limit=_SHARED_BYTES_MAX // CHUNK_BYTES)
        with self._archive.open(path) as stream:
            return [_string(node) for node in _ends(self._name, stream, "si")]

    def _tree(self, path: str) -> Any:
        content = containers.read(self._name, self._archive, path)
        _refuse_doctype(self._name, content)
        try:
            return etree.fromstring(content, _parser())
        except etree.XMLSyntaxError as broken:
            raise Unreadable(name=self._name, rule=_("工作簿无法读取")) from broken


def _merged(reference: str) -> Merged:
    (left, low), (right, high) = _REFERENCE.findall(reference)
    return Merged(int(low), _number(left) + 1, int(high), _number(right) + 1)


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _refuse_doctype(name: str, head: bytes) -> None:
    if b"<!DOCTYPE" in head[:_PROLOGUE_BYTES] or b"<!ENTITY" in head[:_PROLOGUE_BYTES]:
        raise Unreadable(name=name, rule=_("工作簿无法读取"))


def _ends(name: str, stream: IO[bytes], tag: str) -> Iterator[Any]:
    """Each element `tag` when it is whole; what has been given is dropped from memory."""
    _refuse_doctype(name, stream.read(_PROLOGUE_BYTES))
    stream.seek(0)
    wanted = (_MAIN + tag, _STRICT + tag)
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        for _event, node in etree.iterparse(stream, events=("end",), tag=wanted, **options):
            yield node
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
    except etree.XMLSyntaxError as broken:
        raise Unreadable(name=name, rule=_("工作簿无法读取")) from broken


def _member(name: str, held: set[str], path: str) -> str:
    if path not in held:
        raise Unreadable(name=name, rule=_("工作簿缺少部件："), limit=path)
    return path


_places: dict[str, int] = {}


def _place(reference: str | None, following: int) -> int:
    """The column of a cell reference; without one the cell follows the last."""
    if not reference:
        return following
    column = reference.rstrip("0123456789")
    place = _places.get(column)
    if place is None:
        if not re.fullmatch(r"[A-Z]{1,3}", column):
            return following
        place = _places[column] = _number(column)
    return place


def _local(node: Any) -> str:
    tag = node.tag
    return str(tag).rpartition("}")[2] if isinstance(tag, str) else ""


def _string(node: Any) -> str:
    """The text of a shared or inline string; phonetic hints are left out."""
    text = []
    for child in node:
        kind = _local(child)
        if kind == "t":
            text.append(child.text or "")
        elif kind == "r":
            text.extend(inner.text or "" for inner in child if _local(inner) == "t")
    return "".join(text)
