"""What the screening looks for: pure rules over facts that are handed in."""

from kechuang.screening.rules.catalog import RULES, Rule, screen
from kechuang.screening.rules.facts import (
    ClaimFact,
    Facts,
    Found,
    InvoiceFact,
    LevelFact,
    LinkFact,
    PaceFact,
    PairFact,
    PictureFact,
    Proof,
    RedFact,
    RegistrationFact,
    ReportFact,
)
from kechuang.screening.rules.invoices import near_number
from kechuang.screening.rules.orders import levels_of, public_total_fen
from kechuang.screening.rules.people import Graph, Step, graph, path
from kechuang.screening.rules.prints import bands_of, bands_of_layout, results_of
from kechuang.screening.rules.registers import (
    Lines,
    RegistrationLine,
    ShareholderLine,
    read_registrations,
    read_shareholders,
)
from kechuang.screening.rules.terms import ScreeningTerms, Weight

__all__ = [
    "RULES",
    "ClaimFact",
    "Facts",
    "Found",
    "Graph",
    "InvoiceFact",
    "LevelFact",
    "Lines",
    "LinkFact",
    "PaceFact",
    "PairFact",
    "PictureFact",
    "Proof",
    "RedFact",
    "RegistrationFact",
    "RegistrationLine",
    "ReportFact",
    "Rule",
    "ScreeningTerms",
    "ShareholderLine",
    "Step",
    "Weight",
    "bands_of",
    "bands_of_layout",
    "graph",
    "levels_of",
    "near_number",
    "path",
    "public_total_fen",
    "read_registrations",
    "read_shareholders",
    "results_of",
    "screen",
]
