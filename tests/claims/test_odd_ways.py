"""Odd ways of a claim: the same rest twice, an objection that was on its way when the gate was passed."""

from datetime import timedelta

import pytest

from kechuang.claims import commands
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import money
from kechuang.notices import commands as notices
from kechuang.notices.models import Item
from kechuang.notices.rules import NoticeNotPassed
from kechuang.parties import commands as parties
from kechuang.parties.rules import Related
from tests.claims.conftest import Payouts, fresh, identities_hold, reading

pytestmark = pytest.mark.django_db
OFFSET = 400_000


def test_a_rest_given_up_twice_is_taken_out_of_this_claim_twice(payouts: Payouts) -> None:
    """Partly confirmed, objected to, returned, and partly confirmed again by the same rest: another claim pays nothing."""
    with reading(partial_confirmation=True, on_objection_upheld="returned"):
        claim, other = payouts.submitted(), payouts.settled()
        payouts.confirm(claim, confirmed_fen=Fen(OFFSET - 100_000))
        payouts.answer(payouts.object_to(fresh(claim)), upheld=True)
        payouts.after_notice()
        payouts.submit(fresh(claim))
        payouts.confirm(fresh(claim), confirmed_fen=Fen(OFFSET - 200_000))
    other.refresh_from_db()
    assert (money().in_claim, money().unclaimed) == (OFFSET - 200_000, other.captured_fen)
    identities_hold()


def test_an_objection_on_its_way_at_midnight_still_stops_the_payment(payouts: Payouts) -> None:
    claim = payouts.in_notice()
    last_minute = payouts.now + timedelta(days=3)
    payouts.after_notice()
    assert fresh(claim).state == "payable"
    item = Item.objects.get(subject_id=claim.id)
    citizen, reason = Actor(person_id=payouts.person("钱七")), "该项服务价格明显偏高，请核实是否真实发生"
    late = notices.object_(citizen, notice_id=item.notice_id, item_id=item.id, reason=reason, now=last_minute)
    with pytest.raises(NoticeNotPassed):
        payouts.prepared(claim)
    payouts.answer(late, upheld=False)
    assert payouts.prepared(claim).total_fen == OFFSET


def test_an_officer_of_the_county_who_works_for_the_provider_does_not_confirm(payouts: Payouts) -> None:
    claim = payouts.submitted()
    for person, party in ((payouts.county.person_id, payouts.server), (payouts.clerk.person_id, payouts.holder)):
        parties.add_member(party, party_id=party.party_id, person_id=person, capacity="staff", now=payouts.now)
    for officer in (payouts.county, payouts.clerk):
        with pytest.raises(Related):
            commands.confirm(officer, claim_id=claim.id, now=payouts.now)
    assert fresh(claim).state == "submitted"
