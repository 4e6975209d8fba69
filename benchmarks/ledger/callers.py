"""Processes that start together: each says that it is ready, is told to begin, and says how much it did."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.rows import CannotMeasure

END_SECONDS = 60


def rate(name: str, commands: Sequence[Sequence[str]], env: Mapping[str, str], cwd: Path) -> float:
    """What all of them did per second; the slowest one's time counts."""
    running = [
        subprocess.Popen(
            list(command), env={**os.environ, **env}, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for command in commands
    ]
    try:
        for one in running:
            if _line(one).strip() != "ready":
                raise CannotMeasure(f"{name}: a caller did not come up")
        for one in running:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        done = [json.loads(_line(one) or "null") for one in running]
    finally:
        for one in running:
            _end(one)
    if None in done:
        raise CannotMeasure(f"{name}: a caller ended before its time")
    return float(sum(one["count"] for one in done) / max(one["seconds"] for one in done))


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


def _end(process: "subprocess.Popen[str]") -> None:
    try:
        process.communicate(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
