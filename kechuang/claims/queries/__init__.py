"""Reading claims."""

from kechuang.claims.models import Claim
from kechuang.claims.queries.checks import passed_early, payouts_not_single, unequal_payouts
from kechuang.claims.queries.lists import (
    Claimable,
    ClaimRow,
    claimable,
    counts_by_state,
    in_hand,
    in_notice,
    in_state,
    invoice_files,
    next_waiting,
    numbers,
    queue,
    returned_count,
    rows_of,
    state_of,
    unclaimed_overdue,
    waiting_for,
)
from kechuang.claims.queries.opening import MAY_SEE, opening_schemes, opening_template, openings
from kechuang.claims.queries.payouts import held_by, payable_rows
from kechuang.claims.queries.redeemed import REDEEMED, ever_asked_back, redeemed_now
from kechuang.claims.queries.sheets import (
    ClaimSheet,
    doubts_first,
    evidence_of,
    notice_if_confirmed,
    sheet,
    volume,
)

__all__ = [
    "MAY_SEE",
    "REDEEMED",
    "Claim",
    "ClaimRow",
    "ClaimSheet",
    "Claimable",
    "claimable",
    "counts_by_state",
    "doubts_first",
    "ever_asked_back",
    "evidence_of",
    "held_by",
    "in_hand",
    "in_notice",
    "in_state",
    "invoice_files",
    "next_waiting",
    "notice_if_confirmed",
    "numbers",
    "opening_schemes",
    "opening_template",
    "openings",
    "passed_early",
    "payable_rows",
    "payouts_not_single",
    "queue",
    "redeemed_now",
    "returned_count",
    "rows_of",
    "sheet",
    "state_of",
    "unclaimed_overdue",
    "unequal_payouts",
    "volume",
    "waiting_for",
]
