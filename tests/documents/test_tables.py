from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kechuang.documents.formats.specimens import zipped
from kechuang.documents.formats.tables import guarded, read, unguarded, write_csv, write_xlsx
from kechuang.documents.states import Kind

PAYLOADS = [
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "|calc",
    "%0A=1",
    '=HYPERLINK("http://x","y")',
    "=cmd|'/C calc'!A0",
    "--1+1",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_a_csv_is_a_formula(payload: str) -> None:
    """T10, also in full-width signs and behind spaces; a cell cannot break out into the next one."""
    cell = guarded(payload)
    assert cell.startswith("'")
    text = write_csv([["a", f"x,\n{payload}", payload]]).decode("utf-8-sig")
    assert text.count("\r\n") == 1
    assert "\n" not in text.replace("\r\n", "")
    assert "\t" not in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_an_xlsx_is_a_formula(payload: str) -> None:
    book = load_workbook(BytesIO(write_xlsx([[payload]])))
    cell = book.active["A1"]
    assert cell.data_type in ("s", "inlineStr")
    assert cell.quotePrefix


def test_negative_control_openpyxl_would_have_made_a_formula() -> None:
    book = Workbook()
    book.active["A1"] = "=1+1"
    assert book.active["A1"].data_type == "f"


@pytest.mark.parametrize("plain", ["12.50", "-12.50", "1,234.50", "6222020000000000001", "名称", "", "'s"])
def test_plain_values_are_left_alone(plain: str) -> None:
    assert guarded(plain) == plain


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20),
            min_size=1,
            max_size=6,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_written_comes_back(rows: list[list[str]]) -> None:
    wanted = tuple(tuple(row) for row in rows)
    assert read("a.xlsx", write_xlsx(rows), Kind.IMPORT).rows == wanted
    assert tuple(tuple(row) for row in rows) == wanted
    assert all(unguarded(guarded(cell)) == cell for row in rows for cell in row if not cell.startswith("'"))


def test_tables_are_the_same_bytes_each_time() -> None:
    rows = [["a", "=b"], ["长", "6222020000000000001"]]
    assert write_xlsx(rows) == write_xlsx(rows)
    assert write_csv(rows) == write_csv(rows)
    assert write_csv(rows).startswith(b"\xef\xbb\xbf")


def numbers_and_days() -> bytes:
    from datetime import date

    book, out = Workbook(), BytesIO()
    book.active.append([12.0, 0.1 + 0.2, date(2016, 1, 2), True, None, "x", 128.5])
    book.save(out)
    return out.getvalue()


def test_numbers_become_their_shortest_text() -> None:
    assert read("a.xlsx", numbers_and_days(), Kind.IMPORT).rows == (
        ("12", "0.3", "2016-01-02", "是", "", "x", "128.5"),
    )


def edited(content: bytes, **parts: bytes | None) -> bytes:
    """The workbook with parts replaced or, with None, left out."""
    with ZipFile(BytesIO(content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    for name, body in parts.items():
        if body is None:
            del held[name]
        else:
            held[name] = body
    return zipped(held)


def test_a_workbook_that_openpyxl_cannot_open_is_read_from_its_xml() -> None:
    broken = edited(numbers_and_days(), **{"xl/styles.xml": b"<styleSheet><fills><fill/></fills></styleSheet>"})
    with pytest.raises(TypeError, match="Fill"):
        load_workbook(BytesIO(broken))
    table = read("a.xlsx", broken, Kind.IMPORT)
    assert table.source == "xlsx/raw"
    assert table.rows[0][:2] == ("12", "0.3")
    assert table.rows[0][5] == "x"


def test_a_missing_drawing_part_does_not_matter() -> None:
    """As R's openxlsx writes them: the sheet names a drawing that is not there."""
    content = numbers_and_days()
    with ZipFile(BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    links = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/>'
        b"</Relationships>"
    )
    drawn = sheet.replace(
        b"</worksheet>",
        b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/></worksheet>',
    )
    broken = edited(content, **{"xl/worksheets/sheet1.xml": drawn, "xl/worksheets/_rels/sheet1.xml.rels": links})
    with pytest.raises(KeyError, match="drawing1"):
        load_workbook(BytesIO(broken))
    assert read("a.xls", broken, Kind.IMPORT).rows[0][0] == "12"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a;b\n1;2", (("a", "b"), ("1", "2"))),
        ("a\tb\n1\t2", (("a", "b"), ("1", "2"))),
        ("名,值\n'=1,x", (("名", "值"), ("=1", "x"))),
    ],
)
def test_csv_of_any_separator_and_encoding_is_read(text: str, rows: tuple[tuple[str, ...], ...]) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert read("a.csv", text.encode(encoding), Kind.IMPORT).rows == rows
