"""Pages of registers: the public list, one's own applications, the queue, one admission, cases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import party, region_name, units_of
from kechuang.registers import commands, queries
from kechuang.registers.forms import (
    ApplyForm,
    CertificateForm,
    LibraryForm,
    NoteForm,
    OpinionForm,
    OutcomeForm,
    QueueForm,
    ReasonForm,
    RevokeForm,
    StopForm,
)
from kechuang.registers.states import (
    ADMISSION_MACHINE,
    BASIS_LABELS,
    CASE_LABELS,
    CASE_MACHINE,
    Basis,
    CaseKind,
)
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, page_of


@dataclass(frozen=True, slots=True)
class _Act:
    """A decision that asks for more than a button: its form, its command, and what will happen."""

    form: type[Form]
    call: Callable[..., Any]
    happens: str
    done: str
    undoable: bool = False


_PASS = _Act(
    OpinionForm, commands.confirm, gettext_noop("通过后进入下一环节；最后一个环节通过即入库。"), gettext_noop("已通过")
)
ACTS: dict[str, _Act] = {
    "endorse": _PASS,
    "confirm": _Act(
        OpinionForm,
        commands.confirm,
        gettext_noop("确认后立即入库，机构公布服务内容、服务流程和收费标准后即可接单。"),
        gettext_noop("已确认入库"),
    ),
    "publish": _Act(
        OpinionForm, commands.confirm, gettext_noop("通过后开始公示，期满无异议即入库。"), gettext_noop("已开始公示")
    ),
    "return": _Act(
        ReasonForm,
        commands.return_,
        gettext_noop("退回后办理时限暂停，机构补正后重新计时。"),
        gettext_noop("已退回补正"),
    ),
    "refuse": _Act(
        ReasonForm,
        commands.refuse,
        gettext_noop("本次申请就此终止，机构可以重新申请。"),
        gettext_noop("已作出不予入库决定"),
    ),
    "suspend": _Act(
        StopForm,
        commands.stop_orders,
        gettext_noop("立即停止承接新订单；进行中的订单不受影响，是否撤销由您另行决定。"),
        gettext_noop("已暂停接单"),
        undoable=True,
    ),
    "resume": _Act(
        ReasonForm, commands.resume, gettext_noop("恢复后可立即承接新订单。"), gettext_noop("已恢复接单"), undoable=True
    ),
    "revoke": _Act(
        RevokeForm,
        commands.revoke,
        gettext_noop("立即停止新订单并撤销服务资格，在规定的间隔内不能重新申请；进行中的订单按规则处理。"),
        gettext_noop("已撤销入库"),
    ),
    "withdraw": _Act(
        ReasonForm,
        commands.withdraw,
        gettext_noop("撤回后不再审核；已入库的退出名录，不再承接新订单。"),
        gettext_noop("已办理"),
    ),
}
CASE_ACTS: dict[str, _Act] = {
    "note": _Act(NoteForm, commands.note_case, "", gettext_noop("已记录")),
    "close": _Act(
        OutcomeForm, commands.close_case, gettext_noop("办结后不再核查；撤销入库须另行办理。"), gettext_noop("已办结")
    ),
}


def _form(act_: _Act, action: str, data: Any = None) -> Form:
    """The form of an act; its controls are named by the act, since a page holds several."""
    return act_.form(data, auto_id=f"id_{action}_%s")


def _scheme(request: HttpRequest) -> str:
    """The register that the address names; the first one when it names none."""
    known = queries.registers()
    wanted = request.GET.get("register") or next(iter(known), "")
    if wanted not in known:
        raise Http404
    return wanted


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    scheme, on = _scheme(request), clock.today()
    if not queries.terms_on(scheme, on).terms.publishes_list:
        raise Http404
    classes = queries.class_labels(scheme)
    form = LibraryForm(request.GET or None, classes=classes, counties=queries.counties(scheme, on=on))
    chosen = form.chosen() if form.is_bound else {}
    found = queries.library(
        scheme,
        on=on,
        text=chosen.get("q", ""),
        region=chosen.get("region", ""),
        entrant_class=chosen.get("entrant_class", ""),
    )
    page = page_of(request, found)
    return render(
        request,
        "registers/library.html",
        {
            "form": form,
            "page": page,
            "rows": [(row, classes.get(row.entrant_class, ""), region_name(row.region)) for row in page],
            "scheme": scheme,
            "takes_vouchers": queries.takes_vouchers(scheme),
            "registers": queries.registers(),
            "bases": {basis.value: BASIS_LABELS[basis] for basis in Basis},
            "counts": [(label, queries.library_counts(scheme).get(code, 0)) for code, label in classes.items()],
        },
    )


def _apply_form(request: HttpRequest, scheme: str, actor: Actor, initial: Mapping[str, Any] | None = None) -> ApplyForm:
    on, who = clock.today(), party(actor.party_id)
    outside = queries.is_outside(scheme, who.region, on=on)
    return ApplyForm(
        request.POST or None,
        initial=initial,
        classes=queries.class_labels(scheme),
        units=units_of(actor.party_id),
        counties=queries.counties(scheme, on=on) if outside else [],
        conditions=queries.terms_on(scheme, on).terms.conditions,
    )


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    scheme, actor = _scheme(request), actor_of(request)
    if not actor.party_id:
        return redirect("registers:library")
    form = _apply_form(request, scheme, actor)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.apply(
                actor,
                party_id=actor.party_id,
                scheme=scheme,
                entrant_class=form.cleaned_data["entrant_class"],
                unit_id=form.cleaned_data.get("unit", ""),
                region=form.cleaned_data.get("region", ""),
                statement=form.cleaned_data["statement"],
                facts=form.facts(),
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("申请已保存，请提交资质证书（免审类别凭名单或证书）后提交"))
            return redirect("registers:admission", tried.value.id)
        status = tried.status
    context = {
        "form": form,
        "title": queries.registers()[scheme],
        "terms": queries.terms_on(scheme, clock.today()).record,
    }
    return render(request, "registers/apply.html", context, status=status)


@login_required
def edit(request: HttpRequest, admission_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.admission(actor, admission_id)
    initial = {"entrant_class": row.entrant_class, "statement": row.statement}
    initial |= {f"condition_{name}": value for name, value in row.facts.items()}
    form = _apply_form(request, row.scheme, actor, initial)
    form.fields.pop("unit", None)
    form.fields.pop("region", None)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.edit(
                actor,
                admission_id=admission_id,
                entrant_class=form.cleaned_data["entrant_class"],
                statement=form.cleaned_data["statement"],
                facts=form.facts(),
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("已保存"))
            return redirect("registers:admission", admission_id)
        status = tried.status
    context = {"form": form, "title": queries.registers()[row.scheme], "admission": row}
    return render(request, "registers/apply.html", context, status=status)


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.own(actor_of(request)))
    context = {"page": page, "machine": ADMISSION_MACHINE, "registers": queries.registers()}
    return render(request, "registers/mine.html", context)


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = QueueForm(
        request.GET or None, states={str(state): label for state, label in ADMISSION_MACHINE.labels.items()}
    )
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.queue(actor, state=chosen.get("state", "")))
    running = queries.clocks_of(page, on=clock.today())
    rows = [(row, queries.class_labels(row.scheme).get(row.entrant_class, ""), running.get(row.id)) for row in page]
    context = {"form": form, "page": page, "rows": rows, "machine": ADMISSION_MACHINE}
    return render(request, "registers/queue.html", context)


@login_required
def admission(request: HttpRequest, admission_id: str) -> HttpResponse:
    return _admission_page(request, admission_id)


def _admission_page(
    request: HttpRequest, admission_id: str, *, form: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.sheet(actor_of(request), admission_id, on=clock.today())
    row = sheet.admission
    offered = [
        (move, ACTS[move.action], _form(ACTS[move.action], move.action)) for move in sheet.moves if move.action in ACTS
    ]
    context = {
        "sheet": sheet,
        "row": row,
        "machine": ADMISSION_MACHINE,
        "case_machine": CASE_MACHINE,
        "class_label": queries.class_labels(row.scheme).get(row.entrant_class, row.entrant_class),
        "kinds": queries.certificate_labels(row.scheme),
        "title": queries.registers().get(row.scheme, row.scheme),
        "places": {row.region: region_name(row.region), row.revoking_region: region_name(row.revoking_region)},
        "basis": BASIS_LABELS[Basis(row.basis)] if row.basis else "",
        "offered": [(move, kind, form if move.action == action and form else own) for move, kind, own in offered],
        "actions": {move.action for move in sheet.moves},
        "case_labels": {str(kind): label for kind, label in CASE_LABELS.items()},
        "refused": form,
    }
    return render(request, "registers/admission.html", context, status=status)


@login_required
def certificate(request: HttpRequest, admission_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.admission(actor, admission_id)
    form = CertificateForm(request.POST or None, request.FILES or None, kinds=queries.certificate_labels(row.scheme))
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.bring_certificate(actor, admission_id=admission_id, now=clock.now(), **form.given()),
        )
        if tried.done:
            messages.success(request, _("证书已登记"))
            return redirect("registers:admission", admission_id)
        status = tried.status
    return render(request, "registers/certificate.html", {"form": form, "admission": row}, status=status)


@require_POST
@login_required
def submit(request: HttpRequest, admission_id: str) -> HttpResponse:
    form = Form({})
    tried = attempt(form, lambda: commands.submit(actor_of(request), admission_id=admission_id, now=clock.now()))
    if not tried.done:
        return _admission_page(request, admission_id, form=form, action="submit", status=tried.status)
    messages.success(request, _("已入库") if tried.value.basis else _("申请已提交，等待科技局确认"))
    return redirect("registers:admission", admission_id)


@require_POST
@login_required
def act(request: HttpRequest, admission_id: str, action: str) -> HttpResponse:
    actor = actor_of(request)
    if action == "recertify":
        commands.recertify(actor, admission_id=admission_id, now=clock.now())
        messages.success(request, _("已核对换发的证书"))
        return redirect("registers:admission", admission_id)
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    form = _form(wanted, action, request.POST)
    tried = attempt(form, lambda: wanted.call(actor, admission_id=admission_id, now=clock.now(), **form.cleaned_data))
    if not tried.done:
        return _admission_page(request, admission_id, form=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return back(request, "registers:admission", admission_id)


@login_required
def cases(request: HttpRequest) -> HttpResponse:
    page = page_of(request, queries.cases(actor_of(request), state=request.GET.get("state", "open")))
    labels = {kind.value: CASE_LABELS[kind] for kind in CaseKind}
    return render(request, "registers/cases.html", {"page": page, "machine": CASE_MACHINE, "labels": labels})


@login_required
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    return _case_page(request, case_id)


def _case_page(
    request: HttpRequest, case_id: str, *, form: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.case(actor_of(request), case_id)
    context = {
        "sheet": sheet,
        "row": sheet.case,
        "machine": CASE_MACHINE,
        "label": CASE_LABELS[CaseKind(sheet.case.kind)],
        "offered": [
            (
                move,
                CASE_ACTS[move.action].happens,
                form if form and move.action == action else _form(CASE_ACTS[move.action], move.action),
            )
            for move in sheet.moves
        ],
    }
    return render(request, "registers/case.html", context, status=status)


@require_POST
@login_required
def act_on_case(request: HttpRequest, case_id: str, action: str) -> HttpResponse:
    wanted = CASE_ACTS.get(action)
    if wanted is None:
        raise Http404
    form = _form(wanted, action, request.POST)
    actor = actor_of(request)
    tried = attempt(form, lambda: wanted.call(actor, case_id=case_id, now=clock.now(), **form.cleaned_data))
    if not tried.done:
        return _case_page(request, case_id, form=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return redirect("registers:case", case_id)
