"""Carriers: their people, opening rules, filed splits, prices by group; and joining the platform by an admission."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kechuang.catalog import commands, queries, rules
from kechuang.catalog.models import Carrier, Offer, Operating, Price, Sharing, Staff
from kechuang.catalog.rules import NewPrice, Share, Step
from kechuang.catalog.states import (
    SERVICE_COLUMNS,
    SERVICE_MORE,
    PriceGroup,
    ShareTo,
    StaffTitle,
    Unit,
)
from kechuang.documents.rules import write_csv
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from tests.catalog.conftest import World

pytestmark = pytest.mark.django_db
JOINING = "zhejiang/carriers-2015"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
OPENING = commands.NewOpening(
    hours="周一至周五 8:30–17:00", open_to="各类企业和创业者", notice="提前两个工作日预约", phone="0575-88000000"
)
HALVES = (Share(ShareTo.UNIT, 5_000), Share(ShareTo.PERSON, 5_000))
INSIDE = NewPrice("机时", Unit.HOUR, Fen(5_000), group=PriceGroup.INSIDE)
DEAR = NewPrice("机时", Unit.HOUR, Fen(9_000), group=PriceGroup.OUTSIDE, steps=(Step(500, Fen(8_000)),))


def file(world: World, head: Actor, carrier: Carrier, shares: tuple[Share, ...] = HALVES, **more: object) -> Sharing:
    given = {"document_number": "校设〔2025〕7号", "title": "大型仪器共享办法", "valid_from": world.today} | more
    return commands.file_sharing(head, carrier_id=carrier.id, shares=shares, now=world.now, **given)  # type: ignore[arg-type]


def add(world: World, head: Actor, carrier: Carrier, name: str = "陈工", **more: object) -> Staff:
    given = {"title": StaffTitle.SENIOR, "valid_from": world.today} | more
    return commands.add_staff(head, carrier_id=carrier.id, name=name, now=world.now, **given)  # type: ignore[arg-type]


# ---------------------------------------------------------------- prices by group


def test_outsiders_get_outside_prices_and_the_provider_sees_both(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)
    commands.set_prices(head, offer_id=offer.id, lines=[INSIDE, DEAR], valid_from=world.today, now=world.now)
    (outside,) = queries.price_lines(offer.id, on=world.today)
    (inside,) = queries.price_lines(offer.id, on=world.today, group=PriceGroup.INSIDE)
    assert (outside.price_fen, inside.price_fen) == (9_000, 5_000)
    assert outside.steps == (Step(500, Fen(8_000)),)
    assert len(queries.price_lines(offer.id, on=world.today, group=PriceGroup.ALL)) == 2
    assert len(queries.own_sheet(head, offer.id, on=world.today).lines) == 2
    stranger = world.provider("另一机构")
    commands.open_offer(head, offer_id=offer.id, now=world.now)
    seen = queries.offer_sheet(stranger, offer.id, on=world.today).lines
    assert [line.group for line in seen] == [PriceGroup.OUTSIDE]


def test_one_price_for_all_is_followed_by_two_and_back(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)
    plain, later = NewPrice("机时", Unit.HOUR, Fen(7_000)), world.today + timedelta(days=10)
    commands.set_prices(head, offer_id=offer.id, lines=[plain], valid_from=world.today, now=world.now)
    commands.set_prices(head, offer_id=offer.id, lines=[INSIDE, DEAR], valid_from=later, now=world.now)
    assert [line.price_fen for line in queries.price_lines(offer.id, on=later)] == [9_000]
    assert [line.price_fen for line in queries.price_lines(offer.id, on=world.today)] == [7_000]
    commands.set_prices(head, offer_id=offer.id, lines=[plain], valid_from=later, now=world.now)
    assert [line.price_fen for line in queries.price_lines(offer.id, on=later)] == [7_000]
    assert [line.price_fen for line in queries.price_lines(offer.id, on=later, group="inside")] == [7_000]
    assert not altered_rows()


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [("all", "inside", False), ("inside", "inside", False), ("outside", "all", False), ("inside", "outside", True)],
)
def test_the_database_keeps_two_prices_for_the_same_people_apart(
    world: World, first: str, second: str, *, fits: bool
) -> None:
    """Past every command: the exclusion constraint knows that a price for all is one for insiders, too."""
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)

    def write(group: str) -> None:
        given = {"offer": offer, "item": "机时", "kind": "base", "unit": "hour", "price_fen": 1, "set_by": "psn_x"}
        with transaction.atomic():
            Price.objects.create(group=group, valid_from=world.today, **given)

    write(first)
    if fits:
        write(second)
    else:
        with pytest.raises(IntegrityError, match="price_no_overlap"):
            write(second)


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"steps": [{"from_hundredths": 500, "price_fen": 1}, {"from_hundredths": 500, "price_fen": 1}]}, "steps_rise"),
        ({"steps": [{"from_hundredths": 100, "price_fen": -1}]}, "steps_rise"),
        ({"minimum_fen": 0}, "price_minimum_is_something"),
        ({"group": "friends"}, "price_group"),
        ({"price_fen": None, "rate_bp": 100, "unit": "rate", "kind": "rush", "minimum_fen": 5}, "price_rate_is_plain"),
    ],
)
def test_the_database_refuses_a_price_that_makes_no_sense(
    world: World, given: dict[str, object], constraint: str
) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head), prices=False)
    plain = {"offer": offer, "item": "机时", "kind": "base", "unit": "hour", "price_fen": 1, "set_by": "psn_x"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Price.objects.create(valid_from=world.today, **(plain | given))


# ---------------------------------------------------------------- people


def test_who_works_here_and_may_operate_what(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    sem, xrd = world.offer(head, carrier, "扫描电镜"), world.offer(head, carrier, "衍射仪")
    chen = add(world, head, carrier, operates=[sem.id], post="机组负责人")
    assert add(world, head, carrier).id == chen.id
    own = add(world, head, carrier, name="", person_id=head.person_id, title=StaffTitle.ASSOCIATE)
    assert own.name == "王五"
    (first, second) = queries.staff(carrier.id, on=world.today)
    assert (first.operates, second.title) == ((sem.id,), StaffTitle.ASSOCIATE)
    assert [one.id for one in queries.operators([sem.id], on=world.today)[sem.id]] == [chen.id]
    world.days(5)
    later = {"title": StaffTitle.SENIOR, "post": "", "published": True, "operates": [xrd.id], "now": world.now}
    commands.edit_staff(head, staff_id=chen.id, **later)
    assert queries.operators([sem.id], on=world.today)[sem.id] == []
    assert len(queries.operators([sem.id], on=world.today - timedelta(days=1))[sem.id]) == 1
    assert not queries.may_operate(head.person_id, xrd.id, on=world.today)
    commands.edit_staff(
        head, staff_id=own.id, title=StaffTitle.NONE, post="", published=False, operates=[xrd.id], now=world.now
    )
    assert queries.may_operate(head.person_id, xrd.id, on=world.today)
    assert not altered_rows()


def test_who_left_is_no_more_shown_and_may_come_back(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    sem = world.offer(head, carrier)
    chen = add(world, head, carrier, name="", person_id=head.person_id, operates=[sem.id])
    world.days(30)
    commands.edit_staff(
        head,
        staff_id=chen.id,
        title=StaffTitle.SENIOR,
        post="",
        published=False,
        operates=[sem.id],
        valid_until=world.today,
        now=world.now,
    )
    assert queries.staff(carrier.id, on=world.today) == []
    assert not queries.may_operate(head.person_id, sem.id, on=world.today)
    again = add(world, head, carrier, name="", person_id=head.person_id)
    assert again.id != chen.id
    assert [one.id for one in queries.staff_of_person(head.person_id)] == [again.id, chen.id]


def test_people_are_refused_that_are_not_the_partys_and_instruments_that_are_not_the_carriers(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    carrier, foreign = world.carrier(head), world.offer(other, world.carrier(other))
    with pytest.raises(rules.NotAMember):
        add(world, head, carrier, name="", person_id=other.person_id)
    with pytest.raises(rules.StaffNameMissing):
        add(world, head, carrier, name=" ")
    with pytest.raises(rules.NotThisCarriers):
        add(world, head, carrier, operates=[foreign.id])
    with pytest.raises(rules.PeriodEmpty):
        add(world, head, carrier, valid_until=world.today)
    with pytest.raises(NotVisible):
        add(world, other, carrier)
    assert not Staff.objects.exists()


def test_the_database_keeps_periods_of_people_apart(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    sem = world.offer(head, carrier)
    chen = add(world, head, carrier, name="", person_id=head.person_id, operates=[sem.id])
    same = {"carrier": carrier, "region": carrier.region, "person_id": head.person_id, "name": "x", "pinyin": "x"}
    with pytest.raises(IntegrityError, match="staff_no_overlap"), transaction.atomic():
        Staff.objects.create(valid_from=world.today + timedelta(days=1), **same)
    with pytest.raises(IntegrityError, match="operating_no_overlap"), transaction.atomic():
        Operating.objects.create(staff=chen, offer=sem, valid_from=world.today)
    nameless = same | {"person_id": None}
    Staff.objects.create(valid_from=world.today, **nameless)
    Staff.objects.create(valid_from=world.today, **nameless)


# ---------------------------------------------------------------- opening rules


def test_opening_rules_come_in_versions(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    first = commands.set_opening(head, carrier_id=carrier.id, opening=OPENING, valid_from=world.today, now=world.now)
    assert commands.set_opening(
        head, carrier_id=carrier.id, opening=OPENING, valid_from=world.today, now=world.now
    ).id == (first.id)
    longer, later = commands.NewOpening("全天", "本省企业", "随到随做"), world.today + timedelta(days=7)
    commands.set_opening(head, carrier_id=carrier.id, opening=longer, valid_from=later, now=world.now)
    known = queries.opening(carrier.id, on=world.today)
    assert known is not None
    assert known.hours == OPENING.hours
    coming = queries.opening(carrier.id, on=later)
    assert coming is not None
    assert (coming.version, coming.hours) == (2, "全天")
    with pytest.raises(rules.NotFromThen):
        commands.set_opening(head, carrier_id=carrier.id, opening=OPENING, valid_from=world.today, now=world.now)
    assert not altered_rows()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [({"hours": ""}, rules.OpeningIncomplete), ({"website": "javascript:alert(1)"}, rules.NotAWebAddress)],
)
def test_opening_rules_that_say_too_little_are_refused(world: World, given: dict[str, str], refusal: type) -> None:
    head = world.provider()
    said = {"hours": "全天", "open_to": "企业", "notice": "提前预约"} | given
    with pytest.raises(refusal):
        commands.set_opening(
            head,
            carrier_id=world.carrier(head).id,
            opening=commands.NewOpening(**said),
            valid_from=world.today,
            now=world.now,
        )


# ---------------------------------------------------------------- income splits


def test_a_split_is_filed_with_its_number_its_day_and_its_basis(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    first = file(world, head, carrier)
    assert file(world, head, carrier).id == first.id
    assert first.basis["params"]["split_suggestion"]["illustrative"]
    assert Event.objects.get(action="catalog.file_sharing").article == "绍兴试点方案 三（三）3"
    later = world.today + timedelta(days=20)
    whole = (Share(ShareTo.LABORATORY, 10_000),)
    assert file(world, head, carrier, whole, document_number="校设〔2025〕9号", valid_from=later).version == 2
    now, then = queries.sharing(carrier.id, on=world.today), queries.sharing(carrier.id, on=later)
    assert now is not None
    assert then is not None
    assert (now.version, then.version) == (1, 2)
    assert [one.valid_from for one in queries.sharings([carrier.id])[carrier.id]] == [world.today, later]
    assert not altered_rows()


@pytest.mark.parametrize(
    ("shares", "refusal"),
    [
        ((Share(ShareTo.UNIT, 9_999),), rules.SharesNotWhole),
        ((Share(ShareTo.UNIT, 10_000), Share(ShareTo.PERSON, 0)), rules.SharesNotWhole),
        ((Share(ShareTo.UNIT, 5_000), Share(ShareTo.UNIT, 5_000)), rules.ShareTwice),
        ((), rules.SharesNotWhole),
    ],
)
def test_shares_that_do_not_make_the_whole_are_refused(
    world: World, shares: tuple[Share, ...], refusal: type[Exception]
) -> None:
    head = world.provider()
    with pytest.raises(refusal):
        file(world, head, world.carrier(head), shares)
    assert not Sharing.objects.exists()


def test_a_split_is_neither_backdated_nor_without_a_document(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    carrier = world.carrier(head)
    with pytest.raises(rules.NotFromThen):
        file(world, head, carrier, valid_from=world.today - timedelta(days=1))
    with pytest.raises(rules.DocumentMissing):
        file(world, head, carrier, document_number=" ")
    with pytest.raises(NotVisible):
        file(world, other, carrier)


def test_the_database_holds_that_shares_make_the_whole(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    plain = {
        "carrier": carrier,
        "region": carrier.region,
        "document_number": "x",
        "title": "x",
        "valid_from": world.today,
        "filed_by": head.person_id,
        "filed_at": world.now,
    }
    for version, shares in enumerate(([{"bp": 9_999}], [{"bp": 10_001}, {"bp": -1}], [])):
        with pytest.raises(IntegrityError, match="sharing_is_whole"), transaction.atomic():
            Sharing.objects.create(version=version, shares=shares, **plain)
    Sharing.objects.create(version=9, shares=[{"bp": 4_000}, {"bp": 6_000}], **plain)


def test_what_is_asked_of_many_carriers_costs_the_same(world: World, django_assert_num_queries: object) -> None:
    head = world.provider()

    def statements() -> None:
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert all(row.party.name and row.open_count >= 0 for row in queries.carriers(kind="university"))
        with django_assert_num_queries(2):  # type: ignore[operator]
            queries.staff(first.id, on=world.today)

    first = world.carrier(head)
    sem = world.offer(head, first)
    add(world, head, first, operates=[sem.id])
    statements()
    for n in range(20):
        world.carrier(head, f"中心{n}")
        add(world, head, first, name=f"工程师{n}", operates=[sem.id])
    statements()


def test_a_list_of_services_with_steps_comes_in_once(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    first = ["S1", "能谱分析", "研发设计", "内容", "流程", "样品", "基本费用", "样品", "50", "", ""]
    rows = [
        [*SERVICE_COLUMNS, *SERVICE_MORE],
        [*first, "外部用户", "10:40", "全量计价", "100"],
        ["S1", "", "", "", "", "样品", "基本费用", "样品", "30", "", "", "内部用户", "", "", ""],
    ]
    given = {"carrier_id": carrier.id, "file_name": "服务.csv", "content": write_csv(rows), "now": world.now}
    assert commands.import_services(head, **given).added == 1  # type: ignore[arg-type]
    again = commands.import_services(head, **given)  # type: ignore[arg-type]
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    offer = Offer.objects.get()
    (line,) = queries.price_lines(offer.id, on=world.today)
    assert (line.price_fen, line.steps, line.minimum_fen) == (5_000, (Step(1_000, Fen(4_000)),), 10_000)
    assert len(queries.price_lines(offer.id, on=world.today, group=PriceGroup.ALL)) == 2


def test_only_an_owner_prices_by_groups(world: World) -> None:
    head, other = world.provider(), world.provider("另一机构")
    offer = world.offer(head, world.carrier(head))
    with pytest.raises(MoveNotOpen):
        commands.set_prices(other, offer_id=offer.id, lines=[INSIDE], valid_from=world.today, now=world.now)
