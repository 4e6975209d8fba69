"""What is shown before one asks and before one orders: prices after the voucher, offices, terms (下单前告知)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kechuang.catalog.queries import OfferCard, PriceLine, inside_only, offer, price_lines
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.orders import rules
from kechuang.orders.models import Order
from kechuang.orders.queries.facts import facts_for, register_of
from kechuang.orders.queries.sheets import OrderSheet, sheet
from kechuang.orders.rules import InsideOnly, Offices, OfficeTerms, OrderTerms
from kechuang.parties.queries import PartyCard, city_of, parties, region_name
from kechuang.policy.book import InForce, in_force
from kechuang.registers.queries import Admitted, admitted
from kechuang.vouchers.queries import LiveVoucher, Price, PriceAfter, live_of, price_after, prices_after, schemes_for
from kechuang.vouchers.rules import OrderFacts

OFFICE_FIELDS = ("claim_office", "paying_budget", "admission_office", "revoking_office", "outside_office")
# The parameters both sides are shown before an order is placed, in this order.
SHOWN = (
    "settle_at",
    "first_instalment_bp",
    "accept_within_days",
    "on_accept_silence",
    "settle_within_days",
    "claim_within_days",
    "on_refusal",
    "on_no_claim",
    "on_revocation",
    "refund_after_settlement",
)


@dataclass(frozen=True, slots=True)
class Asking:
    """The page on which one asks for a quote: the offer, its prices after the voucher, one's vouchers."""

    offer: OfferCard
    lines: Sequence[tuple[PriceLine, PriceAfter | None]]
    vouchers: Sequence[LiveVoucher]
    schemes: Mapping[str, str]
    admitted: bool


@dataclass(frozen=True, slots=True)
class Placing:
    """The page before the order: what you pay, who decides and pays, what happens if."""

    sheet: OrderSheet
    after: PriceAfter
    choices: Sequence[tuple[LiveVoucher, PriceAfter]]
    offices: Mapping[str, str]  # label of the office -> name of its county
    shown: Sequence[Mapping[str, Any]]
    terms: InForce[OrderTerms]


def asking(actor: Actor, offer_id: str, *, on: date) -> Asking:
    """What a holder sees before asking for a quote; raises NotVisible, InsideOnly."""
    found = offer(actor, offer_id)
    lines = price_lines(offer_id, on=on)
    if not lines and actor.party_id != found.party_id and inside_only(offer_id, on=on):
        raise InsideOnly(offer=found.name)
    cards = parties([actor.party_id, found.party_id])
    schemes = schemes_for(cards[actor.party_id], on=on) if actor.party_id in cards else {}
    register = next((name for scheme in schemes if (name := register_of(scheme))), "")
    entry = admitted(register, party_id=found.party_id, unit_id=found.unit_id, on=on) if register else None
    facts = OrderFacts(
        service=found.service_class, provider_kind=entry.entrant_class if entry else "", provider_id=found.party_id
    )
    live = live_of(actor.party_id, on=on) if actor.party_id else []
    prices = [Price(line.id, line.price_fen, facts) for line in lines if line.price_fen]
    after: dict[str, PriceAfter] = {}
    for scheme in {one.voucher.scheme for one in live}:
        after |= prices_after(actor.party_id, scheme, prices, on=on)
    shown = [(line, after.get(line.id)) for line in lines]
    return Asking(found, shown, live, schemes, entry is not None or not register)


def placing(actor: Actor, order_id: str, *, on: date) -> Placing:
    """What both sides are told before an order is placed; raises NotVisible."""
    found = sheet(actor, order_id, on=on)
    order, holder, provider = found.order, found.holder, found.provider
    terms = in_force(order.scheme, OrderTerms, on=on)
    register = register_of(order.scheme)
    entry = None
    if register:
        unit = order.unit_id or ""
        entry = admitted(register, party_id=provider.id, unit_id=unit, on=on, region=order.region)
    facts = facts_for(order, holder, provider, entry.entrant_class if entry else "", on=on)
    price = Fen(order.price_fen)
    live = [one for one in live_of(holder.id, on=on) if one.voucher.scheme == order.scheme]
    choices = [
        (one, price_after(holder.id, order.scheme, price, facts=facts, on=on, voucher_id=one.voucher.id))
        for one in live
    ]
    chosen = next((after for one, after in choices if one.voucher.id == order.voucher_id), None)
    params = terms.record["params"]
    return Placing(
        sheet=found,
        after=chosen or PriceAfter(price, Fen(0), price),
        choices=choices,
        offices=named(offices_of(order, provider, entry, terms.terms)),
        shown=[{**params[name], "name": name} for name in SHOWN],
        terms=terms,
    )


def offices_of(order: Order, provider: PartyCard, admission: Admitted | None, terms: OrderTerms) -> Offices:
    """The offices of one order, by the pure rule (归口)."""
    return rules.offices(
        holder_region=order.region,
        provider_region=provider.region,
        applied_region=admission.region if admission else "",
        same_city=city_of(order.region) == city_of(provider.region),
        terms=OfficeTerms(**{name: getattr(terms, name) for name in OFFICE_FIELDS}),
    )


def named(fixed: Offices) -> dict[str, str]:
    """The offices by the name of their county."""
    return {name: region_name(getattr(fixed, name)) for name in OFFICE_FIELDS if hasattr(fixed, name)}
