"""Reading evaluations."""

from kechuang.evaluation.access import evaluates_in
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.queries.cards import card_of, course_of, grading_of, schemes
from kechuang.evaluation.queries.sheets import (
    CarrierSheet,
    EvaluationSheet,
    Line,
    SheetRow,
    carrier_sheet,
    evaluation_sheet,
    evaluations,
    grade_labels,
    grade_of,
    own_sheets,
    preferred,
    priority,
    results,
    waiting_for,
)

__all__ = [
    "CarrierSheet",
    "Evaluation",
    "EvaluationSheet",
    "Line",
    "Priority",
    "Sheet",
    "SheetRow",
    "card_of",
    "carrier_sheet",
    "course_of",
    "evaluates_in",
    "evaluation_sheet",
    "evaluations",
    "grade_labels",
    "grade_of",
    "grading_of",
    "own_sheets",
    "preferred",
    "priority",
    "results",
    "schemes",
    "waiting_for",
]
