"""载体入网: who joins by which admission, leaves with it, and changes its kind."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError

from kechuang.catalog import commands, jobs, rules
from kechuang.catalog.models import Carrier, Offer
from kechuang.catalog.states import CarrierKind
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.registers import commands as registers
from kechuang.registers.rules import ConditionsUnmet
from kechuang.trail.queries import altered_rows
from tests.catalog.conftest import World
from tests.catalog.test_carriers import OPENING, add, file
from tests.catalog.test_commands import _race as race

pytestmark = pytest.mark.django_db

JOINING = "zhejiang/carriers-2015"


def applied(world: Any, head: Actor, entrant_class: str = "county_institute", **facts: int) -> str:
    given = {"instruments": 3, "technicians": 2} | facts
    admission = registers.apply(
        head, party_id=head.party_id, scheme=JOINING, entrant_class=entrant_class, facts=given, now=world.now
    )
    registers.add_certificate(
        head,
        admission_id=admission.id,
        kind="cma",
        number="CMA-2024-1",
        issuer="浙江省市场监督管理局",
        valid_from=date(2024, 1, 1),
        valid_until=None,
        file_id="fil_cma",
        now=world.now,
    )
    return admission.id


def confirmed(world: Any, head: Actor, entrant_class: str = "county_institute") -> str:
    admission_id = applied(world, head, entrant_class)
    registers.submit(head, admission_id=admission_id, now=world.now)
    for role in (Role.COUNTY_OFFICER, Role.COUNTY_APPROVER):
        registers.confirm(world.officer(role), admission_id=admission_id, now=world.now)
    return admission_id


def test_a_county_institute_joins_and_serves(world: World) -> None:
    """From the application over two offices to a carrier with opening rules, people, a split and an open service."""
    head = world.provider("越城区示例检测研究所")
    with pytest.raises(rules.NotJoined):
        world.carrier(head, "检测中心", kind=CarrierKind.COUNTY_BODY)
    admission_id = confirmed(world, head)
    assert (jobs.run_joining(now=world.now), jobs.run_joining(now=world.now)) == (1, 0)
    carrier = Carrier.objects.get(admission_id=admission_id)
    assert (carrier.kind, carrier.party_id, carrier.name) == ("county_body", head.party_id, "越城区示例检测研究所")
    assert commands.join(head, admission_id=admission_id, now=world.now).id == carrier.id
    assert world.carrier(head, "第二检测中心", kind=CarrierKind.COUNTY_BODY).id != carrier.id
    commands.set_opening(head, carrier_id=carrier.id, opening=OPENING, valid_from=world.today, now=world.now)
    add(world, head, carrier)
    file(world, head, carrier)
    assert world.offer(head, carrier).state == "open"
    assert not altered_rows()


def test_a_firms_laboratory_joins_as_what_the_pack_says(world: World) -> None:
    head = world.provider("示例检测有限公司")
    carrier = commands.join(head, admission_id=confirmed(world, head, "firm_laboratory"), now=world.now)
    assert carrier.kind == CarrierKind.QUALIFIED_FIRM
    assert jobs.run_joining(now=world.now) == 0


def test_too_few_instruments_are_said_with_the_condition(world: World) -> None:
    head = world.provider("越城区示例研究所")
    admission_id = applied(world, head, instruments=2)
    with pytest.raises(ConditionsUnmet) as refused:
        registers.submit(head, admission_id=admission_id, now=world.now)
    assert refused.value.facts["conditions"] == "可对外开放的科研仪器设备≥3台（套）"
    with pytest.raises(rules.AdmissionNotInForce):
        commands.join(head, admission_id=admission_id, now=world.now)


def test_nobody_joins_by_anothers_admission(world: World) -> None:
    head, other = world.provider("越城区示例研究所"), world.provider("另一机构")
    admission_id = confirmed(world, head)
    with pytest.raises(NotVisible):
        commands.join(other, admission_id=admission_id, now=world.now)


def test_who_leaves_the_register_leaves_the_platform(world: World) -> None:
    head = world.provider("越城区示例研究所")
    admission_id = confirmed(world, head)
    carrier = commands.join(CLOCK, admission_id=admission_id, now=world.now)
    offer = world.offer(head, carrier)
    registers.withdraw(head, admission_id=admission_id, reason="机构调整", now=world.now)
    assert (jobs.run_leaving(now=world.now), jobs.run_leaving(now=world.now)) == (1, 0)
    assert Carrier.objects.get(id=carrier.id).ended_on == world.today
    assert Offer.objects.get(id=offer.id).state == "paused"
    with pytest.raises(rules.CarrierEnded):
        commands.open_offer(head, offer_id=offer.id, now=world.now)
    with pytest.raises(NotVisible):
        commands.leave(head, carrier_id=carrier.id, now=world.now)
    assert not altered_rows()


@pytest.mark.django_db(transaction=True)
def test_the_clock_and_a_click_make_one_carrier(world: World) -> None:
    head = world.provider("越城区示例研究所")
    admission_id = confirmed(world, head)
    made: list[str] = []

    def one(number: int) -> None:
        actor = CLOCK if number % 2 else head
        made.append(commands.join(actor, admission_id=admission_id, now=world.now).id)

    assert race(one) == []
    assert len(set(made)) == Carrier.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_past_the_command_the_database_refuses_the_second_carrier(world: World) -> None:
    head = world.provider("越城区示例研究所")
    admission_id = confirmed(world, head)
    plain = {"party_id": head.party_id, "kind": "county_body", "pinyin": "x", "region": "330602"}
    failed = race(lambda n: Carrier.objects.create(admission_id=admission_id, name=f"中心{n}", **plain))
    assert {type(error) for error in failed} == {IntegrityError}
    assert Carrier.objects.count() == 1


def test_a_carrier_changes_its_kind_only_where_it_may(world: World) -> None:
    head = world.provider()
    carrier = world.carrier(head)
    given = {"carrier_id": carrier.id, "department": "教育", "address": "环城西路508号", "code": "", "now": world.now}
    done = commands.edit_carrier(head, kind=CarrierKind.KEY_LABORATORY, name="省重点实验室", **given)
    assert (done.kind, done.name, done.department) == ("key_laboratory", "省重点实验室", "教育")
    with pytest.raises(rules.NotJoined):
        commands.edit_carrier(head, kind=CarrierKind.COUNTY_BODY, name="中心", **given)
    with pytest.raises(rules.NameMissing):
        commands.edit_carrier(head, kind=CarrierKind.UNIVERSITY, name=" ", **given)
    assert not altered_rows()
