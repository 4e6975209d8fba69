"""Processes that start together: one collects the static files, and all find the same secret."""

import fcntl
import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core import management

from kechuang.site import processes
from kechuang.site import settings as installation

STARTED = 4


def _collections(monkeypatch: pytest.MonkeyPatch, settings: Any, folder: Path) -> int:
    """How often the files are collected when so many start at once and collecting takes its time."""
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    calls: list[str] = []

    def collects(name: str, **_options: object) -> None:
        calls.append(name)
        time.sleep(0.2)

    monkeypatch.setattr(management, "call_command", collects)
    with ThreadPoolExecutor(STARTED) as started:
        for one in [started.submit(processes.collect_static) for _ in range(STARTED)]:
            one.result()
    return len(calls)


def test_static_files_are_collected_once(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    assert _collections(monkeypatch, settings, tmp_path) == 1


def test_control_without_turns_each_clears_what_another_collects(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    assert _collections(monkeypatch, settings, tmp_path) > 1


def _secrets(monkeypatch: pytest.MonkeyPatch, folder: Path, put: Any) -> set[str]:
    """What each of them holds for the secret when all have made one before any puts it in its place."""
    all_have_made_one = threading.Barrier(STARTED)

    def puts(made: str, kept: Path) -> None:
        all_have_made_one.wait()
        put(made, kept)

    monkeypatch.setattr(installation, "DATA", folder)
    monkeypatch.setattr(os, "link", puts)
    with ThreadPoolExecutor(STARTED) as started:
        return {one.result() for one in [started.submit(installation._kept_secret) for _ in range(STARTED)]}


def test_all_find_the_same_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (secret,) = _secrets(monkeypatch, tmp_path, os.link)
    assert len(secret) > 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_control_put_over_anothers_each_holds_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    turns = threading.Lock()

    def over(made: str, kept: Path) -> None:
        with turns:
            kept.write_text(Path(made).read_text())
            held.append(kept.read_text())

    held: list[str] = []
    _secrets(monkeypatch, tmp_path, over)
    assert len(set(held)) == STARTED
