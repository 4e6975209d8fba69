"""What was not kept (信用记录): lists, one record with its way, what still counts of a person, what waits for an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.credit.access import record_roles_on, records_visible_to
from kechuang.credit.models import CreditRecord
from kechuang.credit.states import BATCH, COUNTING, RECORD_LABELS, RECORD_MACHINE, WAITING_MAX, RecordKind, RecordState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties import queries as parties
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """All that the page of a record shows."""

    record: CreditRecord
    person: str
    roles: frozenset[Role]
    moves: list[Move]
    events: list[Any]
    people: Mapping[str, str]


def record_sheet(actor: Actor, record_id: str) -> RecordSheet:
    """One record with its way and what can be done now; raises NotVisible."""
    row = records_visible_to(actor).filter(id=record_id).select_related("party", "reporter").first()
    if row is None:
        raise NotVisible
    roles, events = record_roles_on(actor, row), list(way([record_id]))
    names = parties.person_names({row.person_id} | {event.person_id for event in events} - {""})
    moves = RECORD_MACHINE.open(RecordState(row.state), roles)
    return RecordSheet(row, names.get(row.person_id, ""), roles, moves, events, names)


def records(actor: Actor, *, party_id: str = "", state: str = "") -> QuerySet[CreditRecord]:
    """The records the actor may see, the latest first; of one party where named (信用记录)."""
    rows = records_visible_to(actor).select_related("party", "reporter").order_by("-happened_at", "-id")
    rows = rows.filter(party_id=party_id) if party_id else rows
    return rows.filter(state=state) if state else rows


def counting_of(party_id: str) -> int:
    """How many records still count against a party."""
    return CreditRecord.objects.filter(party_id=party_id, state__in=COUNTING).count()


def record_of(subject_id: str) -> CreditRecord | None:
    """The record that a booking left; the caller has shown that the actor may see the booking."""
    return CreditRecord.objects.filter(subject_id=subject_id).first()


def lifted_among(subject_ids: Iterable[str]) -> frozenset[str]:
    """Of which of these the record was taken off: they count no more. One statement."""
    rows = CreditRecord.objects.filter(subject_id__in=list(subject_ids), state=RecordState.LIFTED)
    return frozenset(rows.values_list("subject_id", flat=True))


def spent(*, on: date) -> list[str]:
    """The first records whose time is over and which still stand as counting."""
    return _spent(on)


@compiled
def _spent(on: date) -> QuerySet[CreditRecord, str]:
    rows = CreditRecord.objects.filter(state__in=COUNTING, counts_until__lte=on).order_by("counts_until", "id")
    return rows.values_list("id", flat=True)[:BATCH]


def records_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Replies that the provider has to answer (待答复申述)."""
    if not actor.party_id:
        return []
    return [
        waiting(
            _("答复信用记录申述"),
            subject_id=row.id,
            number=row.number,
            url=reverse("credit:record", args=[row.id]),
            state_label=RECORD_MACHINE.labels[RecordState(row.state)],
            party=row.party.name,
            about=f"{row.about} {row.subject_number}",
        )
        for row in _replied_to(actor)
    ]


@compiled
def _replied_to(actor: Actor) -> QuerySet[CreditRecord]:
    rows = records_visible_to(actor).filter(reporter_id=actor.party_id, state=RecordState.REPLIED)
    return rows.select_related("party").order_by("happened_at", "id")[:WAITING_MAX]


def kind_label(row: CreditRecord) -> str:
    """What was not kept, in the words of the trade."""
    return RECORD_LABELS[RecordKind(row.kind)]
