from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from kechuang.documents.rules import write_csv, write_xlsx
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.treasury.formats.payment_file import (
    NotAPaymentFile,
    NotAResultFile,
    Outcome,
    Payment,
    PaymentFile,
    PaymentFileAltered,
    Result,
    ResultsRefused,
    check_results,
    csv_bytes,
    read_payments,
    read_results,
    results_xlsx,
    xlsx_bytes,
)

MARCH = date(2025, 3, 1)
FILE = PaymentFile(
    number="ZF-7K3M-9QF2-XY4T-0GHJ-A",
    title="2025年第3批",
    payments=(
        Payment(
            "ZF-1-001",
            "绍兴样例学院",
            "绍兴样例学院",
            "样例银行",
            "102337000000",
            "6222020000000000001",
            Fen(106_005),
            "订单 DD-1；材料实验室",
        ),
        Payment("ZF-1-002", "=cmd|' /C calc'!A0", "＝甲", "＠银行", "", "0001", Fen(1), "+86 订单\n两行"),
    ),
)
HEAD = ("支付编号", "金额（元）", "结果", "银行流水号", "办理日期", "说明")
PAID = ("ZF-1-001", "1060.05", "成功", "BK1", "2025-03-01", "")


@pytest.mark.parametrize(("name", "form"), [("a.xlsx", xlsx_bytes), ("a.csv", csv_bytes)])
def test_both_forms_carry_total_and_digest(name: str, form: object) -> None:
    assert callable(form)
    plain = replace(FILE, payments=(FILE.payments[0], replace(FILE.payments[1], remark="订单 DD-2")))
    content = form(plain)
    assert read_payments(name, content) == plain
    assert content == form(plain)


def test_the_digest_does_not_depend_on_the_form_but_on_every_value() -> None:
    digests = {FILE.digest}
    for changed in (
        {"fen": Fen(2)},
        {"account_number": "0002"},
        {"remark": ""},
        {"payee_name": "x"},
        {"number": "ZF-1-003"},
    ):
        digests.add(replace(FILE, payments=(FILE.payments[0], replace(FILE.payments[1], **changed))).digest)
    assert len(digests) == 6
    assert replace(FILE, title="别的标题").digest == FILE.digest


def test_no_cell_can_be_a_formula() -> None:
    """T10: a payee may call itself =cmd|…; in both forms that stays a text, also in full-width signs."""
    for row in load_workbook(BytesIO(xlsx_bytes(FILE))).active.iter_rows():
        assert all(cell.data_type in ("s", "inlineStr") for cell in row if cell.value is not None)
    text = csv_bytes(FILE).decode("utf-8-sig")
    for payload in ("=cmd", "＝甲", "＠银行", "+86"):
        assert f"\"'{payload}" in text
    assert text.count("\r\n") == len(FILE.payments) + 5
    assert '"106' not in text.replace('"1060.06"', "").replace('"1060.05"', "")


def test_long_account_numbers_stay_whole_in_the_workbook() -> None:
    cells = [cell.value for row in load_workbook(BytesIO(xlsx_bytes(FILE))).active.iter_rows() for cell in row]
    assert "6222020000000000001" in cells
    assert "0001" in cells


def altered(old: str, new: str) -> bytes:
    return csv_bytes(FILE).decode("utf-8-sig").replace(old, new).encode("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (altered('"1060.05"', '"1060.04"'), PaymentFileAltered),
        (altered("6222020000000000001", "6222020000000000009"), PaymentFileAltered),
        (altered('"1060.06"', '"9.99"'), PaymentFileAltered),
        (altered('"1060.05"', '"much"'), PaymentFileAltered),
        (altered("摘要", "摘"), NotAPaymentFile),
        (write_csv([("a", "b")]), NotAPaymentFile),
    ],
)
def test_an_altered_payment_file_is_noticed(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_payments("a.csv", content)


def test_a_serial_is_never_given_twice() -> None:
    with pytest.raises(AssertionError, match="serial"):
        csv_bytes(replace(FILE, payments=(FILE.payments[0],) * 2))


RESULTS = (
    Result(2, "ZF-1-001", Fen(106_005), Outcome.PAID, "BK1", MARCH, ""),
    Result(3, "ZF-1-002", Fen(1), Outcome.FAILED, "", MARCH, "账号户名不符"),
    Result(4, "ZF-1-003", Fen(5), Outcome.UNKNOWN, "", None, ""),
)


def test_results_come_back_as_they_were_written() -> None:
    assert read_results("结果.xlsx", results_xlsx(RESULTS)) == RESULTS
    assert results_xlsx(RESULTS) == results_xlsx(RESULTS)


@pytest.mark.parametrize("day", ["2025-03-01", "2025/3/1", "20250301", "2025年3月1日"])
@pytest.mark.parametrize("word", ["成功", "已支付", "交易成功"])
def test_banks_write_days_and_words_in_their_own_way(day: str, word: str) -> None:
    rows = [("某银行回单",), HEAD, ("ZF-1-001", "￥1,060.05", word, "BK1", day)]
    for name, content in (("a.csv", write_csv(rows)), ("a.xlsx", write_xlsx(rows))):
        (result,) = read_results(name, content)
        assert (result.row, result.fen, result.outcome, result.answered_on) == (3, 106_005, Outcome.PAID, MARCH)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("", *PAID[1:]), "支付编号"),
        (("<b>", *PAID[1:]), "支付编号"),
        ((*PAID[:1], "many", *PAID[2:]), "金额（元）"),
        ((*PAID[:1], "0", *PAID[2:]), "金额（元）"),
        ((*PAID[:1], "1.005", *PAID[2:]), "金额（元）"),
        ((*PAID[:2], "大概", *PAID[3:]), "结果"),
        ((*PAID[:2], "", *PAID[3:]), "结果"),
        ((*PAID[:3], "", *PAID[4:]), "银行流水号"),
        ((*PAID[:4], "", ""), "办理日期"),
        ((*PAID[:4], "2025-02-30", ""), "办理日期"),
        (("ZF-1-001", "1.00", "失败", "", "2025-03-01", ""), "说明"),
    ],
)
def test_each_wrong_cell_is_named_by_row_and_column(row: tuple[str, ...], column: str) -> None:
    content = write_csv([HEAD, ("ZF-1-009", "1.00", "处理中"), row])
    results, findings = check_results("a.csv", content)
    assert [(finding.row, finding.column) for finding in findings] == [(3, column)]
    assert findings[0].remedy
    assert len(results) == 1
    with pytest.raises(ResultsRefused) as refusal:
        read_results("a.csv", content)
    assert refusal.value.facts["count"] == 1


def test_one_payment_has_one_result() -> None:
    with pytest.raises(ResultsRefused) as refusal:
        read_results("a.csv", write_csv([HEAD, PAID, PAID]))
    assert refusal.value.facts["row"] == 3


def test_a_table_without_results_is_refused() -> None:
    with pytest.raises(NotAResultFile) as refusal:
        read_results("a.csv", write_csv([("支付编号", "备注")]))
    assert refusal.value.facts["missing"] == "金额（元）、结果"
    with pytest.raises(ResultsRefused):
        read_results("a.csv", write_csv([HEAD]))
