"""The payment file (支付文件) as xlsx and CSV, each with total and digest line, and the bank's results read back.

Every cell is a text that no spreadsheet takes for a formula (T10, also in full-width signs); the same payments give the same
bytes. The digest is over the payments themselves, so both forms of one batch carry the same one.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from enum import StrEnum

from kechuang.documents.rules import read_table, write_csv, write_xlsx
from kechuang.documents.states import Kind
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen, NotAnAmount, fen_from_yuan, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth

SHEET = "支付明细"
_HEAD = ("支付编号", "收款单位", "账户名称", "开户银行", "银行行号", "收款账号", "金额（元）", "附言")
_RESULT_HEAD = ("支付编号", "金额（元）", "结果", "银行流水号", "办理日期", "说明")
_WIDTHS = (26, 32, 32, 28, 16, 26, 16, 60)
_TOTAL, _DIGEST, _BATCH, _TITLE = "合计", "摘要", "批次", "标题"


class Outcome(StrEnum):
    """What the bank says of one payment. UNKNOWN is never sent again: it is asked about."""

    PAID = "paid"  # 已支付
    FAILED = "failed"  # 支付失败
    UNKNOWN = "unknown"  # 结果未知


_OUTCOMES = {
    Outcome.PAID: ("成功", "已支付", "支付成功", "交易成功"),
    Outcome.FAILED: ("失败", "支付失败", "退票", "退回", "交易失败"),
    Outcome.UNKNOWN: ("未知", "处理中", "结果未知", "待确认"),
}
_OUTCOME_OF = {word: outcome for outcome, words in _OUTCOMES.items() for word in words}


class NotAPaymentFile(Refusal):
    code = "treasury.not_a_payment_file"
    text = _("“{name}”不是本平台导出的支付文件：{rule}")
    remedy = _("请上传从批次页面下载的原始文件")
    field = "file"
    status = 422


class PaymentFileAltered(Refusal):
    code = "treasury.payment_file_altered"
    text = _("支付文件“{name}”已被改动：{rule}")
    remedy = _("请不要使用这份文件支付；请从批次页面重新下载")
    field = "file"
    status = 422


class NotAResultFile(Refusal):
    code = "treasury.not_a_result_file"
    text = _("“{name}”不是支付结果表：缺少列 {missing}")
    remedy = _("请下载结果模板，或把银行回单表的列名改为模板的列名")
    field = "file"
    status = 422


class ResultsRefused(Refusal):
    code = "treasury.results_refused"
    text = _("支付结果表“{name}”有 {count} 处需要更正，未读取任何一行；第一处在第 {row} 行“{column}”：{rule}")
    remedy = _("请按逐行报告更正后重新上传")
    field = "file"
    status = 422


@dataclass(frozen=True, slots=True)
class Payment:
    """One line: one payee's money. `number` is the serial by which the bank answers."""

    number: str
    payee_name: str
    account_holder: str
    bank_name: str
    bank_code: str
    account_number: str
    fen: Fen
    remark: str


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """One batch as it goes to the bank."""

    number: str
    title: str
    payments: tuple[Payment, ...]

    @property
    def total_fen(self) -> Fen:
        return Fen(sum(payment.fen for payment in self.payments))

    @property
    def digest(self) -> str:
        """SHA-256 over number and payments, one canonical line each; independent of the form."""
        lines = [[self.number], *(list(astuple(payment)) for payment in self.payments)]
        body = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
        return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """The bank's answer to one payment."""

    row: int
    number: str
    fen: Fen
    outcome: Outcome
    bank_reference: str
    answered_on: date | None
    answer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One cell of a result file that cannot be taken."""

    row: int
    column: str
    value: str
    rule: str
    remedy: str


def csv_bytes(file: PaymentFile) -> bytes:
    """As CSV with BOM. Spreadsheets shorten long account numbers in CSV: offer xlsx first."""
    return write_csv(_rows(file))


def xlsx_bytes(file: PaymentFile) -> bytes:
    """As a workbook whose cells are all texts."""
    return write_xlsx(_rows(file), sheet=SHEET, widths=_WIDTHS)


def read_payments(name: str, content: bytes) -> PaymentFile:
    """A payment file back as its value; raises NotAPaymentFile, or PaymentFileAltered when total or digest do not fit."""
    rows = read_table(name, content, Kind.PAYMENT_RESULT).rows
    marks = {row[0]: row for row in rows if row and row[0] in (_TOTAL, _DIGEST, _BATCH, _TITLE)}
    if set(marks) != {_TOTAL, _DIGEST, _BATCH, _TITLE} or _HEAD not in rows:
        raise NotAPaymentFile(name=name, rule=_("缺少批次、表头、合计或摘要行"))
    head = rows.index(_HEAD)
    body = [row for row in rows[head + 1 :] if row and row[0] not in marks]
    try:
        payments = tuple(_payment(row) for row in body)
        total = fen_from_yuan(_cell(marks[_TOTAL], 6))
    except NotAnAmount as wrong:
        raise PaymentFileAltered(name=name, rule=_("金额无法读出")) from wrong
    file = PaymentFile(_cell(marks[_BATCH], 1), _cell(marks[_TITLE], 1), payments)
    if total != file.total_fen:
        raise PaymentFileAltered(name=name, rule=_("合计与各行之和不符"))
    if _cell(marks[_DIGEST], 1) != file.digest:
        raise PaymentFileAltered(name=name, rule=_("摘要不符"))
    return file


def read_results(name: str, content: bytes) -> tuple[Result, ...]:
    """The bank's answers, all or none; raises NotAResultFile, ResultsRefused with the first finding and all in `facts`.

    The findings are in `facts["findings"]`, for the page to list row by row.
    """
    results, findings = check_results(name, content)
    if findings:
        first = findings[0]
        raise ResultsRefused(
            name=name, count=len(findings), row=first.row, column=first.column, rule=first.rule, findings=findings
        )
    return results


def check_results(name: str, content: bytes) -> tuple[tuple[Result, ...], tuple[Finding, ...]]:
    """Every row that can be read and every finding: the dry run of `read_results`."""
    rows = read_table(name, content, Kind.PAYMENT_RESULT).rows
    head, places = _header(name, rows)
    results: list[Result] = []
    findings: list[Finding] = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if not any(row) or row[0] in (_TOTAL, _DIGEST, _BATCH, _TITLE):
            continue
        read = _result(number, row, places)
        if isinstance(read, Result):
            results.append(read)
        else:
            findings += read
    findings += _twice(results)
    if not results and not findings:
        findings.append(Finding(head + 1, _RESULT_HEAD[0], "", _("没有结果行"), _("请在表头下填写每笔支付的结果")))
    return tuple(results), tuple(sorted(findings, key=lambda finding: finding.row))


def results_xlsx(results: Sequence[Result]) -> bytes:
    """A result file in the form that `read_results` reads: the template for a bank, and what its stand-in answers with."""
    body = [
        (
            result.number,
            _plain(result.fen),
            _OUTCOMES[result.outcome][0],
            result.bank_reference,
            result.answered_on.isoformat() if result.answered_on else "",
            result.answer,
        )
        for result in results
    ]
    return write_xlsx([_RESULT_HEAD, *body], sheet="支付结果", widths=(26, 16, 10, 26, 14, 40))


def _rows(file: PaymentFile) -> list[tuple[str, ...]]:
    numbers = [payment.number for payment in file.payments]
    assert len(numbers) == len(set(numbers)), "a serial stands for one payment"
    assert all(payment.fen > 0 for payment in file.payments), "a payment pays something"
    body = [
        (
            payment.number,
            payment.payee_name,
            payment.account_holder,
            payment.bank_name,
            payment.bank_code,
            payment.account_number,
            _plain(payment.fen),
            payment.remark,
        )
        for payment in file.payments
    ]
    total = (_TOTAL, str(len(body)), "", "", "", "", _plain(file.total_fen))
    return [(_BATCH, file.number), (_TITLE, file.title), _HEAD, *body, total, (_DIGEST, file.digest)]


def _plain(fen: int) -> str:
    return yuan(fen).replace(",", "")


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _payment(row: Sequence[str]) -> Payment:
    number, payee, holder, bank, code, account, amount, remark = (_cell(row, place) for place in range(len(_HEAD)))
    return Payment(number, payee, holder, bank, code, account, fen_from_yuan(amount), remark)


def _header(name: str, rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    needed = _RESULT_HEAD[:3]
    best: dict[str, int] = {}
    for number, row in enumerate(rows[:20]):
        found = {cell: place for place, cell in reversed(list(enumerate(row))) if cell in _RESULT_HEAD}
        if set(needed) <= set(found):
            return number, found
        best = max(best, found, key=len)
    missing = "、".join(column for column in needed if column not in best)
    raise NotAResultFile(name=name, missing=missing)


def _result(number: int, row: Sequence[str], places: Mapping[str, int]) -> Result | list[Finding]:
    serial, amount, word, reference, day, answer = (
        _cell(row, places[column]) if column in places else "" for column in _RESULT_HEAD
    )
    wrong: list[tuple[str, str, str, str]] = []
    if not re.fullmatch(r"[0-9A-Za-z*~$=\-]{4,64}", serial):
        wrong.append((_RESULT_HEAD[0], serial, _("应为支付编号"), _("请照支付文件填写，不要改动")))
    fen = _amount(amount, wrong)
    outcome = _OUTCOME_OF.get(word)
    if outcome is None:
        wrong.append((_RESULT_HEAD[2], word, _("应为成功、失败或未知"), _("请照银行回单填写结果")))
    answered = _day(day, wrong)
    if outcome in (Outcome.PAID, Outcome.FAILED) and answered is None and not day:
        wrong.append((_RESULT_HEAD[4], day, _("成功和失败的支付要有办理日期"), _("例如 2025-03-01")))
    if outcome is Outcome.PAID and not reference:
        wrong.append((_RESULT_HEAD[3], reference, _("成功的支付要有银行流水号"), _("请照银行回单填写")))
    if outcome is Outcome.FAILED and not answer:
        wrong.append((_RESULT_HEAD[5], answer, _("失败的支付要有说明"), _("请填写银行的退回原因")))
    if wrong or outcome is None:
        return [Finding(number, *each) for each in wrong]
    return Result(number, serial, fen, outcome, reference, answered, answer)


def _amount(typed: str, wrong: list[tuple[str, str, str, str]]) -> Fen:
    try:
        fen = fen_from_yuan(typed)
    except NotAnAmount:
        fen = Fen(0)
    if not fen:
        wrong.append((_RESULT_HEAD[1], typed, _("应为大于 0 的金额，最多两位小数"), _("请照支付文件填写")))
    return fen


def _day(typed: str, wrong: list[tuple[str, str, str, str]]) -> date | None:
    if not typed:
        return None
    match = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?([ T].*)?", halfwidth(typed[:10]))
    try:
        if match:
            return date(*map(int, match.groups()[:3]))
    except ValueError:
        pass
    wrong.append((_RESULT_HEAD[4], typed, _("应为日期"), _("例如 2025-03-01")))
    return None


def _twice(results: Sequence[Result]) -> list[Finding]:
    seen: set[str] = set()
    findings = []
    for result in results:
        if result.number in seen:
            findings.append(
                Finding(result.row, _RESULT_HEAD[0], result.number, _("同一支付编号出现两次"), _("每笔支付只留一行"))
            )
        seen.add(result.number)
    return findings
