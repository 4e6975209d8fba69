"""pgbench TPC-B beside what is measured, on the same server."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from statistics import mean, median

import psycopg

from benchmarks.booking_race.cluster import Cluster
from benchmarks.rows import CannotMeasure
from kechuang.site import database

NAME, SCALE, CLIENTS, PROBE_SECONDS = "tpcb", 10, 8, 2
NONE = (
    "pgbench is neither beside our PostgreSQL programs nor on the path; Debian, Ubuntu: apt-get install postgresql"
    " (it comes with the server)"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The median round: its rate, and the mean of the probes around it."""

    rate: float
    probe: float

    @property
    def ratio(self) -> float:
        return self.rate / self.probe

    def said(self) -> str:
        return f"{self.rate:,.0f}/s, {self.ratio:.2f} x TPC-B ({self.probe:,.0f}/s)"


class Yardstick:
    """TPC-B with tables of its own, as pgbench makes them."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.program = cluster, _pgbench()
        cluster.make(NAME)
        self._run("-i", "-s", str(SCALE), "-q")
        self.probe()  # warm

    def probe(self) -> float:
        """Transactions per second of eight clients, prepared, each commit on disk."""
        said = self._run("-n", "-c", str(CLIENTS), "-j", "2", "-T", str(PROBE_SECONDS), "-M", "prepared")
        if not (found := re.search(r"tps = ([\d.]+)", said)):
            raise CannotMeasure(f"pgbench said: {said[-500:]}")
        return float(found.group(1))

    def beside(self, measure: Callable[[], float], rounds: int) -> Measured:
        """`rounds` times between two probes; the median ratio's round counts."""
        found = []
        for _ in range(rounds):
            before = self.probe()
            rate = measure()
            found.append(Measured(rate, mean([before, self.probe()])))
        middle = median(sorted(one.ratio for one in found)[: len(found) | 1])
        return min(found, key=lambda one: abs(one.ratio - middle))

    @contextmanager
    def slower(self, microseconds: int) -> Iterator[None]:
        """So much later every commit, as on a slower disk: who leads a flush of the log sleeps before it.

        `commit_delay` with `commit_siblings = 0` delays each flush, a lone one too. Unlike on a disk that is slow, who comes
        during the sleep is still in this flush; both sides of the ratio have that alike.
        """
        with psycopg.connect(self.cluster.url("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET commit_delay = {int(microseconds)}")
            admin.execute("ALTER SYSTEM SET commit_siblings = 0")
            admin.execute("SELECT pg_reload_conf()")
            try:
                yield
            finally:
                admin.execute("ALTER SYSTEM RESET ALL")
                admin.execute("SELECT pg_reload_conf()")

    def _run(self, *arguments: str) -> str:
        url = self.cluster.url(database.OWNER, NAME)
        done = subprocess.run([str(self.program), *arguments, url], capture_output=True, text=True, env={**os.environ})
        if done.returncode:
            raise CannotMeasure(f"pgbench ended with {done.returncode}: {done.stderr[-500:]}")
        return done.stdout


def _pgbench() -> Path:
    near = [
        database.binaries() / "pgbench",
        *map(Path, sorted(glob("/usr/lib/postgresql/*/bin/pgbench"), reverse=True)),
    ]
    named = shutil.which("pgbench")
    for path in [*near, *([Path(named)] if named else [])]:
        if path.exists():
            return path
    raise CannotMeasure(NONE)
