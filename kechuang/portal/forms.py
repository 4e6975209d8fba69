"""Forms of the pages that cross rooms."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.catalog.states import OFFER_KIND_LABELS, SERVICE_LABELS
from kechuang.ui.forms import FilterForm


class WorkbenchFilter(FilterForm):
    kind = forms.ChoiceField(label=_("事项类别"))
    words = forms.CharField(label=_("名称或编号"), max_length=100)

    def __init__(self, *args: object, kinds: dict[str, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *((kind, f"{kind}（{count}）") for kind, count in kinds.items())]


class OfferFilter(FilterForm):
    q = forms.CharField(label=_("名称"), max_length=100)
    kind = forms.ChoiceField(
        label=_("类型"),
        choices=lambda: [("", gettext("全部")), *((str(k), gettext(v)) for k, v in OFFER_KIND_LABELS.items())],
    )
    service_class = forms.ChoiceField(
        label=_("服务类别"),
        choices=lambda: [("", gettext("全部")), *((str(k), gettext(v)) for k, v in SERVICE_LABELS.items())],
    )
