"""Decisions about parties need two persons and a document; offices are given by document, never to oneself."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties import commands, queries, rules
from kechuang.parties.models import Office, Party, PartyDecision, Person
from kechuang.parties.states import ACTING_FOR, DECISION_MACHINE, DecisionState, PartyState
from kechuang.trail.queries import altered_rows, way
from kechuang.ui import clock
from tests.parties.test_machines import _actor, _cases, _listed, _tried

pytestmark = pytest.mark.django_db


def proposed(world: Any, party: Party, kind: str = "strike_off", *, by: Actor | None = None, **more: str) -> Any:
    given = {"document": "越市监注〔2025〕3号", "reason": "经营期满注销"} | more
    return commands.propose_decision(by or world.officer(), kind=kind, party_id=party.id, now=world.now, **given)


def test_nothing_changes_until_another_person_carries_it_out(world: Any) -> None:
    firm, approver = world.firm(), world.officer(Role.COUNTY_APPROVER)
    row = proposed(world, firm)
    assert queries.party(firm.id).active
    (waiting,) = queries.decisions_waiting_for(approver, on=world.today)
    assert waiting.subject_id == row.id
    commands.carry_out_decision(approver, decision_id=row.id, now=world.now)
    assert queries.party(firm.id).state == PartyState.STRUCK_OFF
    assert list(way([firm.id]))[-1].facts["reason"] == "越市监注〔2025〕3号 经营期满注销"
    assert not queries.decisions_waiting_for(approver, on=world.today)
    assert altered_rows() == []


def test_a_merger_and_a_new_name_are_carried_out_too(world: Any) -> None:
    kept, merged, approver = world.firm("甲公司"), world.firm("乙公司"), world.officer(Role.COUNTY_APPROVER)
    row = proposed(world, merged, "merge", into_id=kept.id)
    commands.carry_out_decision(approver, decision_id=row.id, now=world.now)
    assert queries.party(merged.id).merged_into == kept.id
    row = proposed(world, kept, "rename", new_name="甲乙公司")
    commands.carry_out_decision(approver, decision_id=row.id, now=world.now)
    assert queries.names_of(kept.id) == ["甲乙公司", "甲公司"]


def test_who_proposed_does_not_carry_out_even_in_another_office(world: Any) -> None:
    firm, officer = world.firm(), world.officer()
    row = proposed(world, firm, by=officer)
    city = world.officer(Role.CITY_SCIENCE, "330600")
    commands.appoint(
        city, person_id=officer.person_id, role=Role.COUNTY_APPROVER, region="330602", document="1号", now=world.now
    )
    both = queries.actor_for(officer.person_id, on=world.today)
    for act in (
        lambda: commands.carry_out_decision(both, decision_id=row.id, now=world.now),
        lambda: commands.refuse_decision(both, decision_id=row.id, reason="不符", now=world.now),
    ):
        with pytest.raises(rules.SameHands):
            act()
    assert queries.party(firm.id).active


def test_the_database_keeps_the_two_persons_apart(world: Any) -> None:
    """What the command's check guards, the constraint guards without it."""
    row = proposed(world, world.firm())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE parties_partydecision SET decided_by_id = proposed_by_id WHERE id = %s", [row.id])


def test_a_decision_needs_a_document_a_reason_and_a_party_of_ones_county(world: Any) -> None:
    firm = world.firm()
    with pytest.raises(rules.DocumentMissing):
        proposed(world, firm, document=" ")
    with pytest.raises(rules.ReasonMissing):
        proposed(world, firm, reason="")
    with pytest.raises(NotVisible):
        proposed(world, firm, by=world.officer(region="330681"))
    with pytest.raises(rules.MayNotPropose):
        proposed(world, firm, by=world.officer(Role.COUNTY_APPROVER))
    with pytest.raises(rules.SameRecord):
        proposed(world, firm, "merge", into_id=firm.id)
    with pytest.raises(rules.NothingChanged):
        proposed(world, firm, "rename", new_name=firm.name)
    proposed(world, firm)
    with pytest.raises(rules.DecisionOpen):
        proposed(world, firm)


def test_of_a_party_that_is_no_more_nothing_is_decided(world: Any) -> None:
    firm = world.firm()
    commands.strike_off(world.officer(Role.COUNTY_APPROVER), party_id=firm.id, reason="注销", now=world.now)
    with pytest.raises(MoveNotOpen):
        proposed(world, firm)


ACTS: dict[str, Callable[[Any, Actor, PartyDecision], object]] = {
    "carry_out": lambda w, a, r: commands.carry_out_decision(a, decision_id=r.id, now=w.now),
    "refuse": lambda w, a, r: commands.refuse_decision(a, decision_id=r.id, reason="不符", now=w.now),
    "withdraw": lambda w, a, r: commands.withdraw_decision(a, decision_id=r.id, now=w.now),
}


@pytest.mark.parametrize(("state", "action", "role"), _cases(DECISION_MACHINE, ACTS))
def test_a_decision(world: Any, state: DecisionState, action: str, role: Role) -> None:
    party = world.firm("甲公司")
    row, approver = proposed(world, party), world.officer(Role.COUNTY_APPROVER)
    before: dict[DecisionState, str] = {
        DecisionState.CARRIED_OUT: "carry_out",
        DecisionState.REFUSED: "refuse",
        DecisionState.WITHDRAWN: "withdraw",
    }
    actor = _actor(world, role, party)
    if state in before:
        ACTS[before[state]](world, world.officer() if state is DecisionState.WITHDRAWN else approver, row)
    done = _tried(lambda: ACTS[action](world, actor, row))
    assert done is _listed(DECISION_MACHINE, state, action, role)


def test_an_office_is_given_from_a_day_by_document(world: Any) -> None:
    city = world.officer(Role.CITY_SCIENCE, "330600")
    begins = world.today + timedelta(days=7)
    given = {"name": "沈新", "identity": "11010519491231002X", "role": Role.COUNTY_OFFICER, "region": "330602"}
    office = commands.appoint_officer(
        city,
        **given,
        document="绍市科〔2025〕8号",
        valid_from=begins,
        valid_until=begins + timedelta(days=90),
        now=world.now,
    )
    assert (office.document, office.valid_from) == ("绍市科〔2025〕8号", begins)
    assert not queries.actor_for(office.person_id, on=world.today).posts
    assert queries.actor_for(office.person_id, on=begins).holds(Role.COUNTY_OFFICER)
    assert not queries.actor_for(office.person_id, on=begins + timedelta(days=90)).posts
    again = commands.appoint_officer(
        city, **given, document="绍市科〔2025〕8号", valid_from=begins, valid_until=None, now=world.now
    )
    assert again.person_id == office.person_id, "the same person by the identity number"
    for wrong in ({"document": " "}, {"valid_from": world.today - timedelta(days=1)}, {"valid_until": begins}):
        said = {"document": "1号", "valid_from": begins, "valid_until": None} | wrong
        with pytest.raises((rules.DocumentMissing, rules.WrongPeriod)):
            commands.appoint_officer(city, **given, **said, now=world.now)


def test_nobody_appoints_or_dismisses_themselves(world: Any) -> None:
    city = world.officer(Role.CITY_SCIENCE, "330600")
    with pytest.raises(rules.OwnAppointment):
        commands.appoint(
            city, person_id=city.person_id, role=Role.COUNTY_OFFICER, region="330602", document="1号", now=world.now
        )
    assert Office.objects.filter(person_id=city.person_id).count() == 1


def entered(actor: Actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(id=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


_SEES = {role: role not in {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK} for role in Role}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLOCK])
def test_who_sees_the_pages_of_decisions_and_offices(world: Any, role: Role) -> None:
    firm = world.firm()
    actor = _actor(world, role, firm)
    with clock.at(world.now):
        client = entered(actor)
        wanted = 200 if _SEES[role] else 404
        assert client.get("/credit/decisions/").status_code == wanted
        assert client.get("/parties/offices/").status_code == wanted
        assert client.get("/credit/decisions/new/").status_code == (200 if role is Role.COUNTY_OFFICER else 404)
        posted = client.post("/parties/offices/", {}).status_code
        assert posted == (422 if role is Role.CITY_SCIENCE else 404)


def test_officer_and_approver_do_it_on_the_pages(world: Any) -> None:
    firm, officer, approver = world.firm(), entered(world.officer()), entered(world.officer(Role.COUNTY_APPROVER))
    said = {"kind": "strike_off", "party": firm.credit_code, "document": "3号", "reason": "注销"}
    with clock.at(world.now):
        assert "不能撤销" in officer.get("/credit/decisions/new/").content.decode()
        assert officer.post("/credit/decisions/new/", said | {"party": "没有这家"}).status_code == 422
        where = officer.post("/credit/decisions/new/", said)["Location"]
        assert "核准并执行" not in officer.get(where).content.decode()
        assert officer.post(f"{where}carry_out/").status_code == 409
        page = approver.get(where).content.decode()
        assert "核准并执行" in page
        assert "未用完的创新券退回预算" in page
        assert approver.post(f"{where}refuse/", {"reason": ""}).status_code == 422
        assert approver.post(f"{where}carry_out/").status_code == 302
    assert queries.party(firm.id).state == PartyState.STRUCK_OFF


def test_the_city_appoints_and_dismisses_on_the_page(world: Any) -> None:
    city = entered(world.officer(Role.CITY_SCIENCE, "330600"))
    said = {
        "name": "沈新", "identity": "11010519491231002X", "phone": "", "role": "county_officer", "region": "330602",
        "valid_from": world.today.isoformat(), "last_day": "", "document": "绍市科〔2025〕8号",
    }  # fmt: skip
    with clock.at(world.now):
        assert city.post("/parties/offices/", said | {"document": ""}).status_code == 422
        assert city.post("/parties/offices/", said).status_code == 302
        office = Office.objects.get(person__name="沈新")
        assert "沈新" in city.get("/parties/offices/").content.decode()
        assert city.post(f"/parties/offices/{office.id}/dismiss/").status_code == 302
    office.refresh_from_db()
    assert office.valid_until == world.today


def test_the_matrix_is_complete() -> None:
    assert set(_SEES) == set(Role)
    assert {action for _state, action, _role in product(DecisionState, ACTS, Role)} == {
        move.action for move in DECISION_MACHINE.moves
    }
