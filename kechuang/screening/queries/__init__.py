"""Reading findings, links between parties, and what firms say against them."""

from kechuang.screening.models import Finding
from kechuang.screening.queries.findings import (
    asked_at,
    contests_open,
    finding,
    findings_of,
    hits_by_rule,
    levels_on,
    open_findings,
    states_among,
    waiting_for,
)
from kechuang.screening.queries.linking import Known, known_now
from kechuang.screening.queries.registers import brings_registers, last_imports
from kechuang.screening.queries.sheets import (
    ContestSheet,
    FindingSheet,
    contest_sheet,
    link,
    own_findings,
    own_links,
    sheet,
)
from kechuang.screening.queries.shown import (
    FindingRow,
    evidence_of,
    reason_of,
    rows_of,
    rules_place,
    sees_queue,
    terms_of_rule,
)
from kechuang.screening.queries.terms import all_terms, by_terms, scheme_of, terms_of
from kechuang.screening.states import QUEUE_MAX

__all__ = [
    "QUEUE_MAX",
    "ContestSheet",
    "Finding",
    "FindingRow",
    "FindingSheet",
    "Known",
    "all_terms",
    "asked_at",
    "brings_registers",
    "by_terms",
    "contest_sheet",
    "contests_open",
    "evidence_of",
    "finding",
    "findings_of",
    "hits_by_rule",
    "known_now",
    "last_imports",
    "levels_on",
    "link",
    "open_findings",
    "own_findings",
    "own_links",
    "reason_of",
    "rows_of",
    "rules_place",
    "scheme_of",
    "sees_queue",
    "sheet",
    "states_among",
    "terms_of",
    "terms_of_rule",
    "waiting_for",
]
