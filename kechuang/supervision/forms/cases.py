"""Forms of case files and clawbacks."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.kernel.actor import Role
from kechuang.supervision.commands import Upload
from kechuang.supervision.states.cases import (
    CASE_MACHINE,
    CLAWBACK_MACHINE,
    DECISION_CHARS_MAX,
    LETTER_CHARS_MAX,
    REASON_CHARS_MAX,
    SOURCE_LABELS,
    Source,
)
from kechuang.ui.forms import DayField, FilterForm, Form, TextField, YuanField


class TitleForm(Form):
    """What a case is about; where it comes from and about whom is known already."""

    title = forms.CharField(label=_("案由"), max_length=200, help_text=_("如“发票与订单不符，疑似虚构服务”"))

    def given(self) -> dict[str, Any]:
        return {"title": self.cleaned_data["title"]}


class OpenForm(TitleForm):
    """On a claim also about which of its two sides, and from where."""

    side = forms.ChoiceField(
        label=_("当事人"),
        widget=forms.RadioSelect,
        help_text=_("款项付给服务机构，只有对服务机构的案卷可以暂停拨付、追回；对企业的案卷可以处罚"),
    )
    source = forms.ChoiceField(label=_("立案来源"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, sides: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one), gettext(SOURCE_LABELS[one])) for one in (Source.OFFICE, Source.FINDING)]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]
        self.fields["side"].choices = list(sides)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"title": said["title"], "side": Role(said["side"]), "source": Source(said["source"])}


class TextForm(Form):
    """What is written: to the party, or why."""

    text = TextField(label=_("内容"), widget=forms.Textarea(attrs={"rows": "4"}))

    def given(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"]}


class ClearForm(TextForm):
    text = TextField(label=_("内容"), max_length=DECISION_CHARS_MAX)


class AskForm(TextForm):
    text = TextField(
        label=_("询问内容"),
        max_length=LETTER_CHARS_MAX,
        help_text=_("写明要说明的事项和要补的材料；送达后开始计答复期限"),
    )


class ReplyForm(TextForm):
    text = TextField(label=_("答复"), max_length=LETTER_CHARS_MAX, help_text=_("逐项说明事实；可附一个证明文件"))
    file = forms.FileField(label=_("证明材料"), required=False)

    def given(self) -> dict[str, Any]:
        brought = self.cleaned_data.get("file")
        return {
            "text": self.cleaned_data["text"],
            "file": Upload(brought.name, brought.read()) if brought else None,
        }


class ReasonForm(Form):
    reason = TextField(
        label=_("理由"),
        max_length=REASON_CHARS_MAX,
        help_text=_("将告知当事人"),
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class StrikeForm(ReasonForm):
    reason = TextField(
        label=_("理由"),
        max_length=REASON_CHARS_MAX,
        help_text=_("将告知登记的财政"),
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


class AddForm(Form):
    number = forms.CharField(label=_("兑付申请、订单或补助结算单编号"), max_length=64)

    def given(self) -> dict[str, Any]:
        return {"number": self.cleaned_data["number"]}


class DecisionForm(TextForm):
    """The decision, and beside each paid claim or subsidy how much of it is asked back; nothing where nothing is."""

    text = TextField(label=_("认定的事实和决定"), max_length=DECISION_CHARS_MAX)

    def __init__(self, *args: Any, claims: Sequence[tuple[str, str, int]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claims = {f"back_{place}": claim_id for place, (claim_id, _number, _fen) in enumerate(claims)}
        for name, (_claim_id, number, fen) in zip(self.claims, claims, strict=True):
            label = gettext("追回 %(number)s（元）") % {"number": number}
            self.fields[name] = YuanField(
                label=label, required=False, initial=fen, help_text=_("不追回的请清空；不得超过实际已付")
            )

    def given(self) -> dict[str, Any]:
        asked = {claim_id: self.cleaned_data[name] for name, claim_id in self.claims.items()}
        return {
            "text": self.cleaned_data["text"],
            "clawbacks": {key: fen for key, fen in asked.items() if fen is not None},
        }


class InstalForm(Form):
    """How many equal parts, from when; how far apart they are is the rules'."""

    count = forms.IntegerField(label=_("期数"), min_value=1, max_value=60)
    first_on = DayField(label=_("第一期缴回日"))

    def given(self) -> dict[str, Any]:
        return {"count": self.cleaned_data["count"], "first_on": self.cleaned_data["first_on"]}


class ReceiveForm(Form):
    """What the bank slip says."""

    position = forms.IntegerField(widget=forms.HiddenInput)
    fen = YuanField(label=_("到账金额（元）"), help_text=_("本金与利息合计；利息计至到账日"))
    on = DayField(label=_("到账日"))
    reference = forms.CharField(label=_("银行流水号"), max_length=120)

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("position", "fen", "on", "reference")}


class CaseListForm(FilterForm):
    words = forms.CharField(label=_("案由、当事人或编号"))
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(str(state), gettext(label)) for state, label in CASE_MACHINE.labels.items()]
        self.fields["state"].choices = [("", gettext("全部")), *states]  # type: ignore[attr-defined]


class ClawbackListForm(FilterForm):
    state = forms.ChoiceField(label=_("状态"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(str(state), gettext(label)) for state, label in CLAWBACK_MACHINE.labels.items()]
        self.fields["state"].choices = [("", gettext("全部")), *states]  # type: ignore[attr-defined]
