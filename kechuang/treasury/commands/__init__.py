"""Writing budgets, payables and payment batches."""

from kechuang.treasury.adapters.bank import install as connect_bank
from kechuang.treasury.adapters.bank import remove as disconnect_bank
from kechuang.treasury.adapters.stand_in import SimulatedBank
from kechuang.treasury.commands.adjusting import Ground, close_year, cut, end_year, move, raise_, sweep
from kechuang.treasury.commands.batches import (
    approve_batch,
    cancel_batch,
    prepare_batch,
    release_batch,
    return_batch,
    send_batch,
)
from kechuang.treasury.commands.budgets import (
    Document,
    approve_budget,
    draft_budget,
    edit_budget,
    open_budget,
    release,
    remind,
    return_budget,
    submit_budget,
)
from kechuang.treasury.commands.following import Following
from kechuang.treasury.commands.keeping import keeping
from kechuang.treasury.commands.payables import (
    add_payable,
    draw_from_next_year,
    withdraw_payable,
)
from kechuang.treasury.commands.results import (
    Exported,
    LineResult,
    PaidClaim,
    bounce_line,
    export_file,
    query_unknown,
    read_result_file,
    read_results,
    transmit,
)

__all__ = [
    "Document",
    "Exported",
    "Following",
    "Ground",
    "LineResult",
    "PaidClaim",
    "SimulatedBank",
    "add_payable",
    "approve_batch",
    "approve_budget",
    "bounce_line",
    "cancel_batch",
    "close_year",
    "connect_bank",
    "cut",
    "disconnect_bank",
    "draft_budget",
    "draw_from_next_year",
    "edit_budget",
    "end_year",
    "export_file",
    "keeping",
    "move",
    "open_budget",
    "prepare_batch",
    "query_unknown",
    "raise_",
    "read_result_file",
    "read_results",
    "release",
    "release_batch",
    "remind",
    "return_batch",
    "return_budget",
    "send_batch",
    "submit_budget",
    "sweep",
    "transmit",
    "withdraw_payable",
]
