"""What a tax bureau (电子税务局、发票查验) must answer us. Which one is asked is installed at process start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RedLetter:
    """A red-letter invoice that cancels a blue one."""

    number: str
    on: date


class TaxBureau(Protocol):
    """`name` stands beside every answer, so that a stand-in is known as one."""

    name: str

    def red_letters(self, numbers: Sequence[str], *, on: date) -> Mapping[str, RedLetter]:
        """Which of these blue invoices are cancelled on a day, by their numbers."""
        ...


_installed: list[TaxBureau] = []


def install(bureau: TaxBureau) -> None:
    """Makes `bureau` the one that is asked."""
    _installed[:] = [bureau]


def remove() -> None:
    """No tax bureau is connected any more: paid invoices are not checked again."""
    _installed.clear()


def installed() -> TaxBureau | None:
    """The tax bureau that is connected; None where there is none."""
    return _installed[0] if _installed else None
