"""Forms of the pages that cross rooms."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.catalog.states import CARRIER_LABELS, OFFER_KIND_LABELS, OPEN_MODE_LABELS
from kechuang.parties.queries import region_name
from kechuang.portal.queries.finding import Wanted
from kechuang.portal.states import PLACES, WITHIN_KM
from kechuang.ui.forms import FilterForm, YuanField


class WorkbenchFilter(FilterForm):
    kind = forms.ChoiceField(label=_("事项类别"))
    words = forms.CharField(label=_("名称或编号"), max_length=100)

    def __init__(self, *args: object, kinds: dict[str, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *((kind, f"{kind}（{count}）") for kind, count in kinds.items())]


def _any(labels: Any) -> list[tuple[str, str]]:
    return [("", gettext("不限")), *((str(code), gettext(label)) for code, label in labels.items())]


class FindForm(FilterForm):
    """What is looked for, and by what it is narrowed; class, place and carrier are chosen among the counts."""

    q = forms.CharField(label=_("名称、型号或需求"), max_length=100)
    kind = forms.ChoiceField(label=_("类型"), choices=lambda: _any(OFFER_KIND_LABELS))
    mode = forms.ChoiceField(label=_("开放方式"), choices=lambda: _any(OPEN_MODE_LABELS))
    carrier_kind = forms.ChoiceField(label=_("载体类型"), choices=lambda: _any(CARRIER_LABELS))
    price_max = YuanField(label=_("单价不超过（元）"))
    after_max = YuanField(label=_("用券后自付不超过（元）"))
    near = forms.ChoiceField(label=_("离哪里近"), choices=lambda: _any({code: region_name(code) for code in PLACES}))
    within = forms.TypedChoiceField(
        label=_("多少公里以内"),
        coerce=int,
        empty_value=None,
        choices=lambda: [("", gettext("不限")), *((km, str(km)) for km in WITHIN_KM)],
    )
    free = forms.BooleanField(label=_("一周内有空"))
    # chosen among the counts beside the results
    cls = forms.CharField(widget=forms.HiddenInput, max_length=6)
    region = forms.CharField(widget=forms.HiddenInput, max_length=12)
    carrier = forms.CharField(widget=forms.HiddenInput, max_length=32)
    share = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def wanted(self) -> Wanted:
        """What was asked for; a filter that cannot be read is shown as an error and not used."""
        said = self.chosen() if self.is_bound else {}
        return Wanted(
            words=said.get("q", ""),
            kind=said.get("kind", ""),
            class_prefix=said.get("cls", ""),
            region=said.get("region", ""),
            carrier_id=said.get("carrier", ""),
            carrier_kind=said.get("carrier_kind", ""),
            share_mode=said.get("share", ""),
            open_mode=said.get("mode", ""),
            price_max_fen=said.get("price_max"),
            after_max_fen=said.get("after_max"),
            free=bool(said.get("free")),
            near=said.get("near", ""),
            within_km=said.get("within"),
        )


class CarrierFilter(FilterForm):
    """The list of carriers, narrowed."""

    text = forms.CharField(label=_("载体或机构名称"), max_length=100)
    kind = forms.ChoiceField(label=_("载体类型"), choices=lambda: _any(CARRIER_LABELS))
    region = forms.ChoiceField(label=_("所在城市"), choices=lambda: _any({code: region_name(code) for code in PLACES}))
    department = forms.CharField(label=_("主管部门"), max_length=60)
    party = forms.CharField(widget=forms.HiddenInput, max_length=32)


class EffectForm(FilterForm):
    """Which year's report, and what only the unit knows of its platform."""

    year = forms.ChoiceField(label=_("年度"), required=False)
    platform_url = forms.CharField(label=_("平台网址"), max_length=300, required=False)
    platform_year = forms.RegexField(r"^(19|20)\d\d$", label=_("建设年份"), required=False)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]
