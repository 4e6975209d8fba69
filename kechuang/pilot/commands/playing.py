"""Playing a year: the clock moves day by day, every role acts through the commands, time's own work is done each morning."""

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from kechuang.deadlines.commands import load_announced
from kechuang.documents.commands import keeping_many
from kechuang.kernel.ids import seeded
from kechuang.kernel.money import ONE
from kechuang.pilot import queries
from kechuang.pilot.commands import deciding, joining, people
from kechuang.pilot.commands.ordering import OrderStory
from kechuang.pilot.commands.stage import Stage, Story
from kechuang.pilot.models import Run
from kechuang.pilot.rules import spread
from kechuang.pilot.states import FIRMS, HOLDERS, MAKERS, ORDERS, YEAR_DAYS
from kechuang.ui import clock

_DAY = timedelta(days=1)
Progress = Callable[[int, int, str], None]
Job = Callable[..., object]


def play(
    *,
    scheme: str,
    year: int,
    seed: int,
    until: date,
    scale: float,
    progress: Progress,
    now: datetime,
    jobs: Sequence[Job],
) -> queries.Summary:
    """Plays the pilot year up to `until` (演练试点年) and answers with its summary.

    The same seed writes the same year to the fen. `jobs` is time's own work in every room, lower rooms first; each
    is called with the morning's instant. `now` is the real instant, from which the demonstration's clock runs on.
    """
    began = time.monotonic()
    first = date(year, 1, 1)
    with seeded(f"{scheme}:{year}:{seed}"), keeping_many():
        with clock.at(clock.instant(first)):
            load_announced(now=clock.instant(first))
            stage = Stage(scheme=scheme, seed=seed, first=first, until=until)
            with transaction.atomic():
                run = Run.objects.create(
                    scheme=scheme, year=year, seed=seed, scale_bp=round(scale * ONE), until=until, played_at=now
                )
                _cast(stage, scale)
        days = (until - first).days
        for number in range(days + 1):
            stage.today = first + _DAY * number
            _morning(stage, jobs)
            stage.run_day()
            progress(number + 1, days + 1, stage.today.isoformat())
    run.acts, run.declined = stage.acts, stage.declined
    run.took_ms = round((time.monotonic() - began) * 1_000)
    run.save(update_fields=["acts", "declined", "took_ms"])
    found = queries.summary()
    assert found is not None
    return found


def _cast(stage: Stage, scale: float) -> None:
    """Who takes part, and when each of them begins."""
    people.offices(stage)
    people.providers(stage, max(round(FIRMS * scale), 3))
    people.holders(stage, max(round(HOLDERS * scale), 6), max(round(MAKERS * scale), 2))
    people.lists(stage)
    for county in stage.counties.values():
        stage.begin(joining.county(stage, county), in_days=1)
        stage.begin(deciding.claims_round(stage, county), in_days=30)
        stage.begin(deciding.objections_round(stage, county), in_days=30)
        stage.begin(deciding.payments_round(stage, county), in_days=30)
    for number, member in enumerate(stage.providers):
        early = stage.dice.between(2, 25) if number < len(stage.providers) // 2 else stage.dice.between(20, 150)
        stage.begin(joining.provider(stage, member), in_days=early)
    for member in stage.holders:
        stage.begin(joining.holder(stage, member), in_days=stage.dice.between(24, 80))
    for number, day in enumerate(spread(max(round(ORDERS * scale), 20), YEAR_DAYS, stage.dice), start=1):
        stage.begin(_asked(stage, number), in_days=max(day, 30))


def _asked(stage: Stage, number: int) -> Story:
    """One order of somebody who can order by now; who has no voucher waits and asks again."""
    yield 0
    for _ in range(20):
        holder = stage.dice.one(stage.holders)
        if queries.can_order(holder.party_id, on=stage.today):
            yield from OrderStory(stage, holder, number)()
            return
        yield 1


def _morning(stage: Stage, jobs: Sequence[Job]) -> None:
    """Time's own work of the day: notices end, clocks run out, vouchers expire, messages leave."""
    moment = clock.instant(stage.today)
    with clock.at(moment):
        for job in jobs:
            job(now=moment)
