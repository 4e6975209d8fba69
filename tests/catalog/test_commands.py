"""Carriers, offers and their price lists."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kechuang.catalog import commands, queries, rules
from kechuang.catalog.models import Offer, Price
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import OfferKind, Unit
from kechuang.kernel.actor import PUBLIC, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.parties import commands as parties
from kechuang.trail.queries import altered_rows
from tests.catalog.conftest import HOURS, KEQIAO, LIST, RUSH, SAMPLES, YUECHENG, World

pytestmark = pytest.mark.django_db
DEARER = NewPrice("机时", Unit.HOUR, Fen(30_000))


def prices(offer: Offer, on: date) -> dict[str, int | None]:
    return {line.item: line.price_fen or line.rate_bp for line in queries.price_lines(offer.id, on=on)}


def test_what_has_content_process_and_prices_is_open_at_once(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    assert world.offer(head, carrier).state == "open"
    draft = world.offer(head, carrier, "透射电镜测试", prices=False)
    assert draft.state == "draft"
    with pytest.raises(rules.StandardsMissing) as refusal:
        commands.open_offer(head, offer_id=draft.id, now=world.now)
    assert refusal.value.facts["missing"] == "收费标准"
    assert "三（二）3" in str(refusal.value.facts["article"])
    commands.set_prices(head, offer_id=draft.id, lines=LIST, valid_from=world.today, now=world.now)
    assert commands.open_offer(head, offer_id=draft.id, now=world.now).state == "open"
    assert not altered_rows()


def test_prices_follow_one_another_by_day(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    july = date(2025, 7, 1)
    commands.set_prices(head, offer_id=offer.id, lines=[DEARER, RUSH], valid_from=july, now=world.now)
    assert prices(offer, date(2025, 6, 30)) == {"机时": 20_000, "常规样品": 5_000, "加急": 3_000}
    assert prices(offer, july) == {"机时": 30_000, "加急": 3_000}
    rush = {
        line.id for on in (world.today, july) for line in queries.price_lines(offer.id, on=on) if line.item == "加急"
    }
    assert len(rush) == 1  # what stays the same runs on


def test_a_planned_list_is_dropped_by_an_earlier_one(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    july, may = date(2025, 7, 1), date(2025, 5, 1)
    commands.set_prices(head, offer_id=offer.id, lines=[DEARER], valid_from=july, now=world.now)
    commands.set_prices(head, offer_id=offer.id, lines=[HOURS, SAMPLES], valid_from=may, now=world.now)
    assert prices(offer, july) == prices(offer, may) == {"机时": 20_000, "常规样品": 5_000}
    assert prices(offer, world.today) == {"机时": 20_000, "常规样品": 5_000, "加急": 3_000}


def test_twice_on_one_day_the_last_list_holds(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    for line in (DEARER, HOURS, DEARER):
        commands.set_prices(head, offer_id=offer.id, lines=[line], valid_from=world.today, now=world.now)
    assert prices(offer, world.today) == {"机时": 30_000}


def test_lines_stand_in_the_order_in_which_they_were_written(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)
    names = ["丙", "甲", "丁", "乙"]
    lines = [NewPrice(name, Unit.TIMES, Fen(100)) for name in names]
    commands.set_prices(head, offer_id=offer.id, lines=[RUSH, *lines], valid_from=world.today, now=world.now)
    assert list(prices(offer, world.today)) == [*names, "加急"]


def test_prices_are_never_backdated(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    yesterday = world.today - timedelta(days=1)
    with pytest.raises(rules.PriceBackdated):
        commands.set_prices(head, offer_id=offer.id, lines=LIST, valid_from=yesterday, now=world.now)


def test_the_database_keeps_lines_of_one_item_apart(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    given = {"offer": offer, "kind": "base", "unit": "hour", "price_fen": 1, "set_by": "psn_x"}
    with pytest.raises(IntegrityError, match="price_no_overlap"), transaction.atomic():
        Price.objects.create(item="机时", valid_from=date(2030, 1, 1), **given)
    Price.objects.create(item="另一项", valid_from=date(2030, 1, 1), **given)


def test_only_the_owner_edits_and_only_open_offers_are_public(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    carrier = world.carrier(head)
    offer, draft = world.offer(head, carrier), world.offer(head, carrier, "未完成", prices=False)
    with pytest.raises(NotVisible):
        commands.add_carrier(other, party_id=head.party_id, kind="university", name="x", now=world.now)  # type: ignore[arg-type]
    with pytest.raises(NotVisible):
        commands.add_offers(other, carrier_id=carrier.id, offers=[], now=world.now)
    with pytest.raises(MoveNotOpen):
        commands.set_prices(other, offer_id=offer.id, lines=LIST, valid_from=world.today, now=world.now)
    with pytest.raises(NotVisible):
        queries.offer(other, draft.id)
    assert queries.offer(PUBLIC, offer.id).is_open
    assert queries.offer(world.officer(Role.COUNTY_OFFICER), draft.id).status == "draft"
    with pytest.raises(NotVisible):
        queries.offer(world.officer(Role.COUNTY_OFFICER, KEQIAO), draft.id)


def test_a_college_edits_its_own_carriers_alone(world: World) -> None:
    head = world.provider()
    college = parties.add_unit(head, party_id=head.party_id, name="化工学院", now=world.now)
    someone = parties.register_person(head, name="赵六", now=world.now)
    parties.add_member(
        head, party_id=head.party_id, person_id=someone.id, capacity="staff", unit_id=college.id, now=world.now
    )
    from kechuang.parties.queries import actor_for

    staff = actor_for(someone.id, party_id=head.party_id, on=world.today)
    whole = world.carrier(head)
    with pytest.raises(NotVisible):
        world.carrier(staff, "全校平台")
    own = world.carrier(staff, "化工学院实验室", unit_id=college.id)
    assert list(queries.own_carriers(staff)) == [own]
    assert set(queries.own_carriers(head)) == {own, whole}
    with pytest.raises(rules.UnitOfAnother):
        world.carrier(world.provider("另一大学"), "实验室", unit_id=college.id)


def test_a_department_desk_pauses_its_own_departments_carriers(world: World) -> None:
    head = world.provider("绍兴示例检验所")
    customs = world.offer(head, world.carrier(head, "海关实验室", kind="customs", department="海关"))
    other = world.offer(head, world.carrier(head, "卫健实验室", kind="health", department="卫生健康"))
    desk = world.officer(Role.DEPARTMENT_DESK, department="海关")
    assert commands.pause_offer(desk, offer_id=customs.id, now=world.now).state == "paused"
    with pytest.raises(MoveNotOpen):
        commands.pause_offer(desk, offer_id=other.id, now=world.now)
    assert commands.open_offer(head, offer_id=customs.id, now=world.now).state == "open"


def test_asked_twice_there_is_one_carrier_and_one_offer(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    assert world.carrier(head).id == carrier.id
    assert world.offer(head, carrier).id == world.offer(head, carrier).id
    given = {"carrier_id": carrier.id, "kind": OfferKind.SERVICE, "service_class": "testing", "now": world.now}
    with pytest.raises(rules.NameMissing):
        commands.add_offer(head, name=" ", **given)  # type: ignore[arg-type]
    with pytest.raises(rules.UnknownServiceClass):
        commands.add_offer(head, name="x", **(given | {"service_class": "自称"}))  # type: ignore[arg-type]


def test_an_open_offer_stays_whole_when_it_is_edited(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    said = {"offer_id": offer.id, "name": "能谱分析", "service_class": "testing", "content": "", "process": "送样"}
    with pytest.raises(rules.StandardsMissing):
        commands.edit_offer(head, now=world.now, **said)
    commands.edit_offer(head, now=world.now, **(said | {"content": "能谱"}))
    assert queries.offer(PUBLIC, offer.id).name == "能谱分析"
    assert not altered_rows()


def test_a_closed_offer_takes_its_prices_with_it(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    commands.close_offer(head, offer_id=offer.id, now=world.now)
    assert prices(offer, world.today)
    assert not prices(offer, world.today + timedelta(days=1))
    assert queries.search(PUBLIC).count() == 0
    assert world.offer(head, Offer.objects.get(id=offer.id).carrier).id != offer.id


def test_filters_narrow_and_cost_the_same_for_any_number(world: World, django_assert_num_queries: object) -> None:
    head = world.provider()
    carrier = world.carrier(head)

    def statements(expect: int) -> None:
        with django_assert_num_queries(2):  # type: ignore[operator]
            rows = list(queries.search(PUBLIC, text="测试", region="330600", service_class="testing", kind="service"))
            assert len(rows) == expect
            queries.price_lists([row.id for row in rows], on=world.today)
            assert {row.carrier.name for row in rows} == {"分析测试中心"}

    world.offer(head, carrier)
    statements(1)
    news = [
        commands.NewOffer(OfferKind.SERVICE, f"测试{n}", "testing", "内容", "流程", prices=(HOURS,)) for n in range(200)
    ]
    commands.add_offers(head, carrier_id=carrier.id, offers=news, now=world.now)
    statements(201)
    assert queries.search(PUBLIC, region=KEQIAO).count() == 0
    assert queries.search(PUBLIC, carrier_kind="customs").count() == 0
    assert queries.search(PUBLIC, text="saomiao").count() == 1
    assert queries.offers_of_parties([head.party_id]) == {head.party_id: 201}
    assert carrier.region == YUECHENG


@pytest.mark.django_db(transaction=True)
def test_two_price_lists_at_once_leave_one_in_force(world: World) -> None:
    """Eight people set another price for the same day; the offer's row makes them follow each other."""
    head = world.provider()
    offer = world.offer(head, world.carrier(head))
    assert _race(lambda n: _set(head, offer, n, world)) == []
    assert len(prices(offer, world.today)) == 1
    assert prices(offer, world.today)["机时"] in range(1, 9)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_database_refuses_the_second(world: World) -> None:
    """The same race past the command: both find no line and write one; the exclusion constraint lets one through."""
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)

    def write(number: int) -> None:
        Price.objects.create(
            offer=offer,
            kind="base",
            item="机时",
            unit="hour",
            price_fen=number,
            valid_from=world.today,
            set_by="psn_x",
        )

    failed = _race(write)
    assert len(failed) == 7
    assert len(prices(offer, world.today)) == 1


def _set(head: object, offer: Offer, number: int, world: World) -> None:
    line = NewPrice("机时", Unit.HOUR, Fen(number))
    commands.set_prices(head, offer_id=offer.id, lines=[line], valid_from=world.today, now=world.now)  # type: ignore[arg-type]


def _race(act: object) -> list[Exception]:
    start, failed = threading.Barrier(8), []

    def one(number: int) -> None:
        start.wait()
        try:
            act(number)  # type: ignore[operator]
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed
