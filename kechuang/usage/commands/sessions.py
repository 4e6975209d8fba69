"""An operator's run on an instrument: start, stop, drop (上机、结束、放弃)."""

from datetime import datetime

from django.db import transaction

from kechuang.bookings import queries as bookings
from kechuang.catalog import queries as catalog
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import credit_code
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.outbox.commands import tell
from kechuang.parties.queries import party, person_names
from kechuang.trail.commands import advance
from kechuang.trail.commands import record as record_event
from kechuang.ui import clock
from kechuang.usage import rules
from kechuang.usage.access import roles_on, sessions_visible_to
from kechuang.usage.commands.entering import checked, own_seat, refuse_booking, told
from kechuang.usage.commands.writing import Entry, lock_books, normalised, write
from kechuang.usage.models import Session
from kechuang.usage.rules import Draft
from kechuang.usage.states import SESSION_MACHINE, Audience, Grade, Origin, SessionState, Way


@transaction.atomic
def start(
    actor: Actor,
    *,
    instrument_id: str,
    title: str,
    audience: Audience,
    now: datetime,
    client_name: str = "",
    client_code: str = "",
    booking_id: str = "",
) -> Session:
    """Starts a run on an instrument (开始上机). The same person's run under way is answered again.

    Two that start at once: the second is refused with the first's name. Raises AlreadyRunning, ClientMissing,
    BookingCancelled, NotVisible.
    """
    offer = catalog.offer(actor, instrument_id)
    seat = own_seat(actor, offer.carrier_id)
    lock_books([instrument_id])
    if running := Session.objects.filter(instrument_id=instrument_id, state=SessionState.RUNNING).first():
        if running.operator_id == actor.person_id:
            return running
        who = person_names([running.operator_id]).get(running.operator_id, "")
        raise rules.AlreadyRunning(operator=who, since=f"{running.started_at.astimezone(clock.LEGAL_ZONE):%m-%d %H:%M}")
    code = credit_code(client_code) if client_code else ""
    if booking_id:
        name, code, audience = _booked_by(actor, instrument_id, booking_id, seat.party_id, now)
        client_name = client_name or name
    if audience is Audience.OUTSIDE and not (client_name or code):
        raise rules.ClientMissing
    row = Session.objects.create(
        region=seat.region,
        carrier_id=seat.carrier_id,
        party_id=seat.party_id,
        unit_id=seat.unit_id or None,
        instrument_id=instrument_id,
        operator_id=actor.person_id,
        audience=audience,
        title=title,
        client_name=client_name,
        client_code=code,
        booking_id=booking_id,
        started_at=now.replace(second=0, microsecond=0),
    )
    facts = {"instrument_id": instrument_id, "audience": str(audience), "booking_id": booking_id}
    record_event(actor, row, "start", label=_("开始上机"), role=Role.PROVIDER, now=now, target=row.state, facts=facts)
    return row


def _booked_by(
    actor: Actor, instrument_id: str, booking_id: str, party_id: str, now: datetime
) -> tuple[str, str, Audience]:
    """For whom a booked run is: the booking's holder; raises BookingCancelled, BookingOfOther, NotVisible."""
    at = clock.day(now)
    start_of_day = clock.instant(at, clock.MIDNIGHT)
    asked = Draft(
        carrier_id="", title="", from_at=start_of_day, until_at=now, instrument_id=instrument_id, booking_id=booking_id
    )
    refuse_booking(actor, asked, now=now)
    holder = party(bookings.booking(actor, booking_id, now=now).booking.holder_id)
    inside = holder.id == party_id
    return holder.name, holder.credit_code, Audience.INSIDE if inside else Audience.OUTSIDE


@transaction.atomic
def stop(
    actor: Actor,
    *,
    session_id: str,
    now: datetime,
    until_at: datetime | None = None,
    content: str = "",
    amount_fen: int = 0,
    reports: int = 0,
) -> Session:
    """Stops a run (结束上机) and writes its service record: hours of grade B; an end said afterwards makes them grade C.

    Without an amount, the booking of one's own house is charged what it keeps (内部价).

    Stopped twice, it answers with the first. Raises StopBeforeStart, Overlapping and what `enter` raises.
    """
    row = _locked(actor, session_id)
    if row.state == SessionState.STOPPED:
        return row
    move = _checked_move(actor, row, "stop")
    ends = (until_at or now).replace(second=0, microsecond=0)
    if not row.started_at < ends <= now:
        raise rules.StopBeforeStart(since=f"{row.started_at.astimezone(clock.LEGAL_ZONE):%m-%d %H:%M}")
    seat = own_seat(actor, row.carrier_id)
    draft = Draft(
        carrier_id=row.carrier_id,
        instrument_id=row.instrument_id,
        title=row.title,
        content=content,
        from_at=row.started_at,
        until_at=ends,
        amount_fen=amount_fen or bookings.charge_fen_of(row.booking_id),
        way=Way.OCCUPY,
        audience=Audience(row.audience),
        client_name=row.client_name,
        client_code=row.client_code,
        operator_id=row.operator_id,
        reports=reports,
        booking_id=row.booking_id,
    )
    draft = checked(actor, normalised(draft), seat, now=now)
    grade = Grade.TYPED if until_at else Grade.SESSION
    (made,) = write([Entry(draft, seat, Origin.SESSION, grade)], by=actor.person_id, now=now)
    assert made.record is not None
    told(actor, made.record, "enter", _("登记服务记录"), Role.PROVIDER, now)
    row.stopped_at, row.record_id = ends, made.record.root_id
    facts = {"record_id": row.record_id, "grade": str(grade)}
    roles = roles_on(actor, row)
    advance(actor, row, move, roles=roles, now=now, saves=["stopped_at", "record_id"], facts=facts)
    return row


@transaction.atomic
def drop(actor: Actor, *, session_id: str, reason: str, now: datetime) -> Session:
    """Drops a run that was started by mistake (放弃): no record, no hours. Raises ReasonMissing."""
    row = _locked(actor, session_id)
    move = _checked_move(actor, row, "drop")
    if not reason.strip():
        raise rules.ReasonMissing
    row.reason = reason
    advance(actor, row, move, roles=roles_on(actor, row), now=now, saves=["reason"])
    return row


@transaction.atomic
def remind(*, session_id: str, now: datetime) -> None:
    """Tells the party of a run that was probably forgotten, once (提醒结束上机)."""
    row = Session.objects.select_for_update().get(id=session_id)
    if row.state != SessionState.RUNNING or row.reminded_at:
        return
    move = _checked_move(CLOCK, row, "remind")
    row.reminded_at = now
    advance(CLOCK, row, move, roles=roles_on(CLOCK, row), now=now, saves=["reminded_at"])
    tell(
        to_party=row.party_id,
        subject_id=row.id,
        path=f"/usage/instruments/{row.instrument_id}/",
        title=_("上机尚未结束，请结束或放弃"),
        text=row.title,
        now=now,
    )


def _locked(actor: Actor, session_id: str) -> Session:
    row = sessions_visible_to(actor).select_for_update(of=("self",)).filter(id=session_id).first()
    if row is None:
        raise NotVisible
    return row


def _checked_move(actor: Actor, row: Session, action: str) -> Move:
    return SESSION_MACHINE.check(action, SessionState(row.state), roles_on(actor, row))
