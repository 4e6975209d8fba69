"""What of a settled year was asked back since (计入而后追回), and what the same rules then come to. Nothing is written."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from kechuang.claims.queries import ever_asked_back, redeemed_now
from kechuang.kernel.money import BasisPoints, Fen, share_down
from kechuang.ledger.queries import used_of
from kechuang.parties.queries import covers
from kechuang.policy.book import replay
from kechuang.subsidies import rules
from kechuang.subsidies.models import Counted, Settlement, Statement
from kechuang.subsidies.queries.redeemed import outside_groups
from kechuang.subsidies.rules import NOTHING
from kechuang.subsidies.states import CLAWS_BACK, Formula


@dataclass(frozen=True, slots=True)
class FallenRow:
    """A claim that was counted and of which less is redeemed by now: a decision asks it back, or it came back already."""

    claim_id: str
    number: str
    counted_fen: int
    fen: int  # that is not redeemed any more
    region: str
    unit: str
    platform: bool
    price_fen: int  # of its order, gross

    @property
    def whole(self) -> bool:
        """Whether nothing of it is redeemed any more: no settlement would count it, nor its price."""
        return self.fen >= self.counted_fen


@dataclass(frozen=True, slots=True)
class Recount:
    """A statement reckoned again (重算) by its own terms, without what fell away; for the office to see, not a decision."""

    fen: int  # what it would come to
    back_fen: int  # what came back of it already
    over_fen: int  # what is still above that


def fallen_of(rows: QuerySet[Counted]) -> list[FallenRow]:
    """Of some counted claims those that fell away, in whole or in part; three statements, over the few ever asked back."""
    found = list(rows.filter(claim_id__in=ever_asked_back()).order_by("claim_number"))
    now = redeemed_now([row.claim_id for row in found]) if found else {}
    return [
        FallenRow(
            row.claim_id,
            row.claim_number,
            row.fen,
            row.fen - now[row.claim_id],
            row.region,
            row.unit,
            row.platform,
            row.price_fen,
        )
        for row in found
        if now[row.claim_id] < row.fen
    ]


def recount(row: Statement, mine: QuerySet[Counted], house: QuerySet[Counted]) -> Recount | None:
    """What a statement comes to without what fell away; None where nothing did, or where a pot is shared by factors.

    `mine` are the claims of the statement, `house` those of its whole legal person, whose total is held against a
    threshold. Where the money set aside did not suffice, the same part of it is paid.
    """
    settlement = row.settlement
    if not fallen_of(mine) and not fallen_of(house):
        return None
    again = _AGAIN.get(Formula(settlement.formula))
    if again is None or not row.full_fen:
        return None
    full = min(again(row, settlement, mine, house), row.full_fen)
    fen = row.fen * full // row.full_fen
    back = used_of([row.id], CLAWS_BACK).get(row.id, 0)
    return Recount(fen, back, max(row.fen - fen - back, 0))


def _providers(row: Statement, settlement: Settlement, mine: QuerySet[Counted], house: QuerySet[Counted]) -> int:
    terms = replay(settlement.terms, rules.ProviderTerms).terms
    paying = settlement.region if terms.subsidy_payer is rules.Payer.COUNTY else ""
    per_unit = terms.subsidy_threshold_per is rules.Per.UNIT
    rate = BasisPoints(settlement.rate_bp or 0)
    parts = [*_parts(house), *(_outside(row, settlement) if terms.subsidy_counts_outside else ())]
    amounts = rules.provider_subsidies(parts=parts, rate_bp=rate, terms=terms, paying=paying)
    due = sum(one.fen for one in amounts if not per_unit or one.name == row.unit)
    return _stacked(row, due, settlement, mine)


def _carriers(row: Statement, settlement: Settlement, mine: QuerySet[Counted], house: QuerySet[Counted]) -> int:
    terms = replay(settlement.terms, rules.CarrierTerms).terms
    served = [rules.Served(part.region, part.redeemed_fen) for part in _parts(mine)]
    due = rules.carrier_subsidy(served=served, grade=row.grade, terms=terms).fen
    return _stacked(row, due, settlement, mine)


def _stacked(row: Statement, due: int, settlement: Settlement, mine: QuerySet[Counted]) -> int:
    """What is left of it beside the other public money on what is left of the prices (财政资金叠加核减).

    What others gave follows from what the settlement had above the allowed share; where nothing was above it, nothing is
    known of it and none is taken.
    """
    terms, fallen = replay(settlement.terms, rules.PotTerms).terms, fallen_of(mine)
    public, full = row.redeemed_fen + row.outside_fen, row.rate_part_fen + row.platform_part_fen
    allowed = share_down(Fen(row.price_fen), terms.total_public_share_max_bp)
    others = row.above_fen + allowed - public - full if row.above_fen else 0
    left = rules.stacking(
        price_fen=Fen(row.price_fen - sum(one.price_fen for one in fallen if one.whole)),
        public_fen=Fen(public - sum(one.fen for one in fallen) + others),
        full_fen=Fen(due),
        terms=terms,
    )
    return due - left.cut_fen


_AGAIN = {Formula.PROVIDERS: _providers, Formula.CARRIERS: _carriers}


def _parts(rows: QuerySet[Counted]) -> list[rules.Part]:
    """What is left, by unit and county."""
    lost = {one.claim_id: one.fen for one in fallen_of(rows)}
    sums: dict[tuple[str, str], rules.Part] = {}
    for unit, region, claim_id, fen, platform in rows.values_list("unit", "region", "claim_id", "fen", "platform"):
        left = fen - lost.get(claim_id, 0)
        part = sums.get((unit, region)) or rules.Part(region, NOTHING, NOTHING, unit)
        sums[unit, region] = replace(
            part,
            redeemed_fen=Fen(part.redeemed_fen + left),
            platform_fen=Fen(part.platform_fen + (left if platform else 0)),
        )
    return list(sums.values())


def _outside(row: Statement, settlement: Settlement) -> list[rules.Part]:
    since, until = date(settlement.year, 1, 1), date(settlement.year + 1, 1, 1)
    groups = outside_groups(regions=covers(settlement.scope), since=since, until=until)
    return [
        rules.Part(one.region, NOTHING, NOTHING, one.unit, one.outside_fen) for one in groups if one.party == row.party
    ]
