"""Where a budget, a payment batch and one line of it can stand, and who may move them."""

from dataclasses import dataclass
from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.rules import Kind

REMARK_CHARS = 120  # what bank files carry as 附言 and receipts print
FIRST_OF_YEAR = "01-01"
POSITION_DIGITS = 3  # of a serial: ZF-…-001
DRAWN_AT_ONCE = 1_000  # payables drawn into the next year in one transaction
SHOWN = 20  # findings that a check lists of one kind


@dataclass(frozen=True, slots=True)
class Purpose:
    """支付事由: what a batch pays. The ids of its records and the numbers of its batches say which it is."""

    record: str  # what the ids of the records begin with; a claim is whatever no other purpose claims
    number: str  # what the numbers of the batches begin with
    page: str  # where the batches stand: the pages of the room whose records they pay
    owed: Kind
    paid: Kind
    pay: str  # posting rule
    bounce: str  # posting rule
    head: str  # of the remark on the bank's slip, in Chinese always
    records: str
    counted: str
    budgeted: bool  # paid by the voucher budget of its year, and by the next one's once that is closed


CLAIMS = Purpose(
    "", "ZF", "/claims/payouts/", Kind.OWED, Kind.PAID, "pay", "bounce",
    _("创新券兑付"), _("订单"), _("单"), True,
)  # fmt: skip
SUBSIDIES = Purpose(
    "sbs_", "BF", "/subsidies/payouts/", Kind.SUBSIDY_OWED, Kind.SUBSIDY_PAID, "subsidy_pay", "subsidy_bounce",
    _("科技服务补助"), _("结算单"), _("份"), False,
)  # fmt: skip


PURPOSES = (CLAIMS, SUBSIDIES)


def purpose_of(name: str) -> Purpose:
    """What a record or a batch is about, by its id or number."""
    return SUBSIDIES if name.startswith((SUBSIDIES.record, SUBSIDIES.number)) else CLAIMS


class BudgetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PARTLY = "partly"
    RELEASED = "released"
    ENDED = "ended"
    CLOSED = "closed"


class BatchState(StrEnum):
    PREPARED = "prepared"
    APPROVED = "approved"
    RELEASED = "released"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


class Change(StrEnum):
    """预算调整的种类."""

    RAISE = "raise"  # 调增
    CUT = "cut"  # 调减
    MOVE_OUT = "move_out"  # 调出
    MOVE_IN = "move_in"  # 调入
    CARRY_OUT = "carry_out"  # 结转至下年
    CARRY_IN = "carry_in"  # 上年结转
    YEAR_END = "year_end"  # 年终收回


CHANGE_LABELS: dict[Change, str] = {
    Change.RAISE: _("调增"),
    Change.CUT: _("调减"),
    Change.MOVE_OUT: _("调出"),
    Change.MOVE_IN: _("调入"),
    Change.CARRY_OUT: _("结转至下年"),
    Change.CARRY_IN: _("上年结转"),
    Change.YEAR_END: _("年终收回"),
}

_B, _P, _L, _R = BudgetState, BatchState, LineState, Role
_LIVE = {_B.APPROVED, _B.PARTLY, _B.RELEASED}
_OVER = {_B.ENDED, _B.CLOSED}

BUDGET_MACHINE = Machine(
    "budget",
    BudgetState,
    initial=_B.DRAFT,
    moves=[
        Move("edit", {_B.DRAFT, _B.RETURNED}, None, {_R.BUDGET_AUTHOR}, _("修改预算草案"), data=True),
        Move("submit", {_B.DRAFT, _B.RETURNED}, _B.SUBMITTED, {_R.BUDGET_AUTHOR}, _("报送预算")),
        Move("return", {_B.SUBMITTED}, _B.RETURNED, {_R.COUNTY_FINANCE}, _("退回修改预算"), data=True),
        Move("approve", {_B.SUBMITTED}, _B.APPROVED, {_R.COUNTY_FINANCE}, _("审定预算")),
        Move("release_part", {_B.APPROVED, _B.PARTLY}, _B.PARTLY, {_R.COUNTY_FINANCE}, _("下达部分预算"), data=True),
        Move("release_all", {_B.APPROVED, _B.PARTLY}, _B.RELEASED, {_R.COUNTY_FINANCE}, _("下达全部预算"), data=True),
        Move("raise", {_B.APPROVED, _B.PARTLY}, None, {_R.COUNTY_FINANCE}, _("调增预算"), data=True),
        Move("raise_released", {_B.RELEASED}, _B.PARTLY, {_R.COUNTY_FINANCE}, _("调增已下达的预算"), data=True),
        Move("cut", _LIVE, None, {_R.COUNTY_FINANCE}, _("调减预算"), data=True),
        Move("cut_to_released", {_B.PARTLY}, _B.RELEASED, {_R.COUNTY_FINANCE}, _("调减至已下达数"), data=True),
        Move("move_out", {_B.PARTLY, _B.RELEASED}, None, {_R.CITY_FINANCE}, _("调出至其他县（市、区）"), data=True),
        Move("move_in", _LIVE, None, {_R.CITY_FINANCE}, _("自其他县（市、区）调入"), data=True),
        Move("remind", {_B.APPROVED, _B.PARTLY}, None, {_R.CITY_SCIENCE, _R.CITY_FINANCE}, _("督促下达预算")),
        Move("carry_in", _LIVE, None, {_R.COUNTY_FINANCE, _R.CLOCK}, _("转入上年结余"), data=True),
        Move("end_year", _LIVE, _B.ENDED, {_R.COUNTY_FINANCE, _R.CLOCK}, _("办理年终结余")),
        Move("sweep", _OVER, None, {_R.COUNTY_FINANCE, _R.CLOCK}, _("办理年后收回的结余")),
        Move("close", {_B.ENDED}, _B.CLOSED, {_R.COUNTY_FINANCE, _R.CLOCK}, _("关闭预算年度")),
    ],
    labels={
        _B.DRAFT: _("编制中"),
        _B.SUBMITTED: _("待财政审定"),
        _B.RETURNED: _("退回修改"),
        _B.APPROVED: _("待下达"),
        _B.PARTLY: _("部分下达"),
        _B.RELEASED: _("已下达"),
        _B.ENDED: _("年度已结"),
        _B.CLOSED: _("已关闭"),
    },
    waits={
        _B.DRAFT: _R.BUDGET_AUTHOR,
        _B.SUBMITTED: _R.COUNTY_FINANCE,
        _B.RETURNED: _R.BUDGET_AUTHOR,
        _B.APPROVED: _R.COUNTY_FINANCE,
        _B.PARTLY: _R.COUNTY_FINANCE,
    },
)

BATCH_MACHINE = Machine(
    "payment_batch",
    BatchState,
    initial=_P.PREPARED,
    moves=[
        Move("approve", {_P.PREPARED}, _P.APPROVED, {_R.COUNTY_APPROVER}, _("审批支付批次"), data=True),
        Move("return", {_P.PREPARED}, _P.RETURNED, {_R.COUNTY_APPROVER}, _("退回支付批次"), data=True),
        Move("return", {_P.APPROVED, _P.RELEASED}, _P.RETURNED, {_R.COUNTY_FINANCE}, _("财政退回支付批次"), data=True),
        Move("cancel", {_P.PREPARED}, _P.CANCELLED, {_R.COUNTY_OFFICER}, _("撤销支付批次")),
        Move("release", {_P.APPROVED}, _P.RELEASED, {_R.COUNTY_FINANCE}, _("核准拨付")),
        Move("send", {_P.RELEASED}, _P.SENT, {_R.COUNTY_FINANCE, _R.CLOCK}, _("送银行支付")),
        Move("export", {_P.SENT, _P.SETTLED}, None, {_R.COUNTY_FINANCE}, _("下载支付文件"), data=True),
        Move("read_results", {_P.SENT}, None, {_R.COUNTY_FINANCE, _R.CLOCK}, _("读取支付结果"), data=True),
        Move("settle", {_P.SENT}, _P.SETTLED, {_R.COUNTY_FINANCE, _R.CLOCK}, _("支付结果已齐"), data=True),
        Move("bounce", {_P.SENT, _P.SETTLED}, None, {_R.COUNTY_FINANCE, _R.CLOCK}, _("登记银行退汇"), data=True),
    ],
    labels={
        _P.PREPARED: _("待审批"),
        _P.APPROVED: _("待财政核准"),
        _P.RELEASED: _("待送银行"),
        _P.SENT: _("等待银行结果"),
        _P.SETTLED: _("已办结"),
        _P.RETURNED: _("已退回"),
        _P.CANCELLED: _("已撤销"),
    },
    waits={
        _P.PREPARED: _R.COUNTY_APPROVER,
        _P.APPROVED: _R.COUNTY_FINANCE,
        _P.RELEASED: _R.COUNTY_FINANCE,
        _P.SENT: _R.COUNTY_FINANCE,
    },
)

_BANK = {_R.COUNTY_FINANCE, _R.CLOCK}

LINE_MACHINE = Machine(
    "payment_line",
    LineState,
    initial=_L.WAITING,
    moves=[
        Move("send", {_L.WAITING}, _L.SENT, _BANK, _("送银行")),
        Move(
            "drop",
            {_L.WAITING},
            _L.DROPPED,
            {_R.COUNTY_OFFICER, _R.COUNTY_APPROVER, _R.COUNTY_FINANCE},
            _("随批次撤下"),
        ),
        Move("pay", {_L.SENT, _L.UNKNOWN}, _L.PAID, _BANK, _("银行确认支付"), data=True),
        Move("fail", {_L.SENT, _L.UNKNOWN}, _L.FAILED, _BANK, _("银行答复支付失败"), data=True),
        Move("lose", {_L.SENT}, _L.UNKNOWN, _BANK, _("银行结果不明"), data=True),
        Move("bounce", {_L.PAID}, _L.FAILED, _BANK, _("银行退汇"), data=True),
    ],
    labels={
        _L.WAITING: _("待发送"),
        _L.SENT: _("已发送"),
        _L.PAID: _("已支付"),
        _L.FAILED: _("支付失败"),
        _L.UNKNOWN: _("结果不明"),
        _L.DROPPED: _("已撤下"),
    },
    waits={_L.UNKNOWN: _R.COUNTY_FINANCE},
)
APPROVAL_WIDTHS = (2, 6, 8, 9, 4)  # of the approval form's columns, as shares of the page's width
