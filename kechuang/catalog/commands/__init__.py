"""Writes of the catalogue: carriers, offers, price lists, and whole files taken over at once."""

from kechuang.catalog.commands.carriers import NewOpening, Paper, edit_carrier, file_sharing, join, leave, set_opening
from kechuang.catalog.commands.importing import ImportReport, import_services
from kechuang.catalog.commands.indexing import index
from kechuang.catalog.commands.instruments import add_instrument, clear_customs, describe, set_picture, set_status
from kechuang.catalog.commands.offering import (
    NewOffer,
    add_carrier,
    add_offer,
    add_offers,
    close_offer,
    edit_offer,
    open_offer,
    pause_offer,
    set_prices,
)
from kechuang.catalog.commands.pushing import (
    ItemResult,
    PushReport,
    actor_of_token,
    exchange,
    make_key,
    push,
    revoke_key,
)
from kechuang.catalog.commands.runs import JOB, Upload, ask_import, is_small, keep_picture, run_import
from kechuang.catalog.commands.staffing import add_staff, edit_staff
from kechuang.catalog.commands.workbooks import import_workbook

__all__ = [
    "JOB",
    "ImportReport",
    "ItemResult",
    "NewOffer",
    "NewOpening",
    "Paper",
    "PushReport",
    "Upload",
    "actor_of_token",
    "add_carrier",
    "add_instrument",
    "add_offer",
    "add_offers",
    "add_staff",
    "ask_import",
    "clear_customs",
    "close_offer",
    "describe",
    "edit_carrier",
    "edit_offer",
    "edit_staff",
    "exchange",
    "file_sharing",
    "import_services",
    "import_workbook",
    "index",
    "is_small",
    "join",
    "keep_picture",
    "leave",
    "make_key",
    "open_offer",
    "pause_offer",
    "push",
    "revoke_key",
    "run_import",
    "set_opening",
    "set_picture",
    "set_prices",
    "set_status",
]
