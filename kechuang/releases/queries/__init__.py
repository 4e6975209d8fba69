"""Reading releases: one of them, where one stands in it, what was published, what waits."""

from kechuang.releases.queries.budgets import free_fen, planned_fen
from kechuang.releases.queries.entrants import hindrance
from kechuang.releases.queries.sheets import (
    ReleaseSheet,
    Standing,
    announced,
    file_text,
    listed,
    phase,
    pool_label,
    public_result,
    release,
    running_now,
    scheme_title,
    schemes,
    sheet,
    standing,
    waiting_for,
    ways,
)

__all__ = [
    "ReleaseSheet",
    "Standing",
    "announced",
    "file_text",
    "free_fen",
    "hindrance",
    "listed",
    "phase",
    "planned_fen",
    "pool_label",
    "public_result",
    "release",
    "running_now",
    "scheme_title",
    "schemes",
    "sheet",
    "standing",
    "waiting_for",
    "ways",
]
