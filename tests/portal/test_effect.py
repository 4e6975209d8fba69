"""年度服务成效: the yearly report adds up, says what it does not hold, and is for those who may see it."""

import json
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Instrument, Offer
from kechuang.catalog.states import OfferKind
from kechuang.kernel.actor import PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.orders import commands as orders
from kechuang.orders.models import Order
from kechuang.orders.states import InvoiceMark
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR
from kechuang.portal.formats.effect import FILL_IN, as_json, sheets
from kechuang.portal.queries.effect import year_effect
from kechuang.ui import clock
from kechuang.usage import commands as usage
from kechuang.usage.rules import Draft
from kechuang.usage.states import Audience
from tests.orders.conftest import Market, book, market

__all__ = ["book", "market"]
pytestmark = pytest.mark.django_db


def house(market: Market) -> str:
    return str(Offer.objects.get(id=market.offer_id).carrier_id)


def invoiced(market: Market, number: str = "25332000000012345678") -> Order:
    order = market.settled()
    _mark(market, order, InvoiceMark.ISSUED, number)
    return order


def _mark(market: Market, order: Order, mark: InvoiceMark, number: str) -> None:
    given = {"invoice_number": number, "gross_fen": Fen(order.price_fen), "issued_on": market.today}
    orders.invoice(market.server, order_id=order.id, mark=mark, now=market.now, **given)  # type: ignore[arg-type]


def typed(market: Market, *, audience: Audience, fen: int, client: str) -> None:
    begins = clock.instant(market.today, clock.MIDNIGHT)
    draft = Draft(
        carrier_id=house(market), title="镀层测厚", from_at=begins, until_at=market.now, amount_fen=fen, reports=1,
        client_name=client, audience=audience,
    )  # fmt: skip
    usage.enter(market.server, draft=draft, now=market.now)


def instrument(market: Market, fen: int, number: str) -> None:
    new = catalog.NewOffer(
        OfferKind.INSTRUMENT, f"电镜{number}", "instrument", content="观察", process="上机", inner_number=number,
        class_code="010102",
    )  # fmt: skip
    (offer,) = catalog.add_offers(market.server, carrier_id=house(market), offers=[new], now=market.now)
    Instrument.objects.update_or_create(
        offer=offer, defaults={"booked_on": date(2020, 1, 1), "original_value_fen": fen, "model": "S-4800"}
    )


def test_income_invoices_and_assets_are_those_of_the_books(market: Market) -> None:
    order = invoiced(market)
    typed(market, audience=Audience.OUTSIDE, fen=30_000, client="外单位")
    typed(market, audience=Audience.INSIDE, fen=10_000, client="")
    instrument(market, 50_000_000, "A")
    instrument(market, 49_999_999, "B")
    found = year_effect(market.server, house(market), year=market.today.year, on=market.today)
    assert found.invoices_count == 1
    assert found.outside.amount_fen == order.price_fen + 30_000
    assert found.income_fen == order.price_fen + 40_000
    assert found.paid_fen == found.outside.amount_fen, "by invoice or by record, nothing twice"
    assert [row.by_invoice for row in found.paid].count(True) == 1
    assert found.voucher_fen == found.ledger_voucher_fen == order.captured_fen > 0
    assert [asset.number for asset in found.assets] == ["A"], "the threshold counts in, one fen less does not"
    assert found.instruments_count == 2
    assert (found.inside.services, found.outside.services) == (1, 2)


def test_an_invoice_taken_back_in_red_counts_no_more(market: Market) -> None:
    order = invoiced(market)
    number = "25332000000012345678"
    _mark(market, order, InvoiceMark.RED, number)
    found = year_effect(market.server, house(market), year=market.today.year, on=market.today)
    assert found.invoices_count == 0
    assert [row.by_invoice for row in found.paid] == [False], "the service stays, by its record"


def test_workbook_and_json_say_the_same_and_what_is_to_be_filled_in(market: Market) -> None:
    invoiced(market)
    instrument(market, 60_000_000, "A")
    found = year_effect(market.server, house(market), year=market.today.year, on=market.today)
    said = {"platform_url": "https://share.example.edu.cn", "platform_year": ""}
    rows = dict(sheets(found, **said))
    items = {row[0]: row[1] for row in rows["年度服务成效"]}
    assert items["平台建设年份"] == FILL_IN
    assert items["在线服务平台网址"] == said["platform_url"]
    told = as_json(found, **said)
    assert told["income_fen"] == found.income_fen
    assert told["platform"] == {"url": said["platform_url"], "built_year": None}
    assert len(rows["50万元以上资产明细表"]) == 2
    assert len(rows["对外服务收入汇总表"]) == len(found.paid) + 2


def test_another_year_has_nothing_of_this_one(market: Market) -> None:
    invoiced(market)
    found = year_effect(market.server, house(market), year=market.today.year - 1, on=market.today)
    assert (found.income_fen, found.invoices_count, found.paid_fen) == (0, 0, 0)


def test_it_is_for_the_carriers_own_people_and_the_offices_over_its_place(market: Market) -> None:
    given = {"year": market.today.year, "on": market.today}
    for role in (Role.COUNTY_OFFICER, Role.AUDITOR):
        assert year_effect(market.officer(role), house(market), **given).year == market.today.year  # type: ignore[arg-type]
    for actor in (PUBLIC, market.holder, market.provider("另一机构")):
        with pytest.raises(NotVisible):
            year_effect(actor, house(market), **given)  # type: ignore[arg-type]


def entered(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def test_the_page_and_its_files(market: Market) -> None:
    invoiced(market)
    with clock.at(market.now):
        client, where = entered(market.server), f"/carriers/{house(market)}/effect"
        page = client.get(where, {"year": market.today.year, "platform_year": "2015"}).content.decode()
        assert "对外服务收入汇总表" in page
        told = json.loads(client.get(f"{where}.json", {"platform_year": "2015"}).content)
        assert told["platform"]["built_year"] == "2015"
        book = openpyxl.load_workbook(BytesIO(client.get(f"{where}.xlsx").content))
        assert book.sheetnames[:2] == ["年度服务成效", "对外服务收入汇总表"]
        assert len(book.sheetnames) == 4
        assert entered(market.holder).get(where).status_code == 404
