"""Decisions about case files (案卷). Pure: every fact comes in."""

from dataclasses import dataclass

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.supervision.states.cases import TEXT_CHARS_MIN


class WordsMissing(Refusal):
    code = "supervision.words_missing"
    text = _("请写明事实和理由")
    remedy = _("所写内容将送达当事人并归入案卷，请写完整")
    field = "text"
    status = 422


class SubjectUnknown(Refusal):
    code = "supervision.subject_unknown"
    text = _("没有找到编号为 {number} 的兑付申请、订单或补助结算单")
    remedy = _("请逐位核对编号；只能列入本地区拨付的事项")
    field = "number"
    status = 422


class OtherParty(Refusal):
    code = "supervision.other_party"
    text = _("{number} 不是本案当事人的事项")
    remedy = _("一个案卷只办一个当事人；其他当事人请另行立案")
    field = "number"
    status = 422


class NothingFaulty(Refusal):
    code = "supervision.nothing_faulty"
    text = _("本次检查没有经会签的问题，不能据以立案")
    remedy = _("请先填写检查记录并由另一人会签；其他线索请就兑付申请立案")


class NotTakenUp(Refusal):
    code = "supervision.complaint_not_taken_up"
    text = _("投诉尚未受理、已撤回或不成立，不能据以立案")
    remedy = _("请先受理投诉；其他线索请就兑付申请立案")


class NothingToSuspend(Refusal):
    code = "supervision.nothing_to_suspend"
    text = _("案卷中没有可以暂停拨付的兑付申请或补助")
    remedy = _("已拨付的，请在结案时决定追回；付给其他单位的，请对收款单位另行立案")


class PaidToAnother(Refusal):
    code = "supervision.paid_to_another"
    text = _("{number} 的款项付给另一单位，不能在本案追回")
    remedy = _("请对收款单位另行立案，发函听取其说明后再决定")
    field = "fen"


class InPayment(Refusal):
    code = "supervision.in_payment"
    text = _("{number} 正在拨付中，结果未定，不能认定违规")
    remedy = _("请先退回拨付批次；已送银行的，待银行答复后再结案，已付的一并决定追回")


class HeldElsewhere(Refusal):
    code = "supervision.held_elsewhere"
    text = _("{number} 已被另一案卷暂停拨付（{case}）")
    remedy = _("由该案卷决定解除或终止；本案可以继续核查")


class NotSuspended(Refusal):
    code = "supervision.not_suspended"
    text = _("{number} 没有被本案暂停拨付")
    remedy = _("请刷新页面查看最新状态")


class ReplyTimeRuns(Refusal):
    code = "supervision.reply_time_runs"
    text = _("当事人的答复期限到 {due_on}，尚未届满")
    remedy = _("期限届满或当事人答复后再办理")


class NoSupervisionRules(Refusal):
    code = "supervision.no_rules"
    text = _("“{place}”没有生效的事后监管规则")
    remedy = _("请联系市科技局发布规则")


@dataclass(frozen=True, slots=True)
class CaseTerms:
    """How long the party may take to answer, and the office to decide (案卷时限)."""

    case_reply_working_days: int
    case_decide_working_days: int


def said(typed: str) -> str:
    """A text as it is stored and sent; raises WordsMissing when it says nothing."""
    if len(found := tidy(typed)) < TEXT_CHARS_MIN:
        raise WordsMissing()
    return found
