"""One irregular deal of a played year (植入违规), or an honest one that looks like it: an order's story with something set beforehand."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date, timedelta

from kechuang.catalog.queries import price_lines
from kechuang.catalog.states import ItemKind
from kechuang.documents.rules import Figures, specimen_invoice_xml
from kechuang.kernel.money import Fen
from kechuang.pilot.commands.ordering import OrderStory
from kechuang.pilot.commands.stage import Bookable, Member, Stage, Story
from kechuang.pilot.models import TaxRecord
from kechuang.pilot.rules import Chances
from kechuang.pilot.states import FIRST_MISDEED, PURPOSES

APART, PATIENCE = 30, 90
_HUNDRED = 100
_STRAIGHT = Chances(**{field.name: 0 for field in fields(Chances)})


class Misdeed(OrderStory):
    """A deal that goes the straight way to the county's desk; what is irregular about it is set beforehand."""

    def __init__(self, stage: Stage, holder: Member, number: int, provider: Member | None = None) -> None:
        super().__init__(stage, holder, FIRST_MISDEED + number, stage.wrongs)
        self.chances = _STRAIGHT
        self.chosen = provider
        self.shelf: int | None = None  # which of the provider's offers; None: the first that is not booked beforehand
        self.unbooked = False  # an instrument with a calendar is ordered, and no time on it is booked
        self.place: Bookable | None = None  # that instrument
        self.wanted = self.invoiced = ""
        self.told: Sequence[str] = ()
        self.on_day: int | None = None  # of the play; None: as it comes
        self.apart = APART  # days until the next deal of the same plant
        self.amount = 0  # how much is asked for, in hundredths of the unit; 0: as it comes
        self.price_fen = 0  # of the whole order; 0: as it comes
        self.public_per_cent = 0  # of the price, that the holder has from other public purses
        self.days: int | None = None  # that the service takes; None: as it comes
        self.begins: Callable[[], None] | None = None  # what is done beforehand
        self.after: Misdeed | None = None  # is handed in before this one is asked for
        self.follows: Misdeed | None = None  # was asked for at least `gap` days before
        self.gap = 0
        self.asked_on: date | None = None
        self.copied: Misdeed | None = None  # whose invoice is brought again, its number altered
        self.brought: tuple[str, int, date] | None = None  # the own invoice: number, gross, day
        self.red_after: int | None = None  # days after handing in the claim on which its invoice is cancelled
        self.holds: Callable[[], bool] = lambda: True  # whether it came out as it was meant, asked when all is over
        self.label: tuple[str, bool] = ("", False)

    def needs(self) -> str:
        return self.wanted or self.dice.one(PURPOSES)

    def item(self) -> str:
        return self.invoiced or super().item()

    def results(self) -> Sequence[str]:
        return self.told

    def service_days(self) -> int:
        return super().service_days() if self.days is None else self.days

    def quantity(self, usual: int) -> int:
        if self.amount:
            return self.amount
        if not self.price_fen or self.chosen is None:
            return super().quantity(usual)
        return max(self.price_fen * _HUNDRED // self._unit_fen(self._offer(self.chosen)[0]), 1)

    def other_public_fen(self, offer_id: str, usual: int) -> Fen:
        if self.public_per_cent:
            self.amount = self.quantity(usual)  # it is known what it will come to
        return Fen(self.amount * self._unit_fen(offer_id) // _HUNDRED * self.public_per_cent // _HUNDRED)

    def _unit_fen(self, offer_id: str) -> int:
        lines = price_lines(offer_id, on=self.stage.today)
        return next(line.price_fen for line in lines if line.kind is ItemKind.BASE) or 1

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
        if self.place is not None:
            offers = dict(self.place.member.offers)
            return self.place.member, (self.place.offer_id, offers.get(self.place.offer_id, 1))
        if self.chosen is None or not self.chosen.offers:
            return super()._provider()
        return self.chosen, self._offer(self.chosen)

    def _offer(self, provider: Member) -> tuple[str, int]:
        if self.shelf is not None:
            return provider.offers[self.shelf]
        booked_first = {place.offer_id for place in self.stage.bookable}
        return next((one for one in provider.offers if one[0] not in booked_first), provider.offers[0])

    def _corrected(self, claim_id: str, price_fen: int) -> Story:
        self.stage.labels[claim_id] = (*self.label, self.holds)
        if self.red_after is not None and self.brought is not None:
            number, _gross_fen, on = self.brought
            TaxRecord.objects.create(number=number, red_number=f"R{number}", red_on=on + timedelta(days=self.red_after))
        yield from super()._corrected(claim_id, price_fen)

    def able(self) -> bool:
        """Whether it can be asked for by now: there is a voucher that pays, and somebody who offers it."""
        if self.after is not None and not self.after.claim_id:
            return False
        if self.follows is not None and not self._long_enough_after(self.follows):
            return False
        live = self.stage.live().get(self.holder.party_id)
        offered = self.chosen is None or len(self.chosen.offers) > (self.shelf or 0)
        if self.unbooked and not self.stage.bookable:
            return False
        return live is not None and live.balance.free_fen > 0 and offered

    def _long_enough_after(self, other: "Misdeed") -> bool:
        return other.asked_on is not None and self.stage.today >= other.asked_on + timedelta(days=self.gap)


def when_able(deal: Misdeed) -> Story:
    """Waits until the deal can be asked for; gives up after a season."""
    yield 0
    for _ in range(PATIENCE):
        if deal.able():
            deal.asked_on = deal.stage.today
            if deal.begins is not None:
                deal.begins()
            yield from deal()
            return
        yield 1
