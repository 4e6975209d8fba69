"""Writes of the registers: applying, deciding, and what happens to an admission afterwards."""

from kechuang.registers.commands.application import apply, edit, submit, withdraw
from kechuang.registers.commands.certificates import add_certificate, bring_certificate
from kechuang.registers.commands.decisions import admit_after_notice, confirm, refuse, return_
from kechuang.registers.commands.standing import (
    bring_in,
    close_case,
    expire,
    mark_lifted,
    note_case,
    open_case,
    recertify,
    rename,
    resume,
    revoke,
    stop_orders,
)

__all__ = [
    "add_certificate",
    "admit_after_notice",
    "apply",
    "bring_certificate",
    "bring_in",
    "close_case",
    "confirm",
    "edit",
    "expire",
    "mark_lifted",
    "note_case",
    "open_case",
    "recertify",
    "refuse",
    "rename",
    "resume",
    "return_",
    "revoke",
    "stop_orders",
    "submit",
    "withdraw",
]
