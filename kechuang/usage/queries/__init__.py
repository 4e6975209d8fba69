"""Reading records, runs, figures and papers."""

from kechuang.usage.queries.boards import (
    Board,
    IdleRow,
    Row,
    Target,
    baseline_of,
    carrier_board,
    idle_list,
    idle_rows,
    public_board,
    region_board,
    scopes_of,
    years,
)
from kechuang.usage.queries.drafts import draft_of, lives
from kechuang.usage.queries.figures import Reach, Stock, measured
from kechuang.usage.queries.papers import Contents, Verified, contents, operators_of, paper, papers_of, verified
from kechuang.usage.queries.records import (
    RecordSheet,
    blank,
    graded,
    listed,
    record_rows,
    record_sheet,
    waiting_for,
)
from kechuang.usage.queries.sessions import RunSheet, forgotten, keys_of, meters_of, run_sheet, running_of, session
from kechuang.usage.queries.standing import impossible_sums, not_one_holding

__all__ = [
    "Board", "Contents", "IdleRow", "Reach", "RecordSheet", "Row", "RunSheet", "Stock", "Target", "Verified",
    "baseline_of", "blank", "carrier_board", "contents", "draft_of", "forgotten", "graded", "idle_list", "idle_rows", "impossible_sums",
    "keys_of", "listed", "lives", "measured", "meters_of", "not_one_holding", "operators_of", "paper", "papers_of", "public_board",
    "record_rows", "record_sheet", "region_board", "run_sheet", "running_of", "scopes_of", "session", "verified", "waiting_for",
    "years",
]  # fmt: skip
