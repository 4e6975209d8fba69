"""Bookings over the API: free times, the week, and every act on a booking. Instants are ISO 8601 with their zone."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.security import HttpBearer
from pydantic import AwareDatetime, Field

from kechuang.bookings import commands, queries
from kechuang.bookings.formats.ics import BUSY_MAX
from kechuang.bookings.queries import Booking, CalendarEvent
from kechuang.bookings.rules import Span, refuse_far
from kechuang.bookings.states import INSTRUMENTS_MAX, MINUTES_MOST, WEEK_INSTRUMENTS_MAX, Mode
from kechuang.kernel.errors import NotVisible
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

router = Router(tags=["bookings"])
PAGE = 100
Minutes = Annotated[int, Query(ge=1, le=MINUTES_MOST)]
Names = Annotated[list[str], Query(max_length=WEEK_INSTRUMENTS_MAX)]


class BookingOut(Schema):
    id: str
    number: str
    state: str
    version: int
    instruments: list[str]
    from_at: datetime
    until_at: datetime
    mode: str
    holder_id: str
    person_id: str
    provider_id: str
    purpose: str
    order_id: str
    confirm_by_at: datetime | None
    offers: list[list[str]]
    late: bool


class SheetOut(BookingOut):
    actions: list[str]


class SpanOut(Schema):
    from_at: datetime
    until_at: datetime


class TimeIn(Schema):
    from_at: AwareDatetime
    until_at: AwareDatetime
    reason: str = ""


class BookIn(Schema):
    instrument_ids: Annotated[list[str], Field(max_length=INSTRUMENTS_MAX)]
    from_at: AwareDatetime
    until_at: AwareDatetime
    purpose: str = ""
    key: Annotated[str, Field(max_length=64)] = ""
    group: str = ""
    fund_number: str = ""
    mode: Mode = Mode.SLOT
    scheme: str = ""


class ReasonIn(Schema):
    reason: str = ""


class OfferIn(Schema):
    from_at: AwareDatetime


class PersonIn(Schema):
    person_id: str


@router.get("", response=list[BookingOut])
def bookings(request: HttpRequest, state: str = "", side: str = "") -> list[Booking]:
    """The hundred bookings with the latest times that the caller may see; `side` is holder or provider."""
    return list(queries.listed(actor_of(request), state=state, side=side)[:PAGE])


@router.get("/week")
def week(
    request: HttpRequest, instrument: Names, from_at: AwareDatetime, until_at: AwareDatetime
) -> list[dict[str, Any]]:
    """What occupies these instruments. Of others' bookings only the time is told."""
    found = queries.week(actor_of(request), from_=from_at, until=until_at, instrument_ids=instrument)
    return [_event(event) for event in found]


@router.get("/next-free", response=dict[str, SpanOut | None])
def next_free(
    request: HttpRequest, instrument: Names, minutes: Minutes, after: AwareDatetime | None = None
) -> dict[str, Span | None]:
    """The next bookable time of each instrument, at least so long."""
    now = clock.now()
    begin = max(after or now, now)
    refuse_far(Span(begin, begin), now=now)
    return queries.next_free(instrument, minutes=minutes, after=begin, now=now)


class Pushing(HttpBearer):
    """A carrier's own system, known by the token of its source; it has no session."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        try:
            return queries.source_of_token(token)
        except NotVisible:
            return None


class BusyTimeIn(Schema):
    from_at: AwareDatetime
    until_at: AwareDatetime


class BusyIn(Schema):
    from_at: AwareDatetime
    until_at: AwareDatetime
    busy: Annotated[list[BusyTimeIn], Field(max_length=BUSY_MAX)]


class BusyOut(Schema):
    made: int
    lifted: int
    conflicts: list[str]  # ids of the bookings that were there first


@router.put("/busy", auth=Pushing(), response=BusyOut)
def busy(request: HttpRequest, body: BusyIn) -> BusyOut:
    """All busy times of one instrument in a period, in place of those told before; bookings that were there first stay.

    The same again changes nothing.
    """
    plan = commands.push_busy(
        source_id=request.auth,  # type: ignore[attr-defined]
        busy=[Span(one.from_at, one.until_at) for one in body.busy],
        within=Span(body.from_at, body.until_at),
        now=clock.now(),
    )
    met = sorted({booking_id for booking_id, _span in plan.conflicts})
    return BusyOut(made=len(plan.make), lifted=len(plan.lift), conflicts=met)


@router.get("/{booking_id}", response=SheetOut)
def one(request: HttpRequest, booking_id: str) -> dict[str, Any]:
    """One booking and what the caller may do about it now."""
    sheet = queries.booking(actor_of(request), booking_id, now=clock.now())
    return {**BookingOut.from_orm(sheet.booking).dict(), "actions": sorted(sheet.actions)}


@router.post("", response={201: BookingOut})
def book(request: HttpRequest, body: BookIn) -> Status[Booking]:
    """Books instruments of one provider for one time, all or none; the same `key` again answers with the first."""
    return Status(HTTPStatus.CREATED, commands.book(actor_of(request), now=clock.now(), **body.dict()))


@router.post("/{booking_id}/confirm", response=BookingOut)
def confirm(request: HttpRequest, booking_id: str) -> Booking:
    return commands.confirm(actor_of(request), booking_id=booking_id, now=clock.now())


@router.post("/{booking_id}/refuse", response=BookingOut)
def refuse(request: HttpRequest, booking_id: str, body: ReasonIn) -> Booking:
    return commands.refuse(actor_of(request), booking_id=booking_id, reason=body.reason, now=clock.now())


@router.post("/{booking_id}/reschedule", response=BookingOut)
def reschedule(request: HttpRequest, booking_id: str, body: TimeIn) -> Booking:
    """Another time for the same booking: the id stays, `version` counts on."""
    return commands.reschedule(actor_of(request), booking_id=booking_id, now=clock.now(), **body.dict())


@router.post("/{booking_id}/accept-offer", response=BookingOut)
def accept_offer(request: HttpRequest, booking_id: str, body: OfferIn) -> Booking:
    """Who was displaced takes one of `offers`, named by its beginning."""
    return commands.accept_offer(actor_of(request), booking_id=booking_id, from_at=body.from_at, now=clock.now())


@router.post("/{booking_id}/hand-over", response=BookingOut)
def hand_over(request: HttpRequest, booking_id: str, body: PersonIn) -> Booking:
    return commands.hand_over(actor_of(request), booking_id=booking_id, person_id=body.person_id, now=clock.now())


@router.post("/{booking_id}/cancel", response=BookingOut)
def cancel(request: HttpRequest, booking_id: str, body: ReasonIn) -> Booking:
    return commands.cancel(actor_of(request), booking_id=booking_id, reason=body.reason, now=clock.now())


@router.post("/{booking_id}/start", response=BookingOut)
def start(request: HttpRequest, booking_id: str) -> Booking:
    return commands.start(actor_of(request), booking_id=booking_id, now=clock.now())


@router.post("/{booking_id}/finish", response=BookingOut)
def finish(request: HttpRequest, booking_id: str) -> Booking:
    return commands.finish(actor_of(request), booking_id=booking_id, now=clock.now())


def _event(event: CalendarEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "instrument_id": event.instrument_id,
        "kind": event.kind,
        "start": event.from_at.isoformat(),
        "end": event.until_at.isoformat(),
        "state": event.state,
        "block_kind": event.block_kind,
        "mine": event.mine,
        "serves": event.serves,
        "booking_id": event.booking_id,
        "number": event.number,
        "holder": event.holder_name,
        "purpose": event.purpose,
        "version": event.version,
    }
