"""Settling a year (年度补助核算): 500,000 claims that the bank has paid, from the ledger to one statement per provider.

A small year is played on a server of its own; one paid claim of it is written half a million times over 400 providers, with
order and payment, by the owner of the tables. Then the settlement is drafted, checked, funded and settled by the commands that
an office uses; in the same run the plain SQL aggregate over the same ledger is timed, and both must come to one sum. Beside it,
the worked cases of every subsidy and every scorecard are run.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.booking_race import cluster
from benchmarks.booking_race.target import Process, printed
from benchmarks.rows import CannotMeasure, Row
from kechuang.policy import cases
from kechuang.policy.packs import read_folder

CLAIMS, PROVIDERS = 500_000, 400
GOAL_SECONDS = 10
ROOMS = ("kechuang.subsidies.", "kechuang.evaluation.")
Progress = Callable[[str], None]


def run(progress: Progress) -> list[Row]:
    """Both rows; some minutes, most of them to write the claims."""
    failed, tried = worked_cases(cluster.ROOT / "policies")
    progress(f"{tried} worked cases, {failed} failed")
    found = settled(progress)
    return [
        Row(
            "settle_500k_seconds",
            found["seconds"],
            "s",
            "plain SQL aggregate of the same claims",
            found["aggregate_seconds"],
            f"<= {GOAL_SECONDS}",
        ),
        Row("worked_cases_failed", failed, "cases", "worked cases", tried, "= 0"),
    ]


def worked_cases(folder: Path) -> tuple[int, int]:
    """How many worked cases of subsidies and scorecards contradict the rules, and how many there are."""
    book = read_folder(folder)
    failed = tried = 0
    for pack in book.packs.values():
        mine = [case for case in cases.read_cases(folder, pack) if case.rule.startswith(ROOMS)]
        tried += len(mine)
        failed += len(cases.check(pack, mine, book))
    return failed, tried


def settled(progress: Progress, *, claims: int = CLAIMS, providers: int = PROVIDERS) -> dict[str, float]:
    """One settlement over `claims` paid claims; fewer in the tests. Raises CannotMeasure where the sums differ."""
    with cluster.running() as server:
        server.make("subsidies")
        server.allow_unchecked_copies()
        surroundings = server.env("subsidies")

        def inside(*arguments: str) -> dict[str, float]:
            process = Process(
                [sys.executable, "-m", "benchmarks.subsidies.inside", *arguments], surroundings, cluster.ROOT
            )
            return dict(json.loads(printed("kechuang", process).splitlines()[-1]))

        inside("fill", str(claims), str(providers))
        progress(f"{claims:,} paid claims of {providers} providers; settling")
        found = inside("settle")
    if found["claims"] < claims or found["fen"] != found["aggregate_fen"]:
        raise CannotMeasure(
            f"settled {found['fen']} fen of {found['claims']} claims, the ledger has {found['aggregate_fen']}"
        )
    progress(f"{found['seconds']:.1f} s; the plain aggregate {found['aggregate_seconds']:.1f} s")
    return found
