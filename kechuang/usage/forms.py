"""Forms of service records, runs, meters, baselines and papers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.kernel.errors import Refusal
from kechuang.ui.forms import CreditCodeField, DayField, FilterForm, Form, TextField, YuanField, refused
from kechuang.usage.rules import hours_text, read_hours
from kechuang.usage.states import (
    AUDIENCE_LABELS,
    CLIENT_LABELS,
    METER_GAP_MINUTES,
    ORIGIN_LABELS,
    PURPOSE_LABELS,
    RATING_LABELS,
    WATTS_MAX,
    WAY_LABELS,
    Audience,
    ClientRole,
    Purpose,
    Way,
)

_ONE_DAY = timedelta(days=1)


def choices(labels: Mapping[Any, str], *, empty: str | None = None) -> list[tuple[str, str]]:
    found = [(str(code), gettext(label)) for code, label in labels.items()]
    return found if empty is None else [("", empty), *found]


class MomentField(forms.DateTimeField):
    """A day and a time of day, in Beijing's time."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S"])
        super().__init__(**kwargs)


class HoursField(forms.CharField):
    """Hours as typed (2.5); cleans to minutes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if typed in self.empty_values:
            return None
        try:
            return read_hours(str(typed))
        except Refusal as refusal:
            raise refused(refusal) from refusal

    def prepare_value(self, value: Any) -> Any:
        return hours_text(value).replace(",", "") if isinstance(value, int) else value


class ListForm(FilterForm):
    q = forms.CharField(label=_("编号、服务名称、企业"))
    audience = forms.ChoiceField(label=_("服务对象"))
    origin = forms.ChoiceField(label=_("录入方式"))
    from_on = DayField(label=_("服务日期自"))
    until_on = DayField(label=_("至"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = choices(AUDIENCE_LABELS, empty=gettext("全部"))  # type: ignore[attr-defined]
        self.fields["origin"].choices = choices(ORIGIN_LABELS, empty=gettext("全部"))  # type: ignore[attr-defined]


class RecordForm(Form):
    """One service record, most needed first: a phone shows it in this order."""

    instrument = forms.ChoiceField(label=_("仪器"), required=False)
    title = forms.CharField(label=_("服务名称（课题）"), max_length=200)
    from_at = MomentField(label=_("开始时间"))
    until_at = MomentField(label=_("结束时间"))
    hours = HoursField(
        label=_("服务机时（小时）"), required=False, help_text=_("不填：用仪器的按起止时间计，不用仪器的计 0")
    )
    audience = forms.ChoiceField(label=_("服务对象"))
    client_role = forms.ChoiceField(label=_("对象类别"))
    client_name = forms.CharField(label=_("企业（单位）名称"), max_length=200, required=False)
    client_code = CreditCodeField(label=_("统一社会信用代码"), required=False)
    amount = YuanField(label=_("服务金额（元，含税）"), required=False)
    voucher = YuanField(label=_("其中创新券抵扣（元）"), required=False)
    operator_id = forms.ChoiceField(label=_("服务人员"), required=False)
    reports = forms.IntegerField(label=_("出具报告数"), min_value=0, max_value=10_000, required=False)
    report_numbers = forms.CharField(
        label=_("报告编号"), max_length=500, required=False, help_text=_("几个编号用逗号分开")
    )
    content = TextField(label=_("服务内容"), required=False)
    way = forms.ChoiceField(label=_("服务方式"))
    purpose = forms.ChoiceField(label=_("服务类型"))
    internal_number = forms.CharField(
        label=_("服务记录内部编号"), max_length=64, required=False, help_text=_("不填则自动编号")
    )
    order_number = forms.CharField(
        label=_("订单号（合同号）"),
        max_length=64,
        required=False,
        help_text=_("同一订单的几次服务计一家次；本平台订单结算时自动形成记录，无需填报"),
    )
    fund = forms.CharField(
        label=_("经费来源"),
        max_length=60,
        required=False,
        help_text=_("按本单位的说法填写；国家表有 17 个选项，其名称未见公开，暂不设选项"),
    )
    discipline = forms.CharField(label=_("学科"), max_length=60, required=False)
    applicant = forms.CharField(label=_("申请人"), max_length=60, required=False)
    applicant_phone = forms.CharField(label=_("申请人电话"), max_length=24, required=False)
    applicant_email = forms.EmailField(label=_("申请人邮箱"), required=False)
    applicant_unit = forms.CharField(label=_("申请人单位"), max_length=200, required=False)
    client_property = forms.CharField(label=_("企业性质"), max_length=60, required=False)
    client_type = forms.CharField(label=_("企业类型"), max_length=60, required=False)
    rating = forms.ChoiceField(label=_("评价"), required=False)
    on_premises = forms.BooleanField(label=_("在单位内使用"), required=False, initial=True)
    outside_address = forms.CharField(label=_("对外服务地址"), max_length=200, required=False)
    signed_agreement = forms.BooleanField(label=_("已签协议"), required=False)
    tax_supplement = forms.CharField(label=_("补税记录"), max_length=64, required=False)
    customs_notice = forms.CharField(label=_("海关《通知书》编号"), max_length=64, required=False)

    MORE = (
        "way", "purpose", "internal_number", "order_number", "fund", "discipline", "applicant", "applicant_phone",
        "applicant_email", "applicant_unit", "client_property", "client_type", "rating", "on_premises", "outside_address",
        "signed_agreement", "tax_supplement", "customs_notice",
    )  # fmt: skip

    def __init__(self, *args: Any, instruments: Mapping[str, str], people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = {
            "instrument": [("", gettext("不用仪器的服务")), *instruments.items()],
            "operator_id": [("", gettext("未填")), *people.items()],
            "audience": choices(AUDIENCE_LABELS),
            "client_role": choices(CLIENT_LABELS),
            "way": choices(WAY_LABELS),
            "purpose": choices(PURPOSE_LABELS),
            "rating": choices(RATING_LABELS, empty=gettext("未评价")),
        }
        for name, options in given.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        for name, first in (("audience", Audience.OUTSIDE), ("way", Way.TECHNIQUE), ("purpose", Purpose.DEVELOPMENT)):
            self.fields[name].initial = str(first)

    @property
    def main_fields(self) -> list[Any]:
        return [bound for bound in self if bound.name not in self.MORE]

    @property
    def more_fields(self) -> list[Any]:
        return [bound for bound in self if bound.name in self.MORE]

    def said(self) -> dict[str, Any]:
        """What the form says, by the fields of a draft."""
        data = dict(self.cleaned_data)
        numbers = data.pop("report_numbers").replace("，", ",").split(",")
        return data | {
            "instrument_id": data.pop("instrument"),
            "minutes": data.pop("hours"),
            "amount_fen": data.pop("amount") or 0,
            "voucher_fen": data.pop("voucher") or 0,
            "reports": data.get("reports") or 0,
            "report_numbers": tuple(one.strip() for one in numbers if one.strip()),
            "way": Way(data["way"]),
            "audience": Audience(data["audience"]),
            "purpose": Purpose(data["purpose"]),
            "client_role": ClientRole(data["client_role"]),
        }


class ReasonForm(Form):
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("写明原记录哪里有误；原版本保留可查"))


class StartForm(Form):
    title = forms.CharField(label=_("做什么（课题、样品）"), max_length=200)
    audience = forms.ChoiceField(label=_("为谁使用"))
    client_name = forms.CharField(
        label=_("企业（单位）名称"), max_length=200, required=False, help_text=_("外部用户必填")
    )
    client_code = CreditCodeField(label=_("统一社会信用代码"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = choices(AUDIENCE_LABELS)  # type: ignore[attr-defined]


class StopForm(Form):
    until_at = MomentField(label=_("实际结束时间"), required=False, help_text=_("现在结束的不填；补填的按填报（C）计"))
    amount_fen = YuanField(label=_("服务金额（元，含税）"), required=False)
    reports = forms.IntegerField(label=_("出具报告数"), min_value=0, max_value=10_000, required=False)
    content = TextField(label=_("服务内容"), required=False)


class TableForm(Form):
    file = forms.FileField(label=_("服务记录表（xlsx、xls、CSV）"))
    mode = forms.ChoiceField(label=_("有错误的行怎么办"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [  # type: ignore[attr-defined]
            ("whole", gettext("全部正确才导入")),
            ("good", gettext("只导入正确的行")),
            ("try", gettext("只检查，不导入")),
        ]
        self.fields["mode"].initial = "whole"


class MeterForm(Form):
    instrument = forms.ChoiceField(label=_("仪器"))
    name = forms.CharField(label=_("装置名称"), max_length=100)
    threshold_watts = forms.IntegerField(
        label=_("功率门槛（瓦）"),
        min_value=1,
        max_value=WATTS_MAX,
        help_text=_("达到此功率计为有效机时，低于此值为待机"),
    )
    gap_minutes = forms.IntegerField(
        label=_("读数最长间隔（分钟）"), min_value=1, max_value=120, initial=METER_GAP_MINUTES
    )

    def __init__(self, *args: Any, instruments: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = list(instruments.items())  # type: ignore[attr-defined]


class KeyForm(Form):
    carrier = forms.ChoiceField(label=_("创新载体"))
    key_name = forms.CharField(label=_("用途（对接的系统）"), max_length=100)

    def __init__(self, *args: Any, carriers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"].choices = list(carriers.items())  # type: ignore[attr-defined]


class BaselineForm(Form):
    year = forms.IntegerField(label=_("基准年"), min_value=2000, max_value=2999)
    utilisation = YuanField(label=_("使用率（%）"))
    source = forms.CharField(label=_("来源"), max_length=300, help_text=_("例如：2014 年度科研仪器设备统计报告"))


class YearForm(FilterForm):
    year = forms.ChoiceField(label=_("年度"))

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(str(year), str(year)) for year in years]  # type: ignore[attr-defined]


class PaperForm(Form):
    person = forms.ChoiceField(label=_("服务人员"))
    first_on = DayField(label=_("服务日期自"))
    last_on = DayField(label=_("至（含当日）"))

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = list(people.items())  # type: ignore[attr-defined]

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "person_id": data["person"],
            "valid_from": data["first_on"],
            "valid_until": data["last_on"] + _ONE_DAY,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("first_on") and data.get("last_on") and data["last_on"] < data["first_on"]:
            self.add_error("last_on", gettext("止日不早于起日"))
        return data


class CodeForm(FilterForm):
    code = forms.CharField(label=_("验证码"))
