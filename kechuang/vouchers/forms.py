"""Forms of vouchers: applying, filtering, deciding."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.ui.forms import FilesField, FilterForm, Form, TextField, YuanField
from kechuang.vouchers.commands import Declared, Upload
from kechuang.vouchers.states import MACHINE


class ApplyForm(Form):
    """What is asked for, and what the applicant says of itself where no list knows it."""

    scheme = forms.ChoiceField(label=_("申领的创新券"))
    requested = YuanField(label=_("申领额度（元）"), help_text=_("核发额度不超过规则规定的每张券额度"))
    purpose = TextField(label=_("拟开展的研发或检测服务"), required=False)
    labels = forms.MultipleChoiceField(
        label=_("自行声明的资格"),
        help_text=_("已在主管部门名单中的不必声明；自行声明的须附证明，转人工审核"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    staff_count = forms.IntegerField(label=_("从业人员数"), required=False, min_value=0)
    revenue = YuanField(label=_("上一年度营业收入（元）"), required=False)
    capital = YuanField(label=_("注册资本（元）"), required=False)
    evidence = FilesField(label=_("证明材料"), required=False)

    def __init__(self, *args: Any, schemes: Mapping[str, str], labels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].choices = list(schemes.items())  # type: ignore[attr-defined]
        self.fields["labels"].choices = [(code, gettext(label)) for code, label in labels.items()]  # type: ignore[attr-defined]

    def declared(self) -> Declared:
        given = self.cleaned_data
        return Declared(
            labels=tuple(given["labels"]),
            staff_count=given["staff_count"],
            revenue_fen=given["revenue"],
            capital_fen=given["capital"],
            purpose=given["purpose"],
        )

    def uploads(self) -> list[Upload]:
        return [Upload(file.name or "", file.read()) for file in self.cleaned_data["evidence"]]


class ListForm(FilterForm):
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(str(state), gettext(label)) for state, label in MACHINE.labels.items()]
        self.fields["state"].choices = [("", gettext("全部")), *states]  # type: ignore[attr-defined]


class IssueForm(Form):
    face = YuanField(label=_("核发额度（元）"), required=False, help_text=_("不填按申领额度核发，不超过规则规定的额度"))

    def given(self) -> dict[str, Any]:
        return {"face_fen": self.cleaned_data["face"]}


class ReasonForm(Form):
    reason = TextField(label=_("理由"), help_text=_("将告知申领人"))

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class WithdrawForm(Form):
    reason = TextField(label=_("理由"), required=False)

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}
