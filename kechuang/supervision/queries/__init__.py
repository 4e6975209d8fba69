"""Reading supervision."""

from kechuang.supervision.queries.cases import (
    CaseSheet,
    ClawbackSheet,
    case_clocks,
    case_of_claim,
    case_sheet,
    cases,
    clawback_sheet,
    clawbacks,
    interest_of_row,
    may_open,
    to_follow,
    to_lapse,
    waiting_for,
)
from kechuang.supervision.queries.terms import case_terms, scheme_of, terms_of

__all__ = [
    "CaseSheet",
    "ClawbackSheet",
    "case_clocks",
    "case_of_claim",
    "case_sheet",
    "case_terms",
    "cases",
    "clawback_sheet",
    "clawbacks",
    "interest_of_row",
    "may_open",
    "scheme_of",
    "terms_of",
    "to_follow",
    "to_lapse",
    "waiting_for",
]
