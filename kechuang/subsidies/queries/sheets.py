"""A settlement, a statement, and the claims they were computed from: one click from the total to the rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from kechuang.catalog.queries import carrier_cards
from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.parties.queries import covers, party_names, person_names, region_name, unit_names
from kechuang.policy.book import current
from kechuang.subsidies.access import roles_on, statements_visible_to, visible_to
from kechuang.subsidies.models import Counted, Settlement, Statement
from kechuang.subsidies.queries.fallen import FallenRow, Recount, fallen_of, recount
from kechuang.subsidies.queries.payouts import case_among
from kechuang.subsidies.rules import Per
from kechuang.subsidies.states import (
    FACTOR_LABELS,
    FORMULA_LABELS,
    MACHINE,
    STATEMENT_MACHINE,
    Formula,
    StatementState,
    SubsidyState,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way


@dataclass(frozen=True, slots=True)
class PlaceSum:
    """What was redeemed in one county (分县合计)."""

    region: str
    name: str
    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One payee on the settlement's page."""

    statement: Statement
    payee: str
    unit_name: str
    place: str
    carrier: str


@dataclass(frozen=True, slots=True)
class FactorShare:
    """One factor of an award: its weight, what the place has of it, and what all that take part have."""

    label: str
    weight_bp: int
    fen: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class SettlementSheet:
    """All that a settlement's page shows."""

    settlement: Settlement
    label: str
    office: str
    scope: str
    rows: Sequence[StatementRow]
    places: Sequence[PlaceSum]
    fallen: Sequence[FallenRow]
    clock: Clock | None
    roles: frozenset[Role]
    open_moves: Sequence[Move]
    people: Mapping[str, str]
    events: Sequence[Event]

    @property
    def due(self) -> list[StatementRow]:
        return [row for row in self.rows if row.statement.full_fen]

    @property
    def not_due(self) -> list[StatementRow]:
        return [row for row in self.rows if not row.statement.full_fen]

    @property
    def outside_fen(self) -> int:
        return sum(row.statement.outside_fen for row in self.rows)

    @property
    def above(self) -> list[StatementRow]:
        """Those whose public money comes to more than the allowed share of their prices (叠加提示)."""
        return [row for row in self.rows if row.statement.above_fen]


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One claim of a statement with its names."""

    counted: Counted
    place: str
    holder: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """All that a statement's page shows but its claims, which are many and come by pages."""

    statement: Statement
    settlement: Settlement
    label: str
    office: str
    payee: str
    unit_name: str
    place: str
    carrier: str
    grade_label: str
    sheet_number: str  # of the evaluation that the grade is from
    factors: Sequence[FactorShare]
    places: Sequence[PlaceSum]
    fallen: Sequence[FallenRow]  # claims that were asked back since; for offices
    recount: Recount | None  # what it comes to without them
    case: str  # the number of the case that holds the payout; "" where none does
    clock: Clock | None
    roles: frozenset[Role]
    open_moves: Sequence[Move]
    people: Mapping[str, str]
    events: Sequence[Event]

    @property
    def supervised(self) -> bool:
        """Whether the reader's office looks into what was paid (谁补助，谁监管)."""
        return bool(self.roles & _LOOKS_INTO)

    @property
    def opens(self) -> bool:
        """Whether the reader may open a case on it (立案); an approver decides what others have opened."""
        return bool(self.statement.party) and bool(self.roles & _OPENS)


_OPENS = frozenset({Role.COUNTY_OFFICER, Role.CITY_SCIENCE})
_LOOKS_INTO = _OPENS | {Role.COUNTY_APPROVER}


def settlement_sheet(actor: Actor, settlement_id: str, *, on: date) -> SettlementSheet:
    """One settlement as the actor may see it; raises NotVisible."""
    row = visible_to(actor).select_related("conversion").filter(id=settlement_id).first()
    if row is None:
        raise NotVisible
    statements = list(Statement.objects.filter(settlement=row).exclude(state=StatementState.WITHDRAWN))
    names = party_names({one.party for one in statements})
    units = unit_names({one.unit for one in statements} - {""})
    carriers = _carrier_names(one.carrier for one in statements)
    rows = [
        StatementRow(
            one,
            names.get(one.party, ""),
            units.get(one.unit, ""),
            region_name(one.place) if one.place else "",
            carriers.get(one.carrier, ""),
        )
        for one in statements
    ]
    roles, events = roles_on(actor, row), list(way([row.id]))
    return SettlementSheet(
        settlement=row,
        label=FORMULA_LABELS[Formula(row.formula)],
        office=region_name(row.region),
        scope=region_name(row.scope),
        rows=sorted(rows, key=lambda one: (-one.statement.fen, -one.statement.year_fen, one.payee)),
        places=_places(Counted.objects.filter(settlement=row)),
        fallen=fallen_of(Counted.objects.filter(settlement=row)),
        clock=clocks([row.id], on=on).get(row.id),
        roles=roles,
        open_moves=MACHINE.open(SubsidyState(row.state), roles),
        people=_people(events),
        events=events,
    )


def statement_sheet(actor: Actor, statement_id: str, *, on: date) -> StatementSheet:
    """One payee's statement as the actor may see it; raises NotVisible."""
    row = _statement(actor, statement_id)
    settlement = row.settlement
    roles, events = roles_on(actor, row), list(way([row.id]))
    fallen, again = _since(row) if roles - {Role.PROVIDER} else ([], None)
    return StatementSheet(
        statement=row,
        settlement=settlement,
        label=FORMULA_LABELS[Formula(settlement.formula)],
        office=region_name(row.region),
        payee=party_names([row.party]).get(row.party, ""),
        unit_name=unit_names([row.unit]).get(row.unit, "") if row.unit else "",
        place=region_name(row.place) if row.place else "",
        carrier=_carrier_names([row.carrier]).get(row.carrier, ""),
        grade_label=_grade_label(settlement, row.grade),
        sheet_number=row.sheet.number if row.sheet else "",
        factors=_factors(row) if row.place else (),
        places=_places(_counted(row)),
        fallen=fallen,
        recount=again,
        case=case_among(events) if row.state == StatementState.SUSPENDED else "",
        clock=clocks([row.id], on=on).get(row.id),
        roles=roles,
        open_moves=STATEMENT_MACHINE.open(StatementState(row.state), roles),
        people=_people(events),
        events=events,
    )


def _since(row: Statement) -> tuple[list[FallenRow], Recount | None]:
    """What fell away since, for offices: what is asked back of others, or may be of it, a payee is told by its decision."""
    return fallen_of(_counted(row)), recount(row, _counted(row), _of_house(row))


def counted_of(actor: Actor, statement_id: str) -> QuerySet[Counted]:
    """Every claim that a statement was computed from, the first of the year first; raises NotVisible."""
    return _counted(_statement(actor, statement_id)).order_by("counted_on", "id")


def counted_of_settlement(actor: Actor, settlement_id: str, *, region: str = "") -> QuerySet[Counted]:
    """Every claim that a settlement counted, of one county when it is named; raises NotVisible."""
    row = visible_to(actor).filter(id=settlement_id).first()
    if row is None:
        raise NotVisible
    rows = Counted.objects.filter(settlement=row)
    rows = rows.filter(region=region) if region else rows
    return rows.order_by("counted_on", "id")


def counted_rows(rows: Sequence[Counted]) -> list[CountedRow]:
    """A page of claims with the names of both sides' places."""
    names, units = party_names({row.holder for row in rows}), unit_names({row.unit for row in rows} - {""})
    return [
        CountedRow(row, region_name(row.region), names.get(row.holder, ""), units.get(row.unit, "")) for row in rows
    ]


def _statement(actor: Actor, statement_id: str) -> Statement:
    seen = statements_visible_to(actor).select_related("settlement__conversion", "sheet")
    row = seen.filter(id=statement_id).first()
    if row is None:
        raise NotVisible
    return row


def _grade_label(settlement: Settlement, grade: str) -> str:
    """A grade in the words of the pack that gives it its rate."""
    pack = current().packs.get(settlement.scheme)
    return pack.words.get("grade", {}).get(grade, grade) if pack else grade


def _counted(row: Statement) -> QuerySet[Counted]:
    rows = Counted.objects.filter(settlement_id=row.settlement_id)
    if row.place:
        return rows.filter(region__in=covers(row.place))
    rows = rows.filter(party=row.party)
    if row.carrier:
        return rows.filter(carrier=row.carrier)
    return rows.filter(unit=row.unit) if _per_unit(row.settlement) else rows


def _of_house(row: Statement) -> QuerySet[Counted]:
    """Every claim of the statement's legal person that its settlement counted."""
    return Counted.objects.filter(settlement_id=row.settlement_id, party=row.party)


def _per_unit(settlement: Settlement) -> bool:
    """Whether each unit has a statement of its own; what is nobody's unit is then the house's alone."""
    per = settlement.terms.get("params", {}).get("subsidy_threshold_per", {})
    return bool(per.get("is") == Per.UNIT)


def _carrier_names(carrier_ids: Iterable[str]) -> dict[str, str]:
    wanted = set(carrier_ids) - {""}
    return {one.id: one.name for one in carrier_cards(wanted).values()} if wanted else {}


def _factors(row: Statement) -> list[FactorShare]:
    """What an award was shared out by, as the settlement has it: the places that take part add up to the whole."""
    params = row.settlement.terms["params"]
    taking = Statement.objects.filter(settlement_id=row.settlement_id)
    for prefix in params["award_excluded"]["is"]:
        taking = taking.exclude(place__startswith=prefix)
    totals = taking.aggregate(voucher_spending=Sum("counted_fen"), conversion_results=Sum("conversion_fen"))
    own = {"voucher_spending": row.counted_fen, "conversion_results": row.conversion_fen}
    return [
        FactorShare(FACTOR_LABELS[name], one["weight_bp"], own[name] or 0, totals[name] or 0)
        for one in params["award_factors"]["is"]
        for name in [one["factor"]]
    ]


def _places(rows: QuerySet[Counted]) -> list[PlaceSum]:
    sums = rows.order_by().values("region").annotate(count=Count("id"), fen=Sum("fen")).order_by("region")
    return [PlaceSum(row["region"], region_name(row["region"]), row["count"], row["fen"]) for row in sums]


def _people(events: Sequence[Event]) -> dict[str, str]:
    return person_names({event.person_id for event in events} | {event.stands_in_for for event in events} - {""})
