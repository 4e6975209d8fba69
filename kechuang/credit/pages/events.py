"""Credit events (信用事件): the list, one with what can be done now; the credit page of a party (信用)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.credit import commands, queries
from kechuang.credit.forms import WordsForm
from kechuang.credit.states import COMMITMENT_LABELS, EVENT_LABELS, EVENT_MACHINE, LABELS, RECORD_LABELS, RECORD_MACHINE
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of


@dataclass(frozen=True, slots=True)
class Act:
    """An act on a credit event: its command, what will happen, what was done."""

    call: Callable[..., Any]
    happens: str
    done: str
    tone: str = "primary"


ACTS: dict[str, Act] = {
    "reply": Act(
        commands.reply_event, gettext_noop("申辩由科技局审核人一并考虑后决定。"), gettext_noop("申辩已送达科技局")
    ),
    "confirm": Act(
        commands.confirm_event,
        gettext_noop("记入后在所示期限内计入，期满自动终止；改正后可以申请修复。"),
        gettext_noop("已记入信用事件"),
        "danger",
    ),
    "lift": Act(
        commands.lift_event, gettext_noop("撤销后不再计入，理由告知对方。"), gettext_noop("信用事件已撤销"), "plain"
    ),
    "ask_repair": Act(
        commands.ask_repair, gettext_noop("写明已如何改正，由科技局审核人决定。"), gettext_noop("已申请信用修复")
    ),
    "repair": Act(
        partial(commands.answer_repair, granted=True),
        gettext_noop("准予后不再计入。"),
        gettext_noop("已准予信用修复"),
    ),
    "refuse_repair": Act(
        partial(commands.answer_repair, granted=False),
        gettext_noop("不予修复的继续计至所示日期，理由告知对方。"),
        gettext_noop("已决定不予修复"),
        "danger",
    ),
}


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every credit event the actor may see; those of one party where the address names it."""
    rows = queries.events(actor_of(request), party_id=request.GET.get("party", ""))
    context = {"page": page_of(request, rows), "machine": EVENT_MACHINE, "kinds": EVENT_LABELS}
    return render(request, "credit/events.html", context)


@login_required
@require_safe
def shown(request: HttpRequest, credit_event_id: str) -> HttpResponse:
    return _page(request, credit_event_id)


@login_required
@require_POST
def act(request: HttpRequest, credit_event_id: str, action: str) -> HttpResponse:
    wanted, actor, form = ACTS[action], actor_of(request), WordsForm(request.POST)
    queries.event_sheet(actor, credit_event_id, on=clock.today())
    tried = attempt(
        form,
        lambda: wanted.call(actor, event_id=credit_event_id, words=form.cleaned_data["words"], now=clock.now()),
    )
    if not tried.done:
        return _page(request, credit_event_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("credit:event", credit_event_id)


@login_required
@require_safe
def standing(request: HttpRequest, party_id: str = "") -> HttpResponse:
    """The credit page of a party: one's own without an id."""
    actor = actor_of(request)
    wanted = party_id or actor.party_id
    if not wanted:
        raise NotVisible
    context = {
        "sheet": queries.standing_of(actor, wanted, on=clock.today()),
        "machine": EVENT_MACHINE,
        "record_machine": RECORD_MACHINE,
        "kinds": EVENT_LABELS,
        "record_kinds": RECORD_LABELS,
        "commitment_labels": COMMITMENT_LABELS,
        "list_labels": {str(code): label for code, label in LABELS.items()},
    }
    return render(request, "credit/standing.html", context)


def _page(
    request: HttpRequest, event_id: str, *, failed: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.event_sheet(actor_of(request), event_id, on=clock.today())
    acts = [
        (move, ACTS[move.action], failed if failed is not None and move.action == action else WordsForm())
        for move in sheet.moves
        if move.action in ACTS
    ]
    context = {"sheet": sheet, "row": sheet.row, "machine": EVENT_MACHINE, "acts": acts, "failed": failed}
    return render(request, "credit/event.html", context, status=status)
