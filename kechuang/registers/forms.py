"""Forms of registers: finding, applying, certificates, deciding."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.registers.rules import GROUNDS, Condition
from kechuang.registers.states import CASE_LABELS, CaseKind
from kechuang.ui.forms import DayField, FilterForm, Form, TextField

_CONDITION = "condition_"


def _with_all(choices: Mapping[str, str]) -> list[tuple[str, str]]:
    return [("", gettext("全部")), *choices.items()]


class LibraryForm(FilterForm):
    q = forms.CharField(label=_("名称"))
    region = forms.ChoiceField(label=_("所在县（区、市）"))
    entrant_class = forms.ChoiceField(label=_("机构类别"))
    register = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, classes: Mapping[str, str], counties: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entrant_class"].choices = _with_all(classes)  # type: ignore[attr-defined]
        self.fields["region"].choices = _with_all(dict(counties))  # type: ignore[attr-defined]


class QueueForm(FilterForm):
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, states: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = _with_all({code: gettext(label) for code, label in states.items()})  # type: ignore[attr-defined]


class ApplyForm(Form):
    """What an application asks; the figures are those of the scheme's conditions."""

    entrant_class = forms.ChoiceField(label=_("机构类别"))
    unit = forms.ChoiceField(label=_("申请入库的单位"), required=False)
    region = forms.ChoiceField(label=_("受理申请的县（区、市）"), required=False)
    statement = TextField(
        label=_("专业服务能力"), help_text=_("可以为企业做什么：主要设备、人员、服务过的领域"), required=False
    )

    def __init__(
        self,
        *args: Any,
        classes: Mapping[str, str],
        units: Mapping[str, str],
        counties: Sequence[tuple[str, str]],
        conditions: Sequence[Condition],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entrant_class"].choices = list(classes.items())  # type: ignore[attr-defined]
        if units:
            self.fields["unit"].choices = [("", gettext("整个单位")), *units.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["unit"]
        if counties:
            self.fields["region"].choices = list(counties)  # type: ignore[attr-defined]
            self.fields["region"].required = True
        else:
            del self.fields["region"]
        for one in conditions:
            label = f"{one.label}（{one.unit}）"
            self.fields[_CONDITION + one.name] = forms.IntegerField(label=label, min_value=0, required=False)

    def facts(self) -> dict[str, int]:
        """The figures given, by the conditions' names."""
        given = self.cleaned_data.items()
        return {
            name.removeprefix(_CONDITION): value
            for name, value in given
            if name.startswith(_CONDITION) and value is not None
        }


class CertificateForm(Form):
    kind = forms.ChoiceField(label=_("证书种类"))
    number = forms.CharField(label=_("证书编号"), max_length=64)
    issuer = forms.CharField(label=_("发证机关"), max_length=120)
    valid_from = DayField(label=_("发证日期"))
    last_on = DayField(label=_("有效期至（含当日）"), help_text=_("长期有效的留空"), required=False)
    file = forms.FileField(label=_("证书文件"), help_text=_("PDF、OFD 或图片，不超过 20 MB"))

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The arguments of the command; the last day that is printed is the day before the period ends."""
        data, last_on = self.cleaned_data, self.cleaned_data["last_on"]
        return {
            "kind": data["kind"],
            "number": data["number"],
            "issuer": data["issuer"],
            "valid_from": data["valid_from"],
            "valid_until": last_on + timedelta(days=1) if last_on else None,
            "file_name": data["file"].name,
            "content": data["file"].read(),
        }


class OpinionForm(Form):
    opinion = TextField(label=_("审核意见"), required=False)


class ReasonForm(Form):
    reason = TextField(label=_("理由"), help_text=_("理由将送达机构，并存入办理过程"))


class StopForm(ReasonForm):
    article = forms.CharField(label=_("依据条款"), max_length=200)


class RevokeForm(StopForm):
    ground = forms.ChoiceField(label=_("情形"))
    field_order = ("ground", "reason", "article")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in CaseKind if kind in GROUNDS]
        self.fields["ground"].choices = [(kind.value, gettext(CASE_LABELS[kind])) for kind in kinds]  # type: ignore[attr-defined]


class NoteForm(Form):
    note = TextField(label=_("核查情况"))


class OutcomeForm(Form):
    outcome = TextField(label=_("核查结论"), help_text=_("办结后如需恢复接单，请在机构页面另行办理"))
