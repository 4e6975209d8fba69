"""The one clock (时钟). Nothing else in the house asks what time it is.

A request or a job pins one instant and keeps it; in production that is the database's time. Plays and tests pin their
own with `at`. A demonstration runs on from where its pilot stopped: `offset` is then what was left between the two.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from django.db import connection

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = time()
T = TypeVar("T")

_pinned: ContextVar["_Pin | None"] = ContextVar("pinned_now", default=None)


class _Pin:
    """An instant that is kept, and what was found to be so at it."""

    __slots__ = ("found", "moment")

    def __init__(self, moment: datetime) -> None:
        self.moment, self.found = moment, dict[str, Any]()


def now() -> datetime:
    """The pinned instant, or the database's time when nothing is pinned."""
    pin = _pinned.get()
    return pin.moment if pin else database_time()


def once(name: str, find: Callable[[], T]) -> T:
    """What `find` answers, asked once within one pinned instant: the same for a whole request, job or act."""
    pin = _pinned.get()
    if pin is None:
        return find()
    if name not in pin.found:
        pin.found[name] = find()
    return cast(T, pin.found[name])


def forget(name: str) -> None:
    """Who changes it within the instant: it is asked anew."""
    if pin := _pinned.get():
        pin.found.pop(name, None)


def is_pinned() -> bool:
    """Whether a request, a job, a play or a test has set the instant."""
    return _pinned.get() is not None


def today() -> date:
    """The legal day of `now` in Asia/Shanghai."""
    return day(now())


def day(instant: datetime) -> date:
    """The legal day an instant falls on."""
    return instant.astimezone(LEGAL_ZONE).date()


def hour(instant: datetime) -> int:
    """The hour of the legal day an instant falls in."""
    return instant.astimezone(LEGAL_ZONE).hour


def instant(on: date, at: time = time(9)) -> datetime:
    """A legal day and time of day as an aware instant."""
    return datetime.combine(on, at, LEGAL_ZONE)


def database_time() -> datetime:
    """What PostgreSQL says now; application machines are not trusted to agree (fault F14)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (read,) = cursor.fetchone()
    return read


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Pins `moment` for everything within."""
    token = _pinned.set(_Pin(moment))
    try:
        yield
    finally:
        _pinned.reset(token)


@contextmanager
def read_once(offset: timedelta = timedelta()) -> Iterator[None]:
    """Pins the database's time, moved by a demonstration's `offset`, for one request or job."""
    with at(database_time() + offset):
        yield
