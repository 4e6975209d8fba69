"""Sealing what was booked (封存账目): the log knows acts; by this it also knows every transfer, value by value.

Nothing of posting waits for it, and it waits for nobody: one round notes how far the books reach, a later one seals up to
there, once every transaction that then ran has ended. So no transfer can still appear among those that are sealed.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.models import SEALED, Seal, SealMark, Transfer
from kechuang.ledger.queries.sealing import NEXT
from kechuang.trail.commands import record
from kechuang.trail.queries import ended_below

_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('ledger_sealing'))"


@transaction.atomic
def seal(*, now: datetime) -> bool:
    """Seals the next transfers that are complete, at most `SEALED` of them; whether more wait. Two at once: one does it."""
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        if cursor.fetchone() != (True,):
            return False
    mark = SealMark.objects.filter(id=1).first()
    below, highest = ended_below()
    if mark is not None and below < mark.xid <= highest:  # above `highest`: restored into a server that counts anew
        return False
    full = mark is not None and _sealed(mark.transfer_id, now) == SEALED
    if not full:
        _mark()
    return full


def _sealed(upto: int, now: datetime) -> int:
    after = Seal.objects.aggregate(last=Max("last_id"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [after, upto, SEALED])
        lines, last, count = cursor.fetchone()
        if not count:
            return 0
        row = Seal(after_id=after, last_id=last, transfers_count=count, sealed_at=now)
        cursor.execute(
            "INSERT INTO ledger_seal (id, after_id, last_id, transfers_count, lines, sealed_at) VALUES (%s, %s, %s, %s, %s::jsonb, %s)",
            [row.id, after, last, count, lines, now],
        )
    facts = {"after": after, "last": last, "transfers": count}
    record(CLOCK, row, "seal", label=_("封存账目"), role=Role.CLOCK, now=now, facts=facts)
    return int(count)


def _mark() -> None:
    """How far the books reach; read before the horizon, so that whoever booked up to there is below it."""
    reached = Transfer.objects.aggregate(last=Max("id"))["last"] or 0
    _below, highest = ended_below()
    SealMark.objects.update_or_create(id=1, defaults={"xid": highest, "transfer_id": reached})
