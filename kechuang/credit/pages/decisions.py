"""Decisions about parties (主体决定): proposed with their document, carried out by a second person."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.credit import commands
from kechuang.credit.forms import DecisionForm, ReasonForm, upload_of
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.parties import commands as party_commands
from kechuang.parties import queries as parties
from kechuang.parties.states import DECISION_LABELS, DECISION_MACHINE, DecisionKind
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

# What follows when it is carried out, said before (办理后果).
FOLLOWS: dict[str, str] = {
    DecisionKind.RENAME: gettext_noop("名称立即变更；此前的合同、发票和公示保留原名称，之后的单据用新名称。"),
    DecisionKind.MERGE: gettext_noop(
        "被并入的主体即日终止：其成员转入存续主体，创新券、订单、申兑和预约由存续主体承接，历史记录保留原名；不能撤销。"
    ),
    DecisionKind.STRIKE_OFF: gettext_noop(
        "该主体即日终止：不能再申领、下单或接单；未用完的创新券退回预算，未结的订单和申兑按规则终止或继续办结；不能撤销。"
    ),
}


@login_required
def listed(request: HttpRequest) -> HttpResponse:
    """Every decision of the actor's regions; officers propose the next one from here."""
    actor = actor_of(request)
    if not actor.posts:
        raise NotVisible
    context = {
        "page": page_of(request, parties.decisions(actor)),
        "machine": DECISION_MACHINE,
        "kinds": DECISION_LABELS,
        "proposes": actor.holds(Role.COUNTY_OFFICER),
    }
    return render(request, "credit/decisions.html", context)


@login_required
def propose(request: HttpRequest) -> HttpResponse:
    """Which party, what about it, by which document; the page says what will follow."""
    actor = actor_of(request)
    if not actor.holds(Role.COUNTY_OFFICER):
        raise NotVisible
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DecisionForm(*given, initial={"party": request.GET.get("party", "")})
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: _propose(request, form))
        if tried.done:
            messages.success(request, _("已提出，等待审核人核准"))
            return redirect("credit:decision", tried.value.id)
        status = tried.status
    follows = [(_(DECISION_LABELS[kind]), _(FOLLOWS[kind])) for kind in DecisionKind]
    return render(request, "credit/propose.html", {"form": form, "follows": follows}, status=status)


def _propose(request: HttpRequest, form: DecisionForm) -> Any:
    said, actor = form.cleaned_data, actor_of(request)
    party = parties.found_party(actor, said["party"])
    merges = said["kind"] == DecisionKind.MERGE
    return commands.propose_decision(
        actor,
        kind=said["kind"],
        party_id=party.id,
        into_id=parties.found_party(actor, said["into"]).id if merges else "",
        new_name=said["new_name"],
        document=said["document"],
        reason=said["reason"],
        proof=upload_of(form, "proof"),
        now=clock.now(),
    )


@login_required
def shown(request: HttpRequest, decision_id: str) -> HttpResponse:
    return _page(request, decision_id)


@login_required
@require_POST
def act(request: HttpRequest, decision_id: str, action: str) -> HttpResponse:
    actor, form = actor_of(request), ReasonForm(request.POST)
    parties.decision_sheet(actor, decision_id)
    now = clock.now()
    if action == "refuse":

        def refuse() -> object:
            reason = form.cleaned_data["reason"]
            return party_commands.refuse_decision(actor, decision_id=decision_id, reason=reason, now=now)

        tried = attempt(form, refuse)
        if not tried.done:
            return _page(request, decision_id, failed=form, status=tried.status)
        messages.success(request, _("已退回，理由告知提出人"))
    elif action == "carry_out":
        party_commands.carry_out_decision(actor, decision_id=decision_id, now=now)
        messages.success(request, _("已核准并执行"))
    else:
        party_commands.withdraw_decision(actor, decision_id=decision_id, now=now)
        messages.success(request, _("已撤回，主体没有变化"))
    return redirect("credit:decision", decision_id)


def _page(request: HttpRequest, decision_id: str, *, failed: Form | None = None, status: int = 200) -> HttpResponse:
    sheet = parties.decision_sheet(actor_of(request), decision_id)
    row = sheet.decision
    context = {
        "sheet": sheet,
        "row": row,
        "kind": _(DECISION_LABELS[DecisionKind(row.kind)]),
        "follows": _(FOLLOWS[row.kind]),
        "machine": DECISION_MACHINE,
        "place": parties.region_path(row.region),
        "form": failed or ReasonForm(),
        "failed": failed,
        "open": {move.action for move in sheet.moves},
    }
    return render(request, "credit/decision.html", context, status=status)
