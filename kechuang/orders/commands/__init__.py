"""Writes of the room: asking, serving, settling, ending."""

from kechuang.orders.commands.asking import decline, invoice_to, place, quote, request, withdraw
from kechuang.orders.commands.booked import end_quoting_by_list, order_booking, quote_by_list
from kechuang.orders.commands.ending import (
    cancel,
    carry_over,
    close_revoked,
    dispute,
    drop_dispute,
    resolve,
    terminate,
    time_out,
)
from kechuang.orders.commands.income import mark_horizontal, note_served, unmark_horizontal
from kechuang.orders.commands.opening import bring_in, undo_bring_in
from kechuang.orders.commands.serving import (
    Upload,
    accept,
    agree_final,
    contract,
    deliver,
    deliver_part,
    propose_final,
    reject_final,
    seal,
    start,
)
from kechuang.orders.commands.settling import (
    give_up,
    invoice,
    own_share,
    refund_share,
    settle,
    settle_by_clock,
)

__all__ = [
    "Upload",
    "accept",
    "agree_final",
    "bring_in",
    "cancel",
    "carry_over",
    "close_revoked",
    "contract",
    "decline",
    "deliver",
    "deliver_part",
    "dispute",
    "drop_dispute",
    "end_quoting_by_list",
    "give_up",
    "invoice",
    "invoice_to",
    "mark_horizontal",
    "note_served",
    "order_booking",
    "own_share",
    "place",
    "propose_final",
    "quote",
    "quote_by_list",
    "refund_share",
    "reject_final",
    "request",
    "resolve",
    "seal",
    "settle",
    "settle_by_clock",
    "start",
    "terminate",
    "time_out",
    "undo_bring_in",
    "unmark_horizontal",
    "withdraw",
]
