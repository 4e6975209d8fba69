"""Writes of the catalogue: carriers, offers, price lists, and whole files taken over at once."""

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

__all__ = [
    "ImportReport",
    "NewOffer",
    "add_carrier",
    "add_offer",
    "add_offers",
    "close_offer",
    "edit_offer",
    "import_services",
    "import_workbook",
    "open_offer",
    "pause_offer",
    "set_prices",
]
