"""The chart of accounts (会计科目) and every posting rule (记账规则), in one table. Pure: no database.

A transfer takes money out of its debit account and into its credit account. Nothing can be posted that is not a row
of `RULES`, and the database compares the kinds of both accounts with the row at every post.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class Kind(StrEnum):
    """会计科目: what an account is for."""

    APPROPRIATION = "appropriation"  # 财政拨款: the other side of the books, the only kind that may go below zero
    BUDGET = "budget"  # 预算: released and not yet granted; one per region and year
    VOUCHER = "voucher"  # 创新券: owner is the voucher
    UNCLAIMED = "unclaimed"  # 已抵扣待申兑: owner is the provider's party, as in the four below
    IN_CLAIM = "in_claim"  # 申兑中
    OWED = "owed"  # 应付
    PAID = "paid"  # 已付
    CLAWED_BACK = "clawed_back"  # 已追回
    SUBSIDY_POT = "subsidy_pot"  # 补助资金: set aside for one settlement; owner is the settlement
    SUBSIDY_OWED = "subsidy_owed"  # 应付补助: owner is the payee's party, as below
    SUBSIDY_PAID = "subsidy_paid"  # 已付补助
    SUBSIDY_BACK = "subsidy_back"  # 已追回补助
    INTEREST = "interest"  # 追回利息: came in beside what was clawed back; never voucher money


KIND_LABELS: dict[Kind, str] = {
    Kind.APPROPRIATION: _("财政拨款"),
    Kind.BUDGET: _("预算"),
    Kind.VOUCHER: _("创新券"),
    Kind.UNCLAIMED: _("已抵扣待申兑"),
    Kind.IN_CLAIM: _("申兑中"),
    Kind.OWED: _("应付"),
    Kind.PAID: _("已付"),
    Kind.CLAWED_BACK: _("已追回"),
    Kind.SUBSIDY_POT: _("补助资金"),
    Kind.SUBSIDY_OWED: _("应付补助"),
    Kind.SUBSIDY_PAID: _("已付补助"),
    Kind.SUBSIDY_BACK: _("已追回补助"),
    Kind.INTEREST: _("追回利息"),
}

# 过渡科目: what lies here is on its way, and goes on to `paid` or back.
CLEARING_KINDS = (Kind.UNCLAIMED, Kind.IN_CLAIM, Kind.OWED, Kind.SUBSIDY_OWED)
PROVIDER_KINDS = (Kind.UNCLAIMED, Kind.IN_CLAIM, Kind.OWED, Kind.PAID, Kind.CLAWED_BACK)


class Flow(StrEnum):
    """收支分类: the line of the money summary that a rule adds to; "" where it only moves money along."""

    NONE = ""
    RELEASED = "released"  # 下达
    CUT = "cut"  # 核减与收回
    MOVED = "moved"  # 调剂、结转: nothing in total, one county's or one year's against another's
    GRANTED = "granted"  # 核发
    EXPIRED = "expired"  # 到期
    WITHDRAWN = "withdrawn"  # 放弃
    REVOKED = "revoked"  # 撤销与不予兑付
    OFFSET = "offset"  # 抵扣
    RESTORED = "restored"  # 恢复券额: taken off what was offset


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: money goes from an account of kind `debit` to one of kind `credit`.

    Both lie in one region and one year, unless `crosses`.
    """

    code: str
    debit: Kind
    credit: Kind
    label: str
    flow: Flow = Flow.NONE
    crosses: bool = False


_K, _F = Kind, Flow

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("release", _K.APPROPRIATION, _K.BUDGET, _("下达预算"), _F.RELEASED),
        Rule("cut", _K.BUDGET, _K.APPROPRIATION, _("核减预算"), _F.CUT),
        Rule("close_return", _K.BUDGET, _K.APPROPRIATION, _("年终收回结余"), _F.CUT),
        Rule("move", _K.BUDGET, _K.BUDGET, _("县际调剂"), _F.MOVED, crosses=True),
        Rule("allot", _K.BUDGET, _K.BUDGET, _("上级分配"), _F.MOVED, crosses=True),
        Rule("carry_over", _K.BUDGET, _K.BUDGET, _("结转下年"), _F.MOVED, crosses=True),
        Rule("grant", _K.BUDGET, _K.VOUCHER, _("核发创新券"), _F.GRANTED),
        Rule("expire", _K.VOUCHER, _K.BUDGET, _("到期收回"), _F.EXPIRED),
        Rule("withdraw", _K.VOUCHER, _K.BUDGET, _("放弃收回"), _F.WITHDRAWN),
        Rule("revoke", _K.VOUCHER, _K.BUDGET, _("撤销收回"), _F.REVOKED),
        Rule("offset", _K.VOUCHER, _K.UNCLAIMED, _("抵扣"), _F.OFFSET),
        Rule("restore", _K.UNCLAIMED, _K.VOUCHER, _("恢复券额"), _F.RESTORED),
        Rule("no_claim", _K.VOUCHER, _K.BUDGET, _("逾期未申兑收回"), _F.REVOKED),
        Rule("submit", _K.UNCLAIMED, _K.IN_CLAIM, _("提交申兑")),
        Rule("back", _K.IN_CLAIM, _K.UNCLAIMED, _("退出申兑")),
        Rule("refuse_out", _K.IN_CLAIM, _K.VOUCHER, _("不予兑付退回券额"), _F.RESTORED),
        Rule("provider_bears", _K.VOUCHER, _K.BUDGET, _("不予兑付由机构承担收回"), _F.REVOKED),
        Rule("enterprise_owes", _K.VOUCHER, _K.BUDGET, _("不予兑付由企业补付收回"), _F.REVOKED),
        Rule("approve", _K.IN_CLAIM, _K.OWED, _("核定应付")),
        Rule("unapprove", _K.OWED, _K.IN_CLAIM, _("撤回核定")),
        Rule("pay", _K.OWED, _K.PAID, _("银行确认支付")),
        Rule("bounce", _K.PAID, _K.OWED, _("银行退汇")),
        Rule("claw_back", _K.PAID, _K.CLAWED_BACK, _("追回")),
        Rule("claw_back_interest", _K.APPROPRIATION, _K.INTEREST, _("追回利息")),
        Rule("lapse_owed", _K.OWED, _K.APPROPRIATION, _("预算年度关闭收回应付"), _F.CUT),
        Rule("next_year_pays", _K.BUDGET, _K.OWED, _("由下年预算承担应付")),
        Rule("open_release", _K.APPROPRIATION, _K.BUDGET, _("期初预算"), _F.RELEASED),
        Rule("open_grant", _K.BUDGET, _K.VOUCHER, _("期初券额"), _F.GRANTED),
        Rule("open_offset", _K.VOUCHER, _K.UNCLAIMED, _("期初待申兑"), _F.OFFSET),
        Rule("subsidy_fund", _K.APPROPRIATION, _K.SUBSIDY_POT, _("安排补助资金")),
        Rule("subsidy_unfund", _K.SUBSIDY_POT, _K.APPROPRIATION, _("收回补助资金")),
        Rule("subsidy_owe", _K.SUBSIDY_POT, _K.SUBSIDY_OWED, _("核定应付补助")),
        Rule("subsidy_pay", _K.SUBSIDY_OWED, _K.SUBSIDY_PAID, _("银行确认支付补助")),
        Rule("subsidy_bounce", _K.SUBSIDY_PAID, _K.SUBSIDY_OWED, _("补助退汇")),
        Rule("subsidy_unowe", _K.SUBSIDY_OWED, _K.SUBSIDY_POT, _("终止拨付撤回应付补助")),
        Rule("subsidy_claw_back", _K.SUBSIDY_PAID, _K.SUBSIDY_BACK, _("追回补助")),
    )
}


class OnRefusal(StrEnum):
    """不予兑付的后果: who stands for the voucher's part of an order whose claim was refused."""

    PROVIDER_BEARS = "provider_bears"  # 由机构承担
    ENTERPRISE_OWES = "enterprise_owes"  # 由企业补付
    VOUCHER_RESTORED = "voucher_restored"  # 恢复券额


class Period(StrEnum):
    """关账的期间: what is closed at once. Its value is how it is kept."""

    MONTH = "month"
    YEAR = "year"


PERIOD_LABELS: dict[Period, str] = {Period.MONTH: _("月度"), Period.YEAR: _("年度")}


class NotEnough(Refusal):
    code = "ledger.not_enough"
    text = _("“{account_label}”账户可用余额 {available_fen}，不足 {asked_fen}")
    remedy = _("请核对金额，或先增加该账户余额")


LedgerRefusal = NotEnough  # the contract's name for the one refusal that is about an amount


class HoldResolved(Refusal):
    code = "ledger.hold_resolved"
    text = _("该笔占用已经结清或释放，不能重复办理")
    remedy = _("请刷新页面查看结果")


class AboveHold(Refusal):
    code = "ledger.above_hold"
    text = _("结算金额 {asked_fen}超过已占用金额")
    remedy = _("请先按新的金额重新占用券额")


class AlreadyReversed(Refusal):
    code = "ledger.already_reversed"
    text = _("该笔账已经冲销")
    remedy = _("请刷新页面查看结果")


class PeriodClosed(Refusal):
    code = "ledger.period_closed"
    text = _("{region} 的账已关至 {last_on}，{on} 的账不能再记")
    remedy = _("已关账的期间不能重新打开；请在未关账的期间记账，更正请以冲销办理")


class PeriodNotOver(Refusal):
    code = "ledger.period_not_over"
    text = _("截至 {last_on} 的期间尚未结束，不能关账")
    remedy = _("请在该期间最后一日过后办理")
    field = "until"


class NotNextPeriod(Refusal):
    code = "ledger.not_next_period"
    text = _("关账须按期逐月办理，下一个应关的期间截至 {next_on}")
    remedy = _("请先办理该期间；年度关账在十二月关账之后办理")
    field = "until"


class NothingToClose(Refusal):
    code = "ledger.nothing_to_close"
    text = _("{region} 还没有可关的账")
    remedy = _("有记账之后再办理关账")


class KeyReused(Refusal):
    code = "ledger.key_reused"
    text = _("同一业务编号“{key}”已用于另一笔账")
    remedy = _("请刷新页面后重新办理")
    status = 422


@dataclass(frozen=True, slots=True)
class Place:
    """An account by what it is, opened at its first use (科目、地区、年度、户主)."""

    kind: Kind
    region: str
    year: int
    owner: str = ""

    def written(self) -> str:
        return f"{self.kind}|{self.region}|{self.year}|{self.owner}"


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer to be posted (一笔记账): `fen` from `debit` to `credit`, by a row of `RULES`."""

    rule: str
    debit: int | Place
    credit: int | Place
    fen: int

    def __post_init__(self) -> None:
        row = RULES[self.rule]
        assert type(self.fen) is int, self
        assert self.fen > 0, self
        assert self.debit != self.credit, self
        for place, kind in ((self.debit, row.debit), (self.credit, row.credit)):
            assert not isinstance(place, Place) or place.kind == kind, f"{self.rule} wants {kind}, got {place}"


def month_after(day: date) -> date:
    """The first day of the month after the one that `day` lies in."""
    first = day.replace(day=1)
    return first + timedelta(days=monthrange(first.year, first.month)[1])


def refuse_closing(period: Period, until: date, *, first_on: date, months_until: date | None, on: date) -> None:
    """Months are closed one after another from the first booking on, a year after its December (逐期关账).

    `first_on` is the first booked day, `months_until` the first day that no closed month holds. Raises PeriodNotOver,
    NotNextPeriod naming the last day of the period that is next.
    """
    due = month_after(months_until or first_on)
    begins_a_year = until == until.replace(month=1, day=1)
    if period is Period.YEAR and (not begins_a_year or months_until is None or months_until < until):
        raise NotNextPeriod(next_on=_last_day(due))
    if period is Period.MONTH and until != due:
        raise NotNextPeriod(next_on=_last_day(due))
    if until > on:
        raise PeriodNotOver(last_on=_last_day(until))


def _last_day(until: date) -> str:
    return (until - timedelta(days=1)).isoformat()


def refusal_legs(
    on_refusal: OnRefusal, *, in_claim: int | Place, voucher: int | Place, budget: int | Place, fen: int
) -> list[Leg]:
    """What a refused claim does to its money (不予兑付): out of the claim, and on to where the terms say.

    Provider bears and enterprise owes: public money goes back to the budget, the debt is between the two of them.
    Voucher restored: the holder may use the amount again.
    """
    out = Leg("refuse_out", in_claim, voucher, fen)
    if on_refusal is OnRefusal.VOUCHER_RESTORED:
        return [out]
    return [out, Leg(str(on_refusal), voucher, budget, fen)]


class OnNoClaim(StrEnum):
    """逾期未申兑的后果: who stands for what was offset when the provider does not claim in time."""

    RETURNED_TO_BUDGET = "returned_to_budget"  # 退回预算，由机构承担
    ENTERPRISE_OWES = "enterprise_owes"  # 由企业补付
    VOUCHER_RESTORED = "voucher_restored"  # 恢复券额


def no_claim_legs(
    on_no_claim: OnNoClaim, *, unclaimed: int | Place, voucher: int | Place, budget: int | Place, fen: int
) -> list[Leg]:
    """What a missed claim does to its money (逾期未申兑); as for a refused one, but nothing had been claimed."""
    out = Leg("restore", unclaimed, voucher, fen)
    if on_no_claim is OnNoClaim.VOUCHER_RESTORED:
        return [out]
    return [
        out,
        Leg("enterprise_owes" if on_no_claim is OnNoClaim.ENTERPRISE_OWES else "no_claim", voucher, budget, fen),
    ]


def refund_legs(*, unclaimed: int | Place, voucher: int | Place, budget: int | Place, fen: int) -> list[Leg]:
    """What was offset before a service that then did not come about, where the terms take it back (退回预算)."""
    return [Leg("restore", unclaimed, voucher, fen), Leg("withdraw", voucher, budget, fen)]


def next_year_legs(*, owed: Place, fen: int) -> list[Leg]:
    """What is owed of a closed year, paid out of the next year's budget (由下年预算承担).

    The closed year's money goes back where it came from; the next year's budget must bear the amount (NotEnough).
    """
    following = replace(owed, year=owed.year + 1)
    source = Place(Kind.APPROPRIATION, owed.region, owed.year)
    budget = Place(Kind.BUDGET, owed.region, following.year)
    return [Leg("lapse_owed", owed, source, fen), Leg("next_year_pays", budget, following, fen)]
