"""Reading orders: one with all its figures, lists per side, what waits, what a claim needs."""

from kechuang.orders.models import Order
from kechuang.orders.queries.claiming import (
    OrderForClaim,
    order_for_claim,
    own_orders,
    red_numbers,
    redeemed,
    settled_with_offset,
    unclaimed,
)
from kechuang.orders.queries.facts import (
    as_frozen,
    contract_facts,
    facts_for,
    frozen_prices,
    register_of,
)
from kechuang.orders.queries.lists import (
    OrderLabel,
    clocks_of,
    counts,
    due,
    due_action,
    holding,
    labels_of,
    listed,
    numbers,
    open_of_provider,
    to_close_after_revocation,
    waiting_for,
)
from kechuang.orders.queries.placing import Asking, Placing, asking, placing
from kechuang.orders.queries.sheets import OrderSheet, figures, sheet, steps_of, useful

__all__ = [
    "Asking",
    "Order",
    "OrderForClaim",
    "OrderLabel",
    "OrderSheet",
    "Placing",
    "as_frozen",
    "asking",
    "clocks_of",
    "contract_facts",
    "counts",
    "due",
    "due_action",
    "facts_for",
    "figures",
    "frozen_prices",
    "holding",
    "labels_of",
    "listed",
    "numbers",
    "open_of_provider",
    "order_for_claim",
    "own_orders",
    "placing",
    "red_numbers",
    "redeemed",
    "register_of",
    "settled_with_offset",
    "sheet",
    "steps_of",
    "to_close_after_revocation",
    "unclaimed",
    "useful",
    "waiting_for",
]
