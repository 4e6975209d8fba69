"""Tables of the catalogue: carriers with their offers and prices."""

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

__all__ = [
    "BATCH",
    "WAITING_MAX",
    "Carrier",
    "Import",
    "Offer",
    "Price",
    "carrier_id",
    "import_id",
    "offer_id",
    "price_id",
]
