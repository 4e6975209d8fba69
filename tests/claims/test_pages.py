"""What the pages of claims say: what waits first, what was done and where it went, who brings a failed payment right."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import translation

from kechuang.claims import queries
from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor, Role
from kechuang.notices.models import Notice
from kechuang.notices.templatetags.titles import retold
from kechuang.parties.states import ACTING_FOR
from kechuang.treasury.rules import Outcome
from kechuang.ui import clock
from tests.claims.conftest import Payouts, fresh

pytestmark = pytest.mark.django_db


def at(payouts: Payouts, actor: Actor, address: str, **sent: str) -> str:
    """The page as this actor gets it; with `sent`, after a form was sent there."""
    client = Client()
    client.force_login(get_user_model().objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    with clock.at(payouts.now):
        answer = client.post(address, sent, follow=True) if sent else client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def listed(html: str) -> list[str]:
    return re.findall(r'<tr data-href="/claims/(clm_\w+)"', html)


def test_the_list_begins_with_what_waits_for_the_reader_by_its_due_day(payouts: Payouts) -> None:
    paid = payouts.paid_out()
    in_notice = payouts.in_notice()
    payouts.days(1)
    late = payouts.submitted()
    returned = payouts.returned()
    payouts.days(1)
    later = payouts.submitted()
    address = reverse("claims:claims")
    assert listed(at(payouts, payouts.county, address)) == [late.id, later.id, returned.id, in_notice.id]
    assert listed(at(payouts, payouts.server, address))[0] == returned.id
    everything = listed(at(payouts, payouts.county, address + "?state=all"))
    assert set(everything) == {paid.id, in_notice.id, late.id, returned.id, later.id}
    assert listed(at(payouts, payouts.county, f"{address}?words={paid.number}")) == [paid.id]


def test_with_nothing_under_way_the_list_leads_to_all(payouts: Payouts) -> None:
    payouts.refused()
    html = at(payouts, payouts.county, reverse("claims:claims"))
    assert "没有在办的兑付申请" in html
    assert 'href="?state=all"' in html


def test_after_confirming_the_claim_and_its_notice_are_named_wherever_one_lands(payouts: Payouts) -> None:
    claim = payouts.submitted()
    sent = {"seen": "submitted", "confirmed_fen": "", "note": "", "next": reverse("claims:claims")}
    html = at(payouts, payouts.county, reverse("claims:confirm", args=[claim.id]), **sent)
    claim = fresh(claim)
    assert f'<a href="/claims/{claim.id}">{claim.number}</a>' in html
    assert f'<a href="/notices/{claim.notice_id}">' in html


def test_several_confirmed_together_are_all_named(payouts: Payouts) -> None:
    claims = [payouts.submitted(), payouts.submitted()]
    address = reverse("claims:confirm_many")
    client_sees = at(payouts, payouts.county, address, chosen=[claim.id for claim in claims])
    for claim in claims:
        assert f'<a href="/claims/{claim.id}">{claim.number}</a>' in client_sees
    assert client_sees.count(f'<a href="/notices/{fresh(claims[0]).notice_id}">') == 1


def test_a_batch_is_named_after_its_county(payouts: Payouts) -> None:
    payouts.payable()
    assert f"越城区 {payouts.today.isoformat()} 创新券兑付拨付" in at(
        payouts, payouts.county, reverse("claims:payouts")
    )


def test_the_sealed_contract_is_among_the_papers(payouts: Payouts) -> None:
    claim = payouts.submitted()
    shown = queries.sheet(payouts.county, claim_id=claim.id, on=payouts.today)
    html = at(payouts, payouts.county, reverse("claims:claim", args=[claim.id]))
    assert shown.order.contract_digest
    assert shown.order.contract_drawn == (f"/orders/{claim.order_id}/contract-text" in html)


def failed(payouts: Payouts) -> Claim:
    claim = payouts.payable()
    payouts.hear(payouts.sent(claim), Outcome.FAILED)
    return fresh(claim)


def test_a_failed_payment_says_who_brings_the_account_right(payouts: Payouts) -> None:
    claim = failed(payouts)
    account = queries.sheet(payouts.county, claim_id=claim.id, on=payouts.today).account_id
    address = reverse("claims:claim", args=[claim.id])
    office, provider = at(payouts, payouts.county, address), at(payouts, payouts.server, address)
    assert account
    for html in (office, provider):
        assert "由服务机构更换账户" in html
        assert reverse("credit:account", args=[account]) in html
    assert reverse("credit:propose_account") in provider
    retry = reverse("claims:retry", args=[claim.id])
    assert retry in office
    assert retry not in provider


def test_the_account_is_shown_only_to_who_may_look_at_it(payouts: Payouts) -> None:
    claim = failed(payouts)
    html = at(payouts, payouts.holder, reverse("claims:claim", args=[claim.id]))
    assert "/accounts/bnk_" not in html
    assert "更换收款账户" not in html


def test_a_title_the_platform_wrote_is_read_in_the_readers_language(payouts: Payouts) -> None:
    notice = Notice.objects.get(id=payouts.in_notice().notice_id)
    with translation.override("en"):
        assert retold(notice.title) == f"越城区: notice of voucher redemption ({payouts.today.isoformat()}, 1 claims)"
        assert retold("关于更正的公示") == "关于更正的公示"
    with translation.override("zh-hans"):
        assert retold(notice.title) == notice.title


def test_the_budget_author_finds_the_opening_in_the_menu(payouts: Payouts) -> None:
    html = at(payouts, payouts.officer(Role.BUDGET_AUTHOR), reverse("portal:workbench"))
    assert f'href="{reverse("claims:opening")}"' in html
