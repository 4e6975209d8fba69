"""Samples (送样): sending one, its way from hand to hand, the queue of an instrument."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.bookings import commands, queries
from kechuang.bookings.forms.samples import (
    CourierForm,
    DisposeForm,
    FinishForm,
    PassOnForm,
    ReceiveForm,
    RejectForm,
    SampleForm,
)
from kechuang.bookings.rules.samples import AFTERWARDS_LABELS, HAZARD_LABELS, KEEPER_LABELS, STORAGE_LABELS, Hazard
from kechuang.bookings.states import SAMPLE_MACHINE
from kechuang.kernel.ids import new_id
from kechuang.kernel.text import gettext_noop
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, page_of

ACTS: dict[str, tuple[type[Form], Callable[..., Any], str]] = {
    "ship": (CourierForm, commands.ship_sample, gettext_noop("登记后检测方据此收样。")),
    "receive": (ReceiveForm, commands.receive_sample, gettext_noop("登记后样品由本机构保管，并通知送样方。")),
    "begin": (Form, commands.begin_sample, ""),
    "pass_on": (PassOnForm, commands.pass_on_sample, gettext_noop("每次交接都记入样品流转。")),
    "finish": (FinishForm, commands.finish_sample, gettext_noop("登记后通知送样方。")),
    "give_back": (CourierForm, commands.return_sample, gettext_noop("登记后通知送样方。")),
    "dispose": (DisposeForm, commands.dispose_sample, gettext_noop("处置后不能再退还。")),
    "reject": (RejectForm, commands.reject_sample, gettext_noop("送样方将看到理由。")),
    "withdraw": (Form, commands.withdraw_sample, gettext_noop("撤回后不再占用队列。")),
}
DANGER = frozenset({"reject", "dispose", "withdraw"})
LABELS = {
    "hazards": {str(code): label for code, label in HAZARD_LABELS.items()},
    "storages": {str(code): label for code, label in STORAGE_LABELS.items()},
    "afterwards": {str(code): label for code, label in AFTERWARDS_LABELS.items()},
    "keepers": {str(code): label for code, label in KEEPER_LABELS.items()},
}


@login_required
def samples(request: HttpRequest) -> HttpResponse:
    """My samples, and the queue at our instruments."""
    actor = actor_of(request)
    context = {
        "queue": page_of(request, queries.queue(actor, instrument_id=request.GET.get("instrument", ""))),
        "to_settle": list(queries.to_settle(actor)[:50]),
        "mine": list(queries.own_samples(actor)[:50]),
        "machine": SAMPLE_MACHINE,
        "none": str(Hazard.NONE),
        "today": clock.today(),
        **LABELS,
    }
    return render(request, "bookings/samples.html", context)


@login_required
def announce(request: HttpRequest, instrument_id: str) -> HttpResponse:
    """The declaration of a sample that will be sent."""
    actor, now = actor_of(request), clock.now()
    card = queries.offer_card(actor, instrument_id)
    internal = card.party_id == actor.party_id
    begin = {"expected_on": clock.today(), "key": new_id("key")}
    form = SampleForm(request.POST or None, initial=begin, internal=internal)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.announce_sample(
                actor,
                instrument_id=instrument_id,
                booking_id=request.GET.get("booking", ""),
                now=now,
                **form.given(),
            ),
        )
        if tried.done:
            messages.success(request, _("已登记，请按收样地址寄送并填写快递单号"))
            return redirect("bookings:sample", tried.value.id)
        status = tried.status
    context = {
        "card": card,
        "form": form,
        "send_to": queries.send_to(instrument_id),
        "before": queries.queue_length(instrument_id),
    }
    return render(request, "bookings/announce.html", context, status=status)


@login_required
def sample(request: HttpRequest, sample_id: str) -> HttpResponse:
    return _sample_page(request, sample_id)


def _sample_page(
    request: HttpRequest, sample_id: str, *, failed: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.sample(actor_of(request), sample_id)
    offered: list[tuple[Any, str, str, Form]] = []
    for move in sheet.moves:
        kind, _call, happens = ACTS[move.action]
        form = failed if failed is not None and move.action == action else kind()
        tone = "danger" if move.action in DANGER else "plain"
        offered.append((move, happens, "primary" if not offered and tone == "plain" else tone, form))
    context = {
        "sheet": sheet,
        "row": sheet.sample,
        "machine": SAMPLE_MACHINE,
        "offered": offered,
        "failed": failed,
        "steps": [(step, sheet.people.get(step.person_id, ""), sheet.files.get(step.file_id)) for step in sheet.steps],
        "none": str(Hazard.NONE),
        **LABELS,
    }
    return render(request, "bookings/sample.html", context, status=status)


@require_POST
@login_required
def act(request: HttpRequest, sample_id: str, action: str) -> HttpResponse:
    if action not in ACTS:
        raise Http404
    kind, call, _happens = ACTS[action]
    form = kind(request.POST, request.FILES)
    actor = actor_of(request)

    def given() -> Any:
        said = form.given() if hasattr(form, "given") else {}
        return call(actor, sample_id=sample_id, now=clock.now(), **said)

    tried = attempt(form, given)
    if not tried.done:
        return _sample_page(request, sample_id, failed=form, action=action, status=tried.status)
    messages.success(request, _("已办理"))
    return back(request, "bookings:sample", sample_id)
