"""Lists of orders, and one order with its figures, papers, way, and what can be done now."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.catalog.states import SERVICE_LABELS, UNIT_LABELS
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop
from kechuang.orders import commands, queries
from kechuang.orders.forms import (
    ContractForm,
    DeliverForm,
    HorizontalForm,
    InvoiceForm,
    InvoiceToForm,
    LinesForm,
    ListForm,
    PartForm,
    ReasonForm,
    SeenForm,
    ShareForm,
)
from kechuang.orders.queries import frozen_prices
from kechuang.orders.rules import asked_again
from kechuang.orders.states import (
    CHANNEL_LABELS,
    CONTRACT_LABELS,
    INVOICE_LABELS,
    MACHINE,
    OFFICE_LABELS,
    OWN_SHARE_LABELS,
    VERSION_LABELS,
    OrderState,
)
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, back, long_page_of
from kechuang.vouchers.rules import LIMIT_LABELS

UNITS = {str(unit): label for unit, label in UNIT_LABELS.items()}


@dataclass(frozen=True, slots=True)
class _Act:
    """Something that can be done on an order: its form, its command, what will happen, what is said after."""

    form: type[SeenForm]
    call: Callable[..., Any]
    happens: str
    done: str
    tone: str = "plain"  # or danger; what brings the order on is coloured by the page
    undoable: bool = False  # may be done again or corrected later


# What brings an order on, the most telling first: at any time, and when it waits for who looks.
MAIN_ANYTIME = ("agree_final", "seal")
MAIN = ("accept", "settle", "start", "deliver", "contract", "own_share", "resolve_accept")
_ok = gettext_noop("已办理")
ACTS: dict[str, _Act] = {
    "decline": _Act(ReasonForm, commands.decline, gettext_noop("本次委托就此结束。"), gettext_noop("已婉拒"), "danger"),
    "withdraw": _Act(SeenForm, commands.withdraw, gettext_noop("本次委托就此结束。"), gettext_noop("已撤回"), "danger"),
    "invoice_to": _Act(
        InvoiceToForm,
        commands.invoice_to,
        gettext_noop("名称和税号以订单为准。"),
        gettext_noop("已更正"),
        undoable=True,
    ),
    "contract": _Act(
        ContractForm,
        commands.contract,
        gettext_noop("双方用印后合同不能更换。"),
        gettext_noop("合同已提交"),
        undoable=True,
    ),
    "seal": _Act(SeenForm, commands.seal, gettext_noop("以本单位电子印章在合同上用印。"), gettext_noop("已用印")),
    "start": _Act(SeenForm, commands.start, gettext_noop("开始服务后按期限交付报告。"), gettext_noop("已开始服务")),
    "deliver_part": _Act(
        DeliverForm, commands.deliver_part, gettext_noop("其余部分继续服务。"), gettext_noop("已部分交付")
    ),
    "deliver": _Act(DeliverForm, commands.deliver, gettext_noop("交付后由使用者验收。"), gettext_noop("已交付")),
    "agree_final": _Act(
        SeenForm,
        commands.agree_final,
        gettext_noop("同意后按下单时的规则重新计算抵扣额和自付款，两个版本均留存。"),
        gettext_noop("已同意"),
    ),
    "reject_final": _Act(
        ReasonForm, commands.reject_final, gettext_noop("原明细继续有效。"), gettext_noop("已答复"), "danger"
    ),
    "accept": _Act(SeenForm, commands.accept, gettext_noop("验收后支付余款并结算。"), gettext_noop("已验收，请结算")),
    "dispute": _Act(
        ReasonForm, commands.dispute, gettext_noop("由科技局协调，期间不结算。"), gettext_noop("已提出争议"), "danger"
    ),
    "drop_dispute": _Act(SeenForm, commands.drop_dispute, gettext_noop("重新进入验收。"), _ok),
    "resolve_accept": _Act(
        ReasonForm, partial(commands.resolve, outcome="accept"), gettext_noop("按约定价款验收。"), _ok
    ),
    "resolve_part": _Act(
        PartForm, partial(commands.resolve, outcome="part"), gettext_noop("按协调价款重新计算抵扣额和自付款。"), _ok
    ),
    "resolve_cancel": _Act(
        ReasonForm,
        partial(commands.resolve, outcome="cancel"),
        gettext_noop("订单取消，占用的额度释放，已付自付款应退还。"),
        _ok,
        "danger",
    ),
    "terminate": _Act(
        ReasonForm,
        commands.terminate,
        gettext_noop("因一方注销等原因不能履行的，由科技局决定终止；占用的额度释放，已付自付款应退还。"),
        gettext_noop("订单已终止"),
        "danger",
    ),
    "own_share": _Act(
        ShareForm, commands.own_share, gettext_noop("上传银行回单，或填写支付渠道流水号。"), gettext_noop("已登记")
    ),
    "settle": _Act(
        SeenForm,
        commands.settle,
        gettext_noop("创新券按订单金额抵扣，抵扣后不能撤回；券内余额继续可用。"),
        gettext_noop("已结算，余额留在券内"),
    ),
    "invoice": _Act(
        InvoiceForm,
        commands.invoice,
        gettext_noop("发票文件在申请兑付时提交。"),
        gettext_noop("已登记"),
        undoable=True,
    ),
    "mark_horizontal": _Act(
        HorizontalForm,
        commands.mark_horizontal,
        gettext_noop("符合条件的，本单收入按横向科研经费管理；条件和条款一并留存。"),
        gettext_noop("已标记为横向科研经费"),
        undoable=True,
    ),
    "unmark_horizontal": _Act(
        ReasonForm, commands.unmark_horizontal, gettext_noop("本单收入不再按横向科研经费管理。"), _ok, "danger"
    ),
    "refund_share": _Act(
        ShareForm, commands.refund_share, gettext_noop("退款凭证双方可查。"), gettext_noop("已登记退款")
    ),
    "cancel": _Act(
        ReasonForm,
        commands.cancel,
        gettext_noop("占用的额度立即释放，已付自付款由服务机构退还。"),
        gettext_noop("订单已取消"),
        "danger",
    ),
}


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.GET or None)
    chosen = form.chosen() if form.is_bound else {}
    actor = actor_of(request)
    page = long_page_of(request, queries.listed(actor, **chosen))
    context = {
        "form": form,
        "filtered": any(chosen.values()),
        "page": page,
        "machine": MACHINE,
        "clocks": queries.clocks_of(page, on=clock.today()),
        "party_id": actor.party_id,
    }
    return render(request, "orders/orders.html", context)


@login_required
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    return _order_page(request, order_id)


def _by_weight(sheet: queries.OrderSheet) -> list[tuple[Move, str]]:
    """The moves that make sense now: the one that brings the order on first and alone in colour, the ways out last."""
    useful = [move for move in sheet.open_moves if move.action in ACTS and queries.useful(sheet, move.action)]
    mine = MACHINE.waits.get(OrderState(sheet.order.state)) in sheet.roles
    draws = sheet.contract is None and Role.PROVIDER in sheet.roles
    first = (*MAIN_ANYTIME, "contract") if draws else MAIN_ANYTIME
    main = next((one for one in (*first, *(MAIN if mine else ())) if any(move.action == one for move in useful)), "")
    rank = {main: 0}

    def tone(move: Move) -> str:
        return "primary" if move.action == main else ACTS[move.action].tone

    ordered = sorted(useful, key=lambda move: (rank.get(move.action, 1), tone(move) == "danger"))
    return [(move, tone(move)) for move in ordered]


def _order_page(
    request: HttpRequest, order_id: str, *, form: Form | None = None, action: str = "", status: int = 200
) -> HttpResponse:
    sheet = queries.sheet(actor_of(request), order_id, on=clock.today())
    row = sheet.order
    seen = {"seen": row.revision, **row.invoice_to}
    offered = [
        (
            move,
            ACTS[move.action],
            tone,
            form
            if form and move.action == action
            else ACTS[move.action].form(initial=seen | {"amount": queries.expected(sheet, move.action)}),
        )
        for move, tone in _by_weight(sheet)
    ]
    context = {
        "sheet": sheet,
        "row": row,
        "machine": MACHINE,
        "offered": [  # links to pages of their own stand between
            [one for one in offered if one[2] == "primary"],
            [one for one in offered if one[2] != "primary"],
        ],
        "failed": form,
        "county": region_name(row.region),
        "limits": {str(limit): label for limit, label in LIMIT_LABELS.items()},
        "services": {str(code): label for code, label in SERVICE_LABELS.items()},
        "channels": CHANNEL_LABELS,
        "contracts": {str(kind): label for kind, label in CONTRACT_LABELS.items()},
        "versions": {str(kind): label for kind, label in VERSION_LABELS.items()},
        "shares": {str(kind): label for kind, label in OWN_SHARE_LABELS.items()},
        "marks": {str(mark): label for mark, label in INVOICE_LABELS.items()},
        "offices": [
            (OFFICE_LABELS[name], region_name(row.offices[name])) for name in OFFICE_LABELS if name in row.offices
        ],
        "units": UNITS,
        "after": queries.figures(sheet),
        "must_pay": any(move.action == "own_share" for move, *_rest in offered),
        "steps": queries.steps_of(sheet),
        "horizontal": sheet.horizontal,
    }
    return render(request, "orders/order.html", context, status=status)


@login_required
def final(request: HttpRequest, order_id: str) -> HttpResponse:
    """The final lines, beginning with those agreed."""
    actor = actor_of(request)
    sheet = queries.sheet(actor, order_id, on=clock.today())
    before = asked_again(sheet.agreed.lines) if sheet.agreed else ()
    prices, seen = frozen_prices(sheet.order), {"seen": sheet.order.revision}
    form = LinesForm(request.POST or None, prices=prices, asked=before, units=UNITS, initial=seen)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.propose_final(actor, order_id=order_id, now=clock.now(), **form.given()))
        if tried.done:
            messages.success(request, _("最终明细已送达使用者"))
            return redirect("orders:order", order_id)
        status = tried.status
    context = {"sheet": sheet, "row": sheet.order, "form": form, "machine": MACHINE}
    return render(request, "orders/final.html", context, status=status)


@login_required
def contract_text(request: HttpRequest, order_id: str) -> HttpResponse:
    """The drawn contract on paper (A4), to be read, printed and sealed."""
    sheet = queries.sheet(actor_of(request), order_id, on=clock.today())
    if sheet.contract is None or not sheet.contract.text:
        raise NotVisible
    context = {"sheet": sheet, "row": sheet.order, "contract": sheet.contract, "where": request.build_absolute_uri()}
    return render(request, "orders/contract.html", context)


@require_POST
@login_required
def act(request: HttpRequest, order_id: str, action: str) -> HttpResponse:
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404
    form = wanted.form(request.POST, request.FILES)
    actor = actor_of(request)
    tried = attempt(form, lambda: wanted.call(actor, order_id=order_id, now=clock.now(), **form.given()))
    if not tried.done:
        return _order_page(request, order_id, form=form, action=action, status=tried.status)
    messages.success(request, _(wanted.done))
    return back(request, "orders:order", order_id)
