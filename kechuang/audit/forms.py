"""Forms of the audit room: a task, a plan, a working sheet, a pack, and the filters of an officer's acts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.audit.rules import Plan
from kechuang.audit.states import (
    BY_LABELS,
    POPULATION_LABELS,
    RESULT_LABELS,
    SEED_CHARS_MIN,
    SIZE_LABELS,
    By,
    Population,
    Result,
    Size,
)
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import fen_from_yuan
from kechuang.kernel.text import halfwidth
from kechuang.ui.forms import DayField, FilterForm, Form, TextField, refused

PERCENT_BP = 100


class TaskForm(Form):
    document = forms.CharField(
        label=_("审计通知书或任务文号"),
        max_length=100,
        help_text=_("例如 绍审通〔2025〕18号；每一次查阅都记在这个文号下"),
    )
    title = forms.CharField(label=_("任务名称"), max_length=200)
    from_on = DayField(label=_("审计期间自"))
    last_on = DayField(label=_("审计期间至"), help_text=_("含当日；期间内没有办理过的事项不能查阅"))
    regions = forms.MultipleChoiceField(label=_("地区范围"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, regions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["regions"].choices = list(regions.items())  # type: ignore[attr-defined]


class TextForm(Form):
    text = TextField(label=_("结论"), max_length=2000)


class PlanForm(Form):
    title = forms.CharField(label=_("抽样名称"), max_length=200)
    population = forms.ChoiceField(
        label=_("总体"),
        choices=[(str(one), label) for one, label in POPULATION_LABELS.items()],
        widget=forms.RadioSelect,
        initial=Population.PAID,
    )
    by = forms.MultipleChoiceField(
        label=_("分层依据"),
        choices=[(str(one), label) for one, label in BY_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=[By.COUNTY, By.RISK],
    )
    bands = forms.CharField(
        label=_("金额分档（元）"),
        required=False,
        help_text=_("按金额分层时填写，从小到大，用逗号分开，例如 5000, 20000"),
    )
    size = forms.ChoiceField(
        label=_("样本量"),
        choices=[(str(one), label) for one, label in SIZE_LABELS.items()],
        widget=forms.RadioSelect,
        initial=Size.SHARE,
    )
    amount = forms.DecimalField(
        label=_("比例（%）或每层件数"),
        min_value=0,
        max_digits=9,
        decimal_places=2,
        help_text=_("按比例的按最大余额法分到各层"),
    )
    least = forms.IntegerField(
        label=_("每层至少（件）"), min_value=0, max_value=1000, initial=1, help_text=_("层内不足的全部抽取")
    )
    seed = forms.CharField(
        label=_("种子"),
        max_length=200,
        help_text=_("看到总体之前写定，例如事先约定的开奖号码加日期；保存后不能改。至少 %(count)s 个字符")
        % {"count": SEED_CHARS_MIN},
    )

    def clean_bands(self) -> tuple[int, ...]:
        """The bounds in fen."""
        typed = re.split(r"[,;、\s]+", halfwidth(self.cleaned_data["bands"]).strip())
        try:
            return tuple(fen_from_yuan(one) for one in typed if one)
        except Refusal as refusal:
            raise refused(refusal) from refusal

    def clean(self) -> dict[str, Any]:
        """So many of each are whole claims."""
        data = super().clean() or {}
        amount = data.get("amount")
        if amount is not None and data.get("size") == Size.COUNT and amount != int(amount):
            self.add_error("amount", gettext("每层件数须为整数"))
        return data

    def plan(self) -> Plan:
        said = self.cleaned_data
        size, amount = Size(said["size"]), said["amount"]
        return Plan(
            population=Population(said["population"]),
            by=tuple(by for by in By if str(by) in said["by"]),
            size=size,
            share_bp=int(amount * PERCENT_BP) if size is Size.SHARE else 0,
            count=int(amount) if size is Size.COUNT else 0,
            least_count=said["least"],
            bands_fen=said["bands"],
        )


class SheetForm(Form):
    result = forms.ChoiceField(
        label=_("核查结果"),
        choices=[(str(one), label) for one, label in RESULT_LABELS.items()],
        widget=forms.RadioSelect,
    )
    findings = TextField(
        label=_("事实和意见"),
        max_length=2000,
        help_text=_("写明核对了什么、依据哪些材料、发现什么；每次保存都留有记录"),
    )

    @property
    def chosen_result(self) -> Result:
        return Result(self.cleaned_data["result"])


class PackForm(Form):
    title = forms.CharField(label=_("证据包名称"), max_length=200)
    numbers = TextField(
        label=_("兑付申请编号"), required=False, help_text=_("每行一个；也可以只选下面的抽样，固化它抽到的全部申请")
    )
    sample = forms.ChoiceField(label=_("抽样"), required=False)

    def __init__(self, *args: Any, samples: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sample"].choices = [("", gettext("不选")), *samples]  # type: ignore[attr-defined]

    def listed(self) -> list[str]:
        return [one.upper() for one in re.split(r"[,;、，；\s]+", self.cleaned_data["numbers"]) if one]


class ActsForm(FilterForm):
    """Filters of one officer's acts: 期间、事项、地区."""

    since = DayField(label=_("自"))
    last_on = DayField(label=_("至"))
    action = forms.ChoiceField(label=_("办理事项"))
    region = forms.ChoiceField(label=_("县（市、区）"))

    def __init__(self, *args: Any, actions: Mapping[str, str], regions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", gettext("全部"))
        named = [(action, gettext(label)) for action, label in actions.items()]
        self.fields["action"].choices = [everything, *named]  # type: ignore[attr-defined]
        self.fields["region"].choices = [everything, *regions.items()]  # type: ignore[attr-defined]
