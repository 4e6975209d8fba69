"""Why a settlement of subsidies cannot go on (不能办理的情形)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class YearNotClosed(Refusal):
    code = "subsidies.year_not_closed"
    text = _("{year} 年度尚未关账（{places}），不能核算补助")
    remedy = _("请待年度结束、有关区县（市）财政局完成十二月关账后再核算")
    field = "year"


class AlreadySettling(Refusal):
    code = "subsidies.already_settling"
    text = _("{year} 年度的“{formula}”已有核算（{number}）")
    remedy = _("请在原核算上办理；有误的先撤销原核算")
    field = "year"


class RateAboveCeiling(Refusal):
    code = "subsidies.rate_above_ceiling"
    text = _("补助比例 {rate_bp} 超过规定的上限 {ceiling_bp}")
    remedy = _("请按不超过上限的比例填写")
    field = "rate_bp"


class DecisionIncomplete(Refusal):
    code = "subsidies.decision_incomplete"
    text = _("当年补助比例须写明决定文号、决定机关与决定日期")
    remedy = _("请补齐后再报核对")
    field = "document_number"
    status = 422


class NoRateToDecide(Refusal):
    code = "subsidies.no_rate_to_decide"
    text = _("本项补助不由当年决定比例：载体按考核等次，市县按因素法")
    remedy = _("请不要填写比例")
    field = "rate_bp"
    status = 422


class DecidedLater(Refusal):
    code = "subsidies.decided_later"
    text = _("决定日期 {decided_on} 在今天之后")
    remedy = _("请核对决定日期")
    field = "decided_on"
    status = 422


class PotMissing(Refusal):
    code = "subsidies.pot_missing"
    text = _("补助资金额须大于零，并写明资金文号")
    remedy = _("请按资金安排文件填写")
    field = "fen"
    status = 422


class PotTooSmall(Refusal):
    code = "subsidies.pot_too_small"
    text = _("安排的补助资金 {pot_fen} 不足应补助的 {full_fen}，规则不允许按比例核减")
    remedy = _("请由财政部门补足资金，或由解释机关调整规则")


class NothingRedeemed(Refusal):
    code = "subsidies.nothing_redeemed"
    text = _("{year} 年度在核算范围内没有实际兑付，没有可核算的补助")
    remedy = _("请核对年度与核算范围")


class NobodyDue(Refusal):
    code = "subsidies.nobody_due"
    text = _("核算结果中没有应予补助的单位，不能公示")
    remedy = _("可以撤销本次核算")


class FactorMissing(Refusal):
    code = "subsidies.factor_missing"
    text = _("因素“{factor}”没有任何数据，不能分配")
    remedy = _("请先导入该因素的数据，或核对年度")


class PayeeUnknown(Refusal):
    code = "subsidies.payee_unknown"
    text = _("没有写明 {region} 的收款单位")
    remedy = _("请在成果转化实绩表中补上该市县的收款单位代码，重新导入")


class OriginMissing(Refusal):
    code = "subsidies.origin_missing"
    text = _("须写明数据来源与期间，截止日期不早于起始日期")
    remedy = _("请补齐来源（提供机关、文件）与期间")
    field = "source"
    status = 422


class ConversionsRefused(Refusal):
    code = "subsidies.conversions_refused"
    text = _("表中以下各行不能读取：{rows}")
    remedy = _("请核对行政区划代码、金额和收款单位代码；收款单位须先在平台登记")
    field = "file"
    status = 422


class PlacesElsewhere(Refusal):
    code = "subsidies.places_elsewhere"
    text = _("表中第 {rows} 行的市县不在支付机关的辖区内")
    remedy = _("绩效奖励只给本省的市县；请删去这些行后重新导入")
    field = "file"
    status = 422


class PlacesTwice(Refusal):
    code = "subsidies.places_twice"
    text = _("表中的市县重复，或者与同表中的上级市重叠：{places}")
    remedy = _("同一市县只能有一行；列了设区市的，不再单列其区县（市）")
    field = "file"
    status = 422


class ConversionWaits(Refusal):
    code = "subsidies.conversion_waits"
    text = _("该年度已导入的成果转化实绩（{number}）尚未核对")
    remedy = _("请由另一人核对或者不予采信后，再导入或核算")
    field = "file"


class ReasonMissing(Refusal):
    code = "subsidies.reason_missing"
    text = _("请填写理由")
    remedy = _("理由随核算保存")
    field = "reason"
    status = 422


class NothingChosen(Refusal):
    code = "subsidies.nothing_chosen"
    text = _("没有选择待拨付的结算单")
    remedy = _("请选择后再编制批次")


class HeldByCase(Refusal):
    code = "subsidies.held_by_case"
    text = _("本结算单由案卷 {case} 暂停拨付，不能另行恢复或终止")
    remedy = _("请在该案卷中恢复，或结案时决定")


class NoBank(Refusal):
    code = "subsidies.no_bank"
    text = _("尚未接通银行")
    remedy = _("请下载支付文件送银行，再读取银行回执")


class UnknownProvider(Refusal):
    code = "subsidies.unknown_provider"
    text = _("没有统一社会信用代码为 {typed} 的服务机构")
    remedy = _("请核对代码；该单位须入过服务机构库")
    field = "credit_code"
    status = 422


class UnknownUnit(Refusal):
    code = "subsidies.unknown_unit"
    text = _("该服务机构没有名为“{typed}”的二级单位")
    remedy = _("请按二级单位登记的名称填写；属于法人本身的不填")
    field = "unit_name"
    status = 422


class OutsideYear(Refusal):
    code = "subsidies.outside_year"
    text = _("兑付日期 {on} 不在今天或以前")
    remedy = _("请核对兑付日期")
    field = "redeemed_on"
    status = 422


class AlreadyEntered(Refusal):
    code = "subsidies.already_entered"
    text = _("文号“{document_number}”的平台外兑付已为该单位登记")
    remedy = _("请核对文号；确属另一笔的，请写明其凭证号")
    field = "document_number"


class YearSettled(Refusal):
    code = "subsidies.year_settled"
    text = _("{year} 年度的补助已经核算（{number}），不能再登记或核实平台外兑付")
    remedy = _("请先撤销该核算")


class NotPayersPlace(Refusal):
    code = "subsidies.not_payers_place"
    text = _("按规则，本项补助由{payer}支付，“{region}”不能核算")
    remedy = _("请在支付机关的岗位上办理")
    field = "region"
