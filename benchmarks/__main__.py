"""`python -m benchmarks [name]`: runs one benchmark or all, writes benchmarks/results/<name>.json, prints the rows.

A benchmark is a module or a folder with `def run(progress) -> list[Row]`; where its file is called `booking_race` it is
asked for as `booking-race`. It raises CannotMeasure where it could not measure; then this ends with an error and the
older result is removed, so that nobody reads it as today's.
"""

import json
import signal
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.rows import CannotMeasure, Row

HERE = Path(__file__).parent
NOT_MEASURED = {"__init__", "__main__", "rows"}


def main(wanted: list[str]) -> int:
    known = benchmarks()
    wanted = [name.replace("_", "-") for name in wanted]
    if unknown := set(wanted) - set(known):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    results = [measure(name) for name in wanted or known]
    return 0 if all(results) else 1


def benchmarks() -> list[str]:
    """Their names, as they are asked for."""
    modules = {path.stem for path in HERE.glob("*.py")} | {path.parent.name for path in HERE.glob("*/__init__.py")}
    return sorted(name.replace("_", "-") for name in modules - NOT_MEASURED)


def measure(name: str) -> bool:
    """Whether `name` could be measured and all its goals are met."""
    target = HERE / "results" / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    print(f"== {name}", flush=True)
    try:
        rows: list[Row] = import_module(f"benchmarks.{name.replace('-', '_')}").run(_progress)
    except CannotMeasure as why:
        print(f"could not measure {name}: {why}", file=sys.stderr)
        return False
    if not rows:
        print(f"could not measure {name}: no rows", file=sys.stderr)
        return False
    target.write_text(
        json.dumps({"name": name, "rows": [row.as_json() for row in rows]}, ensure_ascii=False, indent=2) + "\n"
    )
    for row in rows:
        goal = f"goal {row.goal}" if row.goal else "no goal"
        print(
            f"{'✓' if row.met else '✗'} {row.name} {row.value:g} {row.unit} (ratio {row.ratio:.3g} to {row.reference}; {goal})"
        )
    return all(row.met for row in rows)


def _progress(text: str) -> None:
    print(f"   {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # servers and folders are put away
    sys.exit(main(sys.argv[1:]))
