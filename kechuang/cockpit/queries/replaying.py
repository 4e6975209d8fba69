"""A past year under a draft (回放): read in a transaction that can write nothing, priced by the rules that price orders."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from kechuang.cockpit import rules
from kechuang.cockpit.rules import Granted, Outcome, Stack
from kechuang.cockpit.states import PROVINCE, PROVINCE_SCHEME
from kechuang.ledger.queries import executed, horizon
from kechuang.orders.queries import PastOrder, placed
from kechuang.parties.queries import covers
from kechuang.policy.book import Book, Pack, current
from kechuang.vouchers.queries import Past, past
from kechuang.vouchers.rules import GrantTerms, OffsetTerms, PastHold, PastVoucher, Replay, Replayed

_ALONE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WITHIN = "SET TRANSACTION READ ONLY"  # inside another's transaction its snapshot is taken already
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is replayed: whose orders, of which days, by which text, by the values of which day."""

    pack: Pack
    region: str
    year: int
    until: date
    rules_on: date | None  # None: by each order's own day, as the year was

    @property
    def since(self) -> date:
        return date(self.year, 1, 1)

    @property
    def regions(self) -> frozenset[str]:
        return covers(self.region)


@dataclass(frozen=True, slots=True)
class Year:
    """All that a replay reads."""

    orders: list[PastOrder]
    past: Past
    budgeted: dict[str, int]

    @property
    def steps(self) -> int:
        return len(self.past.vouchers) + len(self.past.holds) + sum(1 for hold in self.past.holds if hold.back_at)


@contextmanager
def read_only() -> Iterator[None]:
    """Within it nothing can be written, whatever is tried; it ends by rolling back."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ALONE if alone else _WITHIN)
        yield
        transaction.set_rollback(True)


def simulated(asked: Asked, *, progress: Progress) -> dict[str, object]:
    """The result of one replay as JSON keeps it. Raises NothingToReplay, NoTermsInForce."""
    with read_only():
        found = read(asked)
    if not found.orders:
        raise rules.NothingToReplay(year=asked.year, scheme=asked.pack.title)
    return summed(asked, found, priced(asked, found, progress=progress))


def read(asked: Asked) -> Year:
    """The year as it was. Eight statements, whatever its size."""
    given = {"since": asked.since, "until": asked.until}
    orders = placed(asked.pack.scheme, asked.regions, **given)
    books = executed(asked.regions, year=asked.year, until=asked.until, cut=horizon())
    budgeted = {region: one.budgeted_fen for region, one in books.items() if one.budgeted_fen}
    return Year(orders, past(asked.pack.scheme, asked.regions, **given), budgeted)


def priced(asked: Asked, found: Year, *, progress: Progress = lambda done, total: None) -> Replayed:
    """Every voucher and hold by the terms of the draft; the same pure functions as when they were decided."""
    draft, scheme = current().with_pack(asked.pack), asked.pack.scheme
    steps = found.steps
    replay = Replay(
        offsets=_fixed(draft, scheme, OffsetTerms, asked.rules_on),
        grants=_fixed(draft, scheme, GrantTerms, asked.rules_on),
        since=asked.since,
        progress=lambda done: progress(done, steps),
    )
    return replay.run(found.past.vouchers, found.past.holds)


def _fixed(draft: Book, scheme: str, kind: Any, rules_on: date | None) -> Callable[[date], Any]:
    if rules_on is None:
        return lambda day: draft.in_force(scheme, kind, day).terms
    terms = draft.in_force(scheme, kind, rules_on).terms
    return lambda _day: terms


def summed(asked: Asked, found: Year, replayed: Replayed) -> dict[str, object]:
    """What the priced year comes to, beside what it was."""
    outcomes = list(_outcomes(found, replayed.kept))
    last = asked.rules_on or asked.until
    published = current().packs.get(asked.pack.scheme, asked.pack)
    result = rules.summed(
        outcomes,
        before_stack=stack_of(published, asked.region, on=asked.since),
        after_stack=stack_of(asked.pack, asked.region, on=last),
    )
    result.refused_count = len(replayed.refused)
    result.money = _money(asked, found, replayed)
    plain = len([one for one in found.orders if one.standing]) - len(outcomes)
    return {**result.record(), "orders_count": len(found.orders), "without_voucher_count": plain}


def _outcomes(found: Year, kept: Mapping[str, int]) -> Iterator[Outcome]:
    before: defaultdict[str, int] = defaultdict(int)
    after: defaultdict[str, int] = defaultdict(int)
    applicants: dict[str, str] = {}
    for hold in found.past.holds:
        before[hold.order_id] += hold.kept_fen
        after[hold.order_id] += kept[hold.id]
        applicants.setdefault(hold.order_id, hold.facts.applicant)
    for one in found.orders:
        if one.standing and one.id in applicants:
            yield Outcome(
                id=one.id,
                holder_id=one.holder_id,
                region=one.region,
                service=one.service,
                applicant=applicants[one.id],
                channel=one.channel,
                month=one.placed_on.month,
                price_fen=one.price_fen,
                before_fen=before[one.id],
                after_fen=after[one.id],
            )


def _money(asked: Asked, found: Year, replayed: Replayed) -> list[dict[str, object]]:
    """Per county with a budget: when its money ran out, and when it would have."""
    vouchers = [voucher for voucher in found.past.vouchers if voucher.year == asked.year]
    was = {voucher.id: (voucher.face_fen, voucher.valid_until) for voucher in vouchers}
    would = {voucher.id: (replayed.faces[voucher.id], replayed.untils[voucher.id]) for voucher in vouchers}
    spent_was = _spent(found.past.holds, {hold.id: hold.kept_fen for hold in found.past.holds})
    spent_would = _spent(found.past.holds, replayed.kept)
    before = rules.run_out(_granted(vouchers, was, spent_was, found.past.ended), found.budgeted, until=asked.until)
    after = rules.run_out(_granted(vouchers, would, spent_would, found.past.ended), found.budgeted, until=asked.until)
    return [
        {
            "region": region,
            "budgeted_fen": fen,
            "before_on": _iso(before[region][0]),
            "before_short_fen": before[region][1],
            "after_on": _iso(after[region][0]),
            "after_short_fen": after[region][1],
        }
        for region, fen in sorted(found.budgeted.items())
    ]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _spent(holds: Iterable[PastHold], kept: Mapping[str, int]) -> dict[str, int]:
    spent: defaultdict[str, int] = defaultdict(int)
    for hold in holds:
        spent[hold.voucher_id] += kept[hold.id]
    return spent


def _granted(
    vouchers: Iterable[PastVoucher],
    faces: Mapping[str, tuple[int, date]],
    spent: Mapping[str, int],
    ended: Mapping[str, date],
) -> Iterator[Granted]:
    for voucher in vouchers:
        face, until = faces[voucher.id]
        ends_on = min(until, ended.get(voucher.id, until))
        yield Granted(voucher.region, voucher.granted_on, face, ends_on, min(spent.get(voucher.id, 0), face))


def stack_of(pack: Pack, region: str, *, on: date) -> Stack:
    """The subsidies that follow an offset by a pack and by the province's rule; a pack that grants none adds none."""
    province = current().packs.get(PROVINCE_SCHEME) if region in covers(PROVINCE) else None
    return Stack(
        provider_bp=_rate(pack, "subsidy_ceiling_bp", on),
        platform_bp=_rate(pack, "platform_part_bp", on),
        channels=tuple(_said(pack, "subsidised_channels", on) or ()),
        carrier_bp=_rate(province, "carrier_subsidy_ceiling_bp", on) if province else 0,
    )


def _rate(pack: Pack, name: str, on: date) -> int:
    said = _said(pack, name, on)
    return said if isinstance(said, int) else 0


def _said(pack: Pack, name: str, on: date) -> Any:
    parameter = pack.parameters.get(name)
    value = parameter.on(on) if parameter else None
    return value.is_ if value else None
