"""Sealing what was booked (封存账目): the log knows acts; by this it also knows every transfer, value by value.

Nothing of posting waits for it, and it waits for nobody: one round notes how far the books reach, a later one seals up to
there, once every transaction that then ran has ended. So no transfer can still appear among those that are sealed.
"""

from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.models import SEALED, Seal
from kechuang.ledger.queries.sealing import NEXT
from kechuang.trail.commands import record
from kechuang.trail.queries import ended_below
from kechuang.ui.rows import ask, run

_MARK = """INSERT INTO ledger_sealmark (id, xid, transfer_id) VALUES (1, %s, %s)
    ON CONFLICT (id) DO UPDATE SET xid = excluded.xid, transfer_id = excluded.transfer_id"""
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('ledger_sealing'))"


@transaction.atomic
def seal(*, now: datetime) -> bool:
    """Seals the next transfers that are complete, at most `SEALED` of them; whether more wait. Two at once: one does it."""
    if ask(_ALONE, []) != (True,):
        return False
    mark = ask("SELECT xid, transfer_id FROM ledger_sealmark WHERE id = 1", [])
    (reached,) = ask("SELECT coalesce(max(id), 0) FROM ledger_transfer", [])
    below, highest = ended_below()
    if mark and below < mark[0] <= highest:  # above `highest`: restored into a server that counts anew
        return False
    # A post has its number of a transaction (it locks accounts) before its transfer has an id: whoever booked up to
    # `reached` has a lower one than this round, which gets its own only now.
    (own,) = ask("SELECT pg_current_xact_id()::text::bigint", [])
    full = bool(mark) and _sealed(mark[1], now) == SEALED
    if not full:
        run(_MARK, [own, reached])
    return full


def _sealed(upto: int, now: datetime) -> int:
    (after,) = ask("SELECT coalesce(max(last_id), 0) FROM ledger_seal", [])
    if after >= upto:
        return 0
    # How many there are decides the plan.
    lines, last, count = run(NEXT, [after, upto, SEALED], prepare=False).fetchone()
    if not count:
        return 0
    row = Seal(after_id=after, last_id=last, transfers_count=count, sealed_at=now)
    run(
        "INSERT INTO ledger_seal (id, after_id, last_id, transfers_count, lines, sealed_at) VALUES (%s, %s, %s, %s, %s::jsonb, %s)",
        [row.id, after, last, count, lines, now],
    )
    facts = {"after": after, "last": last, "transfers": count}
    record(CLOCK, row, "seal", label=_("封存账目"), role=Role.CLOCK, now=now, facts=facts)
    return int(count)
