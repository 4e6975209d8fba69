"""The instruments of a carrier as assets (资产明细), for the national yearly report."""

from datetime import date

from django.db.models import Q

from kechuang.catalog.models import Instrument


def assets(carrier_id: str, *, on: date) -> list[Instrument]:
    """What is on the carrier's books on a day and not retired, open to others or not, the dearest first. One statement."""
    rows = Instrument.objects.filter(
        Q(retired_on__isnull=True) | Q(retired_on__gt=on), Q(booked_on__isnull=True) | Q(booked_on__lte=on)
    )
    rows = rows.filter(offer__carrier_id=carrier_id)
    return list(rows.select_related("offer").order_by("-original_value_fen", "offer__pinyin", "pk"))
