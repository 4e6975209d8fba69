"""NEMO, the best open booking system that we know, from its package in an environment of its own."""

import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from benchmarks.booking_race.cluster import ROOT, Cluster
from benchmarks.booking_race.target import CSRF, Process, cookie, monday_of, number_of, printed, statements_of
from benchmarks.booking_race.wire import Answer, Request
from benchmarks.rows import CannotMeasure

HERE = Path(__file__).parent
LOCK = HERE / "requirements.txt"
PEER = HERE / "peer"
NAME = "NEMO 8.1.5"
EMPTY = "nemo_empty"  # its tables, migrated once
BACKLOG, TIMEOUT_SECONDS = "512", "120"
MODES: Mapping[str, Sequence[str]] = {
    "sync2": ("--workers", "2"),
    "gthread2x8": ("--workers", "2", "--worker-class", "gthread", "--threads", "8"),  # as its Docker image
}


def installed(progress: Callable[[str], None]) -> Path:
    """The environment that holds exactly what the lock names; kept for the next run. Raises CannotMeasure."""
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = ROOT / ".kechuang" / "bench" / f"nemo-{digest}"
    if (folder / "whole").exists():
        return folder
    progress(f"installing {NAME} from its package")
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(folder)
    python, uv = folder / "bin" / "python", ROOT / ".venv" / "bin" / "uv"
    ways: list[list[object]] = [[python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]]
    if uv.exists():
        ways.insert(0, [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, LOCK])
    said = ""
    for way in ways:
        done = subprocess.run(
            [str(part) for part in way], env={"UV_SYSTEM_CERTS": "1", **os.environ}, capture_output=True, text=True
        )
        if done.returncode == 0:
            (folder / "whole").touch()
            return folder
        said = done.stderr.strip()
    raise CannotMeasure(f"{NAME} could not be installed from {LOCK.relative_to(ROOT)}: {said[-800:]}")


@dataclass(frozen=True, slots=True)
class Nemo:
    """A migrated and filled NEMO."""

    environment: Path
    surroundings: Mapping[str, str]
    database: "psycopg.Connection[tuple[object, ...]]"
    users: Sequence[Mapping[str, str]]
    tools: Sequence[str]
    busy: str
    today: datetime
    name: str = NAME
    modes: Sequence[str] = tuple(MODES)

    def processes(self, mode: str) -> list[Process]:
        """One gunicorn. Not preloaded: it opens a connection at import, and workers that share one corrupt their sessions."""
        arguments = [
            str(self.environment / "bin" / "gunicorn"),
            *("NEMO.wsgi:application", "-b", "127.0.0.1:{port}", "--log-level", "error"),
            *("--backlog", BACKLOG, "--timeout", TIMEOUT_SECONDS, *MODES[mode]),
        ]
        return [Process(arguments, self.surroundings, PEER)]

    def create(self, user: Mapping[str, str], tool: str, start: datetime, end: datetime) -> Request:
        times = {"start": int(start.timestamp()), "end": int(end.timestamp())}
        headers = {
            **cookie(user),
            "X-CSRFToken": CSRF,
            "X-Requested-With": "XMLHttpRequest",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({**times, "item_type": "tool", "item_id": tool})
        return Request("POST", "/create_reservation/", headers, body)

    def created(self, answer: Answer) -> bool:
        """It answers a refusal with status 200 and a dialog in HTML; success has an empty body."""
        return answer.status in {200, 201} and answer.body == b""

    def refused(self, answer: Answer) -> bool:
        return answer.status == 200 and b"coincides with another reservation" in answer.body

    def feed(self, user: Mapping[str, str], tool: str) -> Request:
        monday = monday_of(self.today)
        asked = {
            "start": f"{monday:%Y-%m-%d}",
            "end": f"{monday + timedelta(days=7):%Y-%m-%d}",
            "event_type": "reservations",
            "item_type": "tool",
            "item_id": tool,
        }
        return Request("GET", f"/event_feed/?{urlencode(asked)}", cookie(user))

    def events(self, answer: Answer) -> int:
        return len(json.loads(answer.body))

    def pages(self) -> Mapping[str, Request]:
        """The two pages that list its tools."""
        own = cookie(self.users[0])
        return {
            "calendar with the tree of tools": Request("GET", "/calendar/", own),
            "tool control with the list of tools": Request("GET", "/tool_control/", own),
        }

    def statements(self, requests: Sequence[Request]) -> list[int]:
        """How many SQL statements each of the first user's requests asks."""
        process = _python(self.environment, self.surroundings, "peer_statements.py")
        return statements_of(NAME, process, self.users[0]["session"], requests)

    def taken(self, tool: str, start: datetime, end: datetime) -> int:
        return number_of(
            self.database,
            'SELECT count(*) FROM "NEMO_reservation" WHERE tool_id = %s AND NOT cancelled AND NOT missed'
            ' AND NOT shortened AND start < %s AND "end" > %s',
            [int(tool), end, start],
        )

    def ahead(self) -> int:
        return number_of(self.database, 'SELECT count(*) FROM "NEMO_reservation" WHERE start >= %s', [self.today])


def filled(cluster: Cluster, environment: Path, name: str, tools: int, reservations: int, today: datetime) -> Nemo:
    """A new database `name` with NEMO's tables and so many tools and reservations of the past year."""
    if not cluster.has(EMPTY):
        cluster.make(EMPTY)
        migrate = ("-m", "django", "migrate", "--verbosity", "0")
        printed(NAME, _python(environment, _surroundings(cluster, EMPTY), *migrate))
    cluster.make(name, EMPTY)
    surroundings = _surroundings(cluster, name)
    users = max(500, tools // 2)
    arguments = ("peer_seed.py", tools, reservations, users, today.isoformat())
    seeded = json.loads(printed(NAME, _python(environment, surroundings, *arguments)).splitlines()[-1])
    return Nemo(
        environment, surroundings, cluster.connect(name), seeded["users"], seeded["tools"], seeded["busy"], today
    )


def _surroundings(cluster: Cluster, name: str) -> dict[str, str]:
    media = cluster.folder / "media"
    media.mkdir(exist_ok=True)
    return {
        "PEER_DATABASE": json.dumps(cluster.as_served(name)),
        "PEER_MEDIA": str(media),
        "DJANGO_SETTINGS_MODULE": "peer_settings",
        "PYTHONPATH": str(PEER),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _python(environment: Path, surroundings: Mapping[str, str], *arguments: object) -> Process:
    return Process([str(environment / "bin" / "python"), *map(str, arguments)], surroundings, PEER)
