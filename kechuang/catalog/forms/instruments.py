"""Forms of instruments: the sheet in six sections, so that nobody stands before sixty fields; files, keys, exports."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.catalog import queries
from kechuang.catalog.states import (
    CATEGORY_LABELS,
    CLEARANCE_LABELS,
    EXPORT_LABELS,
    FUND_LABELS,
    INSTRUMENT_KINDS,
    OFFER_KIND_LABELS,
    OFFER_MACHINE,
    OPEN_MODE_LABELS,
    RESOURCE_KINDS,
    RUN_LABELS,
    SEVERAL_MAX,
    SHARE_MODE_LABELS,
    SHEET_CHARS,
    SHEET_LABELS,
    SOURCE_LABELS,
)
from kechuang.ui.forms import DayField, FilesField, FilterForm, Form, TextField, YuanField

_DEGREES = re.compile(r"(-?)(\d{1,3})(?:\.(\d{1,6}))?")


def choices(labels: Mapping[Any, str], *, empty: str = "") -> list[tuple[str, str]]:
    found = [(str(code), gettext(label)) for code, label in labels.items()]
    return [("", empty), *found] if empty else found


def class_choices() -> list[Any]:
    """Every class an instrument may carry, under its middle class; with the code, by which people look for it."""
    found: list[Any] = [("", gettext("请选择"))]
    for big in queries.class_tree():
        for middle in big.inner or (big,):
            leaves = [leaf for leaf in (middle, *middle.inner) if leaf.assignable]
            group = big.name if middle is big else f"{big.name} / {middle.name}"
            if leaves:
                found.append((group, [(leaf.code, f"{leaf.code} {leaf.name}") for leaf in leaves]))
    return found


class DegreesField(forms.CharField):
    """Degrees with up to six places (30.123456); cleans to millionths."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if typed in self.empty_values:
            return None
        match = _DEGREES.fullmatch(str(typed).strip())
        if not match:
            raise ValidationError(gettext("请填写度数，例如 30.001234"), code="invalid")
        sign = -1 if match[1] else 1
        return sign * (int(match[2]) * 1_000_000 + int((match[3] or "").ljust(6, "0")))

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        whole, rest = divmod(abs(value), 1_000_000)
        return f"{'-' if value < 0 else ''}{whole}.{rest:06d}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class ListField(forms.CharField):
    """Several short texts, separated by commas; cleans to a list."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value) or ""
        return [part for part in (one.strip() for one in re.split(r"[,，、;；]", str(typed))) if part]

    def prepare_value(self, value: Any) -> Any:
        return "，".join(value) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        if len(value) > SEVERAL_MAX or any(len(one) > SEVERAL_MAX * 15 for one in value):
            raise ValidationError(gettext("最多四项，每项不超过 60 字"), code="invalid")


def _words(name: str, **more: Any) -> forms.CharField:
    return forms.CharField(label=_(SHEET_LABELS[name]), max_length=SHEET_CHARS[name], required=False, **more)


def _long(name: str, **more: Any) -> TextField:
    return TextField(label=_(SHEET_LABELS[name]), max_length=SHEET_CHARS[name], required=False, **more)


def _day(name: str) -> DayField:
    return DayField(label=_(SHEET_LABELS[name]), required=False)


class SectionForm(Form):
    """One section of the sheet. Its fields are columns; `values` is what the command takes."""

    LABELS: Mapping[str, Mapping[Any, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, labels in self.LABELS.items():
            field = self.fields[name]
            several = isinstance(field, forms.MultipleChoiceField)
            empty = "" if several or field.required else gettext("未填")
            field.choices = choices(labels, empty=empty)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class BasicForm(SectionForm):
    name = forms.CharField(label=_("名称"), max_length=200)
    english_name = _words("english_name")
    class_code = forms.ChoiceField(
        label=_("仪器分类编码"), help_text=_("现行国家代码集，须选到最末一级"), required=False
    )
    model = _words("model")
    maker = _words("maker")
    country = _words("country")
    own_number = _words("own_number")
    gs1_code = _words("gs1_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_code"].choices = class_choices()  # type: ignore[attr-defined]


class NewInstrumentForm(BasicForm):
    LABELS = {"kind": {kind: OFFER_KIND_LABELS[kind] for kind in INSTRUMENT_KINDS}}
    kind = forms.ChoiceField(label=_("类型"))
    inner_number = forms.CharField(label=_("仪器编号"), max_length=60, help_text=_("本单位内唯一，登记后不改"))

    field_order = ("kind", "inner_number", "name")

    def values(self) -> dict[str, Any]:
        apart = ("kind", "inner_number", "name", "class_code")
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}


class OriginForm(SectionForm):
    LABELS = {"source": SOURCE_LABELS, "category": CATEGORY_LABELS, "funds": FUND_LABELS}
    source = forms.ChoiceField(label=_("设备来源"))
    category = forms.ChoiceField(label=_("仪器设备类别"), required=False)
    original_value_fen = YuanField(label=_("原值（元）"), required=False, help_text=_("以元为单位；导出时换算为万元"))
    booked_on = _day("booked_on")
    started_on = _day("started_on")
    retired_on = _day("retired_on")
    funds = forms.MultipleChoiceField(label=_("购置经费来源"), widget=forms.CheckboxSelectMultiple, required=False)
    resource_kind = forms.ChoiceField(label=_("所属资源载体类型"), required=False)
    resource = _words("resource")
    department = _words("department")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", gettext("未填")), *((kind, gettext(kind)) for kind in RESOURCE_KINDS)]
        self.fields["resource_kind"].choices = kinds  # type: ignore[attr-defined]


class AbilityForm(SectionForm):
    indicators = _long("indicators")
    functions = _long("functions")
    purpose = _long("purpose")
    application_area = _long("application_area")
    subjects = ListField(label=_("主要学科领域"), required=False, help_text=_("最多四项，用逗号分隔"))
    yearly_hours_hundredths = YuanField(label=_("年运行机时（小时）"), required=False)
    external_hours_hundredths = YuanField(label=_("年对外服务机时（小时）"), required=False)


class ServiceForm(SectionForm):
    LABELS = {"open_modes": OPEN_MODE_LABELS, "share_mode": SHARE_MODE_LABELS}
    open_modes = forms.MultipleChoiceField(label=_("开放方式"), widget=forms.CheckboxSelectMultiple)
    share_mode = forms.ChoiceField(label=_("共享方式"))
    content = TextField(label=_("服务内容"), required=False, help_text=_("显示在资源目录中"))
    process = TextField(label=_("服务流程"), required=False)
    services = _long("services", help_text=_("分析测试项目，上报用，不超过 200 字"))
    notice = _long("notice")
    charges = _long("charges")
    booking_url = forms.URLField(label=_("预约服务网址"), max_length=300, required=False, assume_scheme="https")


class PlaceForm(SectionForm):
    province = _words("province")
    city = _words("city")
    county = _words("county")
    street = _words("street")
    latitude_e6 = DegreesField(label=_("纬度"), required=False, help_text=_("例如 30.001234；用于按距离查找"))
    longitude_e6 = DegreesField(label=_("经度"), required=False)
    contact = _words("contact")
    phone = _words("phone")
    email = forms.EmailField(label=_("电子邮箱"), max_length=200, required=False)
    mail_address = _words("mail_address")
    postcode = _words("postcode")


class CustomsForm(SectionForm):
    under_customs = forms.BooleanField(
        label=_("在海关监管年限内"),
        required=False,
        help_text=_("减免税进口的仪器，对外服务须有补税记录或海关《通知书》"),
    )
    declaration_number = _words("declaration_number")
    declaration_item = _words("declaration_item")
    released_on = _day("released_on")
    declared_name = _words("declared_name")


SECTIONS: dict[str, tuple[Any, type[SectionForm]]] = {
    "basic": (_("基本信息"), BasicForm),
    "origin": (_("来源与资产"), OriginForm),
    "ability": (_("指标与功能"), AbilityForm),
    "service": (_("服务与开放"), ServiceForm),
    "place": (_("安放与联系"), PlaceForm),
    "customs": (_("海关监管"), CustomsForm),
}


class StatusForm(Form):
    status = forms.ChoiceField(label=_("运行状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices(RUN_LABELS)  # type: ignore[attr-defined]


class PictureForm(Form):
    picture = forms.FileField(label=_("图片"), help_text=_("jpg，1M 以内"))


class ClearanceForm(Form):
    kind = forms.ChoiceField(label=_("海关手续"))
    number = forms.CharField(label=_("编号"), max_length=64)
    valid_from = DayField(label=_("自何日起"))
    last_on = DayField(label=_("至何日"), required=False, help_text=_("含当天；长期有效可不填"))
    paper = forms.FileField(label=_("文书"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices(CLEARANCE_LABELS)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        last = data["last_on"]
        until = last + timedelta(days=1) if last else None
        return {"kind": data["kind"], "number": data["number"], "valid_from": data["valid_from"], "valid_until": until}


class InstrumentsForm(FilterForm):
    q = forms.CharField(label=_("名称、编号或型号"))
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = choices(OFFER_MACHINE.labels, empty=gettext("全部"))  # type: ignore[attr-defined]


class WorkbookForm(Form):
    file = forms.FileField(label=_("仪器信息表"), help_text=_("xls、xlsx 或 csv，最多 50,000 行"))
    pictures = FilesField(label=_("图片"), required=False, help_text=_("与表中“图片”一列同名的 jpg，每张 1M 以内"))
    good_rows_only = forms.ChoiceField(label=_("遇到错误时"), widget=forms.RadioSelect, initial="")
    dry_run = forms.BooleanField(label=_("只检查，不导入"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["good_rows_only"]
        field.choices = [("", gettext("一行也不导入")), ("yes", gettext("只导入合格行"))]  # type: ignore[attr-defined]
        field.required = False


class ExportForm(FilterForm):
    """Which instruments leave in which form; sent by GET, so that an address can be kept."""

    form = forms.ChoiceField(label=_("格式"))
    carrier = forms.ChoiceField(label=_("创新载体"))
    region = forms.ChoiceField(label=_("行政区划"))
    least = forms.ChoiceField(label=_("原值"))

    def __init__(
        self,
        *args: Any,
        carriers: Mapping[str, str],
        regions: Mapping[str, str],
        levels: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = choices(EXPORT_LABELS)  # type: ignore[attr-defined]
        self.fields["least"].choices = [("", gettext("不限")), *levels.items()]  # type: ignore[attr-defined]
        for name, found, empty in (("carrier", carriers, _("全部载体")), ("region", regions, "")):
            if found:
                field = self.fields[name]
                field.choices = [("", str(empty)), *found.items()] if empty else list(found.items())  # type: ignore[attr-defined]
            else:
                del self.fields[name]


class PushKeyForm(Form):
    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("由哪个系统使用，例如：本校设备管理系统"))
