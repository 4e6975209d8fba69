"""Public pages of carriers: the list, and one with everything it opens to others."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kechuang.catalog.states import CARRIER_LABELS, TITLE_LABELS
from kechuang.portal.forms import CarrierFilter
from kechuang.portal.queries import carriers as queries
from kechuang.portal.states import SEARCH_PAGE_ROWS
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, page_of

KINDS = {str(code): label for code, label in CARRIER_LABELS.items()}


@require_GET
def carriers(request: HttpRequest) -> HttpResponse:
    """Carriers by name, kind, place and department (载体名录)."""
    form = CarrierFilter(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.listed(**chosen))
    places = queries.region_names([row.region for row in page])
    return render(request, "portal/carriers.html", {"form": form, "page": page, "kinds": KINDS, "places": places})


@require_GET
def carrier(request: HttpRequest, carrier_id: str) -> HttpResponse:
    """What it is, what it opens and what I would pay, its opening rules, its people by title, how to reach it."""
    actor, on = actor_of(request), clock.today()
    found = queries.carrier_page(actor, carrier_id, on=on)
    page = page_of(request, queries.offers_of(carrier_id), size=SEARCH_PAGE_ROWS)
    context = {
        "found": found,
        "card": found.card,
        "opening": found.opening,
        "kind": KINDS[found.card.kind],
        "titles": [(TITLE_LABELS[title], count) for title, count in found.counts.items()],
        "title_labels": {str(title): label for title, label in TITLE_LABELS.items()},
        "page": page,
        "rows": queries.shown(actor, [row.id for row in page], on=on, now=clock.now()),
    }
    return render(request, "portal/carrier.html", context)
