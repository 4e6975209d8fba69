"""Forms of releases: a plan, its checking, the public value, what was held back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.kernel.draw import SEED_PATTERN
from kechuang.releases.commands import Plan
from kechuang.releases.states import MACHINE, WAY_LABELS
from kechuang.ui.forms import DayField, FilterForm, Form, TextField, YuanField


class MomentField(forms.DateTimeField):
    """A day and a time of day, in Beijing's time."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S"])
        super().__init__(**kwargs)


class PlanForm(Form):
    """What a county plans: how much, by which way, when."""

    scheme = forms.ChoiceField(label=_("创新券"))
    region = forms.ChoiceField(label=_("县（市、区）"))
    title = forms.CharField(label=_("批次名称"), max_length=120, help_text=_("如“2026 年第一批”"))
    way = forms.ChoiceField(label=_("放券方式"), help_text=_("只能选规则列出的方式"))
    amount_fen = YuanField(label=_("放券金额（元）"), help_text=_("按规则留存、预留之后，其余为通用额度"))
    round = forms.IntegerField(
        label=_("轮次"), min_value=1, max_value=99, initial=1, help_text=_("同一轮次内，同一主体在任何县都只能报名一次")
    )
    opens_at = MomentField(label=_("开始时间"))
    closes_at = MomentField(label=_("截止时间"))
    seed_event = forms.CharField(
        label=_("种子来源（摇号）"),
        required=False,
        max_length=200,
        help_text=_("摇号必填：写明哪一期公开结果，截止之后才产生"),
    )
    seed_on = DayField(label=_("种子公布日期（摇号）"), required=False, help_text=_("摇号必填：在截止日之后"))
    seed_pattern = forms.CharField(
        label=_("结果的写法（摇号）"),
        required=False,
        max_length=60,
        initial=SEED_PATTERN,
        help_text=_("摇号必填：# 为一位数字，其余照写；空格隔开的各组由小到大。一个结果只有一种写法，摇号人不能挑选"),
    )

    def __init__(
        self, *args: Any, schemes: Mapping[str, str], regions: Mapping[str, str], fixed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = list(schemes.items())  # type: ignore[attr-defined]
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]
        self.fields["way"].choices = [(str(way), gettext(label)) for way, label in WAY_LABELS.items()]  # type: ignore[attr-defined]
        if fixed:
            del self.fields["scheme"], self.fields["region"]

    def plan(self) -> Plan:
        return Plan(**{field.name: self.cleaned_data[field.name] for field in fields(Plan)})


class ReasonForm(Form):
    reason = TextField(label=_("理由"), help_text=_("编制人据此修改"))

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class PublicReasonForm(ReasonForm):
    reason = TextField(label=_("理由"), help_text=_("将随批次一并公开"))


class SeedForm(Form):
    seed_value = forms.CharField(
        label=_("公开来源公布的结果"),
        max_length=200,
        required=False,
        help_text=_("照公布的原文和写定的格式填写，如“03 08 11 19 27 33 + 07”"),
    )

    def given(self) -> dict[str, Any]:
        return {"seed_value": self.cleaned_data["seed_value"]}


class HeldBackForm(Form):
    amount = YuanField(label=_("动用金额（元）"))
    reason = TextField(label=_("理由"))

    def given(self) -> dict[str, Any]:
        return {"fen": self.cleaned_data["amount"], "reason": self.cleaned_data["reason"]}


class ListForm(FilterForm):
    words = forms.CharField(label=_("批次名称"))
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(str(state), gettext(label)) for state, label in MACHINE.labels.items()]
        self.fields["state"].choices = [("", gettext("全部")), *states]  # type: ignore[attr-defined]
