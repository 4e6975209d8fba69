"""Forms of one's own organisation, of payee accounts, and of imports."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.credit.commands import Upload
from kechuang.credit.states import LABELS
from kechuang.parties.states import CAPACITY_LABELS, DECISION_LABELS, Capacity
from kechuang.ui.forms import DayField, Form, TextField

_CHANGES = (("name", _("名称")), ("credit_code", _("统一社会信用代码")), ("region", _("注册地（区划代码）")))


def upload_of(form: Form, field: str) -> Upload | None:
    """The file that came in a field, read whole; nothing when none came."""
    given = form.cleaned_data.get(field)
    return Upload(given.name, given.read()) if given else None


class SignForm(Form):
    read = forms.BooleanField(label=_("本人已阅读并同意上述承诺，谁承诺，谁负责"))
    letter = forms.FileField(label=_("授权书（被授权人签署时）"), required=False)


class MemberForm(Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    identity = forms.CharField(
        label=_("公民身份号码"),
        max_length=20,
        help_text=_("用于在政务网登录时找到同一个人；平台不保存号码本身"),
    )
    phone = forms.CharField(label=_("手机号码"), max_length=24, required=False)
    capacity = forms.ChoiceField(label=_("身份"))
    unit = forms.ChoiceField(label=_("限于二级单位"), required=False)
    letter = forms.FileField(label=_("授权书（被授权人须附）"), required=False)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        joining = [one for one in Capacity if one is not Capacity.LEGAL_REPRESENTATIVE]
        self.fields["capacity"].choices = [  # type: ignore[attr-defined]
            (str(one), gettext(CAPACITY_LABELS[one])) for one in joining
        ]
        self.fields["unit"].choices = [("", gettext("全单位")), *units]  # type: ignore[attr-defined]


class UnitForm(Form):
    name = forms.CharField(
        label=_("二级单位名称"), max_length=120, help_text=_("如二级学院、研究所；没有独立的信用代码")
    )


class AccountForm(Form):
    holder_name = forms.CharField(label=_("户名"), max_length=200, help_text=_("须与单位名称一致"))
    bank_name = forms.CharField(label=_("开户银行"), max_length=120)
    bank_code = forms.CharField(label=_("联行号"), max_length=12, required=False)
    number = forms.CharField(
        label=_("银行账号"),
        max_length=48,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    unit = forms.ChoiceField(label=_("限于二级单位"), required=False)
    proof = forms.FileField(label=_("开户证明"), required=False)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", gettext("全单位")), *units]  # type: ignore[attr-defined]


class OutsiderAccountForm(AccountForm):
    """A payee seated where no bureau of ours is: the county applied to confirms the account."""

    region = forms.ChoiceField(label=_("由哪个区、县（市）科技局确认"))

    def __init__(self, *args: Any, counties: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = counties  # type: ignore[attr-defined]


class ReasonForm(Form):
    reason = TextField(label=_("理由"))


class ChangeForm(Form):
    what = forms.ChoiceField(label=_("变更事项"), choices=_CHANGES)
    value = forms.CharField(label=_("变更后"), max_length=200)
    on = DayField(label=_("自何日起"))
    proof = forms.FileField(label=_("变更证明"), required=False)


class ListForm(Form):
    list_code = forms.ChoiceField(label=_("名单"))
    issuer = forms.CharField(label=_("发布机关"), max_length=120)
    source = forms.CharField(label=_("来源（公告名称、文号或网址）"), max_length=300)
    as_of = DayField(label=_("名单截至"))
    region = forms.ChoiceField(label=_("适用地区"), required=False)
    table = forms.FileField(label=_("名单表格（xlsx、xls 或 CSV）"))
    dry_run = forms.BooleanField(label=_("仅校验，不写入"), required=False)

    def __init__(self, *args: Any, regions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["list_code"].choices = [  # type: ignore[attr-defined]
            (str(code), gettext(label)) for code, label in LABELS.items()
        ]
        self.fields["region"].choices = [("", gettext("全部地区")), *regions]  # type: ignore[attr-defined]


class TableForm(Form):
    table = forms.FileField(label=_("单位表格（xlsx、xls 或 CSV）"))
    dry_run = forms.BooleanField(label=_("仅校验，不写入"), required=False)


class WordsForm(Form):
    """Why: of a reply, of what is upheld or taken off."""

    words = TextField(label=_("理由"), widget=forms.Textarea(attrs={"rows": "3"}))


class DecisionForm(Form):
    """A decision about a party by document: which, what, why."""

    kind = forms.ChoiceField(label=_("决定事项"), widget=forms.RadioSelect)
    party = forms.CharField(label=_("主体"), max_length=200, help_text=_("统一社会信用代码或登记的全称"))
    into = forms.CharField(
        label=_("并入的主体（合并时填写）"), max_length=200, required=False, help_text=_("存续一方的代码或全称")
    )
    new_name = forms.CharField(label=_("新名称（更名时填写）"), max_length=200, required=False)
    document = forms.CharField(label=_("文号"), max_length=120, help_text=_("市场监管部门的登记通知书或本局决定的文号"))
    reason = TextField(label=_("理由"), widget=forms.Textarea(attrs={"rows": "2"}))
    proof = forms.FileField(label=_("决定或登记文件"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (str(kind), gettext(label)) for kind, label in DECISION_LABELS.items()
        ]
