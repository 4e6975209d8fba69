"""Forms of findings and contests."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.screening.rules import RULES
from kechuang.screening.states import CONTEST_MACHINE, FINDING_MACHINE, ContestState, FindingState
from kechuang.ui.forms import FilterForm, Form, TextField

ALL = "all"


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
