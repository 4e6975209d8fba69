"""The provider's own pages of the catalogue."""

from kechuang.catalog.pages.carriers import carrier, edit_carrier, edit_staff, new_staff, opening, sharing
from kechuang.catalog.pages.instruments import (
    clear_customs,
    edit_section,
    instrument,
    instruments,
    new_instrument,
    picture,
    set_picture,
    set_status,
)
from kechuang.catalog.pages.offers import act, blank, carriers, edit, mine, new_offer, offer, prices, take_over
from kechuang.catalog.pages.transfers import exports, findings, import_instruments, import_run, push_keys, revoke_key

__all__ = [
    "act",
    "blank",
    "carrier",
    "carriers",
    "clear_customs",
    "edit",
    "edit_carrier",
    "edit_section",
    "edit_staff",
    "exports",
    "findings",
    "import_instruments",
    "import_run",
    "instrument",
    "instruments",
    "mine",
    "new_instrument",
    "new_offer",
    "new_staff",
    "offer",
    "opening",
    "picture",
    "prices",
    "push_keys",
    "revoke_key",
    "set_picture",
    "set_status",
    "sharing",
    "take_over",
]
