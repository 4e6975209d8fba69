"""Findings on the claim's page before the officer decides, the queue, the rules; a firm's links and what it says."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.kernel.actor import Actor
from kechuang.parties.models import Person
from kechuang.screening.models import Contest, Finding
from kechuang.screening.rules import RULES
from kechuang.screening.states import Pattern
from tests.screening.conftest import Screening

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    return client


@pytest.fixture
def officer(screening: Screening) -> Client:
    return signed_in(screening.payouts.county)


def test_the_claims_page_shows_what_was_found_to_the_county_and_not_to_the_firm(
    screening: Screening, officer: Client
) -> None:
    claim = screening.payouts.doubtful()
    address = reverse("claims:claim", args=[claim.id])
    assert "票单不符" in officer.get(address).content.decode()
    assert "票单不符" not in signed_in(screening.payouts.server).get(address).content.decode()


def test_an_officer_opens_a_finding_and_decides(screening: Screening, officer: Client) -> None:
    row = screening.found(screening.payouts.submitted())
    assert row.label in officer.get(reverse("screening:findings")).content.decode()
    page = officer.get(reverse("screening:finding", args=[row.id])).content.decode()
    assert "相隔 1 步" in page
    assert "记录核实结论" in page
    refused = officer.post(reverse("screening:decide", args=[row.id]), {"outcome": "confirmed", "reason": ""})
    assert refused.status_code == 422
    officer.post(reverse("screening:decide", args=[row.id]), {"outcome": "confirmed", "reason": "核对合同与上机记录"})
    assert Finding.objects.get().state == "confirmed"


def test_the_same_group_is_decided_together(screening: Screening, officer: Client) -> None:
    first, second = (screening.payouts.submitted() for _ in range(2))
    rows = [screening.found(claim) for claim in (first, second)]
    Finding.objects.update(group="同组")
    data = {"outcome": "dismissed", "reason": "同一批样品", "together": "1"}
    officer.post(reverse("screening:decide", args=[rows[0].id]), data)
    assert set(Finding.objects.values_list("state", flat=True)) == {"dismissed"}


def test_a_firm_contests_its_link_and_the_officer_answers(screening: Screening, officer: Client) -> None:
    town, firm = screening.payouts, signed_in(screening.firm)
    for party in (screening.firm.party_id, town.server.party_id):
        screening.link(party)
    town.submitted()
    mine = firm.get(reverse("screening:links")).content.decode()
    assert "138****0000" in mine
    link = screening.link(screening.firm.party_id, digest="e")
    firm.post(reverse("screening:contest_link", args=[link.id]), {"text": "该电话为园区总机"})
    said = Contest.objects.get()
    assert "园区总机" in officer.get(reverse("screening:contest", args=[said.id])).content.decode()
    officer.post(reverse("screening:answer", args=[said.id]), {"outcome": "upheld", "text": "属实，不再采信"})
    assert "属实" in firm.get(reverse("screening:contest", args=[said.id])).content.decode()
    assert "不再采信" in firm.get(reverse("screening:links")).content.decode()


def test_the_graph_of_an_affiliated_pair_is_drawn_and_told(screening: Screening, officer: Client) -> None:
    for party in (screening.firm.party_id, screening.payouts.server.party_id):
        screening.link(party)
    screening.payouts.submitted()
    row = Finding.objects.get(rule=Pattern.AFFILIATED)
    page = officer.get(reverse("screening:finding", args=[row.id])).content.decode()
    assert "data-chart" in page
    assert "charts.js" in page, "without it nothing draws the picture"
    assert page.count("绍兴示例检测有限公司") > 1


def test_every_rule_stands_on_the_page_of_rules(screening: Screening, officer: Client) -> None:
    page = officer.get(reverse("screening:rules")).content.decode()
    assert all(rule.title in page for rule in RULES.values())


def test_firms_see_neither_queue_nor_rules_nor_open_findings(screening: Screening) -> None:
    row, firm = screening.found(screening.payouts.submitted()), signed_in(screening.firm)
    for address in (
        reverse("screening:findings"),
        reverse("screening:rules"),
        reverse("screening:finding", args=[row.id]),
    ):
        assert firm.get(address).status_code == 404


def test_the_queue_and_the_claims_page_take_a_constant_number_of_statements(
    screening: Screening, officer: Client
) -> None:
    screening.found(screening.payouts.submitted())
    officer.get(reverse("screening:findings"))
    with CaptureQueriesContext(connection) as few:
        officer.get(reverse("screening:findings"))
    for rule in (Pattern.AGENT, Pattern.PRICE_HIGH):
        for _ in range(2):
            screening.found(screening.payouts.submitted(), rule, count=8, how="联系电话相同", unit_fen=1, usual_fen=1)
    with CaptureQueriesContext(connection) as many:
        officer.get(reverse("screening:findings"))
    assert len(many) == len(few)
