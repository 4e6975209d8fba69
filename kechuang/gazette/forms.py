"""Trying a worked case with other figures; writing an interpretation."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.gazette.states import NOTE_CHARS_MAX
from kechuang.gazette.templatetags.gazette import name_of
from kechuang.policy.book import Pack
from kechuang.policy.cases import Case
from kechuang.ui.forms import DayField, Form, TextField, YuanField

_INNER = ("facts", "used", "expected")


class TryForm(Form):
    """The figures of one worked case; whatever is not shown stays as the case has it."""

    rules_on = DayField(label=_("按哪一天的规则"))

    def __init__(self, pack: Pack, case: Case, data: Any = None) -> None:
        super().__init__(data, initial={"rules_on": case.on} | dict(_flat(case.given)))
        self.case = case
        for name, value in _flat(case.given):
            if field := _field(pack, name, value):
                self.fields[name] = field
                field.error_messages["required"] = _("请填写{label}").format(label=field.label)

    def given(self) -> dict[str, Any]:
        """What the case is given, with what was typed in its place."""
        return _filled(self.case.given, self.cleaned_data)


class NoteForm(Form):
    """A dated 解释口径 on one parameter."""

    parameter = forms.ChoiceField(label=_("参数"))
    issuer = forms.ChoiceField(label=_("解释机关"))
    on = DayField(label=_("自哪一天起"))
    text = TextField(label=_("解释口径"), max_length=NOTE_CHARS_MAX)

    def __init__(self, pack: Pack, data: Any = None, *, on: date) -> None:
        super().__init__(data, initial={"on": on})
        self.fields["parameter"].choices = [(name, one.meaning) for name, one in pack.parameters.items()]  # type: ignore[attr-defined]
        self.fields["issuer"].choices = [(one, one) for one in pack.interpreters]  # type: ignore[attr-defined]


def _flat(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = []
    for name, value in given.items():
        found += list(value.items()) if name in _INNER else [(name, value)]
    return found


def _filled(given: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _filled(value, typed) if name in _INNER else typed.get(name, value) for name, value in given.items()}


def _field(pack: Pack, name: str, value: Any) -> forms.Field | None:
    label = name_of(name)
    if isinstance(value, bool):
        return forms.BooleanField(label=label, required=False)
    if name.endswith("_fen") and isinstance(value, int):
        return YuanField(label=label)
    if isinstance(value, date):
        return DayField(label=label)
    if isinstance(value, str) and name in pack.words:
        return forms.ChoiceField(label=label, choices=list(pack.words[name].items()))
    if name.endswith("_zone"):
        return forms.ChoiceField(label=label, choices=[("in", _("本地区")), ("out", _("外地"))])
    return None
