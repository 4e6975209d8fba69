"""Pages of vouchers: one's own, the officer's list, applying with every check shown, one voucher."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.credit.queries import commitment_in_force
from kechuang.credit.states import LABELS
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import party, region_name
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, page_of
from kechuang.vouchers import commands, queries
from kechuang.vouchers.forms import ApplyForm, IssueForm, ListForm, ReasonForm, WithdrawForm
from kechuang.vouchers.rules import LIMIT_LABELS
from kechuang.vouchers.states import HOLD_MACHINE, MACHINE


@dataclass(frozen=True, slots=True)
class _Act:
    """A decision that asks for more than a button: its form, its command, and what will happen."""

    form: type[IssueForm | ReasonForm | WithdrawForm]
    call: Callable[..., Any]
    happens: str
    done: str
    tone: str = "danger"


ACTS: dict[str, _Act] = {
    "issue": _Act(
        IssueForm,
        commands.issue,
        gettext_noop("核发后额度从本县当年预算划出，申领人即可下单抵扣。"),
        gettext_noop("已核发"),
        "primary",
    ),
    "return": _Act(
        ReasonForm, commands.return_, gettext_noop("退回后由申领人补正再提交。"), gettext_noop("已退回补正")
    ),
    "refuse": _Act(
        ReasonForm,
        commands.refuse,
        gettext_noop("本次申领就此终止，可以重新申领。"),
        gettext_noop("已作出不予核发决定"),
    ),
    "revoke": _Act(
        ReasonForm,
        commands.revoke,
        gettext_noop("余额立即退回预算；已占用的部分在订单结束后处理。"),
        gettext_noop("已撤销"),
    ),
    "withdraw": _Act(
        WithdrawForm, commands.withdraw, gettext_noop("未用余额退回预算，不能再用于下单。"), gettext_noop("已撤回")
    ),
}


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not actor.party_id:
        return redirect("vouchers:list")
    context = {"cards": queries.own_cards(actor), "machine": MACHINE, "roles": {"holder"}}
    return render(request, "vouchers/mine.html", context)


@login_required
def listing(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    page = page_of(request, queries.listed(actor_of(request), state=chosen.get("state", "")))
    context = {"form": form, "page": page, "machine": MACHINE}
    return render(request, "vouchers/list.html", context)


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    """Keeps the application and shows every check; sending it is the next step."""
    actor, on = actor_of(request), clock.today()
    if not actor.party_id:
        return redirect("vouchers:list")
    card = party(actor.party_id)
    schemes = queries.schemes_for(card, on=on)
    form = ApplyForm(
        request.POST or None, request.FILES or None, schemes=schemes, labels=queries.labels_asked(schemes, on=on)
    )
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.apply(
                actor,
                party_id=actor.party_id,
                scheme=form.cleaned_data["scheme"],
                region=queries.issuing_county(card.region),
                requested_fen=form.cleaned_data["requested"],
                declared=form.declared(),
                files=form.uploads(),
                key=request.POST.get("key", ""),
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("申领内容已保存，请核对各项条件后提交"))
            return redirect("vouchers:voucher", tried.value.id)
        status = tried.status
    context = {
        "form": form,
        "schemes": schemes,
        "county": region_name(queries.issuing_county(card.region)),
        "known": queries.known_labels(actor.party_id, on=on),
        "key": queries.fresh_key(),
        "must_sign": not commitment_in_force(actor.party_id, "holder", on=on),
    }
    return render(request, "vouchers/apply.html", context, status=status)


@login_required
def edit(request: HttpRequest, voucher_id: str) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    voucher = queries.sheet(actor, voucher_id, on=on).voucher
    schemes = {voucher.scheme: queries.scheme_title(voucher.scheme)}
    said = voucher.declared
    initial = {
        "scheme": voucher.scheme,
        "requested": voucher.requested_fen,
        "purpose": said.get("purpose", ""),
        "labels": said.get("labels", []),
        "staff_count": said.get("staff_count"),
        "revenue": said.get("revenue_fen"),
        "capital": said.get("capital_fen"),
    }
    asked = queries.labels_asked(schemes, on=on)
    form = ApplyForm(request.POST or None, request.FILES or None, schemes=schemes, labels=asked, initial=initial)
    status = 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.edit(
                actor,
                voucher_id=voucher_id,
                requested_fen=form.cleaned_data["requested"],
                declared=form.declared(),
                files=form.uploads(),
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("已保存"))
            return redirect("vouchers:voucher", voucher_id)
        status = tried.status
    context = {"form": form, "schemes": schemes, "county": region_name(voucher.region), "voucher": voucher}
    return render(request, "vouchers/apply.html", context, status=status)


@login_required
def voucher(request: HttpRequest, voucher_id: str) -> HttpResponse:
    return _voucher_page(request, voucher_id)


def _voucher_page(
    request: HttpRequest, voucher_id: str, *, form: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.sheet(actor_of(request), voucher_id, on=clock.today())
    row = sheet.voucher
    offered = [
        (move, ACTS[move.action], form if form and move.action == action else ACTS[move.action].form())
        for move in sheet.open_moves
        if move.action in ACTS
    ]
    context = {
        "sheet": sheet,
        "row": row,
        "machine": MACHINE,
        "hold_machine": HOLD_MACHINE,
        "offered": offered,
        "actions": {move.action for move in sheet.open_moves},
        "county": region_name(row.region),
        "title": queries.scheme_title(row.scheme),
        "limits": {str(limit): label for limit, label in LIMIT_LABELS.items()},
        "labels": {str(label): text for label, text in LABELS.items()},
        "checks": [(check, _found(check, queries.words(row.scheme))) for check in row.checks],
        "must_sign": queries.must_sign(row, on=clock.today()),
        "failed": form,
    }
    return render(request, "vouchers/voucher.html", context, status=status)


def _found(check: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """What a check found, in the scheme's words instead of its codes."""
    return "、".join(_(words.get(code, code)) for code in str(check["value"]).split(",") if code)


@login_required
def card(request: HttpRequest, voucher_id: str) -> HttpResponse:
    """The voucher on paper (A4)."""
    sheet = queries.sheet(actor_of(request), voucher_id, on=clock.today())
    context = {
        "sheet": sheet,
        "row": sheet.voucher,
        "county": region_name(sheet.voucher.region),
        "title": queries.scheme_title(sheet.voucher.scheme),
        "where": request.build_absolute_uri(),
    }
    return render(request, "vouchers/card.html", context)


@require_POST
@login_required
def submit(request: HttpRequest, voucher_id: str) -> HttpResponse:
    form = Form({})
    tried = attempt(form, lambda: commands.submit(actor_of(request), voucher_id=voucher_id, now=clock.now()))
    if not tried.done:
        return _voucher_page(request, voucher_id, form=form, action="submit", status=tried.status)
    issued = tried.value.face_fen > 0
    messages.success(request, _("创新券已核发，可以下单抵扣") if issued else _("已提交，等待科技局审核"))
    return redirect("vouchers:voucher", voucher_id)


@require_POST
@login_required
def act(request: HttpRequest, voucher_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    form = wanted.form(request.POST)
    actor = actor_of(request)
    tried = attempt(form, lambda: wanted.call(actor, voucher_id=voucher_id, now=clock.now(), **form.given()))
    if not tried.done:
        return _voucher_page(request, voucher_id, form=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return back(request, "vouchers:voucher", voucher_id)
