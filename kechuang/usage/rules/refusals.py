"""Every no of this room: sums that cannot be, records that cannot be counted."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class PeriodReversed(Refusal):
    code = "usage.period_reversed"
    text = _("结束时间须晚于开始时间")
    remedy = _("请核对开始与结束时间；跨夜的服务请写明结束日期")
    field = "until_at"
    status = 422


class InFuture(Refusal):
    code = "usage.in_future"
    text = _("服务在 {until} 结束，尚未发生")
    remedy = _("服务结束后再登记；预约请在预约日历办理")
    field = "until_at"
    status = 422


class TooLong(Refusal):
    code = "usage.too_long"
    text = _("一条服务记录跨 {days} 天，超过 {limit} 天")
    remedy = _("请按实际服务分成几条登记")
    field = "until_at"
    status = 422


class MoreThanSpan(Refusal):
    code = "usage.more_than_span"
    text = _("机时 {hours} 小时，多于起止时间之间的 {span} 小时")
    remedy = _("一台仪器一天最多 24 小时：请核对机时或起止时间")
    field = "hours"
    status = 422


class DayFull(Refusal):
    code = "usage.day_full"
    text = _("机时 {hours} 小时放不进起止时间：这几天仪器已登记其他机时，最多还能登记 {free} 小时")
    remedy = _("一台仪器一天合计不超过 24 小时：请核对已有记录，或更正其中一条")
    field = "hours"


class Overlapping(Refusal):
    code = "usage.overlapping"
    text = _("与记录 {number}（{period}）的机时重叠")
    remedy = _("同一台仪器同一时间只计一次：请改起止时间，或先更正、作废那条记录")
    field = "from_at"


class RunningNow(Refusal):
    code = "usage.running_now"
    text = _("这台仪器自 {since} 起正在上机，时间重叠")
    remedy = _("请先结束或放弃本次上机，再登记")
    field = "from_at"


class BeforeExisting(Refusal):
    code = "usage.before_existing"
    text = _("仪器 {first_on} 建账（启用），此前不会有机时")
    remedy = _("请核对服务日期，或在仪器信息中更正建账日期")
    field = "from_at"
    status = 422


class AfterRetired(Refusal):
    code = "usage.after_retired"
    text = _("仪器已于 {retired_on} 报废、调出或下架，此后不会有机时")
    remedy = _("请核对服务日期和仪器")
    field = "until_at"
    status = 422


class NeedsInstrument(Refusal):
    code = "usage.needs_instrument"
    text = _("填写了机时，却没有说是哪台仪器")
    remedy = _("请选择仪器；不用仪器的服务机时填 0")
    field = "instrument"
    status = 422


class NotOfCarrier(Refusal):
    code = "usage.not_of_carrier"
    text = _("仪器“{name}”不属于载体“{carrier}”")
    remedy = _("请选择仪器所属的载体")
    field = "instrument"
    status = 422


class UnknownInstrument(Refusal):
    code = "usage.unknown_instrument"
    text = _("本载体没有编号为“{number}”的仪器")
    remedy = _("请核对仪器编号，或先登记（导入）这台仪器；不用仪器的服务请留空")
    field = "instrument"
    status = 422


class ClientMissing(Refusal):
    code = "usage.client_missing"
    text = _("对外服务须写明服务对象")
    remedy = _("请填写企业（单位）名称和统一社会信用代码，或个人姓名")
    field = "client_name"
    status = 422


class OwnParty(Refusal):
    code = "usage.own_party"
    text = _("“{name}”就是本单位，不能计为对外服务")
    remedy = _("本单位自用请选“内部用户”")
    field = "audience"
    status = 422


class VoucherAbovePrice(Refusal):
    code = "usage.voucher_above_price"
    text = _("创新券抵扣 {voucher_fen} 多于服务金额 {amount_fen}")
    remedy = _("请核对服务金额和抵扣额")
    field = "voucher"
    status = 422


class CustomsMissing(Refusal):
    code = "usage.customs_missing"
    text = _("“{name}”是海关监管期内的免税设备，对外服务须有补税记录或海关《通知书》编号")
    remedy = _("请填写补税记录或《通知书》编号，或先在仪器信息中登记海关手续")
    field = "customs_notice"
    status = 422


class BookingCancelled(Refusal):
    code = "usage.booking_cancelled"
    text = _("预约 {number} {state_label}，没有使用，不能登记服务记录")
    remedy = _("请核对预约编号；实际另有服务的，不填预约编号登记")
    field = "booking_number"


class BookingOfOther(Refusal):
    code = "usage.booking_of_other"
    text = _("预约 {number} 约的不是这台仪器")
    remedy = _("请核对预约编号和仪器")
    field = "booking_number"
    status = 422


class NumberTaken(Refusal):
    code = "usage.number_taken"
    text = _("内部编号“{number}”已用于另一条服务记录")
    remedy = _("内部编号在一家载体内不重复：请换一个编号，或更正原来那条记录")
    field = "internal_number"


class AlreadyFromOrder(Refusal):
    code = "usage.already_from_order"
    text = _("订单 {number} 结算时已自动形成服务记录 {record}")
    remedy = _("无需再登记；内容有出入的，请更正那条记录")
    field = "order_number"


class OrderFixed(Refusal):
    code = "usage.order_fixed"
    text = _("这条记录来自订单 {number}，金额和服务对象以订单为准")
    remedy = _("可更正机时、起止时间、服务方式等其他内容；金额有误的请办理订单退款")
    field = "amount"


class NothingChanged(Refusal):
    code = "usage.nothing_changed"
    text = _("更正后的内容与原记录相同")
    remedy = _("请修改有误的内容，或返回")
    status = 422


class ReasonMissing(Refusal):
    code = "usage.reason_missing"
    text = _("更正、作废须写明原因")
    remedy = _("请写明原记录哪里有误")
    field = "reason"
    status = 422


class Superseded(Refusal):
    code = "usage.superseded"
    text = _("这条记录已有更新的版本")
    remedy = _("请刷新后在最新版本上更正")


class AlreadyRunning(Refusal):
    code = "usage.already_running"
    text = _("这台仪器已由 {operator} 自 {since} 起上机")
    remedy = _("一台仪器同时只能有一次上机：请先结束那一次")


class StopBeforeStart(Refusal):
    code = "usage.stop_before_start"
    text = _("结束时间须晚于上机时间 {since}，且不晚于现在")
    remedy = _("请核对结束时间；误开始的请放弃本次上机")
    field = "until_at"
    status = 422


class NoSuchKey(Refusal):
    code = "usage.no_such_key"
    text = _("密钥无效或已停用")
    remedy = _("请在“计量与接口”页面重新生成密钥")
    status = 401


class TooManyReadings(Refusal):
    code = "usage.too_many_readings"
    text = _("一次最多 {limit} 个读数")
    remedy = _("请分几次上传")
    status = 422


class ReadingWrong(Refusal):
    code = "usage.reading_wrong"
    text = _("读数“{at}”“{watts}”有误：{rule}")
    remedy = _("功率为不小于 0 的整数（瓦），时间带时区且不晚于现在")
    status = 422


class ReadingDiffers(Refusal):
    code = "usage.reading_differs"
    text = _("{at} 已有读数 {kept} 瓦，与这次的 {watts} 瓦不同")
    remedy = _("读数只增不改：请核对装置时钟")


class MeterThere(Refusal):
    code = "usage.meter_there"
    text = _("这台仪器已有计量装置“{name}”")
    remedy = _("请先停用原装置，再登记新的")


class BaselineWrong(Refusal):
    code = "usage.baseline_wrong"
    text = _("基准年使用率须注明来源，且不高于 100%")
    remedy = _("请写明取自哪份统计或报告")
    field = "source"
    status = 422


class PaperEmpty(Refusal):
    code = "usage.paper_empty"
    text = _("{name} 在这段时间没有服务记录")
    remedy = _("请核对起止日期；服务记录须写明服务人员")
    field = "valid_from"
    status = 422


class PaperTooLong(Refusal):
    code = "usage.paper_too_long"
    text = _("这段时间有 {count} 条记录，一份证明最多 {limit} 条")
    remedy = _("请分成几段开具")
    field = "valid_from"
    status = 422


class TableWrong(Refusal):
    code = "usage.table_wrong"
    text = _("表头缺少“{column}”")
    remedy = _("请使用下载的空白表，不要改动表头")
    field = "file"
    status = 422


class TooManyRows(Refusal):
    code = "usage.too_many_rows"
    text = _("一次最多 {limit} 条服务记录")
    remedy = _("请分几次导入")
    field = "file"
    status = 422


class CellWrong(Refusal):
    code = "usage.cell_wrong"
    text = _("“{column}”的“{value}”有误：{rule}")
    remedy = _("请按空白表的说明填写")
    status = 422


class TwiceInFile(Refusal):
    code = "usage.twice_in_file"
    text = _("内部编号“{number}”在同一批中出现两次")
    remedy = _("请删去重复的一行，或更正编号")
    field = "internal_number"
    status = 422


class HoursWrong(Refusal):
    code = "usage.hours_wrong"
    text = _("“{typed}”不是小时数")
    remedy = _("请填写数字，最多两位小数，例如 2.5")
    field = "hours"
    status = 422
