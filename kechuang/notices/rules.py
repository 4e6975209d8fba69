"""公示: how long, and what may pass when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit, Workdays, due
from kechuang.notices.states import NoticeState, ObjectionState


class NoticeNotPassed(Refusal):
    code = "notices.not_passed"
    text = _("尚不能办理下一步：{reason}")
    remedy = _("公示期满且异议处理完毕后方可办理")


class NotOpenForObjection(Refusal):
    code = "notices.not_open_for_objection"
    text = _("公示期已于 {until_on} 结束或公示已撤回，不再受理异议")
    remedy = _("对已办结事项的意见请通过投诉渠道反映")


class AlreadyObjected(Refusal):
    code = "notices.already_objected"
    text = _("您对该事项的异议正在处理中")
    remedy = _("如需补充说明，请先撤回原异议再重新提交")


class TooManyObjections(Refusal):
    code = "notices.too_many_objections"
    text = _("今天已提交 {count} 件异议，达到每日上限")
    remedy = _("请明天再提交，或将同一事由合并为一件")


class ReasonTooShort(Refusal):
    code = "notices.reason_too_short"
    text = _("异议理由过短：请说明哪一项不实、依据是什么")
    remedy = _("请补充事实和依据后重新提交")
    field = "reason"
    status = 422


class ReplyMissing(Refusal):
    code = "notices.reply_missing"
    text = _("请填写答复意见")
    remedy = _("答复将送达异议人，并随公示归档")
    field = "reply"
    status = 422


class NobodyToName(Refusal):
    code = "notices.no_items"
    text = _("公示没有列明事项")
    remedy = _("请至少选择一件事项")


class OwnCase(Refusal):
    code = "notices.own_case"
    text = _("您办理过该事项，其异议应由他人处理")
    remedy = _("请转由本局其他审核人处理")


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """The parameters of a scheme that a notice needs."""

    notice_days: int
    notice_unit: str  # days | working_days
    notice_first_day_counts: bool
    notice_end_moves: bool
    objection_working_days: int


@dataclass(frozen=True, slots=True)
class Period:
    from_on: date
    until_on: date  # exclusive: the first day on which the next step may be taken
    provisional: bool


def period(opens_on: date, terms: NoticeTerms, calendar: Workdays) -> Period:
    """The period of a notice opened on a day (公示期); the day of opening counts only if the terms say so."""
    length = Length(
        terms.notice_days,
        Unit(terms.notice_unit),
        terms.notice_first_day_counts,
        ends_on_working_day=terms.notice_end_moves,
    )
    last = due(opens_on, length, calendar)
    return Period(opens_on, last.on + timedelta(days=1), last.provisional)


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether what a notice names may take its next step, and the reason when not."""

    passed: bool
    reason: str
    upheld: bool = False
    until_on: date | None = None


NEVER = Gate(False, _("尚未公示"))


def gate(notice: NoticeState, until_on: date, objections: Sequence[ObjectionState], *, on: date) -> Gate:
    """The gate behind a notice (公示闸门): period over, nothing open, nothing upheld, notice standing."""
    if notice in {NoticeState.WITHDRAWN, NoticeState.CORRECTED}:
        return Gate(False, _("公示已撤回或更正"))
    if ObjectionState.UPHELD in objections:
        return Gate(False, _("异议成立"), upheld=True, until_on=until_on)
    if ObjectionState.FILED in objections:
        return Gate(False, _("异议处理中"), until_on=until_on)
    if on < until_on:
        return Gate(False, _("公示期未满"), until_on=until_on)
    return Gate(True, "", until_on=until_on)
