"""What the driver needs to know of a system: how it is served, what its requests and answers look like, the truth."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import psycopg

from benchmarks.booking_race.wire import Answer, Request, is_open
from benchmarks.rows import CannotMeasure

CSRF = "c" * 32
FEED_BACK_DAYS = 28
BOOT_SECONDS, END_SECONDS = 90, 15
FIRST_PORT = 8_821


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a server. `{port}` in its arguments is the port that it gets."""

    arguments: Sequence[str]
    env: Mapping[str, str]
    cwd: Path


class Target(Protocol):
    """One of the two systems, filled and ready to be served."""

    @property
    def name(self) -> str: ...
    @property
    def modes(self) -> Sequence[str]:
        """The first is the one in which single requests are timed."""

    @property
    def users(self) -> Sequence[Mapping[str, str]]:
        """Signed in, at least fifty."""

    @property
    def tools(self) -> Sequence[str]:
        """Bookable by all of them."""

    @property
    def busy(self) -> str:
        """A tool with eight hours booked on every day."""

    @property
    def today(self) -> datetime:
        """Midnight of the day of the run."""

    def processes(self, mode: str) -> list[Process]: ...
    def create(self, user: Mapping[str, str], tool: str, start: datetime, end: datetime) -> Request: ...
    def feed(self, user: Mapping[str, str], tool: str) -> Request: ...
    def created(self, answer: Answer) -> bool: ...
    def refused(self, answer: Answer) -> bool: ...
    def events(self, answer: Answer) -> int: ...
    def taken(self, tool: str, start: datetime, end: datetime) -> int: ...
    def ahead(self) -> int: ...


def cookie(user: Mapping[str, str]) -> dict[str, str]:
    return {"Cookie": f"sessionid={user['session']}; csrftoken={CSRF}"}


def monday_of(today: datetime) -> datetime:
    """The Monday of the week that the feeds are asked for: one with bookings of the past."""
    return today - timedelta(days=FEED_BACK_DAYS + today.weekday())


def number_of(database: "psycopg.Connection[tuple[object, ...]]", statement: str, given: list[object]) -> int:
    """The one number that a statement answers."""
    row = database.execute(statement, given).fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]


def printed(name: str, process: Process, *, given: str = "") -> str:
    """What a program of a system prints when it has run to its end; raises CannotMeasure."""
    done = subprocess.run(
        process.arguments,
        cwd=process.cwd,
        env={**os.environ, **process.env},
        input=given,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotMeasure(f"{name}: {' '.join(process.arguments[1:4])}: {done.stderr[-1_200:]}")
    return done.stdout


def statements_of(name: str, process: Process, session: str, requests: Sequence[Request]) -> list[int]:
    """How many SQL statements each request of one session asks, as a program of the system counts them."""
    lines = "\n".join(json.dumps([request.path, session]) for request in requests)
    found = [json.loads(line) for line in printed(name, process, given=lines).splitlines()]
    if any(line["status"] != 200 for line in found):
        raise CannotMeasure(f"{name}: statements could not be counted: {found}")
    return [line["statements"] for line in found]


@contextmanager
def served(processes: Sequence[Process]) -> Iterator[list[int]]:
    """The ports on which the processes answer, until the block ends."""
    with ExitStack() as stack:
        yield [stack.enter_context(_running(process, FIRST_PORT + number)) for number, process in enumerate(processes)]


@contextmanager
def _running(process: Process, port: int) -> Iterator[int]:
    if is_open(port):
        raise CannotMeasure(f"port {port} is taken by another program")
    arguments = [argument.replace("{port}", str(port)) for argument in process.arguments]
    child = subprocess.Popen(arguments, env={**os.environ, **process.env}, cwd=process.cwd, stdout=subprocess.DEVNULL)
    try:
        began = time.monotonic()
        while not is_open(port):
            if child.poll() is not None or time.monotonic() - began > BOOT_SECONDS:
                raise CannotMeasure(f"{' '.join(arguments[:3])} … did not answer on port {port}")
            time.sleep(0.1)
        yield port
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
