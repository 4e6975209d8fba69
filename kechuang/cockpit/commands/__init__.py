"""What is written here: drafts of rules and their publication, replays."""

from kechuang.cockpit.commands.drafting import (
    drop_draft,
    publish_draft,
    return_draft,
    save_draft,
    start_draft,
    submit_draft,
)
from kechuang.cockpit.commands.performing import (
    agree_target,
    draft_target,
    edit_target,
    evaluate_target,
    opine,
    return_target,
    submit_target,
)
from kechuang.cockpit.commands.replaying import JOB, ask_replay, give_up_replay, run_replay
from kechuang.cockpit.commands.reporting import freeze, publish_report

__all__ = [
    "JOB",
    "agree_target",
    "ask_replay",
    "draft_target",
    "drop_draft",
    "edit_target",
    "evaluate_target",
    "freeze",
    "give_up_replay",
    "opine",
    "publish_draft",
    "publish_report",
    "return_draft",
    "return_target",
    "run_replay",
    "save_draft",
    "start_draft",
    "submit_draft",
    "submit_target",
]
