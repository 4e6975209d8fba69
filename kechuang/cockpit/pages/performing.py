"""资金绩效: execution by county, a county's target sheet, its own evaluation and finance's opinion."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.cockpit import commands, queries
from kechuang.cockpit.forms import TargetForm, TextForm
from kechuang.cockpit.pages.board import chosen_year
from kechuang.cockpit.pages.tables import figure, part_label, said
from kechuang.cockpit.queries import TargetSheet
from kechuang.cockpit.rules import TARGETED
from kechuang.cockpit.rules.indicators import BY_CODE
from kechuang.cockpit.states import TARGET_MACHINE
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt

LINES = [BY_CODE[code] for code in TARGETED]
SHOWN = [BY_CODE[code] for code in ("budgeted", "granted", "offset", "year_paid", "spent_bp")]
# What each button does, what it says before it is pressed, whether it asks for a text.
ACTS: dict[str, tuple[Callable[..., object], str, str, bool]] = {
    "submit": (
        commands.submit_target,
        gettext_noop("报送县财政局审定；审定前不能再改，退回后可改。"),
        gettext_noop("已报送绩效目标"),
        False,
    ),
    "return": (commands.return_target, gettext_noop("退回后由编制人修改。"), gettext_noop("已退回绩效目标"), True),
    "agree": (
        commands.agree_target,
        gettext_noop("审定后按此监控执行、年末据此自评。"),
        gettext_noop("已审定绩效目标"),
        False,
    ),
    "evaluate": (
        commands.evaluate_target,
        gettext_noop("完成数取自总账和时限，提交时固定；只写说明。"),
        gettext_noop("已提交年末自评"),
        True,
    ),
    "opine": (commands.opine, gettext_noop("意见附在目标表上，办结后不能再改。"), gettext_noop("已出具财政意见"), True),
}


@login_required
@require_safe
def targets(request: HttpRequest, region_code: str) -> HttpResponse:
    """Execution by county with its warnings (执行监控); the city sees all of its counties."""
    actor = actor_of(request)
    form, year = chosen_year(request)
    board = queries.board(actor, region_code, year=year, on=clock.today())
    rows = [
        (
            part_label(region_code, part),
            [(one.label, figure(one, figures)) for one in SHOWN],
            part in board.warnings,
            board.targets.get(part),
        )
        for part, figures in board.reading.parts.items()
    ]
    context = {
        "form": form,
        "board": board,
        "heads": [one.label for one in SHOWN],
        "rows": rows,
        "machine": TARGET_MACHINE,
        "drafts": [(code, region_name(code)) for code in queries.drafting_regions(actor) if code not in board.targets],
        "warning": board.terms.record["params"]["performance_warning_bp"] if board.terms else None,
        "looked": board.terms.record["params"]["performance_check_on"] if board.terms else None,
    }
    return render(request, "cockpit/targets.html", context)


@login_required
def new_target(request: HttpRequest, region_code: str) -> HttpResponse:
    actor = actor_of(request)
    if region_code not in queries.drafting_regions(actor):
        raise NotVisible
    _form, year = chosen_year(request)
    form = TargetForm(request.POST or None, indicators=LINES)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.draft_target(
                actor,
                region=region_code,
                year=year,
                targets=form.targets(),
                basis=form.cleaned_data["basis"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("已编制绩效目标，核对后报送县财政局"))
            return redirect("cockpit:target", tried.value.id)
        status = tried.status
    return render(
        request,
        "cockpit/edit_target.html",
        {"form": form, "name": region_name(region_code), "year": year},
        status=status,
    )


@login_required
def edit_target(request: HttpRequest, target_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.target_sheet(actor, target_id, on=clock.today())
    initial = {line["code"]: line["target"] for line in sheet.target.lines}
    form = TargetForm(request.POST or None, indicators=LINES, initial={**initial, "basis": sheet.target.basis})
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.edit_target(
                actor,
                target_id=target_id,
                targets=form.targets(),
                basis=form.cleaned_data["basis"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("已修改绩效目标"))
            return redirect("cockpit:target", target_id)
        status = tried.status
    context = {"form": form, "name": sheet.county, "year": sheet.target.year}
    return render(request, "cockpit/edit_target.html", context, status=status)


@login_required
@require_safe
def target(request: HttpRequest, target_id: str) -> HttpResponse:
    return _page(request, queries.target_sheet(actor_of(request), target_id, on=clock.today()))


@login_required
@require_POST
def target_act(request: HttpRequest, target_id: str, action: str) -> HttpResponse:
    if action not in ACTS:
        raise Http404
    command, _happens, done, asks = ACTS[action]
    actor = actor_of(request)
    sheet = queries.target_sheet(actor, target_id, on=clock.today())
    form: Form = TextForm(request.POST) if asks else Form(request.POST)
    tried = attempt(form, lambda: command(actor, target_id=target_id, now=clock.now(), **form.cleaned_data))
    if not tried.done:
        return _page(request, sheet, failed=form, status=tried.status)
    messages.success(request, _(done))
    return redirect("cockpit:target", target_id)


def _page(request: HttpRequest, sheet: TargetSheet, *, failed: Form | None = None, status: int = 200) -> HttpResponse:
    offered = [(move, *ACTS[move.action][1::2]) for move in sheet.open_moves if move.action in ACTS]
    context = {
        "sheet": sheet,
        "row": sheet.target,
        "machine": TARGET_MACHINE,
        "lines": [
            (BY_CODE[line.code], said(BY_CODE[line.code], line.target), said(BY_CODE[line.code], line.reached), line)
            for line in sheet.lines
        ],
        "offered": offered,
        "edits": any(move.action == "edit" for move in sheet.open_moves),
        "text_form": TextForm(auto_id="text_%s"),
        "failed": failed,
        "warning": sheet.terms.record["params"]["performance_warning_bp"] if sheet.terms else None,
    }
    return render(request, "cockpit/target.html", context, status=status)
