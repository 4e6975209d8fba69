"""What of the payables is whose: claims and subsidies are paid by the same machinery, never in one batch."""

from django.db.models import QuerySet

from kechuang.treasury.models import Payable
from kechuang.treasury.states import PURPOSES, Purpose


def of_purpose(rows: QuerySet[Payable], purpose: Purpose) -> QuerySet[Payable]:
    """Of these payables those that pay one sort of record."""
    for other in PURPOSES:
        if other is not purpose and other.record:
            rows = rows.exclude(claim_id__startswith=other.record)
    return rows.filter(claim_id__startswith=purpose.record) if purpose.record else rows
