"""Balances, statements, and the way of the money (余额、对账单、资金去向)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from kechuang.ledger.models import Account, Phase, Transfer
from kechuang.ledger.rules import KIND_LABELS, RULES, Kind, Place
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Balance:
    """What came in less what went out, what of it is set aside, and what is free (余额、占用、可用)."""

    posted_fen: int = 0
    held_fen: int = 0

    @property
    def free_fen(self) -> int:
        return self.posted_fen - self.held_fen


@dataclass(frozen=True, slots=True)
class Station:
    """One transfer as a person reads it (资金去向的一步)."""

    id: int
    on: date
    at: object
    phase: Phase
    rule: str
    label: str
    fen: int
    debit: Place
    credit: Place
    subject: str
    key: str

    @property
    def moves(self) -> bool:
        """Whether money moved; a hold or its release only sets aside."""
        return self.phase in (Phase.POST, Phase.CAPTURE, Phase.REVERSAL)

    @property
    def from_label(self) -> str:
        return KIND_LABELS[self.debit.kind]

    @property
    def to_label(self) -> str:
        return KIND_LABELS[self.credit.kind]


@dataclass(frozen=True, slots=True)
class StatementLine:
    on: date
    label: str
    other: Place
    in_fen: int
    out_fen: int
    balance_fen: int
    subject: str


@dataclass(frozen=True, slots=True)
class Statement:
    """对账单: one account from a day until (not with) another; opening + in − out = closing."""

    place: Place
    opening_fen: int
    lines: list[StatementLine]
    closing_fen: int


def balance(account_id: int) -> Balance:
    """Of one account; raises Account.DoesNotExist."""
    found = _by_id.first(account_id)
    if found is None:
        raise Account.DoesNotExist
    return _balance(found)


@compiled
def _by_id(account_id: int) -> QuerySet[Account]:
    return Account.objects.filter(id=account_id)


def balance_at(place: Place) -> Balance:
    """Of an account by what it is; nothing where it was never used."""
    found = _at.first(str(place.kind), place.region, place.year, place.owner)
    return _balance(found) if found else Balance()


@compiled
def _at(kind: str, region: str, year: int, owner: str) -> QuerySet[Account]:
    return Account.objects.filter(kind=kind, region=region, year=year, owner=owner)


def balances(
    kind: Kind | str, *, regions: Iterable[str] = (), years: Iterable[int] = (), owners: Iterable[str] = ()
) -> dict[Place, Balance]:
    """Every account of a kind, narrowed by what is given; one query."""
    rows = _of_kind(str(kind), regions=list(regions), years=list(years), owners=list(owners))
    return {place_of(row): _balance(row) for row in rows}


@compiled
def _of_kind(kind: str, *, regions: list[str], years: list[int], owners: list[str]) -> QuerySet[Account]:
    rows = Account.objects.filter(kind=kind).order_by("id")
    for name, wanted in (("region", regions), ("year", years), ("owner", owners)):
        rows = rows.filter(**{f"{name}__any": wanted}) if wanted else rows
    return rows


def sums(*, year: int, regions: Iterable[str]) -> dict[tuple[str, Kind], Balance]:
    """What lies in a year's accounts of each kind, by county (按县按科目汇总); from stored balances, for lists."""
    rows = Account.objects.filter(year=year, region__in=list(regions)).order_by()
    totals = rows.values_list("region", "kind").annotate(posted_fen=Sum("posted"), held_fen=Sum("held"))
    return {(region, Kind(kind)): Balance(posted, held) for region, kind, posted, held in totals}


def sums_by_year() -> dict[tuple[str, int], dict[Kind, int]]:
    """What lies in every county's and year's accounts of each kind, without owners (公开资金表); one query."""
    rows = Account.objects.order_by().values_list("region", "year", "kind").annotate(posted_fen=Sum("posted"))
    found: dict[tuple[str, int], dict[Kind, int]] = {}
    for region, year, kind, posted in rows:
        found.setdefault((region, year), {})[Kind(kind)] = posted
    return found


def place_of(account: Account) -> Place:
    return Place(Kind(account.kind), account.region, account.year, account.owner)


def _balance(account: Account) -> Balance:
    return Balance(account.posted, account.held)


def transfers_of(subjects: Iterable[str]) -> list[Station]:
    """Everything booked for these records, in the order of booking (资金去向): follow the money."""
    rows = Transfer.objects.filter(subject__in=list(subjects)).select_related("debit", "credit").order_by("id")
    return [_station(row) for row in rows]


def transfers_between(*, region: str, since: date, until: date) -> list[Station]:
    """A county's journal (流水) for a period."""
    rows = Transfer.objects.filter(region=region, on__gte=since, on__lt=until)
    return [_station(row) for row in rows.select_related("debit", "credit").order_by("id")]


def hold_of(key: str) -> list[int]:
    """The holds that were taken under `key`, in line order."""
    return list(Transfer.objects.filter(key=key, phase=Phase.HOLD).order_by("line").values_list("id", flat=True))


def _station(row: Transfer) -> Station:
    label = RULES[row.rule].label
    return Station(
        id=row.id,
        on=row.on,
        at=row.at,
        phase=Phase(row.phase),
        rule=row.rule,
        label=label if row.phase in (Phase.POST, Phase.CAPTURE) else f"{label}（{Phase(row.phase).label}）",
        fen=row.fen,
        debit=place_of(row.debit),
        credit=place_of(row.credit),
        subject=row.subject,
        key=row.key,
    )


def statement(account_id: int, *, since: date, until: date) -> Statement:
    """One account for a period (对账单). Amounts are fen; holds are not on it, they moved nothing.

    Counted backwards from what lies there now, so that only what moved since the period began is read.
    """
    account = Account.objects.get(id=account_id)
    moved = Transfer.objects.filter(Q(debit_id=account_id) | Q(credit_id=account_id), on__gte=since)
    rows = list(
        moved.exclude(phase__in=[Phase.HOLD, Phase.RELEASE]).select_related("debit", "credit").order_by("on", "id")
    )
    net = [row.fen if row.credit_id == account_id else -row.fen for row in rows]
    opening = running = account.posted - sum(net)
    lines: list[StatementLine] = []
    for row, change in zip(rows, net, strict=True):
        if row.on >= until:
            break
        running += change
        comes_in = change > 0
        other = place_of(row.debit if comes_in else row.credit)
        label = _station(row).label
        lines.append(
            StatementLine(row.on, label, other, row.fen * comes_in, row.fen * (not comes_in), running, row.subject)
        )
    return Statement(place_of(account), opening, lines, running)


def used_of(subjects: Sequence[str], *rules: str) -> dict[str, int]:
    """Per record the fen booked for it by these rules, net of reversals; one query."""
    rows = Transfer.objects.filter(subject__in=list(subjects), rule__in=rules).exclude(
        phase__in=[Phase.HOLD, Phase.RELEASE]
    )
    totals: dict[str, int] = {}
    for subject, phase, fen in rows.values_list("subject", "phase", "fen"):
        totals[subject] = totals.get(subject, 0) + (-fen if phase == Phase.REVERSAL else fen)
    return totals
