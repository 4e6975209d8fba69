"""Form fields of the trade and the base of every form: errors stand at the field and in a summary on top."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from kechuang.kernel.errors import Refusal
from kechuang.kernel.identifiers import credit_code
from kechuang.kernel.money import Fen, fen_from_yuan, yuan
from kechuang.kernel.text import halfwidth, tidy
from kechuang.ui import words

FIRST_YEAR, LAST_YEAR = 1900, 2999  # technical: days that can still be counted on from


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of the summary on top; `target` is the id of the control it leads to, "" for the whole form."""

    text: str
    target: str


def refused(refusal: Refusal) -> ValidationError:
    """A Refusal as the error of a field: the rule with its figure, then the remedy."""
    parts = [words.refusal_text(refusal), words.refusal_remedy(refusal)]
    return ValidationError(_("。").join(part.rstrip("。.") for part in parts if part), code=refusal.code)


class YuanField(forms.CharField):
    """An amount typed in yuan (12,345.67); cleans to Fen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "k-yuan", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if typed in self.empty_values:
            return None
        try:
            return fen_from_yuan(str(typed))
        except Refusal as refusal:
            raise refused(refusal) from refusal

    def prepare_value(self, value: Any) -> Any:
        """An amount of the record is shown in yuan; what was typed is shown as it was typed."""
        return yuan(Fen(value)) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class DayField(forms.DateField):
    """A legal day; 2026-02-28, 2026/2/28 and 2026年2月28日 are read. Far years are slips: nothing is counted from them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"])
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(halfwidth(value) if isinstance(value, str) else value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class CreditCodeField(forms.CharField):
    """统一社会信用代码, checked whole; cleans to its one written form."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"class": "k-code", "autocomplete": "off", "autocapitalize": "characters"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        if typed in self.empty_values:
            return ""
        try:
            return credit_code(str(typed))
        except Refusal as refusal:
            raise refused(refusal) from refusal


class TextField(forms.CharField):
    """Longer text; control characters and outer white space are taken away."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": "4"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return tidy(str(super().to_python(value) or ""))


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; cleans to a list. Content is checked by `documents`, not here."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", _FilesInput(attrs={"multiple": True}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        given = data if isinstance(data, list | tuple) else [data]
        given = [one for one in given if one] or [None]
        cleaned = [super(FilesField, self).clean(one, initial) for one in given]
        return [one for one in cleaned if one]


def error_lines(form: forms.BaseForm) -> Iterator[FormError]:
    """Every error of a form once, in its order: text and where it leads to. Also for forms that are not ours."""
    for text in form.non_field_errors():
        yield FormError(str(text), "")
    for bound in form:
        for text in bound.errors:
            named = str(text) if str(bound.label) in text else f"{bound.label}：{text}"
            yield FormError(named, _target(bound))


class Form(forms.Form):
    """The base of every form. `error_lines` is the summary, `refuse` puts a Refusal where it belongs."""

    required_css_class = "required"
    use_required_attribute = False  # the page's own words, at the field and in the summary, instead of the browser's

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = str(field.label or name)
            field.error_messages["required"] = _ask_for(field).format(label=label)

    def refuse(self, refusal: Refusal) -> None:
        """Shows a Refusal at the field it names, or for the whole form; what was typed stays."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, refused(refusal))

    def error_lines(self) -> Iterator[FormError]:
        """The summary on top; see `error_lines`."""
        return error_lines(self)


class FilterForm(Form):
    """Filters of a list: sent by GET so that they stay in the address; nothing in it is required."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def chosen(self) -> dict[str, Any]:
        """The filters in use; a filter that cannot be read counts as not set and says so at its field."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}


def _ask_for(field: forms.Field) -> str:
    """The words for a field that was left empty."""
    if isinstance(field, forms.FileField):
        return _("请选择文件：{label}")
    if isinstance(field, forms.BooleanField):
        return _("请勾选：{label}")
    if isinstance(field, forms.ChoiceField):
        return _("请选择{label}")
    return _("请填写{label}")


def _target(bound: BoundField) -> str:
    return str(bound.id_for_label or bound.auto_id or "")
