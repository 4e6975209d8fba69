from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import WrongCreditCode
from kechuang.parties import commands, queries, rules
from kechuang.parties.models import Party, Person
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["91330602", "91330602MA2882AB0I", "913306021000000001", ""])
def test_a_wrong_credit_code_is_refused_at_its_field(world: Any, typed: str) -> None:
    with pytest.raises(WrongCreditCode) as caught:
        commands.register_organisation(CLOCK, name="甲公司", credit_code=typed, region="330602", now=world.now)
    assert caught.value.field == "credit_code"
    assert not Party.objects.exists()


def test_a_code_that_begins_with_a_letter_is_registered(world: Any) -> None:
    assert world.firm(code=world.code("N2330602")).credit_code.startswith("N2")


def test_the_same_organisation_registered_twice_is_one(world: Any) -> None:
    code = world.code()
    first = world.firm("绍兴（示例）有限公司", code=code)
    again = world.firm("绍兴(示例)有限公司", code=code.lower())
    assert first.id == again.id


def test_a_code_registered_under_another_name_is_refused(world: Any) -> None:
    code = world.code()
    world.firm("甲公司", code=code)
    with pytest.raises(rules.CodeTaken) as caught:
        world.firm("乙公司", code=code)
    assert caught.value.facts["registered"] == "甲公司"


def test_a_county_that_is_no_more_takes_no_new_organisations(world: Any) -> None:
    with pytest.raises(rules.UnknownRegion):
        world.firm(region="330621")
    with pytest.raises(rules.UnknownRegion):
        world.firm(region="999999")


def test_one_maker_per_person(world: Any) -> None:
    someone = world.person("陈创业")
    first = commands.register_maker(Actor(someone.id), person_id=someone.id, region="330602", now=world.now)
    again = commands.register_maker(Actor(someone.id), person_id=someone.id, region="330602", now=world.now)
    assert first.id == again.id
    assert first.kind == "maker"
    assert queries.party(first.id).natural_person
    assert queries.actor_for(someone.id, party_id=first.id, on=world.today).capacity == "legal_representative"


def test_a_team_has_a_lead_and_members(world: Any) -> None:
    lead, other = world.person("甲"), world.person("乙")
    team = commands.register_team(
        CLOCK, name="越城创客队", region="330602", lead_id=lead.id, member_ids=[other.id], now=world.now
    )
    assert queries.actor_for(lead.id, party_id=team.id, on=world.today).capacity == "legal_representative"
    assert queries.actor_for(other.id, party_id=team.id, on=world.today).capacity == "staff"


def test_the_identity_number_finds_the_person_and_is_not_kept(world: Any) -> None:
    first = world.person("甲", identity="11010519491231002X")
    again = world.person("甲", identity="１１０１０５19491231002x")
    assert first.id == again.id
    assert "11010519491231002X" not in str(Person.objects.filter(id=first.id).values().get())
    with pytest.raises(rules.WrongIdentity):
        world.person("乙", identity="110105194912310021")


def test_a_sign_in_name_is_given_once(world: Any) -> None:
    world.person("甲", sign_in="jia")
    with pytest.raises(rules.SignInTaken):
        world.person("乙", sign_in="jia")


def test_passwords_are_kept_as_argon2(world: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    someone = world.person("甲", sign_in="jia", password="correct horse")
    assert someone.password.startswith("argon2")
    assert someone.check_password("correct horse")
    with pytest.raises(NotVisible):
        commands.set_password(PUBLIC, person_id=someone.id, password="x")


def test_an_authorised_person_needs_the_letter(world: Any) -> None:
    firm = world.firm()
    with pytest.raises(rules.AuthorisationMissing):
        world.staff_of(firm, "authorised")
    assert world.staff_of(firm, "authorised", file="fil_letter").capacity == "authorised"


def test_staff_may_not_add_members_but_the_representative_may(world: Any) -> None:
    firm, other = world.firm(), world.person("新人")
    with pytest.raises(rules.MayNotManage):
        commands.add_member(
            world.staff_of(firm), party_id=firm.id, person_id=other.id, capacity="finance", now=world.now
        )
    joined = commands.add_member(
        world.head_of(firm), party_id=firm.id, person_id=other.id, capacity="finance", now=world.now
    )
    commands.end_member(world.head_of(firm), membership_id=joined.id, now=world.now)
    with pytest.raises(rules.NotAMember):
        queries.actor_for(other.id, party_id=firm.id, on=world.today)


def test_another_firm_does_not_exist_for_a_firm(world: Any) -> None:
    firm, other = world.firm(), world.firm("乙公司")
    with pytest.raises(NotVisible):
        commands.add_unit(world.head_of(firm), party_id=other.id, name="一部", now=world.now)


def test_an_officer_of_another_county_does_not_see_the_firm(world: Any) -> None:
    firm = world.firm()
    with pytest.raises(NotVisible):
        queries.visible_party(world.officer(region="330681"), firm.id)
    assert queries.visible_party(world.officer(Role.CITY_SCIENCE, "330600"), firm.id).id == firm.id


def test_units_have_no_code_and_a_name_once(world: Any) -> None:
    college = world.firm("绍兴文理学院")
    unit = commands.add_unit(world.head_of(college), party_id=college.id, name="化学化工学院", now=world.now)
    with pytest.raises(rules.UnitTaken):
        commands.add_unit(world.head_of(college), party_id=college.id, name="化学化工学院", now=world.now)
    member = world.staff_of(college, unit_id=unit.id)
    assert member.unit_ids == {unit.id}
    other = world.firm("别的学院")
    with pytest.raises(rules.NotOurUnit):
        world.staff_of(other, unit_id=unit.id)


def test_every_registration_has_one_event_and_rows_fit_their_events(world: Any) -> None:
    firm = world.firm()
    assert [event.action for event in Event.objects.filter(object_id=firm.id)] == ["parties.register"]
    assert altered_rows() == []


def test_a_company_is_registered_in_few_statements(world: Any, django_assert_max_num_queries: Any) -> None:
    head, code = world.person(), world.code()
    with django_assert_max_num_queries(8):
        commands.register_organisation(
            CLOCK, name="甲公司", credit_code=code, region="330602", legal_representative=head.id, now=world.now
        )
