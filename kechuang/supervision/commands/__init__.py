"""Writes of supervision: case files, holding payouts, deciding, clawback."""

from kechuang.supervision.commands.cases import (
    New,
    Upload,
    add_claim,
    ask,
    lapse,
    open_case,
    open_on_claim,
    reply,
)
from kechuang.supervision.commands.clawback import instal, receive, withdraw
from kechuang.supervision.commands.deciding import clear, uphold
from kechuang.supervision.commands.holding import follow, resume, suspend

__all__ = [
    "New",
    "Upload",
    "add_claim",
    "ask",
    "clear",
    "follow",
    "instal",
    "lapse",
    "open_case",
    "open_on_claim",
    "receive",
    "reply",
    "resume",
    "suspend",
    "uphold",
    "withdraw",
]
