"""Asking the tax bureau again (付款后复查发票)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kechuang.screening.adapters.taxbureau import installed
from kechuang.screening.models import RedCheck
from kechuang.screening.states import Stage
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class ToCheck:
    """One paid invoice that is due at a stage."""

    claim_id: str
    number: str
    stage: Stage


def recheck(due: Sequence[ToCheck], *, now: datetime) -> list[str]:
    """Asks for these invoices at once, keeps each answer, and answers the claims whose invoice was cancelled in red.

    Without a connected tax bureau nothing is asked and nothing kept: what is due stays due.
    """
    bureau = installed()
    if bureau is None or not due:
        return []
    on = clock.day(now)
    said = bureau.red_letters(sorted({one.number for one in due}), on=on)
    RedCheck.objects.bulk_create(
        [
            RedCheck(
                claim_id=one.claim_id,
                number=one.number,
                stage=one.stage,
                red_on=said[one.number].on if one.number in said else None,
                red_number=said[one.number].number if one.number in said else "",
                asked_of=bureau.name,
                on=on,
            )
            for one in due
        ],
        ignore_conflicts=True,
    )
    return sorted({one.claim_id for one in due if one.number in said})
