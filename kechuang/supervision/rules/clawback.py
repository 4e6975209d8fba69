"""What may be asked back, in which parts, and with what interest (追回、分期、利息). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import BasisPoints, Fen, interest_down, split_largest_remainder, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy


class AbovePaid(Refusal):
    code = "supervision.clawback_above_paid"
    text = _("{number} 实际已付 {paid_fen}，其中已决定追回 {asked_fen}，不能再追回 {fen_fen}")
    remedy = _("追回金额不得超过实际已付且尚未追回的金额")
    field = "fen"
    status = 422


class AskedAlready(Refusal):
    code = "supervision.clawback_open"
    text = _("{number} 已有追回决定 {clawback} 尚未缴清")
    remedy = _("同一款项的追回逐项办理：请待其缴清或撤销后再决定追回其余部分，或清空本项追回金额")
    field = "fen"


class NothingPaid(Refusal):
    code = "supervision.nothing_paid"
    text = _("{number} 尚未拨付，没有可以追回的款项")
    remedy = _("未拨付的请暂停或终止拨付")
    field = "fen"


class AmountMissing(Refusal):
    code = "supervision.clawback_amount_missing"
    text = _("追回金额须大于零")
    remedy = _("请填写大于零的金额；不追回的请留空")
    field = "fen"
    status = 422


class TooManyInstalments(Refusal):
    code = "supervision.too_many_instalments"
    text = _("最多分 {count} 期缴回（{article}）")
    remedy = _("请减少期数")
    field = "instalments"
    status = 422


class InstalmentsDiffer(Refusal):
    code = "supervision.instalments_differ"
    text = _("各期合计 {sum_fen}，与尚未缴回的 {left_fen}不符")
    remedy = _("各期金额合计须等于尚未缴回的本金，利息另计")
    field = "instalments"
    status = 422


class InstalmentsBackwards(Refusal):
    code = "supervision.instalments_backwards"
    text = _("第 {position} 期的日期不晚于前一期或已经过去")
    remedy = _("请按先后填写今后的日期")
    field = "instalments"
    status = 422


class InstalmentsTooFar(Refusal):
    code = "supervision.instalments_too_far"
    text = _("第一期的日期过远")
    remedy = _("请核对年份")
    field = "first_on"
    status = 422


class AmountDiffers(Refusal):
    code = "supervision.clawback_amount_differs"
    text = _("本期应缴本金 {fen_fen}、利息 {interest_fen}（计至 {on}），合计 {sum_fen}；登记的是 {asked_fen}")
    remedy = _("请核对银行凭证；缴款日不同则利息不同，请填写实际到账日")
    field = "fen"
    status = 422


class ReceivedOutOfOrder(Refusal):
    code = "supervision.received_out_of_order"
    text = _("请先登记第 {position} 期")
    remedy = _("各期按先后缴回")


class ReceivedTooEarly(Refusal):
    code = "supervision.received_day_wrong"
    text = _("到账日 {on} 早于追回决定或晚于今天")
    remedy = _("请填写银行凭证上的到账日")
    field = "on"
    status = 422


class ReferenceMissing(Refusal):
    code = "supervision.reference_missing"
    text = _("请填写银行流水号")
    remedy = _("缴回须有银行凭证")
    field = "reference"
    status = 422


class SlipUsed(Refusal):
    code = "supervision.slip_used"
    text = _("银行流水号 {reference} 已用于 {number} 第 {position} 期")
    remedy = _("一张银行凭证只能登记一期；请核对流水号")
    field = "reference"


class ReceiptPending(Refusal):
    code = "supervision.receipt_pending"
    text = _("第 {position} 期的缴回登记还没有复核")
    remedy = _("请另一人先复核或退回该登记")


class NoReceiptPending(Refusal):
    code = "supervision.no_receipt_pending"
    text = _("没有待复核的缴回登记")
    remedy = _("请刷新页面查看最新状态")


class AlreadyReceived(Refusal):
    code = "supervision.already_received"
    text = _("已缴回 {received_fen}，不能撤销追回决定")
    remedy = _("确需退还的，请另行作出决定并由财政部门办理")


class RefundNotProvided(Refusal):
    code = "supervision.refund_not_provided"
    text = _("本地规则没有规定追回补助")
    remedy = _("请向规则的解释机关咨询")


@dataclass(frozen=True, slots=True)
class ClawbackTerms:
    """What a pack says of clawback: whether, by when, in how many parts, at which yearly rate."""

    sanction_refund: bool
    clawback_due_days: int
    clawback_instalments_max_count: int
    clawback_interest_bp: BasisPoints
    clawback_year_days: int
    clawback_gap_days: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is to be given back (一期): its principal and its day."""

    fen: Fen
    due_on: date


def refuse_amount(*, number: str, fen: int, paid_fen: int, asked_fen: int) -> None:
    """No more is asked back than was really paid and not yet asked back (不得超过实付).

    `asked_fen` is what earlier decisions that stand ask for. Raises AmountMissing, NothingPaid, AbovePaid.
    """
    if fen <= 0:
        raise AmountMissing()
    if paid_fen <= 0:
        raise NothingPaid(number=number)
    if fen > paid_fen - asked_fen:
        raise AbovePaid(number=number, paid_fen=paid_fen, asked_fen=asked_fen, fen_fen=fen)


def interest_fen(fen: Fen, *, since: date, until: date, terms: ClawbackTerms) -> Fen:
    """Interest on a part from the day it was paid out to the day it comes back (利息): simple, by days, rounded down."""
    days = max((until - since).days, 0)
    return interest_down(fen, terms.clawback_interest_bp, days=days, year_days=terms.clawback_year_days)


def at_once(fen: Fen, *, on: date, terms: ClawbackTerms) -> list[Part]:
    """The whole in one part, due so many days after the decision (一次缴回)."""
    return [Part(fen, on + timedelta(days=terms.clawback_due_days))]


def equal_parts(fen: Fen, *, count: int, first_on: date, terms: ClawbackTerms) -> list[Part]:
    """What is owed in so many equal parts, days apart as the rules say; what remains goes to the first ones (分期).

    Raises InstalmentsTooFar for days that no calendar has.
    """
    days = [terms.clawback_gap_days * place for place in range(count)]
    if days and days[-1] > (date.max - first_on).days:
        raise InstalmentsTooFar()
    shares = split_largest_remainder(fen, [1] * count)
    return [Part(share, first_on + timedelta(days=later)) for share, later in zip(shares, days, strict=True)]


def refuse_parts(parts: Sequence[Part], *, left_fen: int, on: date, terms: ClawbackTerms, article: str) -> None:
    """Parts add up to what is still owed, follow one another, and are not too many (分期).

    Raises TooManyInstalments, InstalmentsDiffer, InstalmentsBackwards.
    """
    if len(parts) > terms.clawback_instalments_max_count:
        raise TooManyInstalments(count=terms.clawback_instalments_max_count, article=article)
    total = sum(part.fen for part in parts)
    if total != left_fen or any(part.fen <= 0 for part in parts):
        raise InstalmentsDiffer(sum_fen=total, left_fen=left_fen)
    before = on
    for position, part in enumerate(parts, start=1):
        if part.due_on <= before:
            raise InstalmentsBackwards(position=position)
        before = part.due_on


def refuse_receipt(*, fen: int, part: Fen, interest: Fen, on: date, decided_on: date, today: date) -> None:
    """What comes in is exactly the part with its interest to that day. Raises ReceivedTooEarly, AmountDiffers."""
    if not decided_on <= on <= today:
        raise ReceivedTooEarly(on=on.isoformat())
    if fen != part + interest:
        raise AmountDiffers(
            fen_fen=part, interest_fen=interest, on=on.isoformat(), sum_fen=part + interest, asked_fen=fen
        )


def slip(typed: str) -> str:
    """A bank's serial number as it is kept and compared (银行流水号): no spaces, capitals. Raises ReferenceMissing."""
    if not (found := halfwidth(tidy(typed)).upper()):
        raise ReferenceMissing()
    return found


def summary(parts: Sequence[Part]) -> str:
    """The parts in one line, for the event."""
    return "、".join(f"{part.due_on.isoformat()} ¥{yuan(part.fen)}" for part in parts)
