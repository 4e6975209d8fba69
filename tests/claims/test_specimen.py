"""示例发票: a demonstration offers an invoice that fits; nowhere else is there one."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from kechuang.claims import commands
from kechuang.documents.states import Kind
from tests.claims.conftest import Payouts

pytestmark = pytest.mark.django_db


def test_the_specimen_of_a_demonstration_is_read_and_agrees(payouts: Payouts, client: Client, settings: Any) -> None:
    claim = payouts.made()
    client.force_login(get_user_model().objects.get(id=payouts.server.person_id))
    address = f"/claims/{claim.id}/specimen.xml"
    assert client.get(address).status_code == 404
    settings.DEMO = True
    assert address in client.get(f"/claims/{claim.id}").content.decode()
    answer = client.get(address)
    assert answer.status_code == 200
    commands.attach(
        payouts.server, claim_id=claim.id, name="发票.xml", content=answer.content, kind=Kind.INVOICE, now=payouts.now
    )
    assert client.get(address).content != answer.content


def test_it_is_for_the_provider_alone(payouts: Payouts, client: Client, settings: Any) -> None:
    settings.DEMO = True
    claim = payouts.submitted()
    client.force_login(get_user_model().objects.get(id=payouts.county.person_id))
    assert client.get(f"/claims/{claim.id}/specimen.xml").status_code == 404
