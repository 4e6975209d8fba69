"""Tables of supervision."""

from kechuang.supervision.models.cases import Case, Clawback, Instalment, Item, Letter, case_page, clawback_page
from kechuang.supervision.models.checks import (
    Inspector,
    Interest,
    Member,
    Plan,
    PlanFile,
    Sheet,
    Visit,
    plan_page,
    visit_page,
)

__all__ = [
    "Case",
    "Clawback",
    "Inspector",
    "Instalment",
    "Interest",
    "Item",
    "Letter",
    "Member",
    "Plan",
    "PlanFile",
    "Sheet",
    "Visit",
    "case_page",
    "clawback_page",
    "plan_page",
    "visit_page",
]
