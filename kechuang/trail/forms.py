"""What the public asks of the log by page: one leaf in a checkpoint, or two checkpoints."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.trail.states import PLACES_MAX
from kechuang.ui.forms import Form


class SizeField(forms.IntegerField):
    """How many leaves a checkpoint has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=PLACES_MAX, **kwargs)


class InclusionForm(Form):
    seq = forms.IntegerField(
        label=_("叶号"), min_value=0, max_value=PLACES_MAX, help_text=_("凭证上写明的叶号，从 0 起")
    )
    size = SizeField(label=_("检查点大小"), required=False, help_text=_("不填用最新的检查点"))


class ContinuationForm(Form):
    old = SizeField(label=_("较早的检查点大小"), help_text=_("您手中检查点或凭证上的叶数"))
    new = SizeField(label=_("较新的检查点大小"), required=False, help_text=_("不填用最新的检查点"))
