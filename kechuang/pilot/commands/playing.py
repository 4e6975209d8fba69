"""Playing a year: the clock moves day by day, every role acts through the commands, time's own work is done each morning."""

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from kechuang.deadlines.commands import load_announced
from kechuang.documents.commands import keeping_many
from kechuang.kernel.actor import CLOCK
from kechuang.kernel.ids import seeded
from kechuang.parties import commands as parties
from kechuang.pilot import queries
from kechuang.pilot.commands import (
    booking,
    deciding,
    happenings,
    joining,
    people,
    planting,
    releasing,
    subsidising,
    supervising,
)
from kechuang.pilot.commands.ordering import OrderStory
from kechuang.pilot.commands.stage import Stage, Story
from kechuang.pilot.models import Run, Scale, in_bp
from kechuang.pilot.rules import spread
from kechuang.pilot.states import (
    DEMO_PASSWORD,
    FIRMS,
    FIRST_COUNTY,
    GARBAGE_THRESHOLD,
    HOLDERS,
    MAKERS,
    MONTH,
    NEXT_BUDGET_DAY,
    ORDERS,
    SENDING,
    YEAR_DAYS,
)
from kechuang.search.commands import load_shipped
from kechuang.ui import clock, direct

_DAY = timedelta(days=1)
Progress = Callable[[int, int, str], None]
Job = Callable[..., object]


def play(
    *,
    scheme: str,
    year: int,
    seed: int,
    until: date,
    scale: Scale,
    progress: Progress,
    now: datetime,
    jobs: Sequence[Job],
    fraud: bool = False,
) -> queries.Summary:
    """Plays the pilot year up to `until` (演练试点年) and answers with its summary.

    The same seed writes the same year to the fen. `jobs` is time's own work in every room, lower rooms first; each
    is called with the morning's instant. `now` is the real instant, from which the demonstration's clock runs on. With
    `fraud` some of the cast deal irregularly (植入违规), others so that it looks like it; which they are is labelled.
    """
    began = time.monotonic()
    first = date(year, 1, 1)
    with seeded(f"{scheme}:{year}:{seed}"), keeping_many(), _own_session():
        with clock.at(clock.instant(first)):
            load_announced(now=clock.instant(first))
            load_shipped(now=clock.instant(first))
            stage = Stage(scheme=scheme, seed=seed, first=first, until=until)
            with transaction.atomic():
                run = Run.objects.create(
                    scheme=scheme, year=year, seed=seed, scale_bp=in_bp(scale), until=until, played_at=now
                )
                _cast(stage, scale, fraud=fraud)
        days = (until - first).days
        for number in range(days + 1):
            stage.today = first + _DAY * number
            _morning(stage, jobs)
            stage.run_day()
            progress(number + 1, days + 1, stage.today.isoformat())
    planting.label(stage)
    run.acts, run.declined = stage.acts, stage.declined
    run.commands, run.commands_ms = stage.commands, round(stage.acting_seconds * 1_000)
    run.took_ms = round((time.monotonic() - began) * 1_000)
    run.save(update_fields=["acts", "declined", "commands", "commands_ms", "took_ms"])
    found = queries.summary()
    assert found is not None
    return found


def _cast(stage: Stage, scale: Scale, *, fraud: bool) -> None:
    """Who takes part, and when each of them begins."""
    makers = max(round(MAKERS * scale), 2)
    people.offices(stage)
    people.providers(stage, max(round(FIRMS * scale), 3))
    people.holders(stage, max(round(HOLDERS * scale), 6), makers)
    if releasing.has_releases(stage):
        people.newcomers(stage)
    cast = planting.cast(stage, scale) if fraud else None
    people.lists(stage)
    year, days = stage.first.year, (stage.until - stage.first).days
    for county in stage.counties.values():
        stage.begin(joining.county(stage, county, year), in_days=1)
        stage.begin(joining.county(stage, county, year + 1), in_days=NEXT_BUDGET_DAY)
        stage.begin(deciding.payments_round(stage, county), in_days=30)
    stage.begin(deciding.claims_round(stage), in_days=30)
    stage.begin(deciding.objections_round(stage), in_days=30)
    *providers, last = stage.providers
    for number, member in enumerate(providers):
        early = stage.dice.between(2, 25) if number < len(providers) // 2 else stage.dice.between(20, 150)
        stage.begin(joining.provider(stage, member), in_days=early)
    stage.begin(joining.provider(stage, last, review_days=MONTH), in_days=max(days - MONTH // 2, 0))
    late = [one for one in stage.holders[1 : -makers - 2] if one.region == FIRST_COUNTY and not one.labelled][:2]
    for member in stage.holders:
        if member not in late:
            stage.begin(joining.holder(stage, member), in_days=stage.dice.between(24, 80))
    for member in late:  # they declare what no list says, and wait for the county on the last day
        stage.begin(joining.holder(stage, member), in_days=days)
    happenings.all_year(stage)
    booking.all_year(stage, scale)
    releasing.all_year(stage)
    subsidising.all_year(stage)
    supervising.all_year(stage)
    begins = spread(max(round(ORDERS * scale), 20), YEAR_DAYS, stage.dice)
    begins += [day for day in range(YEAR_DAYS + 1, days + 1) for _ in range(round(ORDERS * scale) // YEAR_DAYS)]
    for number, day in enumerate(begins, start=1):
        if day <= days:
            stage.begin(_asked(stage, number), in_days=max(day, 30))
    if cast is not None:
        planting.all_year(stage, scale, cast)
    parties.set_shown_password(CLOCK, person_ids=stage.shown, password=DEMO_PASSWORD)


def _asked(stage: Stage, number: int) -> Story:
    """One order of somebody who can order by now; while nobody can it waits and asks again."""
    yield 0
    for _ in range(60):
        live = stage.live()
        able = [one for one in stage.holders if one.party_id in live and live[one.party_id].balance.free_fen > 0]
        if able and any(one.offers for one in stage.providers):
            yield from OrderStory(stage, stage.dice.one(able), number)()
            return
        yield 1


@contextmanager
def _own_session() -> Iterator[None]:
    """The play's session: it does not wait for the disk at each commit, and PostgreSQL plans its statements once.

    Nobody is told of a commit before the last, which waits for all. Objects that a play leaves behind are many and
    live for long: to look through them again and again for garbage would find nothing.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(GARBAGE_THRESHOLD, *thresholds[1:])
    try:
        with _planned_once():
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
            yield
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")
    finally:
        gc.set_threshold(*thresholds)


@contextmanager
def _planned_once() -> Iterator[None]:
    """A connection of its own with prepared statements; within somebody's transaction theirs goes on."""
    if connection.in_atomic_block:
        yield
        return
    options: dict[str, object] = connection.settings_dict["OPTIONS"]
    kept = dict(options)
    _reconnect(options | {"server_side_binding": True, "cursor_factory": direct.Cursor})
    try:
        yield
    finally:
        _reconnect(kept)


def _reconnect(options: Mapping[str, object]) -> None:
    connection.close()
    connection.settings_dict["OPTIONS"] = dict(options)
    vars(connection.features).pop("uses_server_side_binding", None)  # it is asked once per connection


def _morning(stage: Stage, jobs: Sequence[Job]) -> None:
    """Time's own work of the day: notices end, clocks run out, vouchers expire, messages leave."""
    moment = clock.instant(stage.today)
    with clock.at(moment):
        for job in jobs:
            done = job(now=moment)
            if isinstance(done, int) and job.__module__ not in SENDING:  # how many commands it had to do
                stage.acts += done
