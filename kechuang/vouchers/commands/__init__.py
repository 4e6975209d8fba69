"""Writes of the room: applying for and granting vouchers, using them for orders, ending them."""

from kechuang.vouchers.commands.applying import Ask, Declared, Upload, apply, apply_all, edit, issue, refuse, return_
from kechuang.vouchers.commands.ending import carry_over, expire, import_live, remind, revoke, undo_import, withdraw
from kechuang.vouchers.commands.expiring import expire_all
from kechuang.vouchers.commands.granting import Sending, submit, submit_all
from kechuang.vouchers.commands.opening import TAKEN_OVER, bring_offset, undo_offset
from kechuang.vouchers.commands.using import (
    Legs,
    capture,
    change_captured,
    change_hold,
    change_provider,
    hold,
    release_hold,
    restore,
)

__all__ = [
    "TAKEN_OVER",
    "Ask",
    "Declared",
    "Legs",
    "Sending",
    "Upload",
    "apply",
    "apply_all",
    "bring_offset",
    "capture",
    "carry_over",
    "change_captured",
    "change_hold",
    "change_provider",
    "edit",
    "expire",
    "expire_all",
    "hold",
    "import_live",
    "issue",
    "refuse",
    "release_hold",
    "remind",
    "restore",
    "return_",
    "revoke",
    "submit",
    "submit_all",
    "undo_import",
    "undo_offset",
    "withdraw",
]
