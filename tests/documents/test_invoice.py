from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.documents.formats import invoice as formats
from kechuang.documents.formats.capital import WrongCapitals
from kechuang.documents.formats.fields import InvoiceFieldWrong, WrongInvoiceNumber, day, normalised_number
from kechuang.documents.formats.invoice import (
    AmountsDisagree,
    CapitalsDisagree,
    InvoiceFieldMissing,
    NoInvoiceData,
    Trust,
    read,
)
from kechuang.documents.formats.invoice_xml import TwoValues, UnknownDialect
from kechuang.documents.formats.specimens import (
    DIALECTS,
    Figures,
    invoice_number,
    page_pdf,
    specimen_invoice_ofd,
    specimen_invoice_pdf,
    specimen_invoice_xml,
    specimen_report_pdf,
    zipped,
)
from kechuang.kernel.errors import Refusal

MARCH = date(2025, 3, 1)
FIGURES = Figures(
    number=invoice_number(MARCH, 7),
    buyer_name="绍兴样例科技有限公司",
    buyer_code="91330602MA2ABCDE0X",
    seller_name="绍兴样例学院",
    seller_code="12330600471000123X",
    gross_fen=106_005,
    issued_on=MARCH,
)
XML = [(f"{name}.xml", specimen_invoice_xml(FIGURES, dialect=name)) for name in DIALECTS]
OFD = [(f"{place}.ofd", specimen_invoice_ofd(FIGURES, holding=place)) for place in ("attachment", "tags", "docinfo")]
ALL = [*XML, *OFD, ("page.pdf", specimen_invoice_pdf(FIGURES))]


@pytest.mark.parametrize(("name", "content"), ALL, ids=[name for name, _content in ALL])
def test_every_form_says_the_same(name: str, content: bytes) -> None:
    invoice = read(name, content)
    assert invoice.number == FIGURES.number
    assert (invoice.net_fen, invoice.tax_fen, invoice.gross_fen) == (100_005, 6_000, 106_005)
    assert (invoice.buyer_code, invoice.seller_code) == (FIGURES.buyer_code, FIGURES.seller_code)
    assert invoice.issued_on == MARCH
    assert invoice.capital_fen in (None, 106_005)
    assert not invoice.red


@pytest.mark.parametrize(("name", "content"), [*XML, OFD[0]])
def test_the_structured_invoice_is_trusted_and_has_its_lines(name: str, content: bytes) -> None:
    invoice = read(name, content)
    assert invoice.trust is Trust.FULL
    assert [line.net_fen for line in invoice.lines] == [100_005]


@pytest.mark.parametrize(("name", "content"), [*OFD[1:], ALL[-1]])
def test_what_is_read_off_the_page_is_trusted_in_part(name: str, content: bytes) -> None:
    assert read(name, content).trust is Trust.PARTIAL


def test_the_documents_own_total_is_net() -> None:
    """合计金额 in the OFD's CustomDatas is net: taken as gross it would be 60 yuan too little."""
    invoice = read("docinfo.ofd", specimen_invoice_ofd(FIGURES, holding="docinfo"))
    assert (invoice.source_dialect, invoice.net_fen, invoice.gross_fen) == ("ofd/docinfo", 100_005, 106_005)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_red_letter_invoice_names_the_blue_one(dialect: str) -> None:
    red = replace(FIGURES, number=invoice_number(MARCH, 8), gross_fen=-106_005, red_of=FIGURES.number)
    invoice = read("red.xml", specimen_invoice_xml(red, dialect=dialect))
    assert invoice.red
    assert (invoice.red_of, invoice.gross_fen) == (FIGURES.number, -106_005)


def test_an_old_invoice_is_known_by_code_and_number() -> None:
    old = replace(FIGURES, number="12345678", old_code="033002100111")
    assert read("old.xml", specimen_invoice_xml(old, dialect="chinese")).number == "03300210011112345678"


def test_a_signature_does_not_speak_for_the_invoice() -> None:
    content = specimen_invoice_xml(FIGURES).replace(
        b"</EInvoice>",
        "<Signature><SellerInformation><SellerName>他人</SellerName></SellerInformation></Signature></EInvoice>".encode(),
    )
    assert read("signed.xml", content).seller_name == FIGURES.seller_name


def broken(edit: Callable[[str], str]) -> bytes:
    return edit(specimen_invoice_xml(FIGURES).decode()).encode()


@pytest.mark.parametrize(
    ("edit", "refusal"),
    [
        (lambda text: text.replace("1000.05<", "1000.06<"), AmountsDisagree),
        (lambda text: text.replace("壹仟零陆拾圆零伍分", "壹仟零陆拾圆整"), CapitalsDisagree),
        (lambda text: text.replace("壹仟零陆拾圆零伍分", "一千块"), WrongCapitals),
        (lambda text: text.replace(FIGURES.number, "2533200000000000007"), WrongInvoiceNumber),
        (lambda text: text.replace(FIGURES.number, ""), InvoiceFieldMissing),
        (lambda text: text.replace(FIGURES.buyer_name, ""), InvoiceFieldMissing),
        (lambda text: text.replace("2025-03-01 10:00:00", "2025-02-30"), InvoiceFieldWrong),
        (lambda text: text.replace(">1060.05</TotalTax-", ">abc</TotalTax-"), InvoiceFieldWrong),
        (lambda text: text.replace("EInvoice>", "Receipt>"), UnknownDialect),
        (
            lambda text: text.replace(
                "</BasicInformation>", "<TotalTax-includedAmount>9.99</TotalTax-includedAmount></BasicInformation>"
            ),
            TwoValues,
        ),
    ],
)
def test_whatever_does_not_fit_is_refused(edit: Callable[[str], str], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read("broken.xml", broken(edit))


def test_a_page_that_is_no_invoice_is_refused() -> None:
    report = specimen_report_pdf(number="R1", title="检测报告", client="甲", provider="乙", issued_on=MARCH)
    with pytest.raises(UnknownDialect):
        read("report.pdf", report)
    with pytest.raises(UnknownDialect):
        read("empty.ofd", zipped({"OFD.xml": b"<OFD/>"}))
    with pytest.raises(NoInvoiceData):
        read("scan.jpg", b"\xff\xd8\xff\xe0")


def test_labels_before_values_are_read_too() -> None:
    """Many programs draw all labels first and the values after them."""
    lines = [
        "电子发票（普通发票）",
        "发票号码：",
        "开票日期：",
        FIGURES.number,
        "2025年03月01日",
        "合计",
        "¥1000.05",
        "¥60.00",
        "（小写）¥1060.05",
    ]
    invoice = read("labels.pdf", page_pdf(lines))
    assert (invoice.number, invoice.gross_fen, invoice.tax_fen) == (FIGURES.number, 106_005, 6_000)
    assert invoice.buyer_name == ""  # not told apart, so not claimed


@pytest.mark.parametrize(
    "typed",
    [
        "25332000000000000007",
        "２５３３２００００００００００００００７",
        " 2533 2000 0000 0000 0007 ",
        "2533-2000-0000-0000-0007",
        "25332000\u200b000000000007",
        "2533·2000·0000·0000·0007",
        "٢٥٣٣٢٠٠٠٠٠٠٠٠٠٠٠٠٠٠٧",
        "25332000000000\u3000000007",
        "25332000000000\ufeff000007",
        "2533–2000–0000–0000–0007",
    ],
)
def test_one_number_has_one_form(typed: str) -> None:
    """T4: a re-typed number is the same number."""
    assert normalised_number(typed) == "25332000000000000007"


@pytest.mark.parametrize(
    ("number", "code"),
    [("12345678", "033002100111"), ("033002100111 12345678", ""), ("１２３４５６７８", "0330 0210 0111")],
)
def test_old_code_and_number_are_one(number: str, code: str) -> None:
    assert normalised_number(number, code) == "03300210011112345678"


@pytest.mark.parametrize(
    "typed", ["", "1234567", "12345678", "2533200000000000000O", "No.25332000000000000007", "2" * 21, "<script>"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(WrongInvoiceNumber):
        normalised_number(typed)


@given(st.text(max_size=40))
def test_any_typed_number_is_read_or_refused(typed: str) -> None:
    try:
        assert normalised_number(typed).isascii()
    except WrongInvoiceNumber:
        return


@pytest.mark.parametrize(
    "typed",
    [
        "2025-03-01",
        "20250301",
        "2025年3月1日",
        "2025年03月01日",
        "2025/3/1",
        "2025-03-01 10:00:00",
        "2025-03-01T10:00:00Z",
    ],
)
def test_days_are_read_in_every_writing(typed: str) -> None:
    assert day("开票日期", typed) == MARCH


@given(st.integers(1, 10**11), st.sampled_from(sorted(DIALECTS)))
def test_any_amount_comes_back_to_the_fen(gross: int, dialect: str) -> None:
    invoice = formats.read("a.xml", specimen_invoice_xml(replace(FIGURES, gross_fen=gross), dialect=dialect))
    assert (invoice.gross_fen, invoice.net_fen + invoice.tax_fen) == (gross, gross)


@given(st.binary(max_size=300), st.integers(0, 1_500), st.sampled_from([content for _name, content in ALL]))
def test_no_damage_crashes_the_reader(noise: bytes, place: int, content: bytes) -> None:
    try:
        read("damaged", content[:place] + noise + content[place + len(noise) :])
    except Refusal as refusal:
        assert refusal.code.startswith("documents.")  # noqa: PT017 (nothing else may be raised)
