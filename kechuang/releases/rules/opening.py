"""Opening a release (放券批次): amounts, pools, the window, who may enter. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kechuang.kernel.draw import SEED_DIGIT, SEED_DIGITS_MIN, well_written
from kechuang.kernel.money import Fen, share_down
from kechuang.kernel.text import tidy
from kechuang.releases.rules import refusals
from kechuang.releases.rules.terms import ReleaseTerms
from kechuang.releases.states import (
    GENERAL,
    PARTS_OF_EXPECTED,
    RATE_SECONDS,
    REFRESH_SECONDS_MAX,
    REFRESH_SECONDS_MIN,
    WAY_LABELS,
    Way,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """How the amount of a release is parted: pools by key, and what is held back (留存)."""

    pools: Mapping[str, Fen]
    held_back_fen: Fen

    @property
    def open_fen(self) -> int:
        return sum(self.pools.values())


def parts(*, amount_fen: Fen, terms: ReleaseTerms) -> Parts:
    """The held back share first, then the reserves of what is left, each rounded down; the rest is general (通用).

    A release may therefore never give more than its amount, whatever the shares.
    """
    held_back = share_down(amount_fen, terms.hold_back_bp)
    opened = Fen(amount_fen - held_back)
    pools: dict[str, Fen] = {}
    for reserve in terms.release_reserves:
        pools[reserve.key] = share_down(opened, reserve.share_bp)
    return Parts({**pools, GENERAL: Fen(opened - sum(pools.values()))}, held_back)


def pools_for(*, labels: frozenset[str], region: str, terms: ReleaseTerms) -> tuple[str, ...]:
    """The pools open to an entrant, its reserves in the order of the pack, the general one last (可用额度)."""
    fitting = [reserve.key for reserve in terms.release_reserves if reserve.fits(labels, region)]
    return (*fitting, GENERAL)


def refuse_way(way: str, article: str, *, terms: ReleaseTerms) -> None:
    """Raises WayNotNamed for a way that the pack does not name."""
    if way not in terms.release_ways:
        label = WAY_LABELS[Way(way)] if way in list(Way) else way
        raise refusals.WayNotNamed(way=label, article=article)


def refuse_amount(*, amount_fen: Fen, face_fen: Fen, terms: ReleaseTerms) -> None:
    """Raises AmountTooSmall when the general pool does not reach for one voucher."""
    if amount_fen <= 0 or parts(amount_fen=amount_fen, terms=terms).pools[GENERAL] < face_fen:
        raise refusals.AmountTooSmall(amount_fen=amount_fen, face_fen=face_fen)


def refuse_window(*, way: str, opens_at: datetime, closes_at: datetime, article: str, terms: ReleaseTerms) -> None:
    """Raises WindowWrong, and WindowTooShort where entries are collected before the order is made (摇号、评分)."""
    if closes_at <= opens_at:
        raise refusals.WindowWrong()
    least = timedelta(hours=terms.entry_window_hours)
    if way != Way.FIRST_COME and closes_at - opens_at < least:
        raise refusals.WindowTooShort(least_hours=terms.entry_window_hours, article=article)


def refuse_day(day: date, article: str, *, terms: ReleaseTerms) -> None:
    """Raises NotAReleaseDay where the pack lists the days of its batches (分批发放)."""
    if terms.batches and day not in terms.batches:
        days = "、".join(str(one) for one in terms.batches)
        raise refusals.NotAReleaseDay(days=days, day_on=day.isoformat(), article=article)


def refuse_unnamed_seed(*, way: str, event: str, seed_on: date | None, pattern: str, closes_on: date) -> None:
    """Raises SeedNotNamed: the event must be named in advance, and its result be unknown until after the close.

    How the result will be written is fixed with it (结果格式): raises SeedPatternWeak for too few digits.
    """
    if way != Way.LOTTERY:
        return
    if not tidy(event) or seed_on is None or seed_on <= closes_on:
        raise refusals.SeedNotNamed()
    if pattern.count(SEED_DIGIT) < SEED_DIGITS_MIN:
        raise refusals.SeedPatternWeak(count=SEED_DIGITS_MIN)


def refuse_early_seed(*, event: str, seed_on: date | None, on: date) -> None:
    """Raises SeedNotYetPublic before the day on which the named event has its result."""
    if seed_on is not None and on < seed_on:
        raise refusals.SeedNotYetPublic(event=event, seed_on=seed_on.isoformat())


def refuse_late_list(*, listed_on: date, seed_on: date | None) -> None:
    """Raises ListedTooLate where the list was closed only when its seed could be known: who knew it could still leave.

    Whoever leaves changes the digest, and with it the whole order; so could whoever closes late.
    """
    if seed_on is not None and listed_on >= seed_on:
        raise refusals.ListedTooLate(listed_on=listed_on.isoformat(), seed_on=seed_on.isoformat())


def refuse_holders(*, count: int, most: int, article: str) -> None:
    """Raises HasVoucher for whoever holds as many live vouchers as one may have (有效创新券张数)."""
    if count >= most:
        raise refusals.HasVoucher(count=count, most=most, article=article)


def seed_value(typed: str, pattern: str) -> str:
    """The public value in its one way of writing (一个结果一种写法); raises SeedMissing, SeedMalformed.

    A release that was announced before patterns were has none: there white space counts as one space.
    """
    if not (value := " ".join(tidy(typed).split())):
        raise refusals.SeedMissing()
    if pattern and not well_written(value, pattern):
        raise refusals.SeedMalformed(pattern=pattern)
    return value


def refuse_without_budget(*, amount_fen: Fen, free_fen: Fen, planned_fen: Fen, year: int) -> None:
    """Raises BudgetTooSmall when the budget does not bear this release beside those that run."""
    if free_fen - planned_fen < amount_fen:
        raise refusals.BudgetTooSmall(amount_fen=amount_fen, free_fen=free_fen, planned_fen=planned_fen, year=year)


def reason(text: str) -> str:
    """The reason as it is kept; raises ReasonMissing."""
    if not (kept := tidy(text)):
        raise refusals.ReasonMissing()
    return kept


def accept_until(now: datetime, terms: ReleaseTerms) -> datetime:
    """Until when a place is kept (领取期限, exclusive)."""
    return now + timedelta(hours=terms.accept_within_hours)


def waiting_until(since: datetime, terms: ReleaseTerms) -> datetime:
    """Until when the waiting list moves up after the close or the draw (递补期, exclusive)."""
    return since + timedelta(days=terms.waiting_days)


def expected_seconds(*, ahead: int, served_lately: int) -> int | None:
    """How long the queue ahead will take at its present speed (预计等候); None while nothing has been served."""
    if not ahead:
        return 0
    if not served_lately:
        return None
    return -(-ahead * RATE_SECONDS // served_lately)


def refresh_seconds(expected: int | None) -> int:
    """After how long a page that waits asks again: the sooner one is served the more often, within bounds.

    So a long queue does not drown the others by asking.
    """
    wanted = REFRESH_SECONDS_MAX if expected is None else expected // PARTS_OF_EXPECTED
    return min(max(wanted, REFRESH_SECONDS_MIN), REFRESH_SECONDS_MAX)


def marks(
    *, party_id: str, codes: Collection[str], identities: Collection[str], parties: Collection[str]
) -> Sequence[str]:
    """By what an entrant is known (同一主体): ids, codes and identity digests, its own and of those merged into it.

    Two entries of one round that share a mark are one enterprise. Sorted, so that two inserters never wait in a circle.
    """
    found = [f"party:{one}" for one in {party_id, *parties}]
    found += [f"code:{one}" for one in codes if one]
    found += [f"person:{one}" for one in identities if one]
    return sorted(set(found))
