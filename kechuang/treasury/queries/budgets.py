"""Budgets as their pages show them, how far each county is, and who queues for the next year."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import ratio_bp_down
from kechuang.ledger.queries import Balance, Money, balances, money, sums
from kechuang.ledger.rules import PROVIDER_KINDS, Kind, Place
from kechuang.parties.queries import party_names, person_names, region_name
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.treasury.access import payables_visible_to, roles_on, visible_to
from kechuang.treasury.models import Adjustment, Budget, Payable, Release
from kechuang.treasury.queries.purposes import of_purpose
from kechuang.treasury.states import BUDGET_MACHINE, CLAIMS, BudgetState
from kechuang.ui.compiled import compiled

_LIVE = (BudgetState.APPROVED, BudgetState.PARTLY, BudgetState.RELEASED)
_OVER = (BudgetState.ENDED, BudgetState.CLOSED)


@dataclass(frozen=True, slots=True)
class BudgetSheet:
    """All that a budget's page shows; `money` is told by the ledger, `to_release_fen` is still to come."""

    budget: Budget
    region_name: str
    money: Money
    to_release_fen: int
    releases: Sequence[Release]
    adjustments: Sequence[Adjustment]
    clock: Clock | None
    roles: AbstractSet[Role]
    open_moves: Sequence[Move]
    others: Sequence[Budget]  # budgets of the same year that money could be moved to
    events: Sequence[Event]
    people: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountyProgress:
    """One county's year (执行进度). `granted_fen` is net of what came back; `spent_bp` is what was paid of what was released, rounded down."""

    budget: Budget
    region_name: str
    state_label: str
    released_fen: int
    granted_fen: int
    offset_fen: int
    paid_fen: int
    unallocated_fen: int
    spent_bp: int
    clock: Clock | None


def budgets(actor: Actor, *, year: int | None = None) -> QuerySet[Budget]:
    """The budgets the actor sees, the latest year first."""
    rows = visible_to(actor).order_by("-year", "region")
    return rows.filter(year=year) if year else rows


def years(actor: Actor) -> list[int]:
    """The years that have a budget the actor sees, the latest first."""
    return list(visible_to(actor).order_by("-year").values_list("year", flat=True).distinct())


def budget_of(region: str, year: int) -> Budget | None:
    """The budget of a county and year, when there is one."""
    return Budget.objects.filter(region=region, year=year).first()


def budget_numbers(budget_ids: Iterable[str]) -> dict[str, str]:
    """Numbers of budgets by id, for upper rooms' lists."""
    return dict(Budget.objects.filter(id__in=set(budget_ids)).values_list("id", "number"))


def budget(actor: Actor, budget_id: str, *, on: date) -> BudgetSheet:
    """One budget as the actor may see it; raises NotVisible."""
    row = visible_to(actor).select_related("parent").filter(id=budget_id).first()
    if row is None:
        raise NotVisible
    others = list(visible_to(actor).filter(year=row.year).exclude(id=row.id).order_by("region"))
    events = list(way([row.id]))
    roles = roles_on(actor, row)
    return BudgetSheet(
        budget=row,
        region_name=region_name(row.region),
        money=money(region=row.region, year=row.year),
        to_release_fen=row.amount_fen - row.released_fen,
        releases=list(Release.objects.filter(budget=row).order_by("at", "id")),
        adjustments=list(Adjustment.objects.filter(budget=row).select_related("other").order_by("at", "id")),
        clock=clocks([row.id], on=on).get(row.id),
        roles=roles,
        open_moves=BUDGET_MACHINE.open(BudgetState(row.state), roles),
        others=others,
        events=events,
        people=person_names({event.person_id for event in events} | {event.stands_in_for for event in events} - {""}),
        places={code: region_name(code) for code in {row.region, *(other.region for other in others)}},
    )


def progress(actor: Actor, *, year: int, on: date) -> list[CountyProgress]:
    """How far every county that the actor sees is with its year's money (预算执行情况)."""
    rows = list(budgets(actor, year=year))
    running = clocks([row.id for row in rows], on=on)
    lies = sums(year=year, regions={row.region for row in rows})
    return [_progress(row, lies, running.get(row.id)) for row in rows]


def totals_of(rows: Sequence[CountyProgress]) -> dict[str, int]:
    """What these counties come to together (合计)."""
    names = ("released_fen", "granted_fen", "offset_fen", "paid_fen")
    found = {name: sum(getattr(row, name) for row in rows) for name in names}
    spent_bp = ratio_bp_down(found["paid_fen"], found["released_fen"])
    return found | {"amount_fen": sum(row.budget.amount_fen for row in rows), "spent_bp": spent_bp}


def _progress(row: Budget, lies: Mapping[tuple[str, Kind], Balance], clock: Clock | None) -> CountyProgress:
    posted = {kind: lies.get((row.region, kind), Balance()).posted_fen for kind in Kind}
    offset = sum(posted[kind] for kind in PROVIDER_KINDS)
    return CountyProgress(
        budget=row,
        region_name=region_name(row.region),
        state_label=BUDGET_MACHINE.labels[BudgetState(row.state)],
        released_fen=row.released_fen,
        granted_fen=posted[Kind.VOUCHER] + offset,
        offset_fen=offset,
        paid_fen=posted[Kind.PAID],
        unallocated_fen=posted[Kind.BUDGET],
        spent_bp=ratio_bp_down(posted[Kind.PAID], row.released_fen),
        clock=clock,
    )


def years_to_end(*, on: date) -> list[str]:
    """Budgets whose year is over and not yet ended, the earliest first."""
    return _to_end(on.year)


@compiled
def _to_end(year: int) -> QuerySet[Budget, str]:
    rows = Budget.objects.filter(state__in=_LIVE, year__lt=year)
    return rows.order_by("year", "id").values_list("id", flat=True)


def years_to_sweep() -> list[str]:
    """Budgets of years that are over to which money has come back since."""
    rows = _over()
    free = balances(Kind.BUDGET, regions={row.region for row in rows}, years={row.year for row in rows}) if rows else {}
    return [row.id for row in rows if free.get(Place(Kind.BUDGET, row.region, row.year), Balance()).free_fen]


@compiled
def _over() -> QuerySet[Budget]:
    return Budget.objects.filter(state__in=_OVER).order_by("year", "id")


def years_to_close() -> list[str]:
    """Budgets whose year was ended and which still pay."""
    return _ended()


@compiled
def _ended() -> QuerySet[Budget, str]:
    return Budget.objects.filter(state=BudgetState.ENDED).order_by("year", "id").values_list("id", flat=True)


def closed_years() -> list[tuple[str, int]]:
    """County and year of every closed budget, the earliest first: their payables queue for the next."""
    return _closed()


@compiled
def _closed() -> QuerySet[Budget, tuple[str, int]]:
    return Budget.objects.filter(state=BudgetState.CLOSED).order_by("year", "id").values_list("region", "year")


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a claim stands in the queue for the next year's budget (排队序号), and what is ahead of it."""

    claim_number: str
    payee: str
    position: int
    ahead_fen: int
    fen: int
    ready_on: date


def next_year_queue(actor: Actor, region: str, *, year: int) -> list[QueuePlace]:
    """Payables of a closed year in the order in which they will be paid; names only where the actor may see them."""
    seen = set(payables_visible_to(actor).filter(region=region, year=year).values_list("id", flat=True))
    rows = list(_queued(region, year))
    names = party_names({row.payee_party for row in rows if row.id in seen})
    places, ahead = [], 0
    for position, row in enumerate(rows, start=1):
        number = row.claim_number if row.id in seen else ""
        payee = names.get(row.payee_party, "")
        places.append(QueuePlace(number, payee, position, ahead, row.fen, row.ready_on))
        ahead += row.fen
    return places


def queue_place(claim_id: str) -> QueuePlace | None:
    """The place of one claim, for its page; None when its year still pays."""
    row = Payable.objects.filter(claim_id=claim_id, withdrawn_on__isnull=True).first()
    closed = row and Budget.objects.filter(region=row.region, year=row.year, state=BudgetState.CLOSED).exists()
    if row is None or not closed:
        return None
    rows = list(_queued(row.region, row.year))
    ahead = [other for other in rows if (other.ready_at, other.id) < (row.ready_at, row.id)]
    total = sum(other.fen for other in ahead)
    return QueuePlace(row.claim_number, "", len(ahead) + 1, total, row.fen, row.ready_on)


def _queued(region: str, year: int) -> QuerySet[Payable]:
    closed = Budget.objects.filter(region=region, year=year, state=BudgetState.CLOSED)
    if not closed.exists():
        return Payable.objects.none()
    rows = Payable.objects.filter(region=region, year=year, taken=False, withdrawn_on__isnull=True)
    rows = of_purpose(rows, CLAIMS)
    return rows.order_by("ready_at", "id")
