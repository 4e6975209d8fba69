"""批量数据: after ten thousand orders all invariants hold, and no list asks the database more often than with ten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.claims.models import Claim
from kechuang.claims.states import ClaimState
from kechuang.kernel.actor import Role
from kechuang.orders.models import Order
from kechuang.parties.models import Office, Person
from kechuang.parties.queries import actor_for
from kechuang.pilot import commands, queries
from kechuang.pilot.commands import generating
from kechuang.supervision import commands as supervision
from kechuang.supervision.states.cases import Source
from kechuang.ui import clock
from tests.pilot.conftest import UNTIL

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once

FEW, MANY = 10, 10_000
LISTS = (
    ("yuecheng.jingban", "/orders/"),
    ("yuecheng.jingban", "/orders/?state=settled"),
    ("jigou", "/orders/"),
    ("qiye", "/orders/"),
    ("yuecheng.jingban", "/claims/"),
    ("jigou", "/claims/"),
    ("yuecheng.jingban", "/claims/payouts"),
    ("yuecheng.caizheng", "/treasury/budgets"),
    ("yuecheng.jingban", "/vouchers/"),
    ("shi.keji", "/deadlines/"),
    ("", "/notices/"),
    ("", "/notices/archive"),
    ("yuecheng.jingban", "/registers/queue"),
    ("", "/registers/"),
    ("jigou", "/workbench"),
    ("yuecheng.jingban", "/workbench"),
    ("shenji", "/orders/"),
    ("shenji", "/money"),
    ("yuecheng.jingban", "/claims/?state=all"),
    ("jigou", "/claims/?state=all"),
    ("yuecheng.yusuan", "/claims/opening"),
    ("yuecheng.shenhe", "/notices/objections"),
    ("yuecheng.jingban", "/credit/accounts/"),
    ("yuecheng.jingban", "/credit/lists/"),
    ("yuecheng.jingban", "/messages"),
    ("jigou", "/messages"),
    ("qiye", "/vouchers/mine"),
    ("jigou", "/registers/mine"),
    ("jigou", "/treasury/settlements"),
    ("yuecheng.jingban", "/parties/substitutes/"),
    ("", "/money"),
)


@pytest.fixture
def clients(played: queries.Summary, settings: Any) -> dict[str, Client]:
    settings.CLOCK_OFFSET = timedelta()
    made = {"": Client()}
    for sign_in in {name for name, _address in LISTS if name}:
        made[sign_in] = Client()
        made[sign_in].force_login(Person.objects.get(sign_in=sign_in))
    return made


def test_lists_ask_as_often_with_ten_thousand_orders_as_with_ten(clients: dict[str, Client]) -> None:
    commands.generate(orders=FEW, seed=1, progress=lambda done, total, text: None)
    before = {key: _statements(clients, *key) for key in LISTS}
    written = commands.generate(orders=MANY, seed=1, progress=lambda done, total, text: None)
    assert written.orders >= MANY
    assert Order.objects.count() > MANY
    assert {key: _statements(clients, *key) for key in LISTS} == before
    broken = {name: found for name, found in queries.invariants().items() if found}
    assert not broken


def test_what_a_case_looks_into_is_no_model(played: queries.Summary) -> None:
    """A clawback, a held payout and their letters would have to be written again with it."""
    before = [voucher_id for voucher_id, _orders in generating._models(1)]
    claim = Claim.objects.filter(order__voucher_id__in=before, state=ClaimState.PAID).earliest("number")
    office = Office.objects.filter(region=claim.region, role=Role.COUNTY_OFFICER).earliest("id")
    officer = actor_for(office.person_id, on=UNTIL)
    supervision.open_on_claim(officer, claim_id=claim.id, title="抽看材料", source=Source.OFFICE, now=clock.now())
    looked_into = claim.order.voucher_id
    assert looked_into in before
    assert looked_into not in [voucher_id for voucher_id, _orders in generating._models(1)]


def _statements(clients: dict[str, Client], sign_in: str, address: str) -> int:
    client = clients[sign_in]
    assert client.get(address).status_code == 200, address  # whatever is kept between requests is kept by now
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)
