"""The way of a claim (申兑 → 确认 → 公示 → 拨付)."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.orders.states import CLAIMING


class ClaimState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    IN_NOTICE = "in_notice"
    PAYABLE = "payable"
    IN_PAYMENT = "in_payment"
    PAYMENT_FAILED = "payment_failed"
    SUSPENDED = "suspended"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_S, _R = ClaimState, Role
_OFFICER, _APPROVER, _FINANCE = _R.COUNTY_OFFICER, _R.COUNTY_APPROVER, _R.COUNTY_FINANCE
_BANK = {_FINANCE, _R.CLOCK}

MACHINE = Machine(
    "claim",
    ClaimState,
    _S.DRAFT,
    [
        Move("attach", {_S.DRAFT, _S.RETURNED}, None, {_R.PROVIDER}, _("上传申兑材料"), data=True),
        Move("set_aside", {_S.DRAFT, _S.RETURNED}, None, {_R.PROVIDER}, _("不再使用该材料"), data=True),
        Move("submit", {_S.DRAFT, _S.RETURNED}, _S.SUBMITTED, {_R.PROVIDER}, _("提交兑付申请"), data=True),
        Move("import", {_S.DRAFT}, _S.SUBMITTED, {_R.BUDGET_AUTHOR}, _("导入未办结兑付申请"), data=True),
        Move("undo_import", {_S.SUBMITTED}, _S.WITHDRAWN, {_R.BUDGET_AUTHOR}, _("冲销导入的兑付申请"), data=True),
        Move("confirm", {_S.SUBMITTED}, _S.CONFIRMED, {_OFFICER}, _("确认服务事项"), data=True),
        Move("return", {_S.SUBMITTED}, _S.RETURNED, {_OFFICER}, _("退回补正"), data=True),
        Move("refuse", {_S.SUBMITTED}, _S.REFUSED, {_OFFICER}, _("不予确认"), data=True),
        Move(
            "withdraw", {_S.DRAFT, _S.SUBMITTED, _S.RETURNED}, _S.WITHDRAWN, {_R.PROVIDER}, _("撤回兑付申请"), data=True
        ),
        Move("lapse", {_S.DRAFT, _S.RETURNED}, _S.WITHDRAWN, {_R.CLOCK}, _("逾期未补正视为撤回")),
        Move("publish", {_S.CONFIRMED}, _S.IN_NOTICE, {_OFFICER}, _("列入公示"), data=True),
        Move("unpublish", {_S.IN_NOTICE}, _S.CONFIRMED, {_OFFICER}, _("撤回公示"), data=True),
        Move("renotice", {_S.IN_NOTICE}, None, {_OFFICER}, _("更正公示"), data=True),
        Move("clear", {_S.IN_NOTICE}, _S.PAYABLE, {_R.CLOCK}, _("公示无异议")),
        Move("uphold", {_S.IN_NOTICE}, _S.REFUSED, {_R.CLOCK}, _("异议成立不予兑付")),
        Move("uphold_return", {_S.IN_NOTICE}, _S.RETURNED, {_R.CLOCK}, _("异议成立退回补正")),
        Move("suspend", {_S.PAYABLE, _S.PAYMENT_FAILED}, _S.SUSPENDED, {_APPROVER, _R.CLOCK}, _("暂停拨付"), data=True),
        Move("resume", {_S.SUSPENDED}, _S.PAYABLE, {_APPROVER}, _("恢复拨付"), data=True),
        Move("stop", {_S.SUSPENDED}, _S.REFUSED, {_APPROVER, _R.CLOCK}, _("终止拨付"), data=True),
        Move("prepare", {_S.PAYABLE}, _S.IN_PAYMENT, {_OFFICER}, _("编入拨付批次"), data=True),
        Move("unprepare", {_S.IN_PAYMENT}, _S.PAYABLE, {_OFFICER, _APPROVER, _FINANCE}, _("移出拨付批次"), data=True),
        Move("pay", {_S.IN_PAYMENT}, _S.PAID, _BANK, _("银行已付款"), data=True),
        Move("fail", {_S.IN_PAYMENT}, _S.PAYMENT_FAILED, _BANK, _("银行付款失败"), data=True),
        Move("bounce", {_S.PAID}, _S.PAYMENT_FAILED, _BANK, _("登记银行退汇"), data=True),
        Move("retry", {_S.PAYMENT_FAILED}, _S.PAYABLE, {_OFFICER}, _("更正账户后重新拨付"), data=True),
    ],
    labels={
        _S.DRAFT: _("草稿"),
        _S.SUBMITTED: _("待确认"),
        _S.RETURNED: _("待补正"),
        _S.CONFIRMED: _("已确认待公示"),
        _S.IN_NOTICE: _("公示中"),
        _S.PAYABLE: _("待拨付"),
        _S.IN_PAYMENT: _("拨付中"),
        _S.PAYMENT_FAILED: _("付款失败"),
        _S.SUSPENDED: _("暂停拨付"),
        _S.PAID: _("已兑付"),
        _S.REFUSED: _("不予兑付"),
        _S.WITHDRAWN: _("已撤回"),
    },
    waits={
        _S.DRAFT: _R.PROVIDER,
        _S.SUBMITTED: _OFFICER,
        _S.RETURNED: _R.PROVIDER,
        _S.CONFIRMED: _OFFICER,
        _S.IN_NOTICE: _R.PUBLIC,
        _S.PAYABLE: _OFFICER,
        _S.IN_PAYMENT: _FINANCE,
        _S.PAYMENT_FAILED: _OFFICER,
        _S.SUSPENDED: _APPROVER,
    },
)


class CountedBy(StrEnum):
    """By which day a redemption counts in a year (年度归属): source 002 says 上年度实际兑付, the day is a reading."""

    PAYOUT = "payout"
    CONFIRMATION = "confirmation"
    OFFSET = "offset"


class OpeningState(StrEnum):
    BROUGHT_IN = "brought_in"
    UNDONE = "undone"


OPENING_MACHINE = Machine(
    "opening",
    OpeningState,
    OpeningState.BROUGHT_IN,
    [
        Move("undo", {OpeningState.BROUGHT_IN}, OpeningState.UNDONE, {_R.BUDGET_AUTHOR}, _("冲销期初导入"), data=True),
    ],
    labels={OpeningState.BROUGHT_IN: _("已导入"), OpeningState.UNDONE: _("已冲销")},
    waits={},
)


class OpeningKind(StrEnum):
    """What a table of the opening holds (期初导入), in the order in which they are brought."""

    VOUCHERS = "vouchers"
    CLAIMS = "claims"


OPENING_LABELS: dict[OpeningKind, str] = {
    OpeningKind.VOUCHERS: _("在用创新券"),
    OpeningKind.CLAIMS: _("未办结兑付申请"),
}

# A claim that stands: its order can carry no other, and its invoice lines are spoken for.
LIVE = tuple(state for state in ClaimState if state not in {_S.REFUSED, _S.WITHDRAWN})
CLOSED = (_S.PAID, _S.REFUSED, _S.WITHDRAWN)  # 办结: exports as an archive volume

OPEN = tuple(state for state in ClaimState if state not in CLOSED)  # 在办

CONFIRMATION, PAYOUT, CORRECTION = "claim_confirmation", "claim_payout", "claim_correction"
CLOCK_LABELS = {
    CONFIRMATION: _("确认服务事项"),
    PAYOUT: _("拨付补助资金"),
    CORRECTION: _("补正申兑材料"),
    CLAIMING: _("申请兑付"),
}

UNCHECKED, CHECKED = "unchecked", "checked"  # 未查验、已查验: by the tax bureau, never by us
WAITING_MAX = 200  # technical: rows of a workbench
API_PAGE = 100  # technical: rows of one answer
FINDINGS_MAX = 20  # technical: rows that a check names
ORDERS_MAX = 12  # technical: orders offered for one invoice's lines
SCREENED_DAYS = 366  # technical: for so long claims are screened against one another
