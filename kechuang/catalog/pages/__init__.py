"""The provider's own pages of the catalogue."""

from kechuang.catalog.pages.carriers import carrier, edit_carrier, edit_staff, new_staff, opening, sharing
from kechuang.catalog.pages.offers import act, blank, carriers, edit, mine, new_offer, offer, prices, take_over

__all__ = [
    "act",
    "blank",
    "carrier",
    "carriers",
    "edit",
    "edit_carrier",
    "edit_staff",
    "mine",
    "new_offer",
    "new_staff",
    "offer",
    "opening",
    "prices",
    "sharing",
    "take_over",
]
