"""Clawbacks (追回): the list, one with its parts, interest and what the ledger says."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.text import gettext_noop
from kechuang.supervision import commands, queries
from kechuang.supervision.forms.cases import ClawbackListForm, InstalForm, ReasonForm, ReceiveForm, StrikeForm
from kechuang.supervision.pages.acting import Act, given_by, offered
from kechuang.supervision.queries import ClawbackSheet
from kechuang.supervision.states.cases import CLAWBACK_MACHINE
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

ACTS: dict[str, Act] = {
    "instal": Act(
        commands.instal_equally,
        gettext_noop("尚未缴回的本金平均分期，各期相隔的天数由规则规定；利息按各期实际缴回日计算。"),
        gettext_noop("已约定分期"),
        InstalForm,
        "plain",
    ),
    "receive": Act(
        commands.receive,
        gettext_noop("登记后由另一人复核，复核后记账。"),
        gettext_noop("缴回已登记，等待另一人复核"),
        ReceiveForm,
    ),
    "countersign": Act(
        commands.countersign,
        gettext_noop("请对照银行凭证核对流水号、到账日和金额。复核后本金记入“已追回”，利息单列；缴齐即办结。"),
        gettext_noop("缴回已复核并记账"),
    ),
    "strike": Act(
        commands.strike,
        gettext_noop("退回后该期重新待缴，流水号可以再登记。"),
        gettext_noop("缴回登记已退回"),
        StrikeForm,
        "danger",
    ),
    "withdraw": Act(
        commands.withdraw,
        gettext_noop("撤销后不再追缴，理由告知当事人；作出决定的人不能撤销。"),
        gettext_noop("追回决定已撤销"),
        ReasonForm,
        "danger",
    ),
}


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), ClawbackListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.clawbacks(actor, state=chosen.get("state", "")))
    clocks = queries.clocks_of(list(page), on=clock.today())
    context = {"form": form, "page": page, "clocks": clocks, "machine": CLAWBACK_MACHINE}
    return render(request, "supervision/clawbacks.html", context)


@login_required
@require_safe
def clawback(request: HttpRequest, clawback_id: str) -> HttpResponse:
    return _page(request, clawback_id)


@login_required
@require_POST
def act(request: HttpRequest, clawback_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    sheet = queries.clawback_sheet(actor, clawback_id, on=clock.today())
    form = _form(action, sheet, request)
    tried = attempt(form, lambda: wanted.call(actor, clawback_id=clawback_id, now=clock.now(), **given_by(form)))
    if not tried.done:
        return _page(request, clawback_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("supervision:clawback", clawback_id)


def _form(action: str, sheet: ClawbackSheet, request: HttpRequest | None = None) -> Form:
    data = (request.POST,) if request else ()
    if action == "receive" and sheet.following:
        on = clock.today()
        fen = sheet.following.part.fen + queries.interest_of_row(sheet, on=on)
        return ReceiveForm(*data, initial={"position": sheet.following.part.position, "fen": fen, "on": on})
    return ACTS[action].form(*data)


def _page(
    request: HttpRequest, clawback_id: str, *, failed: Form | None = None, action: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    sheet = queries.clawback_sheet(actor_of(request), clawback_id, on=clock.today())
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "machine": CLAWBACK_MACHINE,
        "acts": offered(sheet.moves, ACTS, lambda name: _form(name, sheet), failed=failed, action=action),
        "failed": failed,
    }
    return render(request, "supervision/clawback.html", context, status=status)
