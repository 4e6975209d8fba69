"""The days of instruments while hours are written: loaded once, laid anew in memory, written back as differences."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import insert_many, run
from kechuang.usage import rules
from kechuang.usage.models import Hours
from kechuang.usage.rules import Draft, Piece, Span, Use
from kechuang.usage.states import MINUTES_IN_DAY, Grade

Key = tuple[str, date]  # one instrument's day
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(slots=True)
class DaySheet:
    """One day of one instrument: what records use of it, when the meter ran, which rows say so."""

    uses: list[Use] = field(default_factory=list)
    metered: list[Span] = field(default_factory=list)
    rows: list[Hours] = field(default_factory=list)
    dirty: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a refusal says of the record that is there already."""

    number: str
    from_at: datetime
    until_at: datetime


class Sheets:
    """Days by instrument. `take_off` and `place` change them in memory; `changes` says what is to be written."""

    def __init__(self) -> None:
        self.days: defaultdict[Key, DaySheet] = defaultdict(DaySheet)
        self.known: dict[str, Known] = {}
        self.places: defaultdict[str, set[Key]] = defaultdict(set)  # where a record's uses stand

    def load(self, instrument_ids: Iterable[str], first: date, last: date) -> None:
        """Reads the hours of these instruments in these days. One statement."""
        for row in _hours(list(instrument_ids), first, last):
            self.days[row.instrument_id, row.on].rows.append(row)
        for key, sheet in self.days.items():
            sheet.metered = rules.merged(span_of(row) for row in sheet.rows if row.grade == Grade.METER)
            sheet.uses = self._uses(key[1], sheet.rows)
            for use in sheet.uses:
                self.places[use.record].add(key)

    def _uses(self, on: date, rows: Sequence[Hours]) -> list[Use]:
        minutes: defaultdict[str, int] = defaultdict(int)
        by_record = {}
        for row in rows:
            if row.standing:
                minutes[row.standing.id] += row.minutes
                by_record[row.standing.id] = row.standing
        for record, one in by_record.items():
            self.known[record] = Known(one.internal_number, one.from_at, one.until_at)
        return [
            Use(
                record,
                window_of(on, one.from_at, one.until_at),
                minutes[record],
                Grade(one.grade),
                one.external,
                one.exact,
            )
            for record, one in sorted(by_record.items())
        ]

    def place(self, draft: Draft, *, record: str, grade: Grade) -> list[tuple[Key, Use]]:
        """Where a record's minutes go; raises Overlapping, DayFull. Nothing is changed yet. The record's own former
        hours do not stand in its way."""
        if not draft.instrument_id or not draft.used:
            return []
        days = list(days_of(draft.from_at, draft.until_at))
        windows = [window_of(on, draft.from_at, draft.until_at) for on in days]
        others = [[use for use in self.days[draft.instrument_id, on].uses if use.record != record] for on in days]
        rooms = [rules.free(window, uses) for window, uses in zip(windows, others, strict=True)]
        if draft.exact:
            self._refuse_overlap(windows, others)
            parts = [end - start for start, end in windows]
            fits = all(part <= room for part, room in zip(parts, rooms, strict=True))
        else:
            spread = rules.spread(draft.used, rooms)
            parts, fits = spread or [], spread is not None
        if not fits:
            raise rules.DayFull(hours=rules.hours_text(draft.used), free=rules.hours_text(sum(rooms)))
        found = zip(days, windows, parts, strict=True)
        return [
            ((draft.instrument_id, on), Use(record, window, part, grade, draft.external, draft.exact))
            for on, window, part in found
            if part
        ]

    def _refuse_overlap(self, windows: Sequence[Span], others: Sequence[Sequence[Use]]) -> None:
        for window, uses in zip(windows, others, strict=True):
            for use in uses:
                if use.exact and use.window[0] < window[1] and window[0] < use.window[1]:
                    known = self.known[use.record]
                    period = f"{_local(known.from_at):%Y-%m-%d %H:%M} – {_local(known.until_at):%m-%d %H:%M}"
                    raise rules.Overlapping(number=known.number, period=period)

    def put(self, record: str, placed: Sequence[tuple[Key, Use]], known: Known | None) -> None:
        """Puts a record's uses where `place` said, in place of its former ones."""
        for key in self.places.pop(record, set()):
            sheet = self.days[key]
            sheet.uses = [use for use in sheet.uses if use.record != record]
            sheet.dirty = True
        for key, use in placed:
            self.days[key].uses.append(use)
            self.days[key].dirty = True
            self.places[record].add(key)
        if known:
            self.known[record] = known

    def run(self, key: Key, metered: Sequence[Span]) -> None:
        """Says when the meter ran on a day."""
        if self.days[key].metered != list(metered):
            self.days[key].metered = list(metered)
            self.days[key].dirty = True

    def changes(self) -> tuple[list[Hours], list[Hours]]:
        """The rows to remove and the rows to add, so that every dirty day is laid anew."""
        gone: list[Hours] = []
        fresh: list[Hours] = []
        for (instrument_id, on), sheet in sorted(self.days.items()):
            if not sheet.dirty:
                continue
            wanted = {_mark(piece): piece for piece in rules.lay(_in_order(sheet.uses), sheet.metered)}
            for row in sheet.rows:
                if wanted.pop(_mark_of(row), None) is None:
                    gone.append(row)
            fresh += [_row(instrument_id, on, piece) for piece in wanted.values()]
        return gone, fresh


def write(gone: Sequence[Hours], fresh: Sequence[Hours]) -> None:
    """Removes first: what is laid anew may stand where something else stood."""
    if gone:
        run("DELETE FROM usage_hours WHERE id = ANY(%s)", [[row.id for row in gone]])
    insert_many(Hours, fresh)


@compiled
def _hours(instrument_ids: list[str], first: date, last: date) -> QuerySet[Hours]:
    rows = Hours.objects.filter(instrument_id__any=instrument_ids, on__range=(first, last))
    return rows.select_related("standing").order_by("id")


def days_of(from_at: datetime, until_at: datetime) -> Iterable[date]:
    """The legal days a period touches; a period that ends at midnight does not touch the next day."""
    first, last = clock.day(from_at), clock.day(until_at - _MINUTE)
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def window_of(on: date, from_at: datetime, until_at: datetime) -> Span:
    """The minutes of a legal day that lie within a period."""
    midnight = clock.instant(on, clock.MIDNIGHT)
    return max((from_at - midnight) // _MINUTE, 0), min((until_at - midnight) // _MINUTE, MINUTES_IN_DAY)


def span_of(row: Hours) -> Span:
    assert row.from_at is not None, row.id
    assert row.until_at is not None, row.id
    return window_of(row.on, row.from_at, row.until_at)


def _in_order(uses: Sequence[Use]) -> list[Use]:
    return sorted(uses, key=lambda use: (use.window, use.record))


def _mark(piece: Piece) -> tuple[object, ...]:
    return piece.span, piece.minutes, piece.grade, piece.record, piece.external


def _mark_of(row: Hours) -> tuple[object, ...]:
    span = span_of(row) if row.from_at else None
    return span, row.minutes, Grade(row.grade), row.standing_id or "", row.external


def _row(instrument_id: str, on: date, piece: Piece) -> Hours:
    midnight = clock.instant(on, clock.MIDNIGHT)
    return Hours(
        instrument_id=instrument_id,
        on=on,
        from_at=midnight + piece.span[0] * _MINUTE if piece.span else None,
        until_at=midnight + piece.span[1] * _MINUTE if piece.span else None,
        minutes=piece.minutes,
        grade=piece.grade,
        external=piece.external,
        standing_id=piece.record or None,
    )


def _local(at: datetime) -> datetime:
    return at.astimezone(clock.LEGAL_ZONE)
