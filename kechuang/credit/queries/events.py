"""Credit events: lists, one with its way, what counts of a party, what waits; and the credit page of a party."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from kechuang.credit.access import event_roles_on, events_visible_to, records_visible_to, sees_standing
from kechuang.credit.models import CreditEvent, CreditRecord
from kechuang.credit.queries.commitments import ToSign, to_sign
from kechuang.credit.queries.lists import entries_of
from kechuang.credit.states import (
    BATCH,
    COUNTING,
    EVENT_COUNTING,
    EVENT_LABELS,
    EVENT_MACHINE,
    WAITING_MAX,
    EventKind,
    EventState,
)
from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries as parties
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class EventSheet:
    """All that the page of a credit event shows."""

    row: CreditEvent
    party: str
    place: str
    kind_label: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    clock: Clock | None
    params: Mapping[str, Mapping[str, object]]
    events: Sequence[Any]
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """The credit page of a party (信用): what binds it, what lists say, what is held against it and until when."""

    party: parties.PartyCard
    place: str
    commitments: Sequence[ToSign]
    labels: Sequence[Any]
    records: Sequence[CreditRecord]
    events: Sequence[CreditEvent]
    counting: int


def event_sheet(actor: Actor, event_id: str, *, on: date) -> EventSheet:
    """One credit event with its way and what can be done now; raises NotVisible."""
    row = events_visible_to(actor).select_related("party").filter(id=event_id).first()
    if row is None:
        raise NotVisible
    roles = event_roles_on(actor, row)
    office = bool(actor.roles_in(row.region))
    history = list(way([row.id])) if office else []
    return EventSheet(
        row=row,
        party=row.party.name,
        place=parties.region_name(row.region),
        kind_label=EVENT_LABELS[EventKind(row.kind)],
        roles=roles,
        moves=EVENT_MACHINE.open(EventState(row.state), roles),
        clock=clocks([row.id], on=on).get(row.id),
        params=row.terms["params"],
        events=history,
        people=parties.person_names({event.person_id for event in history} - {""}),
    )


def events(actor: Actor, *, party_id: str = "", state: str = "") -> QuerySet[CreditEvent]:
    """The credit events an actor may see, the latest first."""
    rows = events_visible_to(actor).select_related("party").order_by("-entered_on", "-id")
    rows = rows.filter(party_id=party_id) if party_id else rows
    return rows.filter(state=state) if state else rows


def standing_of(actor: Actor, party_id: str, *, on: date) -> Standing:
    """The credit page of a party: its own, and the offices' over its seat or over what is held against it. Raises NotVisible."""
    if not sees_standing(actor, party_id):
        raise NotVisible
    card = parties.party(party_id)
    records = records_visible_to(actor).filter(party_id=party_id).select_related("reporter")
    held = list(events(actor, party_id=party_id))
    return Standing(
        party=card,
        place=parties.region_name(card.region),
        commitments=to_sign(party_id, on=on),
        labels=entries_of(party_id, on=on),
        records=list(records.order_by("-happened_at", "-id")[:WAITING_MAX]),
        events=held,
        counting=sum(row.state in EVENT_COUNTING for row in held),
    )


def counting_among(party_ids: Iterable[str], *, on: date) -> dict[str, int]:
    """How much counts against each of these parties on a day (计入的信用事件与记录); two statements."""
    wanted, found = list(party_ids), dict[str, int]()
    held = CreditEvent.objects.filter(party_id__in=wanted, state__in=EVENT_COUNTING, counts_until__gt=on)
    broken = CreditRecord.objects.filter(party_id__in=wanted, state__in=COUNTING, counts_until__gt=on)
    for rows in (held, broken):
        for party_id, count in rows.order_by().values_list("party_id").annotate(count=Count("id")):
            found[party_id] = found.get(party_id, 0) + count
    return found


def events_spent(*, on: date) -> list[str]:
    """The first credit events whose time is over and which still stand as counting."""
    return _spent(on)


@compiled
def _spent(on: date) -> QuerySet[CreditEvent, str]:
    rows = CreditEvent.objects.filter(state__in=EVENT_COUNTING, counts_until__lte=on).order_by("counts_until", "id")
    return rows.values_list("id", flat=True)[:BATCH]


_TITLES: dict[EventState, str] = {
    EventState.NOTIFIED: _("决定信用事件"),
    EventState.REPLIED: _("决定信用事件"),
    EventState.REPAIR_ASKED: _("决定信用修复"),
}


def events_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Credit events to answer, to decide, to repair (待办)."""
    mine = [row for row in _live(actor) if _turn(actor, row, on)]
    running = clocks([row.id for row in mine], on=on)
    return [
        waiting(
            _("陈述申辩信用事件") if actor.party_id else _TITLES[EventState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("credit:event", args=[row.id]),
            state_label=EVENT_MACHINE.labels[EventState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
            about=row.about,
        )
        for row in mine
    ]


@compiled
def _live(actor: Actor) -> QuerySet[CreditEvent]:
    rows = events_visible_to(actor).filter(state__in=list(_TITLES)).select_related("party")
    return rows.order_by("entered_on", "id")[:WAITING_MAX]


def _turn(actor: Actor, row: CreditEvent, on: date) -> bool:
    roles = event_roles_on(actor, row)
    if row.state == EventState.NOTIFIED and Role(row.side) in roles:
        return True
    decides = Role.COUNTY_APPROVER in roles and row.entered_by != actor.person_id
    return decides and not (row.state == EventState.NOTIFIED and on <= row.reply_until)
