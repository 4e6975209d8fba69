"""Search: how many of the expected answers stand on top, and how long a question takes among 500,000 documents.

QUERIES= and INSTRUMENTS= take other files of the same form (see README.md). Measured in a process and on a server of its
own, in a new folder that is removed afterwards.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.folders import own_folder
from benchmarks.rows import CannotMeasure, Row

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def run(progress: Callable[[str], None]) -> list[Row]:
    """All rows; see measure.py for what each is."""
    if os.environ.get("DATABASE_URL"):
        raise CannotMeasure("the benchmark fills a server of its own; unset DATABASE_URL")
    files = [Path(os.environ.get(name) or HERE / own) for name, own in _FILES.items()]
    if missing := [str(file) for file in files if not file.exists()]:
        raise CannotMeasure(f"there is no file {missing[0]}")
    with own_folder() as folder:
        return [Row(**row) for row in _measured(folder, files, progress)]


_FILES = {"QUERIES": "queries.json", "INSTRUMENTS": "instruments.json"}


def _measured(folder: Path, files: list[Path], progress: Callable[[str], None]) -> list[dict[str, object]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.search.measure", *map(str, (file.resolve() for file in files))],
        cwd=ROOT,
        env={**os.environ, "KECHUANG_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "kechuang.site.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    rows: list[dict[str, object]] = []
    for line in child.stdout:
        if line.startswith("{"):
            rows.append(json.loads(line))
        else:
            progress(line.rstrip())
    if child.wait():
        raise CannotMeasure("the measuring process failed; its error stands above")
    return rows
