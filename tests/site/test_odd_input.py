"""Input that nobody types by accident: over the API and the forms nothing breaks down and nothing is written."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kechuang.catalog.models import Offer
from kechuang.kernel.actor import Actor
from kechuang.orders.models import Order
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.ui import clock
from kechuang.vouchers.models import Voucher
from tests.orders.conftest import Market, book, market
from tests.vouchers.conftest import SCHEME, YUECHENG

__all__ = ["book", "market"]

pytestmark = pytest.mark.django_db
BEYOND = [10**19, -(10**19), 2**63, -1, 0]
WORDS = ["长" * 20_000, "空\x00字", "半\ud800对", "=cmd|' /C calc'!A0", "<script>alert(1)</script>"]


def signed_in(actor: Actor) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def sent(client: Client, path: str, body: dict[str, Any]) -> int:
    return client.post(path, json.dumps(body), content_type="application/json").status_code


@pytest.mark.parametrize("fen", BEYOND)
def test_amounts_beyond_sense_over_the_api(market: Market, fen: int) -> None:
    before = (Voucher.objects.count(), Order.objects.count())
    order = market.requested()
    price = market.line().price_id
    with clock.at(market.now):
        firm, server = signed_in(market.holder), signed_in(market.server)
        asked = {"scheme": SCHEME, "region": YUECHENG, "requested_fen": fen}
        line = {"price_id": price, "quantity": fen}
        cheap = {"price_id": price, "unit_price_fen": fen}
        answers = [
            sent(firm, "/api/vouchers/", asked),
            sent(server, f"/api/orders/{order.id}/quote", {"lines": [line], "declares": True}),
            sent(server, f"/api/orders/{order.id}/quote", {"lines": [cheap], "declares": True}),
        ]
        priced = firm.get("/api/vouchers/price-after", {"scheme": SCHEME, "price_fen": fen, "service": "testing"})
        if fen:
            given = {"offer_id": market.offer_id, "scheme": SCHEME, "other_public_fen": fen}
            answers.append(sent(firm, "/api/orders/", given))
    assert all(400 <= answer < 500 for answer in answers), answers
    assert priced.status_code == (422 if fen < 0 else 200)
    assert (Voucher.objects.count(), Order.objects.count()) == (before[0], before[1] + 1)


@pytest.mark.parametrize("words", WORDS)
def test_words_beyond_sense_break_nothing(market: Market, words: str) -> None:
    order = market.placed()
    with clock.at(market.now):
        client = signed_in(market.holder)
        answers = [
            sent(client, f"/api/orders/{order.id}/cancel", {"reason": words}),
            sent(client, "/api/vouchers/", {"scheme": words, "region": YUECHENG, "requested_fen": 1}),
            sent(client, "/api/vouchers/", {"scheme": SCHEME, "region": YUECHENG, "requested_fen": 1, "key": words}),
            client.get(f"/api/orders/{order.id}", {"x": words.encode("utf-8", "replace")}).status_code,
        ]
        typed = words.encode("utf-8", "replace").decode()
        for path in (f"/orders/{order.id}/cancel", "/search", "/orders/", f"/orders/{order.id}/own_share"):
            answers.append(client.post(path, {"reason": typed, "reference": typed, "amount": typed}).status_code)
            answers.append(client.get(path, {"q": typed, "text": typed, "state": typed, "page": typed}).status_code)
    assert all(answer < 500 for answer in answers), answers


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", b"0" * 120_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("清单.xlsx", b"PK\x03\x04 broken"),
        ("清单.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
        ("清单.csv", b"\xff\xfe\x00\x00\x01"),
        ("清单.xlsx", bomb()),
        ("清单.xlsx", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
        ("清单.csv", b""),
    ],
    ids=["not a zip", "an empty xls", "no text", "bomb", "entities", "nothing"],
)
def test_import_pages_refuse_what_is_no_table(market: Market, name: str, content: bytes) -> None:
    carrier = Offer.objects.get(id=market.offer_id).carrier_id
    with clock.at(market.now):
        provider, officer = signed_in(market.server), signed_in(market.county)
        paths = [
            (provider, f"/catalog/carriers/{carrier}/import/instruments"),
            (provider, f"/catalog/carriers/{carrier}/import/services"),
            (officer, "/credit/lists/"),
            (officer, "/credit/import/"),
        ]
        for client, path in paths:
            given = {field: SimpleUploadedFile(name, content) for field in ("file", "table")}
            listed = {
                "list_code": "tech_sme",
                "issuer": "甲",
                "source": "乙",
                "as_of": "2025-03-01",
                "region": YUECHENG,
            }
            answer = client.post(path, {**given, **listed})
            assert answer.status_code == 422, (path, answer.status_code)


def test_a_day_at_the_end_of_time_is_a_slip(market: Market) -> None:
    with clock.at(market.now):
        provider = signed_in(market.server)
        far = {"since": "0001-01-01", "until": "9999-12-31"}
        assert provider.get("/treasury/settlements", far).status_code == 200
        tried = Client(raise_request_exception=False).get(
            "/gazette/shaoxing/voucher-2021/cases/1", {"rules_on": "9999-12-31"}
        )
        assert tried.status_code < 500
