"""The provider's own pages of a carrier, by hand: opening rules, people, income split, prices by group and steps."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.catalog import commands, queries
from kechuang.catalog.models import Sharing
from kechuang.catalog.rules import Step
from kechuang.catalog.states import PriceGroup, ShareTo, StaffTitle, StepMode
from kechuang.kernel.actor import Role
from tests.catalog.conftest import KEQIAO, World
from tests.catalog.test_pages import Browser, price_rows, text
from tests.orders.conftest import PDF

pytestmark = pytest.mark.django_db
OPENING = {"hours": "全天", "open_to": "企业", "notice": "提前预约", "valid_from": "2025-03-10"}


def test_a_carrier_is_completed_by_hand(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    sem = world.offer(head, carrier)
    browser = Browser(world, head)
    assert "尚未公布开放制度" in text(browser.get("catalog:carrier", carrier.id))
    place = {"latitude": "30.0123456", "longitude": "120.58"}
    wrong = browser.post("catalog:opening", carrier.id, **(OPENING | {"hours": ""} | place))
    assert wrong.status_code == 422
    paper = SimpleUploadedFile("开放制度.pdf", PDF)
    assert browser.post("catalog:opening", carrier.id, attached=paper, **OPENING, **place).status_code == 302
    known = queries.opening(carrier.id, on=world.today)
    assert known is not None
    assert (known.latitude_e6, known.longitude_e6, len(known.files)) == (30_012_345, 120_580_000, 1)
    again = text(browser.get("catalog:opening", carrier.id))
    assert "30.012345" in again
    given = {"person": head.person_id, "title": "senior", "valid_from": "2025-03-10", "operates": [sem.id]}
    assert browser.post("catalog:new_staff", carrier.id, **given).status_code == 302
    (one,) = queries.staff(carrier.id, on=world.today)
    assert (one.person_id, one.operates, one.published) == (head.person_id, (sem.id,), False)
    changed = {"title": "associate", "post": "机组负责人", "published": "on"}
    assert browser.post("catalog:edit_staff", one.id, **changed).status_code == 302
    (one,) = queries.staff(carrier.id, on=world.today)
    assert (one.title, one.post, one.operates, one.published) == (StaffTitle.ASSOCIATE, "机组负责人", (), True)
    page = text(browser.get("catalog:carrier", carrier.id))
    for part in ("全天", "王五", "机组负责人", "开放制度.pdf", "尚未备案收入分配办法"):
        assert part in page


def test_a_split_is_filed_by_hand_beginning_with_the_example(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    chen = commands.add_staff(head, carrier_id=carrier.id, name="陈工", valid_from=world.today, now=world.now)
    browser = Browser(world, head)
    page = text(browser.get("catalog:sharing", carrier.id))
    assert 'value="40.00"' in page
    assert "示例参数" in page
    said = {"title": "共享办法", "document_number": "校设〔2025〕7号", "valid_from": "2025-03-10"}
    rows = [{"to": "unit", "percent": "30"}, {"to": "person", "person": chen.id, "percent": "69.99"}]
    refused = browser.post("catalog:sharing", carrier.id, **said, **price_rows(*rows))
    assert refused.status_code == 422
    assert "现为 99.99%" in text(refused)
    rows[1]["percent"] = "70"
    blank = {"to": "unit", "percent": ""}
    assert browser.post("catalog:sharing", carrier.id, **said, **price_rows(*rows, blank)).status_code == 302
    row = Sharing.objects.get()
    assert [(one["to"], one["bp"], one["staff_id"]) for one in row.shares] == [
        (ShareTo.UNIT, 3_000, ""),
        (ShareTo.PERSON, 7_000, chen.id),
    ]
    assert "校设〔2025〕7号" in text(browser.get("catalog:carrier", carrier.id))


def test_prices_by_group_and_steps_are_typed_and_come_back(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)
    browser = Browser(world, head)
    base = {"item": "机时", "kind": "base", "unit": "hour"}
    inside = base | {"price": "50", "group": "inside"}
    outside = base | {"price": "90", "group": "outside", "steps": "2:80; 5:70", "step_mode": "whole", "minimum": "120"}
    rows = price_rows(inside, outside)
    assert browser.post("catalog:prices", offer.id, valid_from="2025-03-10", **rows).status_code == 302
    one, two = queries.price_lines(offer.id, on=world.today, group=PriceGroup.ALL)
    assert (one.group, two.group) == (PriceGroup.INSIDE, PriceGroup.OUTSIDE)
    assert two.steps == (Step(200, 8_000), Step(500, 7_000))  # type: ignore[arg-type]
    assert (two.step_mode, two.minimum_fen) == (StepMode.WHOLE, 12_000)
    page = text(browser.get("catalog:prices", offer.id))
    assert "2:80; 5:70" in page
    shown = text(browser.get("catalog:offer", offer.id))
    for part in ("内部用户", "外部用户", "满 5 小时起全部按 ¥70.00", "最低收费 ¥120.00"):
        assert part in shown
    wrong = price_rows(base | {"price": "90", "steps": "5:70; 2:80"})
    answer = browser.post("catalog:prices", offer.id, valid_from="2025-03-10", **wrong)
    assert answer.status_code == 422
    assert "阶梯价应写成" in text(answer)


def test_anothers_carrier_is_not_found(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    carrier = world.carrier(head)
    staff = commands.add_staff(head, carrier_id=carrier.id, name="陈工", valid_from=world.today, now=world.now)
    browser = Browser(world, other)
    for name in ("carrier", "edit_carrier", "opening", "new_staff", "sharing"):
        assert browser.get(f"catalog:{name}", carrier.id).status_code == 404, name
        assert browser.post(f"catalog:{name}", carrier.id).status_code == 404, name
    assert browser.get("catalog:edit_staff", staff.id).status_code == 404


def test_the_offices_of_its_place_read_a_carriers_papers_and_change_nothing(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head, department="海关", kind="customs")
    commands.add_staff(head, carrier_id=carrier.id, name="陈工", valid_from=world.today, now=world.now)
    desk = world.officer(Role.DEPARTMENT_DESK, department="海关")
    for reader in (world.officer(Role.COUNTY_OFFICER), desk):
        page = text(Browser(world, reader).get("catalog:carrier", carrier.id))
        assert "陈工" in page
        assert reverse("catalog:new_staff", args=[carrier.id]) not in page
        assert Browser(world, reader).get("catalog:sharing", carrier.id).status_code == 404
    for stranger in (
        world.officer(Role.COUNTY_OFFICER, KEQIAO),
        world.officer(Role.DEPARTMENT_DESK, department="教育"),
        world.officer(Role.COUNTY_FINANCE),
    ):
        assert Browser(world, stranger).get("catalog:carrier", carrier.id).status_code == 404


def test_a_carriers_own_page_costs_the_same_for_any_number(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    sem = world.offer(head, carrier)
    browser = Browser(world, head)

    def staffed(name: str) -> None:
        given = {"carrier_id": carrier.id, "valid_from": world.today, "operates": [sem.id], "now": world.now}
        commands.add_staff(head, name=name, **given)  # type: ignore[arg-type]

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("catalog:carrier", carrier.id).status_code == 200
        return len(seen)

    staffed("陈工")
    statements()
    before = statements()
    for n in range(20):
        staffed(f"工程师{n}")
    assert statements() == before
