"""The provider's forms: rules of a calendar, times that nobody can book, outside calendars, training, qualification."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.bookings.rules import RULE_NAMES
from kechuang.bookings.states import (
    BLOCK_LABELS,
    BLOCK_WEEKS_MAX,
    CONFIRMATION_LABELS,
    MINUTES_IN_HOUR,
    RULE_LABELS,
    SOURCE_LABELS,
    WEEKDAY_LABELS,
    BlockKind,
    Confirmation,
    SourceKind,
)
from kechuang.ui.forms import DayField, Form, TextField

_SPAN = re.compile(r"^(\d{1,2}):(\d{2})\s*[-–—~\u81f3]\s*(\d{1,2}):(\d{2})$")
_PARTS = re.compile(r"[,，;；、]")
_SHUT = ("", "-", "—")  # how people write that nobody is there


class MomentField(forms.DateTimeField):
    """A day and a time of day in Beijing; read as an instant."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "300"}, format="%Y-%m-%dT%H:%M")
        kwargs.setdefault("widget", widget)
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
        super().__init__(**kwargs)


class HoursField(forms.Field):
    """The open hours of one weekday, typed as 08:00-12:00，13:00-17:00; empty is shut. Cleans to minutes of the day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"placeholder": "08:00-12:00，13:00-17:00", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> list[list[int]]:
        typed = str(value or "").replace("：", ":").strip()
        if typed in _SHUT:
            return []
        return [self._span(part.strip()) for part in _PARTS.split(typed) if part.strip()]

    def _span(self, part: str) -> list[int]:
        found = _SPAN.match(part)
        if found is None:
            raise ValidationError(gettext("请按“08:00-12:00，13:00-17:00”的形式填写"), code="hours")
        begin_hour, begin, end_hour, end = map(int, found.groups())
        return [begin_hour * MINUTES_IN_HOUR + begin, end_hour * MINUTES_IN_HOUR + end]


def hours_typed(day: list[list[int]]) -> str:
    """Open hours as they would be typed."""
    return "，".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in day)


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, MINUTES_IN_HOUR)
    return f"{hour:02d}:{rest:02d}"


class RulesForm(Form):
    """All rules of one calendar (预约规则); a limit of 0 is no limit."""

    def __init__(self, *args: Any, standing: Mapping[str, Any], **kwargs: Any) -> None:
        week = standing["hours"]
        begin = {name: standing[name] for name in RULE_NAMES if name != "hours"}
        begin |= {f"hours_{day}": hours_typed(week[day]) for day in range(len(WEEKDAY_LABELS))}
        kwargs["initial"] = {**begin, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for day, weekday in enumerate(WEEKDAY_LABELS):
            self.fields[f"hours_{day}"] = HoursField(label=gettext(weekday))
        for name in RULE_NAMES:
            if name != "hours":
                self.fields[name] = _rule_field(name, standing[name])

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        hours = [said[f"hours_{day}"] for day in range(len(WEEKDAY_LABELS))]
        return {"hours": hours} | {name: said[name] for name in RULE_NAMES if name != "hours"}


GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("开放时间"), tuple(f"hours_{day}" for day in range(7))),
    (
        _("时段"),
        (
            "granularity_minutes",
            "min_minutes",
            "max_minutes",
            "gap_minutes",
            "overnight",
            "notice_minutes",
            "horizon_days",
        ),
    ),
    (
        _("谁可以预约"),
        ("qualified_only", "internal_only", "day_minutes_max", "week_minutes_max", "open_bookings_max"),
    ),
    (_("确认与取消"), ("confirmation", "confirm_within_minutes", "cancel_minutes", "offer_minutes")),
    (_("爽约"), ("no_show_after_minutes", "strikes_max", "strike_days", "stop_days", "late_counts")),
    (_("告知使用者"), ("note", "sample_address")),
)


def grouped(form: RulesForm) -> list[tuple[str, list[Any]]]:
    """The fields of the rules under their headings, none left out."""
    found = [(str(title), [form[name] for name in names]) for title, names in GROUPS]
    rest = [form[name] for name in form.fields if not any(name in names for _title, names in GROUPS)]
    return [*found, (gettext("其他"), rest)] if rest else found


def _rule_field(name: str, value: object) -> forms.Field:
    label = gettext(RULE_LABELS[name])
    if isinstance(value, bool):
        return forms.BooleanField(label=label, required=False)
    if name == "confirmation":
        choices = [(str(one), gettext(text)) for one, text in CONFIRMATION_LABELS.items()]
        return forms.ChoiceField(label=label, choices=choices, initial=str(Confirmation.AUTOMATIC))
    if isinstance(value, int):
        return forms.IntegerField(label=label, min_value=0, error_messages={"invalid": gettext("请填写整数")})
    return TextField(label=label, required=False, max_length=200 if name == "sample_address" else 500)


class BlockForm(Form):
    """A time that nobody can book. A breakdown or an absence comes before bookings, the others behind them."""

    kind = forms.ChoiceField(label=_("原因"))
    from_at = MomentField(label=_("开始"))
    until_at = MomentField(label=_("结束"))
    weeks = forms.IntegerField(
        label=_("每周重复（次）"),
        min_value=1,
        max_value=BLOCK_WEEKS_MAX,
        initial=1,
        required=False,
        help_text=_("仅用于维护和停用；1 为不重复"),
    )
    reason = TextField(label=_("说明"), required=False, help_text=_("故障和缺席的说明将告知受影响的预约人"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = (BlockKind.MAINTENANCE, BlockKind.BLACKOUT, BlockKind.BREAKDOWN, BlockKind.ABSENCE)
        self.fields["kind"].choices = [(str(kind), gettext(BLOCK_LABELS[kind])) for kind in shown]  # type: ignore[attr-defined]
        self.fields["reason"].widget.attrs["rows"] = "2"


class SourceForm(Form):
    """Busy times from the carrier's own system, by its consent."""

    kind = forms.ChoiceField(label=_("接入方式"))
    address = forms.CharField(
        label=_("iCal 地址"),
        max_length=500,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://…/calendar.ics"}
        ),
        help_text=_("读取日历时填写；由对方系统推送的不填"),
    )
    consents = forms.BooleanField(
        label=_("本单位同意平台读取该日历的占用时段，仅用于避免重复预约，可随时停止"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(str(kind), gettext(SOURCE_LABELS[kind])) for kind in SourceKind]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"kind": said["kind"], "address": said["address"], "consents": said["consents"]}


class ScheduleForm(Form):
    at = MomentField(label=_("培训时间"))
    place = forms.CharField(label=_("地点"), max_length=120, required=False)

    def given(self) -> dict[str, Any]:
        return {"at": self.cleaned_data["at"], "place": self.cleaned_data["place"]}


class PassForm(Form):
    trained_on = DayField(label=_("培训日期"))
    last_on = DayField(label=_("资格最后有效日"), required=False, help_text=_("不填为长期有效"))

    def given(self) -> dict[str, Any]:
        return {"trained_on": self.cleaned_data["trained_on"], "valid_until": _after(self.cleaned_data["last_on"])}


class RenewForm(Form):
    last_on = DayField(label=_("资格最后有效日"), required=False, help_text=_("不填为长期有效"))

    def given(self) -> dict[str, Any]:
        return {"valid_until": _after(self.cleaned_data["last_on"])}


class TrainingForm(Form):
    note = TextField(label=_("说明"), required=False, help_text=_("已有的操作经验、希望的时间"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["rows"] = "2"


class OverrideForm(Form):
    """A booking past the rules, with the reason, for oneself or for a known user (例外安排)."""

    user = forms.ChoiceField(label=_("为谁安排"))
    from_at = MomentField(label=_("开始"))
    until_at = MomentField(label=_("结束"))
    purpose = TextField(label=_("用途"), required=False)
    reason = TextField(label=_("例外理由"), help_text=_("将告知使用人并存入办理过程"))

    def __init__(self, *args: Any, users: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = [(" ", gettext("本机构自用")), *users.items()]  # type: ignore[attr-defined]
        for name in ("purpose", "reason"):
            self.fields[name].widget.attrs["rows"] = "2"

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        holder_id, _space, person_id = said["user"].partition(" ")
        times = {name: said[name] for name in ("from_at", "until_at", "purpose", "reason")}
        return {"holder_id": holder_id, "person_id": person_id, **times}


class GrantForm(PassForm):
    """A qualification without a training held here (以往培训、外单位证书)."""

    instrument = forms.ChoiceField(label=_("仪器"))
    user = forms.ChoiceField(label=_("人员"))

    def __init__(self, *args: Any, instruments: Mapping[str, str], users: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = list(instruments.items())  # type: ignore[attr-defined]
        self.fields["user"].choices = list(users.items())  # type: ignore[attr-defined]
        self.order_fields(["instrument", "user", "trained_on", "last_on"])

    def given(self) -> dict[str, Any]:
        _holder, _space, person_id = self.cleaned_data["user"].partition(" ")
        return {"instrument_id": self.cleaned_data["instrument"], "person_id": person_id, **super().given()}


def _after(last_on: Any) -> Any:
    """People name the last day, records the first day after it."""
    return None if last_on is None else last_on + timedelta(days=1)
