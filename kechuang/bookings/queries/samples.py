"""Samples (送样): the queue of an instrument, one sample with who has had it, what waits for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from kechuang.bookings.access import roles_on, samples_visible_to
from kechuang.bookings.models import Calendar, Sample, SampleStep
from kechuang.bookings.states import IN_QUEUE, SAMPLE_MACHINE, WAITING_MAX, SampleState
from kechuang.catalog.queries import OfferCard, cards, instruments
from kechuang.catalog.queries import offer as offer_of
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.parties.queries import person_names
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """All that the page of a sample shows."""

    sample: Sample
    offer: OfferCard
    send_to: str
    ahead: int | None  # samples before it in the queue; None when it stands in none
    steps: list[SampleStep]
    people: dict[str, str]
    files: dict[str, File]
    roles: frozenset[Role]
    moves: list[Move]
    events: list[Event]


def sample(actor: Actor, sample_id: str) -> SampleSheet:
    """One sample as the actor may see it; raises NotVisible. Constant statements."""
    row = samples_visible_to(actor).select_related("holder", "provider", "booking").filter(id=sample_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on(actor, row)
    steps = list(SampleStep.objects.filter(sample=row).order_by("at", "id"))
    return SampleSheet(
        sample=row,
        offer=cards([row.instrument_id])[row.instrument_id],
        send_to=send_to(row.instrument_id),
        ahead=_ahead(row),
        steps=steps,
        people=person_names({step.person_id for step in steps}),
        files={file.id: file for file in files_of(row.id)},
        roles=roles,
        moves=SAMPLE_MACHINE.open(SampleState(row.state), roles),
        events=list(way([row.id])),
    )


def send_to(instrument_id: str) -> str:
    """Where samples are sent (收样地址): what the calendar says, else where the instrument stands."""
    said = Calendar.objects.filter(instrument_id=instrument_id).values_list("sample_address", flat=True).first()
    if said:
        return said
    card = instruments([instrument_id]).get(instrument_id)
    return card.address if card else ""


def _ahead(row: Sample) -> int | None:
    if row.state not in IN_QUEUE:
        return None
    before = Sample.objects.filter(instrument_id=row.instrument_id, state__in=IN_QUEUE)
    earlier = Q(expected_on__lt=row.expected_on) | Q(expected_on=row.expected_on, made_at__lt=row.made_at)
    if row.received_at is not None:
        return before.filter(received_at__lt=row.received_at).count()
    return before.filter(Q(received_at__isnull=False) | earlier).count()


def offer_card(actor: Actor, instrument_id: str) -> OfferCard:
    """Where a sample would go, as the actor may see it; raises NotVisible."""
    return offer_of(actor, instrument_id)


def queue(actor: Actor, *, instrument_id: str = "") -> QuerySet[Sample]:
    """What is still to be tested: who is here first, then by the day it is expected (送样队列)."""
    rows = samples_visible_to(actor).filter(state__in=IN_QUEUE, provider_id=actor.party_id)
    rows = rows.filter(instrument_id=instrument_id) if instrument_id else rows
    return rows.select_related("instrument", "holder").order_by(
        F("received_at").asc(nulls_last=True), "expected_on", "made_at", "id"
    )


def queue_length(instrument_id: str) -> int:
    """How many samples stand before a new one; anybody may know."""
    return Sample.objects.filter(instrument_id=instrument_id, state__in=IN_QUEUE).count()


def to_settle(actor: Actor) -> QuerySet[Sample]:
    """What was tested or rejected and has still to go back or be disposed of, the most pressing first (待退还、处置)."""
    left = Q(state=SampleState.TESTED) | Q(state=SampleState.REJECTED, received_at__isnull=False)
    rows = samples_visible_to(actor).filter(left, provider_id=actor.party_id)
    return rows.select_related("instrument", "holder").order_by(F("settle_by_on").asc(nulls_first=True), "id")


def own_samples(actor: Actor) -> QuerySet[Sample]:
    """Samples that the actor's own party sent, the latest first (我的送样)."""
    rows = samples_visible_to(actor).filter(holder_id=actor.party_id)
    return rows.select_related("instrument", "provider").order_by("-made_at", "-id")


def samples_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Samples to send for their sender; to take in, test and give back for the provider (待办)."""
    if not actor.party_id:
        return []
    return list(_waiting(_waiting_samples(actor)))


@compiled
def _waiting_samples(actor: Actor) -> QuerySet[Sample]:
    mine = Q(state=SampleState.ANNOUNCED, person_id=actor.person_id, holder_id=actor.party_id)
    theirs = Q(state__in=[SampleState.SHIPPED, SampleState.RECEIVED, SampleState.TESTED], provider_id=actor.party_id)
    if actor.unit_ids:
        theirs &= Q(unit_id__in=actor.unit_ids)
    rows = samples_visible_to(actor).filter(mine | theirs & ~Q(person_id=actor.person_id))
    return rows.select_related("holder").order_by("expected_on", "id")[:WAITING_MAX]


def _waiting(rows: Iterable[Sample]) -> Iterable[Waiting]:
    for row in rows:
        label = SAMPLE_MACHINE.labels[SampleState(row.state)]
        yield waiting(
            _TITLES[SampleState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("bookings:sample", args=[row.id]),
            state_label=label,
            party=row.holder.name,
            about=row.name,
        )


_TITLES = {
    SampleState.ANNOUNCED: SAMPLE_MACHINE.moves[0].label,
    SampleState.SHIPPED: SAMPLE_MACHINE.moves[1].label,
    SampleState.RECEIVED: next(move.label for move in SAMPLE_MACHINE.moves if move.action == "begin"),
    SampleState.TESTED: next(move.label for move in SAMPLE_MACHINE.moves if move.action == "give_back"),
}
