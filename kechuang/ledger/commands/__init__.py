"""Writes of the room: posting, holding and resolving, alone, linked or many at once."""

from kechuang.ledger.commands.posting import (
    Posting,
    WrongPostingError,
    account,
    accounts,
    capture,
    capture_all,
    change,
    hold,
    hold_all,
    post,
    post_many,
    release,
    reverse,
)

__all__ = [
    "Posting",
    "WrongPostingError",
    "account",
    "accounts",
    "capture",
    "capture_all",
    "change",
    "hold",
    "hold_all",
    "post",
    "post_many",
    "release",
    "reverse",
]
