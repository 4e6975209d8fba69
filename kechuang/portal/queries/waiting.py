"""待办: everything that waits for one actor, from every room, the most urgent first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.ui.waiting import Urgency, Waiting, most_urgent_first

Source = Callable[..., Sequence[Waiting]]

# What a kind of work is called, and which room answers for it.
ROOMS = (
    (_("兑付"), "claims"),
    (_("订单"), "orders"),
    (_("创新券"), "vouchers"),
    (_("机构入库"), "registers"),
    (_("资金"), "treasury"),
    (_("公示与异议"), "notices"),
)


def _sources() -> list[tuple[str, Source]]:
    import importlib

    found = []
    for label, room in ROOMS:
        try:
            found.append((label, importlib.import_module(f"kechuang.{room}.queries").waiting_for))
        except (ModuleNotFoundError, AttributeError, ImportError):
            continue
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, with the kind of work it belongs to."""

    kind: str
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the workbench shows."""

    rows: list[Row]
    kinds: dict[str, int]  # label -> how many wait
    overdue_count: int
    today_count: int
    soon_count: int


def waiting_for(actor: Actor, *, on: date) -> list[Row]:
    """Every room's answer, the most urgent first."""
    rows = [Row(kind, one) for kind, source in _sources() for one in source(actor, on=on)]
    return sorted(rows, key=lambda row: most_urgent_first(row.waiting))


def workbench(actor: Actor, *, on: date, kind: str = "", words: str = "") -> Workbench:
    """The workbench of one actor; `kind` and `words` narrow the rows, the counts stay those of everything."""
    rows = waiting_for(actor, on=on)
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row.kind] = kinds.get(row.kind, 0) + 1
    tally = [row.waiting.urgency for row in rows]
    shown = [row for row in rows if kind in ("", row.kind) and _has(row.waiting, words)]
    return Workbench(shown, kinds, tally.count(Urgency.OVERDUE), tally.count(Urgency.TODAY), tally.count(Urgency.SOON))


def _has(row: Waiting, words: str) -> bool:
    wanted = words.strip().casefold()
    return not wanted or any(wanted in text.casefold() for text in (row.title, row.number, row.party))
