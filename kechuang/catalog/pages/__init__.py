"""The provider's own pages of the catalogue."""

from kechuang.catalog.pages.offers import act, blank, carriers, edit, mine, new_offer, offer, prices, take_over

__all__ = ["act", "blank", "carriers", "edit", "mine", "new_offer", "offer", "prices", "take_over"]
