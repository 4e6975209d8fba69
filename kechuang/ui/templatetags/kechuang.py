"""{% load kechuang %}: money, days, states and the components of the house, each once."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kechuang.kernel.actor import ROLE_LABELS, Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop, masked_name, masked_number
from kechuang.ui import days, words
from kechuang.ui.forms import Form, error_lines
from kechuang.ui.show import Evidence, MoneyRow, Step, Tone, Verdict, tone
from kechuang.ui.waiting import RunningClock, urgency

register = template.Library()

_VERDICTS = {
    Verdict.AGREES: (gettext_noop("一致"), "check"),
    Verdict.DIFFERS: (gettext_noop("不一致"), "x"),
    Verdict.MISSING: (gettext_noop("缺"), "minus"),
}
_CLOCK_STATES = {
    "suspended": gettext_noop("计时暂停"),
    "met": gettext_noop("按时办结"),
    "missed": gettext_noop("逾期办结"),
    "cancelled": gettext_noop("已取消计时"),
}


@register.filter
def yuan(fen: int | None) -> str:
    """¥12,345.67; nothing for nothing."""
    return "" if fen is None else words.yuan_sign(fen)


@register.simple_tag
def way_of(fen: int | None, subject_id: str) -> str | SafeString:
    """An amount of a record, leading to the way its money went (资金去向); nothing for nothing."""
    if not fen:
        return yuan(fen)
    return format_html('<a href="{}">{}</a>', reverse("portal:money_way", args=[subject_id]), words.yuan_sign(fen))


@register.filter
def percent(rate_bp: int) -> str:
    return words.percent(rate_bp)


@register.filter
def day(on: date | datetime | None, style: str = "") -> str:
    """2月28日（周六·补班）; `|day:"year"` always with its year. For instants use `moment`."""
    return "" if on is None else days.words(on, year=style == "year")


@register.filter
def moment(at: datetime | None) -> str:
    return "" if at is None else days.moment(at)


@register.filter
def last_day(until: date | None) -> str:
    """The last day inside a period whose end is exclusive."""
    return "" if until is None else days.words(date.fromordinal(until.toordinal() - 1), year=True)


@register.filter
def masked_person(name: str) -> str:
    """张**."""
    return masked_name(name)


@register.filter
def masked_digits(number: str) -> str:
    """138****5678."""
    return masked_number(number)


@register.filter
def translated(text: str) -> str:
    """A msgid that comes from a rule, a machine or a pack."""
    return _(text) if text else ""


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What a query has looked up under `key`, or nothing."""
    return mapping.get(key, "")


@register.filter
def role_label(role: Role | str) -> str:
    return _(ROLE_LABELS[Role(role)]) if role else ""


@register.filter
def state_label(state: str, machine: Machine) -> str:
    return _(machine.labels[machine.states(state)])


@register.simple_tag
def icon(name: str) -> SafeString:
    """An ornament: hidden from who listens, so a word must stand beside it."""
    return format_html('<i class="ti ti-{} k-icon" aria-hidden="true"></i>', name)


@register.simple_tag
def term(word: str) -> SafeString:
    """A word of the trade (申兑) with its meaning on hover and focus."""
    return format_html('<abbr class="k-term" tabindex="0" title="{}">{}</abbr>', _(words.TERMS[word]), _(word))


@register.simple_tag
def state_badge(machine: Machine, state: str, roles: Collection[Role] = ()) -> SafeString:
    """The state in a word, coloured by who must act."""
    colour = tone(machine, state, roles or ())
    return badge(machine.labels[machine.states(state)], colour)


@register.simple_tag
def badge(text: str, colour: Tone | str = Tone.RUNNING) -> SafeString:
    """A word in one of the five colours: running, yours, done, refused, closed."""
    return format_html('<span class="k-badge k-badge-{}">{}</span>', Tone(colour), _(text))


@register.simple_tag
def waits_for(machine: Machine, state: str) -> str:
    """Whom the record waits for, in words; nothing when it waits for nobody."""
    role = machine.waits.get(machine.states(state))
    return _("等待：{role}").format(role=role_label(role)) if role else ""


@register.inclusion_tag("ui/clock_chip.html")
def clock_chip(clock: RunningClock | None) -> dict[str, object]:
    """A clock of `deadlines` (or a `Waiting`): due day, what is left, 暂定, and how it ended."""
    if not clock or clock.due_on is None:
        return {"clock": None}
    ended = _CLOCK_STATES.get(str(getattr(clock, "state", "")))
    return {
        "clock": clock,
        "ended": _(ended) if ended else "",
        "state": str(getattr(clock, "state", "")),
        "left": days.left(clock.left, clock.unit),
        "urgency": urgency(clock.left).name.lower(),
        "provisional": term(gettext_noop("暂定")) if getattr(clock, "provisional", False) else "",
    }


@register.inclusion_tag("ui/article_chip.html")
def article_chip(
    article: str | Mapping[str, Any], text: str = "", source: str = "", first_on: str = "", url: str = ""
) -> dict[str, object]:
    """An article, opening to its text, source and first day. Takes one entry of a decision's `record` as it is."""
    if isinstance(article, Mapping):
        return _entry("", article) | {"url": url}
    return {"article": article, "text": text, "source": source, "first_on": _iso_day(first_on), "url": url}


@register.inclusion_tag("ui/why_amount.html")
def why_amount(
    record: Mapping[str, Any], result_fen: int | None = None, bound_by: str = "", lines: Iterable[Any] = ()
) -> dict[str, object]:
    """为什么是这个数: the parameters a decision stored, each with its article, and which limit decided.

    `lines` are `MoneyRow`s of the computation in its order, when the room can name them.
    """
    params = record.get("params", record)
    entries = [
        _entry(name, value)
        for name, value in params.items()
        if isinstance(value, Mapping) and type(value.get("is")) is int  # limits and rates; a table speaks for itself
    ]
    return {
        "entries": entries,
        "result_fen": result_fen,
        "bound_by": bound_by,
        "lines": list(lines),
        "pack_url": _pack_url(record),
    }


@register.inclusion_tag("ui/money.html")
def money(after: Any) -> dict[str, object]:
    """Price · the voucher pays · you pay, with 为什么; takes what has `price_fen, voucher_fen, you_pay_fen`."""
    return {
        "after": after,
        "record": getattr(after, "record", None),
        "bound_by": getattr(after, "bound_label", "") or getattr(after, "bound_by", ""),
        "lines": getattr(after, "lines", ()),
    }


@register.inclusion_tag("ui/timeline.html")
def timeline(
    events: Iterable[Any],
    people: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    subject_id: str = "",
) -> dict[str, object]:
    """The way so far. `people` (person id → name) only where the reader may know them; `places` names regions.

    With `subject_id` each act leads to its page, as a station on the way of that record.
    """
    return {"events": list(events), "people": people or {}, "places": places or {}, "subject_id": subject_id}


@register.inclusion_tag("ui/evidence_table.html")
def evidence_table(rows: Iterable[Evidence], caption: str = "") -> dict[str, object]:
    """Each comparison with both values and its verdict in a word."""
    shown = [(row, _(_VERDICTS[row.verdict][0]), _VERDICTS[row.verdict][1]) for row in rows]
    return {"rows": shown, "caption": caption, "all_agree": all(row.verdict is Verdict.AGREES for row, *_rest in shown)}


@register.inclusion_tag("ui/money_table.html")
def money_table(rows: Iterable[MoneyRow], total_fen: int | None = None, caption: str = "") -> dict[str, object]:
    """Amounts under one another with their total; the total comes from the query, never from the page."""
    return {"rows": list(rows), "total_fen": total_fen, "caption": caption}


@register.inclusion_tag("ui/stepper.html")
def stepper(steps: Iterable[Step]) -> dict[str, object]:
    return {"steps": list(steps)}


@register.inclusion_tag("ui/file_row.html")
def file_row(file: Any, url: str = "") -> dict[str, object]:
    """A kept file: name, kind, size, digest, scan. Needs `name, size, sha256`; shows `kind_label` and `scan` if there."""
    digest = str(getattr(file, "sha256", "") or getattr(file, "digest", ""))
    return {"file": file, "url": url, "digest": digest, "short": digest[:12]}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str = "", fen: bool = False) -> dict[str, object]:
    """How far something is; with `fen` both figures are money."""
    figures = (words.yuan_sign(done), words.yuan_sign(total)) if fen else (f"{done:,}", f"{total:,}")
    return {"done": min(done, total), "total": total or 1, "label": label, "figures": figures}


@register.inclusion_tag("ui/empty.html")
def empty(text: str, action: str = "", url: str = "") -> dict[str, object]:
    """An empty list says what the next step is."""
    return {"text": text, "action": action, "url": url}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: Form) -> dict[str, object]:
    return {"errors": list(error_lines(form)) if form.is_bound else []}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField) -> dict[str, object]:
    """One control with its label, help and errors."""
    kind = getattr(bound.field.widget, "input_type", "")
    return {"field": bound, "kind": kind, "grouped": bound.use_fieldset, "optional": not bound.field.required}


@register.inclusion_tag("ui/fields.html")
def fields(form: Form) -> dict[str, object]:
    """The error summary, then every field of a form."""
    return {"form": form}


@register.inclusion_tag("ui/filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: Form, found: int | str | None = None) -> dict[str, object]:
    """Filters in one line above a list; they stay in the address."""
    return {"form": form, "found": found, "path": context["request"].path, "active": bool(context["request"].GET)}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, object]:
    """Earlier and later pages; every filter of the address is kept."""
    window = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "window": list(window), "request": context["request"]}


@register.inclusion_tag("ui/refusal_summary.html")
def refusal_summary(refusal: Refusal) -> dict[str, object]:
    return {"text": words.refusal_text(refusal), "remedy": words.refusal_remedy(refusal), "code": refusal.code}


@register.inclusion_tag("ui/act.html", takes_context=True)
def act(context: Context, label: str, url: str, tone: str = "primary", next_url: str = "") -> dict[str, object]:
    """A button that does one thing at once: a verb with its object, sent as POST."""
    return {"label": _(label), "url": url, "tone": tone, "next_url": next_url, "csrf_token": context["csrf_token"]}


_FIELD_ID = re.compile(r'(\b(?:id|for|aria-describedby|aria-labelledby)="|href="#)(id_)')


@register.simple_block_tag(takes_context=True, end_name="endconfirm")
def confirm(
    context: Context,
    content: str,
    label: str,
    url: str,
    happens: str = "",
    tone: str = "danger",
    undoable: bool = False,
) -> str:
    """A button that asks once before it acts. `happens` says what will follow; the block may hold form fields.

    Several dialogues of a page may hold a field of one name (理由), so the ids within are made this dialogue's own.
    """
    parts = {"label": _(label), "url": url, "happens": happens, "tone": tone, "undoable": undoable}
    serial = int(context.render_context.get("k_confirm") or 0) + 1
    context.render_context["k_confirm"] = serial
    inner = mark_safe(_FIELD_ID.sub(rf"\1k-confirm-{serial}-\2", content))
    parts |= {"inner": inner, "serial": serial, "csrf_token": context.get("csrf_token", "")}
    return render_to_string("ui/confirm.html", parts)


@register.simple_block_tag(takes_context=True, end_name="endhead")
def head(
    context: Context,
    content: str,
    title: str,
    number: str = "",
    machine: Machine | None = None,
    state: str = "",
    roles: Collection[Role] = (),
    clock: RunningClock | None = None,
    now: tuple[str, str] | None = None,
) -> str:
    """The five answers at the top of every object; the block holds what can be done now (buttons).

    `now` is a word and its colour, said instead of a state that time has run past.
    """
    parts: dict[str, object] = {"title": title, "number": number, "machine": machine, "state": state, "roles": roles}
    parts |= {"clock": clock, "now": now, "actions": mark_safe(content.strip())}
    return render_to_string("ui/head.html", parts)


@register.inclusion_tag("ui/moves.html", takes_context=True)
def moves(context: Context, open_moves: Iterable[Move], url_name: str, record_id: str) -> dict[str, object]:
    """Buttons for the open moves that need no more than a press; `url_name` takes the record's id and the action."""
    plain = [move for move in open_moves if not move.data]
    return {"moves": plain, "url_name": url_name, "record_id": record_id, "csrf_token": context["csrf_token"]}


@register.inclusion_tag("ui/chart.html")
def chart(name: str, option: Mapping[str, Any], caption: str, height: str = "m") -> dict[str, object]:
    """An ECharts picture from `option`; a table with the same figures must stand beneath it."""
    return {"name": name, "option": option, "caption": caption, "height": height}


@register.simple_tag
def qr(text: str) -> SafeString:
    """A QR code as a picture in the page, for print."""
    import segno

    drawing = segno.make(text, error="m").svg_inline(scale=3, border=2, omitsize=True, svgclass="k-qr", lineclass=None)
    return mark_safe(drawing)


def _entry(name: str, value: Mapping[str, Any]) -> dict[str, object]:
    """One parameter of a decision's record as the templates show it."""
    is_ = value.get("is")
    return {
        "name": name,
        "label": value.get("meaning") or name,
        "shown": words.fact(name, is_) if isinstance(is_, int | str | bool) else "",
        "article": value.get("article", ""),
        "text": value.get("text", ""),
        "source": value.get("source", ""),
        "first_on": _iso_day(value.get("from", "")),
        "illustrative": value.get("illustrative", False),
        "reading": value.get("reading", False),
    }


def _pack_url(record: Mapping[str, Any]) -> str:
    """The page of the pack that a decision was made by."""
    region, _slash, name = str(record.get("scheme", "")).partition("/")
    return reverse("gazette:pack", args=[region, name]) if name else ""


def _iso_day(text: object) -> str:
    return days.words(date.fromisoformat(text), year=True) if isinstance(text, str) and text else ""
