"""What a complaint must say, how many are many (多次投诉), and the ladder of sanctions, each rung by its article. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.supervision.states.sanctions import COMPLAINT_CHARS_MIN, Rung


class ComplaintTooShort(Refusal):
    code = "supervision.complaint_too_short"
    text = _("投诉内容过短：请写明何时、何事、有什么依据")
    remedy = _("请补充后重新提交；投诉人的姓名不向被投诉人显示")
    field = "text"
    status = 422


class TooManyComplaints(Refusal):
    code = "supervision.too_many_complaints"
    text = _("今天已提交 {count} 件投诉，达到每日上限")
    remedy = _("请明天再提交，或将同一事由合并为一件")


class AlreadyComplained(Refusal):
    code = "supervision.already_complained"
    text = _("您对该单位同一事项的投诉正在办理中（{number}）")
    remedy = _("如需补充，请先撤回原投诉再重新提交")


class OrderUnknown(Refusal):
    code = "supervision.order_unknown"
    text = _("没有找到您与该单位之间编号为 {number} 的订单")
    remedy = _("请核对订单编号；没有订单的可以留空")
    field = "order_number"
    status = 422


class OwnParty(Refusal):
    code = "supervision.own_party"
    text = _("不能投诉本单位")
    remedy = _("请核对被投诉的单位")
    field = "credit_code"
    status = 422


class CaseNotUpheld(Refusal):
    code = "supervision.case_not_upheld"
    text = _("案卷尚未认定违规，不能处罚")
    remedy = _("请先结案认定违规")


class RungNotNamed(Refusal):
    code = "supervision.rung_not_named"
    text = _("规则没有规定“{rung}”（{article}）")
    remedy = _("请从规则列出的处置中选择")
    field = "rung"
    status = 422


class AlreadyProposed(Refusal):
    code = "supervision.already_proposed"
    text = _("该案卷的“{rung}”已在办理（{number}）")
    remedy = _("请打开该处罚继续办理")
    field = "rung"


class NoClawback(Refusal):
    code = "supervision.no_clawback"
    text = _("案卷中没有有效的追回决定")
    remedy = _("追回由结案决定作出；请先在案卷中决定追回的金额")


class NotAdmitted(Refusal):
    code = "supervision.not_admitted"
    text = _("{name} 不在可以由您暂停或撤销的服务机构库中")
    remedy = _("入库在其他机关的，请将案卷送该机关办理")


class ReceiverMissing(Refusal):
    code = "supervision.receiver_missing"
    text = _("请写明移送的机关和文号")
    remedy = _("例如：移送某市公安局，某科移〔2026〕1号")
    field = "receiver"
    status = 422


class NotLiftable(Refusal):
    code = "supervision.not_liftable"
    text = _("“{rung}”不能解除")
    remedy = _("撤销入库的可在期满后重新申请；追回请在追回款项中办理")


@dataclass(frozen=True, slots=True)
class ComplaintTerms:
    """Time to answer a complaint, and over how long upheld ones are counted together."""

    complaint_reply_working_days: int
    complaints_window_days: int


@dataclass(frozen=True, slots=True)
class ManyTerms:
    """How many upheld complaints are “多次”, and which rungs the scheme names."""

    complaints_many_count: int
    sanctions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SanctionTerms:
    """Each rung by its own article, the time to answer, for how many years a party is listed, which scheme names the rungs."""

    sanction_warn: bool
    sanction_suspend: bool
    sanction_revoke: bool
    sanction_refund: bool
    sanction_blacklist: bool
    sanction_publish: bool
    sanction_transfer: bool
    sanction_reply_working_days: int
    blacklist_years_count: int


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """Which voucher scheme the place's supervision goes with (适用的创新券规则)."""

    voucher_scheme: str


def complaint(typed: str) -> str:
    """A complaint as it is stored; raises ComplaintTooShort."""
    if len(found := tidy(typed)) < COMPLAINT_CHARS_MIN:
        raise ComplaintTooShort()
    return found


def are_many(upheld: int, terms: ManyTerms) -> bool:
    """Whether so many upheld complaints are “多次被服务对象投诉”; the number itself is included."""
    return upheld >= terms.complaints_many_count


def parameter(rung: Rung) -> str:
    """The name of the parameter that a rung stands on."""
    return f"sanction_{rung}"


def refuse_rung(rung: Rung, *, terms: SanctionTerms, named: ManyTerms, articles: Mapping[str, str]) -> None:
    """Only rungs that both the scheme and the place's rules name; raises RungNotNamed with the article."""
    provided = {field.name: getattr(terms, field.name) for field in fields(terms)}
    if str(rung) not in named.sanctions or not provided[parameter(rung)]:
        raise RungNotNamed(rung=str(rung), article=articles.get(parameter(rung), ""))


def listed_until(on: date, years: int) -> date:
    """The first day on which a listing no longer holds (列入名单的期限): the same day so many years later."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:  # the 29th of February
        return date(on.year + years, on.month + 1, 1)


def receiver(typed: str) -> str:
    """To whom a matter is handed over; raises ReceiverMissing."""
    if not (said := tidy(typed)):
        raise ReceiverMissing()
    return said
