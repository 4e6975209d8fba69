"""Many records at once: a table that a carrier brings, a push by its own system (批量导入、接口推送)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from kechuang.catalog.queries import own_instruments
from kechuang.documents.rules import read_table
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import PartyCard, actor_for, parties, parties_by_codes
from kechuang.trail.commands import record as record_event
from kechuang.ui import clock
from kechuang.usage import rules
from kechuang.usage.commands.entering import own_seat
from kechuang.usage.commands.meters import digest_of
from kechuang.usage.commands.writing import Entry, Mode, Seat, normalised, write
from kechuang.usage.models import Batch, PushKey, Standing
from kechuang.usage.models.records import batch_id
from kechuang.usage.queries.drafts import draft_of, lives
from kechuang.usage.rules import Draft, Item, Life
from kechuang.usage.states import (
    DATA_CODE,
    DONE_CODE,
    FORMAT_CODE,
    PLAIN_MAX,
    RULE_CODE,
    UNIT_CODE,
    Grade,
    Origin,
    RecordState,
)


class Outcome(StrEnum):
    ADDED = "added"
    CORRECTED = "corrected"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item: its place, number, code, and why not."""

    row: int
    number: str
    outcome: Outcome
    code: int
    column: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file or push (录入报告). `batch_id` "": nothing was written."""

    results: tuple[Result, ...]
    batch_id: str = ""

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in self.results)

    @property
    def refused(self) -> list[Result]:
        return [one for one in self.results if one.refusal]

    @property
    def counts(self) -> dict[str, int]:
        return {str(outcome): self.count(outcome) for outcome in Outcome}


@dataclass(slots=True)
class _Plan:
    """One item on its way: what it becomes, or why it does not."""

    item: Item
    outcome: Outcome = Outcome.REFUSED
    entry: Entry | None = None
    refusal: Refusal | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a batch is compared with, read once."""

    instruments: Mapping[str, str]  # inner number and GS1 code to id
    lives: Mapping[str, Life]
    clients: Mapping[str, PartyCard]
    standings: Mapping[str, Standing]
    orders: Mapping[str, str]  # order number to the record it made


@transaction.atomic
def import_records(
    actor: Actor, *, carrier_id: str, file_name: str, content: bytes, mode: Mode, now: datetime
) -> Report:
    """Takes a table of service records over (批量导入服务记录): all or none (WHOLE), good rows only (GOOD), or a try.

    A record already there by its 内部编号 is corrected where it differs; an empty cell keeps what stands. Raises
    NotVisible, TableWrong, TooManyRows and what an upload raises.
    """
    seat = own_seat(actor, carrier_id)
    items = rules.read_records(read_table(file_name, content, Kind.IMPORT).rows)
    digest = hashlib.sha256(content).hexdigest()
    return _take(actor, seat, items, Origin.IMPORT, mode, name=file_name, digest=digest, now=now)


@transaction.atomic
def push(*, token: str, items: Sequence[Mapping[str, object]], now: datetime) -> Report:
    """Takes pushed records (batch-push-instrument-service): good ones are written, each other one says why not.

    Pushed again, what is the same stays as it is. Raises NoSuchKey, TooManyRows.
    """
    key = PushKey.objects.filter(token_digest=digest_of(token), ended_at__isnull=True).first()
    if key is None:
        raise rules.NoSuchKey
    actor = actor_for(key.added_by, party_id=key.party_id, on=clock.day(now))
    seat = own_seat(actor, key.carrier_id)
    body = json.dumps(list(items), sort_keys=True, ensure_ascii=False, default=str).encode()
    digest = hashlib.sha256(body).hexdigest()
    return _take(actor, seat, rules.read_pushed(items), Origin.PUSH, Mode.GOOD, name=key.name, digest=digest, now=now)


def _take(
    actor: Actor,
    seat: Seat,
    items: Sequence[Item],
    origin: Origin,
    mode: Mode,
    *,
    name: str,
    digest: str,
    now: datetime,
) -> Report:
    known = _known(actor, seat, items, now)
    seen: set[str] = set()
    plans = [_planned(item, seat, origin, known, seen, now) for item in items]
    entries = [plan.entry for plan in plans if plan.entry]
    batch = _batch(actor, seat, origin, name, digest, len(items), now)
    for entry in entries:
        entry.batch = batch
    refused = any(plan.refusal for plan in plans)
    tried = Mode.TRY if refused and mode is Mode.WHOLE else mode
    # The batch is written before its records, and only when there will be some.
    outcome = write(entries, by=actor.person_id, now=now, mode=Mode.TRY)
    for plan, written in zip((plan for plan in plans if plan.entry), outcome, strict=True):
        if written.refusal:
            plan.outcome, plan.refusal = Outcome.REFUSED, written.refusal
    report = Report(tuple(_result(plan) for plan in plans))
    if tried is Mode.TRY or (mode is Mode.WHOLE and report.refused):
        return report
    good = [plan.entry for plan in plans if plan.entry and not plan.refusal]
    if not good:
        return report
    for field in ("added", "corrected", "same", "refused"):
        setattr(batch, field, report.counts[field])
    batch.save(force_insert=True)
    write(good, by=actor.person_id, now=now)
    facts = report.counts | {"digest": digest, "rows": len(items)}
    record_event(actor, batch, "take_over", label=_("批量录入服务记录"), role=Role.PROVIDER, now=now, facts=facts)
    return replace(report, batch_id=batch.id)


def _batch(actor: Actor, seat: Seat, origin: Origin, name: str, digest: str, rows: int, now: datetime) -> Batch:
    return Batch(
        id=batch_id(),
        carrier_id=seat.carrier_id,
        region=seat.region,
        origin=origin,
        name=name[: Batch._meta.get_field("name").max_length],
        digest=digest,
        rows=rows,
        by=actor.person_id,
        at=now,
    )


def _known(actor: Actor, seat: Seat, items: Sequence[Item], now: datetime) -> _Known:
    """Everything the items name, in a constant number of statements."""
    wanted = {str(item.given[name]) for item in items for name in ("instrument", "gs1") if item.given.get(name)}
    rows = own_instruments(actor).filter(carrier_id=seat.carrier_id, instrument__isnull=False)
    found = {}
    if wanted:
        for row in rows:
            for number in (row.instrument.gs1_code, row.instrument.own_number, row.inner_number):
                if number in wanted:
                    found[number] = row.id
    codes = {item.given["client_code"] for item in items if item.given.get("client_code")}
    by_code = {code: min(ids) for code, ids in parties_by_codes(codes).items()} if codes else {}
    cards = parties(by_code.values()) if by_code else {}
    numbers = [item.number for item in items if item.number]
    standing = Standing.objects.select_related("record").filter(carrier_id=seat.carrier_id)
    orders = {item.given["order_number"] for item in items if item.given.get("order_number")}
    made = standing.filter(order_number__in=orders).exclude(order_id="") if orders else Standing.objects.none()
    return _Known(
        instruments=found,
        lives=lives(set(found.values()), on=clock.day(now)) if found else {},
        clients={code: cards[party_id] for code, party_id in by_code.items()},
        standings={row.internal_number: row for row in standing.filter(internal_number__in=numbers)},
        orders=dict(made.values_list("order_number", "internal_number")),
    )


def _planned(item: Item, seat: Seat, origin: Origin, known: _Known, seen: set[str], now: datetime) -> _Plan:
    plan = _Plan(item, refusal=item.refusal, column=item.column)
    if plan.refusal:
        return plan
    try:
        if item.number in seen:
            raise rules.TwiceInFile(number=item.number)
        seen.add(item.number)
        given = _resolved(item.given, known)
        there = known.standings.get(item.number)
        before = draft_of(there.record) if there else None
        draft = replace(before, **given) if before else Draft(carrier_id=seat.carrier_id, **given)
        draft = normalised(draft)
        if there and draft == before:
            plan.outcome = Outcome.SAME
            return plan
        _check(draft, before, seat, known, now)
    except Refusal as refusal:
        plan.refusal, plan.column = refusal, refusal.field
        return plan
    plan.outcome = Outcome.CORRECTED if there else Outcome.ADDED
    if there:
        reason = _("导入更正")
        plan.entry = Entry(draft, seat, origin, Grade.TYPED, there.record, RecordState.CORRECTED, reason)
    else:
        plan.entry = Entry(draft, seat, origin, Grade.TYPED)
    return plan


def _resolved(given: Mapping[str, Any], known: _Known) -> dict[str, Any]:
    """Numbers of instruments and codes of clients as what they name; raises UnknownInstrument."""
    said = {name: value for name, value in given.items() if name not in ("instrument", "gs1")}
    number = given.get("instrument") or given.get("gs1")
    if number:
        if number not in known.instruments:
            raise rules.UnknownInstrument(number=number)
        said["instrument_id"] = known.instruments[number]
    if client := known.clients.get(given.get("client_code", "")):
        said |= {"client_id": client.id, "client_name": client.name, "client_region": client.region}
        said["client_code"] = client.credit_code
    if not number and "minutes" in said:
        said["minutes"] = 0  # hours of a service without an instrument are nobody's machine hours
    return said


def _check(draft: Draft, before: Draft | None, seat: Seat, known: _Known, now: datetime) -> None:
    if before:
        changed = {name: getattr(draft, name) for name in rules.differences(before, draft)}
        rules.corrected(before, changed)
    elif draft.order_number in known.orders:
        raise rules.AlreadyFromOrder(number=draft.order_number, record=known.orders[draft.order_number])
    life = known.lives.get(draft.instrument_id)
    own = draft.client_id == seat.party_id
    rules.check(draft, life=life, provider_name=draft.client_name, own=own, now=now)


def _result(plan: _Plan) -> Result:
    outcome = Outcome.REFUSED if plan.refusal else plan.outcome
    code = _code(plan.refusal) if plan.refusal else DONE_CODE
    number = plan.item.number[:PLAIN_MAX]
    return Result(plan.item.row, number, outcome, code, plan.column, plan.refusal)


def _code(refusal: Refusal) -> int:
    """The interface's code for a refusal: form, data, unit or rule."""
    if isinstance(refusal, rules.CellWrong):
        return FORMAT_CODE if not refusal.facts.get("value") else DATA_CODE
    return UNIT_CODE if isinstance(refusal, rules.UnknownInstrument) else RULE_CODE
