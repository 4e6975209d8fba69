"""Orders between a firm with a voucher and a provider of the library, brought to any stage."""

from datetime import datetime
from io import BytesIO

import pytest
from pypdf import PdfWriter

from kechuang.catalog.queries import price_lines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.orders import commands
from kechuang.orders.commands import Upload
from kechuang.orders.models import Order
from kechuang.orders.rules import Asked
from kechuang.orders.states import ContractKind
from tests.vouchers.conftest import SCHEME, Town, book

__all__ = ["Market", "book", "market"]


def _pdf() -> bytes:
    written, writer = BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(written)
    return written.getvalue()


PDF = _pdf()


def paper(name: str = "报告.pdf") -> Upload:
    return Upload(name, PDF)


class Market(Town):
    def __init__(self) -> None:
        super().__init__()
        self.release()
        self.holder = self.firm()
        self.voucher_id = self.voucher(self.holder).id
        self.server = self.provider()
        self.offer_id = self.offer(self.server)
        self._officer: Actor | None = None

    @property
    def county(self) -> Actor:
        self._officer = self._officer or self.officer(Role.COUNTY_OFFICER)
        return self._officer

    def line(self, n: int = 0, samples: int = 800, unit_price_fen: int | None = None) -> Asked:
        return Asked(price_lines(self.offer_id, on=self.today)[n].id, samples, unit_price_fen)

    def requested(self, **more: object) -> Order:
        given = {"offer_id": self.offer_id, "scheme": SCHEME, "voucher_id": self.voucher_id} | more
        return commands.request(self.holder, now=self.now, **given)  # type: ignore[arg-type]

    def quoted(self, samples: int = 800, **more: object) -> Order:
        """8 samples of 1,000 yuan unless said otherwise."""
        order = self.requested(**more)
        return commands.quote(
            self.server, order_id=order.id, lines=[self.line(samples=samples)], declares=True, now=self.now
        )

    def placed(self, samples: int = 800, **more: object) -> Order:
        order = self.quoted(samples, **more)
        return commands.place(self.holder, order_id=order.id, declares=True, now=self.now)

    def in_service(self, samples: int = 800) -> Order:
        order = self.placed(samples)
        commands.contract(self.server, order_id=order.id, kind=ContractKind.TEMPLATE, now=self.now)
        commands.seal(self.server, order_id=order.id, now=self.now)
        commands.seal(self.holder, order_id=order.id, now=self.now)
        return commands.start(self.server, order_id=order.id, now=self.now)

    def delivered(self, samples: int = 800) -> Order:
        order = self.in_service(samples)
        return commands.deliver(self.server, order_id=order.id, files=[paper()], now=self.now)

    def accepted(self, samples: int = 800) -> Order:
        return commands.accept(self.holder, order_id=self.delivered(samples).id, now=self.now)

    def paid(self, samples: int = 800) -> Order:
        order = self.accepted(samples)
        share = Fen(order.own_share_fen)
        return commands.own_share(self.holder, order_id=order.id, fen=share, file=paper("回单.pdf"), now=self.now)

    def settled(self, samples: int = 800) -> Order:
        return commands.settle(self.holder, order_id=self.paid(samples).id, now=self.now)

    def at(self, moment: datetime) -> "Market":
        self.now = moment
        return self


@pytest.fixture
def market(book: None, db: None) -> Market:
    return Market()
