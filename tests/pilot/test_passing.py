"""Letting time pass in a demonstration."""

from datetime import date, datetime, timedelta

import pytest

from kechuang.pilot import commands
from kechuang.pilot.models import Run
from kechuang.ui import clock

pytestmark = pytest.mark.django_db


def test_every_day_between_is_lived_and_the_clock_stays_moved() -> None:
    before = clock.database_time()
    run = Run.objects.create(scheme="x", year=2025, seed=1, scale_bp=1, until=date(2025, 11, 21), played_at=before)
    lived: list[date] = []

    def job(*, now: datetime) -> None:
        lived.append(clock.day(now))
        assert clock.now() == now

    commands.let_pass(days=3, jobs=[job], progress=lambda *_: None)
    first = date(2025, 11, 22)
    assert lived == [first, first + timedelta(days=1), first + timedelta(days=2)]
    run.refresh_from_db()
    assert clock.day(before + run.clock_offset) == date(2025, 11, 24)
    commands.let_pass(days=1, jobs=[job], progress=lambda *_: None)
    assert lived[-1] == date(2025, 11, 25)
