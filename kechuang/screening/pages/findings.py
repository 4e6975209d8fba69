"""Pages of findings: the queue, one finding with its graph, the rules."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.screening import commands, queries
from kechuang.screening.forms import ALL, ContestForm, DecisionForm, QueueForm
from kechuang.screening.rules import RULES
from kechuang.screening.states import CONTEST_MACHINE, FINDING_MACHINE, FindingState
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, back, page_of


@login_required
def findings(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not queries.sees_queue(actor):
        raise NotVisible
    form = QueueForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {"rule": "", "state": ""}
    state = "" if asked["state"] == ALL else asked["state"] or str(FindingState.OPEN)
    page = page_of(request, queries.open_findings(actor, rule=asked["rule"], state=state))
    context = {
        "form": form,
        "page": page,
        "rows": queries.rows_of(list(page)),
        "machine": FINDING_MACHINE,
        "brings_registers": queries.brings_registers(actor),
        "contests": list(queries.contests_open(actor)[: queries.QUEUE_MAX]),
    }
    return render(request, "screening/findings.html", context)


@login_required
def finding(request: HttpRequest, finding_id: str) -> HttpResponse:
    return _sheet(request, finding_id)


def _sheet(request: HttpRequest, finding_id: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.sheet(actor, finding_id)
    about = {sheet.finding.holder_party, sheet.finding.provider_party}
    context = {
        "sheet": sheet,
        "row": sheet.finding,
        "machine": FINDING_MACHINE,
        "contest_machine": CONTEST_MACHINE,
        "decision": DecisionForm(),
        "said": ContestForm(),
        "may_decide": sheet.finding.state == FindingState.OPEN and bool(sheet.open_moves),
        "may_contest": actor.party_id in about,
        "open_same": [one for one in sheet.same if one.state == FindingState.OPEN],
        "graph": sheet.graph,
        **forms,
    }
    return render(request, "screening/finding.html", context, status=status)


@require_POST
@login_required
def decide(request: HttpRequest, finding_id: str) -> HttpResponse:
    actor, form = actor_of(request), DecisionForm(request.POST)
    ids = [finding_id]
    if "together" in request.POST:
        ids += [one.id for one in queries.sheet(actor, finding_id).same if one.state == FindingState.OPEN]
    tried = attempt(
        form,
        lambda: commands.decide_many(
            actor,
            finding_ids=ids,
            outcome=form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        ),
    )
    if not tried.done:
        return _sheet(request, finding_id, decision=form, status=tried.status)
    messages.success(request, _("已记录核实结论（{count} 件）").format(count=len(tried.value)))
    return back(request, "screening:finding", finding_id)


@require_POST
@login_required
def contest(request: HttpRequest, finding_id: str) -> HttpResponse:
    actor, form = actor_of(request), ContestForm(request.POST)
    tried = attempt(
        form,
        lambda: commands.contest(actor, finding_id=finding_id, text=form.cleaned_data["text"], now=clock.now()),
    )
    if not tried.done:
        return _sheet(request, finding_id, said=form, status=tried.status)
    messages.success(request, _("申辩已提交，请等待答复"))
    return redirect("screening:contest", tried.value.id)


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """What each rule looks for: for the offices; how often it was right, over what they may see."""
    actor = actor_of(request)
    if not queries.sees_queue(actor):
        raise NotVisible
    hits = queries.hits_by_rule(actor)
    on = clock.today()
    place = queries.rules_place(actor, on=on)
    rows = [(rule, hits[code], queries.terms_of_rule(code, region=place, on=on)) for code, rule in RULES.items()]
    context = {"rows": rows, "decides": actor.holds(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER)}
    return render(request, "screening/rules.html", context)
