"""资金去向: the yuan's way from the county's release to the provider's bank."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kechuang.audit.queries import open_tasks
from kechuang.kernel.actor import Role
from kechuang.portal.queries import acts, records
from kechuang.portal.queries import money as queries
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, page_of


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All money that the actor may follow, and where it lies; a number leads to its way. The public reads totals."""
    actor, number = actor_of(request), request.GET.get("number", "").strip()
    if not (actor.party_id or actor.posts):
        return render(request, "portal/money_public.html", {"rows": queries.published()})
    if number and (found := records.find(actor, number.upper())):
        return redirect("portal:money_way", found.subject_id)
    asked = {name: request.GET.get(name, "") for name in ("county", "lies")}
    view = queries.overview(actor, on=clock.today(), **asked)
    context = {"view": view, "page": page_of(request, view.orders), "number": number}
    context["needs_task"] = actor.holds(Role.AUDITOR) and not open_tasks(actor).exists()
    return render(request, "portal/money.html", context)


@login_required
@require_GET
def way(request: HttpRequest, subject_id: str) -> HttpResponse:
    actor = actor_of(request)
    found = queries.way(actor, subject_id)
    may_nudge = bool(actor.party_id) and records.may_nudge(actor, subject_id, on=clock.today())
    return render(request, "portal/money_way.html", {"way": found, "may_nudge": may_nudge})


@login_required
@require_GET
def event(request: HttpRequest, subject_id: str, event_id: str) -> HttpResponse:
    """One station of the way: its act, its article, its proof."""
    found = acts.act(actor_of(request), subject_id=subject_id, event_id=event_id)
    context = {"act": found, "subject_id": subject_id, "follows": records.follows(subject_id)}
    return render(request, "portal/act.html", context)
