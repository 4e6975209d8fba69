"""Complaints (投诉) and sanctions (处罚): lists, new ones, each with what can be done now."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.supervision import commands, queries
from kechuang.supervision.forms.cases import ReplyForm, TextForm
from kechuang.supervision.forms.sanctions import ComplaintForm, ImposeForm, OpinionForm, ProposeForm
from kechuang.supervision.pages.acting import Act, given_by, offered
from kechuang.supervision.states.sanctions import (
    COMPLAINT_KIND_LABELS,
    COMPLAINT_MACHINE,
    RUNG_LABELS,
    SANCTION_MACHINE,
    ComplaintState,
)
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

COMPLAINT_ACTS: dict[str, Act] = {
    "accept": Act(
        commands.accept_complaint,
        gettext_noop("受理后转被投诉人限期答复；投诉人的姓名不向被投诉人显示。"),
        gettext_noop("已受理，等待被投诉人答复"),
    ),
    "reject": Act(
        commands.reject_complaint,
        gettext_noop("不予受理的理由告知投诉人。"),
        gettext_noop("已决定不予受理"),
        OpinionForm,
        "danger",
    ),
    "reply": Act(
        commands.reply_complaint, gettext_noop("答复由科技局审核人一并考虑。"), gettext_noop("答复已送达"), ReplyForm
    ),
    "uphold": Act(
        partial(commands.decide_complaint, upheld=True),
        gettext_noop("成立的拟记入被投诉人的信用事件；达到“多次”的，对其入库立案核查。"),
        gettext_noop("已认定投诉成立"),
        OpinionForm,
        "danger",
    ),
    "dismiss": Act(
        partial(commands.decide_complaint, upheld=False),
        gettext_noop("结论告知双方。"),
        gettext_noop("已认定投诉不成立"),
        OpinionForm,
    ),
    "withdraw": Act(
        commands.withdraw_complaint, gettext_noop("撤回后不再办理。"), gettext_noop("投诉已撤回"), tone="plain"
    ),
}
SANCTION_ACTS: dict[str, Act] = {
    "reply": Act(
        commands.reply_sanction,
        gettext_noop("申辩由科技局审核人一并考虑后决定。"),
        gettext_noop("申辩已送达科技局"),
        TextForm,
    ),
    "impose": Act(
        commands.impose,
        gettext_noop("决定作出后立即生效：暂停、撤销、列入名单、公布随即办理，并拟记入信用事件。"),
        gettext_noop("处罚决定已作出"),
        ImposeForm,
        "danger",
    ),
    "drop": Act(commands.drop, gettext_noop("理由告知当事人。"), gettext_noop("已决定不予处罚"), OpinionForm, "plain"),
    "lift": Act(
        commands.lift,
        gettext_noop("恢复接单或移出名单，理由告知当事人。"),
        gettext_noop("处罚已解除"),
        OpinionForm,
        "plain",
    ),
}


@login_required
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """One's own, those against one's party, the office's."""
    actor = actor_of(request)
    page = page_of(request, queries.complaints(actor))
    context = {
        "page": page,
        "clocks": queries.clocks_of(list(page), on=clock.today()),
        "machine": COMPLAINT_MACHINE,
        "kinds": COMPLAINT_KIND_LABELS,
    }
    return render(request, "supervision/complaints.html", context)


@login_required
def complain(request: HttpRequest) -> HttpResponse:
    """A new complaint, by who is signed in."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    asked = {"credit_code": request.GET.get("code", ""), "order_number": request.GET.get("order", "")}
    form, status = ComplaintForm(*given, initial=asked), HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(form, lambda: commands.complain(actor_of(request), now=clock.now(), **given_by(form)))
        if tried.done:
            messages.success(request, _("投诉已提交，编号 %(number)s") % {"number": tried.value.number})
            return redirect("supervision:complaint", tried.value.id)
        status = HTTPStatus(tried.status)
    return render(request, "supervision/complain.html", {"form": form}, status=status)


@login_required
@require_safe
def complaint(request: HttpRequest, complaint_id: str) -> HttpResponse:
    return _complaint_page(request, complaint_id)


@login_required
@require_POST
def complaint_act(request: HttpRequest, complaint_id: str, action: str) -> HttpResponse:
    wanted = COMPLAINT_ACTS.get(action)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    queries.complaint_sheet(actor, complaint_id, on=clock.today())
    form = wanted.form(request.POST, request.FILES)
    tried = attempt(form, lambda: wanted.call(actor, complaint_id=complaint_id, now=clock.now(), **given_by(form)))
    if not tried.done:
        return _complaint_page(request, complaint_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("supervision:complaint", complaint_id)


def _complaint_page(
    request: HttpRequest, complaint_id: str, *, failed: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.complaint_sheet(actor_of(request), complaint_id, on=clock.today())
    acts = COMPLAINT_ACTS
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "machine": COMPLAINT_MACHINE,
        "acts": offered(sheet.moves, acts, lambda name: acts[name].form(), failed=failed, action=action),
        "failed": failed,
        "kinds": COMPLAINT_KIND_LABELS,
        "opens": sheet.row.accepted_on is not None
        and sheet.row.state not in (ComplaintState.DISMISSED, ComplaintState.WITHDRAWN)
        and queries.may_open(actor_of(request), sheet.row.region),
    }
    return render(request, "supervision/complaint.html", context, status=status)


@login_required
@require_safe
def sanctions(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.sanctions(actor_of(request)))
    clocks = queries.clocks_of(list(page), on=clock.today())
    context = {"page": page, "clocks": clocks, "machine": SANCTION_MACHINE, "rungs": RUNG_LABELS}
    return render(request, "supervision/sanctions.html", context)


@login_required
def propose(request: HttpRequest, dossier_id: str) -> HttpResponse:
    """A rung of the ladder for what a case has found, each with its article."""
    actor, on = actor_of(request), clock.today()
    sheet = queries.case_sheet(actor, dossier_id, on=on)
    if not queries.may_propose(actor, sheet.case.region):
        raise NotVisible
    ladder = queries.ladder(sheet.case.region, on=on)
    rungs = [(str(row.rung), _(row.label)) for row in ladder]
    form, status = ProposeForm(request.POST or None, rungs=rungs), HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(form, lambda: commands.propose(actor, case_id=dossier_id, now=clock.now(), **given_by(form)))
        if tried.done:
            messages.success(request, _("已告知当事人，等待申辩"))
            return redirect("supervision:sanction", tried.value.id)
        status = HTTPStatus(tried.status)
    context = {"form": form, "sheet": sheet, "ladder": ladder}
    return render(request, "supervision/propose.html", context, status=status)


@login_required
@require_safe
def sanction(request: HttpRequest, sanction_id: str) -> HttpResponse:
    return _sanction_page(request, sanction_id)


@login_required
@require_POST
def sanction_act(request: HttpRequest, sanction_id: str, action: str) -> HttpResponse:
    wanted = SANCTION_ACTS.get(action)
    if wanted is None:
        raise Http404
    actor, form = actor_of(request), wanted.form(request.POST)
    queries.sanction_sheet(actor, sanction_id, on=clock.today())
    tried = attempt(form, lambda: wanted.call(actor, sanction_id=sanction_id, now=clock.now(), **given_by(form)))
    if not tried.done:
        return _sanction_page(request, sanction_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("supervision:sanction", sanction_id)


def _sanction_page(
    request: HttpRequest, sanction_id: str, *, failed: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.sanction_sheet(actor_of(request), sanction_id, on=clock.today())
    acts = SANCTION_ACTS
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "machine": SANCTION_MACHINE,
        "acts": offered(sheet.moves, acts, lambda name: acts[name].form(), failed=failed, action=action),
        "failed": failed,
        "rungs": RUNG_LABELS,
    }
    return render(request, "supervision/sanction.html", context, status=status)
