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
from kechuang.supervision.models.sanctions import Complaint, Sanction, complaint_page, sanction_page

__all__ = [
    "Case",
    "Clawback",
    "Complaint",
    "Inspector",
    "Instalment",
    "Interest",
    "Item",
    "Letter",
    "Member",
    "Plan",
    "PlanFile",
    "Sanction",
    "Sheet",
    "Visit",
    "case_page",
    "clawback_page",
    "complaint_page",
    "plan_page",
    "sanction_page",
    "visit_page",
]
