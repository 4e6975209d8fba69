"""Invoices as PDF: the text of the page, read by its label words (版式文件). The one place where text is searched by pattern.

Programs draw labels and values in any order, so each value is first sought after its label and then by its own shape.
What cannot be told apart stays empty and is shown as missing.
"""

import re

from kechuang.documents.formats.capital import WrongCapitals, fen_from_capitals
from kechuang.documents.formats.fields import Raw
from kechuang.documents.formats.invoice_xml import UnknownDialect
from kechuang.kernel.text import halfwidth

_NUMBER = re.compile(r"发票号码[：:]?(\d{20}|\d{8})(?!\d)")
_LONE_NUMBER = re.compile(r"(?<!\d)(\d{20})(?!\d)")
_OLD_CODE = re.compile(r"发票代码[：:]?(\d{12}|\d{10})(?!\d)")
_ISSUED = re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日)")
_NAME = re.compile(r"(?:名称|^称)[：:](.*)$")
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-HJ-NPQRTUWXY]{18})(?![0-9A-Z])")
_AMOUNT = re.compile(r"[¥￥](-?[\d,]+\.\d{2})(?!\d)")
_GROSS = re.compile(r"小写[)）]?[：:]?[¥￥](-?[\d,]+\.\d{2})")
_CAPITAL = re.compile(
    r"((?:[(（]负数[)）]|负)?[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[圆元](?:[零壹贰叁肆伍陆柒捌玖角分]*[整正]?)|[壹贰叁肆伍陆柒捌玖]角[壹贰叁肆伍陆柒捌玖分]*整?)"
)
_RED = re.compile(r"被红冲蓝字(?:数电票|发票)?号码[：:]?(\d{20}|\d{8})")
_KIND = re.compile(r"(电子发票[(（][^)）]{2,12}[)）]|增值税电子(?:普通|专用)发票|增值税(?:普通|专用)发票)")
_LABELS = ("统一社会信用代码", "纳税人识别号", "销", "售", "购", "买")


def read(name: str, content: bytes) -> tuple[Raw, str]:
    """The values that the text shows; raises UnknownDialect when it shows no invoice (e.g. a scan without text)."""
    from kechuang.documents.formats import pdf  # its library takes long to load

    lines = [halfwidth(line) for line in pdf.text(name, content).splitlines()]
    whole = "\n".join(lines)
    number = _found(_NUMBER, whole) or _found(_LONE_NUMBER, whole)
    if not number or "发票" not in whole:
        raise UnknownDialect(name=name)
    raw = Raw(number=number, old_code=_found(_OLD_CODE, whole), issued=_found(_ISSUED, whole))
    raw.kind, raw.red_of = _found(_KIND, whole), _found(_RED, whole)
    raw.capital = _capital(whole)
    raw.buyer_name, raw.seller_name = _pair([_cut(match) for line in lines if (match := _found(_NAME, line))])
    raw.buyer_code, raw.seller_code = _pair(
        [code for code in _CODE.findall(whole) if not code.isdigit() or code.startswith("9")]
    )
    raw.net, raw.tax, raw.gross = _amounts(whole)
    return raw, "pdf/text"


def _found(shape: re.Pattern[str], text: str) -> str:
    match = shape.search(text)
    return match[1] if match else ""


def _capital(text: str) -> str:
    for found in _CAPITAL.findall(text):
        try:
            fen_from_capitals(found)
        except WrongCapitals:
            continue
        return str(found)
    return ""


def _cut(name: str) -> str:
    """A name up to the next label on the same line."""
    for label in _LABELS[:2]:
        name = name.partition(label)[0]
    return name


def _pair(found: list[str]) -> tuple[str, str]:
    """Buyer and seller stand in this order on every layout; with one or more than two they cannot be told apart."""
    distinct = list(dict.fromkeys(value for value in found if value))
    return (distinct[0], distinct[1]) if len(distinct) == 2 else ("", "")


def _amounts(text: str) -> tuple[str, str, str]:
    """Net, tax and gross: the gross after （小写）, and two amounts before it that add up to it."""
    gross = _found(_GROSS, text)
    amounts = _AMOUNT.findall(text)
    if not gross and amounts:
        gross = max(amounts, key=lambda amount: abs(_fen(amount)))
    rest = [amount for amount in amounts if amount != gross]
    for one in rest:
        for other in rest:
            if one is not other and abs(_fen(one)) >= abs(_fen(other)) and _fen(one) + _fen(other) == _fen(gross):
                return one, other, gross
    return ("", "", gross) if rest else (gross, "", gross)


def _fen(amount: str) -> int:
    return int(re.sub(r"[,.]", "", amount))
