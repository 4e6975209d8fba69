"""What is planted in a played year (植入违规): irregular deals through the commands, and honest ones that look like them.

How many, by whom, how much and when is drawn by dice of their own. Nothing of the screening's parameters is known here; what
each deal is stands in a table that the application cannot read.

Fourteen of the fifteen patterns are planted; rushes at the year's end only where the play goes on into the next year. The
commands pay no own share back after the settlement: that one is written by `generate --fraud` only, as are prices above the
list that an order was quoted from.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.db import connections

from kechuang.bookings import commands as bookings
from kechuang.catalog.states import CarrierKind
from kechuang.kernel.ids import new_id
from kechuang.orders.queries import bill
from kechuang.parties.commands import note_device
from kechuang.pilot.commands import joining, people
from kechuang.pilot.commands.misdeeds import Misdeed, when_able
from kechuang.pilot.commands.stage import Bookable, Member, Stage, Story
from kechuang.pilot.models import Scale
from kechuang.pilot.states import COURIERS, FIRST_COUNTY, PURPOSES, SAMPLE_NAMES, SERVICES
from kechuang.policy.book import rollout_open
from kechuang.screening import commands as screening
from kechuang.screening.queries import Known
from kechuang.screening.states import LinkKind

GOODS = ("*餐饮服务*餐费", "*住宿服务*住宿费", "*纸制品*办公用品", "*家具*办公桌")
SERVICE_WORDS = ("*鉴证咨询服务*检测费", "*研发和技术服务*测试化验加工费")
LAWFUL, RESEARCH = ("产品型式检验", "成品出厂检验", "压力表强制检定"), ("新品型式检验前摸底测试", "非强制检定校准研究")
FIRST_DAY, LAST_DAY, RESULTS = 120, 250, 14
DECEMBER = (345, 352)  # days into the play
_HUNDRED, _DAY = 100, timedelta(days=1)
SOURCE = "登记信息（示例）"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who comes only for what is planted: providers, firms that one agent files for, firms of one reception, regulars of
    one provider, new firms.
    """

    laboratory: Member
    dear: Member
    dearish: Member
    subsidised: Member
    small: Member
    paired: Member
    crowd: Sequence[Member]
    reception: Sequence[Member]
    regulars: Sequence[Member]
    fresh: list[Member]


@dataclass(frozen=True, slots=True)
class Plot:
    """One thing to plant: by whom, whether it only looks like it, and on which day it begins."""

    stage: Stage
    cast: Cast
    numbers: Iterator[int]
    firms: Sequence[Member]  # with a voucher from early on
    holder: Member
    near: bool
    day: int

    def deal(self, provider: Member | None = None, holder: Member | None = None) -> Misdeed:
        return Misdeed(self.stage, holder or self.holder, next(self.numbers), provider)

    def regulars(self) -> list[Member]:
        """Firms that come for planted deals alone, whose vouchers nobody else uses up; in an order of the dice."""
        first = self.stage.wrongs.between(0, len(self.cast.regulars) - 1)
        return [*self.cast.regulars[first:], *self.cast.regulars[:first]]

    def firm(self) -> Member:
        """A fictitious provider of the library; public institutions that exist deal honestly."""
        return self.stage.wrongs.one([one for one in self.stage.providers[:-1] if not one.is_real])


def cast(stage: Stage, scale: Scale) -> Cast:
    """Registers who comes only for what is planted, and lets them join."""
    taken = {one.name for one in (*stage.holders, *stage.providers, *stage.newcomers)}
    wrongs, testing, hours = stage.wrongs, [one for one in SERVICES if one[0] == "testing"], SERVICES[5]
    wares = {
        "laboratory": joining.Wares((testing[0], hours)),
        "dear": joining.Wares(testing[:2], per_cent=(300, 600)),
        "dearish": joining.Wares(testing[:2], per_cent=(130, 160)),
        "subsidised": joining.Wares(testing[:2], carrier=CarrierKind.ENTERPRISE_RD),
        "small": joining.Wares(testing[1:3]),
        "paired": joining.Wares(testing[2:4]),
    }
    providers = {}
    for name, offered in wares.items():
        member = providers[name] = _stranger(stage, taken, "qualified_firm")
        stage.serving.append(member)
        stage.begin(joining.provider(stage, member, wares=offered), in_days=wrongs.between(2, 25))
    sizes = ((9, 14), (3, 5), (8, 12))
    crowd, reception, regulars = ([_stranger(stage, taken) for _ in range(wrongs.between(*size))] for size in sizes)
    fresh = [_stranger(stage, taken) for _ in range(4 * max(round(6 * scale), 1))]
    stage.strangers = [*crowd, *reception, *regulars, *fresh]
    for member in (*crowd, *reception, *regulars):
        stage.begin(joining.holder(stage, member), in_days=wrongs.between(24, 60))
    return Cast(**providers, crowd=crowd, reception=reception, regulars=regulars, fresh=fresh)


def _stranger(stage: Stage, taken: set[str], kind: str = "organisation") -> Member:
    dice = stage.wrongs
    name = dice.firm(taken, kind="科技" if kind == "organisation" else "技术服务")
    return people.organisation(stage, name, dice.credit_code(FIRST_COUNTY), FIRST_COUNTY, kind=kind, dice=dice)


def all_year(stage: Stage, scale: Scale, cast: Cast) -> None:
    """Begins the irregular deals of a year, a few of each kind, and as many that look like them."""
    count, numbers = max(round(6 * scale), 1), itertools.count()
    *listed, _one, _other = [one for one in stage.holders if one.kind == "organisation"]  # the last two are dishonest
    opens = stage.first + FIRST_DAY * _DAY
    firms = [
        one
        for one in listed
        if one.labelled and rollout_open(stage.scheme, region=one.region, on=opens)  # the others get a voucher late
    ]
    free: list[Member] = []
    for pattern, plant in PLANTS.items():
        for near in (False, True):
            for _ in range(1 if plant in _LARGE else count + stage.wrongs.between(0, count)):
                free = free or list(firms)  # as long as there are some, another for each deal
                holder = free.pop(stage.wrongs.between(0, len(free) - 1))
                day = stage.wrongs.between(FIRST_DAY, LAST_DAY)
                _begin(stage, pattern, Plot(stage, cast, numbers, firms, holder, near, day), plant)


def _begin(stage: Stage, pattern: str, plot: Plot, plant: "Plant") -> None:
    day, deals = plot.day, plant(plot)
    for deal in deals:
        copied = any(other.after is deal for other in deals)  # whoever was copied is honest
        deal.label = (pattern, plot.near or copied)
        stage.begin(when_able(deal), in_days=day if deal.on_day is None else deal.on_day)
        day += deal.apart


def label(stage: Stage) -> None:
    """What each planted claim is, written by the owner of the tables."""
    if not stage.labels:
        return
    with connections["owner"].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pilot_planted (id, claim_id, pattern, near) VALUES (%s, %s, %s, %s)",
            [
                [new_id("plt"), claim, pattern, near]
                for claim, (pattern, near, holds) in sorted(stage.labels.items())
                if holds()
            ],
        )


# ---------------------------------------------------------------- papers


def _mismatch(plot: Plot) -> list[Misdeed]:
    deal = plot.deal()
    deal.invoiced = plot.stage.wrongs.one(SERVICE_WORDS if plot.near else GOODS)
    return [deal]


def _alike(plot: Plot) -> list[Misdeed]:
    """Of two deals the later has the results of the earlier; the honest have their own."""
    one, another, *_others = plot.regulars()
    first, second = plot.deal(holder=one), plot.deal(holder=another)
    second.after = first
    first.told = _measured(plot.stage)
    second.told = _measured(plot.stage) if plot.near else first.told
    return [first, second]


def _measured(stage: Stage) -> tuple[str, ...]:
    """Figures that a laboratory would find."""
    return tuple(
        f"指标{n} {stage.wrongs.between(1, 99)}.{stage.wrongs.between(100, 999)}" for n in range(1, RESULTS + 1)
    )


def _reused(plot: Plot) -> list[Misdeed]:
    """The invoice of the first deal is brought for the second, its number altered; the honest have one for each."""
    provider, price_fen = plot.cast.laboratory, plot.stage.wrongs.between(8, 20) * 1_000 * _HUNDRED
    holder, *_others = plot.regulars()
    first, second = plot.deal(provider, holder), plot.deal(provider, holder)
    first.price_fen = second.price_fen = price_fen
    second.after, second.copied = first, None if plot.near else first
    return [first, second]


def _red(plot: Plot) -> list[Misdeed]:
    """Cancelled in red after the claim, as the stand-in of the tax bureau will say; the honest are cancelled by nobody."""
    deal = plot.deal()
    deal.red_after = None if plot.near else plot.stage.wrongs.between(20, 60)
    return [deal]


# ---------------------------------------------------------------- orders


def _disguised(plot: Plot) -> list[Misdeed]:
    """What the law asks for anyway, or the same many samples month after month; the honest try a new product, once."""
    wrongs = plot.stage.wrongs
    if wrongs.chance(500):
        deal = plot.deal()
        deal.wanted = wrongs.one(RESEARCH if plot.near else LAWFUL)
        return [deal]
    samples = wrongs.between(65, 110)
    deals = [plot.deal(plot.cast.laboratory) for _ in range(1 if plot.near else wrongs.between(3, 4))]
    for deal in deals:
        deal.amount = (samples + wrongs.between(-4, 5)) * _HUNDRED
    return _in_turn(deals, lambda: 33)


def _split(plot: Plot) -> list[Misdeed]:
    """One task in three parts just below the ten thousand yuan of a simple order; the honest come again each month."""
    provider, wrongs, deals = plot.firm(), plot.stage.wrongs, []
    for _part in range(3):
        deal = plot.deal(provider)
        deal.price_fen = wrongs.between(7_500, 9_800) * _HUNDRED
        deals.append(deal)
    return _in_turn(deals, lambda: wrongs.between(25, 35) if plot.near else wrongs.between(0, 2))


def _in_turn(deals: list[Misdeed], gap: Callable[[], int]) -> list[Misdeed]:
    """Each so many days after the one before; it has come about once all were handed in."""
    for before, deal in pairwise(deals):
        deal.follows, deal.gap = before, gap()
    for deal in deals:
        deal.apart, deal.holds = 0, lambda: all(one.claim_id for one in deals)
    return deals


def _dear(plot: Plot) -> list[Misdeed]:
    """A list price many times that of all others; the honest are dear within reason."""
    deal = plot.deal(plot.cast.dearish if plot.near else plot.cast.dear)
    deal.shelf = plot.stage.wrongs.between(0, 1)
    return [deal]


def _stacked(plot: Plot) -> list[Misdeed]:
    """With the subsidy that its carrier gets more public money than the price; the honest leave something to pay."""
    deal = plot.deal(plot.cast.subsidised)
    deal.public_per_cent = plot.stage.wrongs.between(*((5, 30) if plot.near else (40, 49)))
    deal.holds = lambda: plot.near or _half_paid(deal.order_id)
    return [deal]


def _half_paid(order_id: str) -> bool:
    """Whether the voucher had enough for nearly its half of the price."""
    facts = bill(order_id)
    return facts.own_share_fen * 100 <= facts.price_fen * 52


def _rushed(plot: Plot) -> list[Misdeed]:
    """A small provider deals as never before in the last days, each served at once; the honest take their time."""
    wrongs, deals = plot.stage.wrongs, []
    provider = plot.firm() if plot.near else plot.cast.small
    firms = (*plot.firms, *plot.stage.strangers)
    for _ in range(wrongs.between(2, 4) if plot.near else wrongs.between(11, 16)):
        deal = plot.deal(provider, wrongs.one(firms))
        deal.on_day, deal.days = wrongs.between(*DECEMBER), None if plot.near else 0
        deals.append(deal)
    return deals


# ---------------------------------------------------------------- services


def _unproven(plot: Plot) -> list[Misdeed]:
    """An instrument with a calendar, of which nothing was booked, run or sent, or more hours than the days have; the honest
    sent a sample."""
    wrongs = plot.stage.wrongs
    if not plot.near and wrongs.chance(400):
        deal = plot.deal(plot.cast.laboratory)
        deal.shelf, deal.days, deal.amount = 1, 0, wrongs.between(30, 50) * _HUNDRED
        return [deal]
    deal = plot.deal()
    deal.unbooked, deal.days = True, wrongs.between(3, 10)
    deal.amount = wrongs.between(2, 9) * _HUNDRED
    deal.begins = lambda: _chosen(deal, plot)
    return [deal]


def _chosen(deal: Misdeed, plot: Plot) -> None:
    stage = plot.stage
    deal.place = stage.wrongs.one([one for one in stage.bookable if not one.member.is_real] or stage.bookable)
    if plot.near:
        stage.begin(_sent(stage, deal.holder, deal.place))


def _sent(stage: Stage, holder: Member, place: Bookable) -> Story:
    """A sample that arrives before the service begins."""
    dice, actor = stage.wrongs, stage.member(holder)
    declared = bookings.Declared(
        name=dice.one(SAMPLE_NAMES),
        expected_on=stage.today + 2 * _DAY,
        count=dice.between(1, 6),
        wanted=dice.one(PURPOSES),
        return_address=f"{holder.name}收发室（示例）",
    )
    sample = stage.attempt(bookings.announce_sample, actor, instrument_id=place.offer_id, sample=declared)
    if sample is None:
        return
    number = dice.digits(12)
    stage.attempt(bookings.ship_sample, actor, sample_id=sample.id, courier=COURIERS[0], number=number)
    yield 1
    ready, provider = stage.today + 6 * _DAY, stage.member(place.member)
    where = "样品接收室（示例）"
    stage.attempt(bookings.receive_sample, provider, sample_id=sample.id, place=where, ready_on=ready)


# ---------------------------------------------------------------- who stands behind


def _affiliated(plot: Plot) -> list[Misdeed]:
    """User and provider work at one device; the honest did so until two years ago."""
    stage, provider = plot.stage, plot.firm()
    until = stage.first - timedelta(days=stage.wrongs.between(300, 900)) if plot.near else None
    deal = plot.deal(provider)
    mark = f"设备{deal.number}"
    if until is None:
        _at_one_device(stage, mark, (plot.holder, provider))
    else:
        what = (LinkKind.DEVICE, mark, "办理设备****", SOURCE, None, until)
        with stage.act() as now:
            screening.keep_links(
                [Known(side.party_id, side.region, *what) for side in (plot.holder, provider)], now=now
            )
    return [deal]


def _agent(plot: Plot) -> list[Misdeed]:
    """One device behind the vouchers of many firms; the honest share a reception with a few."""
    firms, wrongs = plot.cast.reception if plot.near else plot.cast.crowd, plot.stage.wrongs
    deals = [plot.deal(holder=firm) for firm in firms]
    for deal in deals:
        deal.on_day = wrongs.between(FIRST_DAY, LAST_DAY)
    _at_one_device(plot.stage, f"设备{deals[0].number}", firms)
    return deals


def _at_one_device(stage: Stage, mark: str, firms: Sequence[Member]) -> None:
    with stage.act() as now:
        for firm in firms:
            note_device(person_id=firm.person_id, party_id=firm.party_id, mark=mark, now=now)


def _shell(plot: Plot) -> list[Misdeed]:
    """Founded some weeks before it orders, without people; the honest are as young, with people."""
    stage, holder = plot.stage, plot.cast.fresh.pop()
    people = stage.wrongs.between(4, 20) if plot.near else stage.wrongs.between(0, 1)
    founded = stage.first + timedelta(days=plot.day - stage.wrongs.between(20, 90))
    row = screening.Registered(holder.party_id, holder.region, founded, people)
    stage.begin(joining.holder(stage, holder), in_days=max(plot.day - 15, 24))
    deal = plot.deal(holder=holder)
    deal.begins = lambda: screening.keep_registrations([row], source=SOURCE, on=stage.today)
    return [deal]


def _paired(plot: Plot) -> list[Misdeed]:
    """One officer takes nearly all claims of one provider; honest officers divide them as they come."""
    stage, wrongs, provider = plot.stage, plot.stage.wrongs, plot.firm() if plot.near else plot.cast.paired
    if not plot.near:
        stage.taken[FIRST_COUNTY, provider.party_id] = wrongs.one(stage.counties[FIRST_COUNTY].officers)
    deals = []
    for _ in range(wrongs.between(6, 9) if plot.near else wrongs.between(24, 32)):
        deal = plot.deal(provider, wrongs.one(plot.cast.regulars))
        deal.price_fen, deal.on_day = wrongs.between(2_000, 5_000) * _HUNDRED, wrongs.between(FIRST_DAY, LAST_DAY)
        deals.append(deal)
    return deals


Plant = Callable[[Plot], list[Misdeed]]
PLANTS: dict[str, Plant] = {
    "invoice_mismatch": _mismatch,
    "invoice_reused": _reused,
    "invoice_red": _red,
    "report_alike": _alike,
    "disguised_test": _disguised,
    "split_orders": _split,
    "price_high": _dear,
    "stacking": _stacked,
    "no_evidence": _unproven,
    "affiliated": _affiliated,
    "shell_buyer": _shell,
    "agent": _agent,
    "year_end_rush": _rushed,
    "reviewer_pair": _paired,
}
_LARGE = (_agent, _rushed, _paired)  # of many deals, once
