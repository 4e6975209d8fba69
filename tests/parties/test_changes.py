from datetime import date, timedelta
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties import commands, queries, rules
from kechuang.parties.states import PartyState
from kechuang.trail.queries import altered_rows

pytestmark = pytest.mark.django_db


def test_papers_of_earlier_days_keep_the_old_name(world: Any) -> None:
    firm = world.firm("旧名公司")
    commands.rename(world.head_of(firm), party_id=firm.id, name="中名公司", on=date(2025, 4, 1), now=world.now)
    commands.rename(world.head_of(firm), party_id=firm.id, name="新名公司", on=date(2025, 6, 1), now=world.now)
    assert queries.name_on(firm.id, on=date(2025, 3, 31)) == "旧名公司"
    assert queries.name_on(firm.id, on=date(2025, 4, 1)) == "中名公司"
    assert queries.name_on(firm.id, on=date(2025, 5, 31)) == "中名公司"
    assert queries.name_on(firm.id, on=date(2025, 6, 1)) == "新名公司"
    assert queries.names_of(firm.id) == ["新名公司", "中名公司", "旧名公司"]
    assert altered_rows() == []


def test_the_same_name_again_is_no_change(world: Any) -> None:
    firm = world.firm("甲公司")
    with pytest.raises(rules.NothingChanged):
        commands.rename(world.head_of(firm), party_id=firm.id, name="甲公司", now=world.now)


def test_a_firm_is_found_by_its_former_code(world: Any) -> None:
    firm = world.firm()
    before, after = firm.credit_code, world.code()
    commands.change_credit_code(world.head_of(firm), party_id=firm.id, credit_code=after, now=world.now)
    found = queries.party_by_code(before)
    assert found is not None
    assert found.id == firm.id
    assert queries.codes_of(firm.id) == {before, after}
    assert queries.parties_by_codes([before, after]) == {before: {firm.id}, after: {firm.id}}


def test_a_code_of_another_firm_is_refused(world: Any) -> None:
    firm, other = world.firm(), world.firm("乙公司")
    with pytest.raises(rules.CodeTaken):
        commands.change_credit_code(CLOCK, party_id=firm.id, credit_code=other.credit_code, now=world.now)


def test_the_former_representative_represents_no_more(world: Any) -> None:
    firm, successor = world.firm(), world.person("继任")
    before = world.head_of(firm)
    commands.change_legal_representative(before, party_id=firm.id, person_id=successor.id, now=world.now)
    assert world.head_of(firm).person_id == successor.id
    with pytest.raises(rules.NotAMember):
        queries.actor_for(before.person_id, party_id=firm.id, on=world.today)
    assert [change.what for change in queries.history(firm.id)] == ["legal_representative"]


def test_a_moved_firm_belongs_to_the_new_county(world: Any) -> None:
    firm, old, new = world.firm(), world.officer(region="330602"), world.officer(region="330681")
    commands.move_region(world.head_of(firm), party_id=firm.id, region="330681", now=world.now)
    assert queries.visible_party(new, firm.id).region == "330681"
    with pytest.raises(NotVisible):
        queries.visible_party(old, firm.id)


def test_a_merged_firm_lives_on_in_the_other(world: Any) -> None:
    kept, merged = world.firm("甲公司"), world.firm("乙公司")
    staff = world.staff_of(merged)
    approver = world.officer(Role.COUNTY_APPROVER)
    for _ in range(2):
        commands.merge_parties(approver, kept_id=kept.id, merged_id=merged.id, reason="吸收合并", now=world.now)
    assert queries.absorbed_by(kept.id) == {merged.id}
    assert queries.party(merged.id).merged_into == kept.id
    assert queries.actor_for(staff.person_id, party_id=kept.id, on=world.today).capacity == "staff"
    with pytest.raises(rules.NotAMember):
        queries.actor_for(staff.person_id, party_id=merged.id, on=world.today)
    assert merged.id in {card.id for card in queries.ended_since(world.today)}
    assert altered_rows() == []


def test_an_officer_who_only_receives_may_not_merge(world: Any) -> None:
    kept, merged = world.firm("甲公司"), world.firm("乙公司")
    with pytest.raises(MoveNotOpen):
        commands.merge_parties(world.officer(), kept_id=kept.id, merged_id=merged.id, reason="合并", now=world.now)
    with pytest.raises(rules.SameRecord):
        commands.merge_parties(CLOCK, kept_id=kept.id, merged_id=kept.id, reason="合并", now=world.now)


def test_a_firm_struck_off_changes_no_more(world: Any) -> None:
    firm = world.firm()
    commands.strike_off(world.officer(Role.COUNTY_APPROVER), party_id=firm.id, reason="注销公告", now=world.now)
    assert queries.party(firm.id).state == PartyState.STRUCK_OFF
    with pytest.raises(MoveNotOpen):
        commands.rename(world.head_of(firm), party_id=firm.id, name="新名", now=world.now)


def test_a_reason_is_asked_for(world: Any) -> None:
    firm = world.firm()
    with pytest.raises(rules.ReasonMissing):
        commands.strike_off(CLOCK, party_id=firm.id, reason=" ", now=world.now)


def test_two_records_of_one_person_become_one(world: Any) -> None:
    firm = world.firm()
    double, kept = world.head_of(firm).person_id, world.person("王五")
    commands.appoint(CLOCK, person_id=double, role=Role.AUDITOR, region="330600", now=world.now)
    for _ in range(2):
        commands.merge_persons(CLOCK, kept_id=kept.id, merged_id=double, reason="重复登记", now=world.now)
    assert world.head_of(firm).person_id == kept.id
    assert queries.actor_for(kept.id, on=world.today).holds(Role.AUDITOR)
    world.days(1)
    assert not queries.actor_for(double, on=world.today).posts
    assert altered_rows() == []


def test_a_stranger_merges_nobody(world: Any) -> None:
    one, two = world.person("甲"), world.person("甲")
    with pytest.raises(NotVisible):
        commands.merge_persons(world.officer(), kept_id=one.id, merged_id=two.id, reason="重复", now=world.now)


def test_an_office_ends_on_its_last_day(world: Any) -> None:
    someone = world.person()
    until = world.today + timedelta(days=10)
    commands.appoint(CLOCK, person_id=someone.id, role=Role.AUDITOR, region="330600", valid_until=until, now=world.now)
    assert queries.actor_for(someone.id, on=until - timedelta(days=1)).posts
    assert not queries.actor_for(someone.id, on=until).posts
