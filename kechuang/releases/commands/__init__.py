"""Writes of the room: planning a release, entering it, serving it in order, drawing, ending."""

from kechuang.releases.commands.clockwork import carry_over, lapse
from kechuang.releases.commands.entering import accept, enter, leave
from kechuang.releases.commands.planning import (
    Plan,
    announce,
    draft,
    edit,
    free_held_back,
    return_,
    submit,
    withdraw,
)
from kechuang.releases.commands.ranking import call_off, close, finish, rank
from kechuang.releases.commands.serving import serve

__all__ = [
    "Plan",
    "accept",
    "announce",
    "call_off",
    "carry_over",
    "close",
    "draft",
    "edit",
    "enter",
    "finish",
    "free_held_back",
    "lapse",
    "leave",
    "rank",
    "return_",
    "serve",
    "submit",
    "withdraw",
]
