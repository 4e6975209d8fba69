"""For whom there is a price at all (适用对象)."""

from datetime import date

from django.db.models import Q, QuerySet

from kechuang.catalog.models import Price
from kechuang.catalog.states import PriceGroup
from kechuang.ui.compiled import compiled


def inside_only(offer_id: str, *, on: date) -> bool:
    """Whether an offer's list has prices for its own house and none for others (仅内部价). One statement."""
    return set(_groups(offer_id, on)) == {PriceGroup.INSIDE}


@compiled
def _groups(offer_id: str, on: date) -> QuerySet[Price, str]:
    in_force = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    rows = Price.objects.filter(in_force, offer_id=offer_id, valid_from__lte=on)
    return rows.values_list("group", flat=True).distinct()
