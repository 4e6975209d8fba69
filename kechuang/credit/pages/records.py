"""Credit records (信用记录): one's own and those one reported, one of them with what can be done now."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.credit import commands, queries
from kechuang.credit.forms import WordsForm
from kechuang.credit.states import RECORD_LABELS, RECORD_MACHINE, RecordState
from kechuang.kernel.text import gettext_noop
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

ACTS: dict[str, tuple[Callable[..., Any], str, str]] = {
    "reply": (
        commands.reply,
        gettext_noop("提交后由登记的服务机构答复；答复前该记录仍然计入。"),
        gettext_noop("申述已提交，等待服务机构答复"),
    ),
    "uphold": (
        commands.uphold,
        gettext_noop("记录继续计至所示日期，理由将告知对方；县科技局仍可撤销。"),
        gettext_noop("已答复：维持记录"),
    ),
    "lift": (
        commands.lift,
        gettext_noop("撤销后立即不再计入，对方可重新预约；理由将告知对方。"),
        gettext_noop("记录已撤销，不再计入"),
    ),
}


@login_required
def listed(request: HttpRequest) -> HttpResponse:
    """Every record the actor may see; those of one party where the address names it."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in set(RecordState) else ""
    rows = queries.records(actor_of(request), party_id=request.GET.get("party", ""), state=state)
    states = [(str(one), _(RECORD_MACHINE.labels[one])) for one in RecordState]
    context = {
        "page": page_of(request, rows),
        "machine": RECORD_MACHINE,
        "kinds": RECORD_LABELS,
        "states": states,
        "state": state,
    }
    return render(request, "credit/records.html", context)


@login_required
def shown(request: HttpRequest, record_id: str) -> HttpResponse:
    return _page(request, record_id)


@login_required
@require_POST
def act(request: HttpRequest, record_id: str, action: str) -> HttpResponse:
    call, _what, done = ACTS[action]
    actor, form = actor_of(request), WordsForm(request.POST)
    queries.record_sheet(actor, record_id)  # what one does not see is not found, whatever was typed
    tried = attempt(form, lambda: call(actor, record_id=record_id, words=form.cleaned_data["words"], now=clock.now()))
    if not tried.done:
        return _page(request, record_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(done))
    return redirect("credit:record", record_id)


def _page(
    request: HttpRequest, record_id: str, *, failed: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.record_sheet(actor_of(request), record_id)
    forms = [
        (move, _(ACTS[move.action][1]), failed if failed is not None and move.action == action else WordsForm())
        for move in sheet.moves
        if move.action in ACTS
    ]
    context = {
        "sheet": sheet,
        "row": sheet.record,
        "kind": _(queries.kind_label(sheet.record)),
        "machine": RECORD_MACHINE,
        "acts": forms,
    }
    return render(request, "credit/record.html", context, status=status)
