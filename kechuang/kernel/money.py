"""Money in fen (分). The only module that divides, by functions named for their direction."""

from collections.abc import Sequence
from typing import NewType

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop, halfwidth

Fen = NewType("Fen", int)
BasisPoints = NewType("BasisPoints", int)

ONE = 10_000  # basis points in 100 %
_LARGEST_YUAN_DIGITS = 13  # with two digits of fen this stays inside a bigint


class NotAnAmount(Refusal):
    code = "money.not_an_amount"
    text = gettext_noop("“{typed}”不是金额")
    remedy = gettext_noop("请填写数字，最多两位小数，例如 12,345.67")
    status = 422


def share_down(amount: Fen, rate: BasisPoints) -> Fen:
    """The part of `amount` at `rate`, in whole fen, rounded down (in the treasury's favour)."""
    assert amount >= 0, amount
    assert 0 <= rate <= ONE, rate
    return Fen(amount * rate // ONE)


def times_half_up(price: Fen, hundredths: int) -> Fen:
    """`price` per unit for a quantity in hundredths of the unit (2.5 hours = 250), rounded half up to a fen."""
    assert price >= 0, price
    assert hundredths >= 0, hundredths
    return Fen((price * hundredths + 50) // 100)


def surcharge_half_up(amount: Fen, rate_bp: int) -> Fen:
    """A surcharge (加急费) of `rate_bp` on `amount`, rounded half up; unlike a share it may pass 100 %."""
    assert amount >= 0, amount
    assert rate_bp >= 0, rate_bp
    return Fen((amount * rate_bp + ONE // 2) // ONE)


def interest_down(principal: Fen, rate_bp: BasisPoints, *, days: int, year_days: int) -> Fen:
    """Simple interest (单利) on `principal` at a yearly rate for so many days, rounded down to a fen."""
    assert principal >= 0, principal
    assert rate_bp >= 0, rate_bp
    assert days >= 0, days
    return Fen(principal * rate_bp * days // (ONE * year_days))


def ratio_bp_down(part: int, whole: int) -> BasisPoints:
    """`part` of `whole` in basis points, rounded down; 0 of 0 is 0."""
    return BasisPoints(part * ONE // whole if whole else 0)


def split_largest_remainder(total: Fen, weights: Sequence[int]) -> list[Fen]:
    """`total` over `weights` so that the fen add up (最大余额法); ties go to the earlier weight."""
    assert total >= 0, total
    assert all(weight >= 0 for weight in weights), weights
    whole = sum(weights)
    if not whole:
        assert not total, "nothing to weigh by"
        return [Fen(0) for _ in weights]
    shares = [total * weight // whole for weight in weights]
    rest = [total * weight % whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-rest[i], i))
    for i in by_rest[: total - sum(shares)]:
        shares[i] += 1
    return [Fen(share) for share in shares]


def yuan(amount: int) -> str:
    """`1234567` fen as `12,345.67`: for people, never for arithmetic."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def fen_from_yuan(typed: str) -> Fen:
    """What a person typed (`12,345.6`, `￥１２`) as fen; raises NotAnAmount for anything else, also for a third decimal."""
    text = halfwidth(typed).lstrip("¥￥").removesuffix("元").replace(",", "")
    whole, point, cents = text.partition(".")
    fits = whole.isascii() and whole.isdigit() and len(whole) <= _LARGEST_YUAN_DIGITS
    if not fits or (point and not (cents.isascii() and cents.isdigit() and len(cents) <= len("00"))):
        raise NotAnAmount(typed=typed)
    return Fen(int(whole) * 100 + int(cents.ljust(2, "0") or 0))
