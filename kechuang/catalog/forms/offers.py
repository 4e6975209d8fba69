"""Forms of the catalogue: carriers, offers, price lists, files."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.catalog.rules import NewPrice, PriceLine, steps_from, steps_text
from kechuang.catalog.states import (
    CARRIER_LABELS,
    GROUP_LABELS,
    ITEM_LABELS,
    MODE_LABELS,
    OFFER_KIND_LABELS,
    OFFER_MACHINE,
    PERCENT_MAX_BP,
    PRICE_ROWS_BLANK,
    SERVICE_LABELS,
    UNIT_LABELS,
    ItemKind,
    PriceGroup,
    StepMode,
    Unit,
)
from kechuang.kernel.errors import Refusal
from kechuang.ui.forms import DayField, FilterForm, Form, TextField, YuanField, refused


def _choices(labels: Mapping[Any, str], *, empty: str = "") -> list[tuple[str, str]]:
    found = [(str(code), gettext(label)) for code, label in labels.items()]
    return [("", empty), *found] if empty else found


class OwnForm(FilterForm):
    q = forms.CharField(label=_("名称或编号"))
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = _choices(OFFER_MACHINE.labels, empty=gettext("全部"))  # type: ignore[attr-defined]


class CarrierForm(Form):
    name = forms.CharField(label=_("载体名称"), max_length=200, help_text=_("例如：分析测试中心、某某重点实验室"))
    kind = forms.ChoiceField(label=_("载体类别"))
    unit = forms.ChoiceField(label=_("所属二级单位"), required=False)
    department = forms.CharField(
        label=_("主管部门"), max_length=60, required=False, help_text=_("海关、教育、市场监管、卫生健康等")
    )
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    code = forms.CharField(label=_("国家网络管理平台载体编号"), max_length=64, required=False)

    def __init__(self, *args: Any, units: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = _choices(CARRIER_LABELS)  # type: ignore[attr-defined]
        if units:
            self.fields["unit"].choices = [("", gettext("整个单位")), *units.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]


class OfferForm(Form):
    kind = forms.ChoiceField(label=_("类型"))
    name = forms.CharField(label=_("名称"), max_length=200)
    service_class = forms.ChoiceField(label=_("服务类别"))
    content = TextField(label=_("服务内容"), help_text=_("能做什么、依据什么标准、交付什么"), required=False)
    process = TextField(label=_("服务流程"), help_text=_("预约、送样、检测、出具报告各需多久"), required=False)
    inner_number = forms.CharField(label=_("本单位编号"), max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = _choices(OFFER_KIND_LABELS)  # type: ignore[attr-defined]
        self.fields["service_class"].choices = _choices(SERVICE_LABELS)  # type: ignore[attr-defined]


class StepsField(forms.CharField):
    """Steps typed as `2:45; 5:40`; cleans to Steps."""

    def to_python(self, value: Any) -> Any:
        try:
            return steps_from(str(super().to_python(value) or ""))
        except Refusal as refusal:
            raise refused(refusal) from refusal

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else steps_text(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class PriceRowForm(Form):
    """One line of a price list; a row without an item is left out."""

    item = forms.CharField(label=_("收费项目"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("费用类型"), required=False)
    unit = forms.ChoiceField(label=_("计量单位"), required=False)
    price = YuanField(label=_("单价（元，含税）"), required=False)
    rate = YuanField(label=_("比例（%）"), required=False)
    group = forms.ChoiceField(label=_("适用对象"), required=False)
    step_mode = forms.ChoiceField(label=_("阶梯计价方式"), required=False)
    steps = StepsField(label=_("阶梯价"), required=False)
    minimum = YuanField(label=_("最低收费（元）"), required=False)
    conditions = forms.CharField(label=_("检测条件"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = _choices(ITEM_LABELS)  # type: ignore[attr-defined]
        self.fields["unit"].choices = _choices(UNIT_LABELS)  # type: ignore[attr-defined]
        self.fields["group"].choices = _choices(GROUP_LABELS)  # type: ignore[attr-defined]
        self.fields["step_mode"].choices = _choices(MODE_LABELS)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("rate") and data["rate"] > PERCENT_MAX_BP:
            self.add_error("rate", gettext("比例过大，例如 30 表示基本费用的 30%"))
        return data

    def line(self) -> NewPrice | None:
        """The line as the command takes it: a percentage typed like an amount is in basis points."""
        data = self.cleaned_data
        if not data.get("item"):
            return None
        return NewPrice(
            item=data["item"],
            unit=Unit(data["unit"]),
            price_fen=data.get("price"),
            kind=ItemKind(data["kind"]),
            rate_bp=data.get("rate"),
            conditions=data.get("conditions", ""),
            group=PriceGroup(data.get("group") or PriceGroup.ALL),
            steps=data.get("steps") or (),
            step_mode=StepMode(data.get("step_mode") or StepMode.PART),
            minimum_fen=data.get("minimum") or None,
        )


PriceRows = forms.formset_factory(PriceRowForm, extra=PRICE_ROWS_BLANK, max_num=100, absolute_max=200)


def rows_of(lines: list[PriceLine]) -> list[dict[str, Any]]:
    """The price list in force as the rows of the form."""
    return [
        {
            "item": line.item,
            "kind": line.kind,
            "unit": line.unit,
            "price": line.price_fen,
            "rate": line.rate_bp,
            "conditions": line.conditions,
            "group": line.group,
            "steps": line.steps,
            "step_mode": line.step_mode,
            "minimum": line.minimum_fen,
        }
        for line in lines
    ]


class FirstDayForm(Form):
    valid_from = DayField(label=_("自何日起执行"), help_text=_("已下的订单按下单时的价格"))


class ImportForm(Form):
    file = forms.FileField(label=_("文件"))
    dry_run = forms.BooleanField(label=_("只检查，不导入"), required=False)
