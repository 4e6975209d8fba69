"""Amounts in Chinese capitals (大写金额): 壹仟零陆拾圆整, 伍角, 叁元零伍分, （负数）壹佰圆整. Read strictly, written one way."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth

_DIGITS = {
    char: value
    for value, chars in enumerate(
        ("零〇○", "壹一弌", "贰二貳", "叁三參叄", "肆四", "伍五", "陆六陸", "柒七", "捌八", "玖九")
    )
    for char in chars
}
_TENS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1_000, "千": 1_000}
_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_YUAN, _WHOLE = "圆元圓", "整正"
_PREFIXES = ("人民币", "(大写)", "大写", ":", "⊗", "ⓧ", "○x")
_NEGATIVE = ("(负数)", "负数", "负", "(红字)")
_WRITTEN = "零壹贰叁肆伍陆柒捌玖"


class WrongCapitals(Refusal):
    code = "documents.wrong_capitals"
    text = _("大写金额“{typed}”无法读出")
    remedy = _("请核对发票的大写金额；如发票本身有误，请对方红冲后重开")
    field = "file"
    status = 422


def fen_from_capitals(typed: str) -> Fen:
    """The amount in fen; raises WrongCapitals for anything that is not one well-formed amount."""
    text = halfwidth(typed).removeprefix("⊗").removeprefix("ⓧ")
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    sign = 1
    for mark in _NEGATIVE:
        if text.startswith(mark):
            text, sign = text.removeprefix(mark), -1
            break
    yuan, cents = _split(text, typed)
    return Fen(sign * (_integer(yuan, typed) * 100 + _cents(cents, typed)))


def capitals_from_fen(fen: int) -> str:
    """1060_05 as 壹仟零陆拾圆零伍分: one written form, for contracts, lists and specimens."""
    sign, fen = ("（负数）" if fen < 0 else ""), abs(fen)
    whole, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    text = _written(whole) + "圆" if whole else ""
    if not jiao and not cent:
        return f"{sign}{text or '零圆'}整"
    if jiao:
        text += _WRITTEN[jiao] + "角"
    elif whole:
        text += "零"
    return sign + text + (_WRITTEN[cent] + "分" if cent else "整")


def _split(text: str, typed: str) -> tuple[str, str]:
    text = text[:-1] if text and text[-1] in _WHOLE else text
    for mark in _YUAN:
        whole, found, rest = text.partition(mark)
        if found:
            if not whole:
                raise WrongCapitals(typed=typed)
            return whole, rest
    if not text or text[-1] not in "角分":
        raise WrongCapitals(typed=typed)
    return "零", text


def _integer(text: str, typed: str) -> int:
    """Sections of four places, each closed by 万 or 亿; 万亿 is a unit of its own."""
    total = section = digit = 0
    last_tens = last_myriad = 1 << 62
    seen_digit = False
    for char in text:
        if char in _DIGITS:
            if seen_digit and digit:
                raise WrongCapitals(typed=typed)
            digit, seen_digit = _DIGITS[char], True
        elif char in _TENS:
            if _TENS[char] >= last_tens or (seen_digit and not digit):
                raise WrongCapitals(typed=typed)
            last_tens = _TENS[char]
            section += (digit if seen_digit else 1) * last_tens
            digit, seen_digit = 0, False
        elif char in _MYRIADS:
            unit = _MYRIADS[char]
            total, section = _closed(total, section + digit, unit, last_myriad, typed)
            last_myriad, last_tens, digit, seen_digit = unit, 1 << 62, 0, False
        else:
            raise WrongCapitals(typed=typed)
    if not text:
        raise WrongCapitals(typed=typed)
    return total + section + digit


def _closed(total: int, section: int, unit: int, last_unit: int, typed: str) -> tuple[int, int]:
    if unit > last_unit:  # 叁万亿: the myriads before it belong to it
        if section:
            raise WrongCapitals(typed=typed)
        return total * unit, 0
    if unit == last_unit or not section:
        raise WrongCapitals(typed=typed)
    return total + section * unit, 0


def _cents(text: str, typed: str) -> int:
    text = text.removeprefix("零")
    cents, last = 0, 3
    while text:
        place = {"角": 2, "分": 1}.get(text[1:2], 0)
        if text[0] not in _DIGITS or not place or place >= last:
            raise WrongCapitals(typed=typed)
        cents += _DIGITS[text[0]] * (10 if place == 2 else 1)
        last, text = place, text[2:].removeprefix("零")
    return cents


def _written(whole: int) -> str:
    text, pending_zero = "", False
    for power, unit in ((12, "万亿"), (8, "亿"), (4, "万"), (0, "")):
        section = whole // 10**power % 10_000
        if not section:
            pending_zero = bool(text)
            continue
        pending_zero = pending_zero or (bool(text) and section < 1_000)
        text += ("零" if pending_zero else "") + _section(section) + unit
        pending_zero = False
    return text


def _section(section: int) -> str:
    text, zero = "", False
    for power, unit in ((3, "仟"), (2, "佰"), (1, "拾"), (0, "")):
        digit = section // 10**power % 10
        if digit:
            text += ("零" if zero else "") + _WRITTEN[digit] + unit
            zero = False
        else:
            zero = bool(text)
    return text
