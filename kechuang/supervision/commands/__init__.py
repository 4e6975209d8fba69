"""Writes of supervision: case files, holding payouts, deciding, clawback, spot checks, complaints, sanctions."""

from kechuang.supervision.commands.cases import (
    New,
    Upload,
    add_claim,
    ask,
    lapse,
    open_case,
    open_on_claim,
    open_on_complaint,
    open_on_visit,
    reply,
)
from kechuang.supervision.commands.clawback import countersign, instal, instal_equally, receive, strike, withdraw
from kechuang.supervision.commands.complaining import (
    accept_complaint,
    complain,
    decide_complaint,
    lapse_complaint,
    reject_complaint,
    reply_complaint,
    withdraw_complaint,
)
from kechuang.supervision.commands.deciding import clear, uphold
from kechuang.supervision.commands.halves import start_half
from kechuang.supervision.commands.holding import follow, resume, suspend
from kechuang.supervision.commands.planning import Draft, draft_plan, draw, fix, withdraw_plan
from kechuang.supervision.commands.publishing import publish
from kechuang.supervision.commands.roster import add_inspector, declare_interest, remove_inspector
from kechuang.supervision.commands.sanctioning import drop, impose, lapse_sanction, lift, propose, reply_sanction
from kechuang.supervision.commands.visiting import (
    accept,
    again,
    demand,
    miss,
    record_visit,
    recuse,
    report,
    set_day,
    sign_sound,
)

__all__ = [
    "Draft",
    "New",
    "Upload",
    "accept",
    "accept_complaint",
    "add_claim",
    "add_inspector",
    "again",
    "ask",
    "clear",
    "complain",
    "countersign",
    "decide_complaint",
    "declare_interest",
    "demand",
    "draft_plan",
    "draw",
    "drop",
    "fix",
    "follow",
    "impose",
    "instal",
    "instal_equally",
    "lapse",
    "lapse_complaint",
    "lapse_sanction",
    "lift",
    "miss",
    "open_case",
    "open_on_claim",
    "open_on_complaint",
    "open_on_visit",
    "propose",
    "publish",
    "receive",
    "record_visit",
    "recuse",
    "reject_complaint",
    "remove_inspector",
    "reply",
    "reply_complaint",
    "reply_sanction",
    "report",
    "resume",
    "set_day",
    "sign_sound",
    "start_half",
    "strike",
    "suspend",
    "uphold",
    "withdraw",
    "withdraw_complaint",
    "withdraw_plan",
]
