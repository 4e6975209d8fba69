"""Instruments by the thousand: a workbook handed in and watched, exports, and the keys of the push interface."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.catalog import commands, queries
from kechuang.catalog.forms.instruments import ExportForm, PushKeyForm, WorkbookForm
from kechuang.catalog.states import IMPORT_STAGE_LABELS, REPORTING_LABELS, ExportFormat, ImportStage
from kechuang.documents.rules import stream_csv
from kechuang.documents.states import Media
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, is_part, page_of
from kechuang.ui.words import yuan_sign

if TYPE_CHECKING:
    from kechuang.catalog.models import ImportRun

_TONES = {
    ImportStage.QUEUED: "running",
    ImportStage.RUNNING: "running",
    ImportStage.DONE: "done",
    ImportStage.FOUND: "refused",
    ImportStage.FAILED: "refused",
}


@login_required
def import_instruments(request: HttpRequest, carrier_id: str) -> HttpResponse:
    """A workbook is kept and queued; a small one is taken over before the page answers."""
    actor = actor_of(request)
    carrier = queries.carrier(actor, carrier_id)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: _ask(request, form, carrier_id))
        if tried.done:
            return redirect("catalog:import_run", tried.value.id)
        status = tried.status
    context = {"form": form, "carrier": carrier, "runs": queries.import_runs(actor)[:10], "stages": _stages()}
    return render(request, "catalog/import_instruments.html", context, status=status)


def _ask(request: HttpRequest, form: WorkbookForm, carrier_id: str) -> "ImportRun":
    data = form.cleaned_data
    file = commands.Upload(data["file"].name, data["file"].read())
    run = commands.ask_import(
        actor_of(request),
        carrier_id=carrier_id,
        file=file,
        good_rows_only=bool(data["good_rows_only"]),
        dry_run=data["dry_run"],
        pictures=[commands.Upload(one.name, one.read()) for one in data["pictures"]],
        now=clock.now(),
    )
    return commands.run_import(run_id=run.id, now=clock.now()) if commands.is_small(file.content) else run


@login_required
def import_run(request: HttpRequest, run_id: str) -> HttpResponse:
    """How far a file has got; while it runs the part asks again by itself."""
    run = queries.import_run(actor_of(request), run_id)
    found = page_of(request, run.findings, size=100)
    context = {
        "run": run,
        "running": run.stage in (ImportStage.QUEUED, ImportStage.RUNNING),
        "stage": IMPORT_STAGE_LABELS[ImportStage(run.stage)],
        "tone": _TONES[ImportStage(run.stage)],
        "page": found,
    }
    return render(request, "catalog/_run.html" if is_part(request) else "catalog/import_run.html", context)


@require_safe
@login_required
def findings(request: HttpRequest, run_id: str) -> HttpResponse:
    """The findings of a file as a table to work off beside it (下载问题清单)."""
    run = queries.import_run(actor_of(request), run_id)
    rows = [
        [_("行"), _("列"), _("列名"), _("内容"), _("问题"), _("怎样更正")],
        *(_finding(one) for one in run.findings),
    ]
    response = HttpResponse(b"".join(stream_csv(rows)), content_type=str(Media.CSV))
    return _named(response, _("导入问题清单.csv"))


def _finding(one: dict[str, Any]) -> list[str]:
    rule = _(one["rule"]) + one["limit"]
    return [str(one["row"]), one["column"], one["name"], one["value"], rule, _(one["remedy"])]


@login_required
def exports(request: HttpRequest) -> HttpResponseBase:
    """One entry, many reports: the form, or the file it asks for."""
    actor = actor_of(request)
    carriers = {row.id: row.name for row in queries.own_carriers(actor)}
    regions = queries.export_regions(actor)
    least = queries.reporting_terms(on=clock.today()).terms
    fens = {"provincial": least.provincial_value_fen, "national": least.national_value_fen}
    levels = {
        level: _("{amount} 以上（{platform}）").format(amount=yuan_sign(fen), platform=_(REPORTING_LABELS[level]))
        for level, fen in fens.items()
    }
    form = ExportForm(request.GET or None, carriers=carriers, regions=regions, levels=levels)
    if not form.is_bound or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "catalog/exports.html", {"form": form, "any": bool(carriers or regions)}, status=status)
    chosen = form.chosen()
    kind = ExportFormat(chosen.get("form", ExportFormat.NATIONAL))
    rows = queries.exportable(
        actor,
        carrier_id=chosen.get("carrier", ""),
        region=chosen.get("region", ""),
        least_fen=fens.get(chosen.get("least", ""), 0),
    )
    name, media = queries.export_file(kind)
    pieces = queries.exported(rows, kind, site=request.build_absolute_uri("/").rstrip("/"), on=clock.today())
    body = _in_turn(pieces) if isinstance(request, ASGIRequest) else pieces
    return _named(StreamingHttpResponse(body, content_type=media), name)


async def _in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Piece after piece, each made when the one before has left: never the whole file at once."""
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece


@login_required
def push_keys(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not queries.own_carriers(actor).exists():
        raise Http404
    form = PushKeyForm(request.POST or None)
    status, made = 200, None
    if request.method == "POST":
        tried = attempt(form, lambda: commands.make_key(actor, name=form.cleaned_data["name"], now=clock.now()))
        status = tried.status
        made = tried.value if tried.done else None
        form = PushKeyForm() if tried.done else form
    context = {"form": form, "rows": queries.push_keys(actor), "made": made}
    response = render(request, "catalog/push_keys.html", context, status=status)
    response["Cache-Control"] = "no-store"  # the secret is shown once
    return response


@require_POST
@login_required
def revoke_key(request: HttpRequest, push_key_id: str) -> HttpResponse:
    commands.revoke_key(actor_of(request), key_id=push_key_id, now=clock.now())
    messages.success(request, _("已停用，用它取得的令牌同时失效"))
    return redirect("catalog:push_keys")


def _stages() -> dict[str, str]:
    return {str(stage): label for stage, label in IMPORT_STAGE_LABELS.items()}


def _named(response: HttpResponseBase, name: str) -> Any:
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
