"""Spot checks (抽查): plans, one plan with its draw and results, the roster of inspectors."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.draw import SEED_PATTERN
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import region_name
from kechuang.supervision import commands, queries
from kechuang.supervision.forms.cases import ReasonForm
from kechuang.supervision.forms.checks import InspectorForm, InterestForm, PlanForm, PlanListForm, SeedForm, last_half
from kechuang.supervision.pages.acting import Act, given_by, offered
from kechuang.supervision.states.checks import (
    FILES,
    INTEREST_LABELS,
    PLAN_MACHINE,
    VISIT_MACHINE,
    InterestKind,
)
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

ACTS: dict[str, Act] = {
    "fix": Act(
        commands.fix,
        gettext_noop(
            "冻结后名录、权重、检查人员和回避关系不再改变，其摘要记入存证日志；种子公布之前谁也不知道会抽到谁。"
        ),
        gettext_noop("名录已冻结，摘要已记入存证日志"),
    ),
    "draw": Act(
        commands.draw,
        gettext_noop("按公布的结果抽取对象和检查人员，有利害关系的、经办过的自动回避；编制计划的人不能抽取。"),
        gettext_noop("已抽取对象和检查人员"),
        SeedForm,
    ),
    "publish": Act(
        commands.publish,
        gettext_noop("各家的结果按县公示，名录（未抽中的只有编码）和抽取结果的文件同时公开，任何人都能重抽核对。"),
        gettext_noop("抽查结果已公布"),
    ),
    "withdraw": Act(
        commands.withdraw_plan,
        gettext_noop("撤回后不再抽取，名录和理由留存。"),
        gettext_noop("抽查计划已撤回"),
        ReasonForm,
        "danger",
    ),
}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The offices' plans; for everybody else what was published."""
    actor, form = actor_of(request), PlanListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.plans(actor, state=chosen.get("state", "")))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, region_name(row.region)) for row in page],
        "machine": PLAN_MACHINE,
        "plans": bool(queries.planning_regions(actor, on=clock.today())),
        "rosters": queries.roster_regions(actor, on=clock.today()),
        "office": bool(actor.posts),
        "halves": queries.halves_shown(actor, on=clock.today()),
    }
    return render(request, "supervision/checks.html", context)


@login_required
def draft(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    regions = queries.planning_regions(actor, on=on)
    if not regions:
        raise NotVisible
    first, last = last_half(on)
    schemes = queries.schemes(regions, on=on)
    least = [least for _title, least in schemes.values()]
    initial = {"from_on": first, "last_on": last, "share": max(least, default=0) // 100}
    initial["seed_pattern"] = SEED_PATTERN
    form = PlanForm(request.POST or None, schemes=schemes, regions=regions, initial=initial)
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.draft_plan(
                actor,
                scheme=form.cleaned_data["scheme"],
                region=form.cleaned_data["region"],
                draft=form.draft(),
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("抽查计划已编制，核对后冻结名录"))
            return redirect("supervision:plan", tried.value.id)
        status = HTTPStatus(tried.status)
    return render(request, "supervision/draft.html", {"form": form}, status=status)


@require_safe
def plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    return _page(request, plan_id)


@login_required
@require_POST
def act(request: HttpRequest, plan_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    queries.office_plan(actor, plan_id)
    form = wanted.form(request.POST)
    tried = attempt(form, lambda: wanted.call(actor, plan_id=plan_id, now=clock.now(), **given_by(form)))
    if not tried.done:
        return _page(request, plan_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("supervision:plan", plan_id)


@require_safe
def file(request: HttpRequest, plan_id: str, file_kind: str) -> HttpResponse:
    """A published file as anyone checks it: `kechuang-verify draw`."""
    if file_kind not in FILES:
        raise Http404
    number, text = queries.file_text(actor_of(request), plan_id, file_kind)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{number}-{file_kind}.json"'
    return answer


def _page(
    request: HttpRequest, plan_id: str, *, failed: Form | None = None, action: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    sheet = queries.plan_sheet(actor_of(request), plan_id)
    context = {
        "sheet": sheet,
        "row": sheet.plan,
        "machine": PLAN_MACHINE,
        "visit_machine": VISIT_MACHINE,
        "acts": offered(sheet.moves, ACTS, lambda name: ACTS[name].form(), failed=failed, action=action),
        "failed": failed,
        "files": [(kind, FILES[kind]) for kind in sheet.files],
    }
    return render(request, "supervision/plan.html", context, status=status)


@login_required
def roster(request: HttpRequest, office_code: str) -> HttpResponse:
    """检查人员名录 of one office: who can be drawn, and what keeps each from whom."""
    actor, on = actor_of(request), clock.today()
    if office_code not in dict(queries.roster_regions(actor, on=on)):
        raise NotVisible
    form = InspectorForm(request.POST or None, people=queries.office_people(office_code, on=on))
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.add_inspector(
                actor, region=office_code, person_id=form.cleaned_data["person_id"], now=clock.now()
            ),
        )
        if tried.done:
            messages.success(request, _("已列入检查人员名录"))
            return redirect("supervision:roster", office_code)
        status = HTTPStatus(tried.status)
    context = {
        "form": form,
        "rows": queries.roster_rows(office_code, on=on),
        "place": region_name(office_code),
        "office_code": office_code,
        "kinds": INTEREST_LABELS,
    }
    return render(request, "supervision/roster.html", context, status=status)


@login_required
def inspector(request: HttpRequest, inspector_id: str) -> HttpResponse:
    """One inspector's interests, and a new one."""
    actor, on = actor_of(request), clock.today()
    row = queries.inspector_row(actor, inspector_id, on=on)
    form, status = InterestForm(request.POST or None), HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.declare_interest(
                actor,
                inspector_id=inspector_id,
                credit_code=form.cleaned_data["credit_code"],
                kind=InterestKind(form.cleaned_data["kind"]),
                until_on=form.cleaned_data["until_on"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("利害关系已申报，今后的抽取中自动回避"))
            return redirect("supervision:inspector", inspector_id)
        status = HTTPStatus(tried.status)
    context = {"form": form, "row": row, "kinds": INTEREST_LABELS, "place": region_name(row.inspector.region)}
    return render(request, "supervision/inspector.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, inspector_id: str) -> HttpResponse:
    """Takes somebody off the roster."""
    row = commands.remove_inspector(actor_of(request), inspector_id=inspector_id, now=clock.now())
    messages.success(request, _("已移出检查人员名录"))
    return redirect("supervision:roster", row.region)
