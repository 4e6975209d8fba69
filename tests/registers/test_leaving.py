"""Off the register (出库): by revocation, by its last day, by one's own wish, with the firm that is struck off."""

import pytest

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties import commands as parties
from kechuang.registers import commands, jobs, queries, rules
from kechuang.registers.models import Admission
from tests.registers.conftest import KEQIAO, LIBRARY, YUECHENG, World
from tests.registers.test_commands import in_library, revoked

pytestmark = pytest.mark.django_db


def test_revoked_at_once_with_reason_article_and_ground(world: World) -> None:
    head, admission = world.admitted()
    approver = world.officer(Role.COUNTY_APPROVER)
    with pytest.raises(MoveNotOpen):
        revoked(world, admission, world.officer())
    for wrong, given in (
        (rules.NotAGround, {"ground": "expired", "reason": "x", "article": "y"}),
        (rules.ReasonMissing, {"ground": "violation", "reason": "", "article": "y"}),
        (rules.ArticleMissing, {"ground": "violation", "reason": "x", "article": " "}),
    ):
        with pytest.raises(wrong):
            commands.revoke(approver, admission_id=admission.id, now=world.now, **given)
    admission = revoked(world, admission, approver)
    assert not in_library(world, admission)
    assert not in_library(world, admission, region=KEQIAO)  # it binds the city
    assert list(queries.revoked_since(LIBRARY, world.today)) == [admission]
    with pytest.raises(rules.RevocationBinds):
        world.apply(head)
    world.now = world.now.replace(year=2027)
    assert world.apply(head).state == "draft"


def test_a_revocation_that_binds_the_county_leaves_the_others_open(world: World) -> None:
    _head, admission = world.admitted()
    Admission.objects.filter(id=admission.id).update(revocation_binds="county")
    admission = revoked(world, admission, world.officer(Role.COUNTY_APPROVER))
    Admission.objects.filter(id=admission.id).update(revocation_binds="county")
    assert not in_library(world, admission)
    assert not in_library(world, admission, region=YUECHENG)
    assert in_library(world, admission, region=KEQIAO)


def test_after_its_last_day_an_admission_has_expired(world: World) -> None:
    _head, admission = world.admitted()
    with pytest.raises(rules.StillValid):
        commands.expire(CLOCK, admission_id=admission.id, reason="", now=world.now)
    world.days(1094)
    assert in_library(world, admission)
    world.days(1)
    assert not in_library(world, admission)
    assert (jobs.run_expiries(now=world.now), jobs.run_expiries(now=world.now)) == (1, 0)
    admission.refresh_from_db()
    assert admission.state == "expired"


def test_a_firm_struck_off_leaves_the_register(world: World) -> None:
    _head, admission = world.admitted()
    approver = world.officer(Role.COUNTY_APPROVER)
    parties.strike_off(approver, party_id=admission.party_id, reason="注销", now=world.now)
    assert jobs.run_expiries(now=world.now) == 1
    admission.refresh_from_db()
    assert (admission.state, admission.reason) == ("expired", "机构已注销或并入其他机构")


def test_leaving_by_oneself(world: World) -> None:
    head, admission = world.admitted()
    commands.withdraw(head, admission_id=admission.id, reason="停业", now=world.now)
    assert not in_library(world, admission)
    assert world.apply(head).id != admission.id
