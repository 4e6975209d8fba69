"""Our launcher: rough handling, odd places, and who stops the server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kechuang.site import database

pytestmark = pytest.mark.xdist_group("server")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A place with a space and Chinese in its name, that others may not enter."""
    made = tmp_path / "科创 data"
    made.mkdir(mode=0o700)
    yield made
    database.Server(made, throwaway=True).destroy()


def answers(server: database.Server) -> bool:
    try:
        with psycopg.connect(server.url()) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_the_last_user_stops_the_server(folder: Path) -> None:
    first, second = database.Server(folder, throwaway=True).use(), database.Server(folder, throwaway=True).use()
    assert answers(second)
    first.leave()
    assert answers(second), "somebody still uses it"
    second.leave()
    assert not answers(second)


def test_stopped_it_leaves_no_folder_of_its_socket(folder: Path) -> None:
    server = database.Server(folder, throwaway=True).use()
    assert server.socket.is_dir()
    server.leave()
    assert not server.socket.exists()


def test_data_in_use_is_not_removed(folder: Path) -> None:
    server = database.Server(folder, throwaway=True).use()
    with pytest.raises(database.InUse):
        database.Server(folder, throwaway=True).destroy()
    assert answers(server)
    server.leave()


def test_a_killed_user_counts_as_gone(folder: Path) -> None:
    """Killed without a word, it must not keep the server running for ever."""
    text = f"from pathlib import Path; from kechuang.site import database as d; d.ensure(Path({str(folder)!r}), throwaway=True)"
    user = subprocess.Popen([sys.executable, "-c", text + "; print('up', flush=True); input()"], stdin=-1, stdout=-1)
    assert user.stdout is not None
    assert user.stdout.readline() == b"up\n"
    server = database.Server(folder, throwaway=True).use()
    user.kill()
    user.communicate()
    server.leave()
    assert not answers(server)


def test_after_a_crash_it_starts_again_with_what_was_committed(folder: Path) -> None:
    server = database.Server(folder).use()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 5
        while answers(server) and time.monotonic() < deadline:
            time.sleep(0.05)
        again = database.Server(folder).use()
        with psycopg.connect(again.url()) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        again.leave()
    finally:
        server.leave()
        database.Server(folder).destroy()


def test_the_way_to_it_keeps_no_other_user_out_of_its_rights(folder: Path) -> None:
    server = database.Server(folder, throwaway=True).use()
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == 0o700, "no parent was opened"
    server.leave()


def test_the_environment_may_name_another_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/kechuang")
    assert database.up(tmp_path) == database.Urls(
        owner="postgresql://app@db/kechuang", app="postgresql://app@db/kechuang"
    )
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db/kechuang")
    assert database.up(tmp_path).owner == "postgresql://owner@db/kechuang"
