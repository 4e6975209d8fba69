"""What is not done here, and why."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class ReasonMissing(Refusal):
    code = "screening.reason_missing"
    text = _("请写明理由")
    remedy = _("写明核实了什么、依据什么；理由随筛查结果保存")
    field = "reason"
    status = 422


class OutcomeUnknown(Refusal):
    code = "screening.outcome_unknown"
    text = _("核实结论只能是“已认定”或“已排除”")
    remedy = _("请选择一项结论")
    field = "outcome"
    status = 422


class AlreadyContested(Refusal):
    code = "screening.already_contested"
    text = _("对此事项的申辩正在办理，请等待答复")
    remedy = _("答复后如有新材料可以再次提出")


class NotYours(Refusal):
    code = "screening.not_yours"
    text = _("只有筛查结果或关联线索所涉的单位可以提出申辩")
    remedy = _("请切换到所涉单位的身份后办理")


class ClockDecides(Refusal):
    code = "screening.clock_decides"
    text = _("筛查结果由人核实，系统不作认定")
    remedy = _("请由县科技局经办人或审核人核实")


class NotThatTable(Refusal):
    code = "screening.not_that_table"
    text = _("“{name}”缺少列 {missing}")
    remedy = _("请下载空白表，按原有表头填写，不要改动列名")
    field = "file"
    status = 422


class SourceMissing(Refusal):
    code = "screening.source_missing"
    text = _("请写明信息来源，截止日期不能晚于今天")
    remedy = _("写明由哪个部门、以什么方式提供，以及信息截至哪一天")
    field = "source"
    status = 422


class NothingRead(Refusal):
    code = "screening.nothing_read"
    text = _("“{name}”没有内容")
    remedy = _("请从表头下一行开始填写")
    field = "file"
    status = 422
