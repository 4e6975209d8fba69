"""What is written here: drafts of rules and their publication, replays."""

from kechuang.cockpit.commands.drafting import (
    drop_draft,
    publish_draft,
    return_draft,
    save_draft,
    start_draft,
    submit_draft,
)
from kechuang.cockpit.commands.replaying import JOB, ask_replay, run_replay

__all__ = [
    "JOB",
    "ask_replay",
    "drop_draft",
    "publish_draft",
    "return_draft",
    "run_replay",
    "save_draft",
    "start_draft",
    "submit_draft",
]
