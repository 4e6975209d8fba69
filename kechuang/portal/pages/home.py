"""The public home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kechuang.portal.queries import home as queries
from kechuang.ui import clock
from kechuang.ui.requests import actor_of


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What vouchers are, and what happens with them here. Who is signed in lands on what waits for them."""
    if actor_of(request).person_id and "public" not in request.GET:
        return redirect("portal:workbench")
    return render(request, "portal/home.html", {"home": queries.home(on=clock.today())})
