"""Irregular deals within a played year (植入违规), done through the commands like all others, and honest ones that look like them.

How many, by whom, how much and when is drawn by dice of their own. Nothing of the screening's parameters is known here; what
each deal is stands in a table that the application cannot read.

Eight of the fifteen patterns are done here. The others need what no command allows, such as a share paid back after the
settlement, or more deals of one kind than a played year has: a year written by `generate --fraud` holds all.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, timedelta

from django.db import connections

from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import ItemKind
from kechuang.documents.rules import Figures, specimen_invoice_xml
from kechuang.kernel.ids import new_id
from kechuang.parties.commands import note_device
from kechuang.pilot.commands.ordering import OrderStory
from kechuang.pilot.commands.stage import Member, Stage, Story
from kechuang.pilot.models import Scale, TaxRecord
from kechuang.pilot.rules import Chances
from kechuang.pilot.states import FIRST_MISDEED, PURPOSES
from kechuang.screening import commands as screening
from kechuang.screening.queries import Known
from kechuang.screening.states import LinkKind

GOODS = ("*餐饮服务*餐费", "*住宿服务*住宿费", "*纸制品*办公用品", "*家具*办公桌")
SERVICE_WORDS = ("*鉴证咨询服务*检测费", "*研发和技术服务*测试化验加工费")
LAWFUL, RESEARCH = ("产品型式检验", "成品出厂检验", "压力表强制检定"), ("新品型式检验前摸底测试", "非强制检定校准研究")
FIRST_DAY, LAST_DAY, APART, RESULTS = 120, 250, 30, 14
_HUNDRED = 100
SOURCE = "登记信息（示例）"
_STRAIGHT = Chances(**{field.name: 0 for field in fields(Chances)})


class Misdeed(OrderStory):
    """A deal that goes the straight way to the county's desk; what is irregular about it is set beforehand."""

    def __init__(self, stage: Stage, holder: Member, number: int, provider: Member | None = None) -> None:
        super().__init__(stage, holder, FIRST_MISDEED + number, stage.wrongs)
        self.chances = _STRAIGHT
        self.chosen = provider
        self.wanted = self.invoiced = ""
        self.told: Sequence[str] = ()
        self.apart = APART  # days until the next deal of the same plant
        self.price_fen = 0  # of the whole order; 0: as it comes
        self.copied: Misdeed | None = None  # whose invoice is brought again, its number altered
        self.brought: tuple[str, int, date] | None = None  # the own invoice: number, gross, day
        self.red_after: int | None = None  # days after handing in the claim on which its invoice is cancelled
        self.label: tuple[str, bool] = ("", False)

    def needs(self) -> str:
        return self.wanted or self.dice.one(PURPOSES)

    def item(self) -> str:
        return self.invoiced or super().item()

    def results(self) -> Sequence[str]:
        return self.told

    def quantity(self, usual: int) -> int:
        if not self.price_fen or self.chosen is None:
            return super().quantity(usual)
        lines = price_lines(self.chosen.offers[0][0], on=self.stage.today)
        unit_fen = next(line.price_fen for line in lines if line.kind is ItemKind.BASE) or 1
        return max(self.price_fen * _HUNDRED // unit_fen, 1)

    def _invoice(self, gross_fen: int) -> tuple[str, bytes]:
        number, content = super()._invoice(gross_fen)
        self.brought = (number, gross_fen, self.stage.today)
        if self.copied is None or self.copied.brought is None:
            return number, content
        number, gross_fen, day = self.copied.brought
        place = len(number) - self.stage.wrongs.between(3, 6)
        number = number[:place] + str((int(number[place]) + 5) % 10) + number[place + 1 :]
        figures = Figures(
            number=number,
            buyer_name=self.holder.name,
            buyer_code=self.holder.code,
            seller_name=self.provider.name,
            seller_code=self.provider.code,
            gross_fen=gross_fen,
            issued_on=day,
            item=self.item(),
        )
        return number, specimen_invoice_xml(figures)

    def _provider(self) -> tuple[Member, tuple[str, int]] | None:
        if self.chosen is None or not self.chosen.offers:
            return super()._provider()
        return self.chosen, self.chosen.offers[0]

    def _corrected(self, claim_id: str, price_fen: int) -> Story:
        self.stage.labels[claim_id] = self.label
        if self.red_after is not None and self.brought is not None:
            number, _gross_fen, on = self.brought
            TaxRecord.objects.create(number=number, red_number=f"R{number}", red_on=on + timedelta(days=self.red_after))
        yield from super()._corrected(claim_id, price_fen)


def all_year(stage: Stage, scale: Scale) -> None:
    """Begins the irregular deals of a year, a few of each kind, and as many that look like them."""
    count, number = max(round(6 * scale), 1), 0
    firms = [one for one in stage.holders if one.kind == "organisation"]
    free: list[Member] = []
    for pattern, plant in PLANTS.items():
        for near in (False, True):
            for _ in range(count + stage.wrongs.between(0, count)):
                day = stage.wrongs.between(FIRST_DAY, LAST_DAY)
                free = free or list(firms)  # as long as there are some, another for each deal
                holder = free.pop(stage.wrongs.between(0, len(free) - 1))
                deals = plant(stage, holder, number, near)
                for deal in deals:
                    deal.label = (pattern, near or deal is not deals[-1])  # whoever was copied is honest
                    stage.begin(_when_able(stage, deal), in_days=day)
                    number, day = number + 1, day + deal.apart


def _when_able(stage: Stage, deal: Misdeed) -> Story:
    """Waits until the holder has a voucher that pays and the provider is in the library; gives up after a season."""
    yield 0
    for _ in range(90):
        live = stage.live().get(deal.holder.party_id)
        if live and live.balance.free_fen > 0 and (deal.chosen is None or deal.chosen.offers):
            yield from deal()
            return
        yield 1


def _mismatch(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    deal = Misdeed(stage, holder, number)
    deal.invoiced = stage.wrongs.one(SERVICE_WORDS if near else GOODS)
    return [deal]


def _disguised(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    deal = Misdeed(stage, holder, number)
    deal.wanted = stage.wrongs.one(RESEARCH if near else LAWFUL)
    return [deal]


def _alike(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    """Of two deals the later has the results of the earlier; the honest have their own."""
    others = [one for one in stage.holders if one is not holder and one.kind == "organisation"]
    first, second = Misdeed(stage, holder, number), Misdeed(stage, stage.wrongs.one(others), number + 1)
    first.told = _measured(stage)
    second.told = _measured(stage) if near else first.told
    return [first, second]


def _measured(stage: Stage) -> tuple[str, ...]:
    """Figures that a laboratory would find."""
    return tuple(
        f"指标{n} {stage.wrongs.between(1, 99)}.{stage.wrongs.between(100, 999)}" for n in range(1, RESULTS + 1)
    )


def _affiliated(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    """User and provider work at one device; the honest did so until two years ago."""
    provider = stage.wrongs.one(stage.providers[:-1])
    until = stage.first - timedelta(days=stage.wrongs.between(300, 900)) if near else None
    with stage.act() as now:
        if until is None:
            for side in (holder, provider):
                note_device(person_id=side.person_id, party_id=side.party_id, mark=f"设备{number}", now=now)
        else:
            what = (LinkKind.DEVICE, f"设备{number}", "办理设备****", SOURCE, None, until)
            screening.keep_links([Known(side.party_id, side.region, *what) for side in (holder, provider)], now=now)
    return [Misdeed(stage, holder, number, provider)]


def _shell(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    """Founded some weeks before it orders, without people; the honest are as young, with people."""
    founded = stage.first + timedelta(days=stage.wrongs.between(60, FIRST_DAY))
    people = stage.wrongs.between(4, 20) if near else stage.wrongs.between(0, 1)
    row = screening.Registered(holder.party_id, holder.region, founded, people)
    screening.keep_registrations([row], source=SOURCE, on=stage.first)
    return [Misdeed(stage, holder, number)]


def _split(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    """One task in three parts just below the ten thousand yuan of a simple order; the honest come again each month."""
    provider, deals = stage.wrongs.one(stage.providers[:-1]), []
    for part in range(3):
        deal = Misdeed(stage, holder, number + part, provider)
        deal.price_fen = stage.wrongs.between(7_500, 9_800) * _HUNDRED
        deal.apart = stage.wrongs.between(25, 35) if near else stage.wrongs.between(1, 3)
        deals.append(deal)
    return deals


def _reused(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    """The invoice of the first deal is brought for the second, its number altered; the honest have one for each."""
    provider, price_fen = stage.wrongs.one(stage.providers[:-1]), stage.wrongs.between(12, 60) * 1_000 * _HUNDRED
    first, second = (Misdeed(stage, holder, number + part, provider) for part in range(2))
    first.price_fen = second.price_fen = price_fen
    second.copied = None if near else first
    return [first, second]


def _red(stage: Stage, holder: Member, number: int, near: bool) -> list[Misdeed]:
    """Cancelled in red after the claim, as the stand-in of the tax bureau will say; the honest are cancelled by nobody."""
    deal = Misdeed(stage, holder, number)
    deal.red_after = None if near else stage.wrongs.between(20, 60)
    return [deal]


PLANTS: dict[str, Callable[[Stage, Member, int, bool], list[Misdeed]]] = {
    "invoice_mismatch": _mismatch,
    "disguised_test": _disguised,
    "report_alike": _alike,
    "affiliated": _affiliated,
    "shell_buyer": _shell,
    "split_orders": _split,
    "invoice_reused": _reused,
    "invoice_red": _red,
}


def label(stage: Stage) -> None:
    """What each planted claim is, written by the owner of the tables."""
    if not stage.labels:
        return
    with connections["owner"].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pilot_planted (id, claim_id, pattern, near) VALUES (%s, %s, %s, %s)",
            [[new_id("plt"), claim, pattern, near] for claim, (pattern, near) in sorted(stage.labels.items())],
        )
