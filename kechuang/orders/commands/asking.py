"""Asking for a service and quoting it (委托、报价、下单)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from kechuang.catalog.queries import OfferCard, inside_only, price_lines
from kechuang.catalog.queries import offer as offer_of
from kechuang.credit.queries import committed
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.orders import rules
from kechuang.orders.commands.steps import TITLES, WAITS, Step, begin, finish, notify, start_clock
from kechuang.orders.models import Order, OrderVersion
from kechuang.orders.queries.facts import as_frozen, facts_for, register_of
from kechuang.orders.queries.placing import offices_of
from kechuang.orders.rules import Asked, OrderTerms
from kechuang.orders.rules.pricing import refuse_below_nothing
from kechuang.orders.rules.refusals import PartyEnded
from kechuang.orders.states import OrderState, Version
from kechuang.parties.queries import PartyCard, parties
from kechuang.policy.book import InForce, in_force, rollout
from kechuang.registers.queries import Admitted, admitted
from kechuang.trail.commands import canonical, record
from kechuang.ui import clock
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import add, together
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.queries import usable


@transaction.atomic
def request(
    actor: Actor,
    *,
    offer_id: str,
    scheme: str,
    needs: str = "",
    voucher_id: str = "",
    channel: str = "platform",
    situations: Sequence[str] = (),
    other_public_fen: Fen = rules.NOTHING,
    key: str = "",
    booking_id: str = "",
    now: datetime,
) -> Order:
    """Asks a provider for a quote (委托服务); asked again with one `key`, the first order answers.

    `booking_id` is of the time this is asked for (`booked.order_booking` checks it).

    Raises OfferNotOpen, OrderToOneself, InsideOnly, NotAdmitted, NotYetInRegion with article and date, ChannelUnknown,
    vouchers.NotUsable, PartyEnded.
    """
    if not actor.party_id:
        raise NotVisible
    if key and (found := _asked_with.first(actor.party_id, key)):
        return found
    refuse_below_nothing(other_public_fen)
    on = clock.day(now)
    offer = offer_of(actor, offer_id)
    if not offer.is_open:
        raise rules.OfferNotOpen()
    if offer.party_id == actor.party_id:
        raise rules.OrderToOneself()
    if inside_only(offer.id, on=on):
        raise rules.InsideOnly(offer=offer.name)
    cards = parties([actor.party_id, offer.party_id])
    _refuse_ended(cards.values())
    region = usable(actor.party_id, voucher_id, scheme, on=on).region if voucher_id else cards[actor.party_id].region
    terms = in_force(scheme, OrderTerms, on=on)
    if channel not in terms.terms.channels:
        raise rules.ChannelUnknown(channel=channel)
    _admission(scheme, offer.party_id, offer.unit_id, region, cards[offer.party_id], now)
    order = _asked(actor, offer, terms, on)
    order.voucher_id, order.region, order.channel = voucher_id or None, region, channel
    order.needs, order.situations, order.other_public_fen = tidy(needs), sorted(set(situations)), other_public_fen
    order.request_key, order.booking_id = key or None, booking_id or None
    add(order)
    facts = {"offer_id": offer.id, "voucher_id": voucher_id, "scheme": scheme, "channel": channel}
    facts |= {"booking_id": booking_id} if booking_id else {}
    label = _("委托服务")
    record(actor, order, "request", label=label, role=Role.HOLDER, now=now, target=order.state, facts=facts)
    with together():
        due_on = start_clock(order, WAITS[OrderState.REQUESTED], now)
        notify(order, TITLES[OrderState.REQUESTED], to=Role.PROVIDER, due_on=due_on, now=now)
    return order


@compiled
def _asked_with(party_id: str, key: str) -> QuerySet[Order]:
    return Order.objects.filter(holder_id=party_id, request_key=key)


def _refuse_ended(sides: Iterable[PartyCard]) -> None:
    """Nothing new begins with a party that was struck off or merged (注销、合并)."""
    for card in sides:
        if not card.active:
            raise PartyEnded(name=card.name)


def _asked(actor: Actor, offer: OfferCard, terms: InForce[OrderTerms], on: date) -> Order:
    return Order(
        holder_id=actor.party_id,
        provider_id=offer.party_id,
        unit_id=offer.unit_id or None,
        offer_id=offer.id,
        scheme=terms.scheme,
        service=offer.service_class,
        title=offer.name,
        terms=terms.record,
        requested_by=actor.person_id,
        requested_on=on,
        due_on=rules.last_day(on, terms.terms.quote_within_days),
    )


@transaction.atomic
def quote(
    actor: Actor,
    *,
    order_id: str,
    lines: Sequence[Asked],
    declares: bool,
    note: str = "",
    seen: int | None = None,
    now: datetime,
) -> Order:
    """The provider's price (报价), from the price list of the day, which the order keeps from now on.

    A later change of the list does not matter to this order. The quote carries the provider's part of the joint
    declaration. Raises NoPriceList, NotOnPriceList, AboveListPrice, NoLines, DeclarationMissing.
    """
    step = begin(actor, order_id, "quote", seen=seen)
    if step.repeated:
        return step.order
    if not declares:
        raise rules.DeclarationMissing()
    prices = [as_frozen(line) for line in price_lines(step.order.offer_id, on=clock.day(now))]
    return quoted(step, lines, prices, note=note, declared_at=now, now=now)


def quoted(
    step: Step,
    lines: Sequence[Asked],
    prices: Sequence[rules.FrozenPrice],
    *,
    note: str,
    declared_at: datetime,
    now: datetime,
) -> Order:
    """Writes the price and the list it is from; `declared_at` is when the provider gave its part of the declaration."""
    order, on = step.order, clock.day(now)
    if not prices:
        raise rules.NoPriceList()
    order.price_list = [asdict(price) for price in prices]
    order.price_digest = _digest(order.price_list)
    version = add_version(step, rules.priced(lines, prices), Version.QUOTE, note=note, now=now)
    order.price_fen, order.voucher_fen, order.own_share_fen = version.price_fen, Fen(0), version.price_fen
    order.quoted_on, order.provider_declared_at = on, declared_at
    saves = [
        "price_list", "price_digest", "price_fen", "voucher_fen", "own_share_fen", "quoted_on", "provider_declared_at"
    ]  # fmt: skip
    if order.state == OrderState.QUOTED:  # a new quote runs its own time
        order.due_on = rules.last_day(on, step.terms.quote_valid_days)
        saves.append("due_on")
    facts = {"price_fen": version.price_fen, "version": version.version, "price_digest": order.price_digest}
    return finish(step, now=now, saves=saves, facts=facts)


@transaction.atomic
def place(
    actor: Actor,
    *,
    order_id: str,
    declares: bool,
    voucher_id: str | None = None,
    seen: int | None = None,
    now: datetime,
) -> Order:
    """Accepts the quote (下单): rules, offices and figures are fixed, the voucher's part is set aside.

    `voucher_id` chooses another voucher than the request did, "" none. Raises QuoteExpired, DeclarationMissing,
    NotYetInRegion, NotAdmitted, CommitmentMissing, OfferNotOpen, and what the voucher says (NothingToOffset, ...).
    """
    step = begin(actor, order_id, "place", seen=seen)
    if step.repeated:
        return step.order
    if not declares:
        raise rules.DeclarationMissing()
    order, on = step.order, clock.day(now)
    terms = in_force(order.scheme, OrderTerms, on=on)
    rules.refuse_expired_quote(order.quoted_on or on, on=on, terms=step.terms)
    _choose_voucher(order, voucher_id, now)
    cards = parties([order.holder_id, order.provider_id])
    _refuse_ended(cards.values())
    holder, provider = cards[order.holder_id], cards[order.provider_id]
    admission = _admission(order.scheme, order.provider_id, order.unit_id or "", order.region, provider, now)
    _refuse_uncommitted(order, now)
    if not offer_of(actor, order.offer_id).is_open:
        raise rules.OfferNotOpen()
    order.terms = terms.record
    fixed = offices_of(order, provider, admission, terms.terms)
    order.offices = {**asdict(fixed), "admission_id": admission.id if admission else ""}
    order.dispute_region = _mediating(order, provider, admission, terms.terms)
    order.invoice_to = {"name": holder.name, "credit_code": holder.credit_code, **holder.invoice_title}
    order.declared_at, order.placed_on = now, on
    _hold(actor, order, holder, provider, admission, now)
    captured = terms.terms.settle_at == "order" and order.voucher_fen
    if captured:
        vouchers.capture(actor, order_id=order.id, fen=Fen(order.voucher_fen), now=now)
        order.captured_fen = order.voucher_fen
    _agree_quote(order, now)
    saves = [
        "terms", "offices", "dispute_region", "invoice_to", "declared_at", "placed_on", "price_fen", "voucher_fen",
        "own_share_fen", "bound_by", "captured_fen", "voucher", "region",
    ]  # fmt: skip
    facts = {
        "price_fen": order.price_fen,
        "voucher_fen": order.voucher_fen,
        "own_share_fen": order.own_share_fen,
        "bound_by": order.bound_by,
        "offices": order.offices,
        "terms": terms.digest,
        "captured_fen": order.captured_fen,
    }
    return finish(step, now=now, saves=saves, facts=facts, article=terms.article("settle_at"))


@transaction.atomic
def decline(actor: Actor, *, order_id: str, reason: str, seen: int | None = None, now: datetime) -> Order:
    """The provider does not take the request (婉拒委托), with the reason."""
    step = begin(actor, order_id, "decline", seen=seen)
    if step.repeated:
        return step.order
    step.order.reason = rules.reason(reason)
    return finish(step, now=now, saves=["reason"], facts={"reason": step.order.reason})


@transaction.atomic
def withdraw(actor: Actor, *, order_id: str, seen: int | None = None, now: datetime) -> Order:
    """The user takes the request back before placing (撤回委托)."""
    step = begin(actor, order_id, "withdraw", seen=seen)
    return step.order if step.repeated else finish(step, now=now)


@transaction.atomic
def invoice_to(actor: Actor, *, order_id: str, title: dict[str, str], seen: int | None = None, now: datetime) -> Order:
    """Corrects what is printed on the invoice (开票信息); name and code stay the order's."""
    step = begin(actor, order_id, "invoice_to", seen=seen)
    if step.repeated:
        return step.order
    kept = {name: step.order.invoice_to[name] for name in ("name", "credit_code") if name in step.order.invoice_to}
    step.order.invoice_to = {**step.order.invoice_to, **{n: tidy(v) for n, v in title.items()}, **kept}
    return finish(step, now=now, saves=["invoice_to"], facts={"fields": sorted(title)})


def add_version(
    step: Step, lines: Sequence[rules.Line], kind: Version, *, note: str, now: datetime, price_fen: Fen | None = None
) -> OrderVersion:
    """Another version of the lines; earlier ones stay (两个版本均留存)."""
    written = [line.record() for line in lines]
    (before,) = _versions(step.order.id) or (0,)
    version = OrderVersion(
        order=step.order,
        version=before + 1,
        kind=kind,
        lines=written,
        price_fen=rules.total(lines) if price_fen is None else price_fen,
        proposed_by=step.actor.person_id,
        proposed_on=clock.day(now),
        note=tidy(note),
        digest=_digest(written),
    )
    return add(version)


@compiled
def _versions(order_id: str) -> QuerySet[OrderVersion, int]:
    versions = OrderVersion.objects.filter(order_id=order_id).order_by().values("order_id")
    return versions.annotate(count=Count("id")).values_list("count", flat=True)


def _admission(
    scheme: str, party_id: str, unit_id: str, region: str, provider: PartyCard, now: datetime
) -> Admitted | None:
    """Whether the scheme runs there and the provider takes orders; a scheme without a register admits everyone."""
    on = clock.day(now)
    rollout(scheme, region=region, provider_code=provider.credit_code, on=on)
    register = register_of(scheme)
    if not register:
        return None
    found = admitted(register, party_id=party_id, unit_id=unit_id, on=on, region=region)
    if found is None:
        raise rules.NotAdmitted(provider=provider.name)
    return found


def _refuse_uncommitted(order: Order, now: datetime) -> None:
    on = clock.day(now)
    bound = committed({order.holder_id: "holder", order.provider_id: "provider"}, on=on)
    for party_id, side in ((order.holder_id, _("使用者")), (order.provider_id, _("服务机构"))):
        if party_id not in bound:
            raise rules.CommitmentMissing(side=side)


def _choose_voucher(order: Order, voucher_id: str | None, now: datetime) -> None:
    """Another voucher than asked with may be of another county; the one asked with is looked at when it is held."""
    if voucher_id is None or voucher_id == (order.voucher_id or ""):
        return
    order.voucher_id = voucher_id or None
    if voucher_id:
        order.region = usable(order.holder_id, voucher_id, order.scheme, on=clock.day(now)).region


def _mediating(order: Order, provider: PartyCard, admission: Admitted | None, terms: OrderTerms) -> str:
    """The county whose office mediates (协调争议的机关); for a provider from outside, the one that stands for its own."""
    asked = replace(terms, admission_office=terms.dispute_office)
    return offices_of(order, provider, admission, asked).admission_office


def _hold(
    actor: Actor, order: Order, holder: PartyCard, provider: PartyCard, admission: Admitted | None, now: datetime
) -> None:
    order.voucher_fen, order.bound_by = Fen(0), ""
    if order.voucher_id:
        facts = facts_for(order, holder, provider, admission.entrant_class if admission else "", on=clock.day(now))
        held = vouchers.hold(
            actor,
            voucher_id=order.voucher_id,
            order_id=order.id,
            price_fen=Fen(order.price_fen),
            facts=facts,
            now=now,
        )
        order.voucher_fen, order.bound_by = held.fen, held.bound_by
    order.own_share_fen = Fen(order.price_fen - order.voucher_fen)


def _agree_quote(order: Order, now: datetime) -> None:
    _agree(order.id, clock.day(now), order.voucher_fen, order.own_share_fen, order.bound_by)


@compiled_update
def _agree(order_id: str, on: date, voucher_fen: int, own_share_fen: int, bound_by: str) -> Change:
    quoted = OrderVersion.objects.filter(order_id=order_id, kind=Version.QUOTE).order_by("-version").values("id")[:1]
    figures = {"voucher_fen": voucher_fen, "own_share_fen": own_share_fen, "bound_by": bound_by}
    return OrderVersion.objects.filter(id__in=quoted), {"agreed_on": on, **figures}


def _digest(lines: object) -> str:
    return hashlib.sha256(canonical({"lines": lines})).hexdigest()
