"""Meters on instruments: registered with a token, read by machines, laid into hours of grade A (计量)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from kechuang.catalog import queries as catalog
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import record as record_event
from kechuang.ui import clock
from kechuang.usage import rules
from kechuang.usage.access import keys_visible_to, meters_visible_to
from kechuang.usage.commands.entering import own_seat
from kechuang.usage.commands.figures import Tally
from kechuang.usage.commands.sheets import Sheets, days_of, window_of
from kechuang.usage.commands.sheets import write as write_hours
from kechuang.usage.commands.writing import lock_books
from kechuang.usage.models import Meter, PushKey, Reading
from kechuang.usage.rules import Span
from kechuang.usage.states import BATCH, MINUTES_IN_DAY, READING_DAYS_MAX, READINGS_MAX, TOKEN_BYTES, WATTS_MAX


@dataclass(frozen=True, slots=True)
class Power:
    """One reading as a meter sends it."""

    at: datetime
    watts: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a set of readings."""

    added: int
    known: int


@transaction.atomic
def add_meter(
    actor: Actor, *, instrument_id: str, name: str, threshold_watts: int, gap_minutes: int, now: datetime
) -> tuple[Meter, str]:
    """Registers a meter (登记计量装置); answers it with its token, which is shown once and not kept. Raises MeterThere."""
    seat = own_seat(actor, catalog.offer(actor, instrument_id).carrier_id)
    lock_books([instrument_id])
    if there := Meter.objects.filter(instrument_id=instrument_id, ended_at__isnull=True).first():
        raise rules.MeterThere(name=there.name)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = Meter.objects.create(
        instrument_id=instrument_id,
        party_id=seat.party_id,
        region=seat.region,
        name=name,
        token_digest=digest_of(token),
        threshold_watts=threshold_watts,
        gap_minutes=gap_minutes,
        added_by=actor.person_id,
        added_at=now,
    )
    facts = {"instrument_id": instrument_id, "threshold_watts": threshold_watts, "gap_minutes": gap_minutes}
    record_event(actor, row, "add_meter", label=_("登记计量装置"), role=Role.PROVIDER, now=now, facts=facts)
    return row, token


@transaction.atomic
def end_meter(actor: Actor, *, meter_id: str, now: datetime) -> Meter:
    """Ends a meter (停用): its token is no longer taken, its readings stay."""
    row = meters_visible_to(actor).select_for_update(of=("self",)).filter(id=meter_id).first()
    if row is None:
        raise NotVisible
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        record_event(actor, row, "end_meter", label=_("停用计量装置"), role=Role.PROVIDER, now=now)
    return row


@transaction.atomic
def add_key(actor: Actor, *, carrier_id: str, name: str, now: datetime) -> tuple[PushKey, str]:
    """A key for a carrier's own system to push service records (推送密钥); the token is shown once and not kept."""
    seat = own_seat(actor, carrier_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = PushKey.objects.create(
        carrier_id=carrier_id,
        party_id=seat.party_id,
        region=seat.region,
        name=name,
        token_digest=digest_of(token),
        added_by=actor.person_id,
        added_at=now,
    )
    record_event(actor, row, "add_key", label=_("生成推送密钥"), role=Role.PROVIDER, now=now)
    return row, token


@transaction.atomic
def end_key(actor: Actor, *, key_id: str, now: datetime) -> PushKey:
    """Ends a key (停用)."""
    row = keys_visible_to(actor).select_for_update(of=("self",)).filter(id=key_id).first()
    if row is None:
        raise NotVisible
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        record_event(actor, row, "end_key", label=_("停用推送密钥"), role=Role.PROVIDER, now=now)
    return row


@transaction.atomic
def read_meter(*, token: str, readings: Sequence[Power], now: datetime) -> Taken:
    """Takes readings (上传读数). The same meter and instant again changes nothing; the days they touch are laid anew.

    Raises NoSuchKey, TooManyReadings, ReadingWrong, ReadingDiffers.
    """
    meter = Meter.objects.filter(token_digest=digest_of(token), ended_at__isnull=True).first()
    if meter is None:
        raise rules.NoSuchKey
    if len(readings) > READINGS_MAX:
        raise rules.TooManyReadings(limit=READINGS_MAX)
    for one in readings:
        _refuse_wrong(one, now)
    lock_books([meter.instrument_id])
    told = {one.at.replace(microsecond=0): one.watts for one in readings}
    kept = dict(Reading.objects.filter(meter=meter, at__in=list(told)).values_list("at", "watts"))
    for at, watts in kept.items():
        if told[at] != watts:
            raise rules.ReadingDiffers(
                at=f"{at.astimezone(clock.LEGAL_ZONE):%Y-%m-%d %H:%M:%S}", kept=watts, watts=told[at]
            )
    fresh = {at: watts for at, watts in told.items() if at not in kept}
    rows = [Reading(meter=meter, at=at, watts=watts, received_at=now) for at, watts in sorted(fresh.items())]
    Reading.objects.bulk_create(rows, batch_size=BATCH)
    if rows:
        _lay(meter, rows[0].at, rows[-1].at)
    return Taken(len(rows), len(told) - len(rows))


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _refuse_wrong(one: Power, now: datetime) -> None:
    said = {"at": str(one.at), "watts": str(one.watts)}
    if one.at.tzinfo is None:
        raise rules.ReadingWrong(rule=_("时间没有写明时区"), **said)
    if one.at < now - timedelta(days=READING_DAYS_MAX):
        raise rules.ReadingWrong(rule=_("时间过早"), **said)
    if one.at > now:
        raise rules.ReadingWrong(rule=_("时间在将来"), **said)
    if not 0 <= one.watts <= WATTS_MAX:
        raise rules.ReadingWrong(rule=_("功率超出可能的范围"), **said)


def _lay(meter: Meter, first: datetime, last: datetime) -> None:
    """Lays anew the days that readings between two instants touch, also where one reaches over to its neighbours."""
    gap = timedelta(minutes=meter.gap_minutes)
    days = list(days_of(first - gap, last + gap + rules.ONE_MINUTE))
    sheets = Sheets()
    sheets.load([meter.instrument_id], days[0], days[-1])
    begins, ends = clock.instant(days[0], clock.MIDNIGHT) - gap, clock.instant(days[-1], clock.MIDNIGHT)
    rows = Reading.objects.filter(meter__instrument_id=meter.instrument_id, at__gte=begins).select_related("meter")
    rows = rows.filter(at__lt=ends + timedelta(days=1) + gap).order_by("meter_id", "at")
    runs = _runs([(row.meter, row.at, row.watts) for row in rows])
    for on in days:
        sheets.run((meter.instrument_id, on), _of_day(runs, on))
    gone, fresh = sheets.changes()
    tally = Tally()
    write_hours(gone, fresh)
    tally.hours(gone, -1)
    tally.hours(fresh, 1)
    tally.write()


def _runs(rows: Sequence[tuple[Meter, datetime, int]]) -> list[tuple[datetime, datetime]]:
    """When the meters of one instrument show work; each meter by its own threshold and gap."""
    found = []
    for meter in {row[0].id: row[0] for row in rows}.values():
        own = [(at, watts) for one, at, watts in rows if one.id == meter.id]
        origin = own[0][0].replace(second=0)
        readings = [((at - origin) // rules.ONE_MINUTE, watts) for at, watts in own]
        spans = rules.runs(readings, threshold=meter.threshold_watts, gap=meter.gap_minutes)
        found += [(origin + start * rules.ONE_MINUTE, origin + end * rules.ONE_MINUTE) for start, end in spans]
    return found


def _of_day(runs: Sequence[tuple[datetime, datetime]], on: date) -> list[Span]:
    spans = (window_of(on, start, end) for start, end in runs)
    return rules.merged((max(start, 0), min(end, MINUTES_IN_DAY)) for start, end in spans if start < end)
