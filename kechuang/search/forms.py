"""What an editor types of an entry, and the list's filters."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from kechuang.search import rules
from kechuang.search.states import MACHINE, NAME_MAX, SYNONYM_KIND_LABELS, SynonymKind
from kechuang.ui.forms import FilterForm, Form, TextField

CODE_MAX = 32


class EntryForm(Form):
    """An entry of the synonyms; names stand one a line."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=CODE_MAX,
        help_text=gettext_lazy("小写字母和数字，以后不再改动，例如 sem"),
    )
    name = forms.CharField(label=gettext_lazy("标准名称"), max_length=NAME_MAX)
    english = forms.CharField(label=gettext_lazy("英文名称"), max_length=120, required=False)
    aliases = TextField(
        label=gettext_lazy("其他名称（每行一个）"),
        required=False,
        help_text=gettext_lazy("简称、英文缩写、旧称、常见写法；繁体、全角和大小写不必另列"),
    )
    leads = TextField(
        label=gettext_lazy("可用的仪器类型代码（每行一个，最适合的在前）"),
        required=False,
        help_text=gettext_lazy("仅检测需求填写，例如 coatthick"),
    )
    samples = TextField(
        label=gettext_lazy("预览时另外试查的检索词（每行一个）"),
        required=False,
        help_text=gettext_lazy("不填则试查本条目的各个名称"),
    )

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, gettext(label)) for kind, label in SYNONYM_KIND_LABELS.items()]  # type: ignore[attr-defined]
        for name in ("kind", "code") if fixed else ():
            self.fields[name].disabled = True

    def entry(self) -> rules.Synonym:
        given = self.cleaned_data
        return rules.Synonym(
            code=given["code"],
            kind=SynonymKind(given["kind"]),
            name=given["name"],
            english=given["english"],
            aliases=rules.split_names(given["aliases"]),
            leads=rules.split_names(given["leads"]),
        )

    def tried(self) -> tuple[str, ...]:
        return rules.split_names(self.cleaned_data["samples"])


class SynonymFilter(FilterForm):
    text = forms.CharField(label=gettext_lazy("名称或代码"))
    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    state = forms.ChoiceField(label=gettext_lazy("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(str(kind), gettext(label)) for kind, label in SYNONYM_KIND_LABELS.items()]
        states = [(str(state), gettext(label)) for state, label in MACHINE.labels.items()]
        self.fields["kind"].choices = [("", "—"), *kinds]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", "—"), *states]  # type: ignore[attr-defined]


class FileForm(Form):
    file = forms.FileField(label=gettext_lazy("CSV 文件（首行为表头）"))
