"""kechuang, served by its own command, asked through the doors that a signed-in user's browser and programs have."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import psycopg

from benchmarks.booking_race.cluster import ROOT, Cluster
from benchmarks.booking_race.target import CSRF, Process, cookie, monday_of, number_of, printed, statements_of
from benchmarks.booking_race.wire import Answer, Request

NAME = "kechuang"
MODES: Mapping[str, int] = {"one process": 1, "two processes": 2}
TAKEN = "bookings.slot_taken"


@dataclass(frozen=True, slots=True)
class Kechuang:
    """A migrated and filled kechuang."""

    surroundings: Mapping[str, str]
    database: "psycopg.Connection[tuple[object, ...]]"
    users: Sequence[Mapping[str, str]]
    tools: Sequence[str]
    busy: str
    today: datetime
    name: str = NAME
    modes: Sequence[str] = tuple(MODES)

    def processes(self, mode: str) -> list[Process]:
        arguments = [sys.executable, "-m", "kechuang.site.cli", "serve", "--port", "{port}"]
        return [Process(arguments, self.surroundings, ROOT)] * MODES[mode]

    def create(self, user: Mapping[str, str], tool: str, start: datetime, end: datetime) -> Request:
        """A key of its own each time: the same key would answer with the first booking."""
        headers = {**cookie(user), "X-CSRFToken": CSRF, "Content-Type": "application/json"}
        body = {
            "instrument_ids": [tool],
            "from_at": start.isoformat(),
            "until_at": end.isoformat(),
            "key": uuid4().hex,
        }
        return Request("POST", "/api/bookings/", headers, json.dumps(body))

    def created(self, answer: Answer) -> bool:
        return answer.status == 201

    def refused(self, answer: Answer) -> bool:
        """A problem document that names what is wrong and when the instrument is free next."""
        return answer.status == 409 and json.loads(answer.body).get("code") == TAKEN

    def feed(self, user: Mapping[str, str], tool: str) -> Request:
        monday = monday_of(self.today)
        asked = {
            "instrument": tool,
            "from_at": monday.isoformat(),
            "until_at": (monday + timedelta(days=7)).isoformat(),
        }
        return Request("GET", f"/api/bookings/week?{urlencode(asked)}", cookie(user))

    def events(self, answer: Answer) -> int:
        return len(json.loads(answer.body))

    def pages(self) -> Mapping[str, Request]:
        """The pages that list its instruments."""
        return {"instruments": Request("GET", "/search?kind=instrument", cookie(self.users[0]))}

    def statements(self, requests: Sequence[Request]) -> list[int]:
        """How many SQL statements each of the first user's requests asks, from the session to the answer."""
        return statements_of(NAME, _inside(self.surroundings, "statements"), self.users[0]["session"], requests)

    def taken(self, tool: str, start: datetime, end: datetime) -> int:
        """By the bookings themselves, not by the slots that are to keep them apart."""
        return number_of(
            self.database,
            "SELECT count(*) FROM bookings_booking WHERE instruments ? %s AND from_at < %s AND until_at > %s"
            " AND state IN ('requested', 'confirmed', 'in_use', 'done')",
            [tool, end, start],
        )

    def ahead(self) -> int:
        return number_of(self.database, "SELECT count(*) FROM bookings_booking WHERE from_at >= %s", [self.today])


def filled(
    cluster: Cluster, name: str, tools: int, bookings: int, today: datetime, progress: Callable[[str], None]
) -> Kechuang:
    """A new database `name` with so many instruments and bookings, as `kechuang generate` writes them."""
    cluster.make(name)
    surroundings = cluster.env(name)
    seeded = json.loads(printed(NAME, _inside(surroundings, "fill", str(tools), str(bookings))).splitlines()[-1])
    progress(f"{NAME}: {tools:,} instruments, {bookings:,} bookings written in {seeded['seconds']:.0f} s")
    return Kechuang(surroundings, cluster.connect(name), seeded["users"], seeded["tools"], seeded["busy"], today)


def _inside(surroundings: Mapping[str, str], *arguments: str) -> Process:
    return Process([sys.executable, "-m", "benchmarks.booking_race.inside", *arguments], surroundings, ROOT)
