"""Forms of samples: the declaration, and each hand they pass through."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.bookings.commands import Declared, Picture
from kechuang.bookings.rules.samples import (
    AFTERWARDS_LABELS,
    HAZARD_LABELS,
    STORAGE_LABELS,
    Afterwards,
    Hazard,
    Storage,
)
from kechuang.ui.forms import DayField, Form, TextField


class SampleForm(Form):
    """What the sender declares (送样单)."""

    name = forms.CharField(label=_("样品名称"), max_length=120)
    count = forms.IntegerField(label=_("件数"), min_value=1, max_value=9_999, initial=1)
    wanted = TextField(label=_("检测要求"), required=False, help_text=_("检测项目、标准号、数据要求"))
    expected_on = DayField(label=_("预计送达"))
    hazard = forms.ChoiceField(label=_("危险性"), widget=forms.RadioSelect, initial=str(Hazard.NONE))
    hazard_note = TextField(label=_("危险性说明"), required=False, help_text=_("有危险性的，写明成分和防护要求"))
    storage = forms.ChoiceField(label=_("保存条件"))
    afterwards = forms.ChoiceField(label=_("检后处置"))
    return_address = forms.CharField(
        label=_("退还地址"), max_length=200, required=False, help_text=_("收件人、电话、地址；代为处置的不填")
    )
    group = forms.CharField(label=_("课题组"), max_length=120, required=False)
    fund_number = forms.CharField(label=_("经费号"), max_length=60, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, internal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"hazard": HAZARD_LABELS, "storage": STORAGE_LABELS, "afterwards": AFTERWARDS_LABELS}
        for name, texts in labels.items():
            self.fields[name].choices = [(str(code), gettext(text)) for code, text in texts.items()]  # type: ignore[attr-defined]
        for name in ("wanted", "hazard_note"):
            self.fields[name].widget.attrs["rows"] = "2"
        if internal:
            self.fields["group"].required = self.fields["fund_number"].required = True
        else:
            del self.fields["group"]
            del self.fields["fund_number"]

    def given(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        key = said.pop("key")
        said["hazard"], said["storage"] = Hazard(said["hazard"]), Storage(said["storage"])
        said["afterwards"] = Afterwards(said["afterwards"])
        return {"sample": Declared(**said), "key": key}


class CourierForm(Form):
    courier = forms.CharField(label=_("快递公司"), max_length=60, help_text=_("自行送达或领取的填“自送”“自取”"))
    number = forms.CharField(label=_("快递单号或经手人"), max_length=60)

    def given(self) -> dict[str, Any]:
        return {"courier": self.cleaned_data["courier"], "number": self.cleaned_data["number"]}


class ReceiveForm(Form):
    photo = forms.FileField(
        label=_("收样照片"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )
    place = forms.CharField(label=_("存放位置"), max_length=120, required=False)
    ready_on = DayField(label=_("预计完成"), required=False)
    note = TextField(label=_("样品状况"), required=False)

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "photo": picture(said["photo"]),
            "place": said["place"],
            "ready_on": said["ready_on"],
            "note": said["note"],
        }


class RejectForm(Form):
    reason = TextField(label=_("拒收理由"), help_text=_("将告知送样方"))
    photo = forms.FileField(
        label=_("照片"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"], "photo": picture(self.cleaned_data["photo"])}


class PassOnForm(Form):
    who = forms.CharField(label=_("交给"), max_length=60)
    place = forms.CharField(label=_("存放位置"), max_length=120, required=False)
    note = TextField(label=_("说明"), required=False)

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("who", "place", "note")}


class FinishForm(Form):
    settle_by_on = DayField(label=_("最迟退还或处置日"))
    note = TextField(label=_("说明"), required=False)

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("settle_by_on", "note")}


class DisposeForm(Form):
    note = TextField(label=_("处置方式"), help_text=_("将告知送样方"))

    def given(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"]}


def picture(file: Any) -> Picture | None:
    return Picture(file.name, file.read()) if file else None
