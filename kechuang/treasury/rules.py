"""What a budget may release, how claims become payment lines, and what a bank's answer does. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.treasury.states import CLAIMS, REMARK_CHARS, LineState, Purpose


class BudgetExists(Refusal):
    code = "treasury.budget_exists"
    text = _("{year} 年预算已经编制（{number}）")
    remedy = _("请在原预算上修改，或办理调增、调减")


class OwnConfirmation(Refusal):
    code = "treasury.own_confirmation"
    text = _("本批次含您确认过的兑付申请（{claims}），不能由您审批支付")
    remedy = _("请由另一人审批，或退回批次将该申请分出")


class ReleaseAboveBudget(Refusal):
    code = "treasury.release_above_budget"
    text = _("尚可下达 {left_fen}，不能下达 {asked_fen}")
    remedy = _("请核对金额；确需增加的，先办理预算调增")
    field = "fen"


class CutAboveBudget(Refusal):
    code = "treasury.cut_above_budget"
    text = _("预算为 {amount_fen}，不能调减 {asked_fen}")
    remedy = _("请核对金额")
    field = "fen"


class ChildrenAboveParent(Refusal):
    code = "treasury.children_above_parent"
    text = _("各下级预算合计将达 {children_fen}，超过上级预算 {parent_fen}")
    remedy = _("请核减金额，或先由上级调增预算")
    field = "amount_fen"


class DocumentReused(Refusal):
    code = "treasury.document_reused"
    text = _("文号“{document_number}”已用于本预算的另一笔办理（{fen_fen}）")
    remedy = _("请核对文号与金额")
    field = "document_number"


class AmountNotPositive(Refusal):
    code = "treasury.amount_not_positive"
    text = _("金额须大于零")
    remedy = _("请填写大于零的金额")
    field = "fen"
    status = 422


class SameBudget(Refusal):
    code = "treasury.same_budget"
    text = _("调出与调入的预算须不同，并属同一年度")
    remedy = _("请重新选择调入的县（市、区）")
    field = "other"


class NextBudgetMissing(Refusal):
    code = "treasury.next_budget_missing"
    text = _("{year} 年预算尚未审定，结余无处结转")
    remedy = _("请先编制并审定下年预算")


class YearNotOver(Refusal):
    code = "treasury.year_not_over"
    text = _("预算年度到 {last_on} 为止，尚不能办理")
    remedy = _("请在该日之后办理")


class NothingToPay(Refusal):
    code = "treasury.nothing_to_pay"
    text = _("所选申请中没有待支付的款项")
    remedy = _("请刷新页面；款项可能已列入其他批次")


class NotWaiting(Refusal):
    code = "treasury.not_waiting"
    text = _("以下申请已列入其他批次或已撤下：{claims}")
    remedy = _("请刷新页面后重新选择")


class NoPayeeAccount(Refusal):
    code = "treasury.no_payee_account"
    text = _("{payee}没有可用的收款账户")
    remedy = _("请收款方登记账户，并经确认、过冷静期后再支付；其余款项可先行支付")


class BudgetYearClosed(Refusal):
    code = "treasury.budget_year_closed"
    text = _("{year} 年预算已关闭，以下申请须排队由下年预算支付：{claims}")
    remedy = _("请先由下年预算承接")


class AccountChanged(Refusal):
    code = "treasury.account_changed"
    text = _("{payee}的收款账户在制单后已变更，本批次不能继续支付")
    remedy = _("请退回批次，按新账户重新制单")


class DigestDiffers(Refusal):
    code = "treasury.digest_differs"
    text = _("支付清单与您审阅的版本不同")
    remedy = _("请重新打开批次，核对清单与摘要后再审批")


class StillInPayment(Refusal):
    code = "treasury.still_in_payment"
    text = _("该申请的款项已列入支付批次，不能撤下")
    remedy = _("请先退回支付批次；已送银行的须等待银行结果")


class BounceDiffers(Refusal):
    code = "treasury.bounce_differs"
    text = _("退汇金额 {asked_fen}与该笔支付 {fen_fen}不符")
    remedy = _("请核对银行退汇凭证")


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """When the year's money must have been released (及时下达), and by which level (属地补助)."""

    budget_release_by_on: str
    funding_level: str


@dataclass(frozen=True, slots=True)
class YearTerms:
    """What becomes of a year's money when the year is over (年终结余)."""

    carry_over: str  # returned, carried
    last_claim_on: str  # of the following year: until then the closed year still pays
    next_year_queue: bool


class Outcome(StrEnum):
    """What a bank can answer."""

    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_RECEIVED = "not_received"  # the bank never saw this serial: the same one is sent again


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of a bank's answer (支付结果). It must repeat the amount and, where it names it, the payee's account."""

    serial: str
    outcome: Outcome
    fen: int
    reference: str = ""
    words: str = ""
    account_masked: str = ""


class Verdict(StrEnum):
    APPLIED = "applied"  # 已入账
    REPEATED = "repeated"  # 重复答复，不再处理
    REFUSED = "refused"  # 与支付指令不符，不予采信


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    action: str = ""  # the move of the line's machine
    why: str = ""


_ACTIONS = {Outcome.PAID: "pay", Outcome.FAILED: "fail", Outcome.UNKNOWN: "lose"}
_SAME = {Outcome.PAID: LineState.PAID, Outcome.FAILED: LineState.FAILED, Outcome.UNKNOWN: LineState.UNKNOWN}


def judge(*, state: LineState, fen: int, reference: str, account_masked: str, answer: Answer) -> Judgement:
    """What an answer does to a line (支付结果核对).

    Only a line that was sent and is not yet answered takes one; the amount must be the instruction's; the same answer
    again has no second effect; a different one after the first is never believed by itself.
    """
    if answer.fen != fen:
        return Judgement(Verdict.REFUSED, why=_("金额与支付指令不符"))
    if answer.account_masked and answer.account_masked != account_masked:
        return Judgement(Verdict.REFUSED, why=_("收款账户与支付指令不符"))
    if answer.outcome is Outcome.NOT_RECEIVED:
        return Judgement(Verdict.REPEATED, why=_("银行未收到，将以原流水号重发"))
    if state is _SAME[answer.outcome]:
        if reference and answer.reference and reference != answer.reference:
            return Judgement(Verdict.REFUSED, why=_("银行流水号与前次答复不同"))
        return Judgement(Verdict.REPEATED)
    if state is LineState.SENT or (state is LineState.UNKNOWN and answer.outcome is not Outcome.UNKNOWN):
        return Judgement(Verdict.APPLIED, _ACTIONS[answer.outcome])
    if state in (LineState.WAITING, LineState.DROPPED):
        return Judgement(Verdict.REFUSED, why=_("该笔尚未送银行"))
    return Judgement(Verdict.REFUSED, why=_("与前次答复相反，须人工查明"))


@dataclass(frozen=True, slots=True)
class Due:
    """What a claim brings to a line: order and laboratory go into the remark."""

    order_number: str
    unit_name: str
    fen: int


_AMONG = _("等")  # on the bank's slip, in Chinese always


def remark(dues: Sequence[Due], purpose: Purpose = CLAIMS) -> str:
    """附言: what a university's finance office recognises the money by, as many orders as fit and the count of all."""
    names = list(dict.fromkeys(due.unit_name for due in dues if due.unit_name))
    head = " ".join([purpose.head, "、".join(names)]).strip()
    orders = list(dict.fromkeys(due.order_number for due in dues))
    for shown in range(len(orders), 0, -1):
        more = "" if shown == len(orders) else f" {_AMONG}{len(orders)}{purpose.counted}"
        text = f"{head} {purpose.records}{'、'.join(orders[:shown])}{more}"
        if len(text) <= REMARK_CHARS:
            return text
    tail = f" {_AMONG}{len(orders)}{purpose.counted}"
    return head[: REMARK_CHARS - len(tail)] + tail


def may_release(*, amount_fen: int, released_fen: int, fen: int) -> None:
    """No more is released (下达) than was approved; raises ReleaseAboveBudget, AmountNotPositive."""
    positive(fen)
    left = amount_fen - released_fen
    if fen > left:
        raise ReleaseAboveBudget(left_fen=left, asked_fen=fen)


def money_cut(*, amount_fen: int, released_fen: int, fen: int) -> int:
    """How much of a cut (调减) is released money that goes back: what was not yet released is cut first.

    Raises CutAboveBudget, AmountNotPositive.
    """
    positive(fen)
    if fen > amount_fen:
        raise CutAboveBudget(amount_fen=amount_fen, asked_fen=fen)
    return max(released_fen - (amount_fen - fen), 0)


def positive(fen: int) -> None:
    if fen <= 0:
        raise AmountNotPositive


def within_parent(*, parent_fen: int, children_fen: int) -> None:
    """Children never above their parent, where the parent really allots money; raises ChildrenAboveParent."""
    if children_fen > parent_fen:
        raise ChildrenAboveParent(children_fen=children_fen, parent_fen=parent_fen)


def pays_until(queue: Iterable[tuple[str, int]], free_fen: int) -> list[str]:
    """排队: who of a queue can be paid out of what is free, in order; the first that does not fit stops all after it."""
    served: list[str] = []
    for name, fen in queue:
        if fen > free_fen:
            break
        free_fen -= fen
        served.append(name)
    return served


def days_until(today: date, due: date) -> int:
    """Days a clock runs to a fixed day; a day already past is due today."""
    return max((due - today).days, 0)
