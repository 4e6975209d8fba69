"""Records: the list, one with its versions, entering, correcting, voiding, whole tables."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.catalog.queries import carrier as own_carrier
from kechuang.catalog.queries import own_carriers, own_instruments
from kechuang.documents.rules import write_xlsx
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of
from kechuang.usage import commands, queries
from kechuang.usage.forms import ListForm, ReasonForm, RecordForm, TableForm
from kechuang.usage.rules import Draft
from kechuang.usage.states import (
    AUDIENCE_LABELS,
    BATCH_ROWS_MAX,
    CLIENT_LABELS,
    GRADE_LABELS,
    LIST_SHOWN,
    ORIGIN_LABELS,
    PURPOSE_LABELS,
    RATING_LABELS,
    RECORD_MACHINE,
    WAY_LABELS,
)

LABELS: dict[str, Any] = {
    "audiences": AUDIENCE_LABELS,
    "origins": ORIGIN_LABELS,
    "grades": GRADE_LABELS,
    "ways": WAY_LABELS,
    "purposes": PURPOSE_LABELS,
    "clients": CLIENT_LABELS,
    "ratings": RATING_LABELS,
}


def plain() -> dict[str, Any]:
    """Labels by text, as templates look them up."""
    return {name: {str(code): label for code, label in labels.items()} for name, labels in LABELS.items()}


@login_required
def records(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = ListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    rows = queries.listed(
        actor,
        text=chosen.get("q", ""),
        audience=chosen.get("audience", ""),
        origin=chosen.get("origin", ""),
        from_on=chosen.get("from_on"),
        until_on=chosen.get("until_on"),
    )
    if request.GET.get("format") == "xlsx":
        table = write_xlsx(queries.record_rows(actor, rows[:BATCH_ROWS_MAX]), sheet=_("服务记录"))
        return attachment(_("服务记录.xlsx"), table, str(Media.XLSX))
    page = page_of(request, rows, size=LIST_SHOWN)
    context = {
        "form": form,
        "page": page,
        "graded": queries.graded([row.id for row in page]),
        "carriers": own_carriers(actor) if actor.party_id else [],
        "machine": RECORD_MACHINE,
        "query": request.GET.urlencode(),
    }
    return render(request, "usage/records.html", context | plain())


@login_required
def record(request: HttpRequest, record_id: str) -> HttpResponse:
    return _record(request, record_id, ReasonForm(), 200)


def _record(request: HttpRequest, record_id: str, form: ReasonForm, status: int) -> HttpResponse:
    sheet = queries.record_sheet(actor_of(request), record_id)
    actions = {move.action for move in sheet.moves}
    context = {"sheet": sheet, "row": sheet.row, "machine": RECORD_MACHINE, "form": form, "actions": actions}
    return render(request, "usage/record.html", context | plain(), status=status)


@login_required
def new(request: HttpRequest, carrier_id: str) -> HttpResponse:
    actor = actor_of(request)
    house = own_carrier(actor, carrier_id)
    form = _form(actor, carrier_id, request.POST or None, initial={"operator_id": actor.person_id})
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.enter(actor, draft=Draft(carrier_id=carrier_id, **form.said()), now=clock.now())
        )
        if tried.done:
            messages.success(request, _("已登记服务记录"))
            return redirect("usage:record", tried.value.root_id)
        status = tried.status
    return render(request, "usage/new.html", {"form": form, "carrier": house}, status=status)


@login_required
def correct(request: HttpRequest, record_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.record_sheet(actor, record_id)
    house = own_carrier(actor, sheet.row.carrier_id)
    form = _form(actor, house.id, request.POST or None, initial=_initial(queries.draft_of(sheet.row)))
    reason = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and reason.is_valid():
            said = form.said() | {"client_id": "", "operator_name": ""}
            tried = attempt(
                form,
                lambda: commands.correct(
                    actor,
                    record_id=sheet.row.id,
                    changes=_changes(sheet.row, said),
                    now=clock.now(),
                    **reason.cleaned_data,
                ),
            )
            if tried.done:
                messages.success(request, _("已更正，原版本保留可查"))
                return redirect("usage:record", tried.value.root_id)
            status = tried.status
    context = {"form": form, "reason": reason, "carrier": house, "sheet": sheet}
    return render(request, "usage/new.html", context, status=status)


def _changes(row: Any, said: dict[str, Any]) -> dict[str, Any]:
    """What the form says differently; who and whose the client is follows from the code, unless neither was touched."""
    before = queries.draft_of(row)
    if said["minutes"] is None:
        said["minutes"] = (
            before.minutes if (said["from_at"], said["until_at"]) == (before.from_at, before.until_at) else None
        )
    if (said["client_code"], said["client_name"]) == (before.client_code, before.client_name):
        said["client_id"] = before.client_id
    if said["operator_id"] == before.operator_id:
        said["operator_name"] = before.operator_name
    return {**said, "internal_number": said["internal_number"] or before.internal_number}


def _initial(draft: Draft) -> dict[str, Any]:
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    return said | {
        "instrument": draft.instrument_id,
        "hours": draft.minutes,
        "amount": draft.amount_fen,
        "voucher": draft.voucher_fen,
        "report_numbers": ",".join(draft.report_numbers),
    }


def _form(actor: Actor, carrier_id: str, data: Any, *, initial: dict[str, Any]) -> RecordForm:
    instruments = {
        row.id: f"{row.name}（{row.inner_number or row.number}）" for row in instruments_of(actor, carrier_id)
    }
    return RecordForm(
        data, initial=initial, instruments=instruments, people=queries.operators_of(actor, on=clock.today())
    )


def instruments_of(actor: Actor, carrier_id: str) -> Any:
    rows = own_instruments(actor)
    return rows.filter(carrier_id=carrier_id) if carrier_id else rows


@require_POST
@login_required
def void(request: HttpRequest, record_id: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    actor = actor_of(request)
    row = queries.record_sheet(actor, record_id).row
    tried = attempt(form, lambda: commands.void(actor, record_id=row.id, now=clock.now(), **form.cleaned_data))
    if not tried.done:
        return _record(request, record_id, form, tried.status)
    messages.success(request, _("已作废，不再计入统计"))
    return redirect("usage:record", tried.value.root_id)


@login_required
def take_over(request: HttpRequest, carrier_id: str) -> HttpResponse:
    actor = actor_of(request)
    house = own_carrier(actor, carrier_id)
    form = TableForm(request.POST or None, request.FILES or None)
    report, status = None, 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.import_records(
                actor,
                carrier_id=carrier_id,
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(),
                mode=commands.Mode(form.cleaned_data["mode"]),
                now=clock.now(),
            ),
        )
        status = tried.status
        if tried.done:
            report = tried.value
            status = 422 if report.refused and not report.batch_id else 200
    context = {"form": form, "carrier": house, "report": report, "shown": LIST_SHOWN}
    return render(request, "usage/import.html", context, status=status)


@login_required
def blank(request: HttpRequest) -> HttpResponse:
    name, content = queries.blank()
    return attachment(_(name), content, str(Media.XLSX))


def attachment(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
