from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from kechuang.credit import commands, queries, rules
from kechuang.credit.models import Commitment
from kechuang.kernel.actor import CLOCK, Role
from kechuang.parties import commands as parties
from kechuang.parties.rules import AuthorisationMissing
from kechuang.policy import book
from kechuang.trail.queries import altered_rows
from tests.rulebook import rulebook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_packs() -> Iterator[None]:
    with book.installed(book.Book()):
        yield


def _sign(world: Any, actor: Any, kind: str = "holder") -> Commitment:
    return commands.sign_commitment(actor, party_id=actor.party_id, kind=kind, now=world.now)


@pytest.mark.parametrize("kind", ["holder", "provider"])
def test_nothing_is_in_force_before_it_is_signed(world: Any, kind: str) -> None:
    firm = world.firm()
    with pytest.raises(rules.CommitmentMissing) as caught:
        queries.require_commitment(firm.id, kind, on=world.today)
    assert caught.value.facts["kind"] == kind
    _sign(world, world.head_of(firm), kind)
    assert queries.require_commitment(firm.id, kind, on=world.today).capacity == "legal_representative"
    other = {"holder": "provider", "provider": "holder"}[kind]
    assert not queries.commitment_in_force(firm.id, other, on=world.today)


def test_a_maker_signs_for_themselves(world: Any) -> None:
    someone = world.person("陈创业")
    maker = parties.register_maker(CLOCK, person_id=someone.id, region="330602", now=world.now)
    _sign(world, world.head_of(maker))
    assert queries.commitment_in_force(maker.id, "holder", on=world.today)


def test_an_authorised_person_signs_and_the_letter_is_kept(world: Any) -> None:
    firm = world.firm()
    signed = _sign(world, world.staff_of(firm, "authorised", file="fil_letter"))
    assert (signed.capacity, signed.authorisation_file) == ("authorised", "fil_letter")


def test_without_the_letter_nothing_is_signed(world: Any) -> None:
    from dataclasses import replace

    firm = world.firm()
    pretender = replace(world.staff_of(firm), capacity="authorised")
    with pytest.raises(AuthorisationMissing):
        _sign(world, pretender)


@pytest.mark.parametrize("capacity", ["staff", "finance"])
def test_staff_do_not_sign(world: Any, capacity: str) -> None:
    firm = world.firm()
    with pytest.raises(rules.MayNotSign):
        _sign(world, world.staff_of(firm, capacity))


def test_officers_and_other_firms_do_not_sign(world: Any) -> None:
    firm, other = world.firm(), world.firm("乙公司")
    for actor in (world.officer(Role.COUNTY_APPROVER), world.head_of(other), CLOCK):
        with pytest.raises(rules.MayNotSign):
            commands.sign_commitment(actor, party_id=firm.id, kind="holder", now=world.now)


def test_a_double_click_signs_once(world: Any) -> None:
    head = world.head_of(world.firm())
    assert _sign(world, head).id == _sign(world, head).id
    assert altered_rows() == []


def test_a_new_text_is_signed_anew_from_its_day(world: Any) -> None:
    firm = world.firm()
    first = _sign(world, world.head_of(firm))
    day = world.today + timedelta(days=10)
    commands.publish_text(CLOCK, kind="holder", version="2", body="新文本", valid_from=day, now=world.now)
    assert queries.commitment_in_force(firm.id, "holder", on=day - timedelta(days=1))
    assert not queries.commitment_in_force(firm.id, "holder", on=day)
    world.days(10)
    second = _sign(world, world.head_of(firm))
    assert queries.commitment_in_force(firm.id, "holder", on=day)
    assert {first.text_id} != {second.text_id}
    assert first.text.body != second.text.body


def test_a_new_representative_signs_anew(world: Any) -> None:
    firm, successor = world.firm(), world.person("继任")
    _sign(world, world.head_of(firm))
    parties.change_legal_representative(CLOCK, party_id=firm.id, person_id=successor.id, now=world.now)
    assert not queries.commitment_in_force(firm.id, "holder", on=world.today)
    _sign(world, world.head_of(firm))
    assert queries.commitment_in_force(firm.id, "holder", on=world.today)


def test_the_words_of_a_pack_in_force_are_what_is_signed(world: Any) -> None:
    firm = world.firm()
    _sign(world, world.head_of(firm))
    with book.installed(rulebook()):
        text = queries.text_in_force("holder", on=world.today)
        assert text.scheme == "shaoxing/voucher-2021"
        assert not queries.commitment_in_force(firm.id, "holder", on=world.today)
        signed = _sign(world, world.head_of(firm))
        assert signed.text.body == text.body
        assert queries.commitment_in_force(firm.id, "holder", on=world.today)


def test_the_question_costs_two_statements(world: Any, django_assert_max_num_queries: Any) -> None:
    firm = world.firm()
    with django_assert_max_num_queries(2):
        queries.commitment_in_force(firm.id, "holder", on=world.today)


def test_what_was_signed_cannot_be_changed(world: Any) -> None:
    signed = _sign(world, world.head_of(world.firm()))
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Commitment.objects.filter(id=signed.id).update(capacity="authorised")


def test_who_sees_a_commitment(world: Any) -> None:
    firm, other = world.firm(), world.firm("乙公司")
    _sign(world, world.head_of(firm))
    assert queries.commitments(world.head_of(firm), firm.id).count() == 1
    assert queries.commitments(world.officer(), firm.id).count() == 1
    assert queries.commitments(world.head_of(other), firm.id).count() == 0
    assert queries.commitments(world.officer(region="330681"), firm.id).count() == 0
