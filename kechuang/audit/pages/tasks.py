"""Pages of audit tasks: the list, a new one, one with all that hangs on it, its looks, and what offices learn of looks."""

from datetime import timedelta
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.audit import commands, queries
from kechuang.audit.forms import TaskForm, TextForm
from kechuang.audit.states import CURRENT_TASK, RESULT_LABELS, SAMPLE_MACHINE, SHEET_MACHINE, TASK_MACHINE
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import person_names, region_name
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

MACHINES = {"task": TASK_MACHINE, "sample": SAMPLE_MACHINE, "sheet": SHEET_MACHINE, "results": RESULT_LABELS}


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not queries.regions_to_audit(actor, on=clock.today()):
        raise NotVisible
    page = page_of(request, queries.tasks(actor))
    context = {
        "page": page,
        "rows": queries.task_rows(list(page)),
        "machine": TASK_MACHINE,
        "current": request.session.get(CURRENT_TASK, ""),
    }
    return render(request, "audit/tasks.html", context)


@login_required
def new_task(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    held = queries.regions_to_audit(actor, on=clock.today())
    if not held:
        raise NotVisible
    office = request.POST.get("office") or request.GET.get("office") or next(iter(held))
    if office not in held:
        raise NotVisible
    form = TaskForm(
        request.POST or None,
        regions=held[office],
        initial={"regions": list(held[office]) if len(held[office]) == 1 else []},
    )
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(form, lambda: commands.open_task(actor, office=office, **form.cleaned_data, now=clock.now()))
        if tried.done:
            request.session[CURRENT_TASK] = tried.value.id
            messages.success(request, _("已立审计任务；此后在范围内的每一次查阅都记在这个文号下"))
            return redirect("audit:task", tried.value.id)
        status = HTTPStatus(tried.status)
    context = {"form": form, "office": office, "offices": {code: region_name(code) for code in held}}
    return render(request, "audit/new_task.html", context, status=status)


@login_required
@require_safe
def task(request: HttpRequest, task_id: str) -> HttpResponse:
    sheet = queries.task_sheet(actor_of(request), task_id)
    context = {
        "sheet": sheet,
        "task": sheet.task,
        "last_on": sheet.task.until_on - timedelta(days=1),
        "may": {move.action for move in sheet.open_moves},
        "form": TextForm(),
        "is_current": request.session.get(CURRENT_TASK, "") == task_id,
        "people": person_names({event.person_id for event in sheet.events}),
        "machine": TASK_MACHINE,
        "sample": SAMPLE_MACHINE,
    }
    return render(request, "audit/task.html", context)


@require_POST
@login_required
def use_task(request: HttpRequest, task_id: str) -> HttpResponse:
    """For which of several tasks one looks from now on."""
    found = queries.task(actor_of(request), task_id)
    request.session[CURRENT_TASK] = found.id
    messages.success(request, _("此后的查阅优先记在 %(document)s 下") % {"document": found.document})
    return redirect("audit:task", found.id)


@require_POST
@login_required
def close_task(request: HttpRequest, task_id: str) -> HttpResponse:
    form = TextForm(request.POST)
    queries.task(actor_of(request), task_id)
    tried = attempt(
        form,
        lambda: commands.close_task(
            actor_of(request), task_id=task_id, conclusion=form.cleaned_data["text"], now=clock.now()
        ),
    )
    if tried.done:
        messages.success(request, _("审计任务已办结，不能再以它查阅"))
    else:
        messages.error(request, " ".join(line.text for line in form.error_lines()))
    return redirect("audit:task", task_id)


@login_required
@require_safe
def looks(request: HttpRequest, task_id: str) -> HttpResponse:
    """查阅记录 of one task, for its own office."""
    actor = actor_of(request)
    found = queries.task(actor, task_id)
    page = page_of(request, queries.looks_of(actor, task_id=task_id))
    names = person_names({look.by_person for look in page})
    rows = queries.look_rows(list(page), names=names)
    return render(request, "audit/looks.html", {"task": found, "page": page, "rows": rows})


@login_required
@require_safe
def looked_at(request: HttpRequest) -> HttpResponse:
    """审计查阅情况: what offices learn of looks at their counties' records."""
    page = page_of(request, queries.looks_at(actor_of(request)))
    return render(request, "audit/looked_at.html", {"page": page, "rows": queries.look_rows(list(page))})
