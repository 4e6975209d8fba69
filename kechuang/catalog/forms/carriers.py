"""Forms of a carrier: what it is, its opening rules, its people, its income split."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.catalog.commands import NewOpening, Paper
from kechuang.catalog.rules import Share
from kechuang.catalog.states import CARRIER_LABELS, SHARE_LABELS, TITLE_LABELS, CarrierKind, ShareTo, StaffTitle
from kechuang.ui.forms import DayField, FilesField, Form, TextField, YuanField

_DEGREES = 6  # digits after the point of a degree
_BLANK_SHARES = 3


def _labelled(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(code), gettext(label)) for code, label in labels.items()]


class DegreesField(forms.CharField):
    """A latitude or longitude typed in degrees (30.012345); cleans to millionths."""

    def to_python(self, value: Any) -> Any:
        typed = str(super().to_python(value) or "").strip()
        if not typed:
            return None
        whole, _point, rest = typed.removeprefix("-").partition(".")
        if not (whole.isdigit() and (not rest or rest.isdigit())):
            raise ValidationError(gettext("应为度数，例如 30.012345"), code="invalid")
        millionths = int(whole + rest[:_DEGREES].ljust(_DEGREES, "0"))
        return -millionths if typed.startswith("-") else millionths

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        digits = f"{abs(value):0{_DEGREES + 1}d}"
        return f"{'-' if value < 0 else ''}{digits[:-_DEGREES]}.{digits[-_DEGREES:]}"


class CarrierEditForm(Form):
    name = forms.CharField(label=_("载体名称"), max_length=200)
    kind = forms.ChoiceField(label=_("载体类别"), choices=lambda: _labelled(CARRIER_LABELS))
    department = forms.CharField(
        label=_("主管部门"), max_length=60, required=False, help_text=_("海关、教育、市场监管、卫生健康等")
    )
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    code = forms.CharField(label=_("国家网络管理平台载体编号"), max_length=64, required=False)

    def given(self) -> dict[str, Any]:
        return self.cleaned_data | {"kind": CarrierKind(self.cleaned_data["kind"])}


class OpeningForm(Form):
    hours = TextField(label=_("开放时间"), help_text=_("例如：周一至周五 8:30–17:00，节假日除外"))
    open_to = TextField(label=_("服务对象"), help_text=_("谁可以使用，是否限本省、是否对个人开放"))
    notice = TextField(label=_("预约须知"), help_text=_("提前多久预约、取消规定、送样要求"))
    content = TextField(label=_("服务内容"), required=False)
    process = TextField(label=_("服务流程"), required=False)
    about = TextField(label=_("载体简介"), required=False)
    contact = forms.CharField(label=_("联系部门或岗位"), max_length=60, required=False)
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    email = forms.EmailField(label=_("电子邮箱"), max_length=120, required=False)
    website = forms.CharField(label=_("网站"), max_length=300, required=False)
    route = forms.CharField(label=_("交通"), max_length=300, required=False)
    latitude = DegreesField(label=_("纬度"), required=False)
    longitude = DegreesField(label=_("经度"), required=False)
    attached = FilesField(label=_("制度文件"), required=False)
    valid_from = DayField(label=_("自何日起执行"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("longitude", gettext("纬度和经度须同时填写"))
        return data

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        files, valid_from = read_papers(said.pop("attached")), said.pop("valid_from")
        place = {"latitude_e6": said.pop("latitude"), "longitude_e6": said.pop("longitude")}
        return {"opening": NewOpening(**said, **place), "files": files, "valid_from": valid_from}


class StaffForm(Form):
    person = forms.ChoiceField(
        label=_("本单位成员"), required=False, help_text=_("选择成员后，本人可打印职称评审用的服务记录")
    )
    name = forms.CharField(label=_("姓名"), max_length=60, required=False, help_text=_("不是平台成员的只填姓名"))
    title = forms.ChoiceField(label=_("职称"), choices=lambda: _labelled(TITLE_LABELS))
    post = forms.CharField(label=_("岗位"), max_length=60, required=False, help_text=_("例如：机组负责人、实验师"))
    published = forms.BooleanField(label=_("本人同意公开姓名"), required=False)
    operates = forms.MultipleChoiceField(
        label=_("可以操作的仪器与服务"), required=False, widget=forms.CheckboxSelectMultiple
    )
    valid_from = DayField(label=_("开始日期"))
    valid_until = DayField(label=_("离开日期（当日起不再任职）"), required=False)

    def __init__(self, *args: Any, people: Mapping[str, str], offers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", gettext("不选")), *people.items()]  # type: ignore[attr-defined]
        self.fields["operates"].choices = list(offers.items())  # type: ignore[attr-defined]
        if not offers:
            del self.fields["operates"]

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        return {
            "person_id": said.get("person", ""),
            "name": said.get("name", ""),
            "title": StaffTitle(said["title"]),
            "post": said["post"],
            "published": said["published"],
            "operates": said.get("operates", []),
            "valid_from": said.get("valid_from"),
            "valid_until": said["valid_until"],
        }


class StaffEditForm(StaffForm):
    """Somebody who is there: the name and the first day stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for fixed in ("person", "name", "valid_from"):
            del self.fields[fixed]

    def given(self) -> dict[str, Any]:
        said = super().given()
        return {name: said[name] for name in ("title", "post", "published", "operates", "valid_until")}


class ShareRowForm(Form):
    """One part of the income; a row without a percentage is left out."""

    to = forms.ChoiceField(label=_("分配对象"), choices=lambda: _labelled(SHARE_LABELS), required=False)
    person = forms.ChoiceField(label=_("指定技术人员"), required=False)
    name = forms.CharField(label=_("名称"), max_length=60, required=False)
    percent = YuanField(label=_("比例（%）"), required=False)

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", gettext("按订单登记的人员")), *people.items()]  # type: ignore[attr-defined]

    def share(self) -> Share | None:
        said = self.cleaned_data
        if not said.get("percent"):
            return None
        staff = said.get("person", "") if said["to"] == ShareTo.PERSON else ""
        return Share(ShareTo(said["to"]), int(said["percent"]), said.get("name", ""), staff)


ShareRows = forms.formset_factory(ShareRowForm, extra=_BLANK_SHARES, max_num=20, absolute_max=40)


class SharingForm(Form):
    title = forms.CharField(label=_("办法名称"), max_length=200)
    document_number = forms.CharField(label=_("文号"), max_length=120)
    text = TextField(label=_("共享规则要点"), required=False, help_text=_("哪些仪器以何种条件向谁开放"))
    attached = FilesField(label=_("办法文件"), required=False)
    valid_from = DayField(label=_("自何日起执行"), help_text=_("已结算的订单按当时的办法分配"))
    shares = forms.CharField(required=False, widget=forms.HiddenInput)

    def given(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("shares", "attached")}
        return said | {"files": read_papers(self.cleaned_data["attached"])}


def shares_of(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Filed shares as the rows of the form."""
    return [{"to": one.to, "person": one.staff_id, "name": one.name, "percent": one.bp} for one in shares]


def read_papers(files: Sequence[Any]) -> list[Paper]:
    return [Paper(file.name or "", file.read()) for file in files]
