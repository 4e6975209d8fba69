"""Choosing a time by phone and keyboard: a day and a length, then one of the free times."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kechuang.bookings.rules import Span
from kechuang.bookings.states import MINUTES_IN_HOUR, MODE_LABELS, Mode
from kechuang.ui import clock
from kechuang.ui.days import words
from kechuang.ui.forms import DayField, FilterForm, Form, TextField

FINE_CHOICES = 8  # choices of a length before they get coarser


def as_chosen(instant: datetime) -> str:
    """An instant as a choice of a form names it, in Beijing's time whatever it was read in."""
    return instant.astimezone(clock.LEGAL_ZONE).isoformat()


def minutes_in_words(minutes: int) -> str:
    """90 as 1 小时 30 分钟."""
    hours, rest = divmod(minutes, MINUTES_IN_HOUR)
    parts = [
        gettext("{hours} 小时").format(hours=hours) if hours else "",
        gettext("{rest} 分钟").format(rest=rest) if rest else "",
    ]
    return " ".join(part for part in parts if part)


def span_in_words(span: Span) -> str:
    """3月11日（周二） 09:00–11:00; over night the second day is said too."""
    return f"{words(clock.day(span.from_at))} {hours_in_words(span)}"


def hours_in_words(span: Span) -> str:
    """09:00–11:00; over night 22:00–次日 06:00."""
    begin, end = span.from_at.astimezone(clock.LEGAL_ZONE), span.until_at.astimezone(clock.LEGAL_ZONE)
    days = (end.date() - begin.date()).days
    until = f"{end:%H:%M}"
    if days and until == "00:00":
        days, until = days - 1, "24:00"
    if days == 1:
        until = gettext("次日 {time}").format(time=until)
    elif days:
        until = f"{words(end.date())} {until}"
    return f"{begin:%H:%M}–{until}"


def lengths(*, least: int, most: int, grain: int) -> list[tuple[str, str]]:
    """The lengths to choose from: by the grid at first, coarser the longer they are, the longest always."""
    found, step = [least], grain
    while found[-1] < most:
        found.append(min((found[-1] // step + 1) * step, most))
        if len(found) % FINE_CHOICES == 0:
            step *= 2
    return [(str(minutes), minutes_in_words(minutes)) for minutes in found]


class TimeForm(FilterForm):
    """The day, the length and the way of use; sent by GET, so that a chosen time has an address."""

    day = DayField(label=_("日期"))
    minutes = forms.ChoiceField(label=_("时长"))
    mode = forms.ChoiceField(label=_("使用方式"))

    def __init__(
        self, *args: Any, length_choices: Sequence[tuple[str, str]], modes: Iterable[Mode], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].choices = length_choices  # type: ignore[attr-defined]
        self.fields["mode"].choices = [(str(mode), gettext(MODE_LABELS[mode])) for mode in modes]  # type: ignore[attr-defined]
        if len(self.fields["mode"].choices) == 1:  # type: ignore[attr-defined]
            self.fields["mode"].widget = forms.HiddenInput()


class BookForm(Form):
    """One of the free times, for what, and for internal users from which fund."""

    from_at = forms.ChoiceField(label=_("选择开始时间"), widget=forms.RadioSelect)
    also = forms.MultipleChoiceField(
        label=_("同时预约（同一时段）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose = TextField(label=_("用途"), required=False, help_text=_("样品、项目或要求，供操作人员准备"))
    group = forms.CharField(label=_("课题组"), max_length=120, required=False)
    fund_number = forms.CharField(label=_("经费号"), max_length=60, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, spans: Sequence[Span], internal: bool, others: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.spans = {as_chosen(span.from_at): span for span in spans}
        self.fields["from_at"].choices = [(key, hours_in_words(span)) for key, span in self.spans.items()]  # type: ignore[attr-defined]
        self.fields["purpose"].widget.attrs["rows"] = "2"
        if others:
            self.fields["also"].choices = list(others.items())  # type: ignore[attr-defined]
        else:
            del self.fields["also"]
        if internal:
            self.fields["group"].required = self.fields["fund_number"].required = True
        else:
            del self.fields["group"]
            del self.fields["fund_number"]

    def given(self, instrument_id: str) -> dict[str, Any]:
        said = self.cleaned_data
        span = self.spans[said["from_at"]]
        return {
            "instrument_ids": [instrument_id, *said.get("also", [])],
            "from_at": span.from_at,
            "until_at": span.until_at,
            "purpose": said["purpose"],
            "group": said.get("group", ""),
            "fund_number": said.get("fund_number", ""),
            "key": said["key"],
        }


class MoveForm(Form):
    """Another time for a booking; the provider says why."""

    from_at = forms.ChoiceField(label=_("选择新的开始时间"), widget=forms.RadioSelect)
    reason = TextField(label=_("改期理由"), help_text=_("将告知预约人"))

    def __init__(self, *args: Any, spans: Sequence[Span], asks_why: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spans = {as_chosen(span.from_at): span for span in spans}
        self.fields["from_at"].choices = [(key, hours_in_words(span)) for key, span in self.spans.items()]  # type: ignore[attr-defined]
        self.fields["reason"].widget.attrs["rows"] = "2"
        if not asks_why:
            del self.fields["reason"]

    def given(self) -> dict[str, Any]:
        span = self.spans[self.cleaned_data["from_at"]]
        return {
            "from_at": span.from_at,
            "until_at": span.until_at,
            "reason": self.cleaned_data.get("reason", ""),
        }


class ReasonForm(Form):
    reason = TextField(label=_("理由"), help_text=_("将告知对方"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["rows"] = "2"

    def given(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class NoteForm(ReasonForm):
    """A reason that may be left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class ColleagueForm(Form):
    """Who comes instead."""

    person_id = forms.ChoiceField(label=_("转给"))

    def __init__(self, *args: Any, people: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["person_id"].choices = [("", gettext("请选择同事")), *people.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {"person_id": self.cleaned_data["person_id"]}


class OfferForm(Form):
    """One of the times that were offered to who lost theirs."""

    from_at = forms.ChoiceField(label=_("可改到"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, spans: Sequence[Span], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spans = {as_chosen(span.from_at): span for span in spans}
        self.fields["from_at"].choices = [(key, span_in_words(span)) for key, span in self.spans.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        return {"from_at": self.spans[self.cleaned_data["from_at"]].from_at}


class WaitForm(Form):
    """What one waits for: between which days and hours, how long."""

    first = DayField(label=_("最早日期"))
    last = DayField(label=_("最晚日期"))
    minutes = forms.ChoiceField(label=_("时长"))
    purpose = TextField(label=_("用途"), required=False)
    group = forms.CharField(label=_("课题组"), max_length=120, required=False)
    fund_number = forms.CharField(label=_("经费号"), max_length=60, required=False)

    def __init__(self, *args: Any, length_choices: Sequence[tuple[str, str]], internal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].choices = length_choices  # type: ignore[attr-defined]
        self.fields["purpose"].widget.attrs["rows"] = "2"
        if internal:
            self.fields["group"].required = self.fields["fund_number"].required = True
        else:
            del self.fields["group"]
            del self.fields["fund_number"]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "wanted": Span(_midnight(said["first"]), _midnight(said["last"], days=1)),
            "minutes": int(said["minutes"]),
            "purpose": said["purpose"],
            "group": said.get("group", ""),
            "fund_number": said.get("fund_number", ""),
        }


def _midnight(day: date, *, days: int = 0) -> datetime:
    return clock.instant(date.fromordinal(day.toordinal() + days), clock.MIDNIGHT)
