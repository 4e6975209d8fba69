"""Forms of subsidies: the decision of a year, its money, redemptions from elsewhere, batches."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.subsidies.commands import Decision, Origin, Redemption
from kechuang.subsidies.states import FORMULA_LABELS, Formula
from kechuang.ui.forms import CreditCodeField, DayField, FilterForm, Form, TextField, YuanField


class FindForm(FilterForm):
    formula = forms.ChoiceField(
        label=_("补助种类"),
        choices=[("", _("全部")), *((str(formula), label) for formula, label in FORMULA_LABELS.items())],
    )
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2999)


class DecisionForm(Form):
    """当年补助决定: by which document which office decided which rate; the command says what is missing for which subsidy."""

    rate_bp = YuanField(  # per cent with two decimals is basis points as yuan is fen
        label=_("当年补助比例（%）"),
        required=False,
        help_text=_("方案只写“不超过30%”，当年比例由有权机关决定；不得超过规则的上限。"),
    )
    document_number = forms.CharField(label=_("决定文号"), max_length=100, required=False)
    office = forms.CharField(
        label=_("决定机关"),
        max_length=100,
        required=False,
        help_text=_("服务机构补助须填写；载体、市县补助不填。"),
    )
    on = DayField(label=_("决定日期"), required=False)

    def decision(self) -> Decision:
        said = self.cleaned_data
        return Decision(said["rate_bp"], said["document_number"], said["office"], said["on"])


class DraftForm(DecisionForm):
    region = forms.ChoiceField(label=_("支付机关"))
    kind = forms.ChoiceField(label=_("补助种类与规则"))
    year = forms.TypedChoiceField(label=_("核算年度"), coerce=int, help_text=_("按该年度的实际兑付核算。"))

    field_order = ["region", "kind", "year"]

    def __init__(
        self, *args: Any, regions: Mapping[str, str], kinds: Mapping[str, str], years: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("region", regions), ("kind", kinds), ("year", years)):
            self.fields[name].choices = list(choices.items())  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Formula, str]:
        """Formula and scheme of the chosen line."""
        formula, _bar, scheme = self.cleaned_data["kind"].partition("|")
        return Formula(formula), scheme


class ConversionForm(Form):
    region = forms.ChoiceField(label=_("支付机关"))
    year = forms.TypedChoiceField(label=_("核算年度"), coerce=int)
    source = forms.CharField(label=_("数据来源"), max_length=200)
    from_on = DayField(label=_("期间自"))
    last_on = DayField(label=_("期间至"))
    file = forms.FileField(
        label=_("实绩表"),
        help_text=_("xlsx、xls 或 CSV；三列：行政区划代码、成果转化实绩（元）、收款单位统一社会信用代码。"),
    )

    def __init__(self, *args: Any, regions: Mapping[str, str], years: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("region", regions), ("year", years)):
            self.fields[name].choices = list(choices.items())  # type: ignore[attr-defined]

    def origin(self) -> Origin:
        said = self.cleaned_data
        return Origin(said["source"], said["from_on"], said["last_on"])


class FundForm(Form):
    fen = YuanField(label=_("安排的补助资金（元）"), help_text=_("补助合计不会超过这个数；不足的按规则核减。"))
    document_number = forms.CharField(label=_("资金文号"), max_length=100)


class ReasonForm(Form):
    reason = TextField(label=_("理由"), help_text=_("理由随核算保存。"))


class OutsideForm(Form):
    region = forms.ChoiceField(label=_("兑付的区、县（市）"))
    credit_code = CreditCodeField(label=_("服务机构统一社会信用代码"))
    unit_name = forms.CharField(label=_("二级单位"), max_length=200, required=False)
    redeemed_on = DayField(label=_("兑付日期"))
    fen = YuanField(label=_("兑付金额（元）"))
    price_fen = YuanField(label=_("服务价款（元）"))
    document_number = forms.CharField(label=_("凭证文号"), max_length=100)
    note = TextField(label=_("说明"), required=False)

    def __init__(self, *args: Any, regions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("fen") == 0:
            self.add_error("fen", forms.ValidationError(_("金额须大于零"), code="zero"))
        elif said.get("fen") and said.get("price_fen") is not None and said["price_fen"] < said["fen"]:
            self.add_error("price_fen", forms.ValidationError(_("服务价款不能少于兑付金额"), code="less"))
        return said

    def redemption(self) -> Redemption:
        return Redemption(**{name: value for name, value in self.cleaned_data.items() if name != "region"})
