"""Booking under a race, a busy week and a long list: kechuang and NEMO alternately in one run, on one PostgreSQL.

Both have 1,000 instruments with 100,000 bookings of the past year (1 % of them busy, eight an hour long on every day) and
fifty signed-in users; 10,000 instruments only for the pages that list them. Client and servers share the machine. Both
take their connections from the pool that kechuang's settings name (psycopg 3, CONN_MAX_AGE 0, health checks, the socket);
NEMO runs under gunicorn with two workers, once plain and once as its Docker image does (2 x 8 threads), kechuang under
its own `serve`, once in one process and once in two. Single requests are timed in the first mode of each.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import mean, median

from benchmarks.booking_race import cluster, driver, nemo, ours
from benchmarks.booking_race.target import Target, served
from benchmarks.rows import CannotMeasure, Row

TOOLS, BOOKINGS, TOOLS_OF_PAGES = 1_000, 100_000, 10_000
PASSES = 2
CREATIONS, FEEDS, SHOWN, SHOWN_BY_PEER = 200, 60, 20, 2
BUSY_EVENTS = 40  # at least so many in the busy week; eight a day less the cancelled
PEKING = timezone(timedelta(hours=8))
RACES = {"fifty users": False, "one user": True}
Progress = Callable[[str], None]


@dataclass
class Measured:
    """What was measured of one system, over all passes."""

    creations: list[float] = field(default_factory=list)
    feeds: list[float] = field(default_factory=list)
    races: dict[str, list[driver.Round]] = field(default_factory=dict)
    pages: dict[str, list[float]] = field(default_factory=dict)

    @property
    def rounds(self) -> list[driver.Round]:
        return [one for found in self.races.values() for one in found]

    @property
    def double_booked(self) -> int:
        return sum(one.rows > 1 for one in self.rounds)


def run(progress: Progress) -> list[Row]:
    """All rows; at most 25 minutes."""
    environment = nemo.installed(progress)
    now = datetime.fromtimestamp(time.time(), PEKING)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with cluster.running() as server:
        peer = nemo.filled(server, environment, "peer", TOOLS, BOOKINGS, today)
        progress(f"{peer.name}: {TOOLS:,} tools, {BOOKINGS:,} reservations written")
        own = ours.filled(server, "own", TOOLS, BOOKINGS, today, progress)
        statements = [
            max(system.statements([system.feed(system.users[0], tool) for tool in (system.tools[0], system.busy)]))
            for system in (peer, own)
        ]
        found = {system.name: Measured() for system in (peer, own)}
        for number in range(PASSES):
            for system in (peer, own):
                _pass(system, number, found[system.name], progress)
        _pages(server, environment, today, found, progress)
    return rows(found[peer.name], found[own.name], *statements)


def _pass(system: Target, number: int, found: Measured, progress: Progress) -> None:
    course = driver.Course(system, number)
    for mode in system.modes:
        with served(system.processes(mode)) as ports:
            if mode == system.modes[0]:
                found.creations += course.creations(ports, CREATIONS)
                found.feeds += course.feeds(ports, system.busy, FEEDS, BUSY_EVENTS)
            for who, one_user in RACES.items():
                rounds = course.race(ports, one_user=one_user)
                found.races.setdefault(f"{mode}, {who}", []).extend(rounds)
                doubled = sum(one.rows > 1 for one in rounds)
                progress(f"{system.name}, {mode}, {who}: {doubled} of {len(rounds)} slots booked more than once")
    progress(
        f"{system.name}: a booking {median(found.creations):.1f} ms, a busy week {median(found.feeds):.1f} ms (medians)"
    )


def _pages(
    server: cluster.Cluster,
    environment: Path,
    today: datetime,
    found: Mapping[str, Measured],
    progress: Progress,
) -> None:
    """The pages that list the tools, with ten times as many."""
    peer = nemo.filled(server, environment, "peer_pages", TOOLS_OF_PAGES, 0, today)
    own = ours.filled(server, "own_pages", TOOLS_OF_PAGES, 0, today, progress)
    for _number in range(PASSES):
        for system, count in ((peer, SHOWN_BY_PEER), (own, SHOWN)):
            pages = found[system.name].pages
            with served(system.processes(system.modes[0])) as ports:
                for name, request in system.pages().items():
                    pages.setdefault(name, []).extend(driver.page(request, ports[0], count, system.name))
    for name, measured in found.items():
        for title, took in measured.pages.items():
            progress(f"{name}, {title}: {median(took):.0f} ms")


def rows(peer: Measured, own: Measured, peer_statements: int, own_statements: int) -> list[Row]:
    """What was measured, as rows; an answer that is neither a booking nor a clear refusal is no measurement."""
    if strange := [one.strange for one in own.rounds if one.other]:
        raise CannotMeasure(
            f"{len(strange)} slots had answers that are neither a booking nor a clear refusal: {strange[0]}"
        )
    name = nemo.NAME
    create = median(own.creations), median(peer.creations)
    feed = median(own.feeds), median(peer.feeds)
    page = max(map(median, own.pages.values())), min(map(median, peer.pages.values()))
    slots = len(own.rounds)
    worst = max((one.accepted for one in own.rounds), key=lambda accepted: abs(accepted - 1))
    return [
        Row("double_booked_slots", own.double_booked, f"of {slots}", f"{name}, in the same modes of its own", peer.double_booked, "= 0"),
        Row("successes_per_slot", worst, "of 50", f"{name}, the mean", mean(one.accepted for one in peer.rounds), "= 1"),
        _ratio("create_time_ratio", create[0] / create[1], f"{name}: {create[0]:.1f} ms against {create[1]:.1f} ms", "<= 0.5"),
        Row("week_feed_statements", own_statements, "statements", name, peer_statements, "<= 5"),
        _ratio("week_feed_speedup", feed[1] / feed[0], f"{name}: {feed[0]:.1f} ms against {feed[1]:.1f} ms", ">= 10"),
        _ratio("list_10k_speedup", page[1] / page[0], f"{name}: {page[0]:.0f} ms against {page[1]:.0f} ms", ">= 20"),
    ]  # fmt: skip


def _ratio(name: str, value: float, reference: str, goal: str) -> Row:
    """A value that is a ratio already: to the peer, which is 1."""
    return Row(name, value, "times", reference, 1, goal)
