"""Why a time is not to be had (不予预约的情形), each with what the person can do now."""

from datetime import date, datetime

from kechuang.bookings.states import LEGAL_ZONE
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


def when(instant: datetime) -> str:
    """An instant as it stands in a sentence: 2025-03-10 09:00, in Beijing's time."""
    return instant.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M")


def legal_day(instant: datetime) -> date:
    """The legal day an instant falls on."""
    return instant.astimezone(LEGAL_ZONE).date()


class SlotTaken(Refusal):
    code = "bookings.slot_taken"
    text = _("该时段已被占用")
    remedy = _("最近的空闲时段：{next_free}")
    field = "from_at"


class NoSlotLeft(Refusal):
    code = "bookings.no_slot_left"
    text = _("该时段已被占用，开放预约的期限内已没有这样长的空闲时段")
    remedy = _("请缩短时长、选择其他仪器，或登记候补")
    field = "from_at"


class TimesReversed(Refusal):
    code = "bookings.times_reversed"
    text = _("结束时间须晚于开始时间")
    remedy = _("请重新选择时段")
    field = "until_at"
    status = 422


class InThePast(Refusal):
    code = "bookings.in_the_past"
    text = _("所选时段已经过去（现在是 {now}）")
    remedy = _("请选择以后的时段")
    field = "from_at"
    status = 422


class TooShortNotice(Refusal):
    code = "bookings.too_short_notice"
    text = _("该仪器须至少提前 {minutes} 分钟预约")
    remedy = _("最早可预约 {earliest} 开始的时段")
    field = "from_at"


class BeyondHorizon(Refusal):
    code = "bookings.beyond_horizon"
    text = _("该仪器只开放今后 {horizon_days} 的预约")
    remedy = _("最晚可预约 {last_on}")
    field = "from_at"


class OffGrid(Refusal):
    code = "bookings.off_grid"
    text = _("开始和结束时间须为 {minutes} 分钟的整数倍")
    remedy = _("可改为 {from_} 至 {until}")
    field = "from_at"
    status = 422


class TooShort(Refusal):
    code = "bookings.too_short"
    text = _("每次至少预约 {minutes} 分钟")
    remedy = _("请延长时段")
    field = "until_at"


class TooLong(Refusal):
    code = "bookings.too_long"
    text = _("每次最多预约 {minutes} 分钟")
    remedy = _("请缩短时段，或与服务机构商量例外安排")
    field = "until_at"


class OutsideHours(Refusal):
    code = "bookings.outside_hours"
    text = _("所选时段不在开放时间内（{hours}）")
    remedy = _("请选择开放时间内的时段；过夜使用须仪器允许")
    field = "from_at"


class OverDayLimit(Refusal):
    code = "bookings.over_day_limit"
    text = _("您在 {day_on} 已预约该仪器 {held} 分钟，每人每天最多 {minutes} 分钟")
    remedy = _("请缩短时段或换一天")
    field = "until_at"


class OverWeekLimit(Refusal):
    code = "bookings.over_week_limit"
    text = _("您在 {week_on} 起的一周已预约该仪器 {held} 分钟，每人每周最多 {minutes} 分钟")
    remedy = _("请缩短时段或换一周")
    field = "until_at"


class TooManyOpen(Refusal):
    code = "bookings.too_many_open"
    text = _("您已有 {count} 个尚未使用的预约，该仪器每人最多 {most} 个")
    remedy = _("请先使用或取消已有的预约")


class StoppedForNoShows(Refusal):
    code = "bookings.stopped_for_no_shows"
    text = _("因 {count} 次爽约，您在 {until} 之前不能预约该仪器")
    remedy = _("如有正当理由，请与服务机构联系免除记录")


class NotQualified(Refusal):
    code = "bookings.not_qualified"
    text = _("自主操作“{name}”须有在预约当天有效的操作资格")
    remedy = _("请先参加培训，或选择由机构人员操作")
    field = "mode"


class ModeNotOffered(Refusal):
    code = "bookings.mode_not_offered"
    text = _("“{name}”不以这种方式开放")
    remedy = _("请选择所列的使用方式")
    field = "mode"
    status = 422


class CustomsNotCleared(Refusal):
    code = "bookings.customs_not_cleared"
    text = _("“{name}”在海关监管期内，对外服务须先办妥海关手续")
    remedy = _("请服务机构先登记海关准予的文件，或选择其他仪器")


class NotBookable(Refusal):
    code = "bookings.not_bookable"
    text = _("“{name}”现在不接受预约")
    remedy = _("请选择其他仪器，或与服务机构联系")


class InternalOnly(Refusal):
    code = "bookings.internal_only"
    text = _("“{name}”只供本单位内部使用")
    remedy = _("请选择对外开放的仪器")


class ProviderNotAdmitted(Refusal):
    code = "bookings.provider_not_admitted"
    text = _("{provider}不在库、已停止接单或已被撤销，不能用券预约")
    remedy = _("可不用创新券预约，或选择库内的服务机构")


class DifferentProviders(Refusal):
    code = "bookings.different_providers"
    text = _("一个预约中的仪器须属于同一家服务机构")
    remedy = _("请分开预约")
    field = "instrument_ids"
    status = 422


class NothingChosen(Refusal):
    code = "bookings.nothing_chosen"
    text = _("请选择 1 至 {most} 台不同的仪器")
    remedy = _("请重新选择")
    field = "instrument_ids"
    status = 422


class GroupMissing(Refusal):
    code = "bookings.group_missing"
    text = _("内部使用须填写课题组和经费号")
    remedy = _("请填写后重新提交")
    field = "group"
    status = 422


class KeyUsedOtherwise(Refusal):
    code = "bookings.key_used_otherwise"
    text = _("该请求编号已用于另一内容的预约")
    remedy = _("请刷新页面后重新提交")


class HasAnOrder(Refusal):
    code = "bookings.has_an_order"
    text = _("该预约已转为服务订单，请在订单中取消")
    remedy = _("请打开订单办理")


class TooLateToMove(Refusal):
    code = "bookings.too_late_to_move"
    text = _("开始前 {minutes} 分钟内不能自行改期")
    remedy = _("请与服务机构联系，由机构改期")
    field = "from_at"


class AlreadyBegun(Refusal):
    code = "bookings.already_begun"
    text = _("预约的时间已于 {from_} 开始，不能再取消")
    remedy = _("请与服务机构联系")


class TooEarly(Refusal):
    code = "bookings.too_early"
    text = _("预约的时间是 {from_} 至 {until}，现在还不能办理")
    remedy = _("请到时办理")


class TimeIsOver(Refusal):
    code = "bookings.time_is_over"
    text = _("预约的时间已于 {until} 结束")
    remedy = _("请登记使用记录，或重新预约")


class ReasonMissing(Refusal):
    code = "bookings.reason_missing"
    text = _("请写明理由")
    remedy = _("理由将送达对方并存入办理过程")
    field = "reason"
    status = 422


class NotAColleague(Refusal):
    code = "bookings.not_a_colleague"
    text = _("只能转给本单位的在职成员")
    remedy = _("请从本单位成员中选择")
    field = "person_id"
    status = 422


class OverConfirmed(Refusal):
    code = "bookings.over_confirmed"
    text = _("该时段已有确认的预约或占用，例外安排也不能与之重叠")
    remedy = _("最近的空闲时段：{next_free}")
    field = "from_at"


class BlockOverlaps(Refusal):
    code = "bookings.block_overlaps"
    text = _("该时段已有 {count} 个预约或占用，先到者保留")
    remedy = _("涉及：{numbers}。请改时间；仪器故障或操作人缺席请按故障登记")
    field = "from_at"


class TooManyWeeks(Refusal):
    code = "bookings.too_many_weeks"
    text = _("一次最多登记连续 {most} 周的占用")
    remedy = _("请分次登记")
    field = "weeks"
    status = 422


class NotADisplacement(Refusal):
    code = "bookings.not_a_displacement"
    text = _("“{kind}”不能让已有的预约改期")
    remedy = _("故障或操作人缺席才可以；其他占用请避开已有的预约")
    field = "kind"
    status = 422


class NotOffered(Refusal):
    code = "bookings.not_offered"
    text = _("该时段不是提供给您的改期时段")
    remedy = _("请从所列时段中选择，或另行改期")
    field = "from_at"


class NoCalendar(Refusal):
    code = "bookings.no_calendar"
    text = _("“{name}”尚未设置预约日历")
    remedy = _("请与服务机构联系")


class CalendarExists(Refusal):
    code = "bookings.calendar_exists"
    text = _("该仪器已有预约日历")
    remedy = _("请修改其规则")


class HoursUnreadable(Refusal):
    code = "bookings.hours_unreadable"
    text = _("{weekday}的开放时间有误")
    remedy = _("每段须有先后，各段不得重叠，在 0:00 至 24:00 之间，并为预约单位时间的整数倍")
    field = "hours"
    status = 422


class RuleUnreadable(Refusal):
    code = "bookings.rule_unreadable"
    text = _("预约规则“{rule}”的数值有误")
    remedy = _("须为 {least} 至 {most} 的整数；最长时间不得短于最短时间，且均为预约单位时间的整数倍")
    status = 422


class QualificationStands(Refusal):
    code = "bookings.qualification_stands"
    text = _("该人员已有有效的操作资格")
    remedy = _("可延长其有效期")
    field = "person_id"


class QualificationOver(Refusal):
    code = "bookings.qualification_over"
    text = _("操作资格的有效期须在将来")
    remedy = _("请重新填写有效期")
    field = "valid_until"
    status = 422
