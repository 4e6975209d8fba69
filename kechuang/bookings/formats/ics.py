"""iCalendar (RFC 5545): our bookings for any calendar program, and the busy times of other systems read.

Pure: bytes ↔ frozen values. Written and read with the `icalendar` library; recurrences are expanded by
`recurring_ical_events`. All our times are given in Asia/Shanghai, which has had no summer time since 1992.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

if TYPE_CHECKING:  # each loads when it is first used: together they take long, and few processes ever need them
    from icalendar import Component, Event, Timezone

ZONE = ZoneInfo("Asia/Shanghai")
PRODUCT = "-//kechuang//bookings//ZH"
MEDIA = "text/calendar; charset=utf-8"
REFRESH = timedelta(minutes=15)
BYTES_MAX = 2 * 1_048_576
COMPONENTS_MAX = 20_000
BUSY_MAX = 5_000
RECURRENCE_SINCE = timedelta(days=20 * 366)  # a rule that began earlier is not counted through
TOO_FINE = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
TITLE_CHARS = 120


class NotACalendar(Refusal):
    code = "bookings.not_a_calendar"
    text = _("这不是可以读取的 iCalendar 日历")
    remedy = _("请核对地址：用浏览器打开时，第一行应为 BEGIN:VCALENDAR")
    field = "address"
    status = 422


class CalendarTooLarge(Refusal):
    code = "bookings.calendar_too_large"
    text = _("日历过大：最多 {limit} 项")
    remedy = _("请在对方系统中只导出该仪器近期的占用时段")
    field = "address"
    status = 422


class RecurrenceTooFine(Refusal):
    code = "bookings.recurrence_too_fine"
    text = _("日历中有按时、分、秒重复或起始过早的占用规则，无法展开")
    remedy = _("请在对方系统中改为按天、周、月重复，或写明起止日期")
    field = "address"
    status = 422


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking as calendars show it. `sequence` rises with every change, `changed_at` says when the last one was."""

    uid: str
    sequence: int
    title: str
    from_at: datetime
    until_at: datetime
    changed_at: datetime
    made_at: datetime
    status: str  # CONFIRMED, TENTATIVE or CANCELLED
    place: str = ""
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that an outside calendar says is taken: [from_at, until_at)."""

    uid: str
    from_at: datetime
    until_at: datetime
    title: str = ""


def written(entries: Iterable[Entry], *, name: str = "", refresh: bool = False) -> bytes:
    """A calendar of these entries (METHOD:PUBLISH); `name` and `refresh` are for subscriptions."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", ZONE.key)
    if refresh:
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{int(REFRESH.total_seconds()) // 60}M")
    calendar.add_component(_zone())
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _zone() -> "Timezone":
    """China's one time, without the summer times before 1992."""
    from icalendar import Timezone, TimezoneStandard

    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE.key)
    standard.add("dtstart", datetime.combine(date(1992, 1, 1), time()))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("created", entry.made_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.from_at.astimezone(ZONE))
    event.add("dtend", entry.until_at.astimezone(ZONE))
    event.add("summary", entry.title)
    event.add("status", entry.status)
    event.add("transp", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
    for field, text in (("location", entry.place), ("description", entry.text), ("url", entry.url)):
        if text:
            event.add(field, text)
    return event


def busy(content: bytes, *, from_at: datetime, until_at: datetime) -> list[Busy]:
    """The taken times of an outside calendar within [from_at, until_at), each occurrence of a recurrence by itself.

    Cancelled and transparent events take no time. Days without hours are whole legal days, times without a zone are
    Beijing's. Raises NotACalendar, CalendarTooLarge, RecurrenceTooFine.
    """
    from icalendar import Calendar

    if len(content) > BYTES_MAX:
        raise CalendarTooLarge(limit=BUSY_MAX)
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, UnicodeError) as error:
        raise NotACalendar from error
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise NotACalendar
    found: list[Busy] = []
    for calendar in calendars:
        _refuse_costly(calendar, from_at)
        found += [*_events(calendar, from_at, until_at), *_free_busy(calendar, from_at, until_at)]
        if len(found) > BUSY_MAX:
            raise CalendarTooLarge(limit=BUSY_MAX)
    return sorted(set(found), key=lambda one: (one.from_at, one.until_at, one.uid))


def _refuse_costly(calendar: "Component", from_at: datetime) -> None:
    """What would take long to count through is refused before it is counted."""
    parts = list(calendar.walk())
    if len(parts) > COMPONENTS_MAX:
        raise CalendarTooLarge(limit=COMPONENTS_MAX)
    for part in parts:
        rules = part.get("rrule")
        for rule in rules if isinstance(rules, list) else [rules] if rules else []:
            fine = set(map(str, rule.get("FREQ", []))) & TOO_FINE or "BYSECOND" in rule or "BYMINUTE" in rule
            begun = part.get("dtstart")
            if fine or (begun and part.name == "VEVENT" and _instant(begun.dt) < from_at - RECURRENCE_SINCE):
                raise RecurrenceTooFine


def _events(calendar: "Component", from_at: datetime, until_at: datetime) -> Iterator[Busy]:
    import recurring_ical_events

    try:
        events = recurring_ical_events.of(calendar, skip_bad_series=True).between(from_at, until_at)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise NotACalendar from error
    for event in events:
        if not _takes_time(event) or "dtstart" not in event:
            continue
        start = event["dtstart"].dt
        end = event["dtend"].dt if "dtend" in event else _end(start, event.get("duration"))
        taken = _clipped(str(event.get("uid", "")), start, end, from_at, until_at, str(event.get("summary", "")))
        if taken:
            yield taken


def _takes_time(event: "Component") -> bool:
    said = {str(event.get(name, "")).upper() for name in ("status", "transp", "x-microsoft-cdo-busystatus")}
    return not said & {"CANCELLED", "TRANSPARENT", "FREE"}


def _end(start: date | datetime, duration: Any) -> date | datetime:
    if duration is not None:
        stop: date | datetime = start + duration.dt
        return stop
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _free_busy(calendar: "Component", from_at: datetime, until_at: datetime) -> Iterator[Busy]:
    """VFREEBUSY: periods without names, as calendars give them to strangers."""
    from icalendar import vPeriod

    for part in calendar.walk("VFREEBUSY"):
        said = part.get("freebusy", [])
        for one in said if isinstance(said, list) else [said]:
            periods = one if isinstance(one, list) else [one]
            for period in periods:
                if not isinstance(period, vPeriod) or str(period.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                    continue
                uid = f"{part.get('uid', '')}#{period.start.isoformat()}"
                taken = _clipped(uid, period.start, period.end, from_at, until_at, "")
                if taken:
                    yield taken


def _clipped(
    uid: str, start: date | datetime, end: date | datetime, from_at: datetime, until_at: datetime, title: str
) -> Busy | None:
    """The part of a time that lies in the window, or None; a time without length takes nothing."""
    begin, stop = max(_instant(start), from_at), min(_instant(end), until_at)
    return Busy(uid, begin, stop, title[:TITLE_CHARS]) if begin < stop else None


def _instant(said: date | datetime) -> datetime:
    """A day is its midnight, a time without a zone is Beijing's."""
    if not isinstance(said, datetime):
        return datetime.combine(said, time(), ZONE).astimezone(UTC)
    return (said if said.tzinfo else said.replace(tzinfo=ZONE)).astimezone(UTC)
