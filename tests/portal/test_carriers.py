"""The public pages of carriers: what everybody reads, what one would pay, and whose names are shown."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Carrier, Offer
from kechuang.catalog.rules import NewPrice, Step
from kechuang.catalog.states import OfferKind, PriceGroup, StaffTitle, Unit
from kechuang.kernel.money import Fen
from kechuang.ui import clock
from tests.catalog.test_joining import confirmed
from tests.portal.conftest import Square
from tests.portal.test_pages import signed_in

pytestmark = pytest.mark.django_db


def opened(square: Square) -> Carrier:
    """The carrier of the square's offer, with opening rules and two people, of whom one is public."""
    carrier = Offer.objects.get(id=square.offer_id).carrier
    opening = catalog.NewOpening(
        hours="周一至周五 8:30–17:00",
        open_to="各类企业和创业者",
        notice="提前两个工作日预约",
        about="省级检测平台",
        contact="业务受理室",
        phone="0575-88000000",
        website="https://lab.example.edu.cn",
        route="公交 3 路“大学”站",
    )
    given = {"carrier_id": carrier.id, "valid_from": square.today, "now": square.now}
    catalog.set_opening(square.server, opening=opening, **given)  # type: ignore[arg-type]
    for name, public in (("陈公开", True), ("李保密", False)):
        catalog.add_staff(square.server, name=name, title=StaffTitle.SENIOR, published=public, **given)  # type: ignore[arg-type]
    return carrier


def read(client: Client, square: Square, name: str, *arguments: str, **query: str) -> str:
    with clock.at(square.now):
        answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_everybody_reads_what_a_carrier_is_and_how_to_reach_it(client: Client, square: Square) -> None:
    carrier = opened(square)
    html = read(client, square, "portal:carrier", carrier.id)
    for text in (
        carrier.name,
        "省部级重点实验室和工程中心",
        "材料成分检测",
        "周一至周五 8:30–17:00",
        "提前两个工作日预约",
        "业务受理室",
        "tel:0575-88000000",
        "公交 3 路",
        "¥1,000.00",
        "陈公开",
        "正高级 2",
    ):
        assert text in html, text
    assert "李保密" not in html
    assert 'rel="noopener noreferrer"' in html


def test_who_has_a_voucher_sees_what_they_would_pay(client: Client, square: Square) -> None:
    carrier = opened(square)
    html = read(signed_in(client, square.holder), square, "portal:carrier", carrier.id)
    for text in ("您付", "券付", "¥500.00"):
        assert text in html


def test_inside_prices_are_nobody_elses_to_read(client: Client, square: Square) -> None:
    carrier = opened(square)
    lines = [
        NewPrice("常规样品", Unit.SAMPLE, Fen(12_300), group=PriceGroup.INSIDE),
        NewPrice("常规样品", Unit.SAMPLE, Fen(45_600), group=PriceGroup.OUTSIDE, steps=(Step(1_000, Fen(40_000)),)),
    ]
    catalog.set_prices(square.server, offer_id=square.offer_id, lines=lines, valid_from=square.today, now=square.now)
    for page, which in (("portal:carrier", carrier.id), ("orders:request", square.offer_id)):
        html = read(signed_in(client, square.holder), square, page, which)
        assert "¥456.00" in html
        assert "¥123.00" not in html
    assert "超过 10 样品的部分 ¥400.00" in html
    own = read(signed_in(Client(), square.server), square, "catalog:offer", square.offer_id)
    assert "¥123.00" in own
    assert "¥456.00" in own


def test_a_carrier_that_is_not_there_is_not_found(client: Client, square: Square) -> None:
    assert client.get(reverse("portal:carrier", args=["car_nothing"])).status_code == 404


def test_carriers_are_found_by_name_kind_department_and_party(client: Client, square: Square) -> None:
    carrier = opened(square)
    kind = {"name": "海关实验室", "kind": "customs", "department": "海关"}
    catalog.add_carrier(square.server, party_id=square.server.party_id, now=square.now, **kind)  # type: ignore[arg-type]
    assert carrier.name in read(client, square, "portal:carriers")
    found = read(client, square, "portal:carriers", department="海关")
    assert "海关实验室" in found
    assert carrier.name not in found
    assert carrier.name in read(client, square, "portal:carriers", kind="key_laboratory")
    assert "海关实验室" in read(client, square, "portal:carriers", party=square.server.party_id)
    assert "没有符合条件的载体" in read(client, square, "portal:carriers", text="查无此名")


def test_the_library_leads_to_the_carriers_of_who_is_in_it(client: Client, square: Square) -> None:
    opened(square)
    html = read(client, square, "registers:library", register="shaoxing/provider-library")
    assert f"{reverse('portal:carriers')}?party={square.server.party_id}" in html


def test_a_carriers_page_costs_the_same_for_any_number(client: Client, square: Square) -> None:
    carrier = opened(square)

    def statements(page: str, *arguments: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            read(client, square, page, *arguments)
        return len(seen)

    pages = (("portal:carrier", carrier.id), ("portal:carriers",))
    for page in pages:
        statements(*page)
    before = [statements(*page) for page in pages]
    price = (NewPrice("常规样品", Unit.SAMPLE, Fen(5_000)),)
    news = [catalog.NewOffer(OfferKind.SERVICE, f"服务{n}", "testing", "内容", "流程", prices=price) for n in range(30)]
    catalog.add_offers(square.server, carrier_id=carrier.id, offers=news, now=square.now)
    for n in range(30):
        catalog.add_carrier(
            square.server,
            party_id=square.server.party_id,
            name=f"中心{n}",
            kind="university",  # type: ignore[arg-type]
            now=square.now,
        )
        given = {"carrier_id": carrier.id, "valid_from": square.today, "now": square.now}
        catalog.add_staff(square.server, name=f"工程师{n}", published=True, **given)  # type: ignore[arg-type]
    assert [statements(*page) for page in pages] == before


def test_who_only_joined_the_platform_takes_no_voucher_orders(client: Client, square: Square) -> None:
    """The register of carriers is not the library of providers: joining opens the catalogue, not the voucher."""
    head = square.head(square.party("越城区示例研究所"))
    carrier = catalog.join(head, admission_id=confirmed(square, head), now=square.now)
    price = (NewPrice("常规样品", Unit.SAMPLE, Fen(5_000)),)
    new = catalog.NewOffer(OfferKind.SERVICE, "土壤检测", "testing", "内容", "流程", prices=price)
    catalog.add_offers(head, carrier_id=carrier.id, offers=[new], now=square.now)
    html = read(client, square, "portal:carrier", carrier.id)
    assert "土壤检测" in html
    assert "可用创新券" not in html
    assert "可用创新券" in read(client, square, "portal:carrier", Offer.objects.get(id=square.offer_id).carrier_id)
    listed = read(client, square, "registers:library", register="zhejiang/carriers-2015")
    assert "越城区示例研究所" in listed
    assert "可以承接创新券订单" not in listed
