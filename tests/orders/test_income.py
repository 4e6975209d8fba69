"""Stepped orders, income over unit, laboratory, project and person, and horizontal research funds."""

import csv
from dataclasses import asdict
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kechuang.catalog import commands as catalog
from kechuang.catalog.models import Offer
from kechuang.catalog.queries import price_lines
from kechuang.catalog.rules import NewPrice, Share, Step
from kechuang.catalog.states import PriceGroup, ShareTo, StaffTitle, StepMode, Unit
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.ledger.models import Account
from kechuang.orders import commands, queries, rules
from kechuang.orders.models import Horizontal, Order
from kechuang.orders.rules import Asked, FrozenPrice
from kechuang.parties.middleware import ACTING_FOR
from kechuang.parties.models import Party, Person
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock
from tests.orders.conftest import Market, paper

pytestmark = pytest.mark.django_db
STEPS = (Step(500, Fen(80_000)),)
SPLIT = (Share(ShareTo.UNIT, 2_000), Share(ShareTo.LABORATORY, 4_000), Share(ShareTo.PERSON, 4_000))
INSTITUTE = "12330600471000000X"  # 12: a public institution


def stepped(**more: object) -> FrozenPrice:
    given: dict[str, Any] = {"id": "p1", "kind": "base", "item": "机时", "unit": "hour", "price_fen": 5_000} | more
    return FrozenPrice(**given)


HOURLY = (Step(200, Fen(4_500)), Step(500, Fen(4_000)), Step(700, Fen(3_900)))

# ---------------------------------------------------------------- prices


def test_an_order_is_priced_by_the_lists_steps_and_explains_them() -> None:
    (line,) = rules.priced([Asked("p1", 1_000)], [stepped(steps=HOURLY)])
    assert line.amount_fen == 43_200
    assert [part.fen for part in line.parts] == [10_000, 13_500, 8_000, 11_700]
    (again,) = rules.priced(rules.asked_again([line.record()]), [stepped(steps=HOURLY)])
    assert again == line


def test_a_lower_price_is_for_every_unit_and_never_more_than_the_list_asks() -> None:
    prices = [stepped(steps=HOURLY)]
    assert rules.priced([Asked("p1", 1_000, 4_000)], prices)[0].amount_fen == 40_000
    with pytest.raises(rules.AboveListPrice):
        rules.priced([Asked("p1", 1_000, 4_500)], prices)
    waived = rules.priced([Asked("p1", 100, 4_000)], [stepped(minimum_fen=8_000)])
    assert (waived[0].amount_fen, waived[0].minimum) == (4_000, False)
    assert rules.priced([Asked("p1", 100)], [stepped(minimum_fen=8_000)])[0].amount_fen == 8_000


def test_a_stepped_quantity_is_not_parted_over_lines() -> None:
    """Control: two halves would cost 47,000 where the list says 43,200."""
    with pytest.raises(rules.SteppedTwice):
        rules.priced([Asked("p1", 500), Asked("p1", 500)], [stepped(steps=HOURLY)])
    assert sum(line.amount_fen for line in rules.priced([Asked("p1", 500), Asked("p1", 500)], [stepped()])) == 50_000


def test_a_price_list_frozen_before_there_were_steps_still_reads() -> None:
    kept = {"id": "p1", "kind": "base", "item": "机时", "unit": "hour", "price_fen": 5_000, "rate_bp": None}
    assert rules.frozen_price(kept) == stepped()
    fresh = stepped(steps=HOURLY, step_mode=StepMode.WHOLE, minimum_fen=9)
    assert rules.frozen_price(asdict(fresh)) == fresh


def test_the_holder_pays_the_outside_price_by_its_steps(market: Market) -> None:
    lines = [
        NewPrice("常规样品", Unit.SAMPLE, Fen(1_000), group=PriceGroup.INSIDE),
        NewPrice("常规样品", Unit.SAMPLE, Fen(100_000), group=PriceGroup.OUTSIDE, steps=STEPS),
    ]
    catalog.set_prices(market.server, offer_id=market.offer_id, lines=lines, valid_from=market.today, now=market.now)
    (outside,) = price_lines(market.offer_id, on=market.today)
    inside = price_lines(market.offer_id, on=market.today, group=PriceGroup.INSIDE)[0]
    order = market.requested()
    with pytest.raises(rules.NotOnPriceList):
        commands.quote(market.server, order_id=order.id, lines=[Asked(inside.id, 100)], declares=True, now=market.now)
    quoted = commands.quote(
        market.server, order_id=order.id, lines=[Asked(outside.id, 800)], declares=True, now=market.now
    )
    assert quoted.price_fen == 500_000 + 240_000
    placed = commands.place(market.holder, order_id=order.id, declares=True, now=market.now)
    assert placed.voucher_fen == 370_000
    kept = queries.frozen_prices(Order.objects.get(id=order.id))
    assert kept[0].steps == STEPS
    assert altered_rows() == []


# ---------------------------------------------------------------- splitting


@given(st.integers(0, 10**12), st.lists(st.integers(1, 9_999), min_size=1, max_size=8), st.integers(1, 5))
def test_portions_always_make_the_income(fen: int, weights: list[int], people: int) -> None:
    whole = sum(weights)
    cut = [weight * 10_000 // whole for weight in weights]
    cut[0] += 10_000 - sum(cut)
    shares = [Share(ShareTo.PERSON if n % 2 else ShareTo.UNIT, bp, f"{n}" if n > 1 else "") for n, bp in enumerate(cut)]
    found = rules.portions(Fen(fen), shares, people={f"stf_{n}": n + 1 for n in range(people)})
    assert sum(part.fen for part in found) == fen
    assert all(part.fen >= 0 for part in found)


def test_who_served_gets_by_weight_and_a_named_share_is_its_bearers() -> None:
    shares = [Share(ShareTo.PERSON, 5_000), Share(ShareTo.PERSON, 1_000, "", "stf_head"), Share(ShareTo.PROJECT, 4_000)]
    found = rules.portions(Fen(100_001), shares, project="纳米材料", people={"stf_a": 2, "stf_b": 1})
    assert [(part.staff_id, part.name, part.fen) for part in found] == [
        ("stf_a", "", 33_334),
        ("stf_b", "", 16_667),
        ("stf_head", "", 10_000),
        ("", "纳米材料", 40_000),
    ]


def filed(market: Market, shares: tuple[Share, ...] = SPLIT, **more: object) -> str:
    """Files a split for the carrier of the market's offer; answers the carrier's id."""
    carrier_id = Offer.objects.get(id=market.offer_id).carrier_id
    given = {"document_number": "校设〔2025〕7号", "title": "共享办法", "valid_from": market.today} | more
    catalog.file_sharing(market.server, carrier_id=carrier_id, shares=shares, now=market.now, **given)  # type: ignore[arg-type]
    return carrier_id


def staffed(market: Market, *names: str) -> list[str]:
    carrier_id = Offer.objects.get(id=market.offer_id).carrier_id
    given = {"carrier_id": carrier_id, "title": StaffTitle.SENIOR, "valid_from": market.today, "now": market.now}
    return [catalog.add_staff(market.server, name=name, **given).id for name in names]  # type: ignore[arg-type]


def statement(market: Market, actor: Actor | None = None, **more: str) -> queries.Income:
    since, until = market.today.replace(day=1), market.today + timedelta(days=1)
    return queries.income(actor or market.server, since=since, until=until, **more)


def test_the_statement_sums_alike_every_way_and_agrees_with_the_ledger(market: Market) -> None:
    filed(market)
    first, second = staffed(market, "陈工", "李工")
    order = market.settled()
    commands.note_served(
        market.server, order_id=order.id, project="新材料", people={first: 2, second: 1}, now=market.now
    )
    market.settled(samples=333)
    found = statement(market)
    assert found.income_fen == 800_000 + 333_000
    for groups in (found.by_unit, found.by_laboratory, found.by_project, found.recipients):
        assert sum(group.fen for group in groups) == found.income_fen
    assert {(group.to, group.name): group.fen for group in found.recipients if group.to is ShareTo.PERSON} == {
        (ShareTo.PERSON, "陈工"): 213_333,
        (ShareTo.PERSON, "李工"): 106_667,
        (ShareTo.PERSON, "未登记服务人员"): 133_200,
    }
    assert {row.split_by for row in found.rows} == {"校设〔2025〕7号"}
    check = queries.ledger_check(market.server.party_id)
    assert check.agrees
    assert check.ledger_fen == found.voucher_fen
    assert altered_rows() == []


def test_a_ledger_that_was_altered_is_told(market: Market) -> None:
    """Negative control: the comparison fails when an account was changed past its transfers."""
    market.settled()
    assert queries.ledger_check(market.server.party_id).agrees
    Order.objects.filter(provider_id=market.server.party_id).update(captured_fen=399_999)
    found = queries.ledger_check(market.server.party_id)
    assert not found.agrees
    assert found.ledger_fen - found.orders_fen == 1
    assert Account.objects.filter(owner=market.server.party_id).exists()


def test_what_was_settled_before_keeps_its_split(market: Market) -> None:
    market.settled()
    market.days(1)
    filed(market, (Share(ShareTo.LABORATORY, 10_000),))
    market.settled()
    found = statement(market)
    assert [(group.to, group.fen) for group in found.recipients] == [
        (ShareTo.UNIT, 800_000),
        (ShareTo.LABORATORY, 800_000),
    ]


def test_refunds_take_income_back(market: Market) -> None:
    order = market.settled()
    institute(market)
    mark(market, order)
    Order.objects.filter(id=order.id).update(own_share_fen=300_000, price_fen=700_000)
    commands.refund_share(market.server, order_id=order.id, fen=Fen(100_000), file=paper("退款.pdf"), now=market.now)
    found = statement(market)
    assert (found.income_fen, found.horizontal_fen) == (700_000, 700_000)


def test_the_statement_is_the_providers_own(market: Market) -> None:
    carrier_id = filed(market)
    market.settled()
    other = market.provider("绍兴另一检测有限公司")
    assert statement(market, other).rows == []
    assert len(statement(market, carrier_id=carrier_id).rows) == 1
    assert statement(market, carrier_id="car_other").rows == []
    with pytest.raises(NotVisible):
        statement(market, market.officer(Role.COUNTY_OFFICER))


def test_the_statement_costs_the_same_for_any_number(market: Market) -> None:
    filed(market)
    (chen,) = staffed(market, "陈工")

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            statement(market)
        return len(seen)

    commands.note_served(market.server, order_id=market.settled().id, people={chen: 1}, now=market.now)
    before = statements()
    for _n in range(3):
        commands.note_served(market.server, order_id=market.settled(100).id, people={chen: 1}, now=market.now)
    assert statements() == before <= 9


def test_only_the_carriers_own_people_served(market: Market) -> None:
    order = market.settled()
    (chen,) = staffed(market, "陈工")
    with pytest.raises(rules.PeopleUnknown):
        commands.note_served(market.server, order_id=order.id, people={"stf_x": 1}, now=market.now)
    with pytest.raises(rules.WeightsMissing):
        commands.note_served(market.server, order_id=order.id, people={chen: 0}, now=market.now)
    with pytest.raises(MoveNotOpen):
        commands.note_served(market.holder, order_id=order.id, people={}, now=market.now)


# ---------------------------------------------------------------- horizontal research funds


def institute(market: Market) -> None:
    """The market's provider is a public institution from now on."""
    Party.objects.filter(id=market.server.party_id).update(credit_code=INSTITUTE)


def mark(market: Market, order: Order, **more: object) -> Order:
    given = {"project": "检测服务", "registration": "2025330600000123", "now": market.now} | more
    return commands.mark_horizontal(market.server, order_id=order.id, **given)  # type: ignore[arg-type]


def test_a_settled_order_is_marked_with_conditions_and_articles(market: Market) -> None:
    order = market.settled()
    institute(market)
    mark(market, order)
    row = Horizontal.objects.get(order_id=order.id)
    assert (row.fen, row.contract_file_id) == (800_000, "")
    assert row.terms["params"]["horizontal_owner_codes"]["article"] == "绍兴试点方案 三（三）2"
    event = Event.objects.get(action="orders.mark_horizontal")
    assert event.article == "绍兴试点方案 三（三）2"
    mark(market, order, project="另一项目")
    assert Horizontal.objects.count() == 1
    assert statement(market).horizontal_fen == 800_000
    assert statement(market).rows[0].project == "检测服务"
    assert [found.id for found, _mark in queries.horizontal_marked(market.server, since=market.today, until=market.today + timedelta(days=1))] == [order.id]  # fmt: skip


def test_a_firm_is_told_which_condition_fails_and_by_which_article(market: Market) -> None:
    order = market.settled()
    with pytest.raises(rules.NotHorizontal) as refused:
        mark(market, order, registration="")
    said = str(refused.value.facts["conditions"])
    assert "须为行政事业单位（绍兴试点方案 三（三）2）" in said
    assert "技术合同须经认定登记" in said
    assert not Horizontal.objects.exists()
    with pytest.raises(rules.ProjectMissing):
        mark(market, order, project=" ")


def test_after_a_year_it_is_too_late(market: Market) -> None:
    order = market.settled()
    institute(market)
    market.days(366)
    with pytest.raises(rules.NotHorizontal):
        mark(market, order)


def test_only_settled_orders_are_marked_and_only_by_their_provider(market: Market) -> None:
    order = market.paid()
    institute(market)
    with pytest.raises(MoveNotOpen):
        mark(market, order)
    commands.settle(market.holder, order_id=order.id, now=market.now)
    with pytest.raises(MoveNotOpen):
        commands.mark_horizontal(market.holder, order_id=order.id, project="x", now=market.now)
    assert mark(market, order, contract_file=paper("技术合同.pdf")).state == "settled"
    assert Horizontal.objects.get().contract_file_id


def test_a_mark_is_taken_back_with_the_reason_and_may_be_set_again(market: Market) -> None:
    order = market.settled()
    institute(market)
    with pytest.raises(rules.NotMarked):
        commands.unmark_horizontal(market.server, order_id=order.id, reason="误标", now=market.now)
    mark(market, order)
    with pytest.raises(rules.ReasonMissing):
        commands.unmark_horizontal(market.server, order_id=order.id, reason=" ", now=market.now)
    commands.unmark_horizontal(market.server, order_id=order.id, reason="误标", now=market.now)
    assert statement(market).horizontal_fen == 0
    mark(market, order)
    assert Horizontal.objects.count() == 2
    assert [broken for broken in altered_rows() if broken.table != "parties_party"] == []  # see `institute`


# ---------------------------------------------------------------- pages


def browser(market: Market, actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def test_the_page_the_part_and_the_files_say_the_same(market: Market) -> None:
    filed(market)
    order = market.settled()
    institute(market)
    mark(market, order)
    client = browser(market, market.server)
    with clock.at(market.now):
        page = client.get(reverse("orders:income")).content.decode()
        part = client.get(reverse("orders:horizontal_part")).content.decode()
        listed = client.get(reverse("orders:income_file", args=["csv"])).content.decode("utf-8-sig")
        book = client.get(reverse("orders:income_file", args=["xlsx"])).content
        shown = client.get(reverse("orders:order", args=[order.id])).content.decode()
        assert client.get(reverse("orders:income_file", args=["pdf"])).status_code == 404
    for text in ("¥8,000.00", "与总账核对一致", "实验室（载体）运行", order.number):
        assert text in page
    assert order.number in part
    assert "横向科研经费" in shown
    assert "2025330600000123" in shown
    rows = list(csv.reader(StringIO(listed)))
    assert rows[0][0] == "结算日期"
    assert [row[-1] for row in rows[1:]] == ["1,600.00", "3,200.00", "3,200.00", "8,000.00"]
    assert book.startswith(b"PK")


def test_who_served_is_noted_on_a_page_and_strangers_find_none(market: Market) -> None:
    order = market.settled()
    (chen,) = staffed(market, "陈工")
    client, where = browser(market, market.server), reverse("orders:served", args=[order.id])
    with clock.at(market.now):
        assert "陈工" in client.get(where).content.decode()
        answer = client.post(where, {"project": "新材料", f"weight_{chen}": "3", "seen": str(order.revision)})
        assert answer.status_code == 302
        assert browser(market, market.holder).get(where).status_code == 404
        assert browser(market, market.provider("另一检测公司")).get(where).status_code == 404
    noted = queries.served_of(order.id)
    assert noted is not None
    assert (noted.project, noted.people) == ("新材料", [{"staff_id": chen, "weight": 3}])


def test_marking_by_hand_says_the_condition_at_the_form(market: Market) -> None:
    order = market.settled()
    client, where = browser(market, market.server), reverse("orders:act", args=[order.id, "mark_horizontal"])
    with clock.at(market.now):
        refused = client.post(where, {"project": "检测", "registration": "", "seen": str(order.revision)})
        assert refused.status_code == 409
        assert "须为行政事业单位" in refused.content.decode()
        institute(market)
        done = client.post(where, {"project": "检测", "registration": "2025-1", "seen": str(order.revision)})
    assert done.status_code == 302
    assert Horizontal.objects.get().registration == "2025-1"
