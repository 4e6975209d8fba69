"""Public pages: what there is, and how to use it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kechuang.portal.frame import site_map_groups
from kechuang.ui.requests import actor_of


@require_GET
def site_map(request: HttpRequest) -> HttpResponse:
    """Every page one can go to from anywhere, public ones first."""
    return render(request, "portal/site_map.html", {"groups": site_map_groups(actor_of(request))})


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/help.html")
