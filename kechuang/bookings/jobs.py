"""Work of the clock: bookings nobody confirmed, began or ended; a word before the time; qualifications that ran out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kechuang.bookings import commands
from kechuang.bookings.queries import (
    entries_due,
    not_begun,
    of_merged,
    offers_over,
    polls_due,
    qualifications_ended,
    run_out,
    to_remind,
    unanswered,
    waited_for,
)
from kechuang.kernel.actor import CLOCK
from kechuang.ui import clock


def run_lapses(*, now: datetime) -> int:
    """Lets go what nobody answered in time (逾期失效); each once, however often or late this runs. Answers how many."""
    return _each(lambda: unanswered(now=now), lambda found: commands.lapse(CLOCK, booking_id=found, now=now))


def run_no_shows(*, now: datetime) -> int:
    """Where the calendar counts it, who has not come by then is a no-show (爽约). Answers how many."""
    return _each(lambda: not_begun(now=now), lambda found: commands.no_show(CLOCK, booking_id=found, now=now))


def run_completions(*, now: datetime) -> int:
    """Ends what has run out (到时结束). Answers how many."""
    return _each(lambda: run_out(now=now), lambda found: commands.complete(CLOCK, booking_id=found, now=now))


def run_mergers(*, now: datetime) -> int:
    """Bookings of merged sides go on with who took them over (合并承继). Answers how many."""
    found = of_merged(on=clock.day(now))
    for booking_id in found:
        commands.carry_over(CLOCK, booking_id=booking_id, now=now)
    return len(found)


def run_reminders(*, now: datetime) -> int:
    """A word before the booked time (预约提醒), once for each time. Answers how many."""
    return sum(commands.remind(booking_id=found, now=now) for found in to_remind(now=now))


def run_qualifications(*, now: datetime) -> int:
    """Qualifications whose last day is over (操作资格到期). Answers how many."""
    on = clock.day(now)
    return _each(
        lambda: qualifications_ended(on=on),
        lambda found: commands.expire_qualification(CLOCK, qualification_id=found, now=now),
    )


def run_waits(*, now: datetime) -> int:
    """Offers not answered in time go to the next; what became free is offered (候补递补). Answers how many ended."""
    ended = sum(commands.expire_offer(wait_id=found, now=now) for found in offers_over(now=now))
    for instrument_id in waited_for():
        commands.offer_freed([instrument_id], now=now)
    return ended


def run_entries(*, now: datetime) -> int:
    """What was confirmed by itself since the last round goes to its people's calendars (日程附件). Answers how many."""
    return sum(commands.send_entry(booking_id=found, now=now) for found in entries_due(now=now))


def run_polls(*, now: datetime) -> int:
    """Looks at the outside calendars that are due (读取外部日历), one after the other. Answers how many were read."""
    return sum(commands.poll_source(source_id=found, now=now) for found in polls_due(now=now))


def _each(due: Callable[[], list[str]], act: Callable[[str], Any]) -> int:
    done = 0
    while ids := due():
        for found in ids:
            act(found)
        done += len(ids)
    return done
