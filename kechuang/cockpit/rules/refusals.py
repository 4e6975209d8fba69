"""What the policy desk refuses (政策模拟不予办理的情形)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class DraftFaulty(Refusal):
    code = "cockpit.draft_faulty"
    text = _("草案有 {count} 处错误，第一处：{where} 第 {line} 行，{reason}")
    remedy = _("请按“检查结果”逐处更正；日期重叠的，后一个值的首日须不早于前一个值的截止日")
    field = "text"
    status = 422


class NothingChanged(Refusal):
    code = "cockpit.nothing_changed"
    text = _("草案与现行规则“{scheme}”第 {version} 版相同")
    remedy = _("请先修改草案，再报送")


class BaseMoved(Refusal):
    code = "cockpit.base_moved"
    text = _("草案依据第 {base} 版起草，规则现已发布到第 {version} 版")
    remedy = _("请在现行版本上另起草案，把改动续写进去")


class NotTheAuthor(Refusal):
    code = "cockpit.not_the_author"
    text = _("草案由起草人修改和报送")
    remedy = _("可以另起一份草案，与之对比")


class StaleDraft(Refusal):
    code = "cockpit.stale_draft"
    text = _("草案已改到第 {revision} 稿，您修改的是第 {seen} 稿")
    remedy = _("请复制您的改动，刷新页面后再修改")


class NotADraftableScheme(Refusal):
    code = "cockpit.not_a_draftable_scheme"
    text = _("没有可供起草的规则“{scheme}”")
    remedy = _("请从列出的规则中选择")
    field = "scheme"
    status = 422


class YearNotShown(Refusal):
    code = "cockpit.year_not_shown"
    text = _("没有 {year} 年的数字：可选 {first} 年至 {last} 年")
    remedy = _("请选择已开始的年度")
    field = "year"
    status = 422


class YearNotReplayable(Refusal):
    code = "cockpit.year_not_replayable"
    text = _("{year} 年不能回放：可选 {first} 年至 {last} 年")
    remedy = _("请选择已有订单的年度；本年度按截至今日的订单回放")
    field = "year"
    status = 422


class NothingToReplay(Refusal):
    code = "cockpit.nothing_to_replay"
    text = _("{year} 年本地区在“{scheme}”下没有下单的订单")
    remedy = _("请选择另一年度")


class ReasonMissing(Refusal):
    code = "cockpit.reason_missing"
    text = _("请写明退回的理由")
    remedy = _("理由会显示给起草人")
    field = "reason"
    status = 422


class ReplayBrokeOff(Refusal):
    code = "cockpit.replay_broke_off"
    text = _("回放因系统故障中断，多次重试未能完成")
    remedy = _("请再要求一次回放；仍不能完成的，请把编号 {replay} 告知平台运维人员")


class NotComparable(Refusal):
    code = "cockpit.not_comparable"
    text = _("请选择 2 至 {most} 次已完成、同一年度的回放进行对比")
    remedy = _("在草案页勾选回放，再按“对比所选回放”")
    status = 422


class UnlikeReplays(Refusal):
    code = "cockpit.unlike_replays"
    text = _("所选回放的{what}不同，不能并列对比")
    remedy = _("请按同一规则、地区和年度重新回放各草案（本年度的须在同一日），再选新的回放")
    status = 422


class PeriodNotOver(Refusal):
    code = "cockpit.period_not_over"
    text = _("该期间尚未结束，不能冻结报表；{until_on} 起可以冻结")
    remedy = _("期间未结束的，看实时数字即可")
    field = "month"
    status = 422


class AlreadyFrozen(Refusal):
    code = "cockpit.already_frozen"
    text = _("该期间的报表已经冻结（{number}），不能再冻结一次")
    remedy = _("冻结后的更正计入以后的期间；可以打开该报表按原口径重算核对")


class OverlapsOpened(Refusal):
    code = "cockpit.overlaps_opened"
    text = _("与已公开的报表 {number} 的地区和期间重叠，两份相减会推算出不公开的数字")
    remedy = _("一个地区的同一段时间只公开一份报表：月报或年报，本级或上级，择一公开")


class TargetMissing(Refusal):
    code = "cockpit.target_missing"
    text = _("请填写“{what}”")
    remedy = _("目标值须大于零；自评与意见须写明情况和依据")
    status = 422


class SelfEvaluationTooEarly(Refusal):
    code = "cockpit.self_evaluation_too_early"
    text = _("年末自评自 {first_on} 起办理")
    remedy = _("此前请看执行率和预警")
