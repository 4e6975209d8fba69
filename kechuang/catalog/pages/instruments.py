"""The provider's instruments: the list, the sheet in sections, picture, status, customs papers."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.catalog import commands, queries
from kechuang.catalog.forms.instruments import (
    SECTIONS,
    ClearanceForm,
    InstrumentsForm,
    NewInstrumentForm,
    PictureForm,
    StatusForm,
)
from kechuang.catalog.states import (
    CLEARANCE_LABELS,
    OFFER_KIND_LABELS,
    OFFER_MACHINE,
    OPEN_MODE_LABELS,
    RUN_LABELS,
    SHARE_MODE_LABELS,
)
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

if TYPE_CHECKING:
    from kechuang.catalog.models import Offer

_OF_OFFER = ("name", "class_code", "content", "process")


@login_required
def instruments(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = InstrumentsForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.own_instruments(actor, state=chosen.get("state", ""), text=chosen.get("q", "")))
    context = {
        "form": form,
        "page": page,
        "machine": OFFER_MACHINE,
        "kinds": _plain(OFFER_KIND_LABELS),
        "runs": _plain(RUN_LABELS),
        "classes": {row.id: queries.class_name(row.class_code, row.instrument.class_version) for row in page},
        "carriers": queries.own_carriers(actor),
    }
    return render(request, "catalog/instruments.html", context)


@login_required
def new_instrument(request: HttpRequest, carrier_id: str) -> HttpResponse:
    actor = actor_of(request)
    carrier = queries.carrier(actor, carrier_id)
    form = NewInstrumentForm(request.POST or None)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: _add(request, form, carrier_id))
        if tried.done:
            messages.success(request, _("已登记，请接着填写其余各部分"))
            return redirect("catalog:instrument", tried.value.id)
        status = tried.status
    context = {"form": form, "carrier": carrier, "section": "basic", "sections": _sections()}
    return render(request, "catalog/instrument_form.html", context, status=status)


def _add(request: HttpRequest, form: NewInstrumentForm, carrier_id: str) -> "Offer":
    data = form.cleaned_data
    return commands.add_instrument(
        actor_of(request),
        carrier_id=carrier_id,
        kind=data["kind"],
        name=data["name"],
        inner_number=data["inner_number"],
        class_code=data["class_code"],
        values=form.values(),
        now=clock.now(),
    )


@login_required
def instrument(request: HttpRequest, offer_id: str) -> HttpResponse:
    row = queries.own_instrument(actor_of(request), offer_id)
    return render(request, "catalog/instrument.html", _context(request, row))


def _context(request: HttpRequest, row: "Offer", **more: Any) -> dict[str, Any]:
    sheet = queries.own_sheet(actor_of(request), row.id, on=clock.today())
    return {
        "row": row,
        "sheet": row.instrument,
        "card": queries.instrument_card(row.instrument, row),
        "machine": OFFER_MACHINE,
        "actions": {move.action for move in sheet.moves},
        "missing": sheet.missing,
        "reports": queries.reports_of(row.instrument.original_value_fen, on=clock.today()),
        "unreported": queries.missing_for_report(row),
        "events": sheet.events,
        "sections": _sections(),
        "kinds": _plain(OFFER_KIND_LABELS),
        "run_labels": _plain(RUN_LABELS),
        "modes": _plain(OPEN_MODE_LABELS),
        "shares": _plain(SHARE_MODE_LABELS),
        "clearance_labels": _plain(CLEARANCE_LABELS),
        "clearances": queries.clearances(row.id),
        "cleared": queries.customs_cleared(row.id, clock.today()),
        "status_form": StatusForm(initial={"status": row.instrument.run_status}),
        "picture_form": PictureForm(),
        "clearance_form": ClearanceForm(initial={"valid_from": clock.today()}),
    } | more


@login_required
def edit_section(request: HttpRequest, offer_id: str, section: str) -> HttpResponse:
    if section not in SECTIONS:
        raise Http404
    actor = actor_of(request)
    row = queries.own_instrument(actor, offer_id)
    form = SECTIONS[section][1](request.POST or None, initial=_initial(row, section))
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.describe(actor, offer_id=offer_id, values=form.values(), now=clock.now())
        )
        if tried.done:
            messages.success(request, _("已保存"))
            following = _following(section) if "next" in request.POST else ""
            return redirect("catalog:section", offer_id, following) if following else _to(offer_id)
        status = tried.status
    context = {
        "form": form,
        "row": row,
        "section": section,
        "sections": _sections(),
        "following": _following(section),
    }
    return render(request, "catalog/instrument_form.html", context, status=status)


def _initial(row: "Offer", section: str) -> dict[str, Any]:
    names = SECTIONS[section][1].base_fields
    return {name: getattr(row if name in _OF_OFFER else row.instrument, name) for name in names}


def _following(section: str) -> str:
    names = list(SECTIONS)
    return next(iter(names[names.index(section) + 1 :]), "")


def _sections() -> list[tuple[str, str]]:
    return [(name, label) for name, (label, _form) in SECTIONS.items()]


@require_POST
@login_required
def set_status(request: HttpRequest, offer_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.own_instrument(actor, offer_id)
    form = StatusForm(request.POST)
    tried = attempt(
        form,
        lambda: commands.set_status(actor, offer_id=offer_id, status=form.cleaned_data["status"], now=clock.now()),
    )
    return _answered(request, row, tried.done, tried.status, status_form=form)


@require_POST
@login_required
def set_picture(request: HttpRequest, offer_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.own_instrument(actor, offer_id)
    form = PictureForm(request.POST, request.FILES)

    def keep() -> "Offer":
        file = form.cleaned_data["picture"]
        upload = commands.Upload(file.name, file.read())
        return commands.set_picture(actor, offer_id=offer_id, picture=upload, now=clock.now())

    tried = attempt(form, keep)
    return _answered(request, row, tried.done, tried.status, picture_form=form)


@require_POST
@login_required
def clear_customs(request: HttpRequest, offer_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.own_instrument(actor, offer_id)
    form = ClearanceForm(request.POST, request.FILES)

    def clear() -> object:
        file = form.cleaned_data["paper"]
        paper = commands.Upload(file.name, file.read()) if file else None
        return commands.clear_customs(actor, offer_id=offer_id, paper=paper, now=clock.now(), **form.given())

    tried = attempt(form, clear)
    return _answered(request, row, tried.done, tried.status, clearance_form=form)


def _answered(request: HttpRequest, row: "Offer", done: bool, status: int, **forms: Any) -> HttpResponse:
    """Back to the sheet; with errors the sheet itself, so that what was typed stays."""
    if done:
        messages.success(request, _("已保存"))
        return _to(row.id)
    return render(request, "catalog/instrument.html", _context(request, row, **forms), status=status)


def _to(offer_id: str) -> HttpResponse:
    return redirect("catalog:instrument", offer_id)


@require_safe
def picture(request: HttpRequest, offer_id: str) -> HttpResponse:
    """The picture itself, for everybody who sees the instrument; its type was checked when it was kept."""
    opened = queries.picture(actor_of(request), offer_id)
    response = HttpResponse(opened.content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=300"
    return response


def _plain(labels: Any) -> dict[str, str]:
    """Labels by text, as templates look them up."""
    return {str(code): label for code, label in labels.items()}
