"""The provider's desk (预约台): the day, what waits, rules, times nobody can book, outside calendars, who may operate."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.bookings import commands, queries
from kechuang.bookings.forms.desk import (
    BlockForm,
    GrantForm,
    OverrideForm,
    PassForm,
    RenewForm,
    RulesForm,
    ScheduleForm,
    SourceForm,
    grouped,
)
from kechuang.bookings.forms.times import ReasonForm
from kechuang.bookings.queries import CalendarSheet
from kechuang.bookings.rules import RULE_NAMES
from kechuang.bookings.states import (
    BLOCK_LABELS,
    BLOCK_MACHINE,
    CALENDAR_MACHINE,
    DISPLACING,
    MACHINE,
    QUALIFICATION_MACHINE,
    SAMPLE_MACHINE,
    SOURCE_LABELS,
    TRAINING_MACHINE,
    WAIT_MACHINE,
    BlockKind,
    SourceKind,
)
from kechuang.kernel.errors import NotVisible
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, page_of

BLOCKS = {str(kind): label for kind, label in BLOCK_LABELS.items()}


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """Today at our instruments, whatever waits on top."""
    actor, today = actor_of(request), clock.today()
    day = _day(request.GET.get("day", ""), today)
    shown = queries.desk(actor, day=day)
    context = {
        "desk": shown,
        "machine": MACHINE,
        "blocks": BLOCKS,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "now": clock.now(),
        "samples": queries.queue(actor)[:5],
        "to_settle": queries.to_settle(actor)[:5],
        "sample_machine": SAMPLE_MACHINE,
        "trainings": queries.trainings(actor, side="provider"),
        "waits": queries.provider_waits(actor),
        "wait_machine": WAIT_MACHINE,
        "training_machine": TRAINING_MACHINE,
        "without": queries.without_calendar(actor),
    }
    return render(request, "bookings/desk.html", context)


def _day(typed: str, today: date) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return today


def _own(request: HttpRequest, instrument_id: str) -> CalendarSheet:
    """The calendar of one's own instrument; others do not see these pages."""
    sheet = queries.calendar(actor_of(request), instrument_id, now=clock.now())
    if not sheet.moves:
        raise NotVisible
    return sheet


@login_required
def rules(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """The rules by which an instrument is booked."""
    sheet = _own(request, instrument_id)
    form = RulesForm(request.POST or None, standing={name: getattr(sheet.calendar, name) for name in RULE_NAMES})
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.set_rules(actor_of(request), instrument_id=instrument_id, now=clock.now(), **form.given()),
        )
        if tried.done:
            messages.success(request, _("预约规则已保存，对以后的预约生效"))
            return redirect("bookings:calendar", instrument_id)
        status = tried.status
    context = {
        "sheet": sheet,
        "row": sheet.calendar,
        "form": form,
        "groups": grouped(form),
        "machine": CALENDAR_MACHINE,
    }
    return render(request, "bookings/rules.html", context, status=status)


@require_POST
@login_required
def turn(request: HttpRequest, instrument_id: str, action: str) -> HttpResponse:
    """Opening a calendar at all, pausing it, opening it again."""
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "open": (commands.open_calendar, _("已开放预约，请核对规则")),
        "pause": (commands.pause, _("已暂停预约，已有的预约照常")),
        "reopen": (commands.reopen, _("已恢复预约")),
    }
    if action not in acts:
        raise Http404
    call, said = acts[action]
    call(actor_of(request), instrument_id=instrument_id, now=clock.now())
    messages.success(request, said)
    return redirect("bookings:rules" if action == "open" else "bookings:calendar", instrument_id)


@login_required
def blocks(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """Maintenance, blackout, breakdown, an absent operator: what they hit is listed before and after."""
    actor, now = actor_of(request), clock.now()
    sheet = _own(request, instrument_id)
    start = now.astimezone(clock.LEGAL_ZONE).replace(second=0, microsecond=0)
    begin = {"from_at": start, "until_at": start + timedelta(hours=4), "kind": request.GET.get("kind", "maintenance")}
    form = BlockForm(request.POST or None, initial=begin)
    status, would_hit = 200, None
    if request.method == "POST" and "look" in request.POST:
        status = 200 if form.is_valid() else 422
        if form.is_valid():
            said = form.cleaned_data
            would_hit = queries.would_hit(actor, instrument_id, said["from_at"], said["until_at"])
    elif request.method == "POST":
        tried = attempt(form, lambda: _blocked(request, instrument_id, form))
        if tried.done:
            messages.success(request, tried.value)
            return redirect("bookings:blocks", instrument_id)
        status = tried.status
    context = {
        "sheet": sheet,
        "form": form,
        "rows": queries.blocks_ahead(actor, instrument_id, now=now),
        "hit": [(row, queries.offers_of(row)) for row in queries.hit_by(actor, instrument_id)],
        "would_hit": would_hit,
        "blocks": BLOCKS,
        "machine": BLOCK_MACHINE,
        "booking_machine": MACHINE,
    }
    return render(request, "bookings/blocks.html", context, status=status)


def _blocked(request: HttpRequest, instrument_id: str, form: BlockForm) -> str:
    actor, now, said = actor_of(request), clock.now(), form.cleaned_data
    times = {"from_at": said["from_at"], "until_at": said["until_at"], "reason": said["reason"]}
    if BlockKind(said["kind"]) in DISPLACING:
        done = commands.break_down(actor, instrument_id=instrument_id, kind=said["kind"], now=now, **times)
        return _("已登记，{count} 个预约受影响，已通知并提供可改时段").format(count=len(done.hit))
    weeks = said["weeks"] or 1
    made = commands.block(actor, instrument_id=instrument_id, kind=said["kind"], weeks=weeks, now=now, **times)
    return _("已占用 {count} 个时段").format(count=len(made))


@login_required
def override(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """Staff arrange a time past the rules, with the reason; what is confirmed is never touched."""
    actor, now = actor_of(request), clock.now()
    sheet = _own(request, instrument_id)
    start = now.astimezone(clock.LEGAL_ZONE).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    begin = {"from_at": start, "until_at": start + timedelta(hours=1)}
    form = OverrideForm(request.POST or None, initial=begin, users=queries.known_users(actor))
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.override(actor, instrument_ids=[instrument_id], now=now, **form.given()))
        if tried.done:
            messages.success(request, _("已例外安排"))
            return redirect("bookings:booking", tried.value.id)
        status = tried.status
    return render(request, "bookings/override.html", {"sheet": sheet, "form": form}, status=status)


@require_POST
@login_required
def unblock(request: HttpRequest, block_id: str) -> HttpResponse:
    row = commands.unblock(actor_of(request), block_id=block_id, now=clock.now())
    messages.success(request, _("已解除，时段可以预约"))
    return redirect("bookings:blocks", row.instrument_id)


@login_required
def sources(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """Busy times from our own system, by our consent."""
    actor, now = actor_of(request), clock.now()
    sheet = _own(request, instrument_id)
    form = SourceForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.connect_source(actor, instrument_id=instrument_id, now=now, **form.given())
        )
        if tried.done:
            messages.success(request, _("已接入"))
            return redirect("bookings:sources", instrument_id)
        status = tried.status
    context = {
        "sheet": sheet,
        "form": form,
        "rows": queries.sources_of(instrument_id),
        "kinds": {str(kind): label for kind, label in SOURCE_LABELS.items()},
        "push": str(SourceKind.PUSH),
        "push_address": request.build_absolute_uri("/api/bookings/busy"),
    }
    return render(request, "bookings/sources.html", context, status=status)


@require_POST
@login_required
def stop_source(request: HttpRequest, source_id: str) -> HttpResponse:
    row = commands.stop_source(actor_of(request), source_id=source_id, now=clock.now())
    messages.success(request, _("已停止接入，外部占用的时段已释放"))
    return redirect("bookings:sources", row.instrument_id)


@login_required
def trainings(request: HttpRequest) -> HttpResponse:
    """Training and qualifications: mine, and those for our instruments."""
    return _trainings(request)


def _granting(request: HttpRequest, failed: Form | None) -> Form | None:
    """The form by which a qualification is given directly; None for who has no instrument or knows nobody."""
    form = failed or _grant_form(request)
    return form if form.fields["instrument"].choices and form.fields["user"].choices else None  # type: ignore[attr-defined]


def _trainings(request: HttpRequest, *, failed: Form | None = None, where: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)

    def blank(name: str, form: type[Form]) -> Form:
        return failed if failed is not None and where == name else form()

    asked = [
        (one, [(move, _training_form(move.action, one.training.id, blank)) for move in one.moves])
        for one in queries.trainings(actor, side="provider")
    ]
    held = queries.qualifications(actor)
    context = {
        "mine": queries.trainings(actor, side="holder"),
        "asked": asked,
        "own": list(held.filter(person_id=actor.person_id)),
        "given": page_of(request, held.filter(party_id=actor.party_id).exclude(person_id=actor.person_id)),
        "people": queries.names_of_qualified(actor),
        "machine": TRAINING_MACHINE,
        "qualification_machine": QUALIFICATION_MACHINE,
        "renew": RenewForm(),
        "revoke": ReasonForm(),
        "failed": failed,
        "grant": _granting(request, failed if where == "grant" else None),
    }
    return render(request, "bookings/trainings.html", context, status=status)


TRAINING_ACTS: dict[str, tuple[type[Form], Callable[..., Any]]] = {
    "schedule": (ScheduleForm, commands.schedule_training),
    "pass": (PassForm, commands.pass_training),
    "fail": (ReasonForm, commands.fail_training),
    "decline": (ReasonForm, commands.decline_training),
    "withdraw": (Form, commands.withdraw_training),
}
QUALIFICATION_ACTS: dict[str, tuple[type[Form], Callable[..., Any]]] = {
    "renew": (RenewForm, commands.renew),
    "revoke": (ReasonForm, commands.revoke_qualification),
}


def _training_form(action: str, training_id: str, blank: Callable[[str, type[Form]], Form]) -> Form:
    return blank(f"{training_id} {action}", TRAINING_ACTS[action][0])


def _grant_form(request: HttpRequest, data: Any = None) -> GrantForm:
    actor = actor_of(request)
    instruments = dict(queries.own_calendars(actor).values_list("instrument_id", "instrument__name"))
    return GrantForm(data, instruments=instruments, users=queries.known_users(actor))


@require_POST
@login_required
def qualify(request: HttpRequest) -> HttpResponse:
    """A qualification for who was trained before or elsewhere."""
    form = _grant_form(request, request.POST)
    tried = attempt(form, lambda: commands.qualify(actor_of(request), now=clock.now(), **form.given()))
    if not tried.done:
        return _trainings(request, failed=form, where="grant", status=tried.status)
    messages.success(request, _("已授予操作资格"))
    return redirect("bookings:trainings")


@require_POST
@login_required
def training_act(request: HttpRequest, training_id: str, action: str) -> HttpResponse:
    if action not in TRAINING_ACTS:
        raise Http404
    kind, call = TRAINING_ACTS[action]
    form = kind(request.POST)
    actor = actor_of(request)
    queries.training(actor, training_id)
    tried = attempt(form, lambda: call(actor, training_id=training_id, now=clock.now(), **_given(form)))
    if not tried.done:
        return _trainings(request, failed=form, where=f"{training_id} {action}", status=tried.status)
    messages.success(request, _("已办理"))
    return back(request, "bookings:trainings")


@require_POST
@login_required
def qualification_act(request: HttpRequest, qualification_id: str, action: str) -> HttpResponse:
    if action not in QUALIFICATION_ACTS:
        raise Http404
    kind, call = QUALIFICATION_ACTS[action]
    form = kind(request.POST)
    actor = actor_of(request)
    queries.qualification(actor, qualification_id)
    tried = attempt(form, lambda: call(actor, qualification_id=qualification_id, now=clock.now(), **_given(form)))
    if not tried.done:
        return _trainings(request, failed=form, status=tried.status)
    messages.success(request, _("已办理"))
    return back(request, "bookings:trainings")


def _given(form: Form) -> dict[str, Any]:
    return form.given() if hasattr(form, "given") else {}
