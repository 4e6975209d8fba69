"""Pages of evidence packs."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kechuang.audit import commands, queries
from kechuang.audit.forms import PackForm
from kechuang.audit.states import SampleState
from kechuang.parties.queries import person_names
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt

KIND = "audit.pack"


@login_required
def new_pack(request: HttpRequest, task_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.task_sheet(actor, task_id)
    drawn = [row.sample for row in sheet.samples if row.sample.state in (SampleState.DRAWN, SampleState.CONCLUDED)]
    form = PackForm(
        request.POST or None,
        samples=[(one.id, f"{one.number} {one.title}") for one in drawn],
        initial={"numbers": request.GET.get("number", ""), "sample": request.GET.get("sample", "")},
    )
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.freeze_pack(
                actor,
                task_id=task_id,
                title=form.cleaned_data["title"],
                numbers=form.listed(),
                sample_id=form.cleaned_data["sample"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("证据包已固化，摘要已入存证"))
            return redirect("audit:pack", tried.value.id)
        status = HTTPStatus(tried.status)
    return render(request, "audit/new_pack.html", {"form": form, "task": sheet.task}, status=status)


@login_required
@require_safe
def pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    found = queries.pack(actor_of(request), pack_id)
    maker = person_names([found.made_by]).get(found.made_by, "")
    return render(request, "audit/pack.html", {"pack": found, "task": found.task, "maker": maker})


@login_required
@require_safe
def download(request: HttpRequest, pack_id: str) -> HttpResponse:
    """The zip; taking it along is a look too, and stays open to the office when the task is closed."""
    actor = actor_of(request)
    found = queries.pack(actor, pack_id)
    subject = queries.Subject(found.id, KIND, found.number, found.region)
    given = {"task_id": found.task_id, "page": "audit:download", "action": "reread"}
    commands.look_at(actor, found=subject, now=clock.now(), **given)
    answer = HttpResponse(queries.pack_content(found), content_type="application/zip")
    answer["Content-Disposition"] = content_disposition_header(True, f"{found.number}.zip") or ""
    return answer
