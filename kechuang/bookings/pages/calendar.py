"""The calendar of one instrument (预约日历): the week, the free times of a day, booking, waiting, asking for training."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kechuang.bookings import commands, queries
from kechuang.bookings.forms.desk import TrainingForm
from kechuang.bookings.forms.times import BookForm, TimeForm, WaitForm, as_chosen, lengths, minutes_in_words
from kechuang.bookings.queries import Calendar, CalendarEvent
from kechuang.bookings.rules import Span
from kechuang.bookings.states import (
    BLOCK_LABELS,
    CALENDAR_MACHINE,
    MACHINE,
    WEEKDAY_LABELS,
    BlockKind,
    BookingState,
    Mode,
    SlotKind,
)
from kechuang.catalog.queries import OfferCard
from kechuang.kernel.actor import Actor
from kechuang.kernel.ids import new_id
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt

DAYS_SHOWN = 14  # of the list of days on a phone
WEEK_DAYS_MAX = 43  # what one look at the events may span: a month with its edges
SIMILAR_MAX = 5  # other instruments of the class that are offered when a day is full
OTHERS_MAX = 12  # further instruments that may be booked together
DAY_MINUTES = 1_440


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the list: how many times are free, and the first of them."""

    day: date
    free: list[Span]

    @property
    def first(self) -> Span | None:
        return self.free[0] if self.free else None


@require_safe
def calendar(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """What is taken and what is free, for anybody; who signs in chooses a time."""
    actor, now = actor_of(request), clock.now()
    sheet = queries.calendar(actor, instrument_id, now=now)
    row = sheet.calendar
    minutes = _minutes(request.GET.get("minutes", ""), row)
    context = {
        "sheet": sheet,
        "row": row,
        "machine": CALENDAR_MACHINE,
        "config": _config(row, now) | {"day": (_day(request.GET.get("day", "")) or clock.day(now)).isoformat()},
        "days": _days(row, minutes, now),
        "minutes": minutes,
        "length": minutes_in_words(minutes),
        "facts": _facts(row),
        "weekdays": _weekdays(row),
        "serves": bool(sheet.moves),
        "actions": {move.action for move in sheet.moves},
        "takes_samples": queries.takes_samples(actor, instrument_id),
        "trains": Mode.TRAINING in queries.modes_of(instrument_id),
        "queue": queries.queue_length(instrument_id),
        "standing": queries.no_show_standing(actor.person_id, row, now=now),
        "blocks": BLOCK_LABELS,
    }
    return render(request, "bookings/calendar.html", context)


@require_safe
def events(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """The bars of a week, for FullCalendar; of others' bookings only the time."""
    begin, end = (_instant(request.GET.get(name, "")) for name in ("start", "end"))
    if begin is None or end is None or not timedelta() < end - begin <= timedelta(days=WEEK_DAYS_MAX):
        return JsonResponse([], safe=False)
    found = queries.week(actor_of(request), from_=begin, until=end, instrument_ids=[instrument_id])
    return JsonResponse([_bar(event) for event in found], safe=False)


def _bar(event: CalendarEvent) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": event.id,
        "start": event.from_at.astimezone(clock.LEGAL_ZONE).isoformat(),
        "end": event.until_at.astimezone(clock.LEGAL_ZONE).isoformat(),
        "title": _title(event),
        "classNames": [f"k-bar-{event.block_kind or ('mine' if event.mine else event.state)}"],
    }
    if event.booking_id:
        said["url"] = f"/bookings/{event.booking_id}/"
    return said


def _title(event: CalendarEvent) -> str:
    if event.kind == SlotKind.BLOCK:
        label = _(BLOCK_LABELS[BlockKind(event.block_kind)])
        return f"{label} {event.purpose}".strip()
    label = _(MACHINE.labels[BookingState(event.state)])
    if event.serves:
        return f"{event.holder_name} · {label}"
    return _("我的预约 · {state}").format(state=label) if event.mine else _("已预约")


@login_required
def book(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """By phone and keyboard: a day and a length, one of the free times, confirm."""
    actor, now = actor_of(request), clock.now()
    sheet = queries.calendar(actor, instrument_id, now=now)
    row = sheet.calendar
    wanted = _wanted(request, row, now)
    internal = row.party_id == actor.party_id
    others = _others(actor, row)
    chosen = [one for one in request.POST.getlist("also") if one in others]
    spans = queries.free_on([instrument_id, *chosen], wanted["day"], minutes=wanted["minutes"], now=now)
    times = TimeForm(wanted, length_choices=_lengths(row), modes=_modes(instrument_id))
    first = {"key": new_id("key"), "from_at": wanted["from_at"]}
    form = BookForm(request.POST or None, initial=first, spans=spans, internal=internal, others=others)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.book(actor, mode=wanted["mode"], now=now, **form.given(instrument_id)))
        if tried.done:
            done = tried.value
            messages.success(request, _("已预约") if done.state == BookingState.CONFIRMED else _("已提交，待机构确认"))
            return redirect("bookings:booking", done.id)
        status = tried.status
    context = {
        "sheet": sheet,
        "row": row,
        "times": times,
        "form": form,
        "wanted": wanted,
        "spans": spans,
        "length": minutes_in_words(wanted["minutes"]),
        "late": minutes_in_words(row.cancel_minutes),
        "standing": queries.no_show_standing(actor.person_id, row, now=now),
        "next_free": None if spans else _next_free(row, wanted, now),
        "similar": [] if spans else _similar(row, wanted, now),
    }
    return render(request, "bookings/book.html", context, status=status)


@login_required
def wait(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """Joining the wait list of an instrument that has no free time when one needs it."""
    actor, now = actor_of(request), clock.now()
    sheet = queries.calendar(actor, instrument_id, now=now)
    row = sheet.calendar
    wanted = _wanted(request, row, now)
    begin = {"first": wanted["day"], "last": wanted["day"], "minutes": wanted["minutes"]}
    internal = row.party_id == actor.party_id
    form = WaitForm(request.POST or None, initial=begin, length_choices=_lengths(row), internal=internal)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.join_waits(
                actor, instrument_id=instrument_id, mode=wanted["mode"], now=now, **form.given()
            ),
        )
        if tried.done:
            messages.success(request, _("已登记候补，有空出时段会通知您"))
            return redirect("bookings:waits")
        status = tried.status
    context = {"sheet": sheet, "row": row, "form": form, "kept": minutes_in_words(row.offer_minutes)}
    return render(request, "bookings/wait.html", context, status=status)


@login_required
def train(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """Asking to be trained, so as to operate alone."""
    actor, now = actor_of(request), clock.now()
    sheet = queries.calendar(actor, instrument_id, now=now)
    form = TrainingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.request_training(
                actor, instrument_id=instrument_id, note=form.cleaned_data["note"], now=now
            ),
        )
        if tried.done:
            messages.success(request, _("已申请培训，机构将安排时间"))
            return redirect("bookings:trainings")
        status = tried.status
    return render(request, "bookings/train.html", {"sheet": sheet, "form": form}, status=status)


def _config(row: Calendar, now: datetime) -> dict[str, Any]:
    """What the week view is told: open hours, the grid, the first and the last day."""
    shown = [
        {"daysOfWeek": [(day + 1) % 7], "startTime": _clock(begin), "endTime": _clock(end)}
        for day, spans in enumerate(row.hours)
        for begin, end in spans
    ]
    begins = [begin for spans in row.hours for begin, _end in spans]
    ends = [end for spans in row.hours for _begin, end in spans]
    last = clock.day(now) + timedelta(days=row.horizon_days + 1)
    return {
        "hours": shown,
        "grain": row.granularity_minutes,
        "least": row.min_minutes,
        "most": row.max_minutes,
        "first": _clock(0 if row.overnight else max(min(begins, default=480) // 60 * 60, 0)),
        "last": _clock(DAY_MINUTES if row.overnight else -(-max(ends, default=1_080) // 60) * 60),
        "today": clock.day(now).isoformat(),
        "now": now.astimezone(clock.LEGAL_ZONE).isoformat(),
        "until": last.isoformat(),
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _days(row: Calendar, minutes: int, now: datetime) -> list[DayRow]:
    """The next days with their free times. One statement."""
    today = clock.day(now)
    count = min(DAYS_SHOWN, row.horizon_days + 1)
    begin = clock.instant(today, clock.MIDNIGHT)
    free = queries.free_starts(row, minutes=minutes, from_=begin, until=begin + timedelta(days=count), now=now)
    by_day: dict[date, list[Span]] = {today + timedelta(days=n): [] for n in range(count)}
    for span in free:
        by_day.get(clock.day(span.from_at), []).append(span)
    return [DayRow(day, spans) for day, spans in by_day.items()]


def _facts(row: Calendar) -> dict[str, str]:
    """The rules that a user has to know, in words."""
    return {
        "least": minutes_in_words(row.min_minutes),
        "most": minutes_in_words(row.max_minutes),
        "notice": minutes_in_words(row.notice_minutes),
        "cancel": minutes_in_words(row.cancel_minutes),
        "gap": minutes_in_words(row.gap_minutes),
    }


def _weekdays(row: Calendar) -> list[tuple[str, str]]:
    """Open hours by weekday; days that are alike stand together."""
    found: list[tuple[list[str], str]] = []
    for label, spans in zip(WEEKDAY_LABELS, row.hours, strict=True):
        hours = "、".join(f"{_clock(begin)}–{_clock(end)}" for begin, end in spans) or _("不开放")
        if found and found[-1][1] == hours:
            found[-1][0].append(_(label))
        else:
            found.append(([_(label)], hours))
    return [(names[0] if len(names) == 1 else f"{names[0]}—{names[-1]}", hours) for names, hours in found]


def _wanted(request: HttpRequest, row: Calendar, now: datetime) -> dict[str, Any]:
    """What the address asks for: a day, a length, a way of use, perhaps a time that was dragged in the week view."""
    begin, end = (_instant(request.GET.get(name, "")) for name in ("from", "until"))
    minutes = _minutes(request.GET.get("minutes", ""), row)
    if begin and end and begin < end:
        minutes = _minutes(str(int((end - begin).total_seconds()) // 60), row)
    day = clock.day(begin) if begin else _day(request.GET.get("day", "")) or clock.day(now)
    modes = _modes(row.instrument_id)
    mode = request.GET.get("mode", "")
    return {
        "day": max(day, clock.day(now)),
        "minutes": minutes,
        "mode": Mode(mode) if mode in modes else modes[0],
        "from_at": as_chosen(begin) if begin else "",
    }


def _modes(instrument_id: str) -> list[Mode]:
    """Ways of use that take a time; samples have a form of their own."""
    found: list[Mode] = [mode for mode in queries.modes_of(instrument_id) if mode != Mode.SAMPLE]
    return found or [Mode.SLOT]


def _others(actor: Actor, row: Calendar) -> Mapping[str, str]:
    """Further instruments of the same house that may be booked for the same time (组合预约)."""
    return queries.beside(actor, row, most=OTHERS_MAX)


def _lengths(row: Calendar) -> list[tuple[str, str]]:
    return lengths(least=row.min_minutes, most=row.max_minutes, grain=row.granularity_minutes)


def _minutes(typed: str, row: Calendar) -> int:
    """A length on the grid, within what the calendar allows."""
    asked = int(typed) if typed.isdecimal() and len(typed) < 6 else 0
    grain = row.granularity_minutes
    return min(max(-(-asked // grain) * grain, row.min_minutes), row.max_minutes)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _instant(typed: str) -> datetime | None:
    """An instant of an address; one without a zone is Beijing's."""
    try:
        read = parse_datetime(typed.replace(" ", "+"))
    except ValueError:
        return None
    if read is None:
        return None
    return read if read.tzinfo else read.replace(tzinfo=clock.LEGAL_ZONE)


def _similar(row: Calendar, wanted: Mapping[str, Any], now: datetime) -> list[tuple[OfferCard, Span]]:
    after = max(clock.instant(wanted["day"], clock.MIDNIGHT), now)
    return queries.similar_free(row, minutes=wanted["minutes"], after=after, now=now, most=SIMILAR_MAX)


def _next_free(row: Calendar, wanted: Mapping[str, Any], now: datetime) -> Span | None:
    after = max(clock.instant(wanted["day"], clock.MIDNIGHT), now)
    found = queries.next_free([row.instrument_id], minutes=wanted["minutes"], after=after, now=now)
    return found[row.instrument_id]
