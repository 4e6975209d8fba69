"""What a bank (or 国库集中支付) must do for us. Which one is used is installed at process start, never decided in a room."""

from collections.abc import Sequence
from typing import Protocol

from kechuang.treasury.formats.payment_file import Payment
from kechuang.treasury.rules import Answer


class Bank(Protocol):
    """A bank takes a serial once: the same payment again is no second payment, another body is refused."""

    name: str

    def send(self, payments: Sequence[Payment]) -> list[Answer]:
        """Hands payments over; answers what is known at once, which may be nothing."""
        ...

    def ask(self, serials: Sequence[str]) -> list[Answer]:
        """What became of these; a serial the bank never saw is answered NOT_RECEIVED."""
        ...


class BankDown(ConnectionError):
    """The bank did not answer in time: whether it took the payments is unknown (支付超时)."""


_installed: list[Bank] = []


def install(bank: Bank) -> None:
    """Makes `bank` the one that is paid through."""
    _installed[:] = [bank]


def remove() -> None:
    """No bank is connected any more: files are carried by hand."""
    _installed.clear()


def installed() -> Bank | None:
    """The bank that is connected; None where files are carried by hand."""
    return _installed[0] if _installed else None
