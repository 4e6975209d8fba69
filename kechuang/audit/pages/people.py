"""Pages that follow a person's decisions."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kechuang.audit import commands, queries
from kechuang.audit.forms import ActsForm
from kechuang.audit.states import KIND_LABELS, OTHER_KIND, PERSON
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, page_of


@login_required
@require_safe
def people(request: HttpRequest, task_id: str) -> HttpResponse:
    """Who decided within a task; the list is a look at the task's offices."""
    actor = actor_of(request)
    task = queries.task(actor, task_id)
    whole = queries.Subject(task.id, PERSON, "", task.region)
    commands.look_at(actor, task_id=task.id, found=whole, page="audit:people", now=clock.now())
    return render(request, "audit/people.html", {"task": task, "officers": queries.officers(task)})


@login_required
@require_safe
def person(request: HttpRequest, task_id: str, person_id: str) -> HttpResponse:
    """Every act of one officer within a task, filtered, with the pairs of reviewer and provider."""
    actor = actor_of(request)
    task = queries.task(actor, task_id)
    whole = queries.decisions(task, person_id)
    if whole is None:
        raise NotVisible
    form = ActsForm(request.GET or None, actions=whole.actions, regions=whole.places)
    asked = form.chosen() if form.is_bound else {}
    last_on = asked.get("last_on")
    shown = queries.decisions(
        task,
        person_id,
        action=asked.get("action", ""),
        region=asked.get("region", ""),
        since=asked.get("since"),
        until=last_on + timedelta(days=1) if last_on else None,
    )
    assert shown is not None
    found = queries.Subject(person_id, PERSON, "", queries.home_of(task, person_id))
    commands.look_at(actor, task_id=task.id, found=found, page="audit:person", now=clock.now())
    page = page_of(request, shown.events)
    context = {
        "task": task,
        "shown": shown,
        "form": form,
        "page": page,
        "pairs": queries.pairs(actor, task, person_id),
        "kinds": KIND_LABELS,
        "other": OTHER_KIND,
        "places": {event.region: region_name(event.region) for event in page},
    }
    return render(request, "audit/person.html", context)
