"""The two files anyone may fetch (公布的文件): the list as it was closed, the result as it was drawn. Never rewritten."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kechuang.policy.book import current
from kechuang.releases import rules
from kechuang.releases.models import Entry, Pool, Publication, Release
from kechuang.releases.rules import Ranked
from kechuang.releases.states import DRAW_FORMAT, Way


def publish_entries(release: Release, rows: Sequence[Entry], now: datetime) -> str:
    """Publishes the list as it is closed; answers its digest (清单摘要)."""
    lines = [_line(release, row) for row in rows]
    digest = rules.entries_digest({line["number"]: line["leaf"] for line in lines})
    said = {**_head(release), "stage": "entries", "entries": lines, "entries_digest": digest}
    _write(release, "entries", said, now)
    return digest


def publish_result(release: Release, rows: Sequence[Entry], ranked: Sequence[Ranked], now: datetime) -> None:
    """Publishes the result: the same list, the seed and what follows from both."""
    draws = {row.number: row.draw for row in rows}
    result = []
    for line in ranked:
        said: dict[str, Any] = {"place": line.place, "number": line.number, "pool": line.pool}
        result.append({**said, "draw": draws[line.number]} if release.way == Way.LOTTERY else said)
    said = {**_published(release), "stage": "result", "result": result}
    if release.way == Way.LOTTERY:
        said["seed"] = {"event": release.seed_event, "value": release.seed_value, "seed": release.seed}
    _write(release, "result", said, now)


def parts_at_close(release: Release) -> dict[str, int]:
    """The parts as they were when the list was closed: what is freed later is not of the draw, it goes to who waits."""
    return {pool["key"]: int(pool["amount_fen"]) for pool in _published(release)["pools"]}


def entry_lines(release: Release) -> list[dict[str, Any]]:
    """The entries of the closed list."""
    lines: list[dict[str, Any]] = _published(release)["entries"]
    return lines


def _published(release: Release) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(Publication.objects.get(release=release, kind="entries").text)
    return said


def _head(release: Release) -> dict[str, Any]:
    pools = Pool.objects.filter(release=release).order_by("position")
    return {
        "format": DRAW_FORMAT,
        "release": {
            "number": release.number,
            "title": release.title,
            "scheme": release.scheme,
            "scheme_title": current().packs[release.scheme].title,
            "region": release.region,
            "round": release.round,
            "year": release.year,
            "way": release.way,
            "amount_fen": release.amount_fen,
            "opens_at": release.opens_at.isoformat(),
            "closes_at": release.closes_at.isoformat(),
            "seed_event": release.seed_event,
            "seed_on": release.seed_on.isoformat() if release.seed_on else "",
            "seed_pattern": release.seed_pattern,
        },
        "pools": [{"key": pool.key, "amount_fen": pool.amount_fen} for pool in pools],
    }


def _line(release: Release, row: Entry) -> dict[str, Any]:
    said: dict[str, Any] = {
        "number": row.number,
        "name": row.shown_name,
        "place": row.place,
        "entered_at": row.entered_at.isoformat(),
        "fen": row.fen,
        "pools": list(row.pools),
    }
    if release.way == Way.SCORED:
        said["score"] = row.score or {"points_count": 0, "lines": []}
    return {**said, "leaf": rules.leaf(said)}


def _write(release: Release, kind: str, said: dict[str, Any], now: datetime) -> None:
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    Publication.objects.create(release=release, kind=kind, text=text, at=now)
