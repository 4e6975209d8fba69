"""The register of a plan (抽查名录): every paid claim of its period with its tickets, every inspector with whom he may not inspect."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kechuang.claims.queries import queue
from kechuang.claims.states import ClaimState
from kechuang.credit.queries import counting_among
from kechuang.kernel.actor import Actor
from kechuang.notices.queries import objected
from kechuang.parties.queries import covers
from kechuang.screening.queries import findings_of
from kechuang.screening.states import FindingState
from kechuang.supervision import rules
from kechuang.supervision.models import Plan
from kechuang.supervision.queries.roster import codes_of, roster, ties_of
from kechuang.supervision.rules import Candidate, CheckTerms, Entry


def register_of(
    actor: Actor, plan: Plan, terms: CheckTerms, *, on: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Claims and inspectors as they will be published, without their leaves. A fixed number of statements."""
    rows = queue(actor).filter(
        scheme=plan.scheme,
        state=ClaimState.PAID,
        region__in=covers(plan.region) | {plan.region},
        paid_on__gte=plan.from_on,
        paid_on__lt=plan.until_on,
    )
    claims = list(rows.order_by("number"))
    sides = {party for claim in claims for party in (claim.provider_party, claim.holder_party)}
    doubted = objected([claim.id for claim in claims])
    found = {row.claim_id for row in findings_of(claim.id for claim in claims) if row.state != FindingState.DISMISSED}
    counting = counting_among({claim.provider_party for claim in claims}, on=on)
    codes = codes_of(sides)
    entries = []
    for claim in claims:
        risks = sum([not claim.clean, claim.returned_count > 0, claim.id in doubted, claim.id in found])
        held = counting.get(claim.provider_party, 0)
        entries.append(
            {
                "number": claim.number,
                "region": claim.region,
                "party": codes[claim.provider_party],
                "holder": codes[claim.holder_party],
                "stratum": rules.stratum_of(region=claim.region, risks=risks),
                "weight": rules.weight_of(risks=risks, credits_count=held, terms=terms),
            }
        )
    return entries, _inspectors(plan, sides, codes, terms, on)


def _inspectors(
    plan: Plan, sides: set[str], codes: Mapping[str, str], terms: CheckTerms, on: date
) -> list[dict[str, Any]]:
    rows = roster(plan.region)
    ties = ties_of(rows, on=on, years=terms.recusal_years_count)
    return [
        {
            "number": row.number,
            "conflicts": sorted({codes[tie.party_id] for tie in ties[row.id] if tie.party_id in sides}),
        }
        for row in rows
    ]


def as_entries(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The claims of a published register."""
    names = ("number", "region", "party", "holder", "stratum", "weight")
    return [Entry(**{name: row[name] for name in names}) for row in rows if "stratum" in row]


def as_candidates(rows: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """The inspectors of a published register."""
    return [Candidate(row["number"], frozenset(row["conflicts"])) for row in rows if "conflicts" in row]
