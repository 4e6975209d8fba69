"""The register of a plan (抽查名录): every paid claim of its period with its tickets, every inspector with whom he may not inspect."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kechuang.claims.queries import Claim, queue
from kechuang.claims.states import ClaimState
from kechuang.credit.queries import counting_among
from kechuang.kernel.actor import Actor
from kechuang.kernel.draw import leaf
from kechuang.kernel.ids import salt
from kechuang.notices.queries import objected
from kechuang.parties.queries import covers
from kechuang.screening.queries import findings_of
from kechuang.screening.states import FindingState
from kechuang.supervision import rules
from kechuang.supervision.models import Plan
from kechuang.supervision.queries.hands import hands_of
from kechuang.supervision.queries.roster import codes_of, roster, ties_of
from kechuang.supervision.rules import Candidate, CheckTerms, Entry, Opened
from kechuang.supervision.states.checks import SECRET_BYTES


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it is frozen: what everybody may see with a seal for each claim, and what lies under the seals."""

    entries: list[dict[str, Any]]
    inspectors: list[dict[str, Any]]
    sealed: list[dict[str, Any]]


def register_of(actor: Actor, plan: Plan, terms: CheckTerms, *, on: date) -> Register:
    """Claims and inspectors of a plan, without their leaves. What is on record about a claim stays under no name but a seal."""
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
    found = {
        row.claim_id
        for row in findings_of(claim.id for claim in claims)
        if row.state in (FindingState.OPEN, FindingState.CONFIRMED)
    }
    counting = counting_among({claim.provider_party for claim in claims}, on=on)
    codes, hands, secret = codes_of(sides), hands_of(claims), salt(SECRET_BYTES)
    entries, sealed = [], []
    for claim in claims:
        risks = sum([not claim.clean, claim.returned_count > 0, claim.id in doubted, claim.id in found])
        held = counting.get(claim.provider_party, 0)
        under = _sealed(claim, codes, hands[claim.id], secret)
        sealed.append(under)
        entries.append(
            {
                "number": leaf(under),
                "stratum": rules.stratum_of(region=claim.region, risks=risks),
                "weight": rules.weight_of(risks=risks, credits_count=held, terms=terms),
            }
        )
    return Register(entries, _inspectors(plan, sides, secret, terms, on), sealed)


def _sealed(claim: Claim, codes: Mapping[str, str], hands: Collection[str], secret: str) -> dict[str, Any]:
    """What lies under one seal; natural persons have no code and are not named."""
    who = (claim.provider_party, claim.holder_party, *hands)
    return {
        "claim": claim.number,
        "visit": rules.visit_key(claim.region, rules.veiled(secret, claim.provider_party)),
        "provider": codes[claim.provider_party],
        "holder": codes[claim.holder_party],
        "sides": sorted({rules.veiled(secret, one) for one in who}),
        "salt": salt(SECRET_BYTES),
    }


def _inspectors(plan: Plan, sides: set[str], secret: str, terms: CheckTerms, on: date) -> list[dict[str, Any]]:
    """Each with what he may not inspect, veiled: himself (what he handled) and the parties he is tied to."""
    rows = roster(plan.region)
    ties = ties_of(rows, on=on, years=terms.recusal_years_count)
    kept = {row.id: {row.person_id} | {tie.party_id for tie in ties[row.id] if tie.party_id in sides} for row in rows}
    return [
        {"number": row.number, "conflicts": sorted(rules.veiled(secret, one) for one in kept[row.id])} for row in rows
    ]


def as_entries(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The claims of a published register."""
    return [Entry(row["number"], row["stratum"], row["weight"]) for row in rows if "stratum" in row]


def as_opened(rows: Sequence[Mapping[str, Any]]) -> list[Opened]:
    """What was found under the seals of a sample."""
    return [Opened(row["claim"], row["visit"], frozenset(row["sides"])) for row in rows]


def as_candidates(rows: Sequence[Mapping[str, Any]]) -> list[Candidate]:
    """The inspectors of a published register."""
    return [Candidate(row["number"], frozenset(row["conflicts"])) for row in rows if "conflicts" in row]
