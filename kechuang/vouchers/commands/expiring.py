"""Many vouchers whose last day is over (批量到期): as `expire` for each of them, in a few statements."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import balances
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.trail.commands import Act, record_many
from kechuang.ui import clock
from kechuang.ui.rows import update_many
from kechuang.vouchers.commands.applying import tell_holder
from kechuang.vouchers.models import Voucher
from kechuang.vouchers.rules import RETURN_RULES
from kechuang.vouchers.states import MACHINE, VoucherState


@transaction.atomic
def expire_all(voucher_ids: Sequence[str], *, now: datetime) -> int:
    """Expires those of these vouchers that have run out, by the clock; answers how many. Done twice it does nothing.

    The budgets are locked last, for one statement: granting goes on meanwhile.
    """
    on = clock.day(now)
    live = Voucher.objects.select_for_update(of=("self",)).filter(id__in=voucher_ids, state=VoucherState.ISSUED)
    rows = list(live.filter(valid_until__lte=on).order_by("id"))
    if not rows:
        return 0
    move = MACHINE.check("expire", VoucherState.ISSUED, frozenset({Role.CLOCK}))
    free = {
        place.owner: left.free_fen for place, left in balances(Kind.VOUCHER, owners=[row.id for row in rows]).items()
    }
    for row in rows:
        row.state, row.closed_on, row.ended_by = str(move.lands(VoucherState.ISSUED)), on, CLOCK.person_id
    update_many(Voucher, rows, ["state", "closed_on", "ended_by"])
    acts = [
        Act(row, {"returned_fen": free.get(row.id, 0), "reason": row.reason}, str(VoucherState.ISSUED), row.state)
        for row in rows
    ]
    record_many(CLOCK, acts, move.action, label=move.label, role=Role.CLOCK, now=now)
    for row in rows:
        tell_holder(row, _("创新券已到期"), _("未用余额已退回预算"), now)
    postings = [
        ledger.Posting(f"{row.id}:expire", row.id, [_back(row, free[row.id])]) for row in rows if free.get(row.id)
    ]
    if postings:
        ledger.post_many(postings, now=now)
    return len(rows)


def _back(row: Voucher, fen: int) -> Leg:
    source = Place(Kind.VOUCHER, row.region, row.year, row.id)
    return Leg(RETURN_RULES[VoucherState.EXPIRED], source, Place(Kind.BUDGET, row.region, row.year), fen)
