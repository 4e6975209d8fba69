"""Forms of complaints and sanctions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.supervision.commands import Upload
from kechuang.supervision.states.sanctions import COMPLAINT_KIND_LABELS, ComplaintKind, Rung
from kechuang.ui.forms import CreditCodeField, Form, TextField


class ComplaintForm(Form):
    """Of whom, about what, with which evidence."""

    credit_code = CreditCodeField(label=_("被投诉单位的统一社会信用代码"))
    kind = forms.ChoiceField(label=_("投诉事项"), widget=forms.RadioSelect)
    order_number = forms.CharField(
        label=_("订单编号"), max_length=64, required=False, help_text=_("与订单有关的请填写")
    )
    text = TextField(label=_("投诉内容"), help_text=_("写明何时、何事、有什么依据；您的姓名不向被投诉单位显示"))
    file = forms.FileField(label=_("证据材料"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one), gettext(COMPLAINT_KIND_LABELS[one])) for one in ComplaintKind]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        brought = said.get("file")
        return {
            "credit_code": said["credit_code"],
            "kind": ComplaintKind(said["kind"]),
            "order_number": said["order_number"],
            "text": said["text"],
            "file": Upload(brought.name, brought.read()) if brought else None,
        }


class ProposeForm(Form):
    """Which rung, and on which grounds."""

    rung = forms.ChoiceField(label=_("处置"), widget=forms.RadioSelect)
    grounds = TextField(label=_("事实和理由"), help_text=_("将告知当事人，当事人可在期限内申辩"))

    def __init__(self, *args: Any, rungs: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rung"].choices = list(rungs)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {"rung": Rung(self.cleaned_data["rung"]), "grounds": self.cleaned_data["grounds"]}


class OpinionForm(Form):
    text = TextField(label=_("决定和理由"), widget=forms.Textarea(attrs={"rows": "3"}))

    def given(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"]}


class ImposeForm(OpinionForm):
    receiver = forms.CharField(label=_("移送机关和文号（移送时填写）"), max_length=300, required=False)

    def given(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "receiver": self.cleaned_data["receiver"]}
