from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.kernel.actor import CLOCK, Role
from kechuang.parties import commands, queries
from kechuang.parties.adapters.zjzwfw import StandIn, TicketKind, TicketRefused
from kechuang.parties.models import Office, Party, Person, Substitution
from kechuang.parties.states import ACTING_FOR
from kechuang.ui import clock

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def officer(world: Any) -> Person:
    person = world.person("孙经办", sign_in="sun", password=PASSWORD)
    commands.appoint(CLOCK, person_id=person.id, role=Role.COUNTY_OFFICER, region="330602", now=world.now)
    return person


def _sign_in(
    client: Client, name: str = "sun", password: str = PASSWORD, address: str = "10.0.0.1", **extra: str
) -> Any:
    given = {"login": name, "password": password}
    return client.post(reverse("account_login"), given, REMOTE_ADDR=address, headers=extra)


def test_name_and_password_open_the_door(client: Client, officer: Person) -> None:
    answer = _sign_in(client)
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == officer.id


def test_the_sign_in_page_says_that_the_ticket_service_is_a_stand_in(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "模拟政务网登录" in page
    assert "登录名" in page


def test_five_wrong_tries_lock_the_account_for_that_address_only(client: Client, officer: Person, world: Any) -> None:
    world.person("钱经办", sign_in="qian", password=PASSWORD)
    for _ in range(5):
        assert _sign_in(client, password="wrong").status_code == 200
    assert _sign_in(client).status_code == 200, "locked, although the password is right"
    assert _sign_in(Client(), address="10.0.0.2").status_code == 302, "the owner elsewhere is not locked out"
    assert _sign_in(Client(), "qian").status_code == 302, "a neighbour behind the same address is not locked out"


def test_a_forged_forwarded_address_or_another_host_name_gives_no_new_tries(client: Client, officer: Person) -> None:
    for number in range(5):
        _sign_in(client, password="wrong", x_forwarded_for=f"10.9.9.{number}", host="localhost")
    assert _sign_in(client, host="testserver").status_code == 200


def test_behind_our_own_proxy_the_forwarded_address_counts(client: Client, officer: Person, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(5):
        _sign_in(client, password="wrong", x_forwarded_for="1.1.1.1, 10.9.9.1")
    assert _sign_in(client, x_forwarded_for="2.2.2.2, 10.9.9.1").status_code == 200
    assert _sign_in(client, x_forwarded_for="2.2.2.2, 10.9.9.2").status_code == 302


def test_four_wrong_tries_and_a_right_one_start_no_lock(client: Client, officer: Person) -> None:
    for _ in range(4):
        _sign_in(client, password="wrong")
    assert _sign_in(client).status_code == 302


def test_nobody_signs_up_here(client: Client) -> None:
    assert client.get(reverse("account_signup")).status_code == 403


def test_a_merged_person_cannot_come_in(client: Client, officer: Person, world: Any) -> None:
    kept = world.person("孙经办")
    commands.merge_persons(CLOCK, kept_id=kept.id, merged_id=officer.id, reason="重复", now=world.now)
    _sign_in(client)
    assert "_auth_user_id" not in client.session


def test_one_side_is_chosen_by_itself(client: Client, officer: Person, world: Any) -> None:
    with clock.at(world.now):
        client.force_login(officer)
        answer = client.get(reverse("parties:arrived"))
    assert answer.headers["Location"] == "/"
    assert client.session[ACTING_FOR] == ""


def test_several_sides_are_offered_and_only_ones_own_can_be_taken(client: Client, officer: Person, world: Any) -> None:
    firm, other = world.firm("丙公司"), world.firm("乙公司")
    commands.add_member(CLOCK, party_id=firm.id, person_id=officer.id, capacity="staff", now=world.now)
    with clock.at(world.now):
        client.force_login(officer)
        assert client.get(reverse("parties:arrived")).headers["Location"] == reverse("parties:choose")
        page = client.get(reverse("parties:choose")).content.decode()
        assert "丙公司（工作人员）" in page
        assert "越城区 县科技局经办人" in page
        assert client.post(reverse("parties:choose"), {"party_id": other.id}).status_code == 403
        client.post(reverse("parties:choose"), {"party_id": firm.id})
    assert client.session[ACTING_FOR] == firm.id


def test_a_choice_that_has_ended_is_forgotten(client: Client, officer: Person, world: Any) -> None:
    firm = world.firm()
    joined = commands.add_member(CLOCK, party_id=firm.id, person_id=officer.id, capacity="staff", now=world.now)
    with clock.at(world.now):
        client.force_login(officer)
        client.post(reverse("parties:choose"), {"party_id": firm.id})
        commands.end_member(CLOCK, membership_id=joined.id, now=world.now)
        client.get(reverse("parties:choose"))
    assert ACTING_FOR not in client.session


def test_next_leads_to_our_own_pages_only(client: Client, officer: Person, world: Any) -> None:
    with clock.at(world.now):
        client.force_login(officer)
        answer = client.post(reverse("parties:choose"), {"party_id": "", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def _through_the_stand_in(client: Client, kind: str, given: dict[str, str]) -> Any:
    to_service = client.get(reverse("parties:ticket_start", args=[kind])).headers["Location"]
    assert "模拟" in client.get(to_service).content.decode()
    back = client.post(to_service, given)
    assert back.status_code == 302, back.content.decode()
    return back.headers["Location"]


LEGAL = {
    "name": "周代表",
    "identity": "11010519491231002X",
    "organisation": "绍兴新示例有限公司",
    "region": "330602",
    "represents": "on",
}


def test_a_legal_person_ticket_makes_person_firm_and_membership_once(client: Client, world: Any) -> None:
    given = LEGAL | {"credit_code": world.code()}
    with clock.at(world.now):
        for _ in range(2):
            client.get(_through_the_stand_in(client, "legal_person", given))
    party = Party.objects.get(credit_code=given["credit_code"])
    assert client.session[ACTING_FOR] == party.id
    assert client.session["_auth_user_id"] == party.legal_representative_id
    assert Person.objects.filter(name="周代表").count() == 1


def test_an_operator_who_does_not_represent_becomes_staff(client: Client, world: Any) -> None:
    firm = world.firm("甲公司")
    given = LEGAL | {"credit_code": firm.credit_code, "represents": ""}
    with clock.at(world.now):
        client.get(_through_the_stand_in(client, "legal_person", given))
    actor = queries.actor_for(client.session["_auth_user_id"], party_id=firm.id, on=world.today)
    assert actor.capacity == "staff"


def test_a_personal_ticket_brings_in_a_person_without_a_party(client: Client, world: Any) -> None:
    with clock.at(world.now):
        client.get(_through_the_stand_in(client, "person", {"name": "陈创业", "identity": "11010519491231002X"}))
    assert ACTING_FOR not in client.session
    assert "_auth_user_id" in client.session


def test_a_ticket_is_good_once_in_the_browser_that_asked_and_for_its_own_kind(client: Client, world: Any) -> None:
    with clock.at(world.now):
        back = _through_the_stand_in(client, "person", {"name": "陈创业", "identity": "11010519491231002X"})
        assert Client().get(back).status_code == 403, "another browser"
        assert client.get(back).status_code == 302
        assert client.get(back).status_code == 403, "a second time"
    service = StandIn()
    ticket = service.issue(TicketKind.PERSON, {"name": "甲", "identity": "x"}, serial="1")
    with pytest.raises(TicketRefused):
        service.profile(TicketKind.LEGAL_PERSON, ticket)
    service.profile(TicketKind.PERSON, ticket)
    with pytest.raises(TicketRefused):
        service.profile(TicketKind.PERSON, ticket)


def test_without_an_adapter_there_is_no_stand_in(client: Client, settings: Any) -> None:
    settings.ZJZWFW_ADAPTER = ""
    assert client.get(reverse("parties:stand_in", args=["person"])).status_code == 404
    assert client.get(reverse("parties:ticket_start", args=["person"])).status_code == 404
    assert "模拟" not in client.get(reverse("account_login")).content.decode()


def test_the_stand_in_sends_nobody_elsewhere(client: Client) -> None:
    answer = client.get(reverse("parties:stand_in", args=["person"]), {"return_to": "https://evil.example/"})
    assert answer.status_code == 404


def test_an_officer_names_a_substitute_on_the_page(client: Client, officer: Person, world: Any) -> None:
    present = world.officer(Role.COUNTY_APPROVER, name="吴审核")
    given = {
        "office": Office.objects.get(person=officer).id,
        "substitute": present.person_id,
        "valid_from": world.today.isoformat(),
        "last_day": (world.today + timedelta(days=2)).isoformat(),
        "reason": "年休假",
    }
    with clock.at(world.now):
        client.force_login(officer)
        assert "吴审核" in client.get(reverse("parties:substitutes")).content.decode()
        wrong = client.post(reverse("parties:substitutes"), given | {"last_day": "2020-01-01"})
        assert wrong.status_code == 422
        assert client.post(reverse("parties:substitutes"), given).status_code == 302
        made = Substitution.objects.get()
        assert made.valid_until == world.today + timedelta(days=3)
        assert client.post(reverse("parties:end_substitution", args=[made.id])).status_code == 302
    made.refresh_from_db()
    assert made.ended
