"""Large tables row by row: what a cell says whoever wrote it, merged cells told, nothing dangerous opened."""

from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlwt
from openpyxl import Workbook

from kechuang.documents.formats.refusals import Bomb, Unreadable, UploadRefused
from kechuang.documents.rules import Merged, letters, read_large, stream_csv, stream_xlsx, write_csv
from kechuang.documents.states import LARGE, LIMITS, Kind, limits_of

ROWS = [["编号", "名称", "日期"], ["YQ001", "显微镜", "2016-01-01"], ["YQ002", "=1+1", ""]]


def as_xlsx() -> bytes:
    book, out = Workbook(), BytesIO()
    sheet = book.active
    sheet.title = "一"
    sheet.append(["编号", 128.5, date(2016, 1, 1), True, None, 12.0, "  两边空白  "])
    sheet.append([])
    sheet.append(["x"])
    sheet.merge_cells("B2:C3")
    book.create_sheet("二").append(["第二张"])
    book.save(out)
    return out.getvalue()


def test_an_xlsx_says_its_cells_as_text_with_their_row_numbers() -> None:
    table = read_large("a.xlsx", as_xlsx(), Kind.WORKBOOK)
    assert list(table.sheets) == ["一", "二"]
    assert list(table.rows("一")) == [
        (1, ["编号", "128.5", "2016-01-01", "是", "", "12", "两边空白"]),
        (3, ["x"]),
    ]
    assert list(table.rows("二")) == [(1, ["第二张"])]
    assert table.merged("一") == [Merged(2, 2, 3, 3)]
    assert table.expected("一") == 3


def test_an_old_workbook_says_the_same() -> None:
    book, out = xlwt.Workbook(), BytesIO()
    sheet = book.add_sheet("一")
    sheet.write(0, 0, "编号")
    sheet.write(0, 1, 128.5)
    sheet.write(0, 2, date(2016, 1, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write_merge(1, 2, 0, 1, "合并")
    book.save(out)
    table = read_large("a.xls", out.getvalue(), Kind.WORKBOOK)
    assert next(table.rows("一")) == (1, ["编号", "128.5", "2016-01-01"])
    assert table.merged("一") == [Merged(2, 1, 3, 2)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_either_encoding(encoding: str) -> None:
    content = write_csv(ROWS).decode("utf-8-sig").encode(encoding)
    table = read_large("a.csv", content, Kind.WORKBOOK)
    assert [cells for _number, cells in table.rows("")] == [["编号", "名称", "日期"], ROWS[1], ["YQ002", "=1+1"]]


@pytest.mark.parametrize("written", [stream_xlsx(ROWS), stream_csv(ROWS)], ids=["xlsx", "csv"])
def test_what_is_streamed_out_is_read_again(written: object) -> None:
    content = b"".join(written)  # type: ignore[call-overload]
    name = "a.xlsx" if content.startswith(b"PK") else "a.csv"
    table = read_large(name, content, Kind.WORKBOOK)
    (sheet,) = table.sheets
    assert [cells for _number, cells in table.rows(sheet)] == [ROWS[0], ROWS[1], ["YQ002", "=1+1"]]


def changed(part: str, body: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(as_xlsx())) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, body if name == part else old.read(name))
    return out.getvalue()


def test_entities_broken_parts_and_bombs_are_refused() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    evil = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData><row><c><v>&a;</v></c></row></sheetData></worksheet>'
    for body in (evil, b"<worksheet><sheetData><row>"):
        table = read_large("a.xlsx", changed(sheet, body), Kind.WORKBOOK)
        with pytest.raises(Unreadable):
            list(table.rows("一"))
    with pytest.raises(Bomb):
        read_large("a.xlsx", changed(sheet, b" " * (LIMITS.expansion_max * 1_048_576)), Kind.WORKBOOK)
    with pytest.raises(UploadRefused):
        read_large("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Kind.WORKBOOK)


def test_only_the_instrument_workbook_may_be_so_large() -> None:
    assert limits_of(Kind.WORKBOOK) is LARGE
    assert limits_of(Kind.INVOICE) is LIMITS


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [letters(place) for place in (0, 25, 26, 39, 701, 702)] == ["A", "Z", "AA", "AN", "ZZ", "AAA"]
