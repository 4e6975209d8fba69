"""Which instruments count in figures of use, and on how many days of a period they were there (台套的口径)."""

from collections.abc import Iterable
from datetime import date

from django.db.models import DateField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least

from kechuang.catalog.models import Instrument
from kechuang.catalog.states import OfferState


def counted_instruments(
    *, begins: date, ends: date, carrier_id: str = "", regions: Iterable[str] | None = None
) -> QuerySet[Instrument]:
    """The instruments that were there in a period (its end exclusive), each with `days` of it, in no order.

    Drafts count: what was never opened is no less there. Closed ones count until their 报废、调出, else not at all.
    """
    rows = Instrument.objects.filter(counts())
    if carrier_id:
        rows = rows.filter(offer__carrier_id=carrier_id)
    if regions is not None:
        rows = rows.filter(offer__region__in=list(regions))
    first = Greatest(Coalesce(F("started_on"), F("booked_on"), Value(begins)), Value(begins, output_field=DateField()))
    last = Least(Coalesce(F("retired_on"), Value(ends)), Value(ends, output_field=DateField()))
    days = Func(last, first, template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField())
    return rows.annotate(days=days).filter(days__gt=0)


def counts(offer: str = "offer__", own: str = "") -> Q:
    """The same from a row that points to an offer: `counts("instrument__", "instrument__instrument__")`."""
    return ~Q(**{f"{offer}state": OfferState.CLOSED, f"{own}retired_on__isnull": True})
