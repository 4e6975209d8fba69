"""What the driver needs to know of a system: how it is served, what its requests and answers look like, the truth."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from benchmarks.booking_race.wire import Answer, Request, is_open
from benchmarks.rows import CannotMeasure

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
