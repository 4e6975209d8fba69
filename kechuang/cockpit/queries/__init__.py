"""Reading the room: drafts and what is wrong with them, replays, indicators."""

from kechuang.cockpit.queries.drafts import (
    Checked,
    DraftSheet,
    at_desk,
    checked,
    draft,
    draft_sheet,
    draftable,
    drafts,
    latest_text,
    may_draft,
    replays_of,
    waiting_for,
)
from kechuang.cockpit.queries.replaying import Asked, Year, priced, read, read_only, simulated, stack_of, summed
from kechuang.cockpit.queries.replays import Sheet, compared, replay, sheet_of

__all__ = [
    "Asked",
    "Checked",
    "DraftSheet",
    "Sheet",
    "Year",
    "at_desk",
    "checked",
    "compared",
    "draft",
    "draft_sheet",
    "draftable",
    "drafts",
    "latest_text",
    "may_draft",
    "priced",
    "read",
    "read_only",
    "replay",
    "replays_of",
    "sheet_of",
    "simulated",
    "stack_of",
    "summed",
    "waiting_for",
]
