"""The log's own work in every round."""

from datetime import datetime

from kechuang.trail import commands


def run_log(*, now: datetime) -> None:
    """Events get their places in the log and its head is signed (并入日志), then the witnesses are heard."""
    commands.sequence(now=now)
    commands.hear(now=now)
