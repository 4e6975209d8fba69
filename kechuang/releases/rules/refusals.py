"""When the rules of releases say no (不予办理)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class WayNotNamed(Refusal):
    code = "releases.way_not_named"
    text = _("该创新券的规则没有列出“{way}”这种放券方式（{article}）")
    remedy = _("请从规则列出的方式中选择")
    field = "way"
    status = 422


class AmountTooSmall(Refusal):
    code = "releases.amount_too_small"
    text = _("放券金额 {amount_fen} 扣除留存和预留后不足一张券（{face_fen}）")
    remedy = _("请加大放券金额")
    field = "amount"
    status = 422


class WindowWrong(Refusal):
    code = "releases.window_wrong"
    text = _("截止时间应晚于开始时间")
    remedy = _("请核对开始与截止的日期和时刻")
    field = "closes_at"
    status = 422


class WindowTooShort(Refusal):
    code = "releases.window_too_short"
    text = _("报名时间不得短于 {least_hours}（{article}）")
    remedy = _("请推迟截止时间")
    field = "closes_at"
    status = 422


class BeginsInThePast(Refusal):
    code = "releases.begins_in_the_past"
    text = _("开始时间已过")
    remedy = _("请由编制人把开始时间改到公告之后")
    field = "opens_at"


class NotAReleaseDay(Refusal):
    code = "releases.not_a_release_day"
    text = _("规则规定的发放日为 {days}，{day_on} 不是发放日（{article}）")
    remedy = _("请把开始时间改为规定的发放日")
    field = "opens_at"
    status = 422


class SeedNotNamed(Refusal):
    code = "releases.seed_not_named"
    text = _("摇号须事先写明种子取自哪一期公开结果，且该结果在截止之后才产生")
    remedy = _("请填写公开来源的名称、期号和公布日期，公布日期应晚于截止日")
    field = "seed_event"
    status = 422


class SeedMissing(Refusal):
    code = "releases.seed_missing"
    text = _("请填写公开来源公布的结果")
    remedy = _("请照公布的原文填写，任何人都能据此核对")
    field = "seed_value"
    status = 422


class SeedMalformed(Refusal):
    code = "releases.seed_malformed"
    text = _("结果须按公告时写定的格式“{pattern}”填写（# 为一位数字），空格隔开的各组由小到大")
    remedy = _("请逐位核对公布的原文；一个结果只有一种写法，谁来摇号都一样")
    field = "seed_value"
    status = 422


class SeedPatternWeak(Refusal):
    code = "releases.seed_pattern_weak"
    text = _("结果格式至少要有 {count} 位数字（每位写一个 #）")
    remedy = _("请照公开结果的写法填写，如“## ## ## ## ## ## + ##”；位数太少的结果可以事先推算")
    field = "seed_pattern"
    status = 422


class ListedTooLate(Refusal):
    code = "releases.listed_too_late"
    text = _("报名清单 {listed_on} 才公布，种子来源 {seed_on} 已有结果，不能再用它摇号")
    remedy = _("请终止本批次并写明理由，另行公告一批；名额和轮次随即空出")
    field = "seed_value"


class SeedNotYetPublic(Refusal):
    code = "releases.seed_not_yet_public"
    text = _("种子来源“{event}”要到 {seed_on} 才公布")
    remedy = _("请在公布之后再定序")
    field = "seed_value"


class BudgetTooSmall(Refusal):
    code = "releases.budget_too_small"
    text = _("本县 {year} 年预算可用 {free_fen}，扣除其他批次已安排的 {planned_fen}，不足以放券 {amount_fen}")
    remedy = _("请减少放券金额，或待县财政下达预算后再公告")
    field = "amount"


class OwnRelease(Refusal):
    code = "releases.own_release"
    text = _("编制人不能复核自己编制的放券方案")
    remedy = _("请由本局审核人或县财政局的另一位经办人复核")


class ReasonMissing(Refusal):
    code = "releases.reason_missing"
    text = _("请写明理由")
    remedy = _("理由将随批次一并公开")
    field = "reason"
    status = 422


class HeldBackShort(Refusal):
    code = "releases.held_back_short"
    text = _("留存额度只有 {left_fen}")
    remedy = _("请填写不超过留存额度的金额")
    field = "amount"
    status = 422


class AlreadyEnteredBy(Refusal):
    code = "releases.already_entered"
    text = _("同一统一社会信用代码（同一人）已在本轮“{number}”报名，每轮只能报名一次")
    remedy = _("请查看原来的报名；单位合并、变更代码或在另一县报名的也按同一主体计算")


class NotOpenYet(Refusal):
    code = "releases.not_open_yet"
    text = _("尚未开始，开始时间为 {opens}")
    remedy = _("请在开始之后报名；提前打开页面或反复刷新不影响次序")


class Closed(Refusal):
    code = "releases.closed"
    text = _("批次 {number} 已于 {closes} 截止，不再受理报名")
    remedy = _("请留意下一批次；放券公告页列出各批次的开始时间")


class SoldOut(Refusal):
    code = "releases.sold_out"
    text = _("本批次额度已发完，不设候补（{article}）")
    remedy = _("请留意下一批次")


class NotYourRelease(Refusal):
    code = "releases.not_your_county"
    text = _("本批次只面向注册地在“{place}”的主体")
    remedy = _("请在注册地所在县（市、区）的批次报名；注册地已变更的，请先更新主体信息")


class HasVoucher(Refusal):
    code = "releases.has_voucher"
    text = _("您已有 {count} 张有效创新券，同时只能持有 {most} 张（{article}）")
    remedy = _("用完、到期或撤回之后可以报名")


class NeedsReview(Refusal):
    code = "releases.needs_review"
    text = _("放券只受理资格已由名单核实的主体：{failed}")
    remedy = _("请先向名单发布单位更正，或不经放券、自行申报并附证明申领")


class OfferOver(Refusal):
    code = "releases.offer_over"
    text = _("名额已于 {until} 逾期收回")
    remedy = _("名额已转给候补；请留意下一批次")


class NotClosedYet(Refusal):
    code = "releases.not_closed_yet"
    text = _("要到 {closes} 才截止")
    remedy = _("请在截止之后再办理")


class NotRanked(Refusal):
    code = "releases.not_ranked"
    text = _("先到先得的次序由报名先后决定，不需要定序")
    remedy = _("截止后可直接结束放券")


class OrderNotMade(Refusal):
    code = "releases.order_not_made"
    text = _("次序还没有定出，不能结束")
    remedy = _("请先定出次序；指定的公开结果没有产生或清单公布晚了的，由审核人终止放券并写明理由")


class StillRunning(Refusal):
    code = "releases.still_running"
    text = _("候补递补到 {until} 为止，且还有 {count} 个名额等待领取")
    remedy = _("请在递补期结束之后再办理")


class HasEntries(Refusal):
    code = "releases.has_entries"
    text = _("已有 {count} 家报名，不能撤回")
    remedy = _("请按公告的方式放券；确需停止的，待截止后结束或终止")


class PartyGone(Refusal):
    code = "releases.party_gone"
    text = _("“{name}”已注销或合并，不能报名")
    remedy = _("请由承继单位报名")
