"""Forms of orders. Each carries the revision its page showed, so that an old tab is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.catalog.queries import steps_said
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import fen_from_yuan, yuan
from kechuang.orders.commands import Upload
from kechuang.orders.rules import UNIT_HUNDREDTHS, Asked, FrozenPrice
from kechuang.orders.states import (
    CHANNEL_LABELS,
    CONTRACT_LABELS,
    INVOICE_LABELS,
    MACHINE,
    ContractKind,
    InvoiceMark,
    Situation,
)
from kechuang.ui.forms import DayField, FilesField, FilterForm, Form, TextField, YuanField
from kechuang.vouchers.rules import SITUATION_LABELS

_QUANTITY, _PRICE, _WEIGHT = "quantity_", "price_", "weight_"


class SeenForm(Form):
    """A button: what was seen when it was pressed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def given(self) -> dict[str, Any]:
        return {"seen": self.cleaned_data["seen"]}


class ReasonForm(SeenForm):
    reason = TextField(label=_("理由"), help_text=_("将告知对方"))

    def given(self) -> dict[str, Any]:
        return {**super().given(), "reason": self.cleaned_data["reason"]}


class AskForm(Form):
    """What is said whenever a service is asked for: by which voucher and rules, what is needed, what speaks against."""

    voucher = forms.ChoiceField(label=_("使用的创新券"), required=False)
    scheme = forms.ChoiceField(label=_("适用规则"))
    needs = TextField(label=_("需求说明"), help_text=_("样品、数量、检测项目、时间要求等"))
    situations = forms.MultipleChoiceField(
        label=_("是否属于下列情形"),
        help_text=_("属于下列情形的不得用券，请如实勾选"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    other_public = YuanField(label=_("同一内容已获其他财政资金（元）"), required=False)

    def __init__(
        self, *args: Any, vouchers: Sequence[tuple[str, str]], schemes: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["voucher"].choices = [*vouchers, ("", gettext("不使用创新券"))]  # type: ignore[attr-defined]
        self.fields["scheme"].choices = list(schemes.items())  # type: ignore[attr-defined]
        self.fields["situations"].choices = [  # type: ignore[attr-defined]
            (str(situation), gettext(SITUATION_LABELS[situation])) for situation in Situation
        ]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "voucher_id": said["voucher"],
            "scheme": said["scheme"],
            "needs": said["needs"],
            "situations": said["situations"],
            "other_public_fen": said["other_public"] or 0,
        }


class RequestForm(AskForm):
    """Asking for a quote."""

    channel = forms.ChoiceField(label=_("订单来源"))
    field_order = ("voucher", "scheme", "needs", "channel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = [(code, gettext(label)) for code, label in CHANNEL_LABELS.items()]
        self.fields["channel"].choices = channels  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {**super().given(), "channel": self.cleaned_data["channel"]}


class BookedForm(AskForm):
    """Ordering a booked time; `price`: which published line it is charged by when several fit."""

    price = forms.ChoiceField(label=_("收费项目"), required=False)

    def __init__(self, *args: Any, fitting: Sequence[FrozenPrice], units: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].required = False
        if len(fitting) > 1:
            self.fields["price"].choices = [(one.id, self._named(one, units)) for one in fitting]  # type: ignore[attr-defined]
        else:
            del self.fields["price"]

    @staticmethod
    def _named(price: FrozenPrice, units: Mapping[str, str]) -> str:
        unit = gettext(units.get(price.unit, price.unit))
        return gettext("{item}（{price} 元/{unit}）").format(
            item=price.item, price=yuan(price.price_fen or 0), unit=unit
        )

    def given(self) -> dict[str, Any]:
        return {**super().given(), "price_id": self.cleaned_data.get("price", "")}


class LinesForm(SeenForm):
    """Quantities by price line; a rate is taken or not. A lower unit price may be typed."""

    note = TextField(label=_("说明"), required=False)

    def __init__(
        self,
        *args: Any,
        prices: Sequence[FrozenPrice],
        asked: Sequence[Asked] = (),
        units: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.prices = list(prices)
        before = {one.price_id: one for one in asked}
        for price in self.prices:
            self._add(price, before.get(price.id), gettext(units.get(price.unit, price.unit)))
        self.order_fields([name for name in self.fields if name != "note"] + ["note"])

    def _add(self, price: FrozenPrice, before: Asked | None, unit: str) -> None:
        if price.rate_bp is not None:
            self.fields[_QUANTITY + price.id] = forms.BooleanField(
                label=price.item, required=False, initial=before is not None
            )
            return
        shown = yuan(before.quantity) if before else ""
        listed = yuan(price.price_fen or 0)
        self.fields[_QUANTITY + price.id] = forms.CharField(
            label=gettext("{item}：数量（{unit}）").format(item=price.item, unit=unit),
            help_text=gettext("；").join(
                [gettext("收费标准 {price} 元/{unit}").format(price=listed, unit=unit), *steps_said(price)]
            ),
            required=False,
            initial=shown,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )
        self.fields[_PRICE + price.id] = YuanField(
            label=gettext("{item}：优惠单价（元）").format(item=price.item),
            required=False,
            initial=before.unit_price_fen if before and before.unit_price_fen != price.price_fen else None,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for price in self.prices:
            name = _QUANTITY + price.id
            typed = cleaned.get(name)
            if price.rate_bp is None and typed:
                try:
                    cleaned[name] = int(fen_from_yuan(str(typed)))
                except Refusal:
                    self.add_error(name, ValidationError(gettext("数量须为数字，最多两位小数")))
        return cleaned

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        lines = [
            Asked(
                price.id,
                UNIT_HUNDREDTHS if price.rate_bp is not None else int(said[_QUANTITY + price.id]),
                said.get(_PRICE + price.id),
            )
            for price in self.prices
            if said.get(_QUANTITY + price.id)
        ]
        return {**super().given(), "lines": lines, "note": said["note"]}


class QuoteForm(LinesForm):
    declares = forms.BooleanField(label=_("已阅读并作出共同声明"), required=False)

    def given(self) -> dict[str, Any]:
        return {**super().given(), "declares": self.cleaned_data["declares"]}


class PlaceForm(SeenForm):
    voucher = forms.ChoiceField(label=_("使用的创新券"), required=False, widget=forms.RadioSelect)
    declares = forms.BooleanField(label=_("已阅读并作出共同声明"), required=False)

    def __init__(self, *args: Any, vouchers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["voucher"].choices = [*vouchers, ("", gettext("不使用创新券"))]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {**super().given(), "voucher_id": said["voucher"], "declares": said["declares"]}


class ContractForm(SeenForm):
    kind = forms.ChoiceField(
        label=_("合同"),
        choices=[(str(kind), label) for kind, label in CONTRACT_LABELS.items()],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("已盖章的合同"), required=False, help_text=_("使用范本并在线用印的不必上传；自拟合同、框架协议须上传")
    )
    price = YuanField(
        label=_("合同金额（元，含税）"), required=False, help_text=_("上传合同的按合同填写，范本按订单价款")
    )

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        kind = ContractKind(said["kind"])
        return {**super().given(), "kind": kind, "file": _upload(said["file"]), "price_fen": said["price"]}


class DeliverForm(SeenForm):
    reports = FilesField(label=_("服务报告"), required=False)
    note = TextField(label=_("说明"), required=False)

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        files = [Upload(file.name or "", file.read()) for file in said["reports"]]
        return {**super().given(), "files": files, "note": said["note"]}


class ShareForm(SeenForm):
    amount = YuanField(label=_("金额（元）"))
    file = forms.FileField(label=_("银行回单"), required=False)
    reference = forms.CharField(label=_("支付渠道流水号"), required=False, max_length=120)

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        evidence = {"file": _upload(said["file"]), "reference": said["reference"]}
        return {**super().given(), "fen": said["amount"], **evidence}


class InvoiceForm(SeenForm):
    mark = forms.ChoiceField(label=_("开票情况"), choices=[(str(m), label) for m, label in INVOICE_LABELS.items()])
    invoice_number = forms.CharField(label=_("发票号码"), max_length=40)
    amount = YuanField(label=_("价税合计（元）"))
    issued_on = DayField(label=_("开票日期"))

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            **super().given(),
            "mark": InvoiceMark(said["mark"]),
            "invoice_number": said["invoice_number"],
            "gross_fen": said["amount"],
            "issued_on": said["issued_on"],
        }


class InvoiceToForm(SeenForm):
    """开票信息: what is printed beside name and code."""

    address = forms.CharField(label=_("地址"), required=False, max_length=200)
    phone = forms.CharField(label=_("电话"), required=False, max_length=40)
    bank = forms.CharField(label=_("开户银行"), required=False, max_length=120)
    account = forms.CharField(label=_("银行账号"), required=False, max_length=40)

    def given(self) -> dict[str, Any]:
        title = {name: self.cleaned_data[name] for name in ("address", "phone", "bank", "account")}
        return {**super().given(), "title": {name: text for name, text in title.items() if text}}


class HorizontalForm(SeenForm):
    project = forms.CharField(label=_("项目（课题）名称"), max_length=120)
    registration = forms.CharField(label=_("技术合同登记编号"), max_length=60, required=False)
    contract_file = forms.FileField(
        label=_("技术合同"), required=False, help_text=_("订单已有双方用印的合同时不必上传")
    )

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        file = {"contract_file": _upload(said["contract_file"])}
        return {**super().given(), "project": said["project"], "registration": said["registration"], **file}


class PartForm(ReasonForm):
    amount = YuanField(label=_("协调确定的价款（元）"))

    def given(self) -> dict[str, Any]:
        return {**super().given(), "price_fen": self.cleaned_data["amount"]}


class IncomeForm(FilterForm):
    since = DayField(label=_("起"))
    until = DayField(label=_("止"))
    carrier = forms.ChoiceField(label=_("创新载体"))

    def __init__(self, *args: Any, carriers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"].choices = [("", gettext("全部")), *carriers.items()]  # type: ignore[attr-defined]


class ServedForm(SeenForm):
    """For which project an order was served, and each person's weight."""

    project = forms.CharField(label=_("项目（课题）名称"), max_length=120, required=False)

    def __init__(self, *args: Any, people: Mapping[str, str], weights: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = dict(people)
        for staff_id, name in self.people.items():
            self.fields[_WEIGHT + staff_id] = forms.IntegerField(
                label=gettext("{name}：工作量").format(name=name),
                help_text=gettext("按比例分配，例如 2 与 1"),
                required=False,
                min_value=0,
                initial=weights.get(staff_id),
            )

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        people = {one: weight for one in self.people if (weight := said[_WEIGHT + one])}
        return {**super().given(), "project": said["project"], "people": people}


class ListForm(FilterForm):
    side = forms.ChoiceField(label=_("角色"))
    state = forms.ChoiceField(label=_("状态"))
    channel = forms.ChoiceField(label=_("订单来源"))
    text = forms.CharField(label=_("订单号或服务名称"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", gettext("全部"))
        states = [(str(state), gettext(label)) for state, label in MACHINE.labels.items()]
        sides = [("holder", gettext("我委托的")), ("provider", gettext("我承接的"))]
        channels = [(code, gettext(label)) for code, label in CHANNEL_LABELS.items()]
        self.fields["side"].choices = [every, *sides]  # type: ignore[attr-defined]
        self.fields["state"].choices = [every, ("open", gettext("进行中")), *states]  # type: ignore[attr-defined]
        self.fields["channel"].choices = [every, *channels]  # type: ignore[attr-defined]


def _upload(file: "UploadedFile[bytes] | None") -> Upload | None:
    return Upload(file.name or "", file.read()) if file else None
