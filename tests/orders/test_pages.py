"""The pages of vouchers and orders, walked as a person would, on the world's day."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.catalog.queries import price_lines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.orders import commands
from kechuang.orders.models import Order
from kechuang.parties.models import Person
from kechuang.ui import clock
from kechuang.vouchers.models import Voucher
from tests.orders.conftest import PDF, Market, paper

pytestmark = pytest.mark.django_db


class Browser:
    """One signed-in person on the market's day."""

    def __init__(self, market: Market, actor: Actor) -> None:
        self.market, self.client = market, Client()
        self.client.force_login(Person.objects.get(id=actor.person_id))

    def get(self, name: str, /, *arguments: str, **given: str) -> Any:
        with clock.at(self.market.now):
            return self.client.get(reverse(name, args=arguments), given)

    def post(self, name: str, /, *arguments: str, **given: Any) -> Any:
        with clock.at(self.market.now):
            return self.client.post(reverse(name, args=arguments), given)

    def press(self, order: Order, action: str, **given: Any) -> Any:
        order.refresh_from_db()
        answer = self.post("orders:act", order.id, action, seen=order.revision, **given)
        assert answer.status_code == 302, text(answer)
        return answer


def text(answer: Any) -> str:
    return str(answer.content.decode())


def slip(name: str = "回单.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def test_a_firm_applies_sees_every_check_and_gets_its_voucher(market: Market) -> None:
    holder = market.firm("新申领企业")
    browser = Browser(market, holder)
    page = text(browser.get("vouchers:apply"))
    assert "名单已核实的资格" in page
    assert "科技型中小企业" in page
    sent = browser.post("vouchers:apply", scheme="shaoxing/voucher-2021", requested="50,000", purpose="检测", key="k1")
    assert sent.status_code == 302, text(sent)
    voucher = Voucher.objects.get(party_id=holder.party_id)
    page = text(browser.get("vouchers:voucher", voucher.id))
    assert "资格核验" in page
    assert "符合" in page
    assert "提交申领" in page
    assert browser.post("vouchers:submit", voucher.id).status_code == 302
    page = text(browser.get("vouchers:voucher", voucher.id))
    assert "¥50,000.00" in page
    assert "撤回创新券" in page
    assert voucher.number in text(browser.get("vouchers:mine"))
    assert "不得转让" in text(browser.get("vouchers:card", voucher.id))


def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(market: Market) -> None:
    browser = Browser(market, market.firm("新申领企业"))
    answer = browser.post("vouchers:apply", scheme="shaoxing/voucher-2021", requested="0", purpose="保留这句话")
    assert answer.status_code == 422
    assert "申领额度应大于零" in text(answer)
    assert "保留这句话" in text(answer)


def test_the_officer_reviews_and_returns(market: Market) -> None:
    holder = market.firm("待审企业", label="")
    browser = Browser(market, holder)
    browser.post("vouchers:apply", scheme="shaoxing/voucher-2021", requested="1", labels=["tech_sme"])
    voucher = Voucher.objects.get(party_id=holder.party_id)
    browser.post("vouchers:submit", voucher.id)
    officer = Browser(market, market.county)
    assert "待审企业" in text(officer.get("vouchers:list", state="submitted"))
    assert "退回补正" in text(officer.get("vouchers:voucher", voucher.id))
    assert officer.post("vouchers:act", voucher.id, "return", reason="").status_code == 422
    assert officer.post("vouchers:act", voucher.id, "return", reason="补充证明").status_code == 302
    assert "补充证明" in text(browser.get("vouchers:voucher", voucher.id))
    assert "保存并核对条件" in text(browser.get("vouchers:edit", voucher.id))
    edited = browser.post(
        "vouchers:edit", voucher.id, scheme="shaoxing/voucher-2021", requested="2", labels=["high_tech"]
    )
    assert edited.status_code == 302


def test_the_whole_way_by_pages(market: Market) -> None:
    holder, server = Browser(market, market.holder), Browser(market, market.server)
    page = text(holder.get("orders:request", market.offer_id))
    assert "¥500.00" in page  # half of 1,000: what you pay after the voucher
    sent = holder.post(
        "orders:request",
        market.offer_id,
        voucher=market.voucher_id,
        scheme="shaoxing/voucher-2021",
        needs="三个样品",
        channel="platform",
        key="k",
    )
    assert sent.status_code == 302, text(sent)
    order = Order.objects.get()
    base = price_lines(market.offer_id, on=market.today)[0].id
    given = {f"quantity_{base}": "2.5", "seen": order.revision}
    assert "共同声明" in text(server.get("orders:quote", order.id))
    assert server.post("orders:quote", order.id, **given).status_code == 422
    assert "数量须为数字" in text(
        server.post("orders:quote", order.id, **{f"quantity_{base}": "两个", "declares": "on"})
    )
    assert server.post("orders:quote", order.id, declares="on", **given).status_code == 302
    page = text(holder.get("orders:place", order.id))
    for words in ("您付多少", "¥1,250.00", "由谁办理", "越城区", "逾期不申请兑付", "共同声明"):
        assert words in page
    order.refresh_from_db()
    placed = holder.post("orders:place", order.id, voucher=market.voucher_id, declares="on", seen=order.revision)
    assert placed.status_code == 302, text(placed)
    server.press(order, "contract", kind="template")
    assert "科技服务合同" in text(server.get("orders:contract_text", order.id))
    server.press(order, "seal")
    holder.press(order, "seal")
    server.press(order, "start")
    order.refresh_from_db()
    nothing = server.post("orders:act", order.id, "deliver", seen=order.revision)
    assert nothing.status_code == 422
    assert "未上传服务报告" in text(nothing)
    server.press(order, "deliver", reports=[slip("报告.pdf")])
    final = {f"quantity_{base}": "3", "seen": Order.objects.get().revision}
    assert "最终明细" in text(server.get("orders:final", order.id))
    assert server.post("orders:final", order.id, **final).status_code == 302
    assert "待答复的最终明细" in text(holder.get("orders:order", order.id))
    holder.press(order, "agree_final")
    holder.press(order, "accept")
    holder.press(order, "own_share", amount="1500", file=slip())
    server.press(
        order, "invoice", mark="issued", invoice_number="25332000000012345678", amount="3000", issued_on="2025-03-10"
    )
    page = text(holder.get("orders:order", order.id))
    assert "结算：抵扣并完成" in page
    holder.press(order, "settle")
    order.refresh_from_db()
    assert (order.state, order.captured_fen, order.paid_fen) == ("settled", 150_000, 150_000)
    page = text(holder.get("orders:order", order.id))
    assert "25332000000012345678" in page
    assert "为什么" in page


def test_the_amounts_that_are_usually_meant_stand_there_already(market: Market) -> None:
    order = market.accepted()  # 8,000.00 of which the voucher pays half
    assert 'value="4,000.00"' in text(Browser(market, market.holder).get("orders:order", order.id))
    assert 'value="8,000.00"' in text(Browser(market, market.server).get("orders:order", order.id))
    placed = market.placed()
    commands.own_share(market.holder, order_id=placed.id, fen=Fen(150_000), file=paper(), now=market.now)
    assert 'value="500.00"' in text(Browser(market, market.holder).get("orders:order", placed.id)), (
        "half may be paid now"
    )
    commands.cancel(market.holder, order_id=placed.id, reason="不再需要", now=market.now)
    assert 'value="1,500.00"' in text(Browser(market, market.server).get("orders:order", placed.id)), "all goes back"


def test_an_old_tab_is_told_and_nothing_is_done(market: Market) -> None:
    order = market.delivered()
    browser = Browser(market, market.holder)
    answer = browser.post("orders:act", order.id, "accept", seen=order.revision - 1)
    assert answer.status_code == 409
    assert "本页内容已过时" in text(answer)
    assert Order.objects.get(id=order.id).state == "delivered"


def test_the_office_mediates_on_the_page(market: Market) -> None:
    order = market.delivered()
    Browser(market, market.holder).press(order, "dispute", reason="数据有误")
    officer = Browser(market, market.county)
    assert "协调为部分验收" in text(officer.get("orders:order", order.id))
    officer.press(order, "resolve_part", reason="双方同意", amount="3000")
    order.refresh_from_db()
    assert (order.state, order.price_fen) == ("accepted", 300_000)


def test_strangers_find_nothing(market: Market) -> None:
    order = market.placed()
    for actor in (market.firm("别家"), market.officer(Role.COUNTY_OFFICER, "330603")):
        browser = Browser(market, actor)
        assert browser.get("orders:order", order.id).status_code == 404
        assert browser.post("orders:act", order.id, "cancel", reason="x").status_code == 404
        assert browser.get("vouchers:voucher", market.voucher_id).status_code == 404


def _statements(browser: Browser, name: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert browser.get(name).status_code == 200
    return len(seen)


def test_a_list_of_many_orders_needs_no_more_statements_than_one_of_few(market: Market) -> None:
    browser = Browser(market, market.holder)
    market.requested()
    browser.get("orders:orders")
    few = _statements(browser, "orders:orders")
    for _n in range(12):
        market.requested()
    assert _statements(browser, "orders:orders") == few


def test_an_empty_list_says_why_and_what_comes_next(market: Market) -> None:
    def empty(actor: Actor, **asked: str) -> str:
        page = text(Browser(market, actor).get("orders:orders", **asked))
        return page.split('class="k-empty"')[1].split("</div>")[0]

    assert "还没有订单" in (said := empty(market.holder))
    assert 'href="/search">找服务' in said
    assert "没有您可以查看的订单" in (said := empty(market.county))
    assert "href" not in said
    market.requested()
    for actor in (market.holder, market.county):
        assert "没有符合条件的订单" in (said := empty(actor, state="disputed"))
        assert f'href="{reverse("orders:orders")}">查看全部订单' in said


def test_the_api_plays_the_main_acts(market: Market) -> None:
    holder, server = Browser(market, market.holder).client, Browser(market, market.server).client
    base = price_lines(market.offer_id, on=market.today)[0].id
    kind = "application/json"
    with clock.at(market.now):
        body = {
            "offer_id": market.offer_id,
            "scheme": "shaoxing/voucher-2021",
            "voucher_id": market.voucher_id,
            "key": "a",
        }
        made = holder.post("/api/orders/", body, kind)
        assert made.status_code == 201, made.content
        order = made.json()
        lines = {"lines": [{"price_id": base, "quantity": 100}], "declares": True, "seen": order["revision"]}
        quoted = server.post(f"/api/orders/{order['id']}/quote", lines, kind).json()
        assert quoted["price_fen"] == 100_000
        placed = holder.post(f"/api/orders/{order['id']}/place", {"declares": True}, kind).json()
        assert (placed["state"], placed["voucher_fen"]) == ("placed", 50_000)
        assert "cancel" in placed["actions"]
        again = holder.post(f"/api/orders/{order['id']}/settle", {}, kind)
        assert (again.status_code, again.json()["code"]) == (409, "machine.move_not_open")
        assert holder.get("/api/orders/").json()[0]["id"] == order["id"]
        asked = {"scheme": "shaoxing/voucher-2021", "price_fen": 100_000, "service": "testing"}
        assert holder.get("/api/vouchers/price-after", asked).json()["you_pay_fen"] == 50_000
        assert holder.get("/api/vouchers/").json()[0]["id"] == market.voucher_id
    assert commands.decline is not None
