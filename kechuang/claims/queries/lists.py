"""Lists of claims: the county's queue, a provider's own, what waits for whom. Each a constant number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.urls import reverse

from kechuang.claims.access import roles_on, visible_to
from kechuang.claims.models import Claim, Forfeit, SetAside
from kechuang.claims.rules import ClaimTerms, claim_until
from kechuang.claims.states import MACHINE, OPEN, WAITING_MAX, ClaimState
from kechuang.deadlines.queries import Clock, clocks, due_of
from kechuang.documents.queries import files_of
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Unit
from kechuang.orders.queries import labels_of, settled_with_offset
from kechuang.parties.queries import party_names
from kechuang.policy.book import in_force
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row of a list of claims."""

    claim: Claim
    provider: str
    holder: str
    title: str
    clock: Clock | None

    @property
    def fen(self) -> int:
        return self.claim.confirmed_fen or self.claim.claimed_fen


def queue(
    actor: Actor, *, state: str = "", words: str = "", clean: bool | None = None, region: str = ""
) -> QuerySet[Claim]:
    """The claims an actor may see, filtered; what was submitted first comes first."""
    rows = visible_to(actor)
    if state:
        rows = rows.filter(state=state)
    if region:
        rows = rows.filter(region=region)
    if clean is not None:
        rows = rows.filter(clean=clean)
    if words:
        rows = rows.filter(
            Q(number__icontains=words) | Q(order__number__icontains=words) | Q(order__title__icontains=words)
        )
    return rows.order_by("submitted_on", "id")


def in_hand(rows: QuerySet[Claim], actor: Actor) -> QuerySet[Claim]:
    """Those under way (在办), what waits for the actor first, then by the day their clock runs out."""
    others = Case(When(_waits_for(actor), then=Value(0)), default=Value(1))
    found = rows.filter(state__in=OPEN).annotate(others=others, due_on=due_of("id"))
    return found.order_by("others", F("due_on").asc(nulls_last=True), "submitted_on", "id")


def rows_of(claims: Sequence[Claim], *, on: date) -> list[ClaimRow]:
    """The rows of a page: names, titles and clocks fetched together."""
    names = party_names({claim.provider_party for claim in claims} | {claim.holder_party for claim in claims})
    orders = labels_of([claim.order_id for claim in claims])
    running = clocks([claim.id for claim in claims], on=on)
    return [
        ClaimRow(
            claim,
            names.get(claim.provider_party, ""),
            names.get(claim.holder_party, ""),
            orders[claim.order_id].title,
            running.get(claim.id),
        )
        for claim in claims
    ]


def _waits_for(actor: Actor) -> Q:
    """The claims whose next act is the actor's, by the machine's table."""
    mine = Q(pk__in=[])
    for state, role in MACHINE.waits.items():
        if role is Role.PROVIDER and actor.party_id:
            mine |= Q(state=state, provider_party=actor.party_id)
        elif regions := actor.regions(role):
            mine |= Q(state=state, region__in=regions)
    return mine


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Claims that wait for this actor (待办), by the machine's table; a provider's orders that wait for a claim too."""
    claims = _waiting_claims(actor)
    own = claimable(actor, on=on) if actor.party_id else []
    return [_waiting(actor, row) for row in rows_of(claims, on=on)] + [_to_claim(row, on) for row in own[:WAITING_MAX]]


@compiled
def _waiting_claims(actor: Actor) -> QuerySet[Claim]:
    mine = visible_to(actor).filter(_waits_for(actor))
    return mine.exclude(state=ClaimState.IN_PAYMENT).order_by("id")[:WAITING_MAX]


def _to_claim(row: "Claimable", on: date) -> Waiting:
    return waiting(
        _("填报兑付申请：{title}").format(title=row.title),
        subject_id=row.order_id,
        number=row.number,
        url=reverse("claims:claims"),
        state_label=_("已结算待申兑"),
        clock=_Until(row.until_on - timedelta(days=1), on),
        fen=row.fen,
    )


@dataclass(frozen=True, slots=True)
class _Until:
    """The last day of claiming as a clock of plain days (申兑截止)."""

    due_on: date
    today: date
    unit: Unit = Unit.DAYS

    @property
    def left(self) -> int:
        return (self.due_on - self.today).days


def _waiting(actor: Actor, row: ClaimRow) -> Waiting:
    state = ClaimState(row.claim.state)
    moves = MACHINE.open(state, roles_on(actor, row.claim))
    verb = moves[0].label if moves else MACHINE.labels[state]
    return waiting(
        verb,
        subject_id=row.claim.id,
        number=row.claim.number,
        url=reverse("claims:claim", args=[row.claim.id]),
        state_label=MACHINE.labels[state],
        clock=row.clock,
        party=row.provider,
        fen=row.fen,
        about=row.title,
    )


@dataclass(frozen=True, slots=True)
class Claimable:
    """A settled order whose voucher money can still be claimed (可申兑订单)."""

    order_id: str
    number: str
    title: str
    fen: int
    until_on: date


def claimable(actor: Actor, *, on: date) -> list[Claimable]:
    """Settled orders of a provider that still can be claimed and have no claim standing, the most pressing first."""
    found = [
        Claimable(row.id, row.number, row.title, row.captured_fen, _until(row.scheme, row.placed_on, row.settled_on))
        for row in _unclaimed_of(actor)
    ]
    return [row for row in found if on < row.until_on]


@compiled
def _unclaimed_of(actor: Actor) -> QuerySet[Any]:
    own = Claim.objects.filter(provider_party=actor.party_id)  # of a hundred thousand only these are looked at
    standing = own.exclude(state=ClaimState.WITHDRAWN).values("order_id")
    rows = settled_with_offset(actor.party_id).exclude(id__in=standing)
    rows = rows.only("id", "number", "title", "captured_fen", "scheme", "placed_on", "settled_on")
    return rows.filter(unit_id__in=actor.unit_ids) if actor.unit_ids else rows


def unclaimed_overdue(*, on: date) -> list[str]:
    """Orders whose period for claiming has run out unused, for the clock, in order of settlement."""
    return [row.id for row in _unclaimed() if on >= _until(row.scheme, row.placed_on, row.settled_on)]


@compiled
def _unclaimed() -> QuerySet[Any]:
    handed_in = Claim.objects.exclude(state__in=[ClaimState.DRAFT, ClaimState.WITHDRAWN])
    dealt_with = handed_in.values("order_id")
    return settled_with_offset().exclude(id__in=dealt_with).exclude(id__in=Forfeit.objects.values("order_id"))


def _until(scheme: str, placed_on: date | None, settled_on: date | None) -> date:
    assert placed_on is not None
    assert settled_on is not None
    return claim_until(settled_on, in_force(scheme, ClaimTerms, on=placed_on).terms)


def counts_by_state() -> dict[str, int]:
    """How many claims are in each state, over the whole installation."""
    rows = Claim.objects.order_by().values("state").annotate(count=Count("id"))
    return {row["state"]: row["count"] for row in rows}


def returned_count() -> int:
    """How many claims were returned for correction at least once."""
    return Claim.objects.filter(returned_count__gt=0).count()


def in_notice(actor: Actor, notice_id: str) -> list[Claim]:
    """The claims that a notice names now, for the office that may take it back or correct it; raises NotVisible."""
    rows = visible_to(actor).filter(notice_id=notice_id, state=ClaimState.IN_NOTICE)
    found = list(rows.filter(region__in=actor.regions(Role.COUNTY_OFFICER)).order_by("id"))
    if not found:
        raise NotVisible
    return found


def next_waiting(actor: Actor, *, after: str) -> str:
    """The next claim that an officer has to decide on, after the one just seen; "" when there is none."""
    rows = visible_to(actor).filter(state=ClaimState.SUBMITTED, region__in=actor.regions(Role.COUNTY_OFFICER))
    ids = list(rows.exclude(id=after).order_by("submitted_on", "id").values_list("id", flat=True)[:1])
    return ids[0] if ids else ""


def in_state(state: ClaimState, *, within: Sequence[str] | None = None) -> list[str]:
    """The ids of claims in a state, for the clock; `within` narrows to some."""
    if within is None:
        return _in_state(state)
    return _in_state(state, list(within)) if within else []


@compiled
def _in_state(state: ClaimState, within: list[str] | None = None) -> QuerySet[Claim, str]:
    rows = Claim.objects.filter(state=state)
    found = rows if within is None else rows.filter(id__any=within)
    return found.order_by("id").values_list("id", flat=True)


def state_of(claim_id: str) -> ClaimState:
    """The state of a claim, for who follows it; the caller has shown that it may."""
    (state,) = _state_of(claim_id)
    return ClaimState(state)


@compiled
def _state_of(claim_id: str) -> QuerySet[Claim, str]:
    return Claim.objects.filter(id=claim_id).values_list("state", flat=True)


def invoice_files(claim_id: str) -> list[str]:
    """The invoice files that a claim rests on, those set aside left out (有效发票文件)."""
    aside = set(SetAside.objects.filter(claim_id=claim_id).values_list("file_id", flat=True))
    return [file.id for file in files_of(claim_id, kind=Kind.INVOICE) if file.id not in aside]


def numbers(claim_ids: Iterable[str]) -> dict[str, str]:
    """Numbers of claims by id, for upper rooms' lists."""
    return dict(Claim.objects.filter(id__in=set(claim_ids)).values_list("id", "number"))
