"""What a year's redemptions come to (实际兑付汇总): written down claim by claim in one statement, then added up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from kechuang.claims.queries import REDEEMED
from kechuang.claims.states import CountedBy
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import closed_until, used_of
from kechuang.subsidies.models import Outside, Statement
from kechuang.subsidies.rules import NOTHING
from kechuang.subsidies.states import CLAWS_BACK, OutsideState, StatementState

# What the settlement rests on. A claim that the same payer's settlement of this sort counted already is left out, and one
# that another payer's pays when this one would pay it too: also when the reading of its day, or of who pays, was changed
# in between (同一笔兑付不重复补助).
WRITE = f"""
    INSERT INTO subsidies_counted (settlement_id, party, unit, carrier, claim_id, claim_number, region, holder, counted_on, fen,
                                   price_fen, platform)
    SELECT %(settlement)s::text, r.party, r.unit, r.carrier, r.claim_id, r.claim_number, r.region, r.holder, r.counted_on, r.fen,
        r.price_fen, r.channel = ANY(%(channels)s::text[])
    FROM ({REDEEMED}) r
    WHERE NOT EXISTS (
        SELECT FROM subsidies_settlement s JOIN subsidies_counted x ON x.settlement_id = s.id
        WHERE s.formula = %(formula)s::text AND s.state <> 'withdrawn' AND s.id <> %(settlement)s::text
            AND x.claim_id = r.claim_id AND (s.pays_for = %(pays_for)s::text
                OR (s.pays_for IN (s.scope, r.region) AND %(pays_for)s::text IN (%(scope)s::text, r.region))))"""
GROUPED = """
    SELECT party, unit, carrier, region, count(*), sum(fen)::bigint, coalesce(sum(fen) FILTER (WHERE platform), 0)::bigint,
        sum(price_fen)::bigint
    FROM subsidies_counted WHERE settlement_id = %(settlement)s::text
    GROUP BY party, unit, carrier, region ORDER BY party, unit, carrier, region"""


@dataclass(frozen=True, slots=True)
class Group:
    """What one carrier of one unit of one provider redeemed in one county in the year. Amounts in fen, prices gross."""

    party: str
    unit: str
    carrier: str
    region: str
    count: int
    fen: Fen
    platform_fen: Fen
    price_fen: Fen
    outside_fen: Fen = NOTHING


def write_redeemed(
    *,
    settlement: str,
    formula: str,
    pays_for: str,
    scope: str,
    regions: Iterable[str],
    channels: Sequence[str],
    counted_by: CountedBy,
    since: date,
    until: date,
) -> None:
    """Writes down every redeemed claim of the period; the caller has locked the settlement."""
    given: dict[str, Any] = {
        "settlement": settlement,
        "formula": formula,
        "pays_for": pays_for,
        "scope": scope,
        "regions": sorted(regions),
        "channels": list(channels),
        "counted_by": str(counted_by),
        "since": since,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, given)


def redeemed_groups(settlement: str) -> list[Group]:
    """What was written down, by provider, unit and county."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPED, {"settlement": settlement})
        return [
            Group(party, unit, carrier, region, count, *(Fen(int(fen)) for fen in sums))
            for party, unit, carrier, region, count, *sums in cursor.fetchall()
        ]


def outside_groups(*, regions: Iterable[str], since: date, until: date) -> list[Group]:
    """Checked redemptions off the platform of the period, by provider, unit and county."""
    rows = Outside.objects.filter(
        region__in=sorted(regions), redeemed_on__gte=since, redeemed_on__lt=until, state=OutsideState.CHECKED
    )
    found: dict[tuple[str, str, str], list[Outside]] = {}
    for row in rows.order_by("party", "unit", "region", "id"):
        found.setdefault((row.party, row.unit, row.region), []).append(row)
    return [
        Group(
            party,
            unit,
            "",
            region,
            0,
            NOTHING,
            NOTHING,
            Fen(sum(r.price_fen for r in mine)),
            Fen(sum(r.fen for r in mine)),
        )
        for (party, unit, region), mine in found.items()
    ]


def books_closed(regions: Iterable[str]) -> Mapping[str, date | None]:
    """The first open day of each county's books; None where nothing was ever closed."""
    return closed_until(regions)


def other_subsidies(*, settlement: str, year: int) -> dict[str, int]:
    """What other settlements of the same year give each party and has not been clawed back: it stacks on the same prices."""
    live = Statement.objects.filter(settlement__year=year, place="").exclude(settlement_id=settlement)
    live = live.exclude(state__in=[StatementState.NOT_DUE, StatementState.WITHDRAWN, StatementState.REFUSED])
    rows = list(live.values_list("id", "party", "fen"))
    back = used_of([statement for statement, _party, _fen in rows], CLAWS_BACK)
    found: dict[str, int] = {}
    for statement, party, fen in rows:
        found[party] = found.get(party, 0) + fen - back.get(statement, 0)
    return found
