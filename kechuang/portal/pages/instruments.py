"""Public pages of instruments (仪器公开页): one, and several side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kechuang.catalog.states import OPEN_MODE_LABELS, RUN_LABELS, SHARE_MODE_LABELS, UNIT_LABELS
from kechuang.portal.queries import instruments as queries
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

LABELS = {
    "modes": {str(code): label for code, label in OPEN_MODE_LABELS.items()},
    "runs": {str(code): label for code, label in RUN_LABELS.items()},
    "shares": {str(code): label for code, label in SHARE_MODE_LABELS.items()},
    "units": {str(code): label for code, label in UNIT_LABELS.items()},
}


@require_GET
def instrument(request: HttpRequest, offer_id: str) -> HttpResponse:
    """What it is, what it can do, what it costs me, when it is free, and the way to book it."""
    page = queries.instrument_page(actor_of(request), offer_id, on=clock.today(), now=clock.now())
    shown = {"page": page, "card": page.card, "class_line": queries.class_line(page.card), **LABELS}
    return render(request, "portal/instrument.html", shown)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Several instruments side by side."""
    rows = queries.compared(actor_of(request), request.GET.getlist("id"), on=clock.today(), now=clock.now())
    return render(request, "portal/compare.html", {"rows": rows, **LABELS})
