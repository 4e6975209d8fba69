"""kill -9 on the opening day: of a web process, of the worker, of PostgreSQL. What was acknowledged is there, once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
import pytest

from kechuang.site import database

ROOT = Path(__file__).resolve().parents[2]
FIRMS, CALLERS, FIRST_PORT = 48, 12, 8_931
UP_SECONDS, BACK_SECONDS = 90, 60
CSRF = "c" * 32
pytestmark = [pytest.mark.tool, pytest.mark.xdist_group("killed")]


@dataclass
class Day:
    """One opening day: its server, its processes, and what the callers were told."""

    folder: Path
    env: dict[str, str]
    firms: list[dict[str, str]] = field(default_factory=list)
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)

    @property
    def surroundings(self) -> dict[str, str]:
        """Those of an installation, not of a test."""
        return {name: value for name, value in os.environ.items() if name != "KECHUANG_TESTING"} | self.env

    def inside(self, *arguments: str) -> object:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.opening_day", *arguments],
            cwd=ROOT,
            env=self.surroundings,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, name: str, *arguments: str) -> None:
        with self.said(name).open("wb") as said:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "kechuang.site.cli", *arguments],
                cwd=ROOT,
                env=self.surroundings,
                stdout=said,
                stderr=said,
            )

    def said(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    def kill_postgresql(self) -> None:
        """The server and every session of it at once, as when the machine loses power but for the disk's own cache."""
        server = database.Server(self.folder)
        main = int((server.data / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # it may not notice its children's death and shut down in order
        for child in _children(main):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os.kill(main, signal.SIGKILL)

    def postgresql_again(self) -> None:
        deadline = time.monotonic() + BACK_SECONDS
        while True:
            try:
                database.Server(self.folder)._start()
                return
            except database.CannotStart:
                assert time.monotonic() < deadline, "PostgreSQL does not come back"
                time.sleep(0.5)

    def send(self, firms: Sequence[dict[str, str]], ports: Sequence[int]) -> list[threading.Thread]:
        """Callers that send one application after another until their part is done or nobody answers."""

        def caller(n: int) -> None:
            for firm in firms[n::CALLERS]:
                granted = _granted(firm, ports[n % len(ports)])
                (self.acknowledged if granted else self.in_doubt).append(firm["voucher"])

        threads = [threading.Thread(target=caller, args=(n,)) for n in range(CALLERS)]
        for thread in threads:
            thread.start()
        return threads

    def end(self) -> None:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def _granted(firm: dict[str, str], port: int) -> bool:
    """Whether the firm was told that its voucher is issued; anything else, or no answer, is doubt."""
    headers = {"Cookie": f"sessionid={firm['session']}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", f"/api/vouchers/{firm['voucher']}/submit", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status == 200 and json.loads(body)["state"] == "issued"
    except (OSError, HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _wait_for(day: Day, name: str, port: int) -> None:
    deadline = time.monotonic() + UP_SECONDS
    while not _answers(port):
        ended = day.running[name].poll()
        assert ended is None, f"{name} ended with {ended}: {day.said(name).read_text()[-2_000:]}"
        assert time.monotonic() < deadline, f"{name} does not answer: {day.said(name).read_text()[-2_000:]}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def morning() -> Iterator[tuple[database.Server, list[dict[str, str]]]]:
    """A durable PostgreSQL with everything made ready for the opening, stopped in order: each test begins with a copy of it."""
    if not Path("/proc/self").exists():
        pytest.skip("what runs is found in /proc")
    folder = Path(tempfile.mkdtemp(prefix="kechuang-killed-"))
    server = database.Server(folder).use()
    try:
        database._furnish(server)
        firms = _day(folder).inside(str(FIRMS))
        server.stop()
        yield server, firms  # type: ignore[misc]
    finally:
        _gone(server, folder)


@pytest.fixture
def day(request: pytest.FixtureRequest, morning: tuple[database.Server, list[dict[str, str]]]) -> Iterator[Day]:
    """Two web processes and a worker on a durable PostgreSQL of their own."""
    before, firms = morning
    folder = Path(tempfile.mkdtemp(prefix="kechuang-killed-"))
    server = database.Server(folder)
    made = _day(folder, firms)
    try:
        server._link()
        server._own(server.data)
        subprocess.run(["cp", "-a", f"{before.data}/.", server.data], check=True)
        shutil.copy(before.folder / "secret-key", folder)  # by which the firms' sessions are signed
        server._configure()  # where its socket is: what is said later counts
        server.use()
        for setting in getattr(request, "param", ()):
            with psycopg.connect(server.url(), autocommit=True) as admin:
                admin.execute(setting)
                admin.execute("SELECT pg_reload_conf()")
        yield made
    finally:
        made.end()
        _gone(server, folder)


def _day(folder: Path, firms: Sequence[dict[str, str]] = ()) -> Day:
    urls = database.urls(folder)
    env = {"KECHUANG_DATA": str(folder), "DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner}
    return Day(folder, {"DJANGO_SETTINGS_MODULE": "kechuang.site.settings", **env}, list(firms))


def _gone(server: database.Server, folder: Path) -> None:
    server.stop()
    server.leave()
    if server.seen_as.is_symlink():
        shutil.rmtree(server.data.parent, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(server.socket, ignore_errors=True)


def _served(day: Day, *ports: int) -> None:
    for port in ports:
        day.start(f"web {port}", "serve", "--port", str(port))
    day.start("worker", "worker")
    for port in ports:
        _wait_for(day, f"web {port}", port)


def test_whatever_is_killed_what_was_acknowledged_is_there_once(day: Day) -> None:
    one, two = FIRST_PORT, FIRST_PORT + 1
    _served(day, one, two)
    first = day.send(day.firms[: FIRMS // 2], [one, two])
    _until(lambda: len(day.acknowledged) >= 3)
    day.kill(f"web {one}")
    day.kill("worker")
    for thread in first:
        thread.join()
    second = day.send(day.firms[FIRMS // 2 :], [two])
    told = len(day.acknowledged)
    _until(lambda: len(day.acknowledged) >= told + 3 or not any(thread.is_alive() for thread in second))
    day.kill_postgresql()
    for thread in second:
        thread.join()
    day.postgresql_again()
    found = day.inside("check")
    assert _lost(day, found) == []
    _sound(found)
    day.start("web again", "serve", "--port", str(one))
    day.start("worker", "worker")
    _wait_for(day, "web again", one)
    _wait_for(day, f"web {two}", two)  # the one that lived reaches the database again by itself
    firms = {firm["voucher"]: firm for firm in day.firms}
    assert all(_granted(firms[voucher], two) for voucher in list(day.in_doubt)), "asked again, each is answered"
    found = day.inside("check")
    assert found["issued"] == sorted(firms)  # type: ignore[index]
    _sound(found)


@pytest.mark.parametrize(
    "day",
    [("ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM SET wal_writer_delay = '10s'")],
    indirect=True,
    ids=["not durable"],
)
def test_control_when_a_commit_does_not_wait_for_the_disk_acknowledged_grants_are_lost(day: Day) -> None:
    _served(day, FIRST_PORT)
    for first in range(0, FIRMS, CALLERS):  # once in ten seconds the log is written all the same: then once more
        threads = day.send(day.firms[first : first + CALLERS], [FIRST_PORT])
        for thread in threads:
            thread.join()
        assert day.acknowledged
        day.kill_postgresql()
        day.postgresql_again()
        if _lost(day, day.inside("check")):
            return
    pytest.fail("nothing that was acknowledged is lost")


def _until(true: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.005)


def _lost(day: Day, found: object) -> list[str]:
    return sorted(set(day.acknowledged) - set(found["issued"]))  # type: ignore[index]


def _sound(found: object) -> None:
    """Each grant has one transfer and one event, is counted once, and nothing is out of balance."""
    assert isinstance(found, dict)
    assert found["broken"] == []
    once = dict.fromkeys(found["issued"], 1)
    assert found["transfers"] == found["events"] == once
    assert found["counted"] == len(once)
