"""Reading evaluations."""

from kechuang.evaluation.access import evaluates_in
from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.queries.cards import card_of, course_of, grading_of, schemes
from kechuang.evaluation.queries.priorities import Certificate, certificate, forfeited, holding, preferred
from kechuang.evaluation.queries.sheets import (
    CarrierSheet,
    EvaluationSheet,
    Line,
    Published,
    SheetRow,
    carrier_sheet,
    evaluation_sheet,
    evaluations,
    grade_labels,
    grades_of,
    own_sheets,
    results,
    waiting_for,
)

__all__ = [
    "CarrierSheet",
    "Certificate",
    "Evaluation",
    "EvaluationSheet",
    "Line",
    "Priority",
    "Published",
    "Sheet",
    "SheetRow",
    "card_of",
    "carrier_sheet",
    "certificate",
    "course_of",
    "evaluates_in",
    "evaluation_sheet",
    "evaluations",
    "forfeited",
    "grade_labels",
    "grades_of",
    "grading_of",
    "holding",
    "own_sheets",
    "preferred",
    "results",
    "schemes",
    "waiting_for",
]
