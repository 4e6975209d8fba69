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
from kechuang.bookings.commands.feeds import renew_feed, revoke_feed, subscribe
from kechuang.bookings.commands.offering import expire_offer, offer_freed
from kechuang.bookings.commands.outside import connect_source, poll_source, push_busy, stop_source
from kechuang.bookings.commands.qualifying import expire_qualification, qualify, renew, revoke_qualification
from kechuang.bookings.commands.samples import (
    Declared,
    Picture,
    announce_sample,
    begin_sample,
    dispose_sample,
    finish_sample,
    pass_on_sample,
    receive_sample,
    reject_sample,
    return_sample,
    ship_sample,
    withdraw_sample,
)
from kechuang.bookings.commands.training import (
    decline_training,
    fail_training,
    pass_training,
    request_training,
    schedule_training,
    withdraw_training,
)
from kechuang.bookings.commands.using import complete, excuse, finish, lapse, no_show, remind, start
from kechuang.bookings.commands.waiting import accept_wait, decline_wait, join_waits, leave_waits

__all__ = [
    "Broken",
    "Declared",
    "Picture",
    "accept_offer",
    "accept_wait",
    "announce_sample",
    "attach_order",
    "begin_sample",
    "block",
    "book",
    "break_down",
    "cancel",
    "cancel_of_order",
    "complete",
    "confirm",
    "connect_source",
    "decline_training",
    "decline_wait",
    "dispose_sample",
    "excuse",
    "expire_offer",
    "expire_qualification",
    "fail_training",
    "finish",
    "finish_sample",
    "hand_over",
    "join_waits",
    "lapse",
    "leave_waits",
    "no_show",
    "offer_freed",
    "open_calendar",
    "override",
    "pass_on_sample",
    "pass_training",
    "pause",
    "poll_source",
    "push_busy",
    "qualify",
    "receive_sample",
    "refuse",
    "reject_sample",
    "remind",
    "renew",
    "renew_feed",
    "reopen",
    "request_training",
    "reschedule",
    "return_sample",
    "revoke_feed",
    "revoke_qualification",
    "schedule_training",
    "set_rules",
    "ship_sample",
    "start",
    "stop_source",
    "subscribe",
    "unblock",
    "withdraw_sample",
    "withdraw_training",
]
