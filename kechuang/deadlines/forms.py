"""Entering a year's holidays."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kechuang.ui.forms import Form, TextField

_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日")


class DaysField(TextField):
    """Days, one a line; cleans to a list of dates. The line that is no day is named."""

    def clean(self, value: object) -> list[date]:
        return [self._day(line) for line in str(super().clean(value)).split("\n") if line.strip()]

    def _day(self, line: str) -> date:
        for written in _FORMS:
            try:
                return forms.DateField(input_formats=[written]).clean(line.strip())
            except ValidationError:
                continue
        raise ValidationError(_("“%(line)s”不是日期，请写成 2027-01-01"), params={"line": line.strip()})


class YearForm(Form):
    year = forms.IntegerField(label=gettext_lazy("年份"), min_value=2000, max_value=2100)
    document = forms.CharField(label=gettext_lazy("文件名称和文号"), max_length=200)
    holidays = DaysField(label=gettext_lazy("放假日（每行一天，只写落在周一至周五的）"), required=False)
    workdays = DaysField(label=gettext_lazy("补班日（每行一天）"), required=False)
