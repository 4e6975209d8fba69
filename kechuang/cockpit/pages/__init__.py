from kechuang.cockpit.pages.desk import act, check, draft, drafts, edit, new_draft, replay
from kechuang.cockpit.pages.replays import compare, note, progress
from kechuang.cockpit.pages.replays import replay as replay_page

__all__ = [
    "act",
    "check",
    "compare",
    "draft",
    "drafts",
    "edit",
    "new_draft",
    "note",
    "progress",
    "replay",
    "replay_page",
]
