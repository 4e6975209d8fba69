"""Forms of sign-in, choosing a side, substitutes and imports."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.kernel.actor import ROLE_LABELS
from kechuang.kernel.errors import Refusal
from kechuang.parties.rules import APPOINTED_BY_CITY
from kechuang.ui.forms import CreditCodeField, DayField, Form, TextField, refused


class SignInForm(Form, LoginForm):
    """Sign-in name and password; allauth checks them, the words are ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("登录名"), _("密码")
        password.help_text = ""
        for one in (login, password):
            one.widget.attrs.pop("placeholder", None)


class SubstituteForm(Form):
    """Who stands in for me, from when until when; the last day is included in what is typed."""

    office = forms.ChoiceField(label=_("岗位"))
    substitute = forms.ChoiceField(label=_("代理人"))
    valid_from = DayField(label=_("自"))
    last_day = DayField(label=_("至（含当日）"))
    reason = TextField(label=_("事由"), widget=forms.Textarea(attrs={"rows": "2"}))

    def __init__(
        self, *args: Any, offices: list[tuple[str, str]], colleagues: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = offices  # type: ignore[attr-defined]
        self.fields["substitute"].choices = colleagues  # type: ignore[attr-defined]

    def refuse(self, refusal: Refusal) -> None:
        """The period's end is typed as its last day."""
        if refusal.field == "valid_until":
            self.add_error("last_day", refused(refusal))
            return
        super().refuse(refusal)


class AppointForm(Form):
    """Who gets which office where, from when until when, by which document."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    identity = forms.CharField(
        label=_("公民身份号码"), max_length=20, help_text=_("只用于找到同一个人；平台不保存号码本身")
    )
    phone = forms.CharField(label=_("手机号码"), max_length=24, required=False)
    role = forms.ChoiceField(label=_("岗位"))
    region = forms.ChoiceField(label=_("地区"))
    valid_from = DayField(label=_("自"))
    last_day = DayField(label=_("至（含当日，可不填）"), required=False)
    document = forms.CharField(label=_("任命文号"), max_length=120)

    def __init__(self, *args: Any, regions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = regions  # type: ignore[attr-defined]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (str(role), gettext(ROLE_LABELS[role])) for role in ROLE_LABELS if role in APPOINTED_BY_CITY
        ]

    def refuse(self, refusal: Refusal) -> None:
        """The period's end is typed as its last day."""
        if refusal.field == "valid_until":
            self.add_error("last_day", refused(refusal))
            return
        super().refuse(refusal)


class StandInForm(Form):
    """模拟政务网登录：what the real service would know of who signs in."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    identity = forms.CharField(
        label=_("公民身份号码"), max_length=20, help_text=_("只用于找到同一个人；平台不保存号码本身")
    )
    phone = forms.CharField(label=_("手机号码"), max_length=24, required=False)


class StandInLegalForm(StandInForm):
    organisation = forms.CharField(label=_("单位名称"), max_length=200)
    credit_code = CreditCodeField(label=_("统一社会信用代码"))
    region = forms.ChoiceField(label=_("注册地"))
    represents = forms.BooleanField(label=_("本人是法定代表人"), required=False)

    def __init__(self, *args: Any, regions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = regions  # type: ignore[attr-defined]


class ImportForm(Form):
    """A table of organisations; the first press only checks."""

    table = forms.FileField(label=_("表格（xlsx 或 CSV）"))
    dry_run = forms.BooleanField(label=_("仅校验，不写入"), required=False, initial=True)
