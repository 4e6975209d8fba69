"""Writes of the room: a settlement on its way, its payout, and redemptions entered from elsewhere."""

from kechuang.subsidies.commands.conversions import (
    Origin,
    bring_conversions,
    check_conversions,
    reject_conversions,
)
from kechuang.subsidies.commands.drafting import Decision, decide, draft, edit, fund, withdraw
from kechuang.subsidies.commands.holding import resume, stop, suspend
from kechuang.subsidies.commands.outside import Redemption, check_outside, enter_outside, reject_outside
from kechuang.subsidies.commands.paying import (
    ask_bank,
    bounce,
    cancel_batch,
    prepare,
    read_result_file,
    read_results,
    retry,
    return_batch,
    transmit,
)
from kechuang.subsidies.commands.publishing import finish, pass_gate, publish, unpublish
from kechuang.subsidies.commands.settling import settle

__all__ = [
    "Decision",
    "Origin",
    "Redemption",
    "ask_bank",
    "bounce",
    "bring_conversions",
    "cancel_batch",
    "check_conversions",
    "check_outside",
    "decide",
    "draft",
    "edit",
    "enter_outside",
    "finish",
    "fund",
    "pass_gate",
    "prepare",
    "publish",
    "read_result_file",
    "read_results",
    "reject_conversions",
    "reject_outside",
    "resume",
    "retry",
    "return_batch",
    "settle",
    "stop",
    "suspend",
    "transmit",
    "unpublish",
    "withdraw",
]
