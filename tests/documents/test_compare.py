from dataclasses import replace
from datetime import date

import pytest

from kechuang.documents.formats.compare import (
    Allocation,
    Amount,
    Comparison,
    Covers,
    Expected,
    Verdict,
    clean,
    compare,
)
from kechuang.documents.formats.invoice import Invoice, Trust, read
from kechuang.documents.formats.specimens import (
    Figures,
    invoice_number,
    specimen_invoice_ofd,
    specimen_invoice_pdf,
    specimen_invoice_xml,
)
from kechuang.kernel.money import Fen

MARCH = date(2025, 3, 1)
FIGURES = Figures(
    number=invoice_number(MARCH, 7),
    buyer_name="绍兴样例（集团）有限公司",
    buyer_code="91330602MA2ABCDE0X",
    seller_name="绍兴样例学院",
    seller_code="12330600471000123X",
    gross_fen=106_000,
    issued_on=MARCH,
)
INVOICE = read("a.xml", specimen_invoice_xml(FIGURES))
EXPECTED = Expected(
    buyer_name="绍兴样例(集团)有限公司",
    seller_name="绍兴样例学院",
    price_fen=Fen(106_000),
    own_share_fen=Fen(53_000),
    ordered_on=date(2025, 2, 20),
    buyer_code="91330602MA2ABCDE0X",
    seller_code="12330600471000123X",
    contract_fen=Fen(106_000),
    paid_fen=Fen(53_000),
    claimed_on=date(2025, 3, 10),
    articles={"amount": "绍兴试点方案 三（一）3", "buyer_name": "现行文件"},
)


def row(
    name: str, *invoices: Invoice, expected: Expected = EXPECTED, allocations: tuple[Allocation, ...] = ()
) -> Comparison:
    rows = compare(invoices or (INVOICE,), expected, allocations)
    return next(each for each in rows if each.name == name)


def test_a_clean_claim_agrees_in_every_row() -> None:
    rows = compare([INVOICE], EXPECTED)
    assert clean(rows)
    assert {each.name for each in rows} == {
        "buyer_name",
        "buyer_code",
        "seller_name",
        "seller_code",
        "issued_on",
        "number",
        "capital",
        "red",
        "source",
        "amount",
        "contract",
        "paid",
    }
    assert row("amount") == Comparison(
        "amount", "价税合计", Verdict.AGREES, "1,060.00", "1,060.00", "绍兴试点方案 三（一）3"
    )


@pytest.mark.parametrize(
    ("name", "changed", "verdict"),
    [
        ("buyer_name", {"buyer_name": "他人公司"}, Verdict.DIFFERS),
        ("buyer_name", {"buyer_name": ""}, Verdict.MISSING),
        ("buyer_code", {"buyer_code": "91330602MA2ABCDE1X"}, Verdict.DIFFERS),
        ("seller_code", {"seller_code": ""}, Verdict.MISSING),
        ("seller_name", {"seller_name": "别的学院"}, Verdict.DIFFERS),
        ("issued_on", {"issued_on": date(2025, 2, 19)}, Verdict.DIFFERS),
        ("issued_on", {"issued_on": date(2025, 2, 20)}, Verdict.AGREES),
        ("issued_on", {"issued_on": date(2025, 3, 11)}, Verdict.DIFFERS),
        ("number", {"number": "24332000000000000007"}, Verdict.DIFFERS),
        ("number", {"number": "12345678033002100111", "old_code": "033002100111"}, Verdict.AGREES),
        ("capital", {"capital_fen": None}, Verdict.MISSING),
        ("capital", {"capital_fen": Fen(1)}, Verdict.DIFFERS),
        ("red", {"red_of": "25332000000000000001"}, Verdict.DIFFERS),
        ("red", {"gross_fen": Fen(-106_000)}, Verdict.DIFFERS),
        ("source", {"trust": Trust.PARTIAL}, Verdict.MISSING),
        ("amount", {"gross_fen": Fen(105_999)}, Verdict.DIFFERS),
    ],
)
def test_each_difference_is_named_with_both_values(name: str, changed: dict[str, object], verdict: Verdict) -> None:
    found = row(name, replace(INVOICE, **changed))
    assert found.verdict is verdict
    assert found.expected
    assert clean(compare([replace(INVOICE, **changed)], EXPECTED)) == (verdict is Verdict.AGREES)


def test_net_or_gross_is_a_reading() -> None:
    net = replace(EXPECTED, invoice_amount=Amount.NET, price_fen=Fen(100_000))
    assert row("amount", expected=net).verdict is Verdict.AGREES
    assert row("amount", expected=replace(net, invoice_amount=Amount.GROSS)).verdict is Verdict.DIFFERS


def test_full_price_or_own_share_is_a_reading() -> None:
    half = read("half.xml", specimen_invoice_xml(replace(FIGURES, gross_fen=53_000)))
    own = replace(EXPECTED, invoice_covers=Covers.OWN_SHARE)
    assert row("amount", half, expected=own).verdict is Verdict.AGREES
    assert row("amount", half).verdict is Verdict.DIFFERS
    assert row("amount", half).reason == "应按全价开票"


def test_instalments_add_up() -> None:
    one = read("1.xml", specimen_invoice_xml(replace(FIGURES, gross_fen=50_000)))
    two = read("2.xml", specimen_invoice_xml(replace(FIGURES, gross_fen=56_000, number=invoice_number(MARCH, 8))))
    rows = compare([one, two], EXPECTED)
    assert clean(rows)
    assert {"buyer_name_1", "buyer_name_2"} <= {each.name for each in rows}
    assert next(each for each in rows if each.name == "buyer_name_2").article == "现行文件"


def test_one_invoice_over_several_orders_never_passes_its_gross() -> None:
    big = read("big.xml", specimen_invoice_xml(replace(FIGURES, gross_fen=200_000)))
    name = f"allocation_{big.number}"
    fits = Allocation(big.number, Fen(106_000), Fen(94_000))
    assert clean(compare([big], EXPECTED, [fits]))
    over = replace(fits, elsewhere_fen=Fen(94_001))
    assert row(name, big, allocations=(over,)).verdict is Verdict.DIFFERS
    assert row("allocation_x", big, allocations=(Allocation("x", Fen(1)),)).verdict is Verdict.MISSING
    assert row("amount", big, allocations=(replace(fits, fen=Fen(105_999)),)).verdict is Verdict.DIFFERS


def test_the_net_of_an_allotted_part_is_compared_as_net() -> None:
    big = read("big.xml", specimen_invoice_xml(replace(FIGURES, gross_fen=212_000)))
    net = replace(EXPECTED, invoice_amount=Amount.NET, price_fen=Fen(100_000))
    assert (
        row("amount", big, expected=net, allocations=(Allocation(big.number, Fen(106_000)),)).verdict is Verdict.AGREES
    )


def test_what_is_not_there_is_missing() -> None:
    rows = compare([], replace(EXPECTED, contract_fen=None, paid_fen=None))
    assert [(each.name, each.verdict) for each in rows] == [
        ("invoice", Verdict.MISSING),
        ("contract", Verdict.MISSING),
        ("paid", Verdict.MISSING),
    ]


def test_an_order_wholly_offset_asks_for_no_payment() -> None:
    rows = compare([INVOICE], replace(EXPECTED, own_share_fen=Fen(0), paid_fen=None))
    assert clean(rows)


def test_a_maker_without_a_firm_has_no_code_to_compare() -> None:
    maker = replace(EXPECTED, buyer_code="", buyer_name="王某某")
    rows = compare([replace(INVOICE, buyer_code="", buyer_name="王某某")], maker)
    assert clean(rows)
    assert "buyer_code" not in {each.name for each in rows}


@pytest.mark.parametrize("content", [specimen_invoice_pdf(FIGURES), specimen_invoice_ofd(FIGURES, holding="docinfo")])
def test_what_was_read_off_a_page_is_never_confirmed_by_the_way(content: bytes) -> None:
    """Such a claim must be looked at: it is not among those that are confirmed together."""
    assert not clean(compare([read("a", content)], EXPECTED))
