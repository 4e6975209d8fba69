"""When the rules of vouchers say no (不予办理)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop


class NothingToOffset(Refusal):
    code = "vouchers.nothing_to_offset"
    text = gettext_noop("本单没有可抵扣的金额：{limit}已用完或为零")
    remedy = gettext_noop("可不用券下单，或改用其他创新券；各项限额见“为什么”")


class NotForVoucher(Refusal):
    code = "vouchers.not_for_voucher"
    text = gettext_noop("“{what}”不在创新券使用范围内（{article}）")
    remedy = gettext_noop("可不用券下单；如所选服务类别有误，请与服务机构核对")


class NotEligible(Refusal):
    code = "vouchers.not_eligible"
    text = gettext_noop("不符合申领条件：{failed}")
    remedy = gettext_noop("请对照各项核验结果；名单信息有误的，向名单发布单位更正后再申领，或自行申报并附证明")


class NotReleasedYet(Refusal):
    code = "vouchers.not_released_yet"
    text = gettext_noop("创新券分批发放，下一批发放日为 {next_on}")
    remedy = gettext_noop("请在发放日起申领")


class GrantCapReached(Refusal):
    code = "vouchers.grant_cap_reached"
    text = gettext_noop("本年度可申领额度已用完（年度上限 {cap_fen}，已核发 {granted_fen}）")
    remedy = gettext_noop("请待下一年度申领，或使用现有创新券")
    field = "requested"


class NothingAsked(Refusal):
    code = "vouchers.nothing_asked"
    text = gettext_noop("申领额度应大于零")
    remedy = gettext_noop("请填写拟申领的额度")
    field = "requested"
    status = 422


class LeftAboveFace(Refusal):
    code = "vouchers.left_above_face"
    text = gettext_noop("余额 {left_fen} 超过券面金额 {face_fen}")
    remedy = gettext_noop("请核对原券的面额与余额")
    status = 422


class ReasonMissing(Refusal):
    code = "vouchers.reason_missing"
    text = gettext_noop("请写明理由")
    remedy = gettext_noop("理由将告知申领人")
    field = "reason"
    status = 422


class CommitmentMissing(Refusal):
    code = "vouchers.commitment_missing"
    text = gettext_noop("首次申领前须签署信用承诺书")
    remedy = gettext_noop("请由法定代表人、被授权人或创业者本人签署后再提交")


class NotYourCounty(Refusal):
    code = "vouchers.not_your_county"
    text = gettext_noop("只能向注册地所在的县（市、区）申领创新券")
    remedy = gettext_noop("请改选注册地所在的县（市、区）；注册地已变更的，请先更新主体信息")
    field = "region"


class PartyEnded(Refusal):
    code = "vouchers.party_ended"
    text = gettext_noop("“{name}”已注销或合并，不能申领")
    remedy = gettext_noop("请由承继单位申领")


class BudgetShort(Refusal):
    code = "vouchers.budget_short"
    text = gettext_noop("本县 {year} 年创新券预算可用 {free_fen}，不足以核发 {asked_fen}")
    remedy = gettext_noop("申领内容已保留；可减少额度，或待县财政追加预算后再提交")


class OwnCase(Refusal):
    code = "vouchers.own_case"
    text = gettext_noop("不能办理本人提交的申领")
    remedy = gettext_noop("请由另一位经办人办理")


class VoucherNotInDate(Refusal):
    code = "vouchers.not_in_date"
    text = gettext_noop("创新券有效期为 {from_on} 至 {last_on}，今天不能使用")
    remedy = gettext_noop("可改用其他创新券，或不用券下单")


class YearClosedForOrders(Refusal):
    code = "vouchers.year_closed_for_orders"
    text = gettext_noop("{year} 年预算的最后下单日为 {last_on}")
    remedy = gettext_noop("可改用新年度的创新券，或不用券下单")


class RestoredTooMuch(Refusal):
    code = "vouchers.restored_too_much"
    text = gettext_noop("退回金额超过已抵扣金额")
    remedy = gettext_noop("请核对已抵扣金额与已退回金额")
    field = "amount"


class StillHeld(Refusal):
    code = "vouchers.still_held"
    text = gettext_noop("该券有订单正在占用 {held_fen}，不能撤回")
    remedy = gettext_noop("请先完成或取消占用该券的订单")


class NotYetExpired(Refusal):
    code = "vouchers.not_yet_expired"
    text = gettext_noop("创新券至 {until_on} 前仍可使用")
    remedy = gettext_noop("请在有效期满后再办理")


class NotUsable(Refusal):
    code = "vouchers.not_usable"
    text = gettext_noop("所选创新券不能用于本订单")
    remedy = gettext_noop("请改选本单位在有效期内的创新券，或不用券下单")
    field = "voucher"


class NotImported(Refusal):
    code = "vouchers.not_imported"
    text = gettext_noop("该券不是导入的，不能冲销")
    remedy = gettext_noop("由本平台核发的券请办理撤回或撤销")
