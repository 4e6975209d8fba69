"""What a reader found on an invoice, still as text; and how such text becomes numbers, days and amounts."""

import re
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import date

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen, NotAnAmount, fen_from_yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth

_SEPARATORS = re.compile(r"[-\u2010-\u2015\u2212.·,，、:：/_]")
_DAY = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T\d:.+Z]*)$")
_NO_TAX = {"", "*", "**", "***", "免税", "不征税", "-"}
_NEW, _OLD_CODES, _OLD_NUMBER = 20, (10, 12), 8  # digits


class WrongInvoiceNumber(Refusal):
    code = "documents.wrong_invoice_number"
    text = _("发票号码“{typed}”有误：{rule}")
    remedy = _("请照票面填写：数电票为 20 位号码；其他发票为 10 或 12 位代码加 8 位号码")
    field = "invoice_number"
    status = 422


class InvoiceFieldWrong(Refusal):
    code = "documents.invoice_field_wrong"
    text = _("发票的“{label}”无法读出：“{found}”")
    remedy = _("请上传税务平台下载的原始 XML 或 OFD 文件；如票面有误，请开票方红冲后重开")
    field = "file"
    status = 422


@dataclass(slots=True)
class RawLine:
    name: str = ""
    spec: str = ""
    unit: str = ""
    quantity: str = ""
    net: str = ""
    rate: str = ""
    tax: str = ""


@dataclass(slots=True)
class Raw:
    """Every value as it stood in the file."""

    number: str = ""
    old_code: str = ""
    issued: str = ""
    buyer_name: str = ""
    buyer_code: str = ""
    seller_name: str = ""
    seller_code: str = ""
    net: str = ""
    tax: str = ""
    gross: str = ""
    capital: str = ""
    red_of: str = ""
    kind: str = ""
    lines: list[RawLine] = field(default_factory=list)

    def fill(self, other: "Raw") -> None:
        """Takes from `other` what is still missing here."""
        for each in fields(self):
            if not getattr(self, each.name):
                setattr(self, each.name, getattr(other, each.name))


def normalised_number(typed: str, old_code: str = "") -> str:
    """The one form in which a number is bound for ever (发票号码): digits only, old code and number joined.

    Full-width digits, spaces, dashes and invisible characters are taken out. Raises WrongInvoiceNumber.
    """
    number, code = _digits(typed), _digits(old_code) if old_code.strip() else ""
    if len(number) == _NEW or len(number) - _OLD_NUMBER in _OLD_CODES:
        return number
    if len(number) != _OLD_NUMBER:
        raise WrongInvoiceNumber(typed=typed, rule=_("应为 20 位，或 8 位并有发票代码"))
    if len(code) not in _OLD_CODES:
        raise WrongInvoiceNumber(typed=typed, rule=_("8 位号码须同时有 10 或 12 位发票代码"))
    return code + number


def signed_fen(label: str, typed: str) -> Fen:
    """`¥-1,234.50` as fen; raises InvoiceFieldWrong. Red-letter invoices have negative amounts."""
    text = halfwidth(typed).replace("￥", "").replace("¥", "").replace("−", "-").replace("–", "-")
    sign = -1 if text.startswith("-") else 1
    try:
        return Fen(sign * fen_from_yuan(_without_long_zeros(text.removeprefix("-"))))
    except NotAnAmount as wrong:
        raise InvoiceFieldWrong(label=label, found=typed) from wrong


def tax_fen(label: str, typed: str) -> Fen:
    """The same, where an exempt line shows asterisks or words in place of nought."""
    return Fen(0) if halfwidth(typed) in _NO_TAX else signed_fen(label, typed)


def day(label: str, typed: str) -> date:
    """2025-03-01, 20250301, 2025年3月1日, with or without a time of day; raises InvoiceFieldWrong."""
    match = _DAY.match(halfwidth(typed))
    try:
        if not match:
            raise ValueError(typed)
        return date(*map(int, match.groups()))
    except ValueError as wrong:
        raise InvoiceFieldWrong(label=label, found=typed) from wrong


def same_name(one: str, other: str) -> bool:
    """Whether two names of organisations are one: brackets, width and spaces do not count."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return halfwidth(unicodedata.normalize("NFKC", name)).replace("·", "").lower()


def _digits(typed: str) -> str:
    """Digits of any script as ASCII; anything else but separators is refused, never dropped."""
    text = "".join(char for char in halfwidth(typed) if unicodedata.category(char) != "Cf")
    digits = []
    for char in _SEPARATORS.sub("", text):
        value = unicodedata.digit(char, -1)
        if value < 0:
            raise WrongInvoiceNumber(typed=typed, rule=_("只能有数字"))
        digits.append(str(value))
    return "".join(digits)


def _without_long_zeros(text: str) -> str:
    """1000.0000 as 1000.00: some systems print more places than a fen has, all of them nought."""
    whole, point, cents = text.partition(".")
    return f"{whole}.{cents[:2]}" if point and len(cents) > 2 and not cents[2:].strip("0") else text
