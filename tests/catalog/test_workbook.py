from datetime import date
from io import BytesIO

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as OpenWorkbook

from kechuang.catalog.formats.columns import COLUMNS
from kechuang.catalog.formats.workbook import (
    ROWS_MAX,
    SHEET,
    NoInstruments,
    NotThatWorkbook,
    TooManyInstruments,
    Workbook,
    parse,
    written,
)
from kechuang.documents.rules import letters
from kechuang.kernel.errors import Refusal

TODAY = date(2025, 3, 1)
GOOD = {
    "number": "SX-0001",
    "name": "场发射扫描电子显微镜",
    "carrier_kind": "附属于国家重点实验室",
    "carrier": "样例实验室",
    "class_code": "010102",
    "source": "购置",
    "under_customs": "否",
    "original_value_fen": "128.50",
    "booked_on": "2016-01-01",
    "category": "通用",
    "subjects": "物理学，化学",
    "funds": "中央财政资金,单位自有资金",
    "picture": "sem.jpg",
    "yearly_hours_hundredths": "1200.5",
    "external_hours_hundredths": "300",
    "booking_url": "https://example.edu.cn/sem",
    "phone": "0575-88000000",
    "email": "lab@example.edu.cn",
    "postcode": "312000",
}


def as_xls(rows: list[dict[str, object]]) -> bytes:
    """The original's shape: merged group headings, names with their notes, numbers and days as such."""
    book, out = xlwt.Workbook(), BytesIO()
    sheet = book.add_sheet(SHEET)
    sheet.write_merge(0, 0, 1, 30, "仪器基本信息" * 3)
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for place, column in enumerate(COLUMNS):
        sheet.write(1, place, f"{column.name}（{column.note}）" if column.note else column.name)
        for number, row in enumerate(rows, start=2):
            value = row.get(column.field, "")
            sheet.write(number, place, value, *([day] if isinstance(value, date) else []))
    book.save(out)
    return out.getvalue()


def as_xlsx(rows: list[dict[str, object]]) -> bytes:
    book, out = OpenWorkbook(), BytesIO()
    book.active.title = SHEET
    book.active.append(["仪器基本信息"])
    book.active.append([column.name for column in COLUMNS])
    for row in rows:
        book.active.append([row.get(column.field) for column in COLUMNS])
    book.save(out)
    return out.getvalue()


TYPED = GOOD | {
    "original_value_fen": 128.5,
    "booked_on": date(2016, 1, 1),
    "yearly_hours_hundredths": 1200.5,
    "postcode": 312000,
}


@pytest.mark.parametrize(
    ("name", "content", "source"),
    [
        ("仪器.xls", as_xls([TYPED]), "xls"),
        ("仪器.xlsx", as_xlsx([TYPED]), "xlsx"),
        ("其实是新版.xls", as_xlsx([TYPED]), "xlsx"),
        ("本平台空白表.xlsx", written([GOOD]), "xlsx"),
    ],
)
def test_the_national_workbook_is_read_whatever_it_is_saved_as(name: str, content: bytes, source: str) -> None:
    book = parse(name, content, today=TODAY)
    assert (book.findings, book.unknown_columns, book.source) == ((), (), source)
    (row,) = book.rows
    assert (row.row, row.number, row.class_code) == (3, "SX-0001", "010102")
    assert row.original_value_fen == 128_500_000  # 128.5 万元
    assert row.booked_on == date(2016, 1, 1)
    assert row.subjects == ("物理学", "化学")
    assert row.carrier_kind == "国家重点实验室"
    assert (row.yearly_hours_hundredths, row.external_hours_hundredths) == (120_050, 30_000)
    assert not row.under_customs


def one(**changed: object) -> Workbook:
    return parse("a.xlsx", written([{**GOOD, **changed}]), today=TODAY)


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [
        ("number", "", "A"),
        ("name", "", "C"),
        ("carrier_kind", "某中心", "E"),
        ("class_code", "10102", "H"),
        ("class_code", "150101", "H"),
        ("class_code", "ABCDEF", "H"),
        ("class_code", "", "H"),
        ("source", "租赁", "I"),
        ("under_customs", "也许", "J"),
        ("original_value_fen", "128.505", "K"),
        ("original_value_fen", "128万", "K"),
        ("original_value_fen", "-1", "K"),
        ("original_value_fen", "0", "K"),
        ("booked_on", "2016-13-01", "N"),
        ("booked_on", "去年", "N"),
        ("booked_on", "2025-03-02", "N"),
        ("category", "贵重", "O"),
        ("indicators", "长" * 501, "Q"),
        ("functions", "长" * 301, "R"),
        ("subjects", "一,二,三,四,五", "S"),
        ("funds", "捐款", "T"),
        ("services", "长" * 201, "U"),
        ("picture", "sem.png", "V"),
        ("yearly_hours_hundredths", "9000", "W"),
        ("yearly_hours_hundredths", "很多", "W"),
        ("notice", "长" * 501, "X"),
        ("charges", "长" * 501, "Y"),
        ("booking_url", "javascript:alert(1)", "Z"),
        ("external_hours_hundredths", "1201", "AE"),
        ("phone", "打我", "AG"),
        ("email", "lab", "AH"),
        ("postcode", "31200", "AJ"),
        ("declaration_number", "123", "AK"),
        ("declaration_item", "1", "AL"),
        ("model", "#REF!", "P"),
    ],
)
def test_each_column_keeps_its_rule(field: str, value: str, column: str) -> None:
    (finding,) = one(**{field: value}).findings
    assert (finding.row, finding.column) == (3, column)
    assert finding.rule
    assert finding.remedy


@pytest.mark.parametrize(
    ("field", "length"), [("indicators", 500), ("functions", 300), ("services", 200), ("notice", 500), ("charges", 500)]
)
def test_a_text_of_exactly_the_limit_is_taken(field: str, length: int) -> None:
    assert not one(**{field: "长" * length}).findings


def test_under_customs_asks_for_the_declaration() -> None:
    book = one(under_customs="是")
    assert [finding.column for finding in book.findings] == ["AK", "AL", "AM", "AN"]
    declared = {
        "declaration_number": "1" * 18,
        "declaration_item": "01",
        "released_on": "2016-01-01",
        "declared_name": "电镜",
    }
    assert not one(under_customs="是", **declared).findings


def test_a_carrier_kind_asks_for_the_carrier() -> None:
    assert [finding.column for finding in one(carrier="").findings] == ["F"]


def test_one_number_stands_in_one_row() -> None:
    book = parse("a.xlsx", written([GOOD, {}, GOOD]), today=TODAY)
    assert [(finding.row, finding.limit) for finding in book.findings] == [(5, "3")]


def test_the_report_names_every_cell_at_once() -> None:
    book = parse(
        "a.xlsx", written([{**GOOD, "name": "", "source": "?"}, {**GOOD, "number": "B", "email": "x"}]), today=TODAY
    )
    assert [(f.row, f.column) for f in book.findings] == [(3, "C"), (3, "I"), (4, "AH")]


def test_columns_are_known_by_name_not_by_place() -> None:
    book, out = OpenWorkbook(), BytesIO()
    turned = list(reversed(COLUMNS))
    book.active.append(["备注", *(column.name for column in turned)])
    book.active.append(["x", *(GOOD.get(column.field) for column in turned)])
    book.save(out)
    parsed = parse("a.xlsx", out.getvalue(), today=TODAY)
    assert parsed.rows[0].name == GOOD["name"]
    assert parsed.unknown_columns == ("备注",)


def test_another_table_is_refused_whole() -> None:
    book, out = OpenWorkbook(), BytesIO()
    book.active.append(["仪器编号", "价格"])
    book.save(out)
    with pytest.raises(NotThatWorkbook) as refusal:
        parse("a.xlsx", out.getvalue(), today=TODAY)
    assert "所在单位仪器编号" in str(refusal.value.facts["missing"])


def test_an_empty_and_an_endless_workbook_are_refused() -> None:
    with pytest.raises(NoInstruments):
        parse("a.xlsx", written(), today=TODAY)
    with pytest.raises(TooManyInstruments):
        parse("a.xlsx", written([{"number": str(n)} for n in range(ROWS_MAX + 1)]), today=TODAY)


def test_columns_are_named_as_the_spreadsheet_names_them() -> None:
    assert [letters(place) for place in (0, 25, 26, 39)] == ["A", "Z", "AA", "AN"]
    assert len(COLUMNS) == 40


def test_the_blank_table_is_the_same_bytes_each_time() -> None:
    assert written() == written()


@given(st.dictionaries(st.sampled_from([column.field for column in COLUMNS]), st.text(max_size=30)))
def test_any_text_in_any_cell_is_read_or_reported(changed: dict[str, str]) -> None:
    try:
        book = one(**changed)
    except Refusal as refusal:
        assert refusal.code.startswith(("catalog.", "documents."))  # noqa: PT017 (nothing else may be raised)
    else:
        assert len(book.rows) + len(book.findings) >= 1
