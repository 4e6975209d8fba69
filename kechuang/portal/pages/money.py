"""资金去向: the yuan's way from the county's release to the provider's bank."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kechuang.portal.queries import money as queries
from kechuang.portal.queries import search
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, page_of


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All money that the actor may follow, and where it lies; a number leads to its way."""
    actor, number = actor_of(request), request.GET.get("number", "").strip()
    if number and (subject := search.subject_by_number(actor, number)):
        return redirect("portal:money_way", subject)
    view = queries.overview(actor, on=clock.today())
    return render(request, "portal/money.html", {"view": view, "page": page_of(request, view.orders), "number": number})


@login_required
@require_GET
def way(request: HttpRequest, subject_id: str) -> HttpResponse:
    return render(request, "portal/money_way.html", {"way": queries.way(actor_of(request), subject_id)})
