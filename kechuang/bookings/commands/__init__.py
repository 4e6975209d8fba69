"""Writing calendars and bookings: rules, taking a time, changing it, using it, blocking, qualifying."""

from kechuang.bookings.commands.blocking import Broken, block, break_down, unblock
from kechuang.bookings.commands.booking import book, confirm, override, refuse
from kechuang.bookings.commands.calendars import open_calendar, pause, reopen, set_rules
from kechuang.bookings.commands.changing import (
    accept_offer,
    attach_order,
    cancel,
    cancel_of_order,
    hand_over,
    reschedule,
)
from kechuang.bookings.commands.qualifying import expire_qualification, qualify, renew, revoke_qualification
from kechuang.bookings.commands.using import complete, excuse, finish, lapse, no_show, remind, start

__all__ = [
    "Broken",
    "accept_offer",
    "attach_order",
    "block",
    "book",
    "break_down",
    "cancel",
    "cancel_of_order",
    "complete",
    "confirm",
    "excuse",
    "expire_qualification",
    "finish",
    "hand_over",
    "lapse",
    "no_show",
    "open_calendar",
    "override",
    "pause",
    "qualify",
    "refuse",
    "remind",
    "renew",
    "reopen",
    "reschedule",
    "revoke_qualification",
    "set_rules",
    "start",
    "unblock",
]
