"""What a claim needs, and what its money does when it is refused. Pure: every number comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.policy.tables import Table

SELLER, BUYER = _("销售方"), _("购买方")


class OrderNotSettled(Refusal):
    code = "claims.order_not_settled"
    text = _("订单 {number} 尚未结算（当前：{state_label}），不能申兑")
    remedy = _("请先与使用者完成验收和结算，再提交兑付申请")


class NothingToClaim(Refusal):
    code = "claims.nothing_to_claim"
    text = _("订单 {number} 没有用券抵扣的金额，无需申兑")
    remedy = _("未用券的订单由双方自行结算")


class ClaimExists(Refusal):
    code = "claims.claim_exists"
    text = _("订单 {number} 已有办理中的兑付申请")
    remedy = _("请打开原申请继续办理")


class TooLate(Refusal):
    code = "claims.too_late"
    text = _("申兑期限已于 {until_on} 届满")
    remedy = _("逾期未申兑的金额按规定处理；如有正当理由请联系发券地科技局")


class FilesMissing(Refusal):
    code = "claims.files_missing"
    text = _("缺少申兑材料：{labels}")
    remedy = _("请上传齐全后再提交")
    field = "files"
    status = 422


class HeldByCase(Refusal):
    code = "claims.held_by_case"
    text = _("本申请由案卷 {case} 暂停拨付，不能在此恢复或终止")
    remedy = _("请在该案卷中恢复，或结案时决定")


class InvoiceBound(Refusal):
    code = "claims.invoice_bound"
    text = _("发票 {number} 已用于其他订单的申兑，不得重复使用")
    remedy = _("发票号码在全平台永久绑定首次申兑的订单；请核对号码，或上传本订单的发票")
    field = "files"


class InvoiceRed(Refusal):
    code = "claims.invoice_red"
    text = _("发票 {number} 是红字发票或已被红冲，不能申兑")
    remedy = _("请上传重新开具的蓝字发票")
    field = "files"


class InvoiceOverAllocated(Refusal):
    code = "claims.invoice_over_allocated"
    text = _("发票 {number} 分摊合计 {allocated_fen} 元，超过价税合计 {gross_fen} 元")
    remedy = _("请调整各订单的分摊金额")
    field = "files"
    status = 422


class InvoiceNotForOrder(Refusal):
    code = "claims.invoice_not_for_order"
    text = _("发票 {number} 的分摊明细中没有本订单")
    remedy = _("请为本订单填写分摊金额")
    field = "files"
    status = 422


class AnothersInvoice(Refusal):
    code = "claims.anothers_invoice"
    text = _("发票 {number} 的{side}是“{found}”，与订单的“{expected}”不符")
    remedy = _("请上传本订单双方之间开具的发票")
    field = "files"


class NotClean(Refusal):
    code = "claims.not_clean"
    text = _("申请 {number} 的材料比对有不一致或缺失，不能一并确认")
    remedy = _("请打开该申请逐项核对后单独办理")


class OtherState(Refusal):
    code = "claims.other_state"
    text = _("申请 {number} 已由他人办理或已更新")
    remedy = _("请刷新页面查看最新内容后再办理")


class ReturnedTooOften(Refusal):
    code = "claims.returned_too_often"
    text = _("该申请已退回补正 {count} 次，达到上限")
    remedy = _("请作出确认或不予确认的决定")


class NoPartialConfirmation(Refusal):
    code = "claims.no_partial_confirmation"
    text = _("现行规定不允许只确认部分金额")
    remedy = _("请按申请金额 {claimed_fen} 元确认，或不予确认")
    field = "confirmed_fen"
    status = 422


class ConfirmedTooMuch(Refusal):
    code = "claims.confirmed_too_much"
    text = _("确认金额须大于零且不超过申请金额 {claimed_fen} 元")
    remedy = _("请更正确认金额")
    field = "confirmed_fen"
    status = 422


class ReasonMissing(Refusal):
    code = "claims.reason_missing"
    text = _("请写明理由")
    remedy = _("理由会送达服务机构并随档案保存")
    field = "reason"
    status = 422


class NoteMissing(Refusal):
    code = "claims.note_missing"
    text = _("申请 {number} 的材料有不符或缺失，确认前请写明核对情况")
    remedy = _("请逐项核对后写明为何仍予确认，核对情况随档案保存")
    field = "note"
    status = 422


class NothingChosen(Refusal):
    code = "claims.nothing_chosen"
    text = _("没有选择任何申请")
    remedy = _("请先在列表中勾选要办理的申请")
    status = 422


class InvoiceChanged(Refusal):
    code = "claims.invoice_changed"
    text = _("发票 {number} 的内容与首次申兑时不一致")
    remedy = _("请上传税务平台下载的原件；若发票已红冲重开，请上传新号码的发票")
    field = "files"


class NotClosed(Refusal):
    code = "claims.not_closed"
    text = _("申请 {number} 尚未办结，不能导出案卷")
    remedy = _("办结（已兑付、不予兑付或已撤回）后即可导出")


class NoAccount(Refusal):
    code = "claims.no_account"
    text = _("{name} 没有可用的收款账户")
    remedy = _("请服务机构登记账户并经确认，过冷静期后再拨付")


class NoBank(Refusal):
    code = "claims.no_bank"
    text = _("没有接通银行，不能在线支付")
    remedy = _("请下载支付文件交银行办理，再上传银行回执")


class PartyUnknown(Refusal):
    code = "claims.party_unknown"
    text = _("平台上没有统一社会信用代码为 {code} 的单位")
    remedy = _("请先导入该单位，再导入本表")
    status = 422


class NumberTaken(Refusal):
    code = "claims.number_taken"
    text = _("编号 {number} 在平台上已经存在")
    remedy = _("请核对是否已经导入；不同的事项须有不同的编号")
    field = "number"
    status = 422


class BalanceOff(Refusal):
    code = "claims.balance_off"
    text = _("当前余额 {balance_fen} 元大于券面额度 {face_fen} 元")
    remedy = _("请核对原系统的额度与余额")
    field = "balance_fen"
    status = 422


class VoucherUnknown(Refusal):
    code = "claims.voucher_unknown"
    text = _("本县没有券号为 {number} 的创新券")
    remedy = _("请先导入在用创新券")
    field = "voucher_number"
    status = 422


class ServiceUnknown(Refusal):
    code = "claims.service_unknown"
    text = _("服务机构没有名称为“{service}”的服务")
    remedy = _("请服务机构先公布该服务，名称须与表中一致")
    field = "service"
    status = 422


class ReceivedOff(Refusal):
    code = "claims.received_off"
    text = _("收到日期 {received_on} 应不早于结算日期，且不晚于导入当日")
    remedy = _("请核对收到兑付申请的日期，确认时限自该日起算")
    field = "received_on"
    status = 422


def refuse_received(received_on: date, settled_on: date, *, on: date) -> None:
    """A claim taken over was received after its settlement and not after today; raises ReceivedOff."""
    if not settled_on <= received_on <= on:
        raise ReceivedOff(received_on=received_on.isoformat())


def refuse_balance(face_fen: Fen, balance_fen: Fen) -> None:
    """What is left of a voucher is no more than its face (余额不超过额度); raises BalanceOff."""
    if balance_fen > face_fen:
        raise BalanceOff(face_fen=face_fen, balance_fen=balance_fen)


class Covers(StrEnum):
    """`confirm_covers`: what has to be done within the ten working days."""

    CONFIRMATION = "confirmation"
    NOTICE_STARTED = "notice_started"
    NOTICE_ENDED = "notice_ended"


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """The parameters of a scheme that a claim needs; stored with it when it is made."""

    claim_documents: Table[tuple[str, ...]]
    claim_within_days: int
    on_refusal: str
    on_no_claim: str
    confirm_working_days: int
    confirm_starts: str
    confirm_covers: str
    return_cap_days: int
    return_times_count: int
    partial_confirmation: bool
    bulk_confirmation: bool
    invoice_covers: str
    invoice_amount: str
    on_objection_upheld: str
    payout_internal_working_days: int
    archive_retention_years: int


def missing_files(needed: Sequence[str], present: Sequence[str]) -> tuple[str, ...]:
    """The kinds of papers (材料) that the terms ask for and that are not there, in the order of the terms."""
    return tuple(kind for kind in needed if kind not in set(present))


def claim_until(settled_on: date, terms: ClaimTerms) -> date:
    """The first day on which it is too late to claim (申兑截止), counted in days from the day after settlement."""
    return settled_on + timedelta(days=terms.claim_within_days + 1)


def refuse_too_late(settled_on: date, terms: ClaimTerms, *, on: date) -> None:
    """A claim is made and first submitted within the period (申兑期限); raises TooLate."""
    if on >= (until := claim_until(settled_on, terms)):
        raise TooLate(until_on=(until - timedelta(days=1)).isoformat())


def refuse_unlooked(number: str, *, clean: bool, note: str) -> None:
    """A claim whose papers differ somewhere is confirmed only with a note of what was looked at (核对情况); raises NoteMissing."""
    if not clean and not note:
        raise NoteMissing(number=number)


def ends_confirmation(done: Covers, *, terms: ClaimTerms) -> bool:
    """Whether an act ends the ten working days (10 个工作日内须完成到哪一步): the one that `confirm_covers` names."""
    return terms.confirm_covers == done


def confirmed(claimed_fen: Fen, asked_fen: Fen | None, *, partial_confirmation: bool) -> Fen:
    """The amount an officer confirms (确认金额): the claimed one unless the terms allow a part of it.

    Raises ConfirmedTooMuch, NoPartialConfirmation.
    """
    if asked_fen is None or asked_fen == claimed_fen:
        return claimed_fen
    if not 0 < asked_fen <= claimed_fen:
        raise ConfirmedTooMuch(claimed_fen=claimed_fen)
    if not partial_confirmation:
        raise NoPartialConfirmation(claimed_fen=claimed_fen)
    return asked_fen


def after_notice(*, passed: bool, upheld: bool, on_objection_upheld: str) -> str:
    """The move behind the gate of a notice: clear, uphold (refused), uphold_return (corrected), or "" to wait."""
    if passed:
        return "clear"
    if not upheld:
        return ""
    return "uphold_return" if on_objection_upheld == "returned" else "uphold"


@dataclass(frozen=True, slots=True)
class Allocated:
    """The lines of one invoice over orders: order id → gross fen."""

    number: str
    gross_fen: Fen
    lines: Mapping[str, Fen]


def allocated(number: str, gross_fen: Fen, order_id: str, lines: Mapping[str, Fen] | None) -> Allocated:
    """How an invoice is spread over orders (分摊); without lines it is this order's alone.

    Raises InvoiceNotForOrder, InvoiceOverAllocated.
    """
    spread = {order: fen for order, fen in lines.items() if fen} if lines else {order_id: gross_fen}
    if order_id not in spread or min(spread.values()) <= 0:
        raise InvoiceNotForOrder(number=number)
    if sum(spread.values()) > gross_fen:
        raise InvoiceOverAllocated(number=number, allocated_fen=sum(spread.values()), gross_fen=gross_fen)
    return Allocated(number, gross_fen, spread)
