"""The page of the opening (期初导入): tables to fill in, a dry run with its report, what was brought in and can be undone."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.claims import commands, queries
from kechuang.claims.forms import OpeningForm
from kechuang.claims.states import OPENING_LABELS, OPENING_MACHINE, OpeningKind
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import region_name
from kechuang.ui import clock, words
from kechuang.ui.requests import actor_of, attempt, page_of

_MEDIA = {"csv": Media.CSV, "xlsx": Media.XLSX}


@login_required
def opening(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not actor.regions(*queries.MAY_SEE):
        raise NotVisible
    if request.method != "POST":
        return _page(request, _form(actor))
    form = _form(actor, request.POST, request.FILES)
    dry_run = "dry_run" in request.POST
    tried = attempt(form, lambda: _brought(actor, form, dry_run=dry_run))
    if not tried.done:
        return _page(request, form, status=tried.status)
    if tried.value.opening is None:
        return _page(request, form, report=tried.value, dry_run=dry_run)
    messages.success(request, _("已导入 %(count)s 行") % {"count": tried.value.rows_count})
    return redirect("claims:opening")


def _brought(actor: Actor, form: OpeningForm, *, dry_run: bool) -> commands.BroughtIn:
    given = dict(form.cleaned_data)
    file = given.pop("file")
    return commands.bring_opening(actor, name=file.name, content=file.read(), dry_run=dry_run, now=clock.now(), **given)


def _form(actor: Actor, *given: Any) -> OpeningForm:
    regions = sorted(actor.regions(Role.BUDGET_AUTHOR))
    schemes = queries.opening_schemes(regions, on=clock.today())
    return OpeningForm(*given, regions={code: region_name(code) for code in regions}, schemes=schemes)


def _page(request: HttpRequest, form: OpeningForm, *, status: int = 200, **found: Any) -> HttpResponse:
    actor = actor_of(request)
    report = found.get("report")
    faults = [
        (fault.row, fault.column, words.refusal_text(fault.refusal) if fault.refusal else _(fault.text))
        for fault in (report.faults if report else ())
    ]
    context = {
        "form": form,
        "brings": actor.holds(Role.BUDGET_AUTHOR),
        "kinds": [(str(kind), label) for kind, label in OPENING_LABELS.items()],
        "labels": {str(kind): label for kind, label in OPENING_LABELS.items()},
        "page": page_of(request, queries.openings(actor)),
        "machine": OPENING_MACHINE,
        "faults": faults,
        **found,
    }
    return render(request, "claims/opening.html", context, status=status)


@login_required
def template(request: HttpRequest, kind: str, media: str) -> HttpResponse:
    if kind not in set(OpeningKind) or media not in _MEDIA:
        raise Http404
    name, content = queries.opening_template(OpeningKind(kind), _MEDIA[media])
    response = HttpResponse(content, content_type=str(_MEDIA[media]))
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@require_POST
@login_required
def undo(request: HttpRequest, opening_id: str) -> HttpResponse:
    commands.undo_opening(actor_of(request), opening_id=opening_id, now=clock.now())
    messages.success(request, _("已冲销，所导入的内容已全部退回"))
    return redirect("claims:opening")
