"""`make check`: style, types, contracts, migrations, docs, house rules. Goes on after a failure, so all are seen at once."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

CHECKS: Sequence[tuple[str, Sequence[str]]] = (
    ("风格 · style", ["ruff", "check", "--quiet", "."]),
    ("格式 · format", ["ruff", "format", "--check", "--quiet", "."]),
    ("类型 · types", ["mypy", "--no-error-summary"]),
    ("房间契约 · contracts between rooms", ["lint-imports"]),
    ("迁移齐全 · migrations complete", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("文档与代码一致 · generated docs fresh", ["kechuang", "docs", "--check"]),
    ("家规 · house rules", ["pytest", "-q", "--no-header", "tests/house"]),
)


def run() -> int:
    """0 when all hold."""
    failed = 0
    for title, command in CHECKS:
        began = time.monotonic()
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "NO_COLOR": "1"},
        )
        click.echo(f"{'✗' if done.returncode else '✓'} {title} ({time.monotonic() - began:.0f} s)")
        if done.returncode:
            failed += 1
            click.echo(done.stdout + done.stderr)
    return int(failed > 0)
