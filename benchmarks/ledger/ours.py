"""kechuang's ledger in a database of its own, and the processes that post to it through the public commands."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from benchmarks.booking_race.cluster import ROOT, Cluster
from benchmarks.booking_race.target import Process, printed
from benchmarks.ledger import callers, growing
from kechuang.site import database

NAME = "kechuang"
SETTLED = 100_000


@dataclass(frozen=True, slots=True)
class Case:
    """How it is asked: by so many processes with so many threads each."""

    name: str
    processes: int
    threads: int = 1


@dataclass(frozen=True, slots=True)
class World:
    """A migrated database with 5,000 vouchers, 5,000 providers' accounts and one budget."""

    cluster: Cluster
    database: str

    def rate(self, case: Case, seconds: float) -> float:
        """Transfers (or pairs, or grants) per second."""
        commands = [
            self._command(case.name, str(case.threads), str(seconds), str(seed)) for seed in range(case.processes)
        ]
        return callers.rate(case.name, commands, self._env(), ROOT)

    def settled(self, *, with_events: bool) -> tuple[float, float]:
        """Settles 100,000 fresh holds; answers items per second, and the longest chunk in milliseconds."""
        said = printed(NAME, Process(self._command("settle", str(SETTLED), str(int(with_events))), self._env(), ROOT))
        found = json.loads(said.splitlines()[-1])
        return found["count"] / found["seconds"], found["longest_ms"]

    def broken(self) -> str:
        """What `kechuang check` finds in the ledger, or nothing."""
        return printed(NAME, Process(self._command("check"), self._env(), ROOT)).strip()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "benchmarks.ledger.inside", *arguments]

    def _env(self) -> dict[str, str]:
        return {**self.cluster.env(self.database), "KECHUANG_SERVING": "1"}


def filled(cluster: Cluster, name: str, progress: Callable[[str], None], *, transfers: int = 0) -> World:
    """A new database, with so many transfers of earlier days in it."""
    cluster.make(name)
    world = World(cluster, name)
    printed(NAME, Process(world._command("fill"), cluster.env(name), ROOT))
    if transfers:
        with psycopg.connect(cluster.url(database.OWNER, name), autocommit=True) as owner:
            growing.grow(owner, transfers)
        progress(f"{transfers:,} transfers written")
    return world
