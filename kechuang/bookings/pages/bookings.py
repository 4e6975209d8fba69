"""One's bookings, one booking with what can be done now, subscriptions (我的预约、预约单、日历订阅)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.bookings import commands, queries
from kechuang.bookings.formats.ics import MEDIA
from kechuang.bookings.forms.times import (
    ColleagueForm,
    MoveForm,
    NoteForm,
    OfferForm,
    ReasonForm,
    TimeForm,
    lengths,
    minutes_in_words,
    span_in_words,
)
from kechuang.bookings.queries import BookingSheet, WaitRow
from kechuang.bookings.rules import Span
from kechuang.bookings.states import (
    MACHINE,
    MODE_LABELS,
    START_EARLY_MINUTES,
    WAIT_MACHINE,
    BookingState,
    Mode,
)
from kechuang.catalog.states import UNIT_LABELS
from kechuang.credit.states import RECORD_MACHINE, RecordState
from kechuang.kernel.actor import Role
from kechuang.kernel.text import gettext_noop
from kechuang.ui import clock
from kechuang.ui.days import words
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, page_of

PAGE = 20


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that can be done on a booking: its form, its command, what is said after."""

    form: type[Form]
    call: Callable[..., Any]
    done: str


ACTS: dict[str, _Act] = {
    "confirm": _Act(Form, commands.confirm, gettext_noop("预约已确认")),
    "refuse": _Act(ReasonForm, commands.refuse, gettext_noop("已答复预约人")),
    "cancel": _Act(NoteForm, commands.cancel, gettext_noop("预约已取消")),
    "start": _Act(Form, commands.start, gettext_noop("已开始使用")),
    "finish": _Act(Form, commands.finish, gettext_noop("已结束使用，请登记使用记录")),
    "no_show": _Act(Form, commands.no_show, gettext_noop("已登记爽约")),
    "excuse": _Act(ReasonForm, commands.excuse, gettext_noop("爽约记录已免除")),
    "hand_over": _Act(ColleagueForm, commands.hand_over, gettext_noop("已转给同事")),
    "accept_offer": _Act(OfferForm, commands.accept_offer, gettext_noop("已改期")),
}


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """My bookings, the next ones first; what was before on a page of its own."""
    actor = actor_of(request)
    show = request.GET.get("show", "")
    past, whole = show == "past", show == "party"
    rows = queries.own_bookings(actor, past=past, whole=whole)
    context = {
        "page": page_of(request, rows, size=PAGE),
        "past": past,
        "whole": whole,
        "people": queries.people_of(rows) if whole else {},
        "machine": MACHINE,
        "roles": frozenset({Role.HOLDER}),
        "waits": [] if past else queries.own_waits(actor),
        "wait_machine": WAIT_MACHINE,
    }
    return render(request, "bookings/mine.html", context)


@login_required
def booking(request: HttpRequest, booking_id: str) -> HttpResponse:
    return _sheet_page(request, booking_id)


def _sheet_page(
    request: HttpRequest, booking_id: str, *, failed: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    sheet = queries.booking(actor, booking_id, now=now)
    row = sheet.booking
    forms = {
        name: failed if failed is not None and name == action else _blank(request, sheet, name)
        for name in ACTS
        if name in sheet.actions and _sensible(sheet, name)
    }
    if not getattr(forms.get("hand_over"), "people", True):
        del forms["hand_over"]  # nobody there to come instead
    context = {
        "sheet": sheet,
        "row": row,
        "machine": MACHINE,
        "credit_machine": RECORD_MACHINE,
        "charges": queries.kept_charges(row),
        "units": {str(unit): label for unit, label in UNIT_LABELS.items()},
        "roles": frozenset(queries.roles_of(actor, row)),
        "forms": forms,
        "failed": failed,
        "when": span_in_words(Span(row.from_at, row.until_at)),
        "length": minutes_in_words(Span(row.from_at, row.until_at).minutes),
        "mode": _(MODE_LABELS[Mode(row.mode)]),
        "moves_time": not sheet.actions.isdisjoint({"reschedule", "rerequest"}),
        "cancelling": _consequence(sheet),
        "ahead": row.from_at > now and row.state in {BookingState.REQUESTED, BookingState.CONFIRMED},
    }
    return render(request, "bookings/booking.html", context, status=status)


def _sensible(sheet: BookingSheet, action: str) -> bool:
    """Buttons that the record's time makes sense of; the command decides all the same."""
    row, now = sheet.booking, clock.now()
    if action == "cancel":
        return not row.order_id
    if action == "no_show":
        return row.from_at <= now
    if action == "excuse":
        counted = row.state == BookingState.NO_SHOW or row.late
        lifted = sheet.credit is not None and sheet.credit.state == RecordState.LIFTED
        return counted and not row.excused and not lifted
    if action == "start":
        return row.from_at - timedelta(minutes=START_EARLY_MINUTES) <= now < row.until_at
    return True


def _blank(request: HttpRequest, sheet: BookingSheet, action: str, data: Any = None) -> Form:
    if action == "hand_over":
        people = queries.colleagues(actor_of(request), sheet.booking, on=clock.today())
        return ColleagueForm(data, people=people)
    if action == "accept_offer":
        return OfferForm(data, spans=sheet.offers)
    if action == "cancel" and Role.HOLDER not in queries.roles_of(actor_of(request), sheet.booking):
        return ReasonForm(data)
    return ACTS[action].form(data)


def _consequence(sheet: BookingSheet) -> str:
    """What a cancellation means, said before it is done."""
    if sheet.booking.state == BookingState.DISPLACED or sheet.booking.free_to_cancel:
        return _("时间由机构变更，取消不计爽约；时段立即释放给他人。")
    if sheet.late_if_cancelled:
        if sheet.late_counts:
            return _(
                "已过免责取消期限，取消将记为逾期取消，计入爽约次数并记入本单位的信用记录（可申述）；时段立即释放给他人。"
            )
        return _("已过免责取消期限，取消将记为逾期取消；时段立即释放给他人。")
    return _("现在取消不计爽约；时段立即释放给他人。")


@require_POST
@login_required
def act(request: HttpRequest, booking_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    sheet = queries.booking(actor, booking_id, now=clock.now())
    form = _blank(request, sheet, action, request.POST)

    def call() -> Any:
        given = form.given() if hasattr(form, "given") else {}
        return wanted.call(actor, booking_id=booking_id, now=clock.now(), **given)

    tried = attempt(form, call)
    if not tried.done:
        return _sheet_page(request, booking_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return back(request, "bookings:booking", booking_id)


@login_required
def reschedule(request: HttpRequest, booking_id: str) -> HttpResponse:
    """Another time for a booking: a day and a length, then one of the times at which all its instruments are free."""
    actor, now = actor_of(request), clock.now()
    sheet = queries.booking(actor, booking_id, now=now)
    row = sheet.booking
    if sheet.actions.isdisjoint({"reschedule", "rerequest"}):
        return redirect("bookings:booking", booking_id)
    calendar = queries.calendars([row.instrument_id])[row.instrument_id]
    choices = lengths(least=calendar.min_minutes, most=calendar.max_minutes, grain=calendar.granularity_minutes)
    begin = {
        "day": clock.day(max(row.from_at, now)),
        "minutes": Span(row.from_at, row.until_at).minutes,
        "mode": row.mode,
    }
    times = TimeForm(begin | request.GET.dict(), length_choices=choices, modes=[Mode(row.mode)])
    chosen = times.chosen()
    day, minutes = chosen.get("day", begin["day"]), int(chosen.get("minutes", begin["minutes"]))
    spans = queries.free_on_without(row, day, minutes=minutes, now=now)
    asks_why = Role.HOLDER not in queries.roles_of(actor, row)
    form = MoveForm(request.POST or None, spans=spans, asks_why=asks_why)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.reschedule(actor, booking_id=booking_id, now=now, **form.given()))
        if tried.done:
            messages.success(request, _("已改期"))
            return redirect("bookings:booking", booking_id)
        status = tried.status
    context = {
        "sheet": sheet,
        "row": row,
        "times": times,
        "form": form,
        "spans": spans,
        "day": day,
        "when": span_in_words(Span(row.from_at, row.until_at)),
    }
    return render(request, "bookings/reschedule.html", context, status=status)


@require_safe
@login_required
def calendar_file(request: HttpRequest, booking_id: str) -> HttpResponse:
    """One booking for one's own calendar program (加入日历)."""
    name, content = queries.booking_calendar(actor_of(request), booking_id)
    response = HttpResponse(content, content_type=MEDIA)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-cache"
    return response


@login_required
def feeds(request: HttpRequest) -> HttpResponse:
    """My subscriptions with their private addresses."""
    actor = actor_of(request)
    rows = queries.own_feeds(actor)
    context = {
        "rows": [(row, request.build_absolute_uri(f"/bookings/feeds/{row.token}.ics")) for row in rows],
        "has_own": any(not row.instrument_name for row in rows),
        "instruments": queries.unsubscribed(actor, [row.instrument_id for row in rows]),
    }
    return render(request, "bookings/feeds.html", context)


@require_POST
@login_required
def feed_act(request: HttpRequest, action: str) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    if action == "subscribe":
        commands.subscribe(actor, instrument_id=request.POST.get("instrument_id", ""), now=now)
        messages.success(request, _("已开通，请把地址添加到您的日历程序"))
    elif action == "renew":
        commands.renew_feed(actor, feed_id=request.POST.get("feed_id", ""), now=now)
        messages.success(request, _("地址已更换，原地址立即失效"))
    elif action == "revoke":
        commands.revoke_feed(actor, feed_id=request.POST.get("feed_id", ""), now=now)
        messages.success(request, _("已停用，原地址立即失效"))
    else:
        raise Http404
    return redirect("bookings:feeds")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads; the address is the key, there is no session. Unchanged is said so (304)."""
    found = queries.feed_calendar(token, now=clock.now())
    headers = {
        "ETag": found.etag,
        "Last-Modified": http_date(int(found.changed_at.timestamp())),
        "Cache-Control": "private, max-age=300",
        "X-Robots-Tag": "noindex",
    }
    asked = request.headers.get("If-None-Match")
    same = found.etag in asked if asked else _not_since(request, int(found.changed_at.timestamp()))
    if same:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return HttpResponse(found.content, content_type=MEDIA, headers=headers)


def _not_since(request: HttpRequest, changed: int) -> bool:
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and changed <= since


@login_required
def waits(request: HttpRequest) -> HttpResponse:
    """Where I wait, with the times that were offered."""
    rows = queries.own_waits(actor_of(request))
    shown = [
        (one, _offered(one), words(clock.day(one.wait.wanted_until_at - timedelta(microseconds=1)))) for one in rows
    ]
    return render(request, "bookings/waits.html", {"rows": shown, "machine": WAIT_MACHINE})


def _offered(row: WaitRow) -> str:
    begin, end = row.wait.offered_from_at, row.wait.offered_until_at
    return span_in_words(Span(begin, end)) if begin and end else ""


@require_POST
@login_required
def wait_act(request: HttpRequest, wait_id: str, action: str) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    if action == "accept":
        taken = commands.accept_wait(actor, wait_id=wait_id, now=now)
        messages.success(request, _("已递补成功"))
        return redirect("bookings:booking", taken.booking_id)
    if action == "decline":
        commands.decline_wait(actor, wait_id=wait_id, now=now)
        messages.success(request, _("已转给下一位，您仍在候补名单中"))
    elif action == "leave":
        commands.leave_waits(actor, wait_id=wait_id, now=now)
        messages.success(request, _("已退出候补"))
    else:
        raise Http404
    return redirect("bookings:waits")
