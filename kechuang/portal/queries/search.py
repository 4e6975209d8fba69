"""What stands beside the results of one box for everything: providers, carriers and notices; and records by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kechuang.catalog import queries as catalog
from kechuang.kernel.actor import Actor
from kechuang.kernel.ids import is_public_number
from kechuang.notices import queries as notices
from kechuang.portal.queries.records import find
from kechuang.portal.states import SEARCH_SIDE_ROWS
from kechuang.registers import queries as registers


@dataclass(frozen=True, slots=True)
class Beside:
    """The first few of each."""

    carriers: Sequence[Any]
    providers: Sequence[Any]
    notices: Sequence[Any]

    def __bool__(self) -> bool:
        return bool(self.carriers or self.providers or self.notices)


def beside(words: str, *, on: date) -> Beside:
    """Carriers, providers of the registers and notices whose name has the words."""
    providers = [
        row
        for scheme in registers.registers()
        for row in registers.library(scheme, on=on, text=words)[:SEARCH_SIDE_ROWS]
    ]
    return Beside(
        list(catalog.carriers(text=words)[:SEARCH_SIDE_ROWS]),
        providers[:SEARCH_SIDE_ROWS],
        list(notices.public_list(on=on, words=words)[:SEARCH_SIDE_ROWS]),
    )


def by_number(actor: Actor, words: str) -> str:
    """The address of the record that carries this number and is the actor's to see, or ""."""
    if not is_public_number(words):
        return ""
    found = find(actor, words.strip().upper())
    return found.url if found else ""
