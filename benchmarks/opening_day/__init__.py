"""Opening day (放券首日): 5,000 enterprises press the same button over 64 connections; the county's budget holds 1,000 grants.

The web process is the one that `kechuang serve` starts, PostgreSQL is our launcher's; the crowd is a light program of its
own. In the same run: plain requests per second of a signed-in page over the same 64 connections, and how long other
pages take with nobody about (idle) and while the crowd is served. Client, server and database share the machine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from statistics import quantiles
from typing import Any

from benchmarks.booking_race import cluster
from benchmarks.booking_race.target import Process, printed, served
from benchmarks.rows import CannotMeasure, Row

ENTERPRISES, GRANTS, CONNECTIONS = 5_000, 1_000, 64
PAGES, IDLE = 640, 60
PAGE, OTHERS = "/vouchers/mine", ("/vouchers/mine", "/releases/", "/notices/")
TIMEOUT_SECONDS = 1_200
Progress = Callable[[str], None]


def run(progress: Progress) -> list[Row]:
    """All rows; at most twenty minutes."""
    return rows(measured(progress))


def measured(progress: Progress, *, enterprises: int = ENTERPRISES, grants: int = GRANTS) -> dict[str, Any]:
    """One opening day; `enterprises` and `grants` are smaller in the tests."""
    with cluster.running() as server:
        server.make("opening")
        surroundings = server.env("opening")
        filled = json.loads(
            printed("kechuang", _inside(surroundings, "fill", str(enterprises), str(grants))).splitlines()[-1]
        )
        users, release = filled["users"], filled["release"]
        progress(f"{enterprises:,} enterprises with a session each, one release of {grants:,} grants")
        arguments = [sys.executable, "-m", "kechuang.site.cli", "serve", "--port", "{port}"]
        with served([Process(arguments, surroundings, cluster.ROOT)]) as (port,):
            spare, crowd = users[0], users[1:]
            _crowd(port, [["GET", path, spare] for path in OTHERS] * 4, 1)  # warm
            idle = _crowd(port, [["GET", OTHERS[n % len(OTHERS)], spare] for n in range(IDLE)], 1)
            pages = _crowd(port, [["GET", PAGE, session] for session in users[:PAGES]], CONNECTIONS)
            progress(f"a signed-in page: {len(pages['answers']) / pages['seconds']:.1f} a second")
            asks = [["POST", f"/releases/{release}/enter", session] for session in [*crowd, spare]]
            day = _crowd(port, asks, CONNECTIONS, others={"paths": OTHERS, "session": spare})
            progress(f"{len(day['answers']):,} pressed the button in {day['seconds']:.0f} s")
        told = json.loads(printed("kechuang", _inside(surroundings, "told")).splitlines()[-1])
    return {"idle": idle, "pages": pages, "day": day, "told": told, "release": release, "grants": grants}


def _inside(surroundings: Mapping[str, str], *arguments: str) -> Process:
    return Process([sys.executable, "-m", "benchmarks.opening_day.inside", *arguments], surroundings, cluster.ROOT)


def _crowd(
    port: int, asks: Sequence[Sequence[str]], connections: int, *, others: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    plan = {"port": port, "asks": asks, "connections": connections, "others": others}
    arguments = [sys.executable, "-m", "benchmarks.opening_day.load"]
    said = {"input": json.dumps(plan), "capture_output": True, "text": True, "timeout": TIMEOUT_SECONDS}
    try:
        done = subprocess.run(arguments, cwd=cluster.ROOT, env=os.environ, **said)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired as slow:
        raise CannotMeasure(f"the crowd was not served within {TIMEOUT_SECONDS} s") from slow
    if done.returncode:
        raise CannotMeasure(f"the crowd: {done.stderr[-1_200:]}")
    return dict(json.loads(done.stdout))


def rows(found: Mapping[str, Any]) -> list[Row]:
    """What was measured, as rows; an answer that is neither a place nor a clear refusal is no measurement."""
    day, told, grants = found["day"]["answers"], found["told"], found["grants"]
    strange = [one for one in day if one[2] not in (302, 409, 503)]
    if strange:
        raise CannotMeasure(f"{len(strange)} answers are neither a place nor a clear refusal: {strange[0]}")
    if told["granted_fen"] != told["taken_fen"]:
        raise CannotMeasure(f"the tables disagree: {told}")
    places = sorted(done for done, _took, status, _where in day if status == 302)
    if not places:
        raise CannotMeasure("nobody got a place")
    speed = told["granted"] / places[min(told["granted"], len(places)) - 1]
    page_speed = len(found["pages"]["answers"]) / found["pages"]["seconds"]
    idle, busy = _p([took for _done, took, *_rest in found["idle"]["answers"]]), _p(found["day"]["others"])
    took = _p([took for _done, took, status, _where in day if status == 302])
    page = f"plain requests of a signed-in page: {page_speed:.1f}/s"
    return [
        Row("granted", told["granted"], "grants", "the budget", grants, f"= {grants}"),
        Row("duplicates", told["duplicates"], "enterprises", "all who entered", told["entries"], "= 0"),
        Row("grants_per_second", speed, "grants/s", page, page_speed),
        Row("grants_vs_page_rate", speed / page_speed, "times", page, 1, ">= 0.5"),
        Row("other_pages_p95_ratio", busy[95] / idle[95], "times", f"idle p95 {idle[95] * 1e3:.0f} ms", 1, "<= 2"),
        *[Row(f"grant_p{n}", took[n] * 1e3, "ms", f"idle page p{n}", idle[n] * 1e3) for n in (50, 95, 99)],
    ]


def _p(took: Sequence[float]) -> dict[int, float]:
    cuts = quantiles(took, n=100, method="inclusive")
    return {n: cuts[n - 1] for n in (50, 95, 99)}
