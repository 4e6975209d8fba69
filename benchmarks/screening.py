"""Screening a year of 20,000 orders in which irregular deals were planted, and honest ones that look like them.

On a server of its own in a new folder, which is removed afterwards; SEED=N plants another year. The labels lie in a table
that the application's role cannot read: only this measurement looks at them, as the owner, after the screening has ended.
A planted claim is found when the rule of its own pattern found it. `honest_flagged` counts every honest claim, likenesses
included, with a finding of any rule. The references are the plain read of the same claims (one statement for all, one by
the ORM), measured in the same run.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from statistics import median, quantiles

from benchmarks.folders import own_folder
from benchmarks.rows import CannotMeasure, Row

ROOT = Path(__file__).resolve().parents[1]
ORDERS, YEAR, ONE_BY_ONE = 20_000, 2025, 300
GOAL_RECALL, GOAL_HONEST, GOAL_CLAIM_MS, GOAL_YEAR_SECONDS = 0.95, 0.02, 100, 60
SEED = int(os.environ.get("SEED") or 1)


def run(progress: Callable[[str], None]) -> list[Row]:
    if os.environ.get("DATABASE_URL"):
        raise CannotMeasure("the benchmark fills a server of its own; unset DATABASE_URL")
    with own_folder() as data:
        env = {**os.environ, "KECHUANG_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kechuang.site.settings"}
        progress(f"writing a year of {ORDERS:,} orders, seed {SEED}")
        began = time.monotonic()
        generate = [sys.executable, "-m", "kechuang.site.cli", "generate", "--fraud"]
        _ended([*generate, "--orders", str(ORDERS), "--seed", str(SEED)], env)
        progress(f"written in {time.monotonic() - began:.0f} s; screening")
        told = _ended([sys.executable, "-m", "benchmarks.screening"], env)
    return _rows(json.loads(told.splitlines()[-1]))


def _ended(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    sys.stderr.write(done.stderr)
    if done.returncode:
        raise CannotMeasure(f"{' '.join(command[1:4])}: {done.stderr[-800:]}")
    return done.stdout


def _rows(told: dict) -> list[Row]:
    patterns = told["patterns"]
    planted = sum(one["planted"] for one in patterns.values())
    found = sum(one["found"] for one in patterns.values())
    rows = [
        Row("recall_total", found / planted, "share", "planted claims", planted, f">= {GOAL_RECALL}"),
        Row(
            "honest_flagged",
            told["honest_flagged"] / told["honest"],
            "share",
            "honest claims",
            told["honest"],
            f"<= {GOAL_HONEST}",
        ),
        Row(
            "claim_p95_ms",
            told["claim_p95_ms"],
            "ms",
            "one claim read by the ORM (median)",
            told["read_ms"],
            f"<= {GOAL_CLAIM_MS}",
        ),
        Row(
            "year_seconds",
            told["year_seconds"],
            "s",
            "the year's claims read by one statement",
            told["read_seconds"],
            f"<= {GOAL_YEAR_SECONDS}",
        ),
    ]
    for name, one in patterns.items():
        rows.append(Row(f"recall_{name}", one["found"] / one["planted"], "share", "planted claims", one["planted"]))
        if one["findings"]:
            share = one["right"] / one["findings"]
            rows.append(Row(f"precision_{name}", share, "share", "findings of the rule", one["findings"]))
    return rows


def _measured() -> dict:
    """What is asked of the written year from within this process."""
    from kechuang.site import processes

    processes.start_django()
    from django.db import connections

    from kechuang.claims import commands as claims
    from kechuang.claims.models import Claim
    from kechuang.claims.queries.fact_sql import CLAIMS
    from kechuang.claims.queries.facts import _asked
    from kechuang.gazette.queries import install_current
    from kechuang.pilot.queries.taxbureau import SimulatedTaxBureau
    from kechuang.screening.commands import connect_tax_bureau
    from kechuang.screening.models import Finding
    from kechuang.ui import clock

    install_current()
    connect_tax_bureau(SimulatedTaxBureau())
    now = clock.instant(date(YEAR + 1, 6, 30))
    ids = list(Claim.objects.order_by("id").values_list("id", flat=True))
    with clock.at(now):
        began = time.monotonic()
        _asked({"claims": CLAIMS}, {"ids": ids})
        read = time.monotonic() - began
        began = time.monotonic()
        checked = claims.recheck_paid(now=now)
        claims.screen_all(ids, now=now)
        year = time.monotonic() - began
        _say(f"{len(ids):,} claims screened in {year:.1f} s, {checked:,} invoices asked about")
        found = set(Finding.objects.values_list("rule", "claim_id"))
        one, plain = _one_by_one(ids, now)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT claim_id, pattern, near FROM pilot_planted")
        labels = {claim: (pattern, near) for claim, pattern, near in cursor.fetchall()}
    return _told(ids, labels, found) | {
        "year_seconds": year,
        "read_seconds": read,
        "claim_p95_ms": quantiles(one, n=20, method="inclusive")[-1],
        "read_ms": median(plain),
    }


def _one_by_one(ids: list[str], now) -> tuple[list[float], list[float]]:
    from kechuang.claims import commands as claims
    from kechuang.claims.models import Claim

    chosen = Random(SEED).sample(ids, ONE_BY_ONE)
    one, plain = [], []
    for claim_id in chosen:
        began = time.monotonic()
        Claim.objects.get(id=claim_id)
        plain.append((time.monotonic() - began) * 1000)
        began = time.monotonic()
        claims.screen_claims([claim_id], now=now)
        one.append((time.monotonic() - began) * 1000)
    return one, plain


def _told(ids: list[str], labels: dict, found: set) -> dict:
    planted = {claim: pattern for claim, (pattern, near) in labels.items() if not near}
    flagged: dict[str, list[str]] = {}
    for rule, claim in found:
        if claim not in planted:
            flagged.setdefault(claim, []).append(rule)
    patterns: dict[str, dict[str, int]] = {}
    for claim, pattern in planted.items():
        one = patterns.setdefault(pattern, {"planted": 0, "found": 0, "findings": 0, "right": 0})
        one["planted"] += 1
        one["found"] += (pattern, claim) in found
    for rule, claim in found:
        if rule in patterns:
            patterns[rule]["findings"] += 1
            patterns[rule]["right"] += planted.get(claim) == rule
    for name, one in sorted(patterns.items()):
        near = [claim for claim, (pattern, is_near) in labels.items() if is_near and pattern == name]
        wrong = sum((name, claim) in found for claim in near)
        _say(
            f"{name:18} planted {one['planted']:4} found {one['found']:4} findings {one['findings']:4} right {one['right']:4}; near {len(near):4} flagged {wrong}"
        )
    _say(f"honest flagged: {len(flagged)} of {len(ids) - len(planted)}")
    return {
        "patterns": dict(sorted(patterns.items())),
        "honest": len(ids) - len(planted),
        "honest_flagged": len(flagged),
    }


def _say(text: str) -> None:
    print(f"   {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(_measured()))
