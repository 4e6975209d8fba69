"""Forms of evaluations: opening one, a carrier's self-report, the office's judgement, an appeal and its answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.documents.states import KIND_LABELS, Kind
from kechuang.evaluation.commands import Corrected
from kechuang.evaluation.queries import Line
from kechuang.evaluation.states import POINT, PROGRAMME_LABELS
from kechuang.ui.forms import FilesField, FilterForm, Form, TextField


class OpenForm(Form):
    region = forms.ChoiceField(label=_("考核机关"))
    scheme = forms.ChoiceField(label=_("考核办法"))
    year = forms.TypedChoiceField(label=_("考核年度"), coerce=int)
    title = forms.CharField(label=_("考核名称"), max_length=200)

    def __init__(
        self,
        *args: Any,
        regions: Mapping[str, str],
        schemes: Mapping[str, str],
        years: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("region", regions), ("scheme", schemes), ("year", years)):
            self.fields[name].choices = list(choices.items())  # type: ignore[attr-defined]


class ReportForm(Form):
    """自评: one field for each indicator that only the carrier knows, and a statement."""

    statement = TextField(label=_("自评说明"), max_length=2000)

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [line.name for line in lines if line.asked]
        for line in lines:
            if line.asked:
                field = forms.IntegerField(label=line.label, min_value=0, initial=line.value or 0)
                self.fields[f"value-{line.name}"] = field
        self.order_fields([*(f"value-{name}" for name in self.asked), "statement"])

    def values(self) -> dict[str, int | str]:
        return {name: self.cleaned_data[f"value-{name}"] for name in self.asked}


class PapersForm(Form):
    kind = forms.ChoiceField(
        label=_("材料种类"),
        choices=[(str(kind), KIND_LABELS[kind]) for kind in (Kind.EVIDENCE, Kind.REPORT, Kind.CERTIFICATE)],
    )
    files = FilesField(label=_("文件"))  # type: ignore[assignment]


class JudgeForm(Form):
    """评审: points for what figures cannot tell, and an opinion."""

    words = TextField(label=_("评审意见"), max_length=1000)

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.judged = [line.name for line in lines if line.judged]
        for line in lines:
            if line.judged:
                field = forms.DecimalField(
                    label=line.label, min_value=0, max_digits=6, decimal_places=2, help_text=_points(line.full)
                )
                self.fields[f"points-{line.name}"] = field
        self.order_fields([*(f"points-{name}" for name in self.judged), "words"])

    def points(self) -> dict[str, int]:
        return {name: int(self.cleaned_data[f"points-{name}"] * POINT) for name in self.judged}


class AnswerForm(Form):
    """答复申诉: whether it is upheld, an answer, and what is corrected; the system's own data are read anew."""

    upheld = forms.BooleanField(
        label=_("申诉成立"),
        required=False,
        help_text=_("成立的：系统数据按现在的记录重新读取，并按下面更正的评分、自评数重新计分，同组重新定级。"),
    )
    words = TextField(label=_("答复意见"), max_length=1000)

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.judged = [line.name for line in lines if line.judged]
        self.asked = [line.name for line in lines if line.asked]
        for line in lines:
            if line.judged:
                self.fields[f"points-{line.name}"] = forms.DecimalField(
                    label=line.label,
                    min_value=0,
                    max_digits=6,
                    decimal_places=2,
                    required=False,
                    help_text=_points(line.full),
                )
            elif line.asked:
                self.fields[f"value-{line.name}"] = forms.IntegerField(label=line.label, min_value=0, required=False)

    def corrected(self) -> Corrected:
        said = self.cleaned_data
        points = {name: said[f"points-{name}"] for name in self.judged if said.get(f"points-{name}") is not None}
        values = {name: said[f"value-{name}"] for name in self.asked if said.get(f"value-{name}") is not None}
        return Corrected({name: int(one * POINT) for name, one in points.items()}, values)


def _points(full: int) -> str:
    return str(_("满分 {points} 分")).format(points=f"{full / POINT:g}")


class ReasonForm(Form):
    reason = TextField(label=_("理由"), max_length=500)


class RevokeForm(Form):
    reason = TextField(label=_("撤销理由"), max_length=500)


class AppealForm(Form):
    words = TextField(label=_("申诉理由"), max_length=1000)


class ProgrammeForm(FilterForm):
    programme = forms.ChoiceField(label=_("用于"), choices=[("", _("全部")), *PROGRAMME_LABELS.items()])
