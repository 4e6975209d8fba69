"""The wait list and training (候补、培训): one's own, the provider's, what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from kechuang.bookings.access import (
    qualifications_visible_to,
    roles_on,
    trainings_visible_to,
    waits_visible_to,
)
from kechuang.bookings.models import Qualification, Training, Wait
from kechuang.bookings.queries.sheets import answer_clock
from kechuang.bookings.states import (
    BATCH,
    TRAINING_MACHINE,
    WAIT_MACHINE,
    WAITING_MAX,
    TrainingState,
    WaitState,
)
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import person_names
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting

_OPEN_WAITS = (WaitState.WAITING, WaitState.OFFERED)
_OPEN_TRAININGS = (TrainingState.REQUESTED, TrainingState.SCHEDULED)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A place on a wait list: how many are before it."""

    wait: Wait
    place: int
    person_name: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A request for training with what the actor can do about it."""

    training: Training
    person_name: str
    moves: list[Move]


def own_waits(actor: Actor) -> list[WaitRow]:
    """Where a person waits, offers first (我的候补). Two statements."""
    rows = waits_visible_to(actor).filter(person_id=actor.person_id, holder_id=actor.party_id, state__in=_OPEN_WAITS)
    found = list(rows.select_related("instrument").order_by("answer_by_at", "made_at", "id"))
    places = _places([row.instrument_id for row in found])
    return [WaitRow(row, places.get(row.id, 1)) for row in found]


def provider_waits(actor: Actor, *, instrument_id: str = "") -> list[WaitRow]:
    """Who waits for which of one's instruments, in the order in which times are offered (候补名单). Three statements."""
    rows = waits_visible_to(actor).filter(provider_id=actor.party_id, state__in=_OPEN_WAITS)
    rows = rows.filter(instrument_id=instrument_id) if instrument_id else rows
    found = list(rows.select_related("instrument", "holder").order_by("instrument__pinyin", "made_at", "id"))
    places = _places([row.instrument_id for row in found])
    names = person_names({row.person_id for row in found})
    return [WaitRow(row, places.get(row.id, 1), names.get(row.person_id, "")) for row in found]


def _places(instrument_ids: Sequence[str]) -> dict[str, int]:
    """The place of each who waits; one who has an offer stands first."""
    rows = Wait.objects.filter(instrument_id__in=set(instrument_ids), state__in=_OPEN_WAITS)
    numbered = rows.annotate(
        place=Window(RowNumber(), partition_by="instrument_id", order_by=["made_at", "id"])
    ).values_list("id", "place")
    return dict(numbered)


def offers_over(*, now: datetime) -> list[str]:
    """Offers that were not answered in time."""
    return _offers_over(now)


@compiled
def _offers_over(now: datetime) -> QuerySet[Wait, str]:
    rows = Wait.objects.filter(state=WaitState.OFFERED, answer_by_at__lte=now)
    return rows.order_by("answer_by_at", "id").values_list("id", flat=True)[:BATCH]


def waited_for() -> list[str]:
    """The instruments that somebody waits for."""
    return _waited_for()


@compiled
def _waited_for() -> QuerySet[Wait, str]:
    rows = Wait.objects.filter(state=WaitState.WAITING).order_by("instrument_id")
    return rows.values_list("instrument_id", flat=True).distinct()[:BATCH]


def trainings(actor: Actor, *, side: str) -> list[TrainingRow]:
    """Requests for training: one's own (side "holder") or those for one's instruments, open ones first. Two statements."""
    rows = trainings_visible_to(actor)
    if side == "holder":
        rows = rows.filter(person_id=actor.person_id, holder_id=actor.party_id).order_by("-made_at", "-id")
    else:
        rows = rows.filter(provider_id=actor.party_id, state__in=_OPEN_TRAININGS).order_by("at", "made_at", "id")
    found = list(rows.select_related("instrument", "holder")[:WAITING_MAX])
    names = person_names({row.person_id for row in found})
    return [
        TrainingRow(
            row,
            names.get(row.person_id, ""),
            TRAINING_MACHINE.open(TrainingState(row.state), roles_on(actor, row)),
        )
        for row in found
    ]


def training(actor: Actor, training_id: str) -> Training:
    """One request for training as the actor may see it; raises NotVisible."""
    row = trainings_visible_to(actor).filter(id=training_id).first()
    if row is None:
        raise NotVisible
    return row


def qualification(actor: Actor, qualification_id: str) -> Qualification:
    """One qualification as the actor may see it; raises NotVisible."""
    row = qualifications_visible_to(actor).filter(id=qualification_id).first()
    if row is None:
        raise NotVisible
    return row


def open_training(actor: Actor, instrument_id: str) -> QuerySet[Training]:
    """One's own open request for an instrument, if any."""
    rows = trainings_visible_to(actor).filter(person_id=actor.person_id, state__in=_OPEN_TRAININGS)
    return rows.filter(instrument_id=instrument_id)


def around_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Offers to answer, trainings to arrange (待办). Two statements."""
    if not actor.party_id:
        return []
    found = [
        waiting(
            _("答复递补的时段"),
            subject_id=row.id,
            number="",
            url=reverse("bookings:waits"),
            state_label=WAIT_MACHINE.labels[WaitState.OFFERED],
            clock=answer_clock(row.answer_by_at, on=on),
            about=row.instrument.name,
        )
        for row in _offered_to(actor)
    ]
    found += [
        waiting(
            TRAINING_MACHINE.moves[0].label,
            subject_id=row.id,
            number=row.number,
            url=reverse("bookings:trainings"),
            state_label=TRAINING_MACHINE.labels[TrainingState.REQUESTED],
            party=row.holder.name,
            about=row.instrument.name,
        )
        for row in _trainings_asked(actor)
    ]
    return found


@compiled
def _offered_to(actor: Actor) -> QuerySet[Wait]:
    rows = waits_visible_to(actor).filter(person_id=actor.person_id, holder_id=actor.party_id, state=WaitState.OFFERED)
    return rows.select_related("instrument").order_by("answer_by_at", "id")[:WAITING_MAX]


@compiled
def _trainings_asked(actor: Actor) -> QuerySet[Training]:
    rows = trainings_visible_to(actor).filter(provider_id=actor.party_id, state=TrainingState.REQUESTED)
    rows = rows.exclude(person_id=actor.person_id).select_related("instrument", "holder")
    return rows.order_by("made_at", "id")[:WAITING_MAX]
