from datetime import timedelta
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.parties import commands, queries, rules
from kechuang.parties.models import Office
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows

pytestmark = pytest.mark.django_db


def _substituted(world: Any, absent: Any, present: Any, days: int = 5) -> Any:
    office = Office.objects.get(person_id=absent.person_id)
    return commands.substitute(
        absent,
        office_id=office.id,
        substitute_id=present.person_id,
        valid_from=world.today,
        valid_until=world.today + timedelta(days=days),
        reason="年休假",
        now=world.now,
    )


def test_an_actor_has_the_posts_of_the_day_and_all_that_lies_within(world: Any) -> None:
    city = world.officer(Role.CITY_SCIENCE, "330600")
    assert city.roles_in("330602") == {Role.CITY_SCIENCE}
    assert city.roles_in("330600Z01") == {Role.CITY_SCIENCE}
    assert city.roles_in("330102") == set()


def test_the_office_of_a_new_district_reaches_the_records_of_the_former_county(world: Any) -> None:
    assert world.officer(region="330603").roles_in("330621") == {Role.COUNTY_OFFICER}


def test_a_substitute_acts_for_the_period_and_both_names_are_known(world: Any) -> None:
    approver = world.officer(Role.COUNTY_APPROVER, name="吴审核")
    officer = world.officer(name="孙经办")
    _substituted(world, approver, officer)
    acting = queries.actor_for(officer.person_id, on=world.today)
    assert acting.roles_in("330602") == {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}
    assert acting.stood_in_for("330602", Role.COUNTY_APPROVER) == approver.person_id
    assert acting.stood_in_for("330602", Role.COUNTY_OFFICER) == ""
    after = queries.actor_for(officer.person_id, on=world.today + timedelta(days=5))
    assert after.roles_in("330602") == {Role.COUNTY_OFFICER}


def test_an_event_by_a_substitute_names_both(world: Any) -> None:
    approver, officer = world.officer(Role.COUNTY_APPROVER), world.officer()
    _substituted(world, approver, officer)
    firm = world.firm()
    acting = queries.actor_for(officer.person_id, on=world.today)
    commands.strike_off(acting, party_id=firm.id, reason="注销", now=world.now)
    event = Event.objects.filter(object_id=firm.id).latest("seq")
    assert (event.person_id, event.stands_in_for) == (officer.person_id, approver.person_id)


def test_four_eyes_hold_against_the_absent_one_too(world: Any) -> None:
    approver, officer = world.officer(Role.COUNTY_APPROVER), world.officer()
    _substituted(world, approver, officer)
    acting = queries.actor_for(officer.person_id, on=world.today)
    for before in (officer.person_id, approver.person_id):
        with pytest.raises(rules.SameHands):
            rules.refuse_same_hands(acting, "330602", Role.COUNTY_APPROVER, before=[before])
    rules.refuse_same_hands(acting, "330602", Role.COUNTY_APPROVER, before=["psn_third"])


def test_back_early_ends_the_substitution(world: Any) -> None:
    approver, officer = world.officer(Role.COUNTY_APPROVER), world.officer()
    made = _substituted(world, approver, officer)
    for _ in range(2):
        commands.end_substitution(approver, substitution_id=made.id, now=world.now)
    assert queries.actor_for(officer.person_id, on=world.today).roles_in("330602") == {Role.COUNTY_OFFICER}
    assert altered_rows() == []


def test_only_an_officer_of_the_region_can_stand_in(world: Any) -> None:
    approver = world.officer(Role.COUNTY_APPROVER)
    for other in (world.officer(region="330681"), approver):
        with pytest.raises(rules.SubstituteNotOfficer):
            _substituted(world, approver, other)


def test_a_substitute_does_not_pass_the_office_on(world: Any) -> None:
    approver, officer = world.officer(Role.COUNTY_APPROVER), world.officer()
    _substituted(world, approver, officer)
    third = world.officer()
    with pytest.raises(rules.NotYourOffice):
        commands.substitute(
            queries.actor_for(officer.person_id, on=world.today),
            office_id=Office.objects.get(person_id=approver.person_id).id,
            substitute_id=third.person_id,
            valid_from=world.today,
            valid_until=world.today + timedelta(days=1),
            reason="转代理",
            now=world.now,
        )


def test_a_period_that_has_passed_is_refused(world: Any) -> None:
    approver, officer = world.officer(Role.COUNTY_APPROVER), world.officer()
    with pytest.raises(rules.WrongPeriod):
        _substituted(world, approver, officer, days=0)


def test_an_office_elsewhere_does_not_exist(world: Any) -> None:
    approver = world.officer(Role.COUNTY_APPROVER)
    stranger = world.officer(Role.COUNTY_APPROVER, "330681")
    with pytest.raises(NotVisible):
        commands.substitute(
            stranger,
            office_id=Office.objects.get(person_id=approver.person_id).id,
            substitute_id=stranger.person_id,
            valid_from=world.today,
            valid_until=world.today + timedelta(days=1),
            reason="越权",
            now=world.now,
        )


_MAY_APPOINT = {
    (appointing, appointed): appointing is Role.CITY_SCIENCE and appointed in rules.APPOINTED_BY_CITY
    for appointing in Role
    for appointed in (Role.COUNTY_OFFICER, Role.COUNTY_FINANCE, Role.CITY_FINANCE, Role.AUDITOR)
    if appointing not in {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK}
}


@pytest.mark.parametrize(("appointing", "appointed"), _MAY_APPOINT)
def test_who_may_appoint_whom(world: Any, appointing: Role, appointed: Role) -> None:
    actor = world.officer(appointing, "330600")
    before = Office.objects.count()
    someone = world.person()
    try:
        commands.appoint(
            actor, person_id=someone.id, role=appointed, region="330602", document="绍市科〔2025〕1号", now=world.now
        )
        done = True
    except rules.MayNotAppoint:
        done = False
    assert done is _MAY_APPOINT[appointing, appointed]
    assert Office.objects.count() == before + done


def test_a_dismissed_officer_has_no_post_from_that_day(world: Any) -> None:
    officer = world.officer()
    office = Office.objects.get(person_id=officer.person_id)
    commands.dismiss(world.officer(Role.CITY_SCIENCE, "330600"), office_id=office.id, now=world.now)
    assert not queries.actor_for(officer.person_id, on=world.today).posts


def test_messages_to_a_role_reach_those_who_may_act(world: Any) -> None:
    approver, officer = world.officer(Role.COUNTY_APPROVER), world.officer()
    _substituted(world, approver, officer)
    reached = queries.people_in(Role.COUNTY_APPROVER, "330602", on=world.today)
    assert set(reached) == {approver.person_id, officer.person_id}


def test_an_actor_is_built_in_one_statement(world: Any, django_assert_num_queries: Any) -> None:
    officer, firm = world.officer(), world.firm()
    queries.covers("330602")
    with django_assert_num_queries(1):
        queries.actor_for(officer.person_id, on=world.today)
    with django_assert_num_queries(1):
        queries.actor_for(firm.legal_representative_id, party_id=firm.id, on=world.today)


def test_the_sides_a_person_can_take(world: Any) -> None:
    officer, firm, other = world.officer(), world.firm("丙公司"), world.firm("乙公司")
    for party in (firm, other):
        commands.add_member(CLOCK, party_id=party.id, person_id=officer.person_id, capacity="staff", now=world.now)
    sides = queries.sides(officer.person_id, on=world.today)
    assert [side.party_id for side in sides] == ["", firm.id, other.id]  # offices, then bing before yi
