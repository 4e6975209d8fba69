"""The same acts over the API: one claim from its making to the officer's decision."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from kechuang.kernel.actor import Actor
from kechuang.parties.middleware import ACTING_FOR
from kechuang.ui import clock
from tests.claims.conftest import Payouts, fresh

pytestmark = pytest.mark.django_db
Caller = Callable[..., Any]


@pytest.fixture
def ask(payouts: Payouts, settings: Settings) -> Caller:
    settings.CLOCK_OFFSET = payouts.now - clock.database_time()

    def asked(actor: Actor, method: str, path: str, body: Any = None, **files: Any) -> Any:
        client = Client()
        client.force_login(get_user_model().objects.get(pk=actor.person_id))
        session = client.session
        session[ACTING_FOR] = actor.party_id
        session.save()
        address = f"/api/claims/{path}"
        if files:
            return client.post(address, files)
        return getattr(client, method)(address, body, content_type="application/json")

    return asked


def test_from_making_to_confirmation(payouts: Payouts, ask: Caller) -> None:
    order = payouts.settled()
    made = ask(payouts.server, "post", "", {"order_id": order.id})
    assert (made.status_code, made.json()["missing"]) == (201, ["发票"])
    claim_id = made.json()["id"]
    paper = payouts.invoice(order)
    brought = ask(
        payouts.server, "post", f"{claim_id}/files", file=SimpleUploadedFile("发票.xml", paper.content), kind="invoice"
    )
    assert (brought.status_code, brought.json()["missing"]) == (200, [])
    handed_in = ask(payouts.server, "post", f"{claim_id}/submit", {}).json()
    assert (handed_in["state"], handed_in["clean"], handed_in["invoices"][0]["number"]) == (
        "submitted",
        True,
        paper.number,
    )
    (listed,) = ask(payouts.county, "get", "").json()
    assert listed["id"] == claim_id
    assert "confirm" in ask(payouts.county, "get", claim_id).json()["actions"]
    confirmed = ask(payouts.county, "post", f"{claim_id}/confirm", {"seen_on_state": "submitted"})
    assert confirmed.json()["state"] == "in_notice"


def test_a_no_is_said_in_one_form(payouts: Payouts, ask: Caller) -> None:
    doubtful, stranger = payouts.doubtful(), payouts.officer(region="330603")
    refused = ask(payouts.county, "post", f"{doubtful.id}/confirm", {})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        "claims.note_missing",
        "note",
    )
    assert ask(stranger, "get", doubtful.id).status_code == 404
    assert ask(stranger, "post", f"{doubtful.id}/refuse", {"reason": "理由"}).status_code == 404
    returned = ask(payouts.county, "post", f"{doubtful.id}/return", {"reason": "发票金额不符"})
    assert returned.json()["state"] == "returned"
    withdrawn = ask(payouts.server, "post", f"{doubtful.id}/withdraw", {"reason": "重新开票"})
    assert withdrawn.json()["state"] == "withdrawn"
    other = payouts.submitted()
    assert ask(payouts.county, "post", f"{other.id}/refuse", {"reason": "材料不实"}).json()["state"] == "refused"
    assert fresh(other).reason == "材料不实"
