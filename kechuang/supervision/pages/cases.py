"""Case files (案卷): the list, opening one on a claim, one with what can be done now."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.claims.queries import queue
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import party_names
from kechuang.subsidies.queries import statement
from kechuang.supervision import commands, queries
from kechuang.supervision.forms.cases import (
    AddForm,
    AskForm,
    CaseListForm,
    ClearForm,
    DecisionForm,
    OpenForm,
    ReasonForm,
    ReplyForm,
    TitleForm,
)
from kechuang.supervision.pages.acting import Act, given_by, offered
from kechuang.supervision.queries import Case, CaseSheet
from kechuang.supervision.states.cases import (
    CASE_MACHINE,
    CLAWBACK_MACHINE,
    HOLDING_LABELS,
    ITEM_LABELS,
    SOURCE_LABELS,
    CaseState,
    Source,
)
from kechuang.supervision.states.sanctions import RUNG_LABELS, SANCTION_MACHINE
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

ACTS: dict[str, Act] = {
    "add": Act(
        commands.add_claim, gettext_noop("列入后与其他卷内事项一并决定。"), gettext_noop("已列入卷内"), AddForm, "plain"
    ),
    "ask": Act(
        commands.ask,
        gettext_noop("当事人收到后即可看到本案卷，并在规则规定的工作日内答复。"),
        gettext_noop("已发函，等待当事人答复"),
        AskForm,
    ),
    "reply": Act(
        commands.reply,
        gettext_noop("答复归入案卷，由科技局审核人在期限内作出决定。"),
        gettext_noop("答复已送达科技局"),
        ReplyForm,
    ),
    "suspend": Act(
        commands.suspend,
        gettext_noop("待拨付的立即暂停；公示未满的，转入待拨付时即行暂停。暂停期间不会拨付。"),
        gettext_noop("已暂停涉案拨付"),
        ReasonForm,
        "danger",
    ),
    "clear": Act(
        commands.clear,
        gettext_noop("结案后被本案暂停的拨付全部恢复，并告知当事人。"),
        gettext_noop("案卷已解除"),
        ClearForm,
    ),
    "uphold": Act(
        commands.uphold,
        gettext_noop("被本案暂停的拨付终止；填写了金额的已付款项作出追回决定，利息按规则计至缴回之日。"),
        gettext_noop("已认定违规并结案"),
        DecisionForm,
        "danger",
    ),
}
RESUME = Act(commands.resume, gettext_noop("恢复后可以编入拨付批次。"), gettext_noop("已恢复拨付"), ReasonForm, "plain")


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every case the actor may see."""
    actor, form = actor_of(request), CaseListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.cases(actor, state=chosen.get("state", ""), words=chosen.get("words", "")))
    context = {
        "form": form,
        "page": page,
        "clocks": queries.clocks_of(list(page), on=clock.today()),
        "machine": CASE_MACHINE,
        "sources": SOURCE_LABELS,
        "office": not actor.party_id,
    }
    return render(request, "supervision/cases.html", context)


@login_required
def open_on_claim(request: HttpRequest, claim_id: str) -> HttpResponse:
    """立案: about the provider or the enterprise of one claim. A case that runs over it already is shown instead."""
    actor = actor_of(request)
    claim = queue(actor).select_related("order").filter(id=claim_id).first()
    if claim is None or not queries.may_open(actor, claim.region):
        raise NotVisible
    asked = request.POST.get("side") or request.GET.get("side") or Role.PROVIDER
    if running := queries.case_of(actor, claim_id, side=asked):
        return redirect("supervision:case", running.id)
    names = party_names([claim.provider_party, claim.holder_party])
    sides = [
        (str(Role.PROVIDER), _("服务机构：%(name)s") % {"name": names[claim.provider_party]}),
        (str(Role.HOLDER), _("企业（创业者）：%(name)s") % {"name": names[claim.holder_party]}),
    ]
    form = OpenForm(request.POST or None, sides=sides, initial={"source": Source.OFFICE, "side": asked})
    what = {"number": claim.number, "title": claim.order.title, "url": reverse("claims:claim", args=[claim.id])}
    return _opened(request, form, partial(commands.open_on_claim, actor, claim_id=claim_id), what)


@login_required
@require_safe
def holding(request: HttpRequest, payout_id: str) -> HttpResponse:
    """From a claim or statement whose payout a case holds to that case."""
    return redirect("supervision:case", queries.holding_case(actor_of(request), payout_id).id)


@login_required
def open_on_statement(request: HttpRequest, statement_id: str) -> HttpResponse:
    """立案: about whom a subsidy is paid to. A case that runs over it already is shown instead."""
    actor = actor_of(request)
    row = statement(actor, statement_id)
    if not row.party or not queries.may_open(actor, row.region):
        raise NotVisible
    if running := queries.case_of(actor, statement_id):
        return redirect("supervision:case", running.id)
    sides = [(str(Role.PROVIDER), _("收款单位：%(name)s") % {"name": party_names([row.party])[row.party]})]
    form = OpenForm(request.POST or None, sides=sides, initial={"source": Source.OFFICE, "side": Role.PROVIDER})
    what = {"number": row.number, "title": _("补助结算单"), "url": reverse("subsidies:statement", args=[row.id])}
    return _opened(request, form, partial(_on_statement, actor, statement_id), what)


def _on_statement(actor: Actor, statement_id: str, *, side: Role, **given: Any) -> Case:
    """A subsidy has one side alone."""
    return commands.open_on_statement(actor, statement_id=statement_id, **given)


@login_required
def open_on_visit(request: HttpRequest, visit_id: str) -> HttpResponse:
    """立案 on what a spot check has found."""
    actor = actor_of(request)
    visit = queries.visit_sheet(actor, visit_id, on=clock.today()).visit
    if not queries.may_open(actor, visit.region):
        raise NotVisible
    if running := queries.case_of(actor, visit_id):
        return redirect("supervision:case", running.id)
    what = {"number": visit.number, "title": visit.party.name, "url": reverse("supervision:visit", args=[visit_id])}
    form = TitleForm(request.POST or None)
    return _opened(request, form, partial(commands.open_on_visit, actor, visit_id=visit_id), what)


@login_required
def open_on_complaint(request: HttpRequest, complaint_id: str) -> HttpResponse:
    """立案 on a complaint that was taken up."""
    actor = actor_of(request)
    row = queries.complaint_sheet(actor, complaint_id, on=clock.today()).row
    if not queries.may_open(actor, row.region):
        raise NotVisible
    if running := queries.case_of(actor, complaint_id):
        return redirect("supervision:case", running.id)
    what = {"number": row.number, "title": row.party.name, "url": reverse("supervision:complaint", args=[row.id])}
    form = TitleForm(request.POST or None)
    return _opened(request, form, partial(commands.open_on_complaint, actor, complaint_id=complaint_id), what)


def _opened(request: HttpRequest, form: TitleForm, call: Callable[..., Case], what: Mapping[str, str]) -> HttpResponse:
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(form, lambda: call(now=clock.now(), **given_by(form)))
        if tried.done:
            messages.success(request, _("已立案，可发函询问或暂停拨付"))
            return redirect("supervision:case", tried.value.id)
        status = HTTPStatus(tried.status)
    return render(request, "supervision/open.html", {"form": form, "what": what}, status=status)


@login_required
@require_safe
def case(request: HttpRequest, dossier_id: str) -> HttpResponse:
    return _page(request, dossier_id)


@login_required
@require_POST
def act(request: HttpRequest, dossier_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    actor = actor_of(request)
    sheet = queries.case_sheet(actor, dossier_id, on=clock.today())
    form = _form(action, sheet, request)
    tried = attempt(form, lambda: wanted.call(actor, case_id=dossier_id, now=clock.now(), **given_by(form)))
    if not tried.done:
        return _page(request, dossier_id, failed=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("supervision:case", dossier_id)


@login_required
@require_POST
def resume(request: HttpRequest, dossier_id: str, dossier_item_id: str) -> HttpResponse:
    """Lets one payout go on while the case runs."""
    actor, form = actor_of(request), ReasonForm(request.POST)
    queries.case_sheet(actor, dossier_id, on=clock.today())
    tried = attempt(
        form,
        lambda: commands.resume(actor, case_id=dossier_id, item_id=dossier_item_id, now=clock.now(), **given_by(form)),
    )
    if not tried.done:
        return _page(request, dossier_id, failed=form, action="resume", status=tried.status)
    messages.success(request, _(RESUME.done))
    return redirect("supervision:case", dossier_id)


def _form(action: str, sheet: CaseSheet, request: HttpRequest | None = None) -> Form:
    data = (request.POST, request.FILES) if request else ()
    if action == "uphold":
        return DecisionForm(*data, claims=_paid(sheet))
    return ACTS[action].form(*data)


def _paid(sheet: CaseSheet) -> list[tuple[str, str, int]]:
    """The claims and subsidies of the case of which something can be asked back."""
    return [(row.item.subject_id, row.item.number, row.open_fen) for row in sheet.items if row.open_fen]


def _page(
    request: HttpRequest, case_id: str, *, failed: Form | None = None, action: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    sheet = queries.case_sheet(actor, case_id, on=on)
    context = {
        "sheet": sheet,
        "row": sheet.case,
        "machine": CASE_MACHINE,
        "clawback_machine": CLAWBACK_MACHINE,
        "acts": offered(sheet.moves, ACTS, lambda name: _form(name, sheet), failed=failed, action=action),
        "resumes": any(move.action == "resume" for move in sheet.moves),
        "resume": RESUME,
        "reason": ReasonForm(),
        "failed": failed,
        "kinds": ITEM_LABELS,
        "holdings": HOLDING_LABELS,
        "sources": SOURCE_LABELS,
        "opens": queries.may_open(actor, sheet.case.region),
        "sanctions": list(queries.sanctions(actor, case_id=case_id)),
        "proposes": sheet.case.state == CaseState.UPHELD and queries.may_propose(actor, sheet.case.region),
        "rungs": RUNG_LABELS,
        "sanction_machine": SANCTION_MACHINE,
    }
    return render(request, "supervision/case.html", context, status=status)
