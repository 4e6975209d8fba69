"""What records are called in the trade, for rooms that only know their ids."""

from collections.abc import Iterable

from kechuang.trail.models import Event


def numbers(object_ids: Iterable[str]) -> dict[str, str]:
    """The number that each record's acts name it by (编号); records without one are left out."""
    acts = Event.objects.filter(object_id__in=list(object_ids)).exclude(number="")
    return dict(acts.order_by("object_id", "-seq").distinct("object_id").values_list("object_id", "number"))
