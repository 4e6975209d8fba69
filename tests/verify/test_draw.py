"""The draw, done again by a program that shares nothing with the platform."""

import argparse
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kechuang_verify import draw

from kechuang.releases import rules

Published = dict[str, Any]
NUMBERS = [f"FQ-{n:04d}" for n in range(12)]


PATTERN = "## ## ## ## ## ## + ##"


def published(
    *, way: str = "lottery", value: str = "03 08 11 19 27 33 + 07", count: int = 12, pattern: str = PATTERN
) -> Published:
    """A file as the platform would publish it: a reserve of two faces, a general pool of five."""
    entries: list[dict[str, Any]] = []
    for n, number in enumerate(NUMBERS[:count]):
        pools = ["label:incubated", "general"] if n % 3 == 0 else ["general"]
        entry: dict[str, Any] = {"number": number, "name": f"示例企业{n}", "place": n + 1, "fen": 100, "pools": pools}
        if way == "scored":
            points = n * 7 % 5
            entry["score"] = {"points_count": points, "lines": [{"fact": "label", "points_count": points}]}
        entries.append({**entry, "leaf": rules.leaf(entry)})
    digest = rules.entries_digest({entry["number"]: entry["leaf"] for entry in entries})
    release = {"number": "FQ-2025-1", "title": "示例批次", "way": way}
    if way == "lottery":
        release |= {"seed_event": "示例公开来源第 1 期", "seed_pattern": pattern}
    pools = [{"key": "label:incubated", "amount_fen": 200}, {"key": "general", "amount_fen": 500}]
    made = rules.seed("FQ-2025-1", digest, value)
    asks = {entry["number"]: (entry["fen"], entry["pools"]) for entry in entries}
    if way == "lottery":
        drawn = rules.draw(made, asks)
    else:
        points = {entry["number"]: (entry["score"]["points_count"], entry["place"]) for entry in entries}
        drawn = [(number, "") for number in rules.scored_order(points)]
    ranked = rules.ranking(asks, [number for number, _ in drawn], {p["key"]: p["amount_fen"] for p in pools})
    result = [
        {"place": line.place, "number": line.number, "pool": line.pool} | ({"draw": drew} if drew else {})
        for line, (_, drew) in zip(ranked, drawn, strict=True)
    ]
    said = {"format": "kechuang-draw/1", "stage": "result", "release": release, "pools": pools, "entries": entries}
    seed = {"event": "示例公开来源第 1 期", "value": value, "seed": made}
    return {**said, "entries_digest": digest, "result": result} | ({"seed": seed} if way == "lottery" else {})


def checked(tmp_path: Path, said: object, *more: str, closed: Published | None = None) -> int:
    file = tmp_path / "draw.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))
    arguments = [str(file), *more]
    if closed is not None:
        (tmp_path / "entries.json").write_text(json.dumps({**closed, "stage": "entries"}, ensure_ascii=False))
        arguments += ["--entries", str(tmp_path / "entries.json")]
    parser = argparse.ArgumentParser()
    draw.add_arguments(parser)
    return draw.run(parser.parse_args(arguments))


@pytest.mark.parametrize("way", ["lottery", "scored"])
def test_the_published_result_is_drawn_again_and_is_the_same(
    way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = published(way=way)
    assert checked(tmp_path, said, "--digest", said["entries_digest"], closed=said) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "RESULT    VERIFIED"


def _named(said: Published, name: str) -> dict[str, Any]:
    return next(entry for entry in said["entries"] if entry["number"] == name)


def rename(said: Published) -> None:
    _named(said, "FQ-0003")["name"] = "别的企业"


def rename_with_leaf(said: Published) -> None:
    rename(said)
    _named(said, "FQ-0003")["leaf"] = rules.leaf(_named(said, "FQ-0003"))


def add(said: Published) -> None:
    entry = {"number": "FQ-9999", "name": "后来的", "place": 99, "fen": 100, "pools": ["general"]}
    said["entries"].append({**entry, "leaf": rules.leaf(entry)})


def take_away(said: Published) -> None:
    said["entries"].remove(_named(said, "FQ-0003"))


def swap(said: Published) -> None:
    said["result"][0]["number"], said["result"][5]["number"] = (
        said["result"][5]["number"],
        said["result"][0]["number"],
    )


def favour(said: Published) -> None:
    said["result"][-1]["pool"] = "general"


def other_seed(said: Published) -> None:
    said["seed"]["seed"] = "0" * 64


def twice(said: Published) -> None:
    said["entries"].append(copy.deepcopy(_named(said, "FQ-0003")))


def other_event(said: Published) -> None:
    said["seed"]["event"] = "另一期"


def other_pattern(said: Published) -> None:
    said["release"]["seed_pattern"] = "## ## ## ## ## ## + #"


@pytest.mark.parametrize(
    ("change", "said_so"),
    [
        (other_event, "the value is of '另一期', named in advance was '示例公开来源第 1 期'"),
        (other_pattern, "seed_pattern of the release is '## ## ## ## ## ## + #', it was '## ## ## ## ## ## + ##'"),
        (rename, "entry FQ-0003 does not match its leaf"),
        (rename_with_leaf, "entry FQ-0003 was changed (name: now '别的企业', closed '示例企业3')"),
        (add, "entry FQ-9999 was added"),
        (take_away, "entry FQ-0003 is missing; it was in the list at the close"),
        (swap, "place 1 is"),
        (favour, "gets nothing, the file says general"),
        (other_seed, "the seed should be"),
        (twice, "entry FQ-0003 stands twice"),
    ],
)
def test_what_was_changed_is_named(
    change: Callable[[Published], None], said_so: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = published()
    said = copy.deepcopy(closed)
    change(said)
    assert checked(tmp_path, said, closed=closed) == 2
    out = capsys.readouterr().out
    assert said_so in out
    assert out.splitlines()[-1].startswith("RESULT    TAMPERED (")


def test_all_changed_together_is_found_by_the_digest_that_was_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever rewrites entries, leaves, digest and result makes a file that fits itself; the printed digest does not."""
    honest, forged = published(), published(count=11)
    assert checked(tmp_path, forged) == 0
    assert checked(tmp_path, forged, "--digest", honest["entries_digest"]) == 2
    assert "is not the published" in capsys.readouterr().out


def test_another_public_value_is_found_by_who_read_the_source(tmp_path: Path) -> None:
    said = published(value="02 08 11 19 27 33 + 07")
    assert checked(tmp_path, said, "--value", "03 08 11 19 27 33 + 07") == 2
    assert checked(tmp_path, said, "--value", "02 08 11 19 27 33 + 07") == 0


@pytest.mark.parametrize("value", ["挑出来的", "3 8 11 19 27 33 + 7", "08 03 11 19 27 33 + 07", "03 08 11 19 27 33+07"])
def test_another_spelling_of_the_public_value_is_a_finding(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, published(value=value)) == 2
    assert f"public value {value!r} is not written as {PATTERN!r}" in capsys.readouterr().out


def test_a_list_of_before_patterns_says_that_spellings_could_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, published(value="3 8", pattern="")) == 0
    assert "no way of writing the value was fixed" in capsys.readouterr().out


def test_a_score_that_its_lines_do_not_make_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = published(way="scored")
    _named(said, "FQ-0003")["score"]["lines"][0]["points_count"] += 1
    assert checked(tmp_path, said) == 2
    assert "entry FQ-0003 has" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "other/1"}', '"\\ud800"', "[" * 200_000])
def test_what_is_no_such_file_cannot_be_decided(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, text) == 3
    assert capsys.readouterr().out.splitlines()[-1] == "RESULT    CANNOT DECIDE"


def test_a_file_that_is_not_there_cannot_be_decided(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    draw.add_arguments(parser)
    assert draw.run(parser.parse_args([str(tmp_path / "none.json")])) == 3


@given(
    asks=st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.tuples(st.integers(1, 50), st.sampled_from([["general"], ["a", "general"], ["b", "a", "general"]])),
        max_size=30,
    ),
    left=st.fixed_dictionaries({"general": st.integers(0, 300), "a": st.integers(0, 90), "b": st.integers(0, 90)}),
    value=st.text(max_size=20),
)
def test_both_programs_agree_on_any_draw(
    asks: dict[str, tuple[int, list[str]]], left: dict[str, int], value: str
) -> None:
    asks = {number.encode("utf-8", "replace").decode(): ask for number, ask in asks.items()}
    value = value.encode("utf-8", "replace").decode()
    entries = []
    for place, (number, (fen, pools)) in enumerate(asks.items(), 1):
        entry: dict[str, object] = {"number": number, "name": number, "place": place, "fen": fen, "pools": pools}
        entries.append({**entry, "leaf": rules.leaf(entry)})
        assert draw.leaf(entry) == rules.leaf(entry)
    digest = rules.entries_digest({str(entry["number"]): str(entry["leaf"]) for entry in entries})
    assert draw.entries_digest(entries) == digest
    made = rules.seed("FQ-1", digest, value)
    assert draw.seed("FQ-1", digest, value) == made
    drawn = rules.draw(made, asks)
    ranked = rules.ranking(asks, [number for number, _ in drawn], left)
    result = [
        {"place": line.place, "number": line.number, "pool": line.pool, "draw": drew}
        for line, (_, drew) in zip(ranked, drawn, strict=True)
    ]
    said = {
        "format": draw.FORMAT,
        "stage": "result",
        "release": {"number": "FQ-1", "way": "lottery"},
        "pools": [{"key": key, "amount_fen": fen} for key, fen in left.items()],
        "entries": entries,
        "entries_digest": digest,
        "seed": {"event": "", "value": value, "seed": made},
        "result": result,
    }
    assert not list(draw.own_faults(said))
    assert not list(draw.result_faults(said))
