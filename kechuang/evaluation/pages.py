"""Pages of evaluations: the list, one with its carriers, one carrier's sheet, published grades, certificates of priority."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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
    RevokeForm,
)
from kechuang.evaluation.states import MACHINE, PROGRAMME_LABELS, SHEET_MACHINE, YEARS_SHOWN
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.acts import Acts, posted
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
    schemes = queries.schemes(regions, on=on)
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


_ACTS = Acts(_evaluation, "evaluation:evaluation", "evaluation_id")
grade = _ACTS.plain(
    lambda actor, one, now: commands.grade(actor, evaluation_id=one, now=now), gettext_lazy("已计分定级，申诉期已开始")
)
publish = _ACTS.plain(
    lambda actor, one, now: commands.publish(actor, evaluation_id=one, now=now),
    gettext_lazy("考核结果已公布，优先凭证已开具"),
)
withdraw = _ACTS.typed(
    "reason",
    posted(ReasonForm),
    lambda actor, form, one, now: commands.withdraw(actor, evaluation_id=one, **form.cleaned_data, now=now),
    gettext_lazy("考核已撤销"),
)


@login_required
@require_safe
def sheet(request: HttpRequest, card_id: str) -> HttpResponse:
    return _sheet(request, card_id)


def _sheet(request: HttpRequest, sheet_id: str, *, status: int = 200, **given: Any) -> HttpResponse:
    actor = actor_of(request)
    found = queries.carrier_sheet(actor, sheet_id, on=clock.today())
    context = {
        "found": found,
        "office": bool(actor.roles_in(found.evaluation.region)),
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


def _asked(form: Callable[..., Any]) -> Callable[[HttpRequest, str], Any]:
    """A form that is made of the sheet's lines."""
    return lambda request, one: form(
        request.POST, lines=queries.carrier_sheet(actor_of(request), one, on=clock.today()).lines
    )


def _attached(actor: Actor, papers: PapersForm, one: str, now: datetime) -> None:
    kind = papers.cleaned_data["kind"]
    for file in papers.cleaned_data["files"]:
        commands.attach(actor, sheet_id=one, name=file.name, content=file.read(), kind=kind, now=now)


_SHEET = Acts(_sheet, "evaluation:sheet", "card_id")
_SHEET_ACTS = {
    "report": _SHEET.typed(
        "report",
        _asked(ReportForm),
        lambda actor, form, one, now: commands.report(
            actor, sheet_id=one, values=form.values(), statement=form.cleaned_data["statement"], now=now
        ),
        gettext_lazy("自评已报送"),
    ),
    "attach": _SHEET.typed("papers", posted(PapersForm), _attached, gettext_lazy("材料已上传")),
    "review": _SHEET.typed(
        "judge",
        _asked(JudgeForm),
        lambda actor, form, one, now: commands.review(
            actor, sheet_id=one, judged=form.points(), opinion=form.cleaned_data["words"], now=now
        ),
        gettext_lazy("评审已保存"),
    ),
    "return": _SHEET.typed(
        "reason",
        posted(ReasonForm),
        lambda actor, form, one, now: commands.return_(actor, sheet_id=one, **form.cleaned_data, now=now),
        gettext_lazy("自评已退回"),
    ),
    "appeal": _SHEET.typed(
        "appeal",
        posted(AppealForm),
        lambda actor, form, one, now: commands.appeal(actor, sheet_id=one, **form.cleaned_data, now=now),
        gettext_lazy("申诉已提出，由另一人答复"),
    ),
    "answer": _SHEET.typed(
        "answer",
        _asked(AnswerForm),
        lambda actor, form, one, now: commands.answer(
            actor,
            sheet_id=one,
            words=form.cleaned_data["words"],
            upheld=form.cleaned_data["upheld"],
            corrected=form.corrected(),
            now=now,
        ),
        gettext_lazy("申诉已答复"),
    ),
}


@require_POST
@login_required
def act(request: HttpRequest, card_id: str, action: str) -> HttpResponse:
    """Each act of a sheet with its own form; an act that is none is not found."""
    if action not in _SHEET_ACTS:
        raise NotVisible
    return _SHEET_ACTS[action](request, card_id=card_id)


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
    context = {"form": form, "rows": rows, "page": page_of(request, rows)}
    return render(request, "evaluation/preferred.html", context)


@require_safe
def preferred_file(request: HttpRequest) -> HttpResponse:
    """The list as the desks take it into their own systems; the last day is one on which a certificate still holds."""
    rows = queries.preferred(on=clock.today(), programme=request.GET.get("programme", ""))
    heading = [_("凭证编号"), _("单位"), _("等次"), _("优先事项"), _("依据"), _("开具日期"), _("有效期至")]
    table = [
        [
            one.priority.number, one.priority.name, one.grade_label, "、".join(_(name) for name in one.programmes),
            one.priority.article, one.priority.issued_on.isoformat(), one.last_on.isoformat(),
        ]
        for one in rows
    ]  # fmt: skip
    response = HttpResponse(write_csv([heading, *table]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, _("优先名单.csv"))
    return response


@require_safe
def priority(request: HttpRequest, priority_id: str) -> HttpResponse:
    """One certificate with its proof in the log; who holds the address may check it."""
    return _priority(request, priority_id)


def _priority(request: HttpRequest, one: str, *, status: int = 200, **given: Any) -> HttpResponse:
    found = queries.certificate(actor_of(request), one, on=clock.today())
    context = {
        "found": found,
        "row": found.priority,
        "evaluation": found.priority.sheet.evaluation,
        "office": region_name(found.priority.region),
        "may": {move.action for move in found.open_moves},
        "reason": RevokeForm(),
        **given,
    }
    return render(request, "evaluation/priority.html", context, status=status)


revoke = Acts(_priority, "evaluation:priority", "priority_id").typed(
    "reason",
    posted(RevokeForm),
    lambda actor, form, one, now: commands.revoke_priority(actor, priority_id=one, **form.cleaned_data, now=now),
    gettext_lazy("优先凭证已撤销"),
)
