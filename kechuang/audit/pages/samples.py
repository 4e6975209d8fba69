"""Pages of samples and their working sheets."""

import json
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.audit import commands, queries
from kechuang.audit.forms import PlanForm, SheetForm, TextForm
from kechuang.audit.pages.tasks import MACHINES
from kechuang.audit.states import BY_LABELS, POPULATION_LABELS, RESULT_LABELS, SHEET_MACHINE
from kechuang.parties.queries import person_names
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt


@login_required
def new_sample(request: HttpRequest, task_id: str) -> HttpResponse:
    actor = actor_of(request)
    task = queries.task(actor, task_id)
    form = PlanForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.plan_sample(
                actor,
                task_id=task.id,
                title=form.cleaned_data["title"],
                plan=form.plan(),
                seed=form.cleaned_data["seed"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("方案和种子已写定；接着冻结总体"))
            return redirect("audit:sample", tried.value.id)
        status = HTTPStatus(tried.status)
    return render(request, "audit/new_sample.html", {"form": form, "task": task}, status=status)


@login_required
@require_safe
def sample(request: HttpRequest, sample_id: str) -> HttpResponse:
    sheet = queries.sample_sheet(actor_of(request), sample_id)
    context = {
        "sheet": sheet,
        "sample": sheet.sample,
        "task": sheet.sample.task,
        "by": [BY_LABELS[by] for by in sheet.plan.by],
        "population": POPULATION_LABELS[sheet.plan.population],
        "may": {move.action for move in sheet.open_moves},
        "form": TextForm(),
        "people": person_names({event.person_id for event in sheet.events}),
        "machines": MACHINES,
    }
    return render(request, "audit/sample.html", context)


@require_POST
@login_required
def freeze(request: HttpRequest, sample_id: str) -> HttpResponse:
    found = commands.freeze_frame(actor_of(request), sample_id=sample_id, now=clock.now())
    messages.success(request, _("总体 %(count)s 件已冻结，承诺摘要已入存证") % {"count": found.frame_count})
    return redirect("audit:sample", sample_id)


@require_POST
@login_required
def draw(request: HttpRequest, sample_id: str) -> HttpResponse:
    found = commands.draw_sample(actor_of(request), sample_id=sample_id, now=clock.now())
    messages.success(request, _("已抽取 %(count)s 件，每件一份工作底稿") % {"count": found.drawn_count})
    return redirect("audit:sample", sample_id)


@require_POST
@login_required
def conclude(request: HttpRequest, sample_id: str) -> HttpResponse:
    actor, form = actor_of(request), TextForm(request.POST)
    queries.sample(actor, sample_id)
    tried = attempt(
        form,
        lambda: commands.conclude_sample(
            actor, sample_id=sample_id, conclusion=form.cleaned_data["text"], now=clock.now()
        ),
    )
    if tried.done:
        messages.success(request, _("抽样结论已形成"))
    else:
        messages.error(request, " ".join(line.text for line in form.error_lines()))
    return redirect("audit:sample", sample_id)


@login_required
@require_safe
def published(request: HttpRequest, sample_id: str) -> HttpResponse:
    """The file from which anyone draws the sample again."""
    found = queries.sample(actor_of(request), sample_id)
    body = json.dumps(queries.published(found), ensure_ascii=False, indent=1, sort_keys=True)
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = content_disposition_header(True, f"{found.number}.json") or ""
    return answer


@login_required
def sheet(request: HttpRequest, sheet_id: str) -> HttpResponse:
    """One working sheet: the facts of the drawn claim, and what the auditor writes. Opening it is a look at the claim."""
    actor = actor_of(request)
    shown = queries.work_sheet(actor, sheet_id)
    written = {"result": shown.sheet.result, "findings": shown.sheet.findings}
    form = SheetForm(request.POST or None, initial=written)
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.write_sheet(
                actor,
                sheet_id=sheet_id,
                result=form.chosen_result,
                findings=form.cleaned_data["findings"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("工作底稿已保存"))
            if shown.next_id:
                return redirect("audit:sheet", shown.next_id)
            return redirect("audit:sample", shown.sheet.sample_id)
        status = HTTPStatus(tried.status)
    else:
        claim = queries.Subject(shown.claim.id, "claims.claim", shown.claim.number, shown.claim.region)
        given = {"task_id": shown.sheet.sample.task_id, "page": "audit:sheet", "action": "reread"}
        commands.look_at(actor, found=claim, now=clock.now(), **given)
    context = {"shown": shown, "sheet": shown.sheet, "claim": shown.claim, "form": form, "machine": SHEET_MACHINE}
    context["results"] = RESULT_LABELS
    context["may"] = {move.action for move in shown.open_moves}
    return render(request, "audit/sheet.html", context, status=status)
