"""Writes of the catalogue: carriers, offers, price lists, and whole files taken over at once."""

from kechuang.catalog.commands.carriers import NewOpening, Paper, edit_carrier, file_sharing, join, leave, set_opening
from kechuang.catalog.commands.importing import ImportReport, import_services, import_workbook
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
from kechuang.catalog.commands.staffing import add_staff, edit_staff

__all__ = [
    "ImportReport",
    "NewOffer",
    "NewOpening",
    "Paper",
    "add_carrier",
    "add_offer",
    "add_offers",
    "add_staff",
    "close_offer",
    "edit_carrier",
    "edit_offer",
    "edit_staff",
    "file_sharing",
    "import_services",
    "import_workbook",
    "join",
    "leave",
    "open_offer",
    "pause_offer",
    "set_opening",
    "set_prices",
]
