"""公众: sees the notice without signing in, objects as a citizen, is answered, and stays unknown to the provider."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from kechuang.notices.models import Objection
from kechuang.parties.models import Person
from tests.browser.desk import Desk
from tests.browser.played import Played

pytestmark = pytest.mark.xdist_group("pilot")  # one worker plays the pilot, once


def test_a_citizen_objects_and_the_provider_does_not_learn_who(
    world: Played, desk: Desk, another: Callable[[], Desk]
) -> None:
    claim = world.in_notice()
    citizen = Person.objects.get(sign_in="gongmin")
    _objects(desk)
    objection = Objection.objects.get()
    assert objection.by_person == citizen.id
    office = another().sign_in("yuecheng.shenhe")
    _handles(office)
    desk.page.reload()
    desk.reads("经核查，服务真实发生", "异议不成立")
    desk.look("objection-answered")
    provider = another().sign_in("jigou")
    for address in (f"/claims/{claim.id}", f"/notices/{claim.notice_id}"):
        provider.go(address)
        expect(provider.page.locator("body")).not_to_contain_text(citizen.name)
    answer = provider.page.goto(f"{provider.url}/notices/objections/{objection.id}")
    assert answer is not None
    assert answer.status == 404
    provider.look("not-found")


def _objects(desk: Desk) -> None:
    page = desk.page
    desk.go("/")
    desk.look("home")
    page.locator("main").get_by_role("link", name="越城区创新券兑付公示").first.click()
    desk.reads("绍兴文理学院", "公示期")
    desk.look("notice")
    desk.follow("提出异议")
    desk.fill("登录名", "gongmin")
    desk.look("sign-in")
    page.locator("input[name=password]").fill("Kechuang-2025")
    desk.press("登录", within=page.locator("main"))
    desk.reads("提出异议", "绍兴文理学院")
    desk.look("objecting")
    desk.fill("异议理由和依据", "该项服务价格明显偏高，请核实是否真实发生")
    desk.press("提交异议")
    desk.reads("该项服务价格明显偏高")
    desk.look("objection")


def _handles(office: Desk) -> None:
    page = office.page
    office.look("approver-workbench")
    page.locator("main").get_by_role("link", name="异议").first.click()
    office.reads("该项服务价格明显偏高")
    office.look("approver-objection")
    page.get_by_label("异议不成立").check()
    office.fill("答复", "经核查，服务真实发生，材料齐全。")
    office.press("送达处理意见")
    office.reads("处理意见已送达异议人")
