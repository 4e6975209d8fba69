"""政策模拟: drafts of rules with checks as one types, and their way to publication."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.cockpit import commands, queries
from kechuang.cockpit.forms import DraftForm, NewDraftForm, ReasonForm, ReplayForm
from kechuang.cockpit.queries import DraftSheet
from kechuang.cockpit.states import DRAFT_MACHINE, FAULTS_SHOWN, STAGE_LABELS, ReplayStage
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import person_names
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of
from kechuang.ui.show import Tone

TONES = {
    ReplayStage.QUEUED: Tone.RUNNING,
    ReplayStage.RUNNING: Tone.RUNNING,
    ReplayStage.DONE: Tone.DONE,
    ReplayStage.FAILED: Tone.REFUSED,
}
STAGES = {str(stage): (label, TONES[stage]) for stage, label in STAGE_LABELS.items()}

# What each button does and says before it is pressed.
ACTS: dict[str, tuple[Callable[..., object], str, str]] = {
    "submit": (
        commands.submit_draft,
        gettext_noop("报送后由另一位市科技局或市财政局工作人员审定；审定前不能再改，退回后可改。"),
        gettext_noop("已报送审定"),
    ),
    "return": (
        commands.return_draft,
        gettext_noop("退回后由起草人修改，可再次报送。"),
        gettext_noop("已退回草案"),
    ),
    "publish": (
        commands.publish_draft,
        gettext_noop("发布后成为规则的下一版，新值自各自首日起约束新订单；已下单的订单按下单时的规则办结。"),
        gettext_noop("已发布规则"),
    ),
    "drop": (commands.drop_draft, gettext_noop("废弃后不能再改或报送，回放结果保留。"), gettext_noop("已废弃草案")),
}


@login_required
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    page = page_of(request, queries.drafts(actor))
    if not page.paginator.count and not queries.at_desk(actor):
        raise NotVisible
    context = {
        "page": page,
        "machine": DRAFT_MACHINE,
        "may_draft": bool(queries.may_draft(actor)),
        "schemes": queries.draftable(),
        "people": person_names({row.written_by for row in page}),
    }
    return render(request, "cockpit/drafts.html", context)


@login_required
def new_draft(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not queries.may_draft(actor):
        raise NotVisible
    form = NewDraftForm(request.POST or None, schemes=queries.draftable_in(queries.may_draft(actor)))
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.start_draft(actor, now=clock.now(), **form.cleaned_data))
        if tried.done:
            messages.success(request, _("已起草，正文与现行规则相同，请续写新值"))
            return redirect("cockpit:edit", tried.value.id)
        status = tried.status
    return render(request, "cockpit/new.html", {"form": form}, status=status)


@login_required
@require_safe
def draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    return _page(request, queries.draft_sheet(actor_of(request), draft_id, on=clock.today()))


@login_required
def edit(request: HttpRequest, draft_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.draft_sheet(actor, draft_id, on=clock.today())
    given = {
        "title": sheet.draft.title,
        "text": sheet.text.text,
        "cases_text": sheet.text.cases_text,
        "seen": sheet.draft.revision,
    }
    form = DraftForm(request.POST or None, initial=given)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.save_draft(actor, draft_id=draft_id, now=clock.now(), **form.cleaned_data)
        )
        if tried.done:
            messages.success(request, _("已保存草案"))
            return redirect("cockpit:draft", draft_id)
        status = tried.status
    return render(request, "cockpit/edit.html", {"sheet": sheet, "form": form, **_checks(sheet.checked)}, status=status)


@login_required
@require_POST
def check(request: HttpRequest, draft_id: str) -> HttpResponse:
    """检查: what the text that stands in the form comes to, as it is typed; nothing is kept."""
    row = queries.draft(actor_of(request), draft_id)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return render(request, "cockpit/_checks.html", {"form": form})
    said = form.cleaned_data
    text, cases_text = (said[name].replace("\r\n", "\n") for name in ("text", "cases_text"))
    found = queries.checked(row, text, cases_text, on=clock.today())
    return render(request, "cockpit/_checks.html", _checks(found))


@login_required
@require_POST
def replay(request: HttpRequest, draft_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.draft_sheet(actor, draft_id, on=clock.today())
    form = ReplayForm(request.POST, years=sheet.years)
    tried = attempt(
        form,
        lambda: commands.ask_replay(
            actor,
            draft_id=draft_id,
            year=int(form.cleaned_data["year"]),
            rules_on=form.cleaned_data["rules_on"],
            now=clock.now(),
        ),
    )
    if tried.done:
        return redirect("cockpit:replay", tried.value.id)
    return _page(request, sheet, replay_form=form, status=tried.status)


@login_required
@require_POST
def act(request: HttpRequest, draft_id: str, action: str) -> HttpResponse:
    if action not in ACTS:
        raise Http404
    command, _happens, done = ACTS[action]
    actor = actor_of(request)
    sheet = queries.draft_sheet(actor, draft_id, on=clock.today())
    form: Form = ReasonForm(request.POST) if action == "return" else Form(request.POST)
    tried = attempt(form, lambda: command(actor, draft_id=draft_id, now=clock.now(), **form.cleaned_data))
    if tried.done:
        messages.success(request, _(done))
        return redirect("cockpit:draft", draft_id)
    return _page(request, sheet, failed=form, status=tried.status)


def _page(
    request: HttpRequest,
    sheet: DraftSheet,
    *,
    replay_form: ReplayForm | None = None,
    failed: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = {"year": str(sheet.years[0]), "rules_on": sheet.rules_on}
    context = {
        "sheet": sheet,
        "row": sheet.draft,
        "machine": DRAFT_MACHINE,
        "offered": [
            (move, ACTS[move.action][1]) for move in sheet.open_moves if _offered(actor_of(request), sheet, move)
        ],
        "edits": sheet.mine and any(move.action == "edit" for move in sheet.open_moves),
        "replays": any(move.action == "replay" for move in sheet.open_moves) and not sheet.checked.faults,
        "replay_form": replay_form or ReplayForm(years=sheet.years, initial=initial),
        "reason_form": ReasonForm(auto_id="return_%s"),
        "failed": failed,
        "stages": STAGES,
        **_checks(sheet.checked),
    }
    return render(request, "cockpit/draft.html", context, status=status)


def _offered(actor: Actor, sheet: DraftSheet, move: Any) -> bool:
    """Who wrote it sends it on or drops it; somebody else approves it or gives it back."""
    return move.action in ACTS and (move.action in ("submit", "drop")) == sheet.mine


def _checks(found: queries.Checked) -> dict[str, Any]:
    return {
        "checked": found,
        "faults": found.faults[:FAULTS_SHOWN],
        "faults_count": len(found.faults),
        "pack": found.pack,
    }
