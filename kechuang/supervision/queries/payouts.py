"""What a case can stop or ask back (拨付事项): claims, and subsidies by their statements. One row of the table for each."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from kechuang.claims.queries import queue
from kechuang.claims.states import CLOSED as CLAIM_OVER
from kechuang.claims.states import MACHINE as CLAIM_MACHINE
from kechuang.claims.states import ClaimState
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.machine import Machine
from kechuang.ledger.queries import transfers_of, used_of
from kechuang.ledger.rules import Kind, Place
from kechuang.subsidies.queries import statements
from kechuang.subsidies.states import CLAWS_BACK, STATEMENT_MACHINE, StatementState
from kechuang.subsidies.states import ENDED as STATEMENT_OVER
from kechuang.supervision.models import Clawback, Instalment, Item
from kechuang.supervision.states.cases import ClawbackState, ItemKind
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Payouts:
    """One sort of payout: whose it is, in which states a case can do what, and by which postings it is paid and comes back."""

    rows: Callable[[Actor], QuerySet[Any]]
    payee: str  # the column of the party that is paid
    machine: Machine
    stoppable: Collection[str]
    over: Collection[str]
    suspended: str
    in_payment: str
    paid: str
    withdrawn: str
    page: str
    link: str  # the column of a clawback
    pays: str
    bounces: str
    claws_back: str
    paid_kind: Kind
    back_kind: Kind


PAYOUTS: dict[ItemKind, Payouts] = {
    ItemKind.CLAIM: Payouts(
        rows=queue,
        payee="provider_party",
        machine=CLAIM_MACHINE,
        stoppable=(ClaimState.PAYABLE, ClaimState.PAYMENT_FAILED),
        over=CLAIM_OVER,
        suspended=ClaimState.SUSPENDED,
        in_payment=ClaimState.IN_PAYMENT,
        paid=ClaimState.PAID,
        withdrawn=ClaimState.WITHDRAWN,
        page="claims:claim",
        link="claim",
        pays="pay",
        bounces="bounce",
        claws_back="claw_back",
        paid_kind=Kind.PAID,
        back_kind=Kind.CLAWED_BACK,
    ),
    ItemKind.STATEMENT: Payouts(
        rows=statements,
        payee="party",
        machine=STATEMENT_MACHINE,
        stoppable=(StatementState.PAYABLE, StatementState.PAYMENT_FAILED),
        over=STATEMENT_OVER,
        suspended=StatementState.SUSPENDED,
        in_payment=StatementState.IN_PAYMENT,
        paid=StatementState.PAID,
        withdrawn=StatementState.WITHDRAWN,
        page="subsidies:statement",
        link="statement",
        pays="subsidy_pay",
        bounces="subsidy_bounce",
        claws_back=CLAWS_BACK,
        paid_kind=Kind.SUBSIDY_PAID,
        back_kind=Kind.SUBSIDY_BACK,
    ),
}


def kind_of(row: Clawback) -> ItemKind:
    """Which sort of payout a clawback asks back."""
    return ItemKind.CLAIM if row.claim_id else ItemKind.STATEMENT


def payouts_among(items: Iterable[Item]) -> dict[ItemKind, list[str]]:
    """The subjects of the items that are payouts, by their sort."""
    found: dict[ItemKind, list[str]] = {kind: [] for kind in PAYOUTS}
    for item in items:
        if item.kind in PAYOUTS:
            found[ItemKind(item.kind)].append(item.subject_id)
    return found


def net_paid(kind: ItemKind, ids: list[str]) -> dict[str, int]:
    """What was really paid for each and did not bounce (实付), by the ledger."""
    sort = PAYOUTS[kind]
    paid, back = used_of(ids, sort.pays), used_of(ids, sort.bounces)
    return {one: paid.get(one, 0) - back.get(one, 0) for one in ids}


def since(row: Clawback) -> date:
    """From when interest runs (起息日): the payout that stands, which is a later one where the bank had sent the first back."""
    last = PAYOUTS[kind_of(row)].rows(CLOCK).values_list("paid_on", flat=True).get(id=row.paid_id)
    return last or row.paid_on


def paid_from(sort: Payouts, paid_id: str) -> Place:
    """The account in which what was paid lies: of the last payout."""
    return next(one.credit for one in reversed(transfers_of([paid_id])) if one.rule == sort.pays)


def sent_back() -> QuerySet[Clawback]:
    """Debts of all that was paid of a payout which the bank has sent back since (退汇), and of which nobody has entered a
    repayment: it would be paid once more, to be asked back again."""
    claim, statement = PAYOUTS[ItemKind.CLAIM], PAYOUTS[ItemKind.STATEMENT]
    back = Q(claim__state__in=[*claim.stoppable, claim.suspended], principal_fen=F("claim__confirmed_fen"))
    back |= Q(statement__state__in=[*statement.stoppable, statement.suspended], principal_fen=F("statement__fen"))
    entered = Instalment.objects.filter(received_on__isnull=False).values("clawback_id")
    return Clawback.objects.filter(back, state=ClawbackState.OWED, received_fen=0).exclude(id__in=entered)


def to_void() -> list[str]:
    """The same for the clock, in order."""
    return _to_void()


@compiled
def _to_void() -> QuerySet[Clawback, str]:
    return sent_back().order_by("id").values_list("id", flat=True)


def asked_of(kind: ItemKind, ids: list[str]) -> dict[str, int]:
    """What decisions that stand ask back of each (已决定追回)."""
    column = f"{PAYOUTS[kind].link}_id"
    rows = Clawback.objects.filter(**{f"{column}__in": ids}).exclude(state=ClawbackState.WITHDRAWN)
    found = dict.fromkeys(ids, 0)
    for one, fen in rows.values_list(column, "principal_fen"):
        found[one] += fen
    return found
