"""Forms of budgets: drafting, releasing, adjusting, and the filters of their lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.treasury.commands import Document, Ground
from kechuang.ui.forms import DayField, FilterForm, Form, TextField, YuanField


class YearForm(FilterForm):
    year = forms.TypedChoiceField(label=_("年度"), coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]


class ReconciliationForm(FilterForm):
    region = forms.ChoiceField(label=_("县（市、区）"))
    since = DayField(label=_("起始日期"))
    last = DayField(label=_("截止日期"))

    def __init__(self, *args: Any, regions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]


class DraftForm(Form):
    region = forms.ChoiceField(label=_("县（市、区）"))
    scheme = forms.ChoiceField(label=_("执行的规则"))
    year = forms.IntegerField(label=_("预算年度"), min_value=2000, max_value=2100)
    amount_fen = YuanField(label=_("预算金额（元）"))
    basis = TextField(label=_("编制依据"), max_length=500, help_text=_("例如上年执行数、服务机构和企业的数量"))

    def __init__(self, *args: Any, regions: Mapping[str, str], schemes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]
        self.fields["scheme"].choices = list(schemes.items())  # type: ignore[attr-defined]


class EditForm(Form):
    amount_fen = YuanField(label=_("预算金额（元）"))
    basis = TextField(label=_("编制依据"), max_length=500)


class ReasonForm(Form):
    reason = TextField(label=_("理由"), max_length=500)


class ReleaseForm(Form):
    fen = YuanField(label=_("下达金额（元）"))
    document_number = forms.CharField(label=_("文号"), max_length=100, help_text=_("例如 越财教〔2025〕1号"))
    on = DayField(label=_("发文日期"))
    fund_line = forms.CharField(label=_("资金科目"), max_length=100)

    def document(self) -> Document:
        return Document(
            number=self.cleaned_data["document_number"],
            on=self.cleaned_data["on"],
            fund_line=self.cleaned_data["fund_line"],
        )


class AdjustForm(Form):
    fen = YuanField(label=_("金额（元）"))
    document_number = forms.CharField(label=_("文号"), max_length=100)
    reason = TextField(label=_("理由"), max_length=500)

    def ground(self) -> Ground:
        return Ground(reason=self.cleaned_data["reason"], document_number=self.cleaned_data["document_number"])


class MoveForm(AdjustForm):
    other = forms.ChoiceField(label=_("调入的县（市、区）"))

    def __init__(self, *args: Any, others: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = list(others.items())  # type: ignore[attr-defined]


class SettlementForm(FilterForm):
    since = DayField(label=_("自"))
    until = DayField(label=_("至"))
