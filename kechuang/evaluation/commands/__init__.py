"""Writes of the room: an evaluation on its way, and each carrier's sheet in it."""

from kechuang.evaluation.commands.running import grade, open_evaluation, publish, withdraw
from kechuang.evaluation.commands.sheets import answer, appeal, attach, report, return_, review

__all__ = [
    "answer",
    "appeal",
    "attach",
    "grade",
    "open_evaluation",
    "publish",
    "report",
    "return_",
    "review",
    "withdraw",
]
