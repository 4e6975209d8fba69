"""Tables of the catalogue: carriers with their offers and prices, staff, opening rules and income splits."""

from kechuang.catalog.models.carriers import (
    Opening,
    Operating,
    Sharing,
    Staff,
    opening_id,
    operating_id,
    sharing_id,
    staff_id,
)
from kechuang.catalog.models.instruments import Clearance, Instrument
from kechuang.catalog.models.offers import (
    BATCH,
    WAITING_MAX,
    Carrier,
    Import,
    Offer,
    Price,
    carrier_id,
    import_id,
    offer_id,
    price_id,
)
from kechuang.catalog.models.transfers import (
    FAULTS_KEPT,
    INLINE_BYTES,
    PROGRESS_ROWS,
    TOKEN_HOURS,
    ImportRun,
    PushKey,
    PushToken,
)

__all__ = [
    "BATCH",
    "FAULTS_KEPT",
    "INLINE_BYTES",
    "PROGRESS_ROWS",
    "TOKEN_HOURS",
    "WAITING_MAX",
    "Carrier",
    "Clearance",
    "Import",
    "ImportRun",
    "Instrument",
    "Offer",
    "Opening",
    "Operating",
    "Price",
    "PushKey",
    "PushToken",
    "Sharing",
    "Staff",
    "carrier_id",
    "import_id",
    "offer_id",
    "opening_id",
    "operating_id",
    "price_id",
    "sharing_id",
    "staff_id",
]
