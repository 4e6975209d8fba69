"""Through whose hands a claim went on its way to the payout (经手人): they do not look into it themselves (自办不自查)."""

from collections.abc import Iterable, Mapping

from kechuang.claims.queries import Claim
from kechuang.parties.queries import same_persons
from kechuang.trail.queries import stood_in_for
from kechuang.treasury.queries import deciders_of


def hands_of(claims: Iterable[Claim]) -> Mapping[str, frozenset[str]]:
    """By claim who confirmed it, approved its batch and released it; with whom they stood in for, and merged records."""
    rows = list(claims)
    acts = {(claim.id, claim.id, claim.confirmed_by) for claim in rows if claim.confirmed_by}
    acts |= deciders_of([claim.id for claim in rows])
    absent: dict[tuple[str, str], set[str]] = {}
    people = {person for _claim, _record, person in acts}
    for record, person, instead in stood_in_for({record for _claim, record, _person in acts}, people):
        absent.setdefault((record, person), set()).add(instead)
    known = people.union(*absent.values())
    merged = {one: same_persons([one]) for one in known} if same_persons(known) != known else {}
    found: dict[str, set[str]] = {claim.id: set() for claim in rows}
    for claim_id, record, person in acts:
        for one in {person} | absent.get((record, person), set()):
            found[claim_id] |= merged.get(one, {one})
    return {claim_id: frozenset(hands) for claim_id, hands in found.items()}
