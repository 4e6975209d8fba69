"""The measurements themselves, the same for both systems: creations and feeds one after another, and the race."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.booking_race.target import Target
from benchmarks.booking_race.wire import Answer, Request, burst, fetch
from benchmarks.rows import CannotMeasure

SLOTS, BURST = 20, 50
RACE_DAYS_AHEAD, CREATE_DAYS_AHEAD, DAYS_A_PASS = 60, 30, 5  # all beyond what was filled in
HALF_HOURS_A_DAY = 16  # 9:00 to 17:00, within everybody's opening hours
OPENS_AT = 9
WARM = 10


@dataclass(frozen=True, slots=True)
class Round:
    """One slot and the burst for it: how many were told yes, how many no, how many something else, and what is booked."""

    accepted: int
    refused: int
    other: int
    rows: int
    strange: str = ""


class Course:
    """One pass over one system. Slots are never used twice, whatever was booked before."""

    def __init__(self, target: Target, pass_number: int) -> None:
        self.target, self.pass_number = target, pass_number
        self._users = itertools.cycle(target.users)
        self._slots = self._free()
        self._variant = 0

    def creations(self, ports: Sequence[int], count: int) -> list[float]:
        """Milliseconds of each of `count` bookings, one after another; the rows are counted afterwards."""
        before = self.target.ahead()
        requests = (self.target.create(next(self._users), *next(self._slots)) for _ in itertools.count())
        found = _timed(requests, ports[0], count, self._need_created)
        if (added := self.target.ahead() - before) != count + WARM:
            raise CannotMeasure(f"{self.target.name}: {count + WARM} bookings were acknowledged, {added} are kept")
        return found

    def feeds(self, ports: Sequence[int], tool: str, count: int, least: int) -> list[float]:
        """Milliseconds of each feed of one week of one tool, which has at least `least` events."""

        def check(answer: Answer) -> None:
            if answer.status != 200 or self.target.events(answer) < least:
                raise CannotMeasure(
                    f"{self.target.name}: a week's feed answered {answer.status}: {answer.body[:200]!r}"
                )

        requests = (self.target.feed(next(self._users), tool) for _ in itertools.count())
        return _timed(requests, ports[0], count, check)

    def race(self, ports: Sequence[int], *, one_user: bool) -> list[Round]:
        """Twenty slots, each with fifty requests at once, by fifty users or by one."""
        self._variant += 1
        return [self._round(number, ports, one_user) for number in range(SLOTS)]

    def _round(self, number: int, ports: Sequence[int], one_user: bool) -> Round:
        users = [self.target.users[0]] * BURST if one_user else self.target.users[:BURST]
        tool = self.target.tools[number % len(self.target.tools)]
        days = timedelta(days=RACE_DAYS_AHEAD + self.pass_number, hours=OPENS_AT + self._variant)
        start = self.target.today + days
        end = start + timedelta(hours=1)
        if self.target.taken(tool, start, end):
            raise CannotMeasure(f"{self.target.name}: the slot of the race is taken before it")
        answers = burst([self.target.create(user, tool, start, end) for user in users], ports)
        other = [one for one in answers if not self.target.created(one) and not self.target.refused(one)]
        return Round(
            accepted=sum(self.target.created(answer) for answer in answers),
            refused=sum(self.target.refused(answer) for answer in answers),
            other=len(other),
            rows=self.target.taken(tool, start, end),
            strange=f"{other[0].status} {other[0].body[:300]!r}" if other else "",
        )

    def _free(self) -> Iterator[tuple[str, datetime, datetime]]:
        for number in itertools.count():
            day, half = divmod(number // len(self.target.tools), HALF_HOURS_A_DAY)
            ahead = CREATE_DAYS_AHEAD + DAYS_A_PASS * self.pass_number + day
            start = self.target.today + timedelta(days=ahead, hours=OPENS_AT, minutes=30 * half)
            yield self.target.tools[number % len(self.target.tools)], start, start + timedelta(minutes=30)

    def _need_created(self, answer: Answer) -> None:
        if not self.target.created(answer):
            raise CannotMeasure(f"{self.target.name}: a booking was not made: {answer.status} {answer.body[:300]!r}")


def page(request: Request, port: int, count: int, name: str) -> list[float]:
    """Milliseconds of each showing of one page."""

    def check(answer: Answer) -> None:
        if answer.status != 200 or not answer.body:
            raise CannotMeasure(f"{name}: {request.path} answered {answer.status}")

    return _timed(itertools.repeat(request), port, count, check, warm=1)


def _timed(
    requests: Iterator[Request], port: int, count: int, check: Callable[[Answer], None], warm: int = WARM
) -> list[float]:
    for _ in range(warm):
        check(fetch(next(requests), port))
    found = []
    for _ in range(count):
        request = next(requests)
        began = time.perf_counter()
        answer = fetch(request, port)
        found.append((time.perf_counter() - began) * 1_000)
        check(answer)
    return found
