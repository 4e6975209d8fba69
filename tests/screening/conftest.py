"""Claims of a county, and what the rules found on them."""

from typing import Any

import pytest

from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor
from kechuang.policy.book import InForce
from kechuang.screening import commands
from kechuang.screening.models import Finding, Link
from kechuang.screening.queries import terms_of
from kechuang.screening.rules import ClaimFact, Found, Proof, ScreeningTerms
from kechuang.screening.states import LinkKind, Pattern
from tests.claims.conftest import Payouts, book, payouts, shaoxing
from tests.vouchers.conftest import YUECHENG

SCHEME = "zhejiang/screening"
__all__ = ["SCHEME", "Screening", "book", "payouts", "screening", "shaoxing"]


class Screening:
    """What one claim is found by, and who speaks about it."""

    def __init__(self, payouts: Payouts) -> None:
        self.payouts = payouts

    @property
    def terms(self) -> InForce[ScreeningTerms]:
        return terms_of(YUECHENG, on=self.payouts.today)

    def fact(self, claim: Claim, **more: Any) -> ClaimFact:
        return ClaimFact(
            claim.id,
            claim.number,
            claim.order_id,
            claim.region,
            claim.holder_party,
            claim.provider_party,
            **more,
        )

    def found(self, claim: Claim, /, rule: Pattern = Pattern.AFFILIATED, **facts: Any) -> Finding:
        """A finding on a claim, as a rule would answer it."""
        one = Found(
            rule,
            self.fact(claim),
            facts or {"steps_count": 1, "how": "联系电话相同"},
            (Proof("联系电话相同", "138****0000"),),
        )
        commands.keep_found([one], self.terms, now=self.payouts.now)
        return Finding.objects.get(claim_id=claim.id, rule=rule)

    def link(self, party_id: str, kind: LinkKind = LinkKind.PHONE, digest: str = "d") -> Link:
        return Link.objects.create(
            party_id=party_id,
            region=YUECHENG,
            kind=kind,
            digest=digest * 64,
            shown="138****0000",
            source="主体登记",
            made_on=self.payouts.today,
        )

    @property
    def firm(self) -> Actor:
        """The user of the voucher."""
        return self.payouts.holder


@pytest.fixture
def screening(payouts: Payouts) -> Screening:
    return Screening(payouts)
