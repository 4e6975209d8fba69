"""The stage: one clock, one random source, people as actors, and a queue of what happens when."""

import heapq
import itertools
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from kechuang.deadlines.queries import calendar
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.workdays import Workdays
from kechuang.parties.queries import actor_for
from kechuang.pilot.rules import Chances, Dice
from kechuang.pilot.states import FIRST_BOOKED_ORDER, FIXED_CODES, LAST_DAYS, OTHER_SOURCE
from kechuang.ui import clock
from kechuang.vouchers.queries import LiveVoucher, live_by_holder

Story = Generator[int, None, None]
T = TypeVar("T")
_DAY = timedelta(days=1)
_SECONDS_BETWEEN = 7


@dataclass
class Member:
    """One party of the pilot and the person who acts for it."""

    party_id: str
    person_id: str
    name: str
    region: str
    code: str = ""
    kind: str = "organisation"
    labelled: bool = True
    bank_fails: bool = False
    admission_id: str = ""
    offers: list[tuple[str, int]] = field(default_factory=list)  # the offer and the usual quantity

    @property
    def is_shown(self) -> bool:
        """The provider that a visitor signs in as."""
        return self.name in FIXED_CODES

    @property
    def is_real(self) -> bool:
        """A public institution that exists; the others are fictitious."""
        return self.kind in {"university", "research_institute"}


@dataclass(frozen=True, slots=True)
class Bookable:
    """One instrument with a calendar, and the provider that it belongs to."""

    member: Member
    offer_id: str
    by_provider: bool  # bookings wait for the provider's confirmation
    trains: bool


@dataclass
class County:
    """One county with its officers."""

    region: str
    name: str
    officers: list[str] = field(default_factory=list)
    approvers: list[str] = field(default_factory=list)
    author: str = ""
    finance: list[str] = field(default_factory=list)
    payday: int = 0  # a day of the week


class Stage:
    """Everything a story needs. Stories are generators: each `yield n` waits for n days, then goes on on a working day."""

    def __init__(self, *, scheme: str, seed: int, first: date, until: date) -> None:
        self.scheme, self.seed, self.dice, self.chances = scheme, seed, Dice(seed), Chances()
        self.lots = Dice(seed + OTHER_SOURCE)  # what bookings draw from
        self.others = Dice(seed + OTHER_SOURCE + OTHER_SOURCE)  # what releases draw from
        self.wrongs = Dice(seed + OTHER_SOURCE * 3)  # what irregular deals draw from
        # Of planted claims the pattern, whether it only looks like it, and whether it came out so, asked at the end.
        self.labels: dict[str, tuple[str, bool, Callable[[], bool]]] = {}
        self.bookable: list[Bookable] = []
        self.booked_orders = FIRST_BOOKED_ORDER
        self.first, self.until, self.today = first, until, first
        self.counties: dict[str, County] = {}
        self.holders: list[Member] = []
        self.providers: list[Member] = []
        self.newcomers: list[Member] = []
        self.strangers: list[Member] = []  # enterprises that come for irregular deals, and for what looks like them
        self.serving: list[Member] = []  # providers that come for these
        self.taken: dict[tuple[str, str], str] = {}  # county and provider: the officer who takes all their claims
        self.citizens: list[str] = []
        self.shown: list[str] = []  # people whom the demonstration names: they sign in with its password
        self.city: dict[Role, str] = {}
        self.acts = self.declined = self.commands = 0
        self.acting_seconds = 0.0
        self.refusals: Counter[str] = Counter()
        self._ticks = 0
        self._order = itertools.count()
        self._queue: list[tuple[date, int, Story]] = []
        self._actors: dict[tuple[str, str], Actor] = {}
        self.workdays: Workdays = calendar()
        self.offices: dict[str, str] = {}  # by person
        self.absent: dict[str, str] = {}  # who stands in for whom
        self.asleep: set[str] = set()  # counties that leave their queue alone
        self._late: Counter[str] = Counter()
        self._live: tuple[date | None, dict[str, LiveVoucher]] = (None, {})

    @property
    def now(self) -> datetime:
        """The instant of the next act: the day's acts follow one another by seconds."""
        self._ticks += 1
        return clock.instant(self.today) + timedelta(seconds=self._ticks * _SECONDS_BETWEEN % 32_000)

    def actor(self, person_id: str, party_id: str = "") -> Actor:
        key = (person_id, party_id)
        if key not in self._actors:
            self._actors[key] = actor_for(person_id, party_id=party_id, on=self.today)
        return self._actors[key]

    def forget(self, person_id: str) -> None:
        """The person's offices or memberships have changed."""
        for key in [key for key in self._actors if key[0] == person_id]:
            del self._actors[key]

    def member(self, member: Member) -> Actor:
        return self.actor(member.person_id, member.party_id)

    def officer(self, person_id: str) -> Actor:
        """The officer, or who stands in for them today."""
        return self.actor(self.absent.get(person_id, person_id))

    def provider(self, party_id: str) -> Member | None:
        """The provider by its party, whatever it came for."""
        return next((one for one in (*self.providers, *self.serving) if one.party_id == party_id), None)

    def live(self) -> dict[str, LiveVoucher]:
        """By party the voucher each holder would use today, as of the morning."""
        if self._live[0] != self.today:
            self._live = (self.today, live_by_holder(on=self.today))
        return self._live[1]

    @property
    def days_left(self) -> int:
        return (self.until - self.today).days

    def left_open(self, what: str, *, times: int, since: int = LAST_DAYS, before: int = -1) -> bool:
        """Whether, in the last days, this is one of the few that are left open for whom they wait for."""
        if not before < self.days_left <= since or self._late[what] >= times:
            return False
        self._late[what] += 1
        return True

    def begin(self, story: Story, *, in_days: int = 0) -> None:
        self._push(self.today + _DAY * in_days, story)

    def _push(self, on: date, story: Story) -> None:
        heapq.heappush(self._queue, (self.workdays.next_working(on), next(self._order), story))

    def run_day(self) -> None:
        """Every story whose day has come goes on to its next wait; a refusal ends the story it meets."""
        while self._queue and self._queue[0][0] <= self.today:
            _on, _order, story = heapq.heappop(self._queue)
            try:
                wait = next(story)
            except StopIteration:
                continue
            except Refusal as refusal:
                self.refused(refusal)
                continue
            self._push(self.today + _DAY * max(wait, 0) if wait else self.today, story)

    def refused(self, refusal: Refusal) -> None:
        """The rules said no; which of them, and how often, is told at the end of a play."""
        self.declined += 1
        self.refusals[refusal.code] += 1

    @contextmanager
    def act(self, at: datetime | None = None) -> Iterator[datetime]:
        """One acknowledged command: its instant, the day's next or `at`, is pinned for everything within."""
        moment, began = at or self.now, time.perf_counter()
        with clock.at(moment):
            yield moment
        self.acting_seconds += time.perf_counter() - began
        self.commands += 1
        self.acts += 1

    def tried(self, call: Callable[[datetime], object]) -> bool:
        """A command that the rules may refuse without ending the story; whether it was done."""
        try:
            with self.act() as moment:
                call(moment)
        except Refusal as refusal:
            self.refused(refusal)
            return False
        return True

    def attempt(
        self, command: Callable[..., T], actor: Actor, *, moment: datetime | None = None, **given: object
    ) -> T | None:
        """What a command of `actor` answered; None when the rules refused it, which does not end the story."""
        try:
            with self.act(moment) as now:
                return command(actor, now=now, **given)
        except Refusal as refusal:
            self.refused(refusal)
            return None
