"""What an auditor writes: tasks, looks, samples, working sheets, evidence packs. Nothing of any other room."""

from kechuang.audit.commands.looking import look, look_at
from kechuang.audit.commands.packing import freeze_pack
from kechuang.audit.commands.sampling import conclude_sample, draw_sample, freeze_frame, plan_sample, write_sheet
from kechuang.audit.commands.tasks import close_task, open_task

__all__ = [
    "close_task",
    "conclude_sample",
    "draw_sample",
    "freeze_frame",
    "freeze_pack",
    "look",
    "look_at",
    "open_task",
    "plan_sample",
    "write_sheet",
]
