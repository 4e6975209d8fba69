"""An evaluation, one carrier's sheet line by line, results and certificates, what waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext

from kechuang.catalog.queries import carrier_cards
from kechuang.catalog.states import CARRIER_LABELS, CarrierKind
from kechuang.deadlines.queries import Clock, clocks
from kechuang.documents.queries import File, files_of
from kechuang.evaluation import access, rules
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.queries.cards import card_of, grading_of, period_of
from kechuang.evaluation.states import (
    BONUS_LABEL,
    FLAGS,
    MACHINE,
    SHAPE_LABELS,
    SHEET_MACHINE,
    SOURCE_LABELS,
    WAITING_MAX,
    EvaluationState,
    Shape,
    SheetState,
    Source,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Machine, Move
from kechuang.parties.queries import person_names, region_name
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting
from kechuang.ui.words import fact


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One carrier in the list of an evaluation."""

    sheet: Sheet
    name: str
    grade_label: str


@dataclass(frozen=True, slots=True)
class EvaluationSheet:
    """All that an evaluation's page shows."""

    row: Evaluation
    office: str
    scope: str
    rows: Sequence[SheetRow]
    weights: Sequence[rules.Weight]
    voucher_share_bp: int
    roles: frozenset[Role]
    open_moves: Sequence[Move]
    people: Mapping[str, str]
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator on a carrier's sheet: what it asks, over which period, from where, what came of it. Points in hundredths."""

    name: str
    label: str
    group: str
    shape_label: str
    source_label: str
    full: int
    since: date
    until: date
    value: int | str | None
    of: int | str | None
    said: str  # the value as people read it
    said_of: str
    points: int | None
    missing: bool
    asked: bool  # of the carrier
    judged: bool  # by the office

    @property
    def last(self) -> date:
        """The last day of its period."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CarrierSheet:
    """All that one carrier's sheet shows."""

    sheet: Sheet
    evaluation: Evaluation
    name: str
    grade_label: str
    lines: Sequence[Line]
    files: Sequence[File]
    priority: Priority | None
    clock: Clock | None
    roles: frozenset[Role]
    open_moves: Sequence[Move]
    people: Mapping[str, str]
    events: Sequence[Event]


def evaluations(actor: Actor) -> QuerySet[Evaluation]:
    """The evaluations the actor sees, the latest first."""
    return access.visible_to(actor).order_by("-year", "-id")


def own_sheets(actor: Actor) -> list[tuple[Sheet, str]]:
    """A carrier's own sheets, the latest first, with its name."""
    rows = list(
        access.sheets_visible_to(actor).filter(party=actor.party_id).select_related("evaluation").order_by("-id")
    )
    names = {card.id: card.name for card in carrier_cards([row.carrier_id for row in rows]).values()}
    return [(row, names.get(row.carrier_id, "")) for row in rows if row.evaluation.state != EvaluationState.WITHDRAWN]


def evaluation_sheet(actor: Actor, evaluation_id: str) -> EvaluationSheet:
    """One evaluation as the actor may see it; raises NotVisible."""
    row = access.visible_to(actor).filter(id=evaluation_id).first()
    if row is None:
        raise NotVisible
    sheets = list(Sheet.objects.filter(evaluation=row).order_by("place", "id"))
    card, roles, events = card_of(row).terms, access.roles_on(actor, row), list(way([row.id]))
    return EvaluationSheet(
        row=row,
        office=region_name(row.region),
        scope=region_name(row.scope),
        rows=sheet_rows(row, sheets),
        weights=card.scorecard_weights,
        voucher_share_bp=rules.voucher_share_bp(terms=card),
        roles=roles,
        open_moves=MACHINE.open(EvaluationState(row.state), roles),
        people=_people(events),
        events=events,
    )


def sheet_rows(row: Evaluation, sheets: Sequence[Sheet]) -> list[SheetRow]:
    """Sheets with names and grades in words, the best first, those without a grade last."""
    names = {card.id: card.name for card in carrier_cards([sheet.carrier_id for sheet in sheets]).values()}
    labels = grade_labels(row)
    rows = [SheetRow(one, names.get(one.carrier_id, ""), labels.get(one.grade, "")) for one in sheets]
    return sorted(
        rows, key=lambda one: (not one.sheet.grade, -one.sheet.points_count - one.sheet.bonus_count, one.name)
    )


def grade_labels(row: Evaluation) -> dict[str, str]:
    return {one.grade: one.label for one in grading_of(row).terms.grades}


def carrier_sheet(actor: Actor, sheet_id: str, *, on: date) -> CarrierSheet:
    """One carrier's sheet as the actor may see it; raises NotVisible."""
    sheet = access.sheets_visible_to(actor).select_related("evaluation").filter(id=sheet_id).first()
    if sheet is None:
        raise NotVisible
    row, roles, events = sheet.evaluation, access.roles_on(actor, sheet), list(way([sheet.id]))
    seen = not access.is_own(actor, sheet) or sheet.state not in (SheetState.REPORTED, SheetState.REVIEWED)
    return CarrierSheet(
        sheet=sheet,
        evaluation=row,
        name=carrier_cards([sheet.carrier_id])[sheet.carrier_id].name,
        grade_label=grade_labels(row).get(sheet.grade, ""),
        lines=[_line(one, row, sheet, seen) for one in card_of(row).terms.scorecard_indicators],
        files=list(files_of(sheet.id)),
        priority=access.priorities().filter(sheet=sheet).first(),
        clock=clocks([sheet.id], on=on).get(sheet.id),
        roles=roles,
        open_moves=SHEET_MACHINE.open(SheetState(sheet.state), roles),
        people=_people(events),
        events=events,
    )


def _line(one: rules.Indicator, row: Evaluation, sheet: Sheet, seen: bool) -> Line:
    since, until = period_of(one, row.year)
    scored = next((line for line in sheet.lines if line["name"] == one.name), None) if seen else None
    value = scored["value"] if scored else sheet.reported.get(one.name)
    return Line(
        name=one.name,
        label=one.label,
        group=next((w.label for w in card_of(row).terms.scorecard_weights if w.group == one.group), BONUS_LABEL),
        shape_label=SHAPE_LABELS[one.shape],
        source_label=SOURCE_LABELS[one.source],
        full=one.full_count,
        since=since,
        until=until,
        value=value,
        of=scored["of"] if scored else None,
        said=_said(one.fact, value),
        said_of=_said(one.of, scored["of"] if scored else None),
        points=scored["points"] if scored else None,
        missing=bool(scored and scored["missing"]),
        asked=one.source is Source.REPORTED,
        judged=one.shape is Shape.QUALITATIVE,
    )


def _said(name: str | None, value: int | str | None) -> str:
    """A fact in words: money in yuan, a filed rule as yes or no, a kind of carrier by its name."""
    if value is None or name is None:
        return ""
    if name == "carrier_kind" and value in set(CarrierKind):
        return gettext(CARRIER_LABELS[CarrierKind(value)])
    return fact("", bool(value)) if name in FLAGS else fact(name, value)


def results(*, year: int | None = None) -> list[SheetRow]:
    """Published grades, as everybody may read them, the latest year and the best first."""
    rows = access.published().select_related("evaluation").order_by("-evaluation__year", "evaluation_id", "place", "id")
    rows = rows.filter(evaluation__year=year) if year else rows
    found: dict[str, list[Sheet]] = {}
    for one in rows:
        found.setdefault(one.evaluation_id, []).append(one)
    return [row for sheets in found.values() for row in sheet_rows(sheets[0].evaluation, sheets)]


@dataclass(frozen=True, slots=True)
class Published:
    """A carrier's published grade, and on which sheet it stands."""

    sheet_id: str
    grade: str


def grades_of(carrier_ids: Iterable[str], *, scheme: str, year: int, scope: str) -> dict[str, Published]:
    """By carrier its own grade in the year's evaluation of a scope by one scheme; who has none is left out. One statement."""
    rows = access.published().filter(
        carrier_id__in=list(carrier_ids),
        evaluation__scheme=scheme,
        evaluation__year=year,
        evaluation__scope=scope,
    )
    return {carrier: Published(sheet, grade) for carrier, sheet, grade in rows.values_list("carrier_id", "id", "grade")}


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """待办: sheets to be reported, reviewed or answered; evaluations to be graded or published."""
    mine = [
        row
        for row in _open_evaluations(actor)
        if MACHINE.waits[EvaluationState(row.state)] in actor.roles_in(row.region)
    ]
    rows = [
        waiting(
            _next(MACHINE, EvaluationState(row.state)),
            subject_id=row.id,
            number=row.number,
            url=f"/evaluation/{row.id}",
            state_label=MACHINE.labels[EvaluationState(row.state)],
            party=region_name(row.scope),
            about=row.title,
        )
        for row in mine
        if not (row.state == EvaluationState.GRADED and (row.appeal_until is None or on < row.appeal_until))
    ]
    return rows + _sheets_wait(actor, on)


@compiled
def _open_evaluations(actor: Actor) -> QuerySet[Evaluation]:
    return access.visible_to(actor).filter(state__in=list(MACHINE.waits)).order_by("id")[:WAITING_MAX]


@compiled
def _open_sheets(actor: Actor) -> QuerySet[Sheet]:
    wanted = [SheetState.REPORTING, SheetState.REPORTED, SheetState.APPEALED]
    sheets = access.sheets_visible_to(actor).filter(state__in=wanted, evaluation__state__in=list(MACHINE.waits))
    return sheets.select_related("evaluation").order_by("id")[:WAITING_MAX]


def _sheets_wait(actor: Actor, on: date) -> list[Waiting]:
    mine = [
        row for row in _open_sheets(actor) if SHEET_MACHINE.waits[SheetState(row.state)] in access.roles_on(actor, row)
    ]
    running = clocks([row.id for row in mine], on=on) if mine else {}
    names = {card.id: card.name for card in carrier_cards([row.carrier_id for row in mine]).values()} if mine else {}
    return [
        waiting(
            _next(SHEET_MACHINE, SheetState(row.state)),
            subject_id=row.id,
            number=row.number,
            url=f"/evaluation/sheets/{row.id}",
            state_label=SHEET_MACHINE.labels[SheetState(row.state)],
            clock=running.get(row.id),
            party=names.get(row.carrier_id, ""),
            about=row.evaluation.title,
        )
        for row in mine
    ]


def _next(machine: Machine, state: EvaluationState | SheetState) -> str:
    onward = [move for move in machine.open(state, {machine.waits[state]}) if move.target not in (None, state)]
    return next(
        (one.label for one in onward if one.action not in ("return", "withdraw", "leave_out")), machine.labels[state]
    )


def _people(events: Sequence[Event]) -> dict[str, str]:
    return person_names({event.person_id for event in events} | {event.stands_in_for for event in events} - {""})
