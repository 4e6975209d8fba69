"""Forms of notices: finding, objecting, answering."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kechuang.ui.forms import FilterForm, Form, TextField


class FindForm(FilterForm):
    words = forms.CharField(label=_("名称、编号或事项"), required=False)


class ObjectForm(Form):
    reason = TextField(
        label=_("异议理由和依据"), help_text=_("写明哪一项不实、依据是什么。您的姓名不会向被公示方和公众公开。")
    )


class HandleForm(Form):
    upheld = forms.TypedChoiceField(
        label=_("处理意见"),
        choices=[("no", _("异议不成立")), ("yes", _("异议成立"))],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
    )
    reply = TextField(label=_("答复"), help_text=_("答复送达异议人，并随公示归档。"))
