"""What a party would be granted today, before it asks (申领资格)."""

from dataclasses import dataclass
from datetime import date

from kechuang.kernel.money import Fen
from kechuang.parties.queries import PartyCard
from kechuang.policy.book import InForce, in_force
from kechuang.vouchers import rules
from kechuang.vouchers.models import HolderYear, Voucher
from kechuang.vouchers.queries.applying import applicant_facts
from kechuang.vouchers.rules import ApplicantFacts, Check, GrantTerms


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that lists know of a party, each condition as it was looked at, and what was granted this year."""

    facts: ApplicantFacts
    checks: tuple[Check, ...]
    terms: InForce[GrantTerms]
    granted_this_year_fen: Fen
    granted_this_year_count: int

    def face_fen(self) -> Fen:
        """The whole face by the terms, within what is left of the yearly cap; raises GrantCapReached."""
        whole = self.terms.terms.grant_fen.pick(**self.facts.keys())
        return rules.grant(
            requested_fen=whole,
            granted_this_year_fen=self.granted_this_year_fen,
            facts=self.facts,
            terms=self.terms.terms,
        )


def standing(card: PartyCard, scheme: str, *, on: date) -> Standing:
    """How a party stands under a scheme on a day, by imported lists alone: nothing is declared yet."""
    terms = in_force(scheme, GrantTerms, on=on)
    facts = applicant_facts(card, Voucher(scheme=scheme), on=on)
    year = HolderYear.objects.filter(party_id=card.id, scheme=scheme, year=on.year).first()
    return Standing(
        facts=facts,
        checks=rules.eligibility(facts=facts, terms=terms.terms),
        terms=terms,
        granted_this_year_fen=Fen(year.granted_fen if year else 0),
        granted_this_year_count=year.granted_count if year else 0,
    )


def granted_before(party_ids: list[str], scheme: str) -> frozenset[str]:
    """Those of these parties that were ever granted a voucher of the scheme (曾获核发)."""
    rows = Voucher.objects.filter(party_id__in=party_ids, scheme=scheme, account__isnull=False)
    return frozenset(rows.values_list("party_id", flat=True))
