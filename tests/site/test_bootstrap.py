"""The set-up: what can be said of it without fetching anything."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "bootstrap.py"))


def test_it_needs_the_standard_library_only(bootstrap: dict[str, Any]) -> None:
    text = "import sys; sys.argv = ['bootstrap.py']; import runpy; runpy.run_path('bootstrap.py')"
    assert subprocess.run([sys.executable, "-I", "-S", "-c", text], cwd=ROOT).returncode == 0


def test_the_lock_holds_digests_and_names_no_address() -> None:
    text = (ROOT / "requirements.txt").read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text


def test_uv_comes_out_of_the_lock_with_its_digests(bootstrap: dict[str, Any]) -> None:
    block = bootstrap["locked"]("uv", (ROOT / "requirements.txt").read_text())
    assert block.startswith("uv==")
    assert block.count("==") == 1
    assert "--hash=sha256:" in block


def test_the_front_end_lock_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_a_step_is_done_once_for_the_same_sources(
    bootstrap: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, acts, source = bootstrap["once"], [], tmp_path / "lock"
    monkeypatch.setitem(once.__globals__, "MARKS", tmp_path / "done")
    source.write_text("1")
    for _ in range(2):
        once("x", "x", [source], lambda: acts.append(1))
    assert len(acts) == 1
    source.write_text("2")
    once("x", "x", [source], lambda: acts.append(1))
    once("x", "x", [source], lambda: acts.append(1), still_there=False)
    assert len(acts) == 3


def test_without_venv_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    """As on Debian without python3-venv: the module `ensurepip` is missing."""
    (tmp_path / "bootstrap.py").write_text((ROOT / "bootstrap.py").read_text())
    text = "import sys, runpy; sys.modules['ensurepip'] = None; sys.argv = ['bootstrap.py']; runpy.run_path('bootstrap.py', run_name='__main__')"
    said = subprocess.run(
        [sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, env={**os.environ}
    )
    assert said.returncode == 1
    assert "apt install python3-venv" in said.stderr
    assert "Traceback" not in said.stderr
