"""Our calendars are read back by the `icalendar` library; the busy times of others are read from theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from kechuang.bookings.formats.ics import (
    BUSY_MAX,
    BYTES_MAX,
    ZONE,
    Busy,
    CalendarTooLarge,
    Entry,
    NotACalendar,
    RecurrenceTooFine,
    busy,
    written,
)

MONDAY = datetime(2025, 3, 10, tzinfo=ZONE)
WEEK = {"from_at": MONDAY, "until_at": MONDAY + timedelta(days=7)}


def entry(**more: object) -> Entry:
    given: dict[str, object] = {
        "uid": "bkg_1@kechuang",
        "sequence": 0,
        "title": "扫描电镜，形貌；能谱",
        "from_at": MONDAY + timedelta(hours=22),
        "until_at": MONDAY + timedelta(hours=30),
        "changed_at": datetime(2025, 3, 1, 1, 2, 3, tzinfo=UTC),
        "made_at": datetime(2025, 2, 28, tzinfo=UTC),
        "status": "CONFIRMED",
    } | more
    return Entry(**given)  # type: ignore[arg-type]


def calendar(*lines: str) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//other//EN"]
    return "\r\n".join([*head, *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str, uid: str = "a") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20250301T000000Z", *lines, "END:VEVENT"]


def hours(found: list[Busy]) -> list[tuple[str, str]]:
    return [tuple(at.astimezone(ZONE).strftime("%m-%d %H:%M") for at in (one.from_at, one.until_at)) for one in found]  # type: ignore[misc]


def test_a_booking_is_read_back_as_it_was_written() -> None:
    content = written([entry(place="越城区实验楼 101", text="请带样品", url="https://example.org/b")], name="我的预约")
    read = Calendar.from_ical(content)
    (event,) = read.walk("VEVENT")
    assert read["method"] == "PUBLISH"
    assert read["x-wr-calname"] == "我的预约"
    assert event["uid"] == "bkg_1@kechuang"
    assert event["summary"] == "扫描电镜，形貌；能谱"
    assert event["sequence"] == 0
    assert event["dtstart"].dt == entry().from_at
    assert event["dtend"].dt == entry().until_at
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert len(read.walk("VTIMEZONE")) == 1
    assert event["dtstamp"].dt == entry().changed_at
    assert event["last-modified"].dt == entry().changed_at
    assert event["location"] == "越城区实验楼 101"
    assert event["status"] == "CONFIRMED"
    assert not read.errors
    assert all(not part.errors for part in read.walk())


def test_the_same_bookings_are_written_the_same() -> None:
    assert written([entry()], name="一", refresh=True) == written([entry()], name="一", refresh=True)


def test_a_cancelled_booking_takes_no_time() -> None:
    (event,) = Calendar.from_ical(written([entry(status="CANCELLED", sequence=2)])).walk("VEVENT")
    assert event["status"] == "CANCELLED"
    assert event["sequence"] == 2
    assert event["transp"] == "TRANSPARENT"
    assert busy(written([entry(status="CANCELLED")]), **WEEK) == []


def test_what_we_write_we_read() -> None:
    assert hours(busy(written([entry()]), **WEEK)) == [("03-10 22:00", "03-11 06:00")]


def test_times_in_any_zone_and_in_none() -> None:
    found = busy(
        calendar(
            *event("DTSTART:20250310T010000Z", "DTEND:20250310T020000Z", uid="utc"),
            *event("DTSTART:20250311T090000", "DURATION:PT90M", uid="floating"),
            *event(
                "DTSTART;TZID=America/New_York:20250311T210000", "DTEND;TZID=America/New_York:20250311T220000", uid="ny"
            ),
            *event("DTSTART;VALUE=DATE:20250313", uid="day"),
            *event("DTSTART:20250314T010000Z", uid="no length"),
        ),
        **WEEK,
    )
    assert hours(found) == [
        ("03-10 09:00", "03-10 10:00"),
        ("03-11 09:00", "03-11 10:30"),
        ("03-12 09:00", "03-12 10:00"),
        ("03-13 00:00", "03-14 00:00"),
    ]


def test_a_recurrence_is_expanded_with_its_exceptions() -> None:
    series = event(
        "DTSTART;TZID=Asia/Shanghai:20240101T090000",
        "DTEND;TZID=Asia/Shanghai:20240101T110000",
        "RRULE:FREQ=DAILY",
        "EXDATE;TZID=Asia/Shanghai:20250311T090000",
        uid="s",
    )
    moved = event(
        "RECURRENCE-ID;TZID=Asia/Shanghai:20250312T090000",
        "DTSTART;TZID=Asia/Shanghai:20250312T150000",
        "DTEND;TZID=Asia/Shanghai:20250312T160000",
        uid="s",
    )
    found = hours(busy(calendar(*series, *moved), from_at=MONDAY, until_at=MONDAY + timedelta(days=4)))
    assert found == [
        ("03-10 09:00", "03-10 11:00"),
        ("03-12 15:00", "03-12 16:00"),
        ("03-13 09:00", "03-13 11:00"),
    ]


def test_free_and_cancelled_times_are_not_busy() -> None:
    times = ("DTSTART:20250310T010000Z", "DTEND:20250310T020000Z")
    said = [
        *event(*times, "TRANSP:TRANSPARENT"),
        *event(*times, "STATUS:CANCELLED"),
        *event(*times, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"),
    ]
    assert busy(calendar(*said), **WEEK) == []


def test_free_busy_lists_are_read() -> None:
    said = [
        "BEGIN:VFREEBUSY", "UID:f", "DTSTAMP:20250301T000000Z",
        "FREEBUSY:20250310T010000Z/20250310T030000Z,20250310T050000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20250311T010000Z/PT1H",
        "END:VFREEBUSY",
    ]  # fmt: skip
    assert hours(busy(calendar(*said), **WEEK)) == [("03-10 09:00", "03-10 11:00"), ("03-10 13:00", "03-10 14:00")]


def test_only_the_window_is_answered() -> None:
    long = event("DTSTART:20250301T000000Z", "DTEND:20250401T000000Z")
    assert hours(busy(calendar(*long), **WEEK)) == [("03-10 00:00", "03-17 00:00")]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", calendar(*event("DTSTART:tomorrow"))[:60]],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(NotACalendar):
        busy(content, **WEEK)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=2",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYMINUTE=1,2,3",
        "FREQ=DAILY;BYSECOND=0,1",
    ],
)
def test_a_rule_that_would_never_end_is_refused(rule: str) -> None:
    with pytest.raises(RecurrenceTooFine):
        busy(calendar(*event("DTSTART:20250101T000000Z", "DURATION:PT1M", f"RRULE:{rule}")), **WEEK)


def test_a_rule_from_ancient_times_is_refused() -> None:
    with pytest.raises(RecurrenceTooFine):
        busy(calendar(*event("DTSTART:00010102T000000Z", "DURATION:PT1M", "RRULE:FREQ=DAILY")), **WEEK)


def test_too_much_is_refused() -> None:
    with pytest.raises(CalendarTooLarge):
        busy(b"x" * (BYTES_MAX + 1), **WEEK)
    many = [
        line for n in range(BUSY_MAX + 1) for line in event("DTSTART:20250310T010000Z", "DURATION:PT1M", uid=str(n))
    ]
    with pytest.raises(CalendarTooLarge):
        busy(calendar(*many), **WEEK)
