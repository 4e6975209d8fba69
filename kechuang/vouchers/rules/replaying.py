"""A past year priced again under other terms (回放). Pure: the same rules as orders live by, over what was recorded of them.

What people did stays as it was: who applied when for how much, which order was placed when at what price, which ended.
Only what the rules make of it is computed anew: the face of each voucher, its last day, what each order was offset.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from kechuang.kernel.money import Fen, split_largest_remainder
from kechuang.vouchers.rules.granting import ApplicantFacts, GrantTerms, eligibility, grant, valid_until
from kechuang.vouchers.rules.offsetting import (
    NOTHING,
    OffsetTerms,
    OrderFacts,
    Used,
    offset,
    refuse_closed_year,
    refuse_out_of_date,
)
from kechuang.vouchers.rules.refusals import (
    GrantCapReached,
    NotForVoucher,
    NothingToOffset,
    VoucherNotInDate,
    YearClosedForOrders,
)

_NOT_OFFSET = (VoucherNotInDate, YearClosedForOrders, NothingToOffset, NotForVoucher)
LIVE_COUNT = "live_vouchers_count"  # a fact of the moment: who had a voucher then is not asked again


class Step(IntEnum):
    """What happened at one place of the books, in the order in which it counts when two fall on one place."""

    GRANT = 0
    GIVE_BACK = 1
    HOLD = -1  # a hold that replaces another is booked after the one it replaces


@dataclass(frozen=True, slots=True)
class PastVoucher:
    """A voucher as it was granted, with what was known of its holder then (核发时核验的事实)."""

    id: str
    party_id: str
    region: str
    year: int
    requested_fen: Fen
    face_fen: Fen
    granted_on: date
    valid_until: date
    place: int  # of the grant in the books
    facts: ApplicantFacts
    examined: bool  # imported vouchers were never looked at; their holders stay eligible


@dataclass(frozen=True, slots=True)
class PastHold:
    """One decision about an offset as it was taken: for which price, on which facts, and what became of it."""

    id: str
    order_id: str
    voucher_id: str
    provider_id: str
    price_fen: Fen
    kept_fen: Fen  # what of it is held or offset in the end
    held_on: date
    first_on: date  # of the first hold of its order: whose rules it lives by
    place: int  # in the books
    replaces: str  # "" for the first hold of an order
    facts: OrderFacts
    back_at: int = 0  # where in the books it, or a part of it, was given back; 0: never
    back_part: int = 0  # of `back_whole`
    back_whole: int = 0
    to_voucher: bool = True  # else what was given back went on to the budget
    added: bool = False  # 追加: set aside beside one already offset; stays as it was


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the year comes to: by voucher its face and first day without value, by hold what is offset in the end."""

    faces: dict[str, Fen]
    untils: dict[str, date]
    kept: dict[str, Fen]
    refused: frozenset[str]  # vouchers whose holders would not have been granted any


@dataclass(slots=True)
class _Books:
    """The balances and caps as they move on."""

    free: dict[str, int] = field(default_factory=dict)
    granted: defaultdict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    programme: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    used: defaultdict[tuple[object, ...], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, keys: Sequence[tuple[object, ...]], fen: int) -> None:
        for key in keys:
            self.used[key] += fen


class Replay:
    """One run: `since` is the first day on which the other terms count; what came before stays as it was."""

    def __init__(
        self,
        *,
        offsets: Callable[[date], OffsetTerms],
        grants: Callable[[date], GrantTerms],
        since: date,
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        self.offsets, self.grants, self.since, self.progress = offsets, grants, since, progress
        self.books = _Books()
        self.faces: dict[str, Fen] = {}
        self.untils: dict[str, date] = {}
        self.kept: dict[str, Fen] = {}
        self.years: dict[str, int] = {}
        self.live: set[str] = set()  # holds that set something aside
        self.kept_as_was: set[str] = set()
        self.refused: set[str] = set()

    def run(self, vouchers: Sequence[PastVoucher], holds: Sequence[PastHold]) -> Replayed:
        """Walks the books in their order (按入账次序)."""
        known = {voucher.id: voucher for voucher in vouchers}
        for done, (_place, step, voucher, hold) in enumerate(sorted(_steps(vouchers, holds), key=_order), start=1):
            if step is Step.GRANT and voucher:
                self._grant(voucher)
            elif hold and step is Step.HOLD:
                self._hold(known[hold.voucher_id], hold)
            elif hold:
                self._give_back(known[hold.voucher_id], hold)
            self.progress(done)
        return Replayed(self.faces, self.untils, self.kept, frozenset(self.refused))

    def _grant(self, voucher: PastVoucher) -> None:
        face, until = voucher.face_fen, voucher.valid_until
        if voucher.granted_on >= self.since and voucher.examined:
            terms = self.grants(voucher.granted_on)
            face, until = self._face(voucher, terms), valid_until(voucher.granted_on, terms)
        self.faces[voucher.id], self.untils[voucher.id] = face, until
        self.books.free[voucher.id] = face
        self.books.granted[voucher.party_id, voucher.year] += face
        self.books.programme[voucher.year] += face

    def _face(self, voucher: PastVoucher, terms: GrantTerms) -> Fen:
        checks = eligibility(facts=voucher.facts, terms=terms)
        if not all(check.passes for check in checks if check.parameter != LIVE_COUNT):
            self.refused.add(voucher.id)
            return NOTHING
        before = Fen(self.books.granted[voucher.party_id, voucher.year])
        try:
            return grant(
                requested_fen=voucher.requested_fen, granted_this_year_fen=before, facts=voucher.facts, terms=terms
            )
        except GrantCapReached:
            self.refused.add(voucher.id)
            return NOTHING

    def _hold(self, voucher: PastVoucher, hold: PastHold) -> None:
        terms = self.offsets(hold.first_on)
        self.years[hold.id] = voucher.year if terms.hold_year == "grant_day" else hold.first_on.year
        fen = self._as_it_was(hold) if hold.added or hold.first_on < self.since else self._offset(voucher, hold, terms)
        self.kept[hold.id] = fen
        self.books.free[voucher.id] -= fen
        self.books.add(self._keys(voucher, hold), fen)

    def _as_it_was(self, hold: PastHold) -> Fen:
        self.kept_as_was.add(hold.id)
        return hold.kept_fen

    def _offset(self, voucher: PastVoucher, hold: PastHold, terms: OffsetTerms) -> Fen:
        """What the voucher pays; nothing where the order could not have been placed with it."""
        if hold.replaces and hold.replaces not in self.live:
            return NOTHING
        try:
            if not hold.replaces:
                refuse_out_of_date(voucher.granted_on, self.untils[voucher.id], on=hold.held_on)
                refuse_closed_year(terms, budget_year=voucher.year, on=hold.held_on)
            found = offset(
                price_fen=hold.price_fen,
                balance_fen=Fen(self.books.free[voucher.id]),
                used=self._used(voucher, hold),
                facts=hold.facts,
                terms=terms,
            )
        except _NOT_OFFSET:
            return NOTHING
        self.live.add(hold.id)
        return found.fen

    def _used(self, voucher: PastVoucher, hold: PastHold) -> Used:
        whole, pair, provider, kind = (Fen(self.books.used[key]) for key in self._keys(voucher, hold))
        programme = Fen(self.books.programme[self.years[hold.id]])
        return Used(year_fen=whole, pair_fen=pair, provider_fen=provider, class_fen=kind, programme_fen=programme)

    def _keys(self, voucher: PastVoucher, hold: PastHold) -> tuple[tuple[object, ...], ...]:
        """What a hold counts against: the holder's year, the pair, the provider, the class of order."""
        year, facts = self.years[hold.id], hold.facts
        return (
            (voucher.party_id, year),
            (voucher.party_id, hold.provider_id, year),
            (hold.provider_id, "", year),
            (facts.buyer_zone, facts.provider_zone, "", year),
        )

    def _give_back(self, voucher: PastVoucher, hold: PastHold) -> None:
        held = self.kept[hold.id]
        if hold.id in self.kept_as_was:
            return
        back = split_largest_remainder(held, [hold.back_part, hold.back_whole - hold.back_part])[0] if held else NOTHING
        self.kept[hold.id] = Fen(held - back)
        self.books.add(self._keys(voucher, hold), -back)
        if hold.to_voucher:
            self.books.free[voucher.id] += back


_Event = tuple[int, Step, PastVoucher | None, PastHold | None]


def _steps(vouchers: Sequence[PastVoucher], holds: Sequence[PastHold]) -> Iterator[_Event]:
    for voucher in vouchers:
        yield voucher.place, Step.GRANT, voucher, None
    for hold in holds:
        yield hold.place, Step.HOLD, None, hold
        if hold.back_at:
            yield hold.back_at, Step.GIVE_BACK, None, hold


def _order(event: _Event) -> tuple[int, int]:
    return event[0], event[1]
