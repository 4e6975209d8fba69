"""Reading subsidies."""

from kechuang.subsidies.models import Statement
from kechuang.subsidies.queries.checks import passed_early, unequal
from kechuang.subsidies.queries.conversions import ConversionRow, conversion_rows, conversions
from kechuang.subsidies.queries.lists import (
    Due,
    OutsideRow,
    due,
    in_notice,
    in_payout,
    outside,
    outside_rows,
    settlements,
    statement,
    statements,
    waiting_for,
)
from kechuang.subsidies.queries.papers import kinds, own_statements, printed, settles_in, workbook
from kechuang.subsidies.queries.payouts import held_by, payable_rows, state_of
from kechuang.subsidies.queries.sheets import (
    CountedRow,
    PlaceSum,
    SettlementSheet,
    StatementRow,
    StatementSheet,
    counted_of,
    counted_of_settlement,
    counted_rows,
    settlement_sheet,
    statement_sheet,
)

__all__ = [
    "ConversionRow",
    "CountedRow",
    "Due",
    "OutsideRow",
    "PlaceSum",
    "SettlementSheet",
    "Statement",
    "StatementRow",
    "StatementSheet",
    "conversion_rows",
    "conversions",
    "counted_of",
    "counted_of_settlement",
    "counted_rows",
    "due",
    "held_by",
    "in_notice",
    "in_payout",
    "kinds",
    "outside",
    "outside_rows",
    "own_statements",
    "passed_early",
    "payable_rows",
    "printed",
    "settlement_sheet",
    "settlements",
    "settles_in",
    "state_of",
    "statement",
    "statement_sheet",
    "statements",
    "unequal",
    "waiting_for",
    "workbook",
]
