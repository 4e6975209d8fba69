"""A provider's own carrier: what it is, its opening rules, its people, its income split."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kechuang.catalog import commands, queries
from kechuang.catalog.forms.carriers import (
    CarrierEditForm,
    OpeningForm,
    ShareRows,
    SharingForm,
    StaffEditForm,
    StaffForm,
    shares_of,
)
from kechuang.catalog.rules import read_shares
from kechuang.catalog.states import CARRIER_LABELS, SHARE_LABELS, STAFF_MAX, TITLE_LABELS
from kechuang.parties.queries import members
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt

LABELS: dict[str, Any] = {
    "kinds": {str(code): label for code, label in CARRIER_LABELS.items()},
    "titles": {str(code): label for code, label in TITLE_LABELS.items()},
    "share_labels": {str(code): label for code, label in SHARE_LABELS.items()},
}


@login_required
def carrier(request: HttpRequest, carrier_id: str) -> HttpResponse:
    """Everything of a carrier; its provider finds the way to change each part."""
    sheet = queries.carrier_sheet(actor_of(request), carrier_id, on=clock.today())
    shown = sheet.staff[:STAFF_MAX]
    context = {"sheet": sheet, "row": sheet.carrier, "staff": shown, "sharing": _shares(sheet), **LABELS}
    return render(request, "catalog/carrier.html", context)


def _shares(sheet: queries.CarrierSheet) -> list[tuple[Any, Any]]:
    people = {one.id: one.name for one in sheet.staff}
    if sheet.sharing is None:
        return []
    return [(one, people.get(one.staff_id, one.name)) for one in read_shares(sheet.sharing.shares)]


@login_required
def edit_carrier(request: HttpRequest, carrier_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.carrier(actor, carrier_id)
    initial = {name: getattr(row, name) for name in ("name", "kind", "department", "address", "code")}
    form = CarrierEditForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.edit_carrier(actor, carrier_id=carrier_id, now=clock.now(), **form.given())
        )
        if tried.done:
            messages.success(request, _("已保存"))
            return redirect("catalog:carrier", carrier_id)
        status = tried.status
    context = {"form": form, "row": row, "heading": _("修改载体信息"), "button": _("保存载体信息")}
    return render(request, "catalog/carrier_form.html", context, status=status)


@login_required
def opening(request: HttpRequest, carrier_id: str) -> HttpResponse:
    """Another version of the opening rules, beginning with the one in force."""
    actor, on = actor_of(request), clock.today()
    row, before = queries.carrier(actor, carrier_id), queries.opening(carrier_id, on=on)
    initial: dict[str, Any] = {"valid_from": on}
    if before is not None:
        initial |= {name: getattr(before, name) for name in OpeningForm.base_fields if hasattr(before, name)}
        initial |= {"latitude": before.latitude_e6, "longitude": before.longitude_e6, "valid_from": on}
    form = OpeningForm(request.POST or None, request.FILES or None, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.set_opening(actor, carrier_id=carrier_id, now=clock.now(), **form.given())
        )
        if tried.done:
            messages.success(request, _("开放制度已公布"))
            return redirect("catalog:carrier", carrier_id)
        status = tried.status
    context = {"form": form, "row": row, "heading": _("开放制度"), "button": _("公布开放制度"), "files": True}
    return render(request, "catalog/carrier_form.html", context, status=status)


@login_required
def new_staff(request: HttpRequest, carrier_id: str) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    row = queries.carrier(actor, carrier_id)
    people = {one.person_id: one.person.name for one in members(actor, row.party_id, on=on)}
    form = StaffForm(
        request.POST or None,
        initial={"valid_from": on},
        people=people,
        offers=queries.own_offer_names(actor, carrier_id),
    )
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.add_staff(actor, carrier_id=carrier_id, now=clock.now(), **form.given()))
        if tried.done:
            messages.success(request, _("已登记技术人员"))
            return redirect("catalog:carrier", carrier_id)
        status = tried.status
    context = {"form": form, "row": row, "heading": _("登记技术人员"), "button": _("登记技术人员")}
    return render(request, "catalog/carrier_form.html", context, status=status)


@login_required
def edit_staff(request: HttpRequest, staff_id: str) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    one = queries.own_staff(actor, staff_id, on=on)
    row = queries.carrier(actor, one.carrier_id)
    initial = {name: getattr(one, name) for name in ("title", "post", "published", "operates", "valid_until")}
    offers = queries.own_offer_names(actor, one.carrier_id)
    form = StaffEditForm(request.POST or None, initial=initial, people={}, offers=offers)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.edit_staff(actor, staff_id=staff_id, now=clock.now(), **form.given()))
        if tried.done:
            messages.success(request, _("已保存"))
            return redirect("catalog:carrier", one.carrier_id)
        status = tried.status
    context = {"form": form, "row": row, "heading": one.name, "button": _("保存人员信息")}
    return render(request, "catalog/carrier_form.html", context, status=status)


@login_required
def sharing(request: HttpRequest, carrier_id: str) -> HttpResponse:
    """Files the next version of sharing rules and income split, beginning with the one in force or the pack's example."""
    actor, on = actor_of(request), clock.today()
    queries.carrier(actor, carrier_id)
    sheet = queries.carrier_sheet(actor, carrier_id, on=on)
    terms = queries.sharing_terms(sheet.carrier.region, on=on)
    filed = sheet.sharing
    shares = read_shares(filed.shares) if filed else terms.terms.split_suggestion if terms else ()
    initial = {"valid_from": on}
    if filed is not None:
        initial |= {name: getattr(filed, name) for name in ("title", "text", "document_number")}
    form = SharingForm(request.POST or None, request.FILES or None, initial=initial)
    people = {one.id: one.name for one in sheet.staff}
    rows = ShareRows(request.POST or None, initial=shares_of(shares), prefix="rows", form_kwargs={"people": people})
    status = 200
    if request.method == "POST":
        status = 422
        if rows.is_valid():
            given = [share for one in rows if (share := one.share()) is not None]
            tried = attempt(
                form,
                lambda: commands.file_sharing(
                    actor, carrier_id=carrier_id, shares=given, now=clock.now(), **form.given()
                ),
            )
            if tried.done:
                messages.success(request, _("收入分配办法已备案"))
                return redirect("catalog:carrier", carrier_id)
            status = tried.status
    context = {
        "form": form,
        "rows": rows,
        "row": sheet.carrier,
        "filed": sheet.sharings,
        "suggestion": terms.record["params"]["split_suggestion"] if terms else None,
        **LABELS,
    }
    return render(request, "catalog/sharing.html", context, status=status)
