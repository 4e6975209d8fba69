"""One search box for everything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from kechuang.portal.forms import OfferFilter
from kechuang.portal.queries import search as queries
from kechuang.portal.states import SEARCH_PAGE_ROWS
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, page_of


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Offers, providers and notices by words; a number of a record leads straight to it."""
    actor, words = actor_of(request), request.GET.get("q", "").strip()
    if url := queries.by_number(actor, words):
        return redirect(url)
    form = OfferFilter(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    chosen.pop("q", None)
    found = queries.search(actor, words, on=clock.today(), **chosen)
    page = page_of(request, found.offers, size=SEARCH_PAGE_ROWS)
    prices = queries.prices(actor, page.object_list, on=clock.today())
    shown = {"found": found, "page": page, "prices": prices, "words": words, "form": form}
    return render(request, "portal/search.html", shown)
