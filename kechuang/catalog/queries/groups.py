"""For whom there is a price at all (适用对象)."""

from datetime import date

from django.db.models import Q

from kechuang.catalog.models import Price
from kechuang.catalog.states import PriceGroup


def inside_only(offer_id: str, *, on: date) -> bool:
    """Whether an offer's list has prices for its own house and none for others (仅内部价). One statement."""
    in_force = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    rows = Price.objects.filter(in_force, offer_id=offer_id, valid_from__lte=on)
    return set(rows.values_list("group", flat=True).distinct()) == {PriceGroup.INSIDE}
