"""The provider's own pages of the catalogue: carriers, services and instruments, prices, files.

What the public and enterprises see stands in portal and orders.
"""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.catalog import commands, queries
from kechuang.catalog.forms import (
    CarrierForm,
    FirstDayForm,
    ImportForm,
    OfferForm,
    OwnForm,
    PriceRows,
    rows_of,
)
from kechuang.catalog.states import (
    CARRIER_LABELS,
    GROUP_LABELS,
    IMPORTS_SHOWN,
    ITEM_LABELS,
    OFFER_KIND_LABELS,
    OFFER_MACHINE,
    SERVICE_LABELS,
    UNIT_LABELS,
    OfferKind,
    PriceGroup,
)
from kechuang.parties.queries import units_of
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

BLANKS = {"instruments": OfferKind.INSTRUMENT, "services": OfferKind.SERVICE}
ACTS = {"open": commands.open_offer, "pause": commands.pause_offer, "close": commands.close_offer}


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = OwnForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.own_offers(actor, state=chosen.get("state", ""), text=chosen.get("q", "")))
    context = {
        "form": form,
        "page": page,
        "machine": OFFER_MACHINE,
        "kinds": _plain(OFFER_KIND_LABELS),
        "classes": _plain(SERVICE_LABELS),
        "priced": queries.price_lists([row.id for row in page], on=clock.today(), group=PriceGroup.ALL),
    }
    return render(request, "catalog/mine.html", context)


@login_required
def carriers(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = CarrierForm(request.POST or None, units=units_of(actor.party_id))
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.add_carrier(actor, **_carrier(form, actor.party_id), now=clock.now()))
        if tried.done:
            messages.success(request, _("已登记创新载体"))
            return redirect("catalog:carriers")
        status = tried.status
    context = {
        "form": form,
        "rows": queries.own_carriers(actor),
        "kinds": _plain(CARRIER_LABELS),
        "imports": queries.imports_of(actor)[:IMPORTS_SHOWN],
    }
    return render(request, "catalog/carriers.html", context, status=status)


def _carrier(form: CarrierForm, party_id: str) -> dict[str, Any]:
    given = {name: value for name, value in form.cleaned_data.items() if name != "unit"}
    return given | {"party_id": party_id, "unit_id": form.cleaned_data.get("unit", "")}


@login_required
def new_offer(request: HttpRequest, carrier_id: str) -> HttpResponse:
    actor = actor_of(request)
    carrier = queries.carrier(actor, carrier_id)
    form = OfferForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.add_offer(actor, carrier_id=carrier_id, now=clock.now(), **form.cleaned_data)
        )
        if tried.done:
            messages.success(request, _("已保存，请填写收费标准后上架"))
            return redirect("catalog:prices", tried.value.id)
        status = tried.status
    return render(request, "catalog/edit.html", {"form": form, "carrier": carrier}, status=status)


@login_required
def offer(request: HttpRequest, offer_id: str) -> HttpResponse:
    sheet = queries.offer_sheet(actor_of(request), offer_id, on=clock.today())
    return render(request, "catalog/offer.html", _offer_context(sheet))


def _offer_context(sheet: queries.OfferSheet) -> dict[str, Any]:
    return {
        "sheet": sheet,
        "row": sheet.offer,
        "machine": OFFER_MACHINE,
        "actions": {move.action for move in sheet.moves},
        "kinds": _plain(OFFER_KIND_LABELS),
        "classes": _plain(SERVICE_LABELS),
        "items": _plain(ITEM_LABELS),
        "units": _plain(UNIT_LABELS),
        "groups": _plain(GROUP_LABELS),
    }


@login_required
def edit(request: HttpRequest, offer_id: str) -> HttpResponse:
    actor = actor_of(request)
    card = queries.own_sheet(actor, offer_id, on=clock.today()).offer
    initial = {name: getattr(card, name) for name in ("kind", "name", "service_class", "content", "process")}
    form = OfferForm(request.POST or None, initial=initial)
    for fixed in ("kind", "inner_number"):
        del form.fields[fixed]
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.edit_offer(actor, offer_id=offer_id, now=clock.now(), **form.cleaned_data)
        )
        if tried.done:
            messages.success(request, _("已保存"))
            return redirect("catalog:offer", offer_id)
        status = tried.status
    return render(request, "catalog/edit.html", {"form": form, "offer": card}, status=status)


@login_required
def prices(request: HttpRequest, offer_id: str) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    sheet = queries.own_sheet(actor, offer_id, on=on)
    form = FirstDayForm(request.POST or None, initial={"valid_from": on})
    rows = PriceRows(request.POST or None, initial=rows_of(sheet.lines), prefix="rows")
    status = 200
    if request.method == "POST":
        status = 422
        if rows.is_valid():
            lines = [line for one in rows if (line := one.line()) is not None]
            tried = attempt(
                form,
                lambda: commands.set_prices(
                    actor, offer_id=offer_id, lines=lines, valid_from=form.cleaned_data["valid_from"], now=clock.now()
                ),
            )
            if tried.done:
                messages.success(request, _("收费标准已保存"))
                return redirect("catalog:offer", offer_id)
            status = tried.status
    context = _offer_context(sheet) | {"form": form, "rows": rows, "history": queries.price_history(offer_id)}
    return render(request, "catalog/prices.html", context, status=status)


@require_POST
@login_required
def act(request: HttpRequest, offer_id: str, action: str) -> HttpResponse:
    if action not in ACTS:
        raise Http404
    ACTS[action](actor_of(request), offer_id=offer_id, now=clock.now())
    messages.success(request, _("已办理"))
    return redirect("catalog:offer", offer_id)


@login_required
def take_over(request: HttpRequest, carrier_id: str, kind: str) -> HttpResponse:
    if kind != "services":
        raise Http404
    actor = actor_of(request)
    carrier = queries.carrier(actor, carrier_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    report, status = None, 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.import_services(
                actor,
                carrier_id=carrier_id,
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(),
                dry_run=form.cleaned_data["dry_run"],
                now=clock.now(),
            ),
        )
        status = tried.status
        if tried.done:
            report = tried.value
            status = 200 if report.done else 422
    context = {"form": form, "carrier": carrier, "kind": kind, "report": report}
    return render(request, "catalog/import.html", context, status=status)


@login_required
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in BLANKS:
        raise Http404
    name, content, media = queries.blank(BLANKS[kind])
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _plain(labels: Any) -> dict[str, str]:
    """Labels by text, as templates look them up."""
    return {str(code): label for code, label in labels.items()}
