"""The clock of a half-year's checks (半年抽查的期限): the office that paid draws the least share in time, or the city is told."""

from collections.abc import Iterable
from datetime import date, datetime

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Role
from kechuang.kernel.workdays import Length, Unit
from kechuang.supervision.queries.halves import Half, halves
from kechuang.supervision.states.checks import HALF, HALF_LABEL
from kechuang.ui import clock

CHECKS_PAGE = "/supervision/checks/"


def start_half(half: Half, *, now: datetime) -> None:
    """Starts the clock of a half-year that is over and not checked enough; asked again, it runs on."""
    days = (half.due_on - clock.day(now)).days
    deadlines.start(
        kind=HALF,
        label=HALF_LABEL,
        subject_id=half.subject,
        number=half.subject,
        region=half.region,
        role=Role.COUNTY_OFFICER,
        path=CHECKS_PAGE,
        length=Length(max(days, 0), Unit.DAYS, ends_on_working_day=False),
        article=str(half.due["article"]),
        now=now,
    )


def meet_halves(regions: Iterable[str], *, of: date, now: datetime) -> None:
    """After a draw: the clock of each office whose half-year is checked enough by now is met."""
    for half in halves(regions, of=of, on=clock.day(now)):
        if not half.short:
            deadlines.meet(half.subject, HALF, now=now)
