"""The provider's own pages of the catalogue."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.catalog import commands, queries
from kechuang.catalog.formats.workbook import written
from kechuang.catalog.models import Carrier, Offer
from kechuang.catalog.states import SERVICE_COLUMNS, OfferKind
from kechuang.documents.rules import write_csv
from kechuang.kernel.actor import Actor
from kechuang.parties.models import Person
from kechuang.ui import clock
from tests.catalog.conftest import HOURS, World

pytestmark = pytest.mark.django_db


class Browser:
    """One signed-in person on the world's day."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world, self.client = world, Client()
        self.client.force_login(Person.objects.get(id=actor.person_id))

    def get(self, name: str, /, *arguments: str, **given: str) -> Any:
        with clock.at(self.world.now):
            return self.client.get(reverse(name, args=arguments), given)

    def post(self, name: str, /, *arguments: str, **given: Any) -> Any:
        with clock.at(self.world.now):
            return self.client.post(reverse(name, args=arguments), given)

    def followed(self, name: str, /, *arguments: str, **given: Any) -> Any:
        with clock.at(self.world.now):
            return self.client.post(reverse(name, args=arguments), given, follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def price_rows(*rows: dict[str, str]) -> dict[str, str]:
    given = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0"}
    return given | {f"rows-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def test_from_carrier_to_open_service_by_hand(world: World) -> None:
    head = world.provider()
    browser = Browser(world, head)
    assert "登记创新载体" in text(browser.get("catalog:carriers"))
    assert browser.post("catalog:carriers", name="分析测试中心", kind="university").status_code == 302
    carrier = Carrier.objects.get()
    given = {
        "kind": "service",
        "name": "扫描电镜测试",
        "service_class": "testing",
        "content": "形貌",
        "process": "送样",
    }
    assert browser.post("catalog:new_offer", carrier.id, **given).status_code == 302
    offer = Offer.objects.get()
    assert "上架前还须明确" in text(browser.get("catalog:offer", offer.id))
    base = {"item": "机时", "kind": "base", "unit": "hour", "price": "200.50", "conditions": "JY/T 0581-2020"}
    rush = {"item": "加急", "kind": "rush", "unit": "rate", "rate": "30"}
    blank = {"item": "", "kind": "base", "unit": "hour"}
    rows = price_rows(base, rush, blank)
    assert browser.post("catalog:prices", offer.id, valid_from="2025-03-10", **rows).status_code == 302
    lines = queries.price_lines(offer.id, on=world.today)
    assert [(line.item, line.price_fen, line.rate_bp) for line in lines] == [
        ("机时", 20_050, None),
        ("加急", None, 3_000),
    ]
    assert browser.post("catalog:act", offer.id, "open").status_code == 302
    page = text(browser.get("catalog:offer", offer.id))
    assert "¥200.50" in page
    assert "30%" in page
    assert "扫描电镜测试" in text(browser.get("catalog:mine"))
    assert browser.post("catalog:act", offer.id, "vanish").status_code == 404


def test_what_is_wrong_stands_at_its_row_and_nothing_typed_is_lost(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)
    browser = Browser(world, head)
    rows = price_rows({"item": "机时", "kind": "base", "unit": "hour", "price": "两百"})
    answer = browser.post("catalog:prices", offer.id, valid_from="2025-03-10", **rows)
    assert answer.status_code == 422
    assert "两百" in text(answer)
    rows = price_rows({"item": "机时", "kind": "base", "unit": "hour", "price": "200"})
    answer = browser.post("catalog:prices", offer.id, valid_from="2025-03-09", **rows)
    assert answer.status_code == 422
    assert "收费标准不能从过去的日期起执行" in text(answer)
    assert not queries.price_lines(offer.id, on=world.today)


def test_a_workbook_with_faults_is_answered_with_a_report(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    browser = Browser(world, head)
    row = {"number": "YQ1", "name": "电镜", "class_code": "010102", "source": "捡来的", "original_value_fen": "10"}
    book = SimpleUploadedFile("仪器.xlsx", written([row]))
    assert "捡来的" in text(browser.followed("catalog:import_instruments", carrier.id, file=book))
    book = SimpleUploadedFile("仪器.xlsx", written([row | {"source": "购置"}]))
    assert "新增 1" in text(browser.followed("catalog:import_instruments", carrier.id, file=book))
    listed = write_csv(
        [list(SERVICE_COLUMNS), ["S1", "测试", "研发设计", "内容", "流程", "项目", "基本费用", "次", "9", "", ""]]
    )
    given = {"file": SimpleUploadedFile("服务.csv", listed), "dry_run": "on"}
    assert "尚未导入" in text(browser.post("catalog:import", carrier.id, "services", **given))
    assert Offer.objects.count() == 1
    assert browser.get("catalog:import", carrier.id, "others").status_code == 404


def test_blank_files_are_given(world: World) -> None:
    browser = Browser(world, world.provider())
    assert browser.get("catalog:blank", "instruments").content.startswith(b"PK")
    assert "服务编号" in browser.get("catalog:blank", "services").content.decode("utf-8-sig")


def test_others_find_nothing_to_edit(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    carrier = world.carrier(head)
    draft = world.offer(head, carrier, prices=False)
    browser = Browser(world, other)
    assert browser.get("catalog:new_offer", carrier.id).status_code == 404
    assert browser.get("catalog:offer", draft.id).status_code == 404
    assert browser.post("catalog:act", draft.id, "close").status_code == 404


def test_ones_own_list_costs_the_same_for_any_number(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    world.offer(head, carrier)
    browser = Browser(world, head)
    browser.get("catalog:mine")

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("catalog:mine").status_code == 200
        return len(seen)

    before = statements()
    news = [
        commands.NewOffer(OfferKind.SERVICE, f"服务{n}", "testing", "内容", "流程", prices=(HOURS,)) for n in range(120)
    ]
    commands.add_offers(head, carrier_id=carrier.id, offers=news, now=world.now)
    assert statements() == before
