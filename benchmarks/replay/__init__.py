"""A past year of 100,000 orders replayed under a draft, against pricing the same orders one by one by the rule.

Everything is measured on a server of its own in a new folder, which is removed afterwards. The reference reads each order
with its lines as the application does, prices the lines from the order's frozen list and asks the rule of the draft, in the
order of the books, with balances kept in the plainest way.
"""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.folders import own_folder
from benchmarks.pilot import _kechuang
from benchmarks.rows import CannotMeasure, Row

ORDERS = 100_000
SCALE = "0.1"  # of the year whose orders are written again
GOAL_SECONDS = 30
FIRST = date(2026, 1, 1)
CAP = '{ from = 2025-07-01, is = 4_000_000, article = "illustrative" },'
RATES = "  { is = 6_000 },\n] }]\n\n[added_rate_bp]"
YEARS = '  { when = { applicant = "maker" }, is = 3_000_000 },\n] }]'
# The draft: a lower share for everybody, a higher cap per order, no cap per year (the copies of a year share their holders).
DRAFT = (
    (CAP, f'{CAP}\n  {{ from = {FIRST}, is = 5_000_000, article = "illustrative" }},'),
    (
        RATES,
        RATES.replace(
            "] }]", f'] }}, {{ from = {FIRST}, article = "illustrative", is = [\n'
            '  { when = { applicant = "enterprise" }, is = 4_500 },\n  { is = 5_500 },\n] }]'
        ),
    ),
    (YEARS, YEARS.replace("] }]", f'] }}, {{ from = {FIRST}, is = "none", article = "illustrative" }}]')),
)  # fmt: skip


def run(progress: Callable[[str], None]) -> list[Row]:
    if os.environ.get("DATABASE_URL"):
        raise CannotMeasure("the benchmark plays into a server of its own; unset DATABASE_URL")
    with own_folder() as data:
        progress("playing a small year")
        _kechuang(data, "play", "--scale", SCALE)
        progress(f"writing {ORDERS:,} orders")
        _kechuang(data, "generate", "--orders", str(ORDERS))
        return _measured(data, progress)


def _measured(data: Path, progress: Callable[[str], None]) -> list[Row]:
    os.environ.update({"KECHUANG_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kechuang.site.settings"})
    from kechuang.site import processes

    processes.start_django()
    from benchmarks.replay.one_by_one import one_by_one
    from kechuang.cockpit import queries
    from kechuang.gazette.queries import latest
    from kechuang.policy.packs import parse

    with processes.present():
        published = latest()["shaoxing/voucher-2021"]
        text = published.text
        for old, new in DRAFT:
            if old not in text:
                raise CannotMeasure(f"the published rule has no passage {old[:40]!r} any more")
            text = text.replace(old, new, 1)
        asked = queries.Asked(parse(text, file=published.file), "330600", 2025, FIRST, FIRST)
        began = time.monotonic()
        with queries.read_only():
            found = queries.read(asked)
        replayed = queries.priced(asked, found)
        result = queries.summed(asked, found, replayed)
        seconds = time.monotonic() - began
        if len(found.orders) < ORDERS:
            progress(f"{len(found.orders):,} of the orders were placed")
        progress(
            f"replayed {len(found.orders):,} placed orders, {len(found.past.holds):,} decisions in {seconds:.1f} s"
        )
        began = time.monotonic()
        kept = one_by_one(asked)
        alone = time.monotonic() - began
    if set(kept) != set(replayed.kept):
        raise CannotMeasure("the replay and the reference did not look at the same decisions")
    differences = sum(abs(kept[one] - replayed.kept[one]) for one in kept)
    total = sum(kept.values())
    progress(f"one by one in {alone:.1f} s; {total:,} fen in all, as it was {result['whole']['before_fen']:,}")  # type: ignore[index]
    return [
        Row("replay_100k_seconds", seconds, "s", "the same orders one by one", alone, f"<= {GOAL_SECONDS}"),
        Row("differences_fen", differences, "fen", "offset in all, one by one", total, "= 0"),
    ]
