"""Service records as lists and pages show them, and as tables go out (服务记录)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse

from kechuang.documents.rules import write_xlsx
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import masked_name, tidy
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting
from kechuang.usage.access import roles_on, sessions_visible_to, visible_to
from kechuang.usage.models import Hours, ServiceRecord, Session, Standing
from kechuang.usage.queries.drafts import draft_of
from kechuang.usage.rules import FIELD_LABELS, Draft, differences, hours_text
from kechuang.usage.states import (
    AUDIENCE_LABELS,
    CLIENT_LABELS,
    PURPOSE_LABELS,
    RATING_LABELS,
    RECORD_COLUMNS,
    RECORD_MACHINE,
    SESSION_MACHINE,
    WAITING_MAX,
    WAY_LABELS,
    RecordState,
    SessionState,
)

_PERSONAL = ("applicant", "applicant_phone", "applicant_email", "applicant_unit")


@dataclass(frozen=True, slots=True)
class Version:
    """One version with what it changed against the one before."""

    row: ServiceRecord
    changed: list[str]


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """All that a record's page shows."""

    standing: Standing
    row: ServiceRecord  # the version that holds
    own: bool  # personal data is for the carrier's own people
    graded: dict[str, int]
    versions: list[Version]
    moves: list[Move]
    events: list[Event]


def listed(
    actor: Actor,
    *,
    text: str = "",
    carrier_id: str = "",
    instrument_id: str = "",
    audience: str = "",
    origin: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> QuerySet[Standing]:
    """The records the actor may see, the latest services first; `until_on` is the last day."""
    rows = visible_to(actor).select_related("record", "instrument", "carrier")
    exact = {
        "carrier_id": carrier_id,
        "instrument_id": instrument_id,
        "record__audience": audience,
        "record__origin": origin,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if from_on:
        rows = rows.filter(served_on__gte=from_on)
    if until_on:
        rows = rows.filter(served_on__lte=until_on)
    if wanted := tidy(text):
        known = (
            Q(internal_number__icontains=wanted)
            | Q(order_number__icontains=wanted)
            | Q(record__title__icontains=wanted)
        )
        rows = rows.filter(known | Q(record__client_name__icontains=wanted))
    return rows.order_by("-served_on", "-id")


def record_sheet(actor: Actor, root_id: str) -> RecordSheet:
    """One record with its versions; raises NotVisible. `root_id` may also be a later version's id."""
    seen = visible_to(actor).select_related("record", "instrument", "carrier", "record__client")
    standing = seen.filter(Q(id=root_id) | Q(record_id=root_id)).first()
    if standing is None:
        raise NotVisible
    rows = list(ServiceRecord.objects.filter(root_id=standing.id).order_by("version"))
    drafts = [draft_of(row) for row in rows]
    versions = [Version(rows[0], [])]
    for row, before, after in zip(rows[1:], drafts, drafts[1:], strict=False):
        versions.append(Version(row, _named(before, after)))
    roles = roles_on(actor, standing)
    return RecordSheet(
        standing=standing,
        row=standing.record,
        own=standing.party_id == actor.party_id,
        graded=graded([standing.id]).get(standing.id, {}),
        versions=versions[::-1],
        moves=RECORD_MACHINE.open(RecordState(standing.record.state), roles),
        events=list(way([row.id for row in rows])),
    )


def _named(before: Draft, after: Draft) -> list[str]:
    return [FIELD_LABELS[name] for name in differences(before, after) if name in FIELD_LABELS]


def graded(root_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Minutes by grade of several records. One statement."""
    found: dict[str, dict[str, int]] = {}
    rows = Hours.objects.filter(standing_id__in=list(root_ids)).values_list("standing_id", "grade")
    for root_id, grade, minutes in rows.annotate(minutes_sum=Sum("minutes")).order_by("grade"):
        found.setdefault(root_id, {})[grade] = minutes
    return found


def record_rows(actor: Actor, rows: Iterable[Standing]) -> list[list[str]]:
    """Records as the rows of a table of service records, headings first; personal data only for their own carrier."""
    labels = {
        "way": WAY_LABELS,
        "audience": AUDIENCE_LABELS,
        "purpose": PURPOSE_LABELS,
        "client_role": CLIENT_LABELS,
        "rating": RATING_LABELS,
    }
    out = [[heading for heading, _field, _kind in RECORD_COLUMNS]]
    for standing in rows:
        row, cells = standing.record, []
        for _heading, field, kind in RECORD_COLUMNS:
            value = standing.instrument if field == "instrument" else getattr(row, field)
            if standing.party_id != actor.party_id:
                value = _without_person(field, value)
            cells.append(_cell(value, kind, labels.get(kind, {})))  # type: ignore[arg-type]
        out.append(cells)
    return out


def _without_person(field: str, value: object) -> object:
    """What the offices get: nothing of who asked, of who served the masked name, as on the record's page."""
    if field in _PERSONAL:
        return ""
    return masked_name(str(value)) if value and field == "operator_name" else value


def _cell(value: object, kind: str, labels: dict[object, str]) -> str:
    if value is None or value == "":
        return ""
    if kind in ("from", "until"):
        return f"{value.astimezone(clock.LEGAL_ZONE):%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]
    if kind == "hours":
        return hours_text(int(str(value))).replace(",", "")
    if kind == "yuan":
        return yuan(int(str(value))).replace(",", "")
    if kind == "flag":
        return _("是") if value else _("否")
    if kind == "numbers":
        return "，".join(value)  # type: ignore[arg-type]
    if labels:
        return labels[value]
    return str(getattr(value, "inner_number", "") or getattr(value, "number", value))


def blank() -> tuple[str, bytes]:
    """An empty table to fill in: its name and content (空白表)."""
    return _("服务记录表.xlsx"), write_xlsx(
        [[heading for heading, _field, _kind in RECORD_COLUMNS]], sheet=_("服务记录")
    )


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Runs under way that their operator has still to stop (待办)."""
    if not actor.party_id:
        return []
    return [
        waiting(
            _("结束上机"),
            subject_id=row.id,
            number=row.instrument.number,
            url=reverse("usage:run", args=[row.instrument_id]),
            state_label=SESSION_MACHINE.labels[SessionState.RUNNING],
            about=row.instrument.name,
        )
        for row in _running_of(actor)
    ]


@compiled
def _running_of(actor: Actor) -> QuerySet[Session]:
    rows = sessions_visible_to(actor).filter(state=SessionState.RUNNING, operator_id=actor.person_id)
    return rows.select_related("instrument").order_by("started_at")[:WAITING_MAX]
