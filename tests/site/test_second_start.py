"""The second start: the page comes up before the program looks whether anything is to do, never where there may be."""

import signal
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from kechuang.site import demo, processes

OFFSET = timedelta(days=-374)


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[timedelta]:
    """The offsets with which web processes were begun, in an installation of two files."""
    settings.ROOT, settings.DATA = tmp_path, tmp_path
    for name in ("policies/county/voucher.toml", "kechuang/orders/migrations/0001_initial.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("as it was")
    found: list[timedelta] = []
    monkeypatch.setattr(demo, "_web", lambda host, port, offset: found.append(offset) or demo.Web(_Child(), offset))
    monkeypatch.setattr(demo, "_answers", lambda url, child: True)
    monkeypatch.setattr(demo.atexit, "register", lambda *what: None)
    return found


class _Child:
    """A web process that has begun."""

    def poll(self) -> None:
        return None


def test_what_was_served_before_comes_up_at_once_on_its_own_day(begun: list[timedelta]) -> None:
    demo._remember(OFFSET)
    assert demo.begin_early("127.0.0.1", 8000)
    assert begun == [OFFSET]


def test_what_was_never_served_is_set_up_first(begun: list[timedelta]) -> None:
    assert demo.begin_early("127.0.0.1", 8000) is None
    assert not begun


@pytest.mark.parametrize("name", ["policies/county/voucher.toml", "kechuang/orders/migrations/0001_initial.py"])
def test_another_rule_or_another_table_is_set_up_first(begun: list[timedelta], tmp_path: Path, name: str) -> None:
    demo._remember(OFFSET)
    (tmp_path / name).write_text("as it is now")
    assert demo.begin_early("127.0.0.1", 8000) is None
    assert not begun


def test_a_new_file_is_set_up_first_and_a_broken_mark_is_no_mark(begun: list[timedelta], tmp_path: Path) -> None:
    demo._remember(OFFSET)
    (tmp_path / "kechuang/orders/migrations/0002_more.py").write_text("")
    assert demo.begin_early("127.0.0.1", 8000) is None
    demo._mark().write_text("{")
    assert demo.begin_early("127.0.0.1", 8000) is None
    assert not begun


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_midst_of_the_start_ends_the_program_after_it(name: signal.Signals) -> None:
    kept, done = signal.signal(name, _ends), []

    def starting(how: AbstractContextManager[None]) -> None:
        with how:
            signal.raise_signal(name)
            done.append("the import goes on to its end")

    try:
        with pytest.raises(_Ended):
            starting(processes.ended_after())
        assert done
        with pytest.raises(_Ended):  # without it the import is broken off
            starting(nullcontext())
        assert len(done) == 1
    finally:
        signal.signal(name, kept)


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with processes.ended_after():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, kept)


class _Ended(Exception):
    pass


def _ends(number: int, frame: FrameType | None) -> None:
    raise _Ended
