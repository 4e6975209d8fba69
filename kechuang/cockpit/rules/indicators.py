"""指标库: every figure of the cockpit once, as data. Page, workbook, paper, open data and API read this one list.

A figure is what some posting rules of the ledger booked in a period (流量), what lay in a kind of account at its end (存量), a
count from another room, or one figure as a share of another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kechuang.cockpit.states import Unit
from kechuang.kernel.money import ratio_bp_down
from kechuang.kernel.text import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: what it is called, what it means, for which time, and where it is read (口径)."""

    code: str
    label: str
    unit: Unit
    means: str
    at_end: bool = False  # 存量: as it stood at the end of the period
    rules: tuple[str, ...] = ()  # booked by these; drilled down to their rows
    minus: tuple[str, ...] = ()  # less what these booked
    kinds: tuple[str, ...] = ()  # lay in these accounts
    other: str = ""  # from another room, by this name
    share: tuple[str, str] = field(default=("", ""))  # of the first in the second
    public: bool = False  # 公开数据
    telling: str = ""  # the count by which a small figure is masked where it is public

    @property
    def is_share(self) -> bool:
        return bool(self.share[0])

    @property
    def taken_of(self) -> tuple[str, ...]:
        """The figures that a share is taken of; none for any other figure."""
        return tuple(code for of in self.share for code in SUMS.get(of, (of,)) if of)

    @property
    def query(self) -> str:
        """How it is read, in words that an operator can repeat."""
        if self.is_share:
            return f"{self.share[0]} / {self.share[1]}"
        if self.kinds:
            return f"ledger: balance of {', '.join(self.kinds)} before the first day after the period"
        if self.other:
            return self.other
        less = f" - {', '.join(self.minus)}" if self.minus else ""
        what = "sum(fen)" if self.unit is Unit.FEN else "count"
        return f"ledger: {what} of {', '.join(self.rules)}{less} on days of the period, reversals taken off"


_F, _C, _B = Unit.FEN, Unit.COUNT, Unit.BP
SUMS = {"clocks_ended": ("clocks_met", "clocks_late")}
RETURNED = ("expire", "withdraw", "revoke", "no_claim", "provider_bears", "enterprise_owes")
RESTORED = ("restore", "refuse_out")

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "released", _("下达预算"), _F, _("凭文件下达到本地预算的金额"), rules=("release", "open_release"), public=True
    ),
    Indicator(
        "budgeted", _("本年预算"), _F,
        _("到期末，本年预算账户下达、调入、上级分配、上年结转的金额，减去核减和调出的；年终收回和转出的结余不减"),
        at_end=True, other="budget: into the accounts of the year", public=True,
    ),
    Indicator(
        "granted", _("核发创新券"), _F, _("核发的券面金额"), rules=("grant", "open_grant"), public=True,
        telling="granted_count",
    ),
    Indicator("granted_count", _("核发张数"), _C, _("核发的张数"), rules=("grant", "open_grant"), public=True),
    Indicator("returned", _("券额收回"), _F, _("到期、放弃、撤销、逾期未申兑等收回预算的金额"), rules=RETURNED),
    Indicator(
        "offset", _("抵扣"), _F, _("订单结算时抵扣的金额，减去恢复到券面的金额"), rules=("offset", "open_offset"),
        minus=RESTORED, public=True, telling="offset_count",
    ),
    Indicator(
        "offset_count", _("抵扣笔数"), _C, _("结算抵扣的笔数"), rules=("offset", "open_offset"), public=True
    ),
    Indicator("claimed", _("提交申兑"), _F, _("服务机构提交兑付申请的金额，减去退出的"), rules=("submit",), minus=("back",)),
    Indicator("claimed_count", _("申兑笔数"), _C, _("提交兑付申请的笔数，减去退出的"), rules=("submit",), minus=("back",)),
    Indicator(
        "approved", _("核定应付"), _F, _("公示无异议、核定应付的金额，减去撤回的"), rules=("approve",), minus=("unapprove",)
    ),
    Indicator(
        "paid", _("已付"), _F, _("银行确认支付的金额，减去退汇"), rules=("pay",), minus=("bounce",), public=True,
        telling="paid_count",
    ),
    Indicator(
        "paid_count", _("支付笔数"), _C, _("银行确认支付的申请笔数，减去退汇"), rules=("pay",), minus=("bounce",), public=True
    ),
    Indicator(
        "year_paid", _("本年预算已付"), _F, _("到期末，由本年预算支付的金额，减去退汇；由以往年度预算支付的不计"), at_end=True,
        other="budget: pay - bounce of the accounts of the year",
    ),
    Indicator("clawed_back", _("追回"), _F, _("追回的金额"), rules=("claw_back",)),
    Indicator("subsidy_set", _("核定补助"), _F, _("核定应付的各项补助"), rules=("subsidy_owe",)),
    Indicator(
        "subsidy_paid", _("已付补助"), _F, _("银行确认支付的补助，减去退汇"), rules=("subsidy_pay",),
        minus=("subsidy_bounce",),
    ),
    Indicator("unallocated", _("预算余额"), _F, _("期末尚未核发的预算"), at_end=True, kinds=("budget",)),
    Indicator("in_vouchers", _("券内余额"), _F, _("期末在券里的金额，含订单占用"), at_end=True, kinds=("voucher",)),
    Indicator("unclaimed", _("已抵扣待申兑"), _F, _("期末已抵扣、尚未申请兑付的金额"), at_end=True, kinds=("unclaimed",)),
    Indicator("in_claim", _("申兑中"), _F, _("期末在办理中的申请金额"), at_end=True, kinds=("in_claim",)),
    Indicator("owed", _("应付未付"), _F, _("期末已核定、尚未支付的金额"), at_end=True, kinds=("owed",)),
    Indicator(
        "subsidy_owed", _("应付未付补助"), _F, _("期末已核定、尚未支付的补助"), at_end=True, kinds=("subsidy_owed",)
    ),
    Indicator(
        "waiting_new", _("在办申请：10 天内"), _C, _("期末在办的兑付申请，提交不满 10 天"), at_end=True, other="ages: 0"
    ),
    Indicator(
        "waiting_older", _("在办申请：10 至 29 天"), _C, _("期末在办的兑付申请，提交满 10 天不满 30 天"), at_end=True,
        other="ages: 1",
    ),
    Indicator(
        "waiting_oldest", _("在办申请：30 天以上"), _C, _("期末在办的兑付申请，提交满 30 天"), at_end=True, other="ages: 2"
    ),
    Indicator("clocks_met", _("按时办结"), _C, _("期内办结、没有超过时限的事项"), other="clocks: met", public=True),
    Indicator("clocks_late", _("逾期办结"), _C, _("期内办结、超过时限的事项"), other="clocks: late", public=True),
    Indicator(
        "providers", _("在库服务机构"), _C, _("期末在服务机构库、由本地受理的机构"), at_end=True, other="library: standing",
        public=True,
    ),
    Indicator(
        "spent_bp", _("预算执行率"), _B, _("到期末，本年预算已付 ÷ 本年预算"), at_end=True, share=("year_paid", "budgeted")
    ),
    Indicator("used_bp", _("用券率"), _B, _("期内抵扣 ÷ 期内核发"), share=("offset", "granted"), public=True),
    Indicator(
        "kept_bp", _("按时办结率"), _B, _("按时办结 ÷ 全部办结"), share=("clocks_met", "clocks_ended"), public=True
    ),
)  # fmt: skip
BY_CODE: Mapping[str, Indicator] = {one.code: one for one in INDICATORS}
Figures = dict[str, int]


def added(parts: Iterable[Mapping[str, int]]) -> Figures:
    """The figures of several places together: amounts and counts add up, shares are taken anew from the sums."""
    total: Figures = {one.code: 0 for one in INDICATORS if not one.is_share}
    for part in parts:
        for code in total:
            total[code] += part.get(code, 0)  # a report frozen before there was such a figure has none
    return shared(total)


def shared(figures: Figures) -> Figures:
    """With its shares, each rounded down to a basis point; of nothing the share is nothing."""
    known = {**figures, **{name: sum(figures[code] for code in codes) for name, codes in SUMS.items()}}
    shares = {one.code: ratio_bp_down(known[one.share[0]], known[one.share[1]]) for one in INDICATORS if one.is_share}
    return {**figures, **shares}


def band(days: int, bounds: Sequence[int]) -> int:
    """Which band an age belongs to; a bound is the first day of the older one."""
    return sum(days >= bound for bound in bounds)
