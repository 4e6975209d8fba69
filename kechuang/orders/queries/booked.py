"""What a booking would cost as an order, before and after the voucher (预约的券后价)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.bookings.queries import BookingForOrder, ended_with_order, for_order
from kechuang.bookings.queries.ordering import of_row, refuse_stranger
from kechuang.catalog.queries import OfferCard, offer, price_lines
from kechuang.catalog.rules import group_of
from kechuang.catalog.states import PriceGroup
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.orders import rules
from kechuang.orders.access import standing_roles_on, visible_to
from kechuang.orders.models import Order, StandingQuote
from kechuang.orders.queries.facts import as_frozen, register_of
from kechuang.orders.rules import Asked, FrozenPrice, Line
from kechuang.orders.states import BOOKED_STATES, OPEN, StandingState
from kechuang.parties.queries import parties
from kechuang.registers.queries import admitted
from kechuang.vouchers.queries import LiveVoucher, Price, PriceAfter, live_of, prices_after, schemes_for
from kechuang.vouchers.rules import OrderFacts


@dataclass(frozen=True, slots=True)
class TimePrice:
    """What a time of an instrument costs by the published list, and what each live voucher leaves of it."""

    offer: OfferCard
    fitting: Sequence[FrozenPrice]  # published lines it may be charged by
    lines: Sequence[Line]  # of the chosen one; empty: the provider quotes
    vouchers: Sequence[tuple[LiveVoucher, PriceAfter]]
    after: PriceAfter | None  # with the first voucher, or the bare price
    schemes: Mapping[str, str]
    admitted: bool
    at_once: bool  # quoted by the published list without waiting
    inside: bool  # one's own house: charged by the inside prices, no order and no voucher


@dataclass(frozen=True, slots=True)
class BookedPrice:
    """A booking with what it costs as an order."""

    booked: BookingForOrder
    time: TimePrice


def booked_price(actor: Actor, booking_id: str, *, price_id: str = "", on: date) -> BookedPrice:
    """What the holder sees before ordering (预约下单前告知); raises NotVisible."""
    booked = for_order(actor, booking_id)
    what = rules.Booked(booked.minutes, booked.samples)
    return BookedPrice(booked, time_price(actor, booked.instrument_id, what, price_id=price_id, on=on))


def time_price(actor: Actor, offer_id: str, what: rules.Booked, *, price_id: str = "", on: date) -> TimePrice:
    """What so much of an instrument would cost, before and after the voucher (预约的券后价); raises NotVisible."""
    found = offer(actor, offer_id)
    group = group_of(party_id=actor.party_id, provider_id=found.party_id)
    prices = [as_frozen(line) for line in price_lines(found.id, on=on, group=group)]
    chosen = rules.lines_for(what, prices, chosen=price_id)
    lines = rules.priced(chosen, prices) if chosen else ()
    cards = parties([actor.party_id]) if actor.party_id else {}
    schemes = schemes_for(cards[actor.party_id], on=on) if actor.party_id in cards else {}
    register = next((name for scheme in schemes if (name := register_of(scheme))), "")
    entry = admitted(register, party_id=found.party_id, unit_id=found.unit_id, on=on) if register else None
    price = rules.total(lines)
    live = live_of(actor.party_id, on=on) if actor.party_id and group is PriceGroup.OUTSIDE else []
    after = _after(actor, live, price, found, entry.entrant_class if entry else "", on=on) if lines else []
    return TimePrice(
        offer=found,
        fitting=rules.fitting(what, prices),
        lines=lines,
        vouchers=after,
        after=after[0][1] if after else PriceAfter(price, Fen(0), price) if lines else None,
        schemes=schemes,
        admitted=entry is not None or not register,
        at_once=bool(lines) and standing(found.id) is not None,
        inside=group is PriceGroup.INSIDE,
    )


def _after(
    actor: Actor, live: Sequence[LiveVoucher], price: Fen, found: OfferCard, provider_kind: str, *, on: date
) -> list[tuple[LiveVoucher, PriceAfter]]:
    facts = OrderFacts(service=found.service_class, provider_kind=provider_kind, provider_id=found.party_id)
    priced: dict[str, PriceAfter] = {}
    for scheme in {one.voucher.scheme for one in live}:
        priced[scheme] = prices_after(actor.party_id, scheme, [Price(found.id, price, facts)], on=on)[found.id]
    return [(one, priced[one.voucher.scheme]) for one in live]


def standing(offer_id: str) -> StandingQuote | None:
    """The provider's standing word to quote an offer by its published prices, while it is open."""
    return StandingQuote.objects.filter(offer_id=offer_id, state=StandingState.OPEN).first()


def own_standing(actor: Actor, offer_id: str) -> StandingQuote | None:
    """The provider's own standing word for its offer; raises NotVisible to everybody else."""
    found = offer(actor, offer_id)
    row = StandingQuote(provider_id=found.party_id, unit_id=found.unit_id or None)
    if Role.PROVIDER not in standing_roles_on(actor, row):
        raise NotVisible
    return standing(offer_id)


def quoted_by_list(offer_ids: Iterable[str]) -> frozenset[str]:
    """Which of these offers are quoted by their published prices (自动报价)."""
    rows = StandingQuote.objects.filter(offer_id__in=set(offer_ids), state=StandingState.OPEN)
    return frozenset(rows.values_list("offer_id", flat=True))


@dataclass(frozen=True, slots=True)
class BookingOrder:
    """What a booking's page shows of its order: the order once there is one, before that the price for its holder."""

    price: BookedPrice | None
    order: Order | None


def booking_order(actor: Actor, booking_id: str, *, on: date) -> BookingOrder:
    """The order of a booking as the actor may see it, else what its holder would pay (费用与订单); raises NotVisible."""
    order = visible_to(actor).filter(booking_id=booking_id).first()
    if order is not None:
        return BookingOrder(None, order)
    try:
        price = booked_price(actor, booking_id, on=on)
    except NotVisible:  # who provides it, or an office: nothing to order
        refuse_stranger(actor, booking_id)
        return BookingOrder(None, None)
    if price.time.inside:
        return BookingOrder(None, None)
    return BookingOrder(price if price.booked.state in BOOKED_STATES else None, None)


def asked_by_booking(order: Order, prices: Sequence[FrozenPrice]) -> Sequence[Asked]:
    """What the booked time of an order comes to by the published list: where the provider's quote begins."""
    booked = order.booking and of_row(order.booking)
    return rules.lines_for(rules.Booked(booked.minutes, booked.samples), prices) if booked else ()


def without_their_time() -> list[tuple[str, str]]:
    """Open orders whose booking came to nothing (预约未成), each with why: the clock ends them."""
    ended = {row.order_id: row.why for row in ended_with_order()}
    open_ones = Order.objects.filter(id__in=ended, state__in=list(OPEN)).order_by("id")
    return [(order_id, ended[order_id]) for order_id in open_ones.values_list("id", flat=True)]
