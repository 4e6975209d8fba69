"""Writes of the room: records, runs, meters, orders' records, many at once, baselines, papers."""

from kechuang.usage.commands.entering import correct, enter, void
from kechuang.usage.commands.importing import Outcome, Report, Result, import_records, push
from kechuang.usage.commands.meters import Power, Taken, add_key, add_meter, end_key, end_meter, read_meter
from kechuang.usage.commands.orders import Served, record_order
from kechuang.usage.commands.papers import issue_paper, set_baseline
from kechuang.usage.commands.recount import recount
from kechuang.usage.commands.sessions import drop, remind, start, stop
from kechuang.usage.commands.writing import Mode

__all__ = [
    "Mode", "Outcome", "Power", "Report", "Result", "Served", "Taken", "add_key", "add_meter", "correct", "drop",
    "end_key", "end_meter", "enter", "import_records", "issue_paper", "push", "read_meter", "record_order", "recount",
    "remind", "set_baseline", "start", "stop", "void",
]  # fmt: skip
