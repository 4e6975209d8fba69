"""Writes of supervision: case files, holding payouts, deciding, clawback, spot checks."""

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
from kechuang.supervision.commands.planning import Draft, draft_plan, draw, fix, withdraw_plan
from kechuang.supervision.commands.publishing import publish
from kechuang.supervision.commands.roster import add_inspector, declare_interest, remove_inspector
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
    "add_claim",
    "add_inspector",
    "again",
    "ask",
    "clear",
    "declare_interest",
    "demand",
    "draft_plan",
    "draw",
    "fix",
    "follow",
    "instal",
    "lapse",
    "miss",
    "open_case",
    "open_on_claim",
    "publish",
    "receive",
    "record_visit",
    "recuse",
    "remove_inspector",
    "reply",
    "report",
    "resume",
    "set_day",
    "sign_sound",
    "suspend",
    "uphold",
    "withdraw",
    "withdraw_plan",
]
