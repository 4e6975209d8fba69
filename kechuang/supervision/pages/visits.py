"""Visits (现场检查): one's list, one visit with its team, its records and what was put right."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.text import gettext_noop
from kechuang.supervision import commands, queries
from kechuang.supervision.forms.checks import DayForm, DemandForm, RecordForm, RecuseForm, ReportForm, VisitTextForm
from kechuang.supervision.pages.acting import Act, given_by, offered
from kechuang.supervision.queries import VisitSheet
from kechuang.supervision.states.checks import PLAN_MACHINE, RESULT_LABELS, VISIT_MACHINE, SheetResult
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

_ON_TEAM = {"recuse", "date", "record", "pass", "demand"}
ACTS: dict[str, Act] = {
    "date": Act(
        commands.set_day,
        gettext_noop("定期后告知被检查单位；同一单位的联合检查同日进行。"),
        gettext_noop("检查日期已定"),
        DayForm,
        "plain",
    ),
    "recuse": Act(
        commands.recuse,
        gettext_noop("回避后由抽取次序中的下一人接替。"),
        gettext_noop("已回避，由下一人接替"),
        RecuseForm,
        "danger",
    ),
    "record": Act(
        commands.record_visit,
        gettext_noop("填写后由另一名检查人员会签。"),
        gettext_noop("检查记录已填写，等待会签"),
        RecordForm,
    ),
    "pass": Act(
        commands.sign_sound, gettext_noop("会签后本次检查办结，结果随计划公布。"), gettext_noop("已会签：未发现问题")
    ),
    "demand": Act(
        commands.demand,
        gettext_noop("会签后要求送达被检查单位，整改期限开始计算。"),
        gettext_noop("已责令整改"),
        DemandForm,
        "danger",
    ),
    "report": Act(commands.report, gettext_noop("报送后由科技局验收。"), gettext_noop("整改情况已报送"), ReportForm),
    "accept": Act(commands.accept, gettext_noop("整改合格，检查办结。"), gettext_noop("整改合格"), VisitTextForm),
    "again": Act(
        commands.again,
        gettext_noop("整改期限重新计算。"),
        gettext_noop("已要求继续整改"),
        VisitTextForm,
        "danger",
    ),
}


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.visits(actor_of(request)))
    context = {"page": page, "machine": VISIT_MACHINE, "clocks": queries.clocks_of(list(page), on=clock.today())}
    return render(request, "supervision/visits.html", context)


@login_required
@require_safe
def visit(request: HttpRequest, visit_id: str) -> HttpResponse:
    return _page(request, visit_id)


@login_required
@require_POST
def act(request: HttpRequest, visit_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    sheet = queries.visit_sheet(actor, visit_id, on=clock.today())
    form = _form(action, sheet, request)
    tried = attempt(form, lambda: wanted.call(actor, visit_id=visit_id, now=clock.now(), **given_by(form)))
    if not tried.done:
        return _page(request, visit_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("supervision:visit", visit_id)


def _form(action: str, sheet: VisitSheet, request: HttpRequest | None = None) -> Form:
    data = (request.POST, request.FILES) if request else ()
    if action == "record":
        return RecordForm(*data, sheets=[(one.id, one.number) for one in sheet.sheets])
    return ACTS[action].form(*data)


def _page(
    request: HttpRequest, visit_id: str, *, failed: Form | None = None, action: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    sheet = queries.visit_sheet(actor_of(request), visit_id, on=clock.today())
    moves = [move for move in sheet.moves if sheet.mine or move.action not in _ON_TEAM]
    context = {
        "sheet": sheet,
        "row": sheet.visit,
        "machine": VISIT_MACHINE,
        "plan_machine": PLAN_MACHINE,
        "acts": offered(moves, ACTS, lambda name: _form(name, sheet), failed=failed, action=action),
        "failed": failed,
        "results": RESULT_LABELS,
        "opens": bool(sheet.visit.signed_by)
        and queries.may_open(actor_of(request), sheet.visit.region)
        and any(one.result == SheetResult.FAULTY for one in sheet.sheets),
    }
    return render(request, "supervision/visit.html", context, status=status)
