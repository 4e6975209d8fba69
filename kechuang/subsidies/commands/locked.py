"""What every command of a settlement does first and last: the lock, the terms, the money's places, telling people."""

from dataclasses import dataclass
from datetime import date, datetime

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.outbox.commands import tell
from kechuang.subsidies.access import statements_visible_to, visible_to
from kechuang.subsidies.models import Conversion, Outside, Settlement, Statement
from kechuang.subsidies.rules import NothingChosen

_LISTS: dict[type, str] = {Outside: "/subsidies/outside", Conversion: "/subsidies/conversions"}


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """By when the house wants a subsidy to be paid once nobody objected (内部时限)."""

    payout_internal_working_days: int


def locked(actor: Actor, settlement_id: str) -> Settlement:
    """The settlement, locked; raises NotVisible when it is not the actor's to see."""
    row = visible_to(actor).select_for_update(of=("self",)).filter(id=settlement_id).first()
    if row is None:
        raise NotVisible
    return row


def locked_statements(actor: Actor, statement_ids: list[str]) -> list[Statement]:
    """Several statements, locked in the order of their ids; raises NothingChosen, and NotVisible when one is missing."""
    if not statement_ids:
        raise NothingChosen()
    rows = statements_visible_to(actor).select_for_update(of=("self",)).filter(id__in=statement_ids)
    found = list(rows.select_related("settlement").order_by("id"))
    if len(found) != len(set(statement_ids)):
        raise NotVisible
    return found


def pot(settlement: Settlement) -> Place:
    """The account in which the settlement's money lies until it is owed."""
    assert settlement.pays_year is not None
    return Place(Kind.SUBSIDY_POT, settlement.region, settlement.pays_year, settlement.id)


def source(settlement: Settlement) -> Place:
    """Where the money comes from, and what is left of it goes back to."""
    assert settlement.pays_year is not None
    return Place(Kind.APPROPRIATION, settlement.region, settlement.pays_year)


def post(rule: str, debit: Place, credit: Place, fen: int, *, subject: str, step: str, now: datetime) -> None:
    ledger.post([Leg(rule, debit, credit, fen)], key=f"{subject}:{step}", subject=subject, now=now)


def first_and_last(year: int) -> tuple[date, date]:
    """The year as a period: its first day, and the first day after it."""
    return date(year, 1, 1), date(year + 1, 1, 1)


def page_of(row: Settlement | Outside | Conversion) -> str:
    """The address of the settlement's page, or of the list in which the row stands, for messages."""
    return _LISTS.get(type(row), f"/subsidies/{row.id}")


def statement_page(statement: Statement) -> str:
    return f"/subsidies/statements/{statement.id}"


def tell_office(row: Settlement | Outside | Conversion, role: Role, title: str, *, now: datetime) -> None:
    tell(
        subject_id=row.id,
        path=page_of(row),
        title=title,
        text=row.number,
        to_role=role,
        region=row.region,
        now=now,
    )


def tell_payee(statement: Statement, title: str, *, now: datetime) -> None:
    tell(
        subject_id=statement.id,
        path=statement_page(statement),
        title=title,
        text=_("结算单 {number}").format(number=statement.number),
        to_party=statement.party,
        now=now,
    )
