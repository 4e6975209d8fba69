"""Runs on instruments, for the operator's phone; meters and push keys."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.catalog.queries import own_carriers
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of
from kechuang.usage import commands, queries
from kechuang.usage.forms import KeyForm, MeterForm, ReasonForm, StartForm, StopForm
from kechuang.usage.pages.records import instruments_of, plain
from kechuang.usage.states import LIST_SHOWN, SESSION_MACHINE, Audience


@login_required
def runs(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    page = page_of(request, instruments_of(actor, ""), size=LIST_SHOWN)
    context = {"page": page, "running": list(queries.running_of(actor)), "machine": SESSION_MACHINE}
    return render(request, "usage/runs.html", context | plain())


@login_required
def run(request: HttpRequest, instrument_id: str) -> HttpResponse:
    return _run(request, instrument_id, {}, 200)


def _run(request: HttpRequest, instrument_id: str, forms: dict[str, Any], status: int) -> HttpResponse:
    sheet = queries.run_sheet(actor_of(request), instrument_id, shown=LIST_SHOWN)
    context = {
        "sheet": sheet,
        "machine": SESSION_MACHINE,
        "start": StartForm(),
        "stop": StopForm(),
        "drop": ReasonForm(),
    }
    return render(request, "usage/run.html", context | forms | plain(), status=status)


@require_POST
@login_required
def start(request: HttpRequest, instrument_id: str) -> HttpResponse:
    form = StartForm(request.POST)

    def act() -> object:
        given = form.cleaned_data | {"audience": Audience(form.cleaned_data["audience"])}
        return commands.start(actor_of(request), instrument_id=instrument_id, now=clock.now(), **given)

    tried = attempt(form, act)
    if not tried.done:
        return _run(request, instrument_id, {"start": form}, tried.status)
    messages.success(request, _("已开始上机，用完请结束"))
    return redirect("usage:run", instrument_id)


@require_POST
@login_required
def stop(request: HttpRequest, session_id: str) -> HttpResponse:
    form = StopForm(request.POST)
    actor = actor_of(request)
    row = queries.session(actor, session_id)

    def act() -> object:
        given = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        return commands.stop(actor, session_id=session_id, now=clock.now(), **given)

    tried = attempt(form, act)
    if not tried.done:
        return _run(request, row.instrument_id, {"stop": form}, tried.status)
    messages.success(request, _("已结束上机，服务记录已登记"))
    return redirect("usage:run", row.instrument_id)


@require_POST
@login_required
def drop(request: HttpRequest, session_id: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    actor = actor_of(request)
    row = queries.session(actor, session_id)
    tried = attempt(form, lambda: commands.drop(actor, session_id=session_id, now=clock.now(), **form.cleaned_data))
    if not tried.done:
        return _run(request, row.instrument_id, {"drop": form}, tried.status)
    messages.success(request, _("已放弃本次上机，不计机时"))
    return redirect("usage:run", row.instrument_id)


@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """The token of a new meter or key is shown in the answer, this once."""
    actor = actor_of(request)
    wanted = request.POST.get("what", "")
    instruments = {row.id: f"{row.name}（{row.inner_number or row.number}）" for row in instruments_of(actor, "")}
    carriers = {row.id: row.name for row in own_carriers(actor)}
    meter = MeterForm(request.POST if wanted == "meter" else None, instruments=instruments)
    key = KeyForm(request.POST if wanted == "key" else None, carriers=carriers)
    token, status = "", 200
    if wanted == "meter":
        given = meter.cleaned_data if meter.is_valid() else {}
        tried = attempt(
            meter,
            lambda: commands.add_meter(
                actor,
                instrument_id=given["instrument"],
                now=clock.now(),
                **{n: v for n, v in given.items() if n != "instrument"},
            ),
        )
        token, status = tried.value[1] if tried.done else "", tried.status
    elif wanted == "key":
        given = key.cleaned_data if key.is_valid() else {}
        made = attempt(
            key,
            lambda: commands.add_key(actor, carrier_id=given["carrier"], name=given["key_name"], now=clock.now()),
        )
        token, status = made.value[1] if made.done else "", made.status
    context = {
        "meter": MeterForm(instruments=instruments) if token else meter,
        "key": KeyForm(carriers=carriers) if token else key,
        "token": token,
        "kind": wanted,
        "meters": queries.meters_of(actor)[:LIST_SHOWN],
        "push_keys": queries.keys_of(actor)[:LIST_SHOWN],
        "ready": bool(instruments or carriers),
    }
    response = render(request, "usage/keys.html", context, status=status)
    if token:
        response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def end_meter(request: HttpRequest, meter_id: str) -> HttpResponse:
    commands.end_meter(actor_of(request), meter_id=meter_id, now=clock.now())
    messages.success(request, _("已停用计量装置"))
    return redirect("usage:keys")


@require_POST
@login_required
def end_key(request: HttpRequest, key_id: str) -> HttpResponse:
    commands.end_key(actor_of(request), key_id=key_id, now=clock.now())
    messages.success(request, _("已停用推送密钥"))
    return redirect("usage:keys")
