"""The way of a service order (服务订单), and the fixed words of its papers."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _

CITY_DIGITS = 4  # of GB/T 2260: codes of one city begin alike


class OrderState(StrEnum):
    REQUESTED = "requested"
    QUOTED = "quoted"
    PLACED = "placed"
    IN_SERVICE = "in_service"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    DISPUTED = "disputed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class Version(StrEnum):
    """What a version of the lines is (明细版本)."""

    QUOTE = "quote"
    FINAL = "final"


class ContractKind(StrEnum):
    TEMPLATE = "template"  # 范本
    OWN = "own"  # 双方自拟
    FRAMEWORK = "framework"  # 框架协议


class OwnShareKind(StrEnum):
    INSTALMENT = "instalment"
    PAID = "paid"
    REFUND = "refund"


class InvoiceMark(StrEnum):
    ISSUED = "issued"
    REISSUED = "reissued"
    RED = "red"  # 红字发票: before the claim it frees the order, never the number


class Situation(StrEnum):
    """声明事项: situations in which a voucher may not be used, as the user declares them."""

    STATUTORY_TEST = "statutory_test"
    AFFILIATED = "affiliated"
    FUNDED_ITEM = "funded_item"
    OWN_CAMPUS = "own_campus"


CONTRACT_LABELS: dict[ContractKind, str] = {
    ContractKind.TEMPLATE: _("合同范本"),
    ContractKind.OWN: _("双方自拟合同"),
    ContractKind.FRAMEWORK: _("框架协议"),
}
OWN_SHARE_LABELS: dict[OwnShareKind, str] = {
    OwnShareKind.INSTALMENT: _("首付"),
    OwnShareKind.PAID: _("余款"),
    OwnShareKind.REFUND: _("退款"),
}
INVOICE_LABELS: dict[InvoiceMark, str] = {
    InvoiceMark.ISSUED: _("已开具"),
    InvoiceMark.REISSUED: _("已重开"),
    InvoiceMark.RED: _("已红冲"),
}
VERSION_LABELS: dict[Version, str] = {Version.QUOTE: _("报价明细"), Version.FINAL: _("最终明细")}
CHANNEL_LABELS: dict[str, str] = {
    "platform": _("本平台"),
    "daxing": _("浙江省大型科研仪器开放共享平台"),
    "other": _("其他渠道"),
}
OFFICE_LABELS: dict[str, str] = {
    "claim_office": _("受理并确认兑付"),
    "paying_budget": _("支付补助资金"),
    "admission_office": _("确认服务机构入库"),
    "revoking_office": _("监管与撤销入库"),
}

CLAIMING = "order_claiming"  # 申兑期限: runs on a settled order until its claim is handed in
REMIND_CLAIM_BEFORE = 14  # house practice: days before its last day

_S, _R = OrderState, Role
_BOTH = frozenset({_R.HOLDER, _R.PROVIDER})
_RUNNING = {_S.PLACED, _S.IN_SERVICE, _S.DELIVERED, _S.ACCEPTED}
WAY = (_S.REQUESTED, _S.QUOTED, _S.PLACED, _S.IN_SERVICE, _S.DELIVERED, _S.ACCEPTED, _S.SETTLED)
CONTRACTED = (_S.PLACED, _S.IN_SERVICE, _S.DELIVERED)  # in these the contract is drawn and sealed
OPEN = (_S.REQUESTED, _S.QUOTED, _S.PLACED, _S.IN_SERVICE, _S.DELIVERED, _S.ACCEPTED, _S.DISPUTED)

MACHINE = Machine(
    "order",
    OrderState,
    initial=_S.REQUESTED,
    moves=[
        Move("quote", {_S.REQUESTED, _S.QUOTED}, _S.QUOTED, {_R.PROVIDER}, _("报价"), data=True),
        Move("quote_listed", {_S.REQUESTED}, _S.QUOTED, {_R.HOLDER}, _("按公布价自动报价"), data=True),
        Move("decline", {_S.REQUESTED, _S.QUOTED}, _S.DECLINED, {_R.PROVIDER}, _("婉拒委托"), data=True),
        Move("withdraw", {_S.REQUESTED, _S.QUOTED}, _S.WITHDRAWN, {_R.HOLDER}, _("撤回委托")),
        Move("place", {_S.QUOTED}, _S.PLACED, {_R.HOLDER}, _("接受报价并下单"), data=True),
        Move("invoice_to", {_S.QUOTED, *_RUNNING}, None, {_R.HOLDER}, _("更正开票信息"), data=True),
        Move("contract", set(CONTRACTED), None, _BOTH, _("提交服务合同"), data=True),
        Move("seal", set(CONTRACTED), None, _BOTH, _("合同用印")),
        Move("start", {_S.PLACED}, _S.IN_SERVICE, {_R.PROVIDER}, _("开始服务")),
        Move("deliver_part", {_S.IN_SERVICE}, None, {_R.PROVIDER}, _("部分交付"), data=True),
        Move("deliver", {_S.IN_SERVICE}, _S.DELIVERED, {_R.PROVIDER}, _("交付服务报告"), data=True),
        Move(
            "propose_final",
            {_S.IN_SERVICE, _S.DELIVERED, _S.ACCEPTED},
            None,
            {_R.PROVIDER},
            _("提出最终明细"),
            data=True,
        ),
        Move("agree_final", {_S.IN_SERVICE, _S.DELIVERED, _S.ACCEPTED}, None, {_R.HOLDER}, _("同意最终明细")),
        Move(
            "reject_final",
            {_S.IN_SERVICE, _S.DELIVERED, _S.ACCEPTED},
            None,
            {_R.HOLDER},
            _("不同意最终明细"),
            data=True,
        ),
        Move("accept", {_S.DELIVERED}, _S.ACCEPTED, {_R.HOLDER}, _("验收服务")),
        Move("accept_by_silence", {_S.DELIVERED}, _S.ACCEPTED, {_R.CLOCK}, _("逾期视为验收")),
        Move("dispute", {_S.DELIVERED}, _S.DISPUTED, {_R.HOLDER}, _("提出争议"), data=True),
        Move("escalate", {_S.DELIVERED}, _S.DISPUTED, {_R.CLOCK}, _("逾期未验收提请协调")),
        Move("drop_dispute", {_S.DISPUTED}, _S.DELIVERED, {_R.HOLDER}, _("撤回争议")),
        Move("resolve_accept", {_S.DISPUTED}, _S.ACCEPTED, {_R.COUNTY_OFFICER}, _("协调为按约验收"), data=True),
        Move("resolve_part", {_S.DISPUTED}, _S.ACCEPTED, {_R.COUNTY_OFFICER}, _("协调为部分验收"), data=True),
        Move("resolve_cancel", {_S.DISPUTED}, _S.CANCELLED, {_R.COUNTY_OFFICER}, _("协调为取消订单"), data=True),
        Move("own_share", set(_RUNNING), None, _BOTH, _("登记自付款凭证"), data=True),
        Move("settle", {_S.ACCEPTED}, _S.SETTLED, {_R.HOLDER}, _("结算：抵扣并完成")),
        Move("settle_by_clock", {_S.ACCEPTED}, _S.SETTLED, {_R.CLOCK}, _("余款已付，逾期自动结算")),
        Move("invoice", {*_RUNNING, _S.SETTLED}, None, {_R.PROVIDER}, _("登记开票"), data=True),
        Move("note_served", {*_RUNNING, _S.SETTLED}, None, {_R.PROVIDER}, _("登记项目和服务人员"), data=True),
        Move("mark_horizontal", {_S.SETTLED}, None, {_R.PROVIDER}, _("标记为横向科研经费"), data=True),
        Move("unmark_horizontal", {_S.SETTLED}, None, {_R.PROVIDER}, _("撤销横向科研经费标记"), data=True),
        Move(
            "refund_share",
            {_S.ACCEPTED, _S.SETTLED, _S.CANCELLED, _S.LAPSED},
            None,
            {_R.PROVIDER},
            _("登记自付款退款"),
            data=True,
        ),
        Move(
            "give_up",
            {_S.SETTLED},
            None,
            {_R.CLOCK, _R.COUNTY_OFFICER, _R.COUNTY_APPROVER},
            _("抵扣额不再兑付"),
            data=True,
        ),
        Move("bring_in", {_S.REQUESTED, _S.CANCELLED}, _S.SETTLED, {_R.BUDGET_AUTHOR}, _("导入期初订单"), data=True),
        Move("undo_bring_in", {_S.SETTLED}, _S.CANCELLED, {_R.BUDGET_AUTHOR}, _("冲销期初订单"), data=True),
        Move("cancel", {_S.PLACED, _S.IN_SERVICE}, _S.CANCELLED, _BOTH, _("取消订单"), data=True),
        Move("carry_over", set(OPEN), None, {_R.CLOCK}, _("由承继单位承接")),
        Move(
            "terminate",
            {_S.REQUESTED, _S.QUOTED, _S.PLACED, _S.IN_SERVICE, _S.DELIVERED},
            _S.CANCELLED,
            {_R.COUNTY_OFFICER, _R.CLOCK},
            _("按决定终止订单"),
            data=True,
        ),
        Move(
            "close_revoked",
            {_S.REQUESTED, _S.QUOTED, _S.PLACED, _S.IN_SERVICE},
            _S.CANCELLED,
            {_R.CLOCK},
            _("机构被撤销入库，取消订单"),
        ),
        Move("lapse", {_S.REQUESTED, _S.QUOTED, _S.PLACED}, _S.LAPSED, {_R.CLOCK}, _("逾期失效")),
    ],
    labels={
        _S.REQUESTED: _("待报价"),
        _S.QUOTED: _("待下单"),
        _S.PLACED: _("待服务"),
        _S.IN_SERVICE: _("服务中"),
        _S.DELIVERED: _("待验收"),
        _S.ACCEPTED: _("待结算"),
        _S.SETTLED: _("已结算"),
        _S.DISPUTED: _("争议协调中"),
        _S.DECLINED: _("机构已婉拒"),
        _S.WITHDRAWN: _("已撤回"),
        _S.CANCELLED: _("已取消"),
        _S.LAPSED: _("已失效"),
    },
    waits={
        _S.REQUESTED: _R.PROVIDER,
        _S.QUOTED: _R.HOLDER,
        _S.PLACED: _R.PROVIDER,
        _S.IN_SERVICE: _R.PROVIDER,
        _S.DELIVERED: _R.HOLDER,
        _S.ACCEPTED: _R.HOLDER,
        _S.DISPUTED: _R.COUNTY_OFFICER,
    },
)


class StandingState(StrEnum):
    OPEN = "open"
    ENDED = "ended"


STANDING_MACHINE = Machine(
    "standing_quote",
    StandingState,
    initial=StandingState.OPEN,
    moves=[
        Move("renew", {StandingState.ENDED}, StandingState.OPEN, {_R.PROVIDER}, _("重新开启自动报价"), data=True),
        Move("end", {StandingState.OPEN}, StandingState.ENDED, {_R.PROVIDER}, _("停止自动报价")),
    ],
    labels={StandingState.OPEN: _("自动报价中"), StandingState.ENDED: _("已停止自动报价")},
    waits={},
)
MINUTES_DIGITS = 7  # of a length in an address
BOOKED_STATES = ("requested", "confirmed", "in_use", "done")  # of a booking that an order may be made of
QUOTED_AT_ONCE = ("confirmed", "in_use", "done")  # whose time is sure, so that the published price is the quote

REVOCATION_LOOK_BACK_DAYS = 60  # how long after a revocation its effect on orders is still looked for
BEFORE_PLACING = (_S.REQUESTED, _S.QUOTED)
UNFINISHED = (_S.PLACED, _S.IN_SERVICE)
# on_revocation: what a revoked provider may not finish. What was not placed cannot be placed any more in any case.
CLOSED_BY_REVOCATION: dict[str, tuple[OrderState, ...]] = {
    "finish_started": (*BEFORE_PLACING, _S.PLACED),
    "cancel_all": (*BEFORE_PLACING, *UNFINISHED),
    "finish_all": BEFORE_PLACING,
}

INCOME_MAX = 20_000  # orders of one statement
PEOPLE_MAX = 20  # people of one order
BATCH = 500  # orders per run of the clock's query
READ_TOGETHER = 5_000  # rows that are fetched at once where a whole year is read
WAITING_MAX = 200  # rows of one room on the workbench
WAITING_TITLES: dict[str, str] = {
    _S.REQUESTED: _("报价"),
    _S.QUOTED: _("答复报价"),
    _S.PLACED: _("开始服务"),
    _S.IN_SERVICE: _("交付服务报告"),
    _S.DELIVERED: _("验收服务"),
    _S.ACCEPTED: _("结算订单"),
    _S.SETTLED: _("查看已结算订单"),
    _S.DISPUTED: _("协调争议"),
    "final": _("答复最终明细"),
    "contract": _("提交服务合同"),
    "seal": _("合同用印"),
    "own_share": _("登记自付款凭证"),
}
