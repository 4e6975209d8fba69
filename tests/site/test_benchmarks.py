"""The form of a measured row; a benchmark that could not measure fails."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks import __main__ as bench
from benchmarks.rows import CannotMeasure, Row


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [
        (150, "<= 150", True),
        (151, "<= 150", False),
        (151, "", True),
        (30, "ratio >= 0.25", True),
        (20, "ratio >= 0.25", False),
        (1, "= 1", True),
        (0, "= 1", False),
    ],
)
def test_a_goal_bounds_the_value_or_the_ratio(value: float, goal: str, met: bool) -> None:
    assert Row("x", value, "s", "bare ORM", 100, goal).met is met


@pytest.mark.parametrize(("value", "reference"), [(float("nan"), 1), (1, 0), (1, float("inf"))])
def test_what_was_not_measured_is_no_row(value: float, reference: float) -> None:
    with pytest.raises(CannotMeasure):
        Row("x", value, "s", "bare ORM", reference)


def test_a_run_writes_its_rows_and_a_failed_one_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "HERE", tmp_path)
    measured = type(sys)("benchmarks.planted")
    monkeypatch.setitem(sys.modules, "benchmarks.planted", measured)
    measured.run = lambda progress: [Row("x", 1, "s", "bare ORM", 2)]  # type: ignore[attr-defined]
    assert bench.measure("planted")
    written = json.loads((tmp_path / "results/planted.json").read_text())["rows"]
    assert written == [Row("x", 1, "s", "bare ORM", 2).as_json()]

    def fails(progress: object) -> list[Row]:
        raise CannotMeasure("nothing there")

    measured.run = fails  # type: ignore[attr-defined]
    assert not bench.measure("planted")
    assert not (tmp_path / "results/planted.json").exists()
