"""Pages of evaluations: the list, one with its carriers, one carrier's sheet, published grades, certificates of priority."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.documents.rules import write_csv
from kechuang.evaluation import commands, queries
from kechuang.evaluation.forms import (
    AnswerForm,
    AppealForm,
    JudgeForm,
    OpenForm,
    PapersForm,
    ProgrammeForm,
    ReasonForm,
    ReportForm,
)
from kechuang.evaluation.states import MACHINE, PROGRAMME_LABELS, SHEET_MACHINE, YEARS_SHOWN
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of


@login_required
@require_safe
def evaluations(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    page = page_of(request, queries.evaluations(actor))
    context = {
        "page": page,
        "rows": [(row, region_name(row.scope)) for row in page],
        "own": queries.own_sheets(actor) if actor.party_id else [],
        "is_party": bool(actor.party_id),
        "opens": bool(queries.evaluates_in(actor)),
        "machine": MACHINE,
        "sheet": SHEET_MACHINE,
    }
    return render(request, "evaluation/evaluations.html", context)


@login_required
def open_evaluation(request: HttpRequest) -> HttpResponse:
    actor, on, status = actor_of(request), clock.today(), HTTPStatus.OK
    regions = {code: region_name(code) for code in queries.evaluates_in(actor)}
    schemes = queries.schemes(on=on)
    if not regions or not schemes:
        raise NotVisible
    years = {year: str(year) for year in range(on.year - 1, on.year - 1 - YEARS_SHOWN, -1)}
    form = OpenForm(request.POST or None, regions=regions, schemes=schemes, years=years)
    if request.method == "POST":
        tried = attempt(form, lambda: commands.open_evaluation(actor, **form.cleaned_data, now=clock.now()))
        if tried.done:
            messages.success(request, _("考核已开始，各载体已收到自评通知"))
            return redirect("evaluation:evaluation", tried.value.id)
        status = HTTPStatus(tried.status)
    return render(request, "evaluation/open.html", {"form": form}, status=status)


@login_required
@require_safe
def evaluation(request: HttpRequest, evaluation_id: str) -> HttpResponse:
    return _evaluation(request, evaluation_id)


def _evaluation(request: HttpRequest, evaluation_id: str, *, status: int = 200, **given: Any) -> HttpResponse:
    sheet = queries.evaluation_sheet(actor_of(request), evaluation_id)
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "machine": MACHINE,
        "sheets": SHEET_MACHINE,
        "may": {move.action for move in sheet.open_moves},
        "reason": ReasonForm(),
        **given,
    }
    return render(request, "evaluation/evaluation.html", context, status=status)


@require_POST
@login_required
def grade(request: HttpRequest, evaluation_id: str) -> HttpResponse:
    commands.grade(actor_of(request), evaluation_id=evaluation_id, now=clock.now())
    messages.success(request, _("已计分定级，申诉期已开始"))
    return redirect("evaluation:evaluation", evaluation_id)


@require_POST
@login_required
def publish(request: HttpRequest, evaluation_id: str) -> HttpResponse:
    commands.publish(actor_of(request), evaluation_id=evaluation_id, now=clock.now())
    messages.success(request, _("考核结果已公布，优先凭证已开具"))
    return redirect("evaluation:evaluation", evaluation_id)


@require_POST
@login_required
def withdraw(request: HttpRequest, evaluation_id: str) -> HttpResponse:
    actor, form = actor_of(request), ReasonForm(request.POST)
    queries.evaluation_sheet(actor, evaluation_id)
    tried = attempt(
        form,
        lambda: commands.withdraw(
            actor, evaluation_id=evaluation_id, reason=form.cleaned_data["reason"], now=clock.now()
        ),
    )
    if not tried.done:
        return _evaluation(request, evaluation_id, status=tried.status, reason=form, failed=form)
    messages.success(request, _("考核已撤销"))
    return redirect("evaluation:evaluation", evaluation_id)


@login_required
@require_safe
def sheet(request: HttpRequest, card_id: str) -> HttpResponse:
    return _sheet(request, card_id)


def _sheet(request: HttpRequest, sheet_id: str, *, status: int = 200, **given: Any) -> HttpResponse:
    found = queries.carrier_sheet(actor_of(request), sheet_id, on=clock.today())
    context = {
        "found": found,
        "sheet": found.sheet,
        "evaluation": found.evaluation,
        "machine": SHEET_MACHINE,
        "may": {move.action for move in found.open_moves},
        "programmes": PROGRAMME_LABELS,
        "report": ReportForm(lines=found.lines, initial={"statement": found.sheet.statement}),
        "papers": PapersForm(),
        "judge": JudgeForm(lines=found.lines),
        "answer": AnswerForm(lines=found.lines),
        "appeal": AppealForm(),
        "reason": ReasonForm(),
        **given,
    }
    return render(request, "evaluation/sheet.html", context, status=status)


def _tried(
    request: HttpRequest, sheet_id: str, name: str, form: Any, call: Callable[[], object], words: str
) -> HttpResponse:
    tried = attempt(form, call)
    if not tried.done:
        return _sheet(request, sheet_id, status=tried.status, failed=form, **{name: form})
    messages.success(request, words)
    return redirect("evaluation:sheet", sheet_id)


@require_POST
@login_required
def act(request: HttpRequest, card_id: str, action: str) -> HttpResponse:
    """Each act of a sheet with its own form; an act that is none is not found."""
    actor, now, sheet_id = actor_of(request), clock.now(), card_id
    lines = queries.carrier_sheet(actor, sheet_id, on=clock.today()).lines
    one = {"sheet_id": sheet_id, "now": now}
    if action == "report":
        report = ReportForm(request.POST, lines=lines)
        return _tried(
            request, sheet_id, "report", report,
            lambda: commands.report(actor, values=report.values(), statement=report.cleaned_data["statement"], **one),  # type: ignore[arg-type]
            _("自评已报送"),
        )  # fmt: skip
    if action == "attach":
        papers = PapersForm(request.POST, request.FILES)
        return _tried(request, sheet_id, "papers", papers, lambda: _attached(actor, sheet_id, papers), _("材料已上传"))
    if action == "review":
        judge = JudgeForm(request.POST, lines=lines)
        return _tried(
            request, sheet_id, "judge", judge,
            lambda: commands.review(actor, judged=judge.points(), opinion=judge.cleaned_data["words"], **one),  # type: ignore[arg-type]
            _("评审已保存"),
        )  # fmt: skip
    if action == "return":
        reason = ReasonForm(request.POST)
        return _tried(
            request, sheet_id, "reason", reason,
            lambda: commands.return_(actor, reason=reason.cleaned_data["reason"], **one),  # type: ignore[arg-type]
            _("自评已退回"),
        )  # fmt: skip
    if action == "appeal":
        appeal = AppealForm(request.POST)
        return _tried(
            request, sheet_id, "appeal", appeal,
            lambda: commands.appeal(actor, words=appeal.cleaned_data["words"], **one),  # type: ignore[arg-type]
            _("申诉已提出，由另一人答复"),
        )  # fmt: skip
    if action == "answer":
        answer = AnswerForm(request.POST, lines=lines)
        return _tried(
            request, sheet_id, "answer", answer,
            lambda: commands.answer(actor, words=answer.cleaned_data["words"], judged=answer.corrected(), **one),  # type: ignore[arg-type]
            _("申诉已答复"),
        )  # fmt: skip
    raise NotVisible


def _attached(actor: Any, sheet_id: str, papers: PapersForm) -> None:
    for file in papers.cleaned_data["files"]:
        commands.attach(
            actor,
            sheet_id=sheet_id,
            name=file.name,
            content=file.read(),
            kind=papers.cleaned_data["kind"],
            now=clock.now(),
        )


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Published grades, for everybody."""
    rows = queries.results()
    return render(request, "evaluation/results.html", {"rows": rows, "page": page_of(request, rows)})


@require_safe
def preferred(request: HttpRequest) -> HttpResponse:
    """The certificates in force, for the desks of the programmes; everybody may check."""
    form = ProgrammeForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    rows = queries.preferred(on=clock.today(), programme=chosen.get("programme", ""))
    context = {"form": form, "rows": rows, "programmes": PROGRAMME_LABELS, "page": page_of(request, rows)}
    return render(request, "evaluation/preferred.html", context)


@require_safe
def preferred_file(request: HttpRequest) -> HttpResponse:
    rows = queries.preferred(on=clock.today(), programme=request.GET.get("programme", ""))
    heading = [_("凭证编号"), _("单位"), _("等次"), _("优先事项"), _("依据"), _("开具日期"), _("有效期至")]
    table = [
        [
            row.number, row.name, row.grade, "、".join(_(PROGRAMME_LABELS[one]) for one in row.programmes), row.article,
            row.issued_on.isoformat(), row.valid_until.isoformat(),
        ]
        for row in rows
    ]  # fmt: skip
    response = HttpResponse(write_csv([heading, *table]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, _("优先名单.csv"))
    return response


@require_safe
def priority(request: HttpRequest, priority_id: str) -> HttpResponse:
    """One certificate with its proof in the log; who holds the address may check it."""
    row = queries.priority(priority_id)
    context = {
        "row": row,
        "grade_label": queries.grade_labels(row.sheet.evaluation).get(row.grade, ""),
        "evaluation": row.sheet.evaluation,
        "programmes": [PROGRAMME_LABELS[one] for one in row.programmes],
        "office": region_name(row.region),
        "in_force": row.issued_on <= clock.today() < row.valid_until,
    }
    return render(request, "evaluation/priority.html", context)
