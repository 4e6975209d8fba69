"""One search box for everything: results with what you pay and when it is free, counts beside them, what could be meant."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kechuang.catalog.states import INSTRUMENT_KINDS
from kechuang.kernel.text import gettext_noop
from kechuang.portal.forms import FindForm
from kechuang.portal.queries import finding
from kechuang.portal.queries import search as queries
from kechuang.portal.states import FACET_ROWS, SEARCH_PAGE_ROWS
from kechuang.search import commands as searches
from kechuang.search.states import Facet
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

INSTRUMENTS = {str(kind) for kind in INSTRUMENT_KINDS}
# How a facet is called in the address.
PARAMETERS = {
    Facet.KIND: "kind",
    Facet.CLASS: "cls",
    Facet.REGION: "region",
    Facet.CARRIER: "carrier",
    Facet.CARRIER_KIND: "carrier_kind",
    Facet.SHARE_MODE: "share",
    Facet.OPEN_MODE: "mode",
}
FACET_LABELS = {
    Facet.KIND: gettext_noop("类型"),
    Facet.CLASS: gettext_noop("仪器分类"),
    Facet.REGION: gettext_noop("地区"),
    Facet.CARRIER: gettext_noop("载体"),
    Facet.CARRIER_KIND: gettext_noop("载体类型"),
    Facet.SHARE_MODE: gettext_noop("共享方式"),
    Facet.OPEN_MODE: gettext_noop("开放方式"),
}


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Instruments, services, providers and notices by words; a number of a record leads straight to it."""
    actor, words = actor_of(request), request.GET.get("q", "").strip()
    if url := queries.by_number(actor, words):
        return redirect(url)
    form = FindForm(request.GET or None)
    wanted, on, now = form.wanted(), clock.today(), clock.now()
    number = _number(request)
    results = finding.results(
        actor, wanted, limit=SEARCH_PAGE_ROWS, offset=(number - 1) * SEARCH_PAGE_ROWS, on=on, now=now
    )
    page = Paginator(range(results.reachable), SEARCH_PAGE_ROWS).get_page(number)
    if page.number != number:
        offset = (page.number - 1) * SEARCH_PAGE_ROWS
        results = finding.results(actor, wanted, limit=SEARCH_PAGE_ROWS, offset=offset, on=on, now=now)
    context = {
        "results": results,
        "page": page,
        "words": words,
        "form": form,
        "beside": queries.beside(words, on=on) if words and page.number == 1 else None,
        "instruments": INSTRUMENTS,
        "query": request.GET.urlencode(),
        "may_save": bool(actor.person_id) and form.is_bound,
    }
    return render(request, "portal/search.html", context)


@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """The counts beside the results (loaded after them: exact counts read every result)."""
    wanted = FindForm(request.GET or None).wanted()
    found = finding.facets_named(finding.facets(wanted))
    groups = [
        {
            "label": FACET_LABELS[facet],
            "rows": [
                (label, count, _narrowed(request, facet, value), request.GET.get(PARAMETERS[facet]) == value)
                for value, label, count in values[:FACET_ROWS]
            ],
            "all": _narrowed(request, facet, "") if request.GET.get(PARAMETERS[facet]) else "",
        }
        for facet, values in found.items()
        if values
    ]
    return render(request, "portal/_counts.html", {"groups": groups})


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keeps what was asked for; new results are told by message."""
    form = FindForm(request.POST)
    wanted = form.wanted()
    path = f"{reverse('portal:search')}?{_kept(request)}"
    searches.save_search(actor_of(request), text=wanted.words, filters=wanted.filters(), path=path, now=clock.now())
    messages.success(request, _("已保存。有新的结果时会发消息告诉您"))
    return redirect("search:saved")


def _narrowed(request: HttpRequest, facet: Facet, value: str) -> str:
    """The address of the same search narrowed to one value of a facet, or widened again; from its first page."""
    given = request.GET.copy()
    given.pop("page", None)
    given[PARAMETERS[facet]] = value
    return f"{reverse('portal:search')}?{urlencode([(name, said) for name, said in given.items() if said])}"


def _number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "1")
    return max(int(typed), 1) if typed.isdecimal() else 1


def _kept(request: HttpRequest) -> str:
    """The address of the search, without its page and what a form adds."""
    names = FindForm.base_fields
    return urlencode([(name, value) for name, value in request.POST.items() if name in names and value])
