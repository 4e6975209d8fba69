"""Everything that changes a claim, by the part of its way."""

from kechuang.claims.commands.asking_back import ask_back, asked_back_no_more
from kechuang.claims.commands.deciding import confirm, confirm_many, refuse, return_
from kechuang.claims.commands.drafting import attach, lapse, make, set_aside, settle_unclaimed, submit, withdraw
from kechuang.claims.commands.opening import BroughtIn, bring_opening, undo_opening
from kechuang.claims.commands.paying import (
    ask_bank,
    bounce,
    cancel_batch,
    prepare,
    read_result_file,
    read_results,
    resume,
    retry,
    return_batch,
    stop,
    suspend,
    transmit,
)
from kechuang.claims.commands.publishing import correct_notice, pass_gate, publish, unpublish
from kechuang.claims.commands.screening import recheck_paid, screen_all, screen_claims, screen_due

__all__ = [
    "BroughtIn",
    "ask_back",
    "ask_bank",
    "asked_back_no_more",
    "attach",
    "bounce",
    "bring_opening",
    "cancel_batch",
    "confirm",
    "confirm_many",
    "correct_notice",
    "lapse",
    "make",
    "pass_gate",
    "prepare",
    "publish",
    "read_result_file",
    "read_results",
    "recheck_paid",
    "refuse",
    "resume",
    "retry",
    "return_",
    "return_batch",
    "screen_all",
    "screen_claims",
    "screen_due",
    "set_aside",
    "settle_unclaimed",
    "stop",
    "submit",
    "suspend",
    "transmit",
    "undo_opening",
    "unpublish",
    "withdraw",
]
