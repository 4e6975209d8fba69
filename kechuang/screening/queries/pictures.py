"""Which earlier pictures a new one is held against (相似扫描件)."""

from django.db.models import Q, QuerySet

from kechuang.screening.models import Print
from kechuang.screening.states import PrintKind


def near_pictures(row: Print) -> QuerySet[Print]:
    """Pictures of other orders: the same file, whoever brought it; or a layout that agrees in a band, of the same provider
    or user. A form is common to a whole country, so a layout alone would bring everybody's invoices.
    """
    sides = Q()
    for side in ("seller_code", "buyer_code"):
        if code := getattr(row, side):
            sides |= Q(**{side: code})
    near = Q(digest=row.digest)
    if sides:
        near |= Q(bands__overlap=row.bands) & sides
    others = Print.objects.filter(near, kind=PrintKind.PICTURE)
    return others.exclude(order_id=row.order_id).exclude(claim_id=row.claim_id)
