"""统一社会信用代码 (GB 32100) and 组织机构代码 (GB 11714): checked whole, also codes that begin with a letter."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop, halfwidth

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_LENGTH = 18
_INNER_START, _INNER_WEIGHTS = 8, (3, 7, 9, 10, 5, 8, 4, 2)


class WrongCreditCode(Refusal):
    code = "identifiers.wrong_credit_code"
    text = gettext_noop("统一社会信用代码“{typed}”有误：{rule}")
    remedy = gettext_noop("请对照营业执照（法人证书）逐位核对 18 位代码；字母 I、O、S、V、Z 不会出现")
    field = "credit_code"
    status = 422


def credit_code(typed: str) -> str:
    """The code in its one written form (upper case, half width); raises WrongCreditCode.

    Checks: 18 characters of the alphabet, the mod-31 check digit of GB 32100-2015, and the mod-11 check digit of the
    organisation code (GB 11714) in characters 9 to 17. Codes may begin with a letter (N, A, Y, G: 农村集体经济组织 etc.).
    """
    code = halfwidth(typed).upper()
    if len(code) != _LENGTH:
        raise WrongCreditCode(typed=typed, rule=gettext_noop("应为 18 位"))
    if any(char not in _ALPHABET for char in code):
        raise WrongCreditCode(typed=typed, rule=gettext_noop("含有不允许的字符"))
    if code[-1] != check_digit(code[:-1]):
        raise WrongCreditCode(typed=typed, rule=gettext_noop("末位校验码不符"))
    inner = code[_INNER_START:-1]
    if inner[-1] != inner_check_digit(inner[:-1]):
        raise WrongCreditCode(typed=typed, rule=gettext_noop("第 9–17 位组织机构代码的校验码不符"))
    return code


def check_digit(seventeen: str) -> str:
    """The last character of a credit code (GB 32100-2015: weights are powers of 3 modulo 31)."""
    base = len(_ALPHABET)
    total = sum(_ALPHABET.index(char) * pow(3, place, base) for place, char in enumerate(seventeen))
    return _ALPHABET[(base - total % base) % base]


def inner_check_digit(eight: str) -> str:
    """The last character of an organisation code (GB 11714-1997, modulo 11; ten is written X)."""
    values = (int(char, 36) for char in eight)
    total = sum(value * weight for value, weight in zip(values, _INNER_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
