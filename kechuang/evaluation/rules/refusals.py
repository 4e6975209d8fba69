"""Why an evaluation cannot go on (不能办理的情形)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class YearNotOver(Refusal):
    code = "evaluation.year_not_over"
    text = _("{year} 年度的考核期间到 {last_on} 为止，尚不能考核")
    remedy = _("请在该日之后办理")
    field = "year"


class AlreadyEvaluating(Refusal):
    code = "evaluation.already"
    text = _("{year} 年度已按该办法组织考核（{number}）")
    remedy = _("请在原考核上办理；有误的先撤销")
    field = "year"


class NotAScorecard(Refusal):
    code = "evaluation.not_a_scorecard"
    text = _("规则“{scheme}”没有考核指标")
    remedy = _("请选择考核办法")
    field = "scheme"


class NotThisOffice(Refusal):
    code = "evaluation.not_this_office"
    text = _("“{scheme}”不由{region}组织考核")
    remedy = _("请选择本机关适用的考核办法")
    field = "scheme"


class PeriodNotKept(Refusal):
    code = "evaluation.period_not_kept"
    text = _("“{indicator}”的数据按自然年统计，不能按其他期间取数")
    remedy = _("请由规则的解释机关把该指标的期间改为自然年")


class CardUneven(Refusal):
    code = "evaluation.card_uneven"
    text = _("“{group}”各指标合计 {points} 分，与规定的 {weight} 分不符")
    remedy = _("请由规则的解释机关更正考核办法")


class VoucherShareTooSmall(Refusal):
    code = "evaluation.voucher_share_too_small"
    text = _("创新券服务数据占 {share_bp}，低于规定的 {least_bp}")
    remedy = _("创新券服务数据应作为绩效考核的重要依据；请由解释机关更正考核办法")


class NobodyToEvaluate(Refusal):
    code = "evaluation.nobody"
    text = _("考核范围内没有应考核的载体")
    remedy = _("请核对考核办法的载体种类与考核范围")


class DataMissing(Refusal):
    code = "evaluation.data_missing"
    text = _("{party}缺少“{indicator}”的数据，按办法不能定级")
    remedy = _("请退回补报，或在系统中补齐数据后再定级")


class NotReviewed(Refusal):
    code = "evaluation.not_reviewed"
    text = _("还有 {count} 家尚未评审")
    remedy = _("请先逐家评审；未报送自评的，按办法处理")


class ReportsRun(Refusal):
    code = "evaluation.reports_run"
    text = _("自评报送期到 {last_on}，还有 {count} 家没有报送")
    remedy = _("请在报送期满后定级，或者等其报送、评审后定级")


class ValueMissing(Refusal):
    code = "evaluation.value_missing"
    text = _("请填写“{indicator}”")
    remedy = _("没有的填 0，并在说明中写明")
    status = 422


class EvidenceMissing(Refusal):
    code = "evaluation.evidence_missing"
    text = _("自评的指标须附证明材料")
    remedy = _("请先上传材料再报送")
    status = 422


class PointsOutOfRange(Refusal):
    code = "evaluation.points_out_of_range"
    text = _("“{indicator}”的评分须在 0 到 {full} 分之间")
    remedy = _("请核对评分")
    status = 422


class ReasonMissing(Refusal):
    code = "evaluation.reason_missing"
    text = _("请填写理由")
    remedy = _("理由随考核保存，并送达对方")
    field = "reason"
    status = 422


class AppealTooLate(Refusal):
    code = "evaluation.appeal_too_late"
    text = _("申诉期已于 {last_on} 届满")
    remedy = _("申诉期外的意见可作为下一年度考核的参考，向考核机关反映")


class AppealOpen(Refusal):
    code = "evaluation.appeal_open"
    text = _("还有 {count} 件申诉没有答复，不能公布")
    remedy = _("请先答复申诉")


class NothingCorrected(Refusal):
    code = "evaluation.nothing_corrected"
    text = _("申诉成立，但重新取数、计分后没有变化")
    remedy = _("请先在系统中更正有关数据，或者填写更正后的评分、自评数；没有可更正的，按不成立答复")
    field = "upheld"


class AlreadyRevoked(Refusal):
    code = "evaluation.already_revoked"
    text = _("该凭证已于 {on} 撤销")
    remedy = _("不需要再次办理")


class TermRuns(Refusal):
    code = "evaluation.term_runs"
    text = _("申诉期到 {last_on}，期满前不能公布")
    remedy = _("请在申诉期满后公布")
