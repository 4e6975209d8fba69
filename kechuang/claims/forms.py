"""Forms of claims and payouts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.claims.states import MACHINE, OPENING_LABELS
from kechuang.documents.states import KIND_LABELS, Kind
from kechuang.kernel.money import Fen
from kechuang.ui.forms import FilesField, FilterForm, Form, TextField, YuanField

_PAPERS = [Kind.INVOICE, Kind.CONTRACT, Kind.REPORT, Kind.OWN_SHARE, Kind.EVIDENCE]


ALL = "all"  # of the list: closed ones too


class QueueForm(FilterForm):
    words = forms.CharField(label=_("编号或名称"), required=False)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("在办")), (ALL, _("全部")), *((str(state), label) for state, label in MACHINE.labels.items())],
    )
    checked = forms.ChoiceField(
        label=_("材料"),
        required=False,
        choices=[("", _("全部")), ("yes", _("全部相符")), ("no", _("有不符或缺失"))],
    )


class PapersForm(Form):
    kind = forms.ChoiceField(label=_("材料种类"), choices=[(str(kind), KIND_LABELS[kind]) for kind in _PAPERS])
    files = FilesField(  # type: ignore[assignment]
        label=_("文件"), help_text=_("发票请上传税务平台下载的 XML、OFD 或 PDF 原件；手机可直接拍照上传其他材料。")
    )


class AllocationsForm(Form):
    """分摊: how each invoice is spread over orders; an invoice without a line is this order's alone."""

    def __init__(self, *args: Any, numbers: Sequence[str] = (), orders: Mapping[str, str] | None = None, **kw: Any):
        super().__init__(*args, **kw)
        self.cells = {
            f"line-{number}-{order_id}": (number, order_id) for number in numbers for order_id in orders or {}
        }
        for name, (_number, order_id) in self.cells.items():
            self.fields[name] = YuanField(label=(orders or {})[order_id], required=False)

    def by_invoice(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each invoice, for the page."""
        found: dict[str, list[forms.BoundField]] = {}
        for name, (number, _order_id) in self.cells.items():
            found.setdefault(number, []).append(self[name])
        return list(found.items())

    def allocations(self) -> dict[str, dict[str, Fen]]:
        found: dict[str, dict[str, Fen]] = {}
        for name, (number, order_id) in self.cells.items():
            if fen := self.cleaned_data.get(name):
                found.setdefault(number, {})[order_id] = fen
        return found


class ReasonForm(Form):
    reason = TextField(label=_("理由"), help_text=_("理由会送达服务机构，并随档案保存。"))


class ConfirmForm(Form):
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    note = TextField(
        label=_("核对情况"), required=False, help_text=_("写明不符或缺失之处如何核对、为何仍予确认；随档案保存。")
    )
    confirmed_fen = YuanField(label=_("确认金额（元）"), required=False)


class NoticeForm(Form):
    title = forms.CharField(label=_("公示标题"), max_length=200)
    reason = TextField(label=_("更正的原因"), help_text=_("更正后公示期重新计算。"))


class OpeningForm(Form):
    kind = forms.ChoiceField(
        label=_("表格内容"), choices=[(str(kind), label) for kind, label in OPENING_LABELS.items()]
    )
    region = forms.ChoiceField(label=_("区、县（市）"))
    scheme = forms.ChoiceField(label=_("执行的规则"))
    file = forms.FileField(label=_("表格文件"), help_text=_("xlsx、xls 或 CSV，第一行为表头。"))

    def __init__(self, *args: Any, regions: Mapping[str, str], schemes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = list(regions.items())  # type: ignore[attr-defined]
        self.fields["scheme"].choices = list(schemes.items())  # type: ignore[attr-defined]
