"""回放结果: progress, the result of one replay, several side by side, the note to take along."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kechuang.cockpit import queries
from kechuang.cockpit.pages import figures
from kechuang.cockpit.pages.desk import STAGES
from kechuang.cockpit.queries import Sheet
from kechuang.cockpit.states import ReplayStage
from kechuang.documents.rules import Heading, print_pdf, write_book
from kechuang.documents.rules import Sheet as Paper
from kechuang.documents.states import Media
from kechuang.ui import clock, days
from kechuang.ui.requests import actor_of

PDF = "application/pdf"
MEDIA = ("pdf", "xlsx")
RUNNING = (ReplayStage.QUEUED, ReplayStage.RUNNING)


@login_required
@require_safe
def replay(request: HttpRequest, replay_id: str) -> HttpResponse:
    row = queries.replay(actor_of(request), replay_id)
    context: dict[str, Any] = _context([queries.sheet_of(row)]) if row.stage == ReplayStage.DONE else {}
    return render(request, "cockpit/replay.html", {"row": row, **_progress(row), **context})


@login_required
@require_safe
def progress(request: HttpRequest, replay_id: str) -> HttpResponse:
    """The part that says how far it is; when it is through, the page is asked for anew."""
    row = queries.replay(actor_of(request), replay_id)
    response = render(request, "cockpit/_progress.html", {"row": row, **_progress(row)})
    if row.stage not in RUNNING:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Side by side (对比): the year as it was, and it under each draft."""
    sheets = _chosen(request)
    return render(request, "cockpit/compare.html", {"query": request.GET.urlencode(), **_context(sheets)})


@login_required
@require_safe
def note(request: HttpRequest, media: str) -> HttpResponse:
    """模拟说明: the same tables as a workbook or on paper."""
    if media not in MEDIA:
        raise Http404
    chosen = request.GET.getlist("chosen")
    actor = actor_of(request)
    if len(chosen) == 1:
        row = queries.replay(actor, chosen[0])
        if row.stage != ReplayStage.DONE:
            raise Http404
        sheets = [queries.sheet_of(row)]
    else:
        sheets = _chosen(request)
    tables = figures.tables(sheets)
    name = _("政策模拟说明-{year}").format(year=sheets[0].replay.year)
    if media == "pdf":
        return _file(f"{name}.pdf", print_pdf(_paper(sheets)), PDF)
    book = [(grid.caption, [list(grid.head), *[list(row) for row in grid.rows]]) for grid in tables]
    meanings = [[_("指标"), _("含义")], *[[term, text] for term, text in figures.definitions()]]
    return _file(f"{name}.xlsx", write_book([*book, (_("指标说明"), meanings)]), str(Media.XLSX))


def _chosen(request: HttpRequest) -> list[Sheet]:
    return queries.compared(actor_of(request), list(dict.fromkeys(request.GET.getlist("chosen"))))


def _context(sheets: Sequence[Sheet]) -> dict[str, Any]:
    charts = figures.charts(sheets)
    return {
        "sheets": sheets,
        "summary": figures.summary(sheets),
        "share_chart": charts["share"],
        "groups": [
            (str(group), grid, charts.get(str(group)))
            for (group, _label, _lines), grid in zip(sheets[0].groups, figures.groups(sheets), strict=True)
        ],
        "money": figures.money(sheets),
        "months": figures.months(sheets),
        "months_chart": charts["months"],
        "definitions": figures.definitions(),
        "query": "&".join(f"chosen={sheet.replay.id}" for sheet in sheets),
    }


def _progress(row: Any) -> dict[str, Any]:
    label, tone = STAGES[row.stage]
    return {"running": row.stage in RUNNING, "stage": label, "tone": tone}


def _paper(sheets: Sequence[Sheet]) -> Paper:
    one = sheets[0].replay
    basis = [
        _("{title}（{number}）第 {revision} 稿，按 {day} 的规则；正文摘要（SHA-256）{digest}").format(
            title=sheet.replay.draft.title,
            number=sheet.replay.draft.number,
            revision=sheet.replay.text.revision,
            day=days.words(sheet.replay.rules_on, year=True),
            digest=sheet.replay.text.digest,
        )
        for sheet in sheets
    ]
    meanings = [f"{term}：{text}" for term, text in figures.definitions()]
    return Paper(
        title=_("政策模拟说明"),
        number=one.draft.number,
        subtitle=_("以 {year} 年实际订单回放；模拟不改变任何业务数据").format(year=one.year),
        blocks=[*basis, *figures.tables(sheets), Heading(_("指标说明")), *meanings],
        note=_("制表日 {day}").format(day=days.words(clock.today(), year=True)),
    )


def _file(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
