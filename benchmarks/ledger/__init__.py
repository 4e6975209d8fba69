"""The ledger against pgbench's TPC-B, the common yardstick, in one run on one PostgreSQL with durable commits.

Every measurement stands between two probes of TPC-B (8 clients) on the same server and is a ratio to their mean: what else
the machine does falls on both. The callers are Python processes that use the public commands, as the platform does. The
server is our launcher's own, with the launcher's own configuration. See README.md for each row.
"""

from collections.abc import Callable
from statistics import median

from benchmarks.booking_race import cluster
from benchmarks.ledger import hordak, ours
from benchmarks.ledger.yardstick import Measured, Yardstick
from benchmarks.rows import CannotMeasure, Row

SECONDS, ROUNDS = 4, 3
GROWN_ROUNDS = 5
SMALL, LARGE = 1_000_000, 10_000_000
SLOWER_MICROSECONDS = 2_000
REFERENCE = "pgbench TPC-B, 8 clients, durable, before and after"
Progress = Callable[[str], None]

CASES: dict[str, tuple[ours.Case, str]] = {
    "single_4procs": (ours.Case("single", 4), "ratio >= 1"),
    "concurrent_64_spread": (ours.Case("grouped-spread", 2, threads=32), "ratio >= 3"),
    "concurrent_64_hot": (ours.Case("grouped-hot", 1, threads=64), "ratio >= 3"),
    "combined_64_hot": (ours.Case("combined-hot", 4, threads=16), "ratio >= 0.9"),
    "grant_with_event_64_hot": (ours.Case("grants", 2, threads=32), "ratio >= 1"),
    "hold_capture_pairs": (ours.Case("pairs", 4), "ratio >= 0.5"),
    "batch_100": (ours.Case("batch-100", 4), "ratio >= 5"),
    "batch_1000": (ours.Case("batch-1000", 4), "ratio >= 7"),
}
SLOW = ("single_4procs", "concurrent_64_hot", "batch_100", "batch_1000")


def run(progress: Progress) -> list[Row]:
    """All rows; about half an hour, most of it for ten million transfers."""
    environment = hordak.installed(progress)
    with cluster.running() as server:
        yardstick = Yardstick(server)
        world = ours.filled(server, "own", progress)
        rows = [_case(yardstick, world, name, progress) for name in CASES]
        rows += _settling(yardstick, world, progress)
        rows.append(_peer(yardstick, world, hordak.filled(server, environment), progress))
        rows.append(_growth(yardstick, server, progress))
        with yardstick.slower(SLOWER_MICROSECONDS):
            rows += [_case(yardstick, world, name, progress, slow=True) for name in SLOW]
        if broken := world.broken():
            raise CannotMeasure(f"the ledger does not balance after the run: {broken}")
    return rows


def _case(yardstick: Yardstick, world: ours.World, name: str, progress: Progress, *, slow: bool = False) -> Row:
    case, goal = CASES[name]
    found = yardstick.beside(lambda: world.rate(case, SECONDS), 1 if slow else ROUNDS)
    progress(f"{'slow ' * slow}{name}: {found.said()}")
    return _row(f"slow_{name.partition('_4')[0]}" if slow else name, found, "" if slow else goal)


def _row(name: str, found: Measured, goal: str, unit: str = "transfers/s") -> Row:
    return Row(name, found.rate, unit, REFERENCE, found.probe, goal)


def _settling(yardstick: Yardstick, world: ours.World, progress: Progress) -> list[Row]:
    """100,000 holds in chunks of 1,000, each chunk a transaction: bare, then each with its row and its event."""
    stalls: list[float] = []

    def bare() -> float:
        rate, longest = world.settled(with_events=False)
        stalls.append(longest)
        return rate

    found = yardstick.beside(bare, 1)
    whole = yardstick.beside(lambda: world.settled(with_events=True)[0], 1)
    progress(f"settle_100k: {found.said()}; with an event per item: {whole.said()}; longest chunk {max(stalls):.0f} ms")
    return [
        _row("settle_100k", found, "ratio >= 5.5"),
        _row("settle_100k_with_events", whole, ""),
        Row("settle_longest_stall_ms", max(stalls), "ms", "the bound", 100, "<= 100"),
    ]


def _peer(yardstick: Yardstick, world: ours.World, peer: hordak.Hordak, progress: Progress) -> Row:
    """Post for post, in turns: four processes, one post per call."""
    own, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(peer.rate(4, SECONDS))
        own.append(world.rate(CASES["single_4procs"][0], SECONDS))
    progress(f"vs_hordak: {median(own):,.0f}/s against {median(theirs):,.0f}/s")
    return Row("vs_hordak", median(own), "transfers/s", hordak.NAME, median(theirs), "ratio >= 4")


def _growth(yardstick: Yardstick, server: cluster.Cluster, progress: Progress) -> Row:
    """The ratio of a single post at ten million existing transfers to that at one million; medians of alternated runs."""
    small = ours.filled(server, "small", progress, transfers=SMALL)
    large = ours.filled(server, "large", progress, transfers=LARGE)
    case = CASES["single_4procs"][0]
    ratios: dict[str, list[float]] = {"small": [], "large": []}
    for _ in range(GROWN_ROUNDS):
        for name, world in (("small", small), ("large", large)):
            ratios[name].append(yardstick.beside(lambda world=world: world.rate(case, SECONDS), 1).ratio)  # type: ignore[misc]
    progress(f"growth_10m: ratio {median(ratios['large']):.2f} against {median(ratios['small']):.2f}")
    at_small, at_large = median(ratios["small"]), median(ratios["large"])
    return Row("growth_10m", at_large, "times TPC-B", "the ratio at 1,000,000 transfers", at_small, "ratio >= 0.85")
