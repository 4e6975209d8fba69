"""What every command of a claim does first and last: the lock, the terms it was made under, the money's places."""

from datetime import datetime

from django.db.models import QuerySet

from kechuang.claims.access import visible_to
from kechuang.claims.models import Claim
from kechuang.claims.queries.orders import terms_of
from kechuang.claims.rules import NothingChosen
from kechuang.claims.states import CLOCK_LABELS, CORRECTION
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.outbox.commands import tell
from kechuang.ui.compiled import compiled

__all__ = [
    "LIST_PAGE",
    "correction_clock",
    "locked",
    "locked_many",
    "move_money",
    "page_of",
    "place",
    "tell_office",
    "tell_provider",
    "terms_of",
]


def locked(actor: Actor, claim_id: str) -> Claim:
    """The claim, locked; raises NotVisible when it is not the actor's to see."""
    claim = _locked.first(actor, claim_id)
    if claim is None:
        raise NotVisible
    return claim


def locked_many(actor: Actor, claim_ids: list[str]) -> list[Claim]:
    """Several claims, locked in the order of their ids; raises NothingChosen, and NotVisible when one is missing."""
    if not claim_ids:
        raise NothingChosen()
    rows = _locked_many(actor, list(claim_ids))
    if len(rows) != len(set(claim_ids)):
        raise NotVisible
    return rows


@compiled
def _locked(actor: Actor, claim_id: str) -> QuerySet[Claim]:
    return visible_to(actor).select_for_update(of=("self",)).filter(id=claim_id)


@compiled
def _locked_many(actor: Actor, claim_ids: list[str]) -> QuerySet[Claim]:
    return visible_to(actor).select_for_update(of=("self",)).filter(id__any=claim_ids).order_by("id")


def place(claim: Claim, kind: Kind) -> Place:
    """The provider's account of a kind, in the paying county and year."""
    return Place(kind, claim.region, claim.year, claim.provider_party)


def move_money(claim: Claim, rule: str, debit: Kind, credit: Kind, *, step: str, now: datetime, fen: int = 0) -> None:
    """Posts one transfer of the claim's amount between two of its provider's accounts."""
    amount = fen or claim.confirmed_fen or claim.claimed_fen
    leg = Leg(rule, place(claim, debit), place(claim, credit), amount)
    ledger.post([leg], key=f"{claim.id}:{step}", subject=claim.id, now=now)


def correction_clock(claim: Claim, days: int, article: str, *, now: datetime) -> None:
    """The provider's clock for bringing a returned claim right (补正期限)."""
    deadlines.start(
        kind=CORRECTION,
        label=CLOCK_LABELS[CORRECTION],
        subject_id=claim.id,
        number=claim.number,
        region=claim.region,
        role=Role.PROVIDER,
        party_id=claim.provider_party,
        path=page_of(claim),
        length=Length(days, Unit.DAYS, ends_on_working_day=False),
        article=article,
        now=now,
    )


LIST_PAGE = "/claims/"  # where an order that waits for its claim stands, with the button


def page_of(claim: Claim) -> str:
    """The address of the claim's page, for messages."""
    return f"/claims/{claim.id}"


def tell_provider(claim: Claim, title: str, text: str, *, now: datetime) -> None:
    tell(subject_id=claim.id, path=page_of(claim), title=title, text=text, to_party=claim.provider_party, now=now)


def tell_office(claim: Claim, role: Role, title: str, text: str, *, now: datetime) -> None:
    tell(subject_id=claim.id, path=page_of(claim), title=title, text=text, to_role=role, region=claim.region, now=now)
