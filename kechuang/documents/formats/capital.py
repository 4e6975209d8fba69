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
_MYRIADS = (("亿億", 100_000_000), ("万萬", 10_000))
_YUAN, _WHOLE = "圆元圓", "整正"
_PREFIXES = ("人民币", "(大写)", "大写", ":", "⊗", "ⓧ", "○x")
_NEGATIVE = ("(负数)", "负数", "负", "(红字)")
_CHARS_MAX = 60
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
    if len(text) > _CHARS_MAX:
        raise WrongCapitals(typed=typed[:_CHARS_MAX])
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
    """Whole yuan: what stands before 亿, before 万, and the last four places."""
    for marks, unit in _MYRIADS:
        place = max(text.rfind(mark) for mark in marks)
        if place >= 0:
            high, low = _integer(text[:place], typed), text[place + 1 :]
            rest = _integer(low, typed) if low else 0
            if not high or rest >= unit:
                raise WrongCapitals(typed=typed)
            return high * unit + rest
    return _section(text, typed)


def _section(text: str, typed: str) -> int:
    """Up to 9999: each unit smaller than the one before it, 零 only between."""
    total, last, digit = 0, 1 << 62, -1
    for char in text:
        if char in _DIGITS and digit <= 0:
            digit = _DIGITS[char]
        elif char in _TENS and _TENS[char] < last and digit:
            last = _TENS[char]
            total, digit = total + abs(digit) * last, -1
        else:
            raise WrongCapitals(typed=typed)
    if not text:
        raise WrongCapitals(typed=typed)
    return total + max(digit, 0)


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
    for power, unit in ((8, "亿"), (4, "万")):
        high, low = divmod(whole, 10**power)
        if high:
            zero = "零" if low and low < 10 ** (power - 1) else ""
            return _written(high) + unit + zero + (_written(low) if low else "")
    return _written_section(whole)


def _written_section(section: int) -> str:
    text, zero = "", False
    for power, unit in ((3, "仟"), (2, "佰"), (1, "拾"), (0, "")):
        digit = section // 10**power % 10
        if digit:
            text += ("零" if zero else "") + _WRITTEN[digit] + unit
            zero = False
        else:
            zero = bool(text)
    return text
