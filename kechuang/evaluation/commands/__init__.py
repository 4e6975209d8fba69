"""Writes of the room: an evaluation on its way, and each carrier's sheet in it."""

from kechuang.evaluation.commands.preferring import revoke_priority
from kechuang.evaluation.commands.running import grade, open_evaluation, publish, withdraw
from kechuang.evaluation.commands.sheets import Corrected, answer, appeal, attach, report, return_, review

__all__ = [
    "Corrected",
    "answer",
    "appeal",
    "attach",
    "grade",
    "open_evaluation",
    "publish",
    "report",
    "return_",
    "review",
    "revoke_priority",
    "withdraw",
]
