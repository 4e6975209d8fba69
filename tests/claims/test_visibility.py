"""Who finds a claim, and how many statements a list costs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse

from kechuang.claims import commands, queries
from kechuang.claims.access import roles_on, visible_to
from kechuang.claims.models import Claim
from kechuang.kernel.actor import PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.orders.models import Order
from kechuang.parties import commands as parties
from kechuang.treasury.models import PaymentBatch, PaymentLine
from kechuang.ui import clock
from tests.claims.conftest import Payouts

pytestmark = pytest.mark.django_db


def addresses(claim: Claim, batch: PaymentBatch, line: PaymentLine) -> list[str]:
    """Every address of the room that names a record."""
    known = {
        "claim_id": claim.id,
        "order_id": claim.order_id,
        "batch_id": batch.id,
        "notice_id": claim.notice_id,
        "line_id": line.id,
        "opening_id": "opn_unknown",
        "file_id": "fil_unknown",
        "kind": "csv",
    }
    found = []
    for pattern in next(
        one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "claims"
    ).url_patterns:
        names = list(pattern.pattern.converters)
        if names and "media" not in names:  # an empty table shows nothing of anybody
            found.append(reverse(f"claims:{pattern.name}", kwargs={name: known[name] for name in names}))
    return found


def answered(actor: Actor, address: str, method: str) -> int:
    """The page behind an address as this actor gets it, past sign-in and middleware."""
    request = getattr(RequestFactory(), method)(address, {"reason": "理由说明", "title": "标题", "region": "330602"})
    request.actor = actor
    request.session = {}
    request.user = type("Someone", (), {"is_authenticated": True})()
    request._messages = type("Heard", (), {"add": lambda *given: None, "__iter__": lambda self: iter(())})()
    found = resolve(address)
    try:
        return found.func(request, *found.args, **found.kwargs).status_code
    except NotVisible:
        return 404


@pytest.fixture
def strangers(payouts: Payouts) -> dict[str, Actor]:
    unit = parties.add_unit(payouts.server, party_id=payouts.server.party_id, name="别的实验室", now=payouts.now)
    return {
        "officer of another county": payouts.officer(region="330603"),
        "approver of another county": payouts.officer(Role.COUNTY_APPROVER, region="330603"),
        "finance of another county": payouts.officer(Role.COUNTY_FINANCE, region="330603"),
        "another provider": payouts.provider("别的检测机构"),
        "another holder": payouts.firm("别的企业"),
        "another unit": replace(payouts.server, unit_ids=frozenset({unit.id})),
        "a citizen": Actor(person_id=payouts.person("钱七")),
        "nobody": PUBLIC,
    }


def test_to_strangers_no_address_shows_or_does_anything(payouts: Payouts, strangers: dict[str, Actor]) -> None:
    claim = payouts.payable()
    batch = payouts.sent(claim)
    line = PaymentLine.objects.get()
    asked = addresses(claim, batch, line)
    assert len(asked) > 25
    with clock.at(payouts.now):
        for (who, actor), address in ((pair, address) for pair in strangers.items() for address in asked):
            for method in ("get", "post"):
                assert answered(actor, address, method) in {404, 405, 422}, (who, method, address)
    claim.refresh_from_db()
    assert claim.state == "in_payment"


def test_strangers_see_no_row(payouts: Payouts, strangers: dict[str, Actor]) -> None:
    payouts.submitted()
    for who, actor in strangers.items():
        assert not visible_to(actor).exists(), who
        assert not queries.waiting_for(actor, on=payouts.today), who


def test_each_side_sees_its_own_in_its_role(payouts: Payouts) -> None:
    claim = payouts.submitted()
    for actor, role in (
        (payouts.server, Role.PROVIDER),
        (payouts.holder, Role.HOLDER),
        (payouts.county, Role.COUNTY_OFFICER),
        (payouts.officer(Role.AUDITOR, "330600"), Role.AUDITOR),
        (payouts.officer(Role.CITY_SCIENCE, "330600"), Role.CITY_SCIENCE),
    ):
        assert visible_to(actor).get() == claim
        assert role in roles_on(actor, claim)


def test_what_waits_names_the_verb_for_each(payouts: Payouts) -> None:
    payouts.submitted()
    order = payouts.settled()
    (for_county,) = queries.waiting_for(payouts.county, on=payouts.today)
    (for_provider,) = queries.waiting_for(payouts.server, on=payouts.today)
    assert for_county.title.startswith("确认服务事项")
    assert for_provider.title.startswith("填报兑付申请")
    assert for_provider.number == order.number
    assert queries.waiting_for(payouts.approver, on=payouts.today) == []


def statements(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def test_lists_cost_the_same_for_few_and_for_many(payouts: Payouts) -> None:
    first = payouts.submitted()

    def pages() -> list[int]:
        found = []
        with clock.at(payouts.now):
            for actor, address in (
                (payouts.county, "claims:claims"),
                (payouts.server, "claims:claims"),
                (payouts.county, "claims:payouts"),
            ):
                found.append(statements(lambda a=actor, u=address: answered(a, reverse(u), "get")))
        return [*found, statements(lambda: queries.waiting_for(payouts.county, on=payouts.today))]

    pages()  # what is kept in memory from now on
    before = pages()
    order = Order.objects.get(id=first.order_id)
    for number in range(40):
        order.pk, order.number = f"ord_{number}", f"DD-{number}"
        order.save(force_insert=True)
        Claim.objects.create(
            number=f"SD-{number}",
            order_id=order.pk,
            scheme=first.scheme,
            region=first.region,
            year=first.year,
            provider_party=first.provider_party,
            holder_party=first.holder_party,
            state="submitted",
            claimed_fen=1,
            terms=first.terms,
            submitted_by="psn_x",
            submitted_on=first.submitted_on,
        )
    assert pages() == before


def test_the_next_case_after_a_decision_is_the_next_in_the_queue(payouts: Payouts) -> None:
    claims = [payouts.submitted() for _ in range(2)]
    assert queries.next_waiting(payouts.county, after=claims[0].id) == claims[1].id
    commands.refuse(payouts.county, claim_id=claims[1].id, reason="材料不实", now=payouts.now)
    assert queries.next_waiting(payouts.county, after=claims[0].id) == ""


def test_unsigned_visitors_are_sent_to_sign_in(payouts: Payouts, client: Client) -> None:
    claim = payouts.submitted()
    with clock.at(payouts.now):
        answer = client.get(reverse("claims:claim", args=[claim.id]))
    assert answer.status_code == 302
    assert "sign" in answer.headers["Location"] or "login" in answer.headers["Location"]
