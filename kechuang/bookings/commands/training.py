"""Training (培训): asked for by who wants to operate alone, held by the provider, ended by a qualification or not."""

from datetime import date, datetime

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import roles_on, trainings_visible_to
from kechuang.bookings.commands.qualifying import qualify
from kechuang.bookings.models import Training
from kechuang.bookings.queries.sheets import qualified
from kechuang.bookings.rules.training import (
    AlreadyAsked,
    AlreadyQualified,
    TrainingNotOffered,
    refuse_past,
)
from kechuang.bookings.states import TRAINING_MACHINE, TrainingState
from kechuang.catalog.queries import instrument as instrument_of
from kechuang.catalog.states import OpenMode
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.trail.commands import advance, record
from kechuang.ui import clock

_PAGE = "/bookings/trainings/"


@transaction.atomic
def request_training(actor: Actor, *, instrument_id: str, note: str = "", now: datetime) -> Training:
    """Asks to be trained on an instrument (申请培训); asked again while it is open, the first answers.

    Raises TrainingNotOffered, AlreadyQualified.
    """
    if not actor.party_id:
        raise NotVisible
    card = instrument_of(actor, instrument_id)
    if not card.offer.is_open or OpenMode.TRAINING not in card.open_modes:
        raise TrainingNotOffered(name=card.offer.name)
    if qualified(actor.person_id, [instrument_id], on=clock.day(now)):
        raise AlreadyQualified(name=card.offer.name)
    open_ones = Training.objects.filter(
        instrument_id=instrument_id,
        person_id=actor.person_id,
        state__in=[TrainingState.REQUESTED, TrainingState.SCHEDULED],
    )
    if open_ones.exists():
        raise AlreadyAsked()
    row = Training.objects.create(
        region=card.offer.region,
        instrument_id=instrument_id,
        provider_id=card.offer.party_id,
        unit_id=card.offer.unit_id or None,
        holder_id=actor.party_id,
        person_id=actor.person_id,
        note=tidy(note),
        made_at=now,
    )
    facts = {"instrument_id": instrument_id}
    record(actor, row, "request", label=_("申请培训"), role=Role.HOLDER, now=now, target=row.state, facts=facts)
    title = _("有人申请仪器培训，请安排")
    tell(subject_id=row.id, path=_PAGE, title=title, text=row.number, to_party=row.provider_id, now=now)
    return row


@transaction.atomic
def schedule_training(actor: Actor, *, training_id: str, at: datetime, place: str = "", now: datetime) -> Training:
    """When and where it is held (安排培训); again to move it. Raises TrainingPast."""
    refuse_past(at, now=now)
    row, roles, move = _locked(actor, training_id, "schedule")
    row.at, row.place = at, tidy(place)
    advance(actor, row, move, roles=roles, now=now, saves=["at", "place"], facts={"at": at.isoformat()})
    _tell(row, _("培训已安排，请按时参加"), rules.when(at), now)
    return row


@transaction.atomic
def pass_training(
    actor: Actor, *, training_id: str, trained_on: date, valid_until: date | None = None, now: datetime
) -> Training:
    """Passed (登记培训通过): the person may operate alone until `valid_until`, exclusive; None: until revoked."""
    row, roles, move = _locked(actor, training_id, "pass")
    row.qualification = qualify(
        actor,
        instrument_id=row.instrument_id,
        person_id=row.person_id,
        trained_on=trained_on,
        valid_until=valid_until,
        now=now,
    )
    facts = {"qualification_id": row.qualification.id}
    advance(actor, row, move, roles=roles, now=now, saves=["qualification"], facts=facts)
    _tell(row, _("培训通过，已取得操作资格"), row.number, now)
    return row


@transaction.atomic
def fail_training(actor: Actor, *, training_id: str, reason: str, now: datetime) -> Training:
    """Not passed (登记培训未通过), with what is missing; raises ReasonMissing."""
    return _ended(actor, training_id, "fail", reason, _("培训未通过"), now)


@transaction.atomic
def decline_training(actor: Actor, *, training_id: str, reason: str, now: datetime) -> Training:
    """No training for this request (不予培训), with the reason; raises ReasonMissing."""
    return _ended(actor, training_id, "decline", reason, _("培训申请未被接受"), now)


@transaction.atomic
def withdraw_training(actor: Actor, *, training_id: str, now: datetime) -> Training:
    """The person does not want it any more (撤回培训申请)."""
    row, roles, move = _locked(actor, training_id, "withdraw")
    advance(actor, row, move, roles=roles, now=now)
    return row


def _ended(actor: Actor, training_id: str, action: str, reason: str, title: str, now: datetime) -> Training:
    why = tidy(reason)
    if not why:
        raise rules.ReasonMissing()
    row, roles, move = _locked(actor, training_id, action)
    row.reason = why
    advance(actor, row, move, roles=roles, now=now, saves=["reason"])
    _tell(row, title, why, now)
    return row


def _locked(actor: Actor, training_id: str, action: str) -> tuple[Training, frozenset[Role], Move]:
    row = trainings_visible_to(actor).select_for_update(of=("self",)).filter(id=training_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on(actor, row)
    return row, roles, TRAINING_MACHINE.check(action, TrainingState(row.state), roles)


def _tell(row: Training, title: str, text: str, now: datetime) -> None:
    tell(subject_id=row.id, path=_PAGE, title=title, text=text, to_person=row.person_id, now=now)
