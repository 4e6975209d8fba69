"""Writes of the room: applying for and granting vouchers, using them for orders, ending them."""

from kechuang.vouchers.commands.applying import apply, edit, issue, refuse, return_, submit
from kechuang.vouchers.commands.ending import expire, import_live, revoke, undo_import, withdraw
from kechuang.vouchers.commands.using import capture, change_hold, hold, release_hold, restore

__all__ = [
    "apply",
    "capture",
    "change_hold",
    "edit",
    "expire",
    "hold",
    "import_live",
    "issue",
    "refuse",
    "release_hold",
    "restore",
    "return_",
    "revoke",
    "submit",
    "undo_import",
    "withdraw",
]
