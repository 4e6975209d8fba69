"""What a replay comes to (回放结果): cost, who gains and loses, when the money runs out, how much public money a price draws.

Pure. Every figure stands beside the one of the year as it was, from the same orders.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from kechuang.cockpit.states import (
    LARGE_FROM_FEN,
    MIDDLE_FROM_FEN,
    MONTHS_IN_YEAR,
    Group,
    Size,
)
from kechuang.kernel.money import ONE, ratio_bp_down

Figures = dict[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One order: what its voucher paid in the end, and what it would have paid."""

    id: str
    holder_id: str
    region: str
    service: str
    applicant: str
    channel: str
    month: int
    price_fen: int
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Stack:
    """The subsidies that follow an offset, each at its ceiling (各项补助按上限): rates on what was offset."""

    provider_bp: int = 0  # on all that a provider redeemed
    platform_bp: int = 0  # again, where served through these channels
    channels: tuple[str, ...] = ()
    carrier_bp: int = 0  # the province's, to its carriers

    def total_fen(self, offset_fen: int, channel: str) -> int:
        """All public money that follows an offset, rounded down to whole fen."""
        rate = ONE + self.provider_bp + self.carrier_bp + (self.platform_bp if channel in self.channels else 0)
        return offset_fen * rate // ONE


@dataclass(frozen=True, slots=True)
class Granted:
    """One voucher of the year in the books of its county: what it takes out of the budget, what comes back and when."""

    region: str
    granted_on: date
    face_fen: int
    ends_on: date
    spent_fen: int


@dataclass(slots=True)
class Line:
    """One group of orders: gains and losses are those of single orders, never netted against each other."""

    key: str
    orders: int = 0
    price_fen: int = 0
    before_fen: int = 0
    after_fen: int = 0
    gain_orders: int = 0
    gain_fen: int = 0
    lose_orders: int = 0
    lose_fen: int = 0

    def add(self, one: Outcome) -> None:
        change = one.after_fen - one.before_fen
        self.orders += 1
        self.price_fen += one.price_fen
        self.before_fen += one.before_fen
        self.after_fen += one.after_fen
        if change > 0:
            self.gain_orders, self.gain_fen = self.gain_orders + 1, self.gain_fen + change
        elif change < 0:
            self.lose_orders, self.lose_fen = self.lose_orders + 1, self.lose_fen - change


@dataclass(slots=True)
class Incentive:
    """造假诱因: how many orders draw public money of their whole price or more, so that a made-up one costs nobody anything."""

    orders: int = 0
    price_fen: int = 0
    public_fen: int = 0
    most_bp: int = 0

    def add(self, price_fen: int, public_fen: int) -> None:
        self.public_fen += public_fen
        self.most_bp = max(self.most_bp, ratio_bp_down(public_fen, price_fen))
        if public_fen >= price_fen:
            self.orders += 1
            self.price_fen += price_fen


@dataclass(slots=True)
class Result:
    """What is kept of a replay; `groups` by Group, `months` as [before, after] in fen."""

    whole: Line
    groups: dict[str, list[Line]]
    months: list[list[int]]
    before: Incentive
    after: Incentive
    money: list[dict[str, object]] = field(default_factory=list)
    refused_count: int = 0

    def record(self) -> dict[str, object]:
        """As JSON keeps it."""
        return asdict(self)


def as_it_was(record: Mapping[str, Any]) -> str:
    """All of a kept result that no draft has part in (当年实际), as one text: equal for replays of the same orders."""
    groups = {
        group: sorted((line["key"], line["orders"], line["price_fen"], line["before_fen"]) for line in lines)
        for group, lines in record["groups"].items()
    }
    money = [(line["region"], line["budgeted_fen"], line["before_on"]) for line in record["money"]]
    return repr((sorted(groups.items()), [before for before, _after in record["months"]], record["before"], money))


def summed(outcomes: Sequence[Outcome], *, before_stack: Stack, after_stack: Stack) -> Result:
    """Adds up the orders (汇总); the subsidies that follow are those of the published rule and of the draft."""
    sizes = _sizes(outcomes)
    whole = Line("")
    groups: dict[Group, dict[str, Line]] = {group: {} for group in Group}
    months = [[0, 0] for _month in range(MONTHS_IN_YEAR)]
    before, after = Incentive(), Incentive()
    for one in outcomes:
        whole.add(one)
        keys = {
            Group.SIZE: str(sizes[one.holder_id]),
            Group.PLACE: one.region,
            Group.SERVICE: one.service,
            Group.APPLICANT: one.applicant,
        }
        for group, key in keys.items():
            groups[group].setdefault(key, Line(key)).add(one)
        month = months[one.month - 1]
        month[0], month[1] = month[0] + one.before_fen, month[1] + one.after_fen
        before.add(one.price_fen, before_stack.total_fen(one.before_fen, one.channel))
        after.add(one.price_fen, after_stack.total_fen(one.after_fen, one.channel))
    listed = {str(group): sorted(lines.values(), key=lambda line: line.key) for group, lines in groups.items()}
    return Result(whole, listed, months, before, after)


def size_of(ordered_fen: int) -> Size:
    """规模 by what was ordered with vouchers in the year; a bound belongs to the larger size."""
    if ordered_fen < MIDDLE_FROM_FEN:
        return Size.SMALL
    return Size.MIDDLE if ordered_fen < LARGE_FROM_FEN else Size.LARGE


def _sizes(outcomes: Iterable[Outcome]) -> dict[str, Size]:
    ordered: defaultdict[str, int] = defaultdict(int)
    for one in outcomes:
        ordered[one.holder_id] += one.price_fen
    return {holder: size_of(fen) for holder, fen in ordered.items()}


def run_out(
    vouchers: Iterable[Granted], budgeted: Mapping[str, int], *, until: date
) -> dict[str, tuple[date | None, int]]:
    """Per county the day on which its money runs out (资金用完日), and by how much it fell short at the worst.

    What is granted leaves the budget that day; what a voucher ends without having spent comes back on its last day's
    morrow. None: the money lasts until `until`.
    """
    moves: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    for one in vouchers:
        moves[one.region] += [move for move in _moves(one) if move[0] < until]
    return {region: _shortest(sorted(moves.get(region, ())), fen) for region, fen in budgeted.items()}


def _moves(one: Granted) -> Iterator[tuple[date, int]]:
    """Out of the budget and back into it; what comes back sorts before what goes out on the same day."""
    yield one.granted_on, one.face_fen
    if left := one.face_fen - one.spent_fen:
        yield one.ends_on, -left


def _shortest(moves: Sequence[tuple[date, int]], budgeted_fen: int) -> tuple[date | None, int]:
    out, first, worst = 0, None, 0
    for on, fen in moves:
        out += fen
        if out > budgeted_fen:
            first, worst = first or on, max(worst, out - budgeted_fen)
    return first, worst
