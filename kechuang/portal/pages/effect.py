"""年度服务成效: the yearly report of a carrier for the national network, on the page, as workbook and as JSON."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kechuang.documents.rules import write_book
from kechuang.documents.states import Media
from kechuang.portal.formats.effect import as_json, sheets
from kechuang.portal.forms import EffectForm
from kechuang.portal.queries.effect import year_effect
from kechuang.portal.states import EFFECT_YEARS, LIST_SHOWN
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

JSON_MEDIA = "application/json; charset=utf-8"


@require_GET
@login_required
def effect(request: HttpRequest, carrier_id: str, media: str = "") -> HttpResponse:
    """The report of one carrier and year; `media` is xlsx or json, or the page."""
    this_year = clock.today().year
    years = [this_year - back for back in range(EFFECT_YEARS)]
    form = EffectForm(request.GET or None, years=years, initial={"year": str(this_year)})
    said = form.chosen() if form.is_bound else {}
    found = year_effect(actor_of(request), carrier_id, year=int(said.get("year") or this_year), on=clock.today())
    typed = {"platform_url": said.get("platform_url", ""), "platform_year": said.get("platform_year", "")}
    if not media:
        context = {"found": found, "form": form, "shown": found.paid[:LIST_SHOWN], "query": request.GET.urlencode()}
        return render(request, "portal/effect.html", context)
    name = _("年度服务成效-{name}-{year}").format(name=found.carrier_name, year=found.year)
    if media == "json":
        content = json.dumps(as_json(found, **typed), ensure_ascii=False, indent=1).encode()
        return _file(f"{name}.json", content, JSON_MEDIA)
    return _file(f"{name}.xlsx", write_book(sheets(found, **typed)), str(Media.XLSX))


def _file(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
