"""When the rules of orders say no (不予办理)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop


class StaleTab(Refusal):
    code = "orders.stale_tab"
    text = gettext_noop("订单已有新的进展，本页内容已过时")
    remedy = gettext_noop("您填写的内容没有提交；请刷新页面，核对后再办理")


class NotAdmitted(Refusal):
    code = "orders.not_admitted"
    text = gettext_noop("“{provider}”不在服务机构库内，或已停止承接新订单")
    remedy = gettext_noop("请改选在库的服务机构，或待其入库后再下单")


class PartyEnded(Refusal):
    code = "orders.party_ended"
    text = gettext_noop("“{name}”已注销或合并，不能再委托或承接服务")
    remedy = gettext_noop("已合并的，请以合并后的单位办理")


class OfferNotOpen(Refusal):
    code = "orders.offer_not_open"
    text = gettext_noop("该服务未开放预约，或未公布服务内容、服务流程、收费标准")
    remedy = gettext_noop("请联系服务机构完善服务信息，或改选其他服务")


class NoPriceList(Refusal):
    code = "orders.no_price_list"
    text = gettext_noop("该服务今天没有有效的收费标准，不能报价")
    remedy = gettext_noop("请先在“收费标准”中公布价格，再报价")


class NotOnPriceList(Refusal):
    code = "orders.not_on_price_list"
    text = gettext_noop("“{item}”不在本订单所依据的收费标准内")
    remedy = gettext_noop("只能使用报价时公布的收费项目；新增项目请先公布收费标准，再重新报价")
    field = "lines"
    status = 422


class AboveListPrice(Refusal):
    code = "orders.above_list_price"
    text = gettext_noop("“{item}”单价 {asked_fen} 高于收费标准 {listed_fen}")
    remedy = gettext_noop("单价可以低于、不能高于已公布的收费标准")
    field = "lines"
    status = 422


class RateTwice(Refusal):
    code = "orders.rate_twice"
    text = gettext_noop("“{item}”按比例收取，只能计一次")
    remedy = gettext_noop("请删去重复的一行")
    field = "lines"
    status = 422


class SteppedTwice(Refusal):
    code = "orders.stepped_twice"
    text = gettext_noop("“{item}”有阶梯价或最低收费，只能计一行")
    remedy = gettext_noop("请把数量合计在一行")
    field = "lines"
    status = 422


class PublicMoneyBelowNothing(Refusal):
    code = "orders.public_money_below_nothing"
    text = gettext_noop("其他财政资金不能小于零")
    remedy = gettext_noop("没有的请填零或留空")
    field = "other_public"
    status = 422


class NoLines(Refusal):
    code = "orders.no_lines"
    text = gettext_noop("明细为空或合计为零")
    remedy = gettext_noop("请至少填写一项收费项目及数量")
    field = "lines"
    status = 422


class DeclarationMissing(Refusal):
    code = "orders.declaration_missing"
    text = gettext_noop("未勾选共同声明")
    remedy = gettext_noop("请阅读声明并勾选后再提交")
    field = "declares"
    status = 422


class CommitmentMissing(Refusal):
    code = "orders.commitment_missing"
    text = gettext_noop("{side}尚未签署现行文本的信用承诺书")
    remedy = gettext_noop("请由法定代表人、被授权人或创业者本人签署后再下单")


class QuoteExpired(Refusal):
    code = "orders.quote_expired"
    text = gettext_noop("报价有效期至 {last_on}，已过期")
    remedy = gettext_noop("请联系服务机构重新报价")


class ChannelUnknown(Refusal):
    code = "orders.channel_unknown"
    text = gettext_noop("规则不认可订单来源“{channel}”")
    remedy = gettext_noop("请选择规则列明的订单来源")
    field = "channel"
    status = 422


class OrderToOneself(Refusal):
    code = "orders.order_to_oneself"
    text = gettext_noop("不能向本单位下单")
    remedy = gettext_noop("本单位（校内）使用不得用券；请选择其他服务机构")


class InsideOnly(Refusal):
    code = "orders.inside_only"
    text = gettext_noop("“{offer}”只公布了内部收费标准，不接受外单位委托")
    remedy = gettext_noop("请选择同类的其他仪器或服务，或联系该机构公布对外收费标准")


class ReasonMissing(Refusal):
    code = "orders.reason_missing"
    text = gettext_noop("请写明理由")
    remedy = gettext_noop("理由将告知对方，并留存在订单中")
    field = "reason"
    status = 422


class ReportMissing(Refusal):
    code = "orders.report_missing"
    text = gettext_noop("未上传服务报告，不能交付")
    remedy = gettext_noop("请上传服务报告（PDF、OFD、图片或表格）后再交付")
    field = "reports"
    status = 422


class ContractMissing(Refusal):
    code = "orders.contract_missing"
    text = gettext_noop("尚无双方用印的服务合同")
    remedy = gettext_noop("请使用范本由双方用印，或上传已盖章的合同、框架协议")


class ContractSealed(Refusal):
    code = "orders.contract_sealed"
    text = gettext_noop("合同已用印，不能更换")
    remedy = gettext_noop("如需变更，请取消订单后重新下单，或上传补充协议作为证明材料")


class FinalOpen(Refusal):
    code = "orders.final_open"
    text = gettext_noop("最终明细尚待使用者答复")
    remedy = gettext_noop("请先同意或不同意最终明细")


class NoFinal(Refusal):
    code = "orders.no_final"
    text = gettext_noop("没有待答复的最终明细")
    remedy = gettext_noop("请刷新页面查看最新明细")


class PartDelivered(Refusal):
    code = "orders.part_delivered"
    text = gettext_noop("已有部分交付，不能由一方取消整个订单")
    remedy = gettext_noop("请由服务机构按已完成部分提出最终明细并交付，或在交付后提出争议")


class OwnShareUnpaid(Refusal):
    code = "orders.own_share_unpaid"
    text = gettext_noop("自付款应付 {due_fen}，已登记 {paid_fen}，尚未付清")
    remedy = gettext_noop("请上传余款的银行回单，或通过支付渠道付清后再结算")
    field = "file"


class OwnShareTooMuch(Refusal):
    code = "orders.own_share_too_much"
    text = gettext_noop("登记金额 {asked_fen} 超过未付的 {left_fen}")
    remedy = gettext_noop("请核对银行回单金额")
    field = "amount"
    status = 422


class InstalmentTooMuch(Refusal):
    code = "orders.instalment_too_much"
    text = gettext_noop("验收前最多先付自付款的一部分，即 {max_fen}")
    remedy = gettext_noop("请减少首付金额，余款在验收后支付")
    field = "amount"
    status = 422


class EvidenceMissing(Refusal):
    code = "orders.evidence_missing"
    text = gettext_noop("未上传银行回单")
    remedy = gettext_noop("请上传银行回单，或通过支付渠道付款")
    field = "file"
    status = 422


class RefundTooMuch(Refusal):
    code = "orders.refund_too_much"
    text = gettext_noop("退款 {asked_fen} 超过可退的 {left_fen}")
    remedy = gettext_noop("请核对应退金额")
    field = "amount"
    status = 422


class SplitDoesNotAddUp(Refusal):
    code = "orders.split_does_not_add_up"
    text = gettext_noop("协调后的价款应大于零且不超过原价款 {price_fen}")
    remedy = gettext_noop("请核对协调确定的价款；全部不予支付的，请选择取消订单")
    field = "amount"
    status = 422


class DisputeTooLate(Refusal):
    code = "orders.dispute_too_late"
    text = gettext_noop("交付后可提出争议的期限至 {last_on}，已过期")
    remedy = gettext_noop("可通过投诉渠道反映")


class NotDueYet(Refusal):
    code = "orders.not_due_yet"
    text = gettext_noop("期限至 {last_on}，尚未届满")
    remedy = gettext_noop("请在期限届满后再办理")


class InvoiceMarkedTwice(Refusal):
    code = "orders.invoice_marked_twice"
    text = gettext_noop("发票“{number}”已登记，且内容不同")
    remedy = gettext_noop("请核对发票号码与金额")
    field = "invoice_number"


class InvoiceEmpty(Refusal):
    code = "orders.invoice_empty"
    text = gettext_noop("发票号码或金额为空")
    remedy = gettext_noop("请按发票填写号码和价税合计金额")
    field = "invoice_number"
    status = 422


class InvoiceBeforeOrder(Refusal):
    code = "orders.invoice_before_order"
    text = gettext_noop("开票日期 {issued_on} 早于下单日期 {placed_on}")
    remedy = gettext_noop("下单前已发生的费用不能用券；请核对发票日期")
    field = "issued_on"
    status = 422


class OpeningDaysOff(Refusal):
    code = "orders.opening_days_off"
    text = gettext_noop("日期先后不符：下单 {placed_on}，结算 {settled_on}")
    remedy = gettext_noop("结算不早于下单，且都不晚于导入当日")
    field = "settled_on"
    status = 422


class OpeningOffsetOff(Refusal):
    code = "orders.opening_offset_off"
    text = gettext_noop("抵扣金额应大于零且小于价款")
    remedy = gettext_noop("请核对原系统的抵扣金额与价款")
    field = "offset_fen"
    status = 422


class OrderNumberTaken(Refusal):
    code = "orders.number_taken"
    text = gettext_noop("订单号 {number} 在平台上已经存在")
    remedy = gettext_noop("请核对是否已经导入；不同的订单须有不同的编号")
    field = "number"
    status = 422
