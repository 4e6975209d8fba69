"""What approved claims are to be paid (应付款项), and the queue of those whose year no longer pays (下年支付)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.ledger import commands as ledger
from kechuang.ledger import queries as ledger_queries
from kechuang.ledger.rules import Kind, Place, next_year_legs
from kechuang.parties import queries as parties
from kechuang.treasury.access import payables_visible_to
from kechuang.treasury.models import Budget, Payable
from kechuang.treasury.queries.purposes import of_purpose
from kechuang.treasury.rules import StillInPayment, pays_until
from kechuang.treasury.states import CLAIMS, DRAWN_AT_ONCE, BudgetState
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import insert


@transaction.atomic(savepoint=False)
def add_payable(
    actor: Actor,
    *,
    claim_id: str,
    claim_number: str,
    order_number: str,
    payee_party: str,
    fen: int,
    region: str,
    year: int,
    now: datetime,
    unit: str = "",
    unit_name: str = "",
    payee_account: object = None,
    confirmed_by: str = "",
) -> Payable:
    """An approved claim asks to be paid; the ledger already owes it. Asked twice, answers with the first.

    `year` is the budget year of the ledger's `owed` account. The payee's account is read when the batch is prepared,
    so `payee_account` is not kept. `confirmed_by` may not approve the payment.
    """
    asked = Payable(
        claim_id=claim_id,
        claim_number=claim_number,
        order_number=order_number,
        payee_party=payee_party,
        unit=unit,
        unit_name=unit_name or parties.unit_names([unit]).get(unit, "") if unit else "",
        confirmed_by=confirmed_by,
        fen=fen,
        region=region,
        year=year,
        first_year=year,
        ready_on=clock.day(now),
        ready_at=now,
    )
    if insert(asked):
        return asked
    (there,) = _live(claim_id)
    return there


@compiled
def _live(claim_id: str) -> QuerySet[Payable]:
    return Payable.objects.filter(claim_id=claim_id, withdrawn_on__isnull=True)


@transaction.atomic
def withdraw_payable(actor: Actor, *, claim_id: str, now: datetime) -> None:
    """The claim is no longer to be paid (撤下应付); its first year owes it again, and what a later year bore goes back.

    Raises StillInPayment once it is on a batch; absent: nothing to do.
    """
    rows = (
        payables_visible_to(actor).select_for_update(of=("self",)).filter(claim_id=claim_id, withdrawn_on__isnull=True)
    )
    if (row := rows.first()) is None:
        return
    if row.taken:
        raise StillInPayment
    _undraw(row, now)
    row.withdrawn_on = clock.day(now)
    row.save(update_fields=["withdrawn_on"])


def _undraw(row: Payable, now: datetime) -> None:
    drawn = {_draw_key(row, year) for year in range(row.first_year, row.year)}
    if moved := [station.id for station in ledger_queries.transfers_of([row.claim_id]) if station.key in drawn]:
        ledger.reverse(moved, key=f"{_draw_key(row, row.first_year)}:undone", now=now)
        row.year = row.first_year
        row.save(update_fields=["year"])


def _draw_key(row: Payable, year: int) -> str:
    return f"next-year:{row.id}:{year}"


@transaction.atomic
def draw_from_next_year(actor: Actor, *, region: str, year: int, now: datetime) -> list[str]:
    """Payables of a closed year, in the order in which they became ready, as far as the next budget bears them.

    The first that does not fit stops all after it. Answers the claims that can now be paid. One transaction each call.
    """
    closed = Budget.objects.select_for_update(of=("self",)).filter(region=region, year=year).first()
    if closed is None:
        raise NotVisible
    if closed.state != BudgetState.CLOSED:
        return []
    rows = _queued(actor, region, year)
    free = ledger_queries.balance_at(Place(Kind.BUDGET, region, year + 1)).free_fen
    fitting = set(pays_until([(row.id, row.fen) for row in rows], free))
    served = [row for row in rows if row.id in fitting]
    postings = [
        ledger.Posting(
            _draw_key(row, year),
            row.claim_id,
            next_year_legs(owed=Place(Kind.OWED, region, year, row.payee_party), fen=row.fen),
        )
        for row in served
    ]
    if postings:
        ledger.post_many(postings, now=now)
    Payable.objects.filter(id__in=[row.id for row in served]).update(year=year + 1)
    return [row.claim_id for row in served]


def _queued(actor: Actor, region: str, year: int) -> list[Payable]:
    """Locked in the order of their ids like everywhere, answered in the order of the queue."""
    rows = payables_visible_to(actor).filter(region=region, year=year, taken=False, withdrawn_on__isnull=True)
    rows = of_purpose(rows, CLAIMS)
    first = list(rows.order_by("ready_at", "id").values_list("id", flat=True)[:DRAWN_AT_ONCE])
    # Locked rows are read as they are then: one that a batch has taken in the meantime is not among them.
    locked = list(rows.select_for_update(of=("self",)).filter(id__in=first).order_by("id"))
    return sorted(locked, key=lambda row: (row.ready_at, row.id))
