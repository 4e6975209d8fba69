"""A settlement of subsidies (补助核算), the statement of each payee (结算单), and redemptions entered from elsewhere."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class Formula(StrEnum):
    """Which money is settled, and by what (补助种类)."""

    PROVIDERS = "providers"  # 002 三（三）1
    CARRIERS = "carriers"  # 000 二（六）
    CITIES = "cities"  # 000 二（三）


FORMULA_LABELS: dict[Formula, str] = {
    Formula.PROVIDERS: _("服务机构年度补助"),
    Formula.CARRIERS: _("省级创新载体开放共享补助"),
    Formula.CITIES: _("市县创新券绩效奖励"),
}


FACTOR_LABELS = {"voucher_spending": _("创新券支出"), "conversion_results": _("成果转化实绩")}


class SubsidyState(StrEnum):
    DRAFT = "draft"
    DECIDED = "decided"
    FUNDED = "funded"
    SETTLED = "settled"
    PUBLISHED = "published"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class StatementState(StrEnum):
    COUNTED = "counted"
    NOT_DUE = "not_due"
    IN_NOTICE = "in_notice"
    PAYABLE = "payable"
    IN_PAYMENT = "in_payment"
    PAYMENT_FAILED = "payment_failed"
    SUSPENDED = "suspended"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConversionState(StrEnum):
    BROUGHT = "brought"
    CHECKED = "checked"
    REJECTED = "rejected"


class OutsideState(StrEnum):
    ENTERED = "entered"
    CHECKED = "checked"
    REJECTED = "rejected"


_F, _S, _O, _C, _R = SubsidyState, StatementState, OutsideState, ConversionState, Role
_OFFICER, _APPROVER, _FINANCE = {_R.COUNTY_OFFICER}, {_R.COUNTY_APPROVER}, {_R.COUNTY_FINANCE}
_BANK = {_R.COUNTY_FINANCE, _R.CLOCK}

MACHINE = Machine(
    "subsidy",
    SubsidyState,
    _F.DRAFT,
    [
        Move("edit", {_F.DRAFT}, None, _OFFICER, _("修改补助核算草案"), data=True),
        Move("decide", {_F.DRAFT}, _F.DECIDED, _APPROVER, _("核对补助决定"), data=True),
        Move("fund", {_F.DECIDED}, _F.FUNDED, _FINANCE, _("安排补助资金"), data=True),
        Move("settle", {_F.FUNDED}, _F.SETTLED, _OFFICER, _("核算补助"), data=True),
        Move("publish", {_F.SETTLED}, _F.PUBLISHED, _OFFICER, _("公示补助名单"), data=True),
        Move("unpublish", {_F.PUBLISHED}, _F.SETTLED, _OFFICER, _("撤回补助公示"), data=True),
        Move(
            "withdraw",
            {_F.DRAFT, _F.DECIDED, _F.FUNDED, _F.SETTLED},
            _F.WITHDRAWN,
            _OFFICER,
            _("撤销补助核算"),
            data=True,
        ),
        Move("finish", {_F.PUBLISHED}, _F.CLOSED, {_R.CLOCK}, _("补助全部办结"), data=True),
    ],
    labels={
        _F.DRAFT: _("草案"),
        _F.DECIDED: _("待安排资金"),
        _F.FUNDED: _("待核算"),
        _F.SETTLED: _("待公示"),
        _F.PUBLISHED: _("公示与拨付中"),
        _F.CLOSED: _("已办结"),
        _F.WITHDRAWN: _("已撤销"),
    },
    waits={
        _F.DRAFT: _R.COUNTY_APPROVER,
        _F.DECIDED: _R.COUNTY_FINANCE,
        _F.FUNDED: _R.COUNTY_OFFICER,
        _F.SETTLED: _R.COUNTY_OFFICER,
        _F.PUBLISHED: _R.CLOCK,
    },
)

STATEMENT_MACHINE = Machine(
    "subsidy_statement",
    StatementState,
    _S.COUNTED,
    [
        Move("leave_out", {_S.COUNTED}, _S.NOT_DUE, _OFFICER, _("未达条件不予补助"), data=True),
        Move("publish", {_S.COUNTED}, _S.IN_NOTICE, _OFFICER, _("列入补助公示"), data=True),
        Move("unpublish", {_S.IN_NOTICE}, _S.COUNTED, _OFFICER, _("随公示撤回"), data=True),
        Move("withdraw", {_S.COUNTED, _S.NOT_DUE}, _S.WITHDRAWN, _OFFICER, _("随核算撤销"), data=True),
        Move("clear", {_S.IN_NOTICE}, _S.PAYABLE, {_R.CLOCK}, _("公示无异议")),
        Move("uphold", {_S.IN_NOTICE}, _S.REFUSED, {_R.CLOCK}, _("异议成立不予补助")),
        Move(
            "suspend",
            {_S.PAYABLE, _S.PAYMENT_FAILED},
            _S.SUSPENDED,
            _APPROVER | {_R.CLOCK},
            _("暂停拨付补助"),
            data=True,
        ),
        Move("resume", {_S.SUSPENDED}, _S.PAYABLE, _APPROVER, _("恢复拨付补助"), data=True),
        Move("stop", {_S.SUSPENDED}, _S.REFUSED, _APPROVER | {_R.CLOCK}, _("终止拨付补助"), data=True),
        Move("prepare", {_S.PAYABLE}, _S.IN_PAYMENT, _OFFICER, _("编入补助拨付批次"), data=True),
        Move(
            "unprepare",
            {_S.IN_PAYMENT},
            _S.PAYABLE,
            _OFFICER | _APPROVER | _FINANCE,
            _("移出补助拨付批次"),
            data=True,
        ),
        Move("pay", {_S.IN_PAYMENT}, _S.PAID, _BANK, _("银行已付补助"), data=True),
        Move("fail", {_S.IN_PAYMENT}, _S.PAYMENT_FAILED, _BANK, _("银行付款失败"), data=True),
        Move("bounce", {_S.PAID}, _S.PAYMENT_FAILED, _BANK, _("登记银行退汇"), data=True),
        Move("retry", {_S.PAYMENT_FAILED}, _S.PAYABLE, _OFFICER, _("更正账户后重新拨付补助")),
    ],
    labels={
        _S.COUNTED: _("已核算"),
        _S.NOT_DUE: _("未达条件"),
        _S.IN_NOTICE: _("公示中"),
        _S.PAYABLE: _("待拨付"),
        _S.IN_PAYMENT: _("拨付中"),
        _S.PAYMENT_FAILED: _("付款失败"),
        _S.SUSPENDED: _("暂停拨付"),
        _S.PAID: _("已拨付"),
        _S.REFUSED: _("不予补助"),
        _S.WITHDRAWN: _("已撤销"),
    },
    waits={
        _S.COUNTED: _R.COUNTY_OFFICER,
        _S.IN_NOTICE: _R.PUBLIC,
        _S.PAYABLE: _R.COUNTY_OFFICER,
        _S.IN_PAYMENT: _R.COUNTY_FINANCE,
        _S.PAYMENT_FAILED: _R.COUNTY_OFFICER,
        _S.SUSPENDED: _R.COUNTY_APPROVER,
    },
)

OUTSIDE_MACHINE = Machine(
    "outside_redemption",
    OutsideState,
    _O.ENTERED,
    [
        Move("check", {_O.ENTERED}, _O.CHECKED, _APPROVER, _("核实平台外兑付"), data=True),
        Move("reject", {_O.ENTERED, _O.CHECKED}, _O.REJECTED, _APPROVER, _("不采信平台外兑付"), data=True),
    ],
    labels={_O.ENTERED: _("待核实"), _O.CHECKED: _("已核实"), _O.REJECTED: _("不采信")},
    waits={_O.ENTERED: _R.COUNTY_APPROVER},
)

CONVERSION_MACHINE = Machine(
    "conversion",
    ConversionState,
    _C.BROUGHT,
    [
        Move("check", {_C.BROUGHT}, _C.CHECKED, _APPROVER, _("核对成果转化实绩"), data=True),
        Move("reject", {_C.BROUGHT, _C.CHECKED}, _C.REJECTED, _APPROVER, _("不采信成果转化实绩"), data=True),
    ],
    labels={_C.BROUGHT: _("待核对"), _C.CHECKED: _("已核对"), _C.REJECTED: _("不采信")},
    waits={_C.BROUGHT: _R.COUNTY_APPROVER},
)

PAYOUT = "subsidy_payout"
CLAWS_BACK = "subsidy_claw_back"  # the ledger's rule
PAYOUT_LABEL = _("拨付补助")
DUE_LABEL = _("次年一月底前补助载体")
DUE = "subsidy_due"  # 补助到期: the clock of source 000 二（六）
NOTICE_KIND = "subsidy"
OPEN = tuple(state for state in SubsidyState if state not in {_F.CLOSED, _F.WITHDRAWN})
PASSED = (_S.PAYABLE, _S.IN_PAYMENT, _S.PAYMENT_FAILED, _S.SUSPENDED, _S.PAID)  # behind the notice
ENDED = (_S.PAID, _S.REFUSED, _S.NOT_DUE, _S.WITHDRAWN)
WAITING_MAX = 200  # technical: rows of a workbench
FINDINGS_MAX = 20  # technical: rows that a check names
FIRST_OF_YEAR = "01-01"
YEARS_SHOWN = 6  # technical: years that the form offers, the latest closed one first
