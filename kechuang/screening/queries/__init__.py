"""Reading findings, links between parties, and what firms say against them."""

from kechuang.screening.models import Finding
from kechuang.screening.queries.findings import (
    contests_open,
    finding,
    findings_of,
    hits_by_rule,
    open_findings,
    waiting_for,
)
from kechuang.screening.queries.sheets import ContestSheet, FindingSheet, contest_sheet, link, own_links, sheet

__all__ = [
    "ContestSheet",
    "Finding",
    "FindingSheet",
    "contest_sheet",
    "contests_open",
    "finding",
    "findings_of",
    "hits_by_rule",
    "link",
    "open_findings",
    "own_links",
    "sheet",
    "waiting_for",
]
