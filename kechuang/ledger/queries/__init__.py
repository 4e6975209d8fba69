"""Reading the ledger: balances, statements, the way of the money, totals, and what `kechuang check` looks for."""

from kechuang.ledger.queries.balances import (
    Balance,
    Statement,
    StatementLine,
    Station,
    balance,
    balance_at,
    balances,
    hold_of,
    place_of,
    statement,
    sums,
    sums_by_year,
    transfers_between,
    transfers_of,
    used_of,
)
from kechuang.ledger.queries.checks import overcommitted_budgets, overpaid_claims, overused_vouchers, unbalanced
from kechuang.ledger.queries.totals import Money, digest_lines, money

__all__ = [
    "Balance",
    "Money",
    "Statement",
    "StatementLine",
    "Station",
    "balance",
    "balance_at",
    "balances",
    "digest_lines",
    "hold_of",
    "money",
    "overcommitted_budgets",
    "overpaid_claims",
    "overused_vouchers",
    "place_of",
    "statement",
    "sums",
    "sums_by_year",
    "transfers_between",
    "transfers_of",
    "unbalanced",
    "used_of",
]
