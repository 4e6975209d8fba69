"""Forms of findings and contests."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.screening.rules import RULES
from kechuang.screening.states import CONTEST_MACHINE, FINDING_MACHINE, REGISTER_LABELS, ContestState, FindingState
from kechuang.ui.forms import DayField, FilterForm, Form, TextField

ALL = "all"
CHECK_ONLY, ALL_ROWS, GOOD_ROWS = "check", "all", "good"


class QueueForm(FilterForm):
    rule = forms.ChoiceField(
        label=_("规则"),
        required=False,
        choices=[("", _("全部")), *((str(code), rule.title) for code, rule in RULES.items())],
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[
            ("", FINDING_MACHINE.labels[FindingState.OPEN]),
            (ALL, _("全部")),
            *((str(state), label) for state, label in FINDING_MACHINE.labels.items() if state != FindingState.OPEN),
        ],
    )


class DecisionForm(Form):
    outcome = forms.ChoiceField(
        label=_("结论"),
        choices=[
            (str(state), FINDING_MACHINE.labels[state]) for state in (FindingState.DISMISSED, FindingState.CONFIRMED)
        ],
    )
    reason = TextField(label=_("理由"), help_text=_("写明核实了什么、依据什么；随筛查结果保存。"))


class ContestForm(Form):
    text = TextField(label=_("申辩内容"), help_text=_("说明事实，并写明可以核对的材料；县科技局核实后答复。"))


class AnswerForm(Form):
    outcome = forms.ChoiceField(
        label=_("结论"),
        choices=[(str(state), CONTEST_MACHINE.labels[state]) for state in (ContestState.UPHELD, ContestState.REJECTED)],
    )
    text = TextField(label=_("答复"), help_text=_("答复会送达提出申辩的单位。"))


class RegisterForm(Form):
    kind = forms.ChoiceField(
        label=_("信息类别"), choices=[(str(kind), label) for kind, label in REGISTER_LABELS.items()]
    )
    file = forms.FileField(label=_("文件（xlsx 或 CSV）"))
    source = forms.CharField(
        label=_("信息来源"), max_length=80, help_text=_("由哪个部门、以什么方式提供，如“市市场监管局 批量查询”")
    )
    as_of_on = DayField(label=_("信息截至"), help_text=_("表中情况属于哪一天；早于已有信息的不覆盖"))
    way = forms.ChoiceField(
        label=_("怎样导入"),
        choices=[
            (ALL_ROWS, _("全部正确才导入")),
            (GOOD_ROWS, _("只导入没有错误的行")),
            (CHECK_ONLY, _("只检查，不导入")),
        ],
    )
