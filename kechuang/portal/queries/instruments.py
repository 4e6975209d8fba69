"""The public page of an instrument (仪器公开页), those like it, and several side by side (对比)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kechuang.bookings import queries as bookings
from kechuang.bookings.rules import Span
from kechuang.bookings.states import CalendarState
from kechuang.catalog import queries as catalog
from kechuang.catalog.queries import CarrierCard, InstrumentCard
from kechuang.catalog.rules import PriceLine
from kechuang.kernel.actor import Actor
from kechuang.orders import queries as orders
from kechuang.parties.queries import party_names, region_name
from kechuang.portal.queries import finding
from kechuang.portal.queries.finding import Shown
from kechuang.portal.states import CLASS_DIGITS, COMPARED_MAX, FREE_AHEAD_DAYS, FREE_MINUTES, FREE_SHOWN, SIMILAR_SHOWN
from kechuang.search import queries as searches
from kechuang.search.rules import Filters
from kechuang.ui import clock
from kechuang.vouchers.queries import PriceAfter


@dataclass(frozen=True, slots=True)
class InstrumentPage:
    """All that the public page of an instrument shows."""

    card: InstrumentCard
    carrier: CarrierCard
    party_name: str
    region_name: str
    lines: Sequence[tuple[PriceLine, PriceAfter | None]]
    admitted: bool
    bookable: bool
    free: Sequence[Span]  # the next bookable hours, one per day
    at_once: bool  # quoted by the published prices
    inside_only: bool  # prices for its own house and none for others: nothing to ask for
    cleared: bool  # may serve others, as far as customs are concerned
    similar: Sequence[Shown]


def instrument_page(actor: Actor, offer_id: str, *, on: date, now: datetime) -> InstrumentPage:
    """An instrument as everybody may see it, with the actor's own price after the voucher; raises NotVisible."""
    card = catalog.instrument(actor, offer_id)
    lines = catalog.price_lists([offer_id], on=on).get(offer_id, [])
    after = finding.prices_after(actor, [(line.id, card.offer, line) for line in lines], on=on)
    free = free_days(offer_id, now=now)
    return InstrumentPage(
        card=card,
        carrier=catalog.carrier_card(card.offer.carrier_id),
        party_name=party_names([card.offer.party_id]).get(card.offer.party_id, ""),
        region_name=region_name(card.offer.region),
        lines=[(line, after.get(line.id)) for line in lines],
        admitted=bool(finding.admitted([card.offer], on=on)),
        bookable=bool(free),
        free=free,
        at_once=bool(orders.quoted_by_list([offer_id])),
        inside_only=not lines and catalog.inside_only(offer_id, on=on),
        cleared=not card.under_customs or catalog.customs_cleared(offer_id, on),
        similar=similar(actor, card, on=on, now=now),
    )


def free_days(offer_id: str, *, now: datetime) -> list[Span]:
    """The first bookable hour of each of the coming days that has one (最近空闲). Two statements."""
    calendar = bookings.calendars([offer_id]).get(offer_id)
    if calendar is None or calendar.state != CalendarState.OPEN:
        return []
    until = now + timedelta(days=FREE_AHEAD_DAYS)
    spans = bookings.free_starts(
        calendar, minutes=max(FREE_MINUTES, calendar.min_minutes), from_=now, until=until, now=now
    )
    first = {clock.day(span.from_at): span for span in reversed(spans)}
    return [first[day] for day in sorted(first)][:FREE_SHOWN]


def similar(actor: Actor, card: InstrumentCard, *, on: date, now: datetime) -> list[Shown]:
    """Instruments of the same class, those that are free first (同类仪器)."""
    if not card.class_code:
        return []
    filters = Filters(class_prefix=card.class_code, kind=card.offer.kind)
    hits = [
        hit for hit in searches.find("", filters=filters, limit=SIMILAR_SHOWN + 1).hits if hit.subject_id != card.id
    ]
    rows = finding.shown(actor, hits[:SIMILAR_SHOWN], on=on, now=now)
    return sorted(rows, key=lambda row: (row.next_free is None, row.next_free.from_at if row.next_free else now))


def compared(actor: Actor, offer_ids: Sequence[str], *, on: date, now: datetime) -> list[Shown]:
    """Up to four side by side (对比), in the order chosen; what is not open is left out."""
    return [row for row in finding.of_ids(actor, offer_ids[:COMPARED_MAX], on=on, now=now) if row.instrument]


def class_line(card: InstrumentCard) -> str:
    """The class with its levels above, as words."""
    return " › ".join(card.class_path) or card.class_code[:CLASS_DIGITS]
