from kechuang.cockpit.pages.board import cockpit, region, rows
from kechuang.cockpit.pages.desk import act, check, draft, drafts, edit, new_draft, replay
from kechuang.cockpit.pages.performing import edit_target, new_target, target, target_act, targets
from kechuang.cockpit.pages.replays import compare, note, progress
from kechuang.cockpit.pages.replays import replay as replay_page
from kechuang.cockpit.pages.reports import OpenFeed, freeze, open_data, open_file, publish_report, report, report_file

__all__ = [
    "OpenFeed",
    "act",
    "check",
    "cockpit",
    "compare",
    "draft",
    "drafts",
    "edit",
    "edit_target",
    "freeze",
    "new_draft",
    "new_target",
    "note",
    "open_data",
    "open_file",
    "progress",
    "publish_report",
    "region",
    "replay",
    "replay_page",
    "report",
    "report_file",
    "rows",
    "target",
    "target_act",
    "targets",
]
