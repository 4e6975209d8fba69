"""What a claim is screened by when it is handed in, and what the clock screens later."""

import pytest

from kechuang.claims import commands as claims
from kechuang.parties.models import Party
from kechuang.screening import commands
from kechuang.screening.models import Finding, Link, Print
from kechuang.screening.queries import findings_of
from kechuang.screening.states import Pattern
from kechuang.trail.queries import altered_rows
from tests.claims.conftest import fresh
from tests.screening.conftest import Screening

pytestmark = pytest.mark.django_db


def rules_of(subject: str) -> set[str]:
    return {row.rule for row in findings_of([subject])}


def test_a_plain_claim_has_prints_and_no_findings(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    assert Print.objects.filter(claim_id=claim.id, kind="invoice").count() == 1
    assert rules_of(claim.id) == set()


def test_an_invoice_over_another_amount_is_found_before_anybody_decides(screening: Screening) -> None:
    claim = screening.payouts.doubtful()
    assert rules_of(claim.id) == {Pattern.INVOICE_MISMATCH}
    assert fresh(claim).state == "submitted"


def test_parties_with_one_account_are_found_affiliated(screening: Screening) -> None:
    town = screening.payouts
    for party in (screening.firm.party_id, town.server.party_id):
        screening.link(party)
    claim = town.submitted()
    row = Finding.objects.get(rule=Pattern.AFFILIATED)
    assert (row.claim_id, row.facts["steps_count"]) == (claim.id, 1)
    assert row.evidence[0]["kind"] == "link"


def test_a_struck_link_is_passed_over(screening: Screening) -> None:
    town = screening.payouts
    mine = screening.link(screening.firm.party_id)
    screening.link(town.server.party_id)
    said = commands.contest(screening.firm, link_id=mine.id, text="园区总机", now=town.now)
    commands.answer(town.county, contest_id=said.id, outcome="upheld", text="属实", now=town.now)
    assert Pattern.AFFILIATED not in rules_of(town.submitted().id)


def test_the_clock_finds_all_together_what_was_found_one_by_one(screening: Screening) -> None:
    claim = screening.payouts.doubtful()
    Finding.objects.all()  # found at submission
    before = {(row.rule, row.claim_id) for row in Finding.objects.all()}
    claims.screen_all([claim.id], now=screening.payouts.now)
    assert {(row.rule, row.claim_id) for row in Finding.objects.all()} == before


def test_what_a_correction_has_mended_is_open_no_more_and_opens_again_when_it_comes_back(screening: Screening) -> None:
    town = screening.payouts
    claim = town.returned()
    left = screening.found(claim, Pattern.INVOICE_MISMATCH, what="金额与订单不符")
    other = screening.found(town.submitted(), Pattern.INVOICE_MISMATCH, what="金额与订单不符")
    town.submit(claim)
    left.refresh_from_db()
    other.refresh_from_db()
    assert (left.state, left.decided_by, left.decided_on) == ("corrected", "", town.today)
    assert other.state == "open"
    assert screening.found(claim, Pattern.INVOICE_MISMATCH, what="金额与订单不符").state == "open"


def test_handed_in_again_the_prints_are_kept_once(screening: Screening) -> None:
    town = screening.payouts
    claim = town.returned()
    town.submit(claim)
    assert Print.objects.filter(claim_id=claim.id).count() == 1


def test_links_are_taken_up_from_the_register_once(screening: Screening) -> None:
    town = screening.payouts
    assert commands.renew_links(now=town.now) > 0
    assert commands.renew_links(now=town.now) == 0


def test_what_was_replaced_is_a_link_until_that_day(screening: Screening) -> None:
    town = screening.payouts
    Party.objects.filter(id=screening.firm.party_id).update(address="越城区鉴湖路1号")
    commands.renew_links(now=town.now)
    town.days(3)
    Party.objects.filter(id=screening.firm.party_id).update(address="越城区镜湖路2号")
    commands.renew_links(now=town.now)
    mine = Link.objects.filter(party_id=screening.firm.party_id, kind="address").order_by("id")
    assert [row.until_on for row in mine] == [town.today, None]
    assert not [one for one in altered_rows() if one.table == "screening_link"]
