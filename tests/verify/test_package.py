"""核验、见证程序 are a package of their own: installed by pip, small, run where neither the platform nor Django is."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = ("django", "kechuang", "psycopg")
SIZE_MAX = 400 * 1024

# Every module of both packages, in a Python that has none of the forbidden ones; `database` asks for psycopg when it runs.
ALONE = f"""
import importlib, pkgutil, sys
for name in {FORBIDDEN!r}:
    sys.modules[name] = None
import kechuang_verify, kechuang_witness
seen = [module.name for package in (kechuang_verify, kechuang_witness)
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in seen:
    importlib.import_module(name)
print(len(seen))
"""


def test_every_module_is_imported_where_neither_platform_nor_django_is() -> None:
    ran = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=60, cwd=ROOT / "verify")
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 20


def test_control_a_module_that_asks_for_django_would_be_found() -> None:
    asking = ALONE.replace("seen = [", "import django.db\nseen = [")
    ran = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, timeout=60, cwd=ROOT / "verify"
    )
    assert "ModuleNotFoundError" in ran.stderr


@pytest.mark.tool
def test_pip_installs_both_programs_and_they_answer(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "installed"
    copied = ["cp", "-r", str(ROOT / "verify"), str(source)]  # a build leaves its traces beside the source
    subprocess.run(copied, check=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), str(source)], check=True, timeout=300)
    files = [path for path in target.rglob("*.py") if path.parent.name.startswith("kechuang_")]
    assert {path.parent.name for path in files} == {"kechuang_verify", "kechuang_witness"}
    assert sum(path.stat().st_size for path in files) < SIZE_MAX
    key = [str(target / "bin" / "kechuang-witness"), "key", "--folder", str(tmp_path / "w"), "--name", "a.example/w"]
    surroundings = {"PYTHONPATH": str(target), "PATH": str(Path(sys.executable).parent)}
    made = subprocess.run(key, capture_output=True, text=True, timeout=60, env=surroundings)
    assert made.stdout.startswith("a.example/w+"), made.stderr
    given = [
        str(target / "bin" / "kechuang-verify"),
        "receipt",
        str(tmp_path / "none.json"),
        "--log-key",
        made.stdout.strip(),
    ]
    asked = subprocess.run(given, capture_output=True, text=True, timeout=60, env=surroundings)
    assert (asked.returncode, asked.stdout.strip().splitlines()[-1]) == (3, "RESULT    CANNOT DECIDE")
