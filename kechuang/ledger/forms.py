"""Filters of the ledger's pages: county, period, account kind, budget year."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.ledger.rules import KIND_LABELS
from kechuang.ui.forms import DayField, FilterForm


class PeriodForm(FilterForm):
    since = DayField(label=_("起始日期"))
    last = DayField(label=_("截止日期"))


class AccountsForm(PeriodForm):
    region = forms.ChoiceField(label=_("县（市、区）"))
    kind = forms.ChoiceField(label=_("科目"))

    def __init__(self, *args: Any, regions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]
        kinds = [(kind.value, _(label)) for kind, label in KIND_LABELS.items()]
        self.fields["kind"].choices = [("", _("全部")), *kinds]  # type: ignore[attr-defined]
        self.order_fields(["region", "since", "last", "kind"])


class RegionForm(FilterForm):
    region = forms.ChoiceField(label=_("县（市、区）"))

    def __init__(self, *args: Any, regions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]
