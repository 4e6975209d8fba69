"""A draft, its replay, and the filters of the cockpit."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.cockpit.rules.indicators import Indicator
from kechuang.cockpit.states import (
    MONTHS_IN_YEAR,
    PERIOD_LABELS,
    REASON_CHARS,
    TEXT_CHARS_MAX,
    TEXT_MAX,
    Period,
    Unit,
)
from kechuang.ui.forms import DayField, FilterForm, Form, TextField, YuanField

_CODE = {"class": "k-pack-text", "spellcheck": "false", "wrap": "off", "autocomplete": "off"}


class NewDraftForm(Form):
    scheme = forms.ChoiceField(label=_("规则"))
    title = forms.CharField(label=_("草案名称"), max_length=60, help_text=_("写明想试什么，例如：单笔上限提至 5 万元"))

    def __init__(self, *args: Any, schemes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = list(schemes.items())  # type: ignore[attr-defined]


class DraftForm(Form):
    """The text as it stands: white space in it counts."""

    title = forms.CharField(label=_("草案名称"), max_length=60)
    text = forms.CharField(
        label=_("规则正文"),
        max_length=TEXT_CHARS_MAX,
        strip=False,
        widget=forms.Textarea(attrs={**_CODE, "rows": "28"}),
        help_text=_("数值不改写，只续写：在 value 里加一行新值，首日晚于今日；没有公开来源的依据写 illustrative"),
    )
    cases_text = forms.CharField(
        label=_("算例"),
        max_length=TEXT_CHARS_MAX,
        strip=False,
        widget=forms.Textarea(attrs={**_CODE, "rows": "12"}),
        help_text=_("每个新值至少有一个算例；检查时由平台实际使用的计算规则运行"),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput())


class ReplayForm(Form):
    year = forms.ChoiceField(label=_("回放哪一年的订单"))
    rules_on = DayField(label=_("按草案哪一天的规则"), help_text=_("全年都按这一天有效的值计算；一般是新值的首日"))

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]


class ReasonForm(Form):
    reason = TextField(label=_("退回理由"), max_length=REASON_CHARS)


class YearForm(FilterForm):
    year = forms.ChoiceField(label=_("年度"))

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]


class FreezeForm(Form):
    period = forms.ChoiceField(
        label=_("报表"), choices=[(str(one), label) for one, label in PERIOD_LABELS.items()], initial=Period.MONTH
    )
    year = forms.ChoiceField(label=_("年度"))
    month = forms.ChoiceField(label=_("月份"), choices=[(str(n), str(n)) for n in range(1, MONTHS_IN_YEAR + 1)])

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]


class TargetForm(Form):
    """One target per figure of the sheet, in the figure's own unit."""

    basis = TextField(label=_("编制依据"), max_length=REASON_CHARS)

    def __init__(self, *args: Any, indicators: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in indicators:
            field = _target_field(one)
            self.fields[one.code] = field
            field.error_messages["required"] = gettext("请填写{label}").format(label=field.label)

    def targets(self) -> dict[str, int | None]:
        return {name: value for name, value in self.cleaned_data.items() if name != "basis"}


class TextForm(Form):
    text = TextField(label=_("说明"), max_length=TEXT_MAX)


def _target_field(one: Indicator) -> forms.Field:
    label = gettext(one.label)
    if one.unit is Unit.FEN:
        return YuanField(label=_yuan(label))
    if one.unit is Unit.BP:  # two digits after the point, as of amounts: 60.25 are 6,025 basis points
        return YuanField(label=f"{label}（%）")
    return forms.IntegerField(label=label, min_value=0, widget=forms.NumberInput(attrs={"class": "k-yuan"}))


def _yuan(label: str) -> str:
    return gettext("{label}（元）").format(label=label)
