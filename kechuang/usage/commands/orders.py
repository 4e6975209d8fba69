"""The record that an order makes by itself when it settles (订单自动形成服务记录): once, whoever typed it before."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from kechuang.catalog.queries import OfferCard, cards
from kechuang.catalog.states import OfferKind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import PartyCard
from kechuang.parties.queries import party as party_card
from kechuang.parties.states import Kind
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.usage import rules
from kechuang.usage.commands.entering import told
from kechuang.usage.commands.writing import Entry, Seat, normalised, write
from kechuang.usage.models import ServiceRecord, Standing
from kechuang.usage.queries.drafts import draft_of
from kechuang.usage.rules import Draft
from kechuang.usage.states import (
    RECORD_MACHINE,
    Audience,
    ClientRole,
    Grade,
    Origin,
    Purpose,
    RecordState,
    Way,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An order as far as a service record needs it; the days are those of its service."""

    order_id: str
    number: str
    offer_id: str
    holder_id: str
    title: str
    price_fen: int
    voucher_fen: int
    from_on: date
    until_on: date  # the last day, inclusive
    line: int = 0
    minutes: int = 0  # machine hours that were charged
    reports: int = 0
    operator_id: str = ""
    booking_id: str = ""


@transaction.atomic(savepoint=False)  # who settles stands and falls with it
def record_order(actor: Actor, *, served: Served, now: datetime) -> ServiceRecord:
    """The service record of a settled order. Asked again, it answers with the first.

    A record that was typed before under the order's number or its booking takes the order's client and money over as a
    correction: one service is never two records. Hours that the instrument's days have no room for are left out and
    said so in the event; a settlement does not wait for them.
    """
    offer = cards([served.offer_id])[served.offer_id]
    there = _there(served.order_id, served.line, served.number, served.booking_id, offer.carrier_id)
    if done := next((row for row in there if row.order_id == served.order_id), None):
        return done.record
    client = party_card(served.holder_id)
    if there:
        return _merge(actor, there[0], served, client, now)
    return _make(actor, served, offer, client, now)


@compiled
def _there(order_id: str, line: int, number: str, booking_id: str, carrier_id: str) -> QuerySet[Standing]:
    known = Standing.objects.select_related("record").select_for_update(of=("self",))
    ours = Q(order_id=order_id, order_line=line)
    typed = Q(order_number=number, order_id="")
    booked = Q(booking_id=booking_id, order_id="") if booking_id else Q(pk__in=[])
    return known.filter(ours | Q(typed | booked, active=True, carrier_id=carrier_id)).order_by("id")


def _make(actor: Actor, served: Served, offer: OfferCard, client: PartyCard, now: datetime) -> ServiceRecord:
    seat = Seat(offer.carrier_id, offer.party_id, offer.unit_id, offer.region)
    instrument = "" if offer.kind == OfferKind.SERVICE else offer.id
    until_at = min(clock.instant(served.until_on, clock.MIDNIGHT) + rules.ONE_DAY, now)
    from_at = min(clock.instant(served.from_on, clock.MIDNIGHT), until_at - rules.ONE_MINUTE)
    draft = normalised(
        Draft(
            carrier_id=offer.carrier_id,
            instrument_id=instrument,
            title=served.title,
            content=served.title,
            from_at=from_at,
            until_at=until_at,
            minutes=served.minutes if instrument else 0,
            reports=served.reports,
            operator_id=served.operator_id,
            way=Way.ENTRUSTED,
            purpose=Purpose.DEVELOPMENT,
            booking_id=served.booking_id,
            **_of_order(served, client),
        )
    )
    fitting = _within(draft)
    left_out = draft.used - fitting.used
    try:
        entry = Entry(fitting, seat, Origin.ORDER, Grade.TYPED)
        (made,) = write([entry], by=actor.person_id, now=now)
    except (rules.DayFull, rules.Overlapping):
        left_out = draft.used
        entry = Entry(replace(draft, minutes=0), seat, Origin.ORDER, Grade.TYPED)
        (made,) = write([entry], by=actor.person_id, now=now)
    assert made.record is not None
    facts = {"order_id": served.order_id, "minutes_left_out": left_out}
    told(actor, made.record, "record_order", _("订单形成服务记录"), Role.CLOCK, now, facts)
    return made.record


def _within(draft: Draft) -> Draft:
    """Charged hours that do not fit between the days of the order are as many as fit there."""
    return replace(draft, minutes=min(draft.used, draft.span))


def _merge(actor: Actor, standing: Standing, served: Served, client: PartyCard, now: datetime) -> ServiceRecord:
    former = standing.record
    move = RECORD_MACHINE.check("merge_order", RecordState(former.state), {Role.CLOCK})
    of_order = _of_order(served, client)
    if served.booking_id:
        of_order["booking_id"] = served.booking_id
    draft = replace(draft_of(former), **of_order)
    seat = Seat(former.carrier_id, former.party_id, former.unit_id or "", former.region)
    reason = _("订单结算，以订单的对象和金额为准")
    state = RecordState(str(move.lands(RecordState(former.state))))
    entry = Entry(draft, seat, Origin.ORDER, Grade(standing.grade), former, state, reason)
    (made,) = write([entry], by=actor.person_id, now=now)
    assert made.record is not None
    facts = {"order_id": served.order_id, "former": former.id}
    told(actor, made.record, "merge_order", move.label, Role.CLOCK, now, facts)
    return made.record


def _of_order(served: Served, client: PartyCard) -> dict[str, Any]:
    """What an order is better known for than anything typed: client, money, number."""
    person = client.kind != Kind.ORGANISATION
    return {
        "order_id": served.order_id,
        "order_line": served.line,
        "order_number": served.number,
        "amount_fen": served.price_fen,
        "voucher_fen": served.voucher_fen,
        "audience": Audience.OUTSIDE,
        "client_role": ClientRole.PERSON if person else ClientRole.ENTERPRISE,
        "client_id": client.id,
        "client_name": client.name,
        "client_code": client.credit_code,
        "client_region": client.region,
    }
