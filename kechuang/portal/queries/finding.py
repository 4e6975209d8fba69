"""What is found (找仪器、找服务): ranked and explained by the search, with the price after the voucher and the next free time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kechuang.bookings import queries as bookings
from kechuang.bookings.rules import Span
from kechuang.catalog import queries as catalog
from kechuang.catalog.queries import InstrumentCard, OfferCard
from kechuang.catalog.rules import PriceLine
from kechuang.catalog.states import (
    CARRIER_LABELS,
    OFFER_KIND_LABELS,
    OPEN_MODE_LABELS,
    SHARE_MODE_LABELS,
    UNIT_LABELS,
    Unit,
)
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.parties.queries import covers, party_names, region_name
from kechuang.portal.rules import apart_metres
from kechuang.portal.states import CLASS_LENGTH, FREE_DAYS, FREE_MINUTES, METRES_IN_KM, PLACES, POOL
from kechuang.registers import queries as registers
from kechuang.search import queries as searches
from kechuang.search.queries import Found, Hit
from kechuang.search.rules import Filters
from kechuang.search.states import Facet
from kechuang.vouchers import queries as vouchers
from kechuang.vouchers.queries import Price, PriceAfter
from kechuang.vouchers.rules import OrderFacts


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: words, and by what the results are narrowed."""

    words: str = ""
    kind: str = ""
    class_prefix: str = ""
    region: str = ""
    carrier_id: str = ""
    carrier_kind: str = ""
    share_mode: str = ""
    open_mode: str = ""
    price_max_fen: Fen | None = None
    after_max_fen: Fen | None = None  # what I pay per unit at most, after my voucher
    free: bool = False  # a bookable time within the coming week
    near: str = ""  # a city
    within_km: int | None = None

    def filters(self) -> Filters:
        """As the search room narrows; what needs other rooms (券后价、空闲) is not among them."""
        place = PLACES.get(self.near)
        return Filters(
            kind=self.kind,
            class_prefix=self.class_prefix,
            regions=covers(self.region) if self.region else None,
            carrier_id=self.carrier_id,
            carrier_kind=self.carrier_kind,
            share_mode=self.share_mode,
            open_mode=self.open_mode,
            price_max_fen=self.price_max_fen,
            within=(*place, self.within_km * METRES_IN_KM) if place and self.within_km else None,
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """One result as a list shows it."""

    offer: OfferCard
    party_name: str
    region_name: str
    instrument: InstrumentCard | None
    line: PriceLine | None
    after: PriceAfter | None
    admitted: bool
    next_free: Span | None
    reasons: Sequence[str]
    away_km: int | None

    @property
    def id(self) -> str:
        return self.offer.id

    @property
    def unit_label(self) -> str:
        return UNIT_LABELS[Unit(self.line.unit)] if self.line else ""


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results. `partly`: only the best were compared by price after the voucher or free time."""

    rows: Sequence[Shown]
    count: int
    count_text: str
    reachable: int
    partly: bool
    found: Found


def results(actor: Actor, wanted: Wanted, *, limit: int, offset: int, on: date, now: datetime) -> Results:
    """A page of what is found. The number of statements does not grow with rows, instruments or bookings."""
    filters = wanted.filters()
    if not (wanted.free or wanted.after_max_fen is not None):
        found = searches.find(wanted.words, filters=filters, limit=limit, offset=offset)
        rows = shown(actor, found.hits, on=on, now=now, near=wanted.near)
        return Results(rows, found.count, found.count_text, found.reachable, False, found)
    found = searches.find(wanted.words, filters=filters, limit=POOL)
    kept = _kept(actor, wanted, found.hits, on=on, now=now)
    rows = shown(actor, kept[offset : offset + limit], on=on, now=now, near=wanted.near)
    return Results(rows, len(kept), str(len(kept)), len(kept), found.capped or found.count > len(found.hits), found)


def _kept(actor: Actor, wanted: Wanted, hits: Sequence[Hit], *, on: date, now: datetime) -> list[Hit]:
    ids = [hit.subject_id for hit in hits]
    if wanted.free:
        until = now + timedelta(days=FREE_DAYS)
        free = bookings.free_within(ids, now, until, minutes=FREE_MINUTES, now=now)
        ids = [one for one in ids if one in free]
    if wanted.after_max_fen is not None:
        offers, lists = catalog.cards(ids), catalog.price_lists(ids, on=on)
        after = prices_after(actor, _of_first(offers, _first(lists)), on=on)
        ids = [one for one in ids if (pays := _pays(one, after, lists)) is not None and pays <= wanted.after_max_fen]
    left = set(ids)
    return [hit for hit in hits if hit.subject_id in left]


def _pays(offer_id: str, after: Mapping[str, PriceAfter], lists: Mapping[str, Sequence[PriceLine]]) -> int | None:
    if offer_id in after:
        return after[offer_id].you_pay_fen
    line = _first(lists).get(offer_id)
    return line.price_fen if line else None


def shown(actor: Actor, hits: Sequence[Hit], *, on: date, now: datetime, near: str = "") -> list[Shown]:
    """The results with their prices and free times, in the order given; an offer closed meanwhile is left out."""
    ids = [hit.subject_id for hit in hits]
    offers = {offer_id: card for offer_id, card in catalog.cards(ids).items() if card.is_open}
    instruments, first = catalog.instruments(ids), _first(catalog.price_lists(ids, on=on))
    after = prices_after(actor, _of_first(offers, first), on=on)
    takes = admitted(offers.values(), on=on)
    free = bookings.next_free(ids, minutes=FREE_MINUTES, after=now, now=now)
    parties = party_names({card.party_id for card in offers.values()})
    return [
        Shown(
            offer=offers[hit.subject_id],
            party_name=parties.get(offers[hit.subject_id].party_id, ""),
            region_name=region_name(offers[hit.subject_id].region),
            instrument=instruments.get(hit.subject_id),
            line=first.get(hit.subject_id),
            after=after.get(hit.subject_id),
            admitted=offers[hit.subject_id].party_id in takes,
            next_free=free.get(hit.subject_id),
            reasons=[reason.label for reason in hit.reasons],
            away_km=_away(instruments.get(hit.subject_id), near),
        )
        for hit in hits
        if hit.subject_id in offers
    ]


def of_ids(actor: Actor, offer_ids: Iterable[str], *, on: date, now: datetime) -> list[Shown]:
    """Some offers as a list shows them (对比、同类)."""
    hits = [Hit(offer_id, "", 0, ()) for offer_id in dict.fromkeys(offer_ids)]
    return shown(actor, hits, on=on, now=now)


def admitted(offers: Iterable[OfferCard], *, on: date) -> frozenset[str]:
    """Providers whose orders a voucher may pay for."""
    parties = {card.party_id for card in offers}
    found = (
        registers.admitted_parties(scheme, parties, on=on)
        for scheme in registers.registers()
        if registers.takes_vouchers(scheme)
    )
    return frozenset(party for some in found for party in some)


def prices_after(
    actor: Actor, priced: Iterable[tuple[str, OfferCard, PriceLine]], *, on: date
) -> dict[str, PriceAfter]:
    """What the actor's voucher leaves of each price (券后价), by the key given; {} without a live voucher."""
    live = vouchers.live_of(actor.party_id, on=on) if actor.party_id else []
    if not live:
        return {}
    voucher = live[0].voucher
    wanted = [Price(key, line.price_fen, _facts(card, voucher.region)) for key, card, line in priced if line.price_fen]
    return vouchers.prices_after(actor.party_id, voucher.scheme, wanted, on=on)


def _of_first(
    offers: Mapping[str, OfferCard], first: Mapping[str, PriceLine]
) -> list[tuple[str, OfferCard, PriceLine]]:
    return [(key, card, first[key]) for key, card in offers.items() if key in first]


def facets(wanted: Wanted) -> dict[Facet, dict[str, int]]:
    """How many results each class, place, kind, … has (分类计数), exactly; a second request beside the page."""
    return searches.counts_of(wanted.words, wanted.filters(), list(Facet))


LABELS: dict[Facet, Mapping[str, str]] = {
    Facet.KIND: {str(code): label for code, label in OFFER_KIND_LABELS.items()},
    Facet.CARRIER_KIND: {str(code): label for code, label in CARRIER_LABELS.items()},
    Facet.SHARE_MODE: {str(code): label for code, label in SHARE_MODE_LABELS.items()},
    Facet.OPEN_MODE: {str(code): label for code, label in OPEN_MODE_LABELS.items()},
}


def facets_named(found: Mapping[Facet, Mapping[str, int]]) -> dict[Facet, list[tuple[str, str, int]]]:
    """Value, name and count of each facet, the largest first."""
    carriers = catalog.carrier_cards(found.get(Facet.CARRIER, {}))
    named: dict[Facet, Callable[[str], str]] = {
        Facet.REGION: region_name,
        Facet.CARRIER: lambda code: carriers[code].name if code in carriers else "",
        Facet.CLASS: lambda code: catalog.class_name(code.ljust(CLASS_LENGTH, "0")) or code,
    }
    return {
        facet: [
            (value, named[facet](value) if facet in named else LABELS[facet].get(value, value), n)
            for value, n in values.items()
        ]
        for facet, values in found.items()
    }


def _first(lists: Mapping[str, Sequence[PriceLine]]) -> dict[str, PriceLine]:
    return {offer_id: lines[0] for offer_id, lines in lists.items() if lines}


def _facts(card: OfferCard, scheme_region: str) -> OrderFacts:
    return OrderFacts(
        service=card.service_class,
        provider_zone=vouchers.zone(card.region, scheme_region),
        provider_kind=card.carrier_kind,
        provider_id=card.party_id,
    )


def _away(card: InstrumentCard | None, near: str) -> int | None:
    place = PLACES.get(near)
    if card is None or place is None or card.latitude_e6 is None or card.longitude_e6 is None:
        return None
    return apart_metres(place, (card.latitude_e6, card.longitude_e6)) // METRES_IN_KM
