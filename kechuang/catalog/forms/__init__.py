"""Forms of the catalogue."""

from kechuang.catalog.forms.offers import CarrierForm, FirstDayForm, ImportForm, OfferForm, OwnForm, PriceRows, rows_of

__all__ = ["CarrierForm", "FirstDayForm", "ImportForm", "OfferForm", "OwnForm", "PriceRows", "rows_of"]
