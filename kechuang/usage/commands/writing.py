"""Where every service record is written, one or ten thousand: lock, check, lay the hours, write, add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from kechuang.kernel.errors import Refusal
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import insert_many, run
from kechuang.usage import rules
from kechuang.usage.commands.figures import Tally
from kechuang.usage.commands.sheets import Known, Sheets
from kechuang.usage.commands.sheets import write as write_hours
from kechuang.usage.models import Batch, ServiceRecord, Session, Standing
from kechuang.usage.models.records import record_id, record_number
from kechuang.usage.rules import Draft
from kechuang.usage.states import Grade, Origin, RecordState, SessionState


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose record it is."""

    carrier_id: str
    party_id: str
    unit_id: str
    region: str


@dataclass(slots=True)
class Entry:
    """One version to be written. With `former` it follows that version; voided, its hours and services are taken back."""

    draft: Draft
    seat: Seat
    origin: Origin
    grade: Grade
    former: ServiceRecord | None = None
    state: RecordState = RecordState.ENTERED
    reason: str = ""
    batch: Batch | None = None

    @property
    def voids(self) -> bool:
        return self.state is RecordState.VOIDED


@dataclass(slots=True)
class Written:
    """The new version of each entry, or why there is none."""

    record: ServiceRecord | None
    refusal: Refusal | None = None


class Mode(StrEnum):
    """What one refused entry means for the others."""

    ALL = "all"  # its refusal is raised
    WHOLE = "whole"  # told, and nothing is written
    GOOD = "good"  # told, the others are written
    TRY = "try"  # nothing is written in any case


def write(entries: Sequence[Entry], *, by: str, now: datetime, mode: Mode = Mode.ALL) -> list[Written]:
    """Writes the entries in their order; what a refused one means is for `mode` to say.

    Everything of one call is written together: rows of records, their standing, hours, sums. The instruments' books are
    locked first, so that nobody else lays hours on them meanwhile.
    """
    formers = _formers(entries)
    instruments = sorted(
        {one.draft.instrument_id for one in entries} | {row.instrument_id or "" for row in formers.values()}
    )
    sheets = _locked(list(filter(None, instruments)), entries, list(formers.values()))
    running = _running(entries)
    made: list[Written] = []
    standings: list[Standing] = []
    for entry in entries:
        former = formers.get(entry.former.root_id) if entry.former else None
        try:
            record, standing = _version(entry, former, sheets, running, by, now)
        except Refusal as refusal:
            if mode is Mode.ALL:
                raise
            made.append(Written(None, refusal))
            continue
        made.append(Written(record))
        standings.append(standing)
    refused = any(one.refusal for one in made)
    if mode is not Mode.TRY and not (refused and mode is Mode.WHOLE):
        _write(made, standings, formers, sheets)
    return made


def _formers(entries: Sequence[Entry]) -> dict[str, Standing]:
    """The standing rows that corrections rewrite, locked, by root id."""
    roots = sorted(one.former.root_id for one in entries if one.former)
    if not roots:
        return {}
    rows = Standing.objects.select_for_update(of=("self",)).filter(id__in=roots).order_by("id")
    return {row.id: row for row in rows}


def _locked(instruments: Sequence[str], entries: Sequence[Entry], formers: Sequence[Standing]) -> Sheets:
    """The books of the instruments, locked in the order of their ids, and the days that are written on."""
    sheets = Sheets()
    if not instruments:
        return sheets
    lock_books(instruments)
    from_at = min([one.draft.from_at for one in entries] + [row.from_at for row in formers])
    until_at = max([one.draft.until_at for one in entries] + [row.until_at for row in formers])
    sheets.load(instruments, clock.day(from_at), clock.day(until_at))
    return sheets


def lock_books(instrument_ids: Sequence[str]) -> None:
    """Takes the books of these instruments (机时簿), made where there is none yet. One statement."""
    run(
        "INSERT INTO usage_instrumentbook AS b (instrument_id, writes)"
        " SELECT id, 1 FROM unnest(%s::text[]) AS wanted (id) ORDER BY id"
        " ON CONFLICT (instrument_id) DO UPDATE SET writes = b.writes + 1",
        [sorted(instrument_ids)],
    )


def _running(entries: Sequence[Entry]) -> dict[str, Session]:
    """Runs under way on the instruments whose hours are said exactly; a run's own record is written when it has stopped."""
    exact = [one.draft.instrument_id for one in entries if one.draft.exact and not one.voids]
    if not exact or all(one.origin is Origin.SESSION for one in entries):
        return {}
    rows = Session.objects.filter(instrument_id__in=exact, state=SessionState.RUNNING)
    return {row.instrument_id: row for row in rows}


def _version(
    entry: Entry, former: Standing | None, sheets: Sheets, running: Mapping[str, Session], by: str, now: datetime
) -> tuple[ServiceRecord, Standing]:
    """One version and the standing it leads to; its hours are placed in the sheets. Raises what the hours refuse."""
    draft = entry.draft
    if former and entry.former and former.record_id != entry.former.id:
        raise rules.Superseded
    own_run = running.get(draft.instrument_id)
    if own_run and draft.exact and draft.until_at > own_run.started_at:
        raise rules.RunningNow(since=f"{own_run.started_at.astimezone(clock.LEGAL_ZONE):%Y-%m-%d %H:%M}")
    fresh = record_id()
    root = entry.former.root_id if entry.former else fresh
    placed = [] if entry.voids else sheets.place(draft, record=root, grade=entry.grade)
    record = _record(entry, fresh, root, by, now)
    standing = standing_of(record, entry.grade, former)
    known = None if entry.voids else Known(record.internal_number, draft.from_at, draft.until_at)
    sheets.put(root, placed, known)
    return record, standing


def _record(entry: Entry, fresh: str, root: str, by: str, now: datetime) -> ServiceRecord:
    number = entry.former.number if entry.former else record_number()
    return ServiceRecord(
        id=fresh,
        number=number,
        root_id=root,
        version=entry.former.version + 1 if entry.former else 1,
        former=entry.former,
        state=entry.state,
        reason=entry.reason,
        origin=entry.former.origin if entry.former else entry.origin,
        batch=entry.batch,
        party_id=entry.seat.party_id,
        unit_id=entry.seat.unit_id or None,
        region=entry.seat.region,
        entered_by=by,
        entered_at=now,
        **columns(entry.draft) | {"internal_number": entry.draft.internal_number or number},
    )


def columns(draft: Draft) -> dict[str, Any]:
    """The columns that a draft fills."""
    said = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    return said | {
        "minutes": draft.used,
        "instrument_id": draft.instrument_id or None,
        "client_id": draft.client_id or None,
        "report_numbers": list(draft.report_numbers),
    }


def standing_of(record: ServiceRecord, grade: Grade, former: Standing | None) -> Standing:
    """What is counted of a version. The delay is that of the first entry: correcting late is not entering late."""
    served_on = clock.day(record.until_at - rules.ONE_MINUTE)
    late = None if record.origin == Origin.ORDER else rules.delay_days(served_on, clock.day(record.entered_at))
    return Standing(
        id=record.root_id,
        record=record,
        active=record.state != RecordState.VOIDED,
        served_on=served_on,
        exact=bool(record.instrument_id) and record.minutes == (record.until_at - record.from_at) // rules.ONE_MINUTE,
        grade=grade,
        external=record.audience == rules.OUTSIDE,
        once=True,
        delay_days=former.delay_days if former else late,
        **{name: getattr(record, name) for name in _COUNTED},
    )


_COUNTED = (
    "carrier_id", "party_id", "unit_id", "region", "instrument_id", "internal_number", "order_id", "order_line",
    "order_number", "booking_id", "operator_id", "from_at", "until_at", "minutes", "client_role", "client_region",
    "amount_fen", "voucher_fen",
)  # fmt: skip


def _write(
    made: Sequence[Written], standings: Sequence[Standing], formers: Mapping[str, Standing], sheets: Sheets
) -> None:
    records = [one.record for one in made if one.record]
    if not records:
        return
    tally = Tally()
    siblings = _count_once(standings, formers)
    insert_many(ServiceRecord, records)
    insert_many(Standing, [row for row in standings if row.id not in formers])
    for row in standings:
        if row.id in formers:
            tally.standing(formers[row.id], -1)
            row.save(force_update=True)
        tally.standing(row, 1)
    for row in siblings:
        tally.standing(row, -1)
        row.once = True
        row.save(update_fields=["once"])
        tally.standing(row, 1)
    gone, fresh = sheets.changes()
    write_hours(gone, fresh)
    tally.hours(gone, -1)
    tally.hours(fresh, 1)
    tally.write()


def _count_once(standings: Sequence[Standing], formers: Mapping[str, Standing]) -> list[Standing]:
    """Sets `once`: of several services under one order of one carrier the first counts as a 家次.

    Answers the records that take over the count, because the one that had it is voided or names another order now.
    """
    orders = {(row.carrier_id, row.order_number) for row in standings if row.order_number}
    left = {(row.carrier_id, row.order_number) for row in formers.values() if row.order_number and row.once}
    if not orders | left:
        return []
    numbers = [number for _carrier, number in orders | left]
    others = _under(numbers, [one.id for one in standings])
    counted: set[tuple[str, str]] = set()
    waiting: dict[tuple[str, str], Standing] = {}
    for row in others:
        key = (row.carrier_id, row.order_number)
        if row.once and row.external:
            counted.add(key)
        elif row.external:
            waiting.setdefault(key, row)
    for row in standings:
        key = (row.carrier_id, row.order_number)
        if row.order_number and row.external and row.active:
            row.once = key not in counted
            counted.add(key)
    return [row for key, row in sorted(waiting.items()) if key in left and key not in counted]


@compiled
def _under(order_numbers: list[str], without: list[str]) -> QuerySet[Standing]:
    rows = Standing.objects.filter(order_number__any=order_numbers, active=True)
    return rows.exclude(id__any=without).order_by("id")


def normalised(draft: Draft) -> Draft:
    """Legal time, whole minutes, hours as a number: what is kept and compared."""
    from_at, until_at = (
        at.astimezone(clock.LEGAL_ZONE).replace(second=0, microsecond=0) for at in (draft.from_at, draft.until_at)
    )
    whole = replace(draft, from_at=from_at, until_at=until_at)
    return replace(whole, minutes=whole.used)
