"""One box for everything: offers with what you pay after the voucher, providers, notices, and records by number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from kechuang.catalog import queries as catalog
from kechuang.catalog.rules import PriceLine
from kechuang.catalog.states import UNIT_LABELS, Unit
from kechuang.kernel.actor import Actor
from kechuang.kernel.ids import is_public_number
from kechuang.notices import queries as notices
from kechuang.portal.queries.records import find
from kechuang.portal.states import SEARCH_SIDE_ROWS
from kechuang.registers import queries as registers
from kechuang.vouchers import queries as vouchers
from kechuang.vouchers.queries import Price, PriceAfter
from kechuang.vouchers.rules import OrderFacts


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found; offers are paged by the page, of the rest the first few are shown."""

    offers: QuerySet[Any]
    providers: Sequence[Any]
    notices: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """The price line of an offer as a list shows it, and what it becomes for who has a voucher."""

    line: PriceLine
    after: PriceAfter | None
    admitted: bool

    @property
    def unit_label(self) -> str:
        return UNIT_LABELS[Unit(self.line.unit)]


def search(actor: Actor, words: str, *, on: date, kind: str = "", service_class: str = "") -> Found:
    """What is found for `words`; without words every open offer, narrowed by kind and class."""
    offers = catalog.search(actor, text=words, kind=kind, service_class=service_class)
    if not words:
        return Found(offers, [], [])
    providers = [
        row
        for scheme in registers.registers()
        for row in registers.library(scheme, on=on, text=words)[:SEARCH_SIDE_ROWS]
    ]
    return Found(offers, providers[:SEARCH_SIDE_ROWS], list(notices.public_list(on=on, words=words)[:SEARCH_SIDE_ROWS]))


def prices(actor: Actor, offers: Iterable[Any], *, on: date) -> dict[str, Shown]:
    """By offer: its first price, what the actor's voucher leaves of it, whether its provider takes voucher orders.

    The number of statements does not grow with the number of offers.
    """
    rows = list(offers)
    lists = catalog.price_lists([row.id for row in rows], on=on)
    first = {offer_id: lines[0] for offer_id, lines in lists.items() if lines}
    admitted = {
        party
        for scheme in registers.registers()
        for party in registers.admitted_parties(scheme, [row.party_id for row in rows], on=on)
    }
    after = _after(actor, rows, first, on=on)
    return {
        row.id: Shown(first[row.id], after.get(row.id), row.party_id in admitted) for row in rows if row.id in first
    }


def _after(actor: Actor, rows: Sequence[Any], first: Mapping[str, PriceLine], *, on: date) -> dict[str, PriceAfter]:
    live = vouchers.live_of(actor.party_id, on=on) if actor.party_id else []
    if not live:
        return {}
    voucher = live[0].voucher
    wanted = [
        Price(row.id, line.price_fen, _facts(row, voucher.region))
        for row in rows
        if (line := first.get(row.id)) and line.price_fen
    ]
    return vouchers.prices_after(actor.party_id, voucher.scheme, wanted, on=on)


def _facts(offer: Any, scheme_region: str) -> OrderFacts:
    return OrderFacts(
        service=offer.service_class,
        provider_zone=vouchers.zone(offer.region, scheme_region),
        provider_kind=offer.carrier.kind,
        provider_id=offer.party_id,
    )


def by_number(actor: Actor, words: str) -> str:
    """The address of the record that carries this number and is the actor's to see, or ""."""
    if not is_public_number(words):
        return ""
    found = find(actor, words.strip().upper())
    return found.url if found else ""
