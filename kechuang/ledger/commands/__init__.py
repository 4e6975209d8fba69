"""Writes of the room: posting, holding and resolving, alone, linked or many at once."""

from kechuang.ledger.commands.closing import close
from kechuang.ledger.commands.grouped import post_combined, post_grouped
from kechuang.ledger.commands.posting import (
    Capture,
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
    post_each,
    post_many,
    release,
    reverse,
    settle,
)
from kechuang.ledger.commands.sealing import seal

__all__ = [
    "Capture",
    "Posting",
    "WrongPostingError",
    "account",
    "accounts",
    "capture",
    "capture_all",
    "change",
    "close",
    "hold",
    "hold_all",
    "post",
    "post_combined",
    "post_each",
    "post_grouped",
    "post_many",
    "release",
    "reverse",
    "seal",
    "settle",
]
