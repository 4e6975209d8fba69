"""A draft, its replay, and the filters of the cockpit."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.cockpit.states import REASON_CHARS, TEXT_CHARS_MAX
from kechuang.ui.forms import DayField, Form, TextField

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
