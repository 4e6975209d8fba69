"""Who may operate an instrument alone (操作资格): given after training, for a time, and taken back."""

from datetime import date, datetime

from django.db import transaction

from kechuang.bookings import rules
from kechuang.bookings.access import qualifications_visible_to, roles_on_own
from kechuang.bookings.commands.booking import refuse_silent
from kechuang.bookings.commands.taking import locked_calendars
from kechuang.bookings.models import Qualification
from kechuang.bookings.states import CALENDAR_MACHINE, QUALIFICATION_MACHINE, CalendarState, QualificationState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.outbox.commands import tell
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock
from kechuang.ui.rows import insert

PAGE = "/bookings/"


@transaction.atomic
def qualify(
    actor: Actor,
    *,
    instrument_id: str,
    person_id: str,
    trained_on: date,
    valid_until: date | None = None,
    now: datetime,
) -> Qualification:
    """The provider lets a person operate an instrument alone (授予操作资格), until a day that is not counted any more.

    Given again for the same days, the first answers. Raises QualificationStands, QualificationOver, MoveNotOpen,
    NotVisible.
    """
    (calendar,) = locked_calendars(actor, [instrument_id])
    roles = roles_on_own(actor, calendar)
    move = CALENDAR_MACHINE.check("qualify", CalendarState(calendar.state), roles)
    _refuse_over(valid_until, now)
    row = Qualification(
        instrument_id=instrument_id,
        party_id=calendar.party_id,
        unit_id=calendar.unit_id,
        region=calendar.region,
        person_id=person_id,
        trained_on=trained_on,
        valid_until=valid_until,
        granted_by=actor.person_id,
    )
    if not insert(row):
        return _standing(row)
    facts = {"instrument_id": instrument_id, "person_id": person_id, "valid_until": _written(valid_until)}
    role = acting_role(roles, move)
    record(actor, row, "qualify", label=move.label, role=role, now=now, target=row.state, facts=facts)
    _told(row, _("已获操作资格"), now)
    return row


@transaction.atomic
def renew(actor: Actor, *, qualification_id: str, valid_until: date | None, now: datetime) -> Qualification:
    """The qualification holds longer (延长操作资格); raises QualificationOver, QualificationStands, MoveNotOpen, NotVisible."""
    row, roles, move = _begun(actor, qualification_id, "renew")
    _refuse_over(valid_until, now)
    other = Qualification.objects.filter(
        instrument_id=row.instrument_id, person_id=row.person_id, state=QualificationState.VALID
    )
    if other.exclude(id=row.id).exists():
        raise rules.QualificationStands()
    row.valid_until = valid_until
    facts = {"valid_until": _written(valid_until)}
    advance(actor, row, move, roles=roles, now=now, saves=["valid_until"], facts=facts)
    _told(row, _("操作资格已延长"), now)
    return row


@transaction.atomic
def revoke_qualification(actor: Actor, *, qualification_id: str, reason: str, now: datetime) -> Qualification:
    """The provider takes the qualification back (撤销操作资格) and says why; raises ReasonMissing, MoveNotOpen, NotVisible."""
    row, roles, move = _begun(actor, qualification_id, "revoke")
    row.reason = refuse_silent(reason)
    advance(actor, row, move, roles=roles, now=now, saves=["reason"], facts={"reason": row.reason})
    _told(row, _("操作资格已撤销"), now, text=row.reason)
    return row


@transaction.atomic
def expire_qualification(actor: Actor, *, qualification_id: str, now: datetime) -> Qualification:
    """Its last day is over (操作资格到期); raises MoveNotOpen, NotVisible."""
    row, roles, move = _begun(actor, qualification_id, "expire")
    if row.valid_until is None or clock.day(now) < row.valid_until:
        return row
    advance(actor, row, move, roles=roles, now=now)
    _told(row, _("操作资格已到期"), now)
    return row


def _begun(actor: Actor, qualification_id: str, action: str) -> tuple[Qualification, frozenset[Role], Move]:
    row = qualifications_visible_to(actor).select_for_update(of=("self",)).filter(id=qualification_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_own(actor, row)
    return row, roles, QUALIFICATION_MACHINE.check(action, QualificationState(row.state), roles)


def _standing(row: Qualification) -> Qualification:
    found = Qualification.objects.get(
        instrument_id=row.instrument_id, person_id=row.person_id, state=QualificationState.VALID
    )
    if (found.trained_on, found.valid_until) != (row.trained_on, row.valid_until):
        raise rules.QualificationStands()
    return found


def _refuse_over(valid_until: date | None, now: datetime) -> None:
    if valid_until is not None and valid_until <= clock.day(now):
        raise rules.QualificationOver()


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def _told(row: Qualification, title: str, now: datetime, text: str = "") -> None:
    tell(subject_id=row.id, path=PAGE, title=title, text=text, to_person=row.person_id, now=now)
