"""Forms of spot checks."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.supervision.commands import Draft, Upload
from kechuang.supervision.states.checks import INTEREST_LABELS, PLAN_MACHINE, RESULT_LABELS, InterestKind, SheetResult
from kechuang.ui.forms import CreditCodeField, DayField, FilterForm, Form, TextField
from kechuang.ui.words import percent

_PER_CENT = 100  # basis points in 1 %


class PlanForm(Form):
    """What an office plans to check."""

    scheme = forms.ChoiceField(label=_("创新券"))
    region = forms.ChoiceField(
        label=_("组织抽查的机关所在地"), help_text=_("谁补助，谁监管：县抽查本县拨付的；市可以抽查各县")
    )
    title = forms.CharField(label=_("计划名称"), max_length=200, help_text=_("如“2025 年上半年创新券抽查”"))
    from_on = DayField(label=_("拨付日自"))
    last_on = DayField(label=_("拨付日至"), help_text=_("须在同一个半年之内"))
    share = forms.IntegerField(label=_("抽查比例（%）"), min_value=1, max_value=100)
    count = forms.IntegerField(
        label=_("样本量（件）"),
        min_value=0,
        required=False,
        help_text=_("填写时代替比例；不得低于最低比例，不得大于名录"),
    )
    seed_event = forms.CharField(
        label=_("种子来源"), max_length=200, help_text=_("写明哪一期公开结果，冻结名录之后才产生，任何人都能查到")
    )
    seed_on = DayField(label=_("种子公布日期"))
    seed_pattern = forms.CharField(
        label=_("结果的写法"),
        max_length=60,
        help_text=_("# 为一位数字，其余照写；空格隔开的各组由小到大。冻结后只认这一种写法，抽取的人不能挑选"),
    )

    def __init__(
        self, *args: Any, schemes: Mapping[str, tuple[str, int]], regions: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        titles = [
            (code, gettext("%(title)s（每半年不低于 %(least)s）") % {"title": title, "least": percent(least)})
            for code, (title, least) in schemes.items()
        ]
        self.fields["scheme"].choices = titles  # type: ignore[attr-defined]
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        given = self.cleaned_data
        return Draft(
            title=given["title"],
            from_on=given["from_on"],
            last_on=given["last_on"],
            share_bp=given["share"] * _PER_CENT,
            count=given["count"] or 0,
            seed_event=given["seed_event"],
            seed_on=given["seed_on"],
            seed_pattern=given["seed_pattern"],
        )


def last_half(on: date) -> tuple[date, date]:
    """The half-year before a day: what is usually checked."""
    if on.month > 6:
        return date(on.year, 1, 1), date(on.year, 6, 30)
    return date(on.year - 1, 7, 1), date(on.year, 1, 1) - timedelta(days=1)


class SeedForm(Form):
    seed_value = forms.CharField(
        label=_("公开来源公布的结果"), max_length=200, help_text=_("照原文填写，如“03 08 11 19 27 33 + 07”")
    )

    def given(self) -> dict[str, Any]:
        return {"seed_value": self.cleaned_data["seed_value"]}


class RecuseForm(Form):
    reason = TextField(label=_("回避事由"), widget=forms.Textarea(attrs={"rows": "2"}))

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class DayForm(Form):
    on = DayField(label=_("检查日期"))

    def given(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"]}


class VisitTextForm(Form):
    text = TextField(label=_("意见"), widget=forms.Textarea(attrs={"rows": "3"}))

    def given(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"]}


class DemandForm(VisitTextForm):
    text = TextField(label=_("整改要求"), help_text=_("写明要改正什么、如何报送"))


class ReportForm(VisitTextForm):
    text = TextField(label=_("整改情况"))
    file = forms.FileField(label=_("证明材料"), required=False)

    def given(self) -> dict[str, Any]:
        brought = self.cleaned_data.get("file")
        return {"text": self.cleaned_data["text"], "file": Upload(brought.name, brought.read()) if brought else None}


class RecordForm(Form):
    """One result and its facts for each drawn claim."""

    def __init__(self, *args: Any, sheets: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = [sheet_id for sheet_id, _number in sheets]
        choices = [(str(one), gettext(RESULT_LABELS[one])) for one in SheetResult]
        for place, (_sheet_id, number) in enumerate(sheets):
            self.fields[f"result_{place}"] = forms.ChoiceField(
                label=gettext("%(number)s 的检查结果") % {"number": number}, choices=choices, widget=forms.RadioSelect
            )
            self.fields[f"text_{place}"] = TextField(
                label=gettext("%(number)s 的事实") % {"number": number},
                required=False,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        found = {
            sheet_id: (said[f"result_{place}"], said[f"text_{place}"]) for place, sheet_id in enumerate(self.sheets)
        }
        return {"findings": found}


class InspectorForm(Form):
    person_id = forms.ChoiceField(label=_("检查人员"))

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = list(people)  # type: ignore[attr-defined]


class InterestForm(Form):
    credit_code = CreditCodeField(label=_("单位的统一社会信用代码"))
    kind = forms.ChoiceField(label=_("回避事由"))
    until_on = DayField(label=_("至何日止（不含）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one), gettext(INTEREST_LABELS[one])) for one in InterestKind]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


class PlanListForm(FilterForm):
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(str(state), gettext(label)) for state, label in PLAN_MACHINE.labels.items()]
        self.fields["state"].choices = [("", gettext("全部")), *states]  # type: ignore[attr-defined]
