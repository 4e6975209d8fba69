"""One natural person is one pair of hands, whatever record, office or party they act by."""

from dataclasses import replace
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Post, Role
from kechuang.parties import commands, queries, rules

pytestmark = pytest.mark.django_db


def approver(world: Any, person_id: str, absent: str = "") -> Actor:
    post = Post(Role.COUNTY_APPROVER, "330602", frozenset({"330602"}), stands_in_for=absent)
    return Actor(person_id=person_id, posts=frozenset({post}))


def refused(actor: Actor, **given: Any) -> None:
    queries.refuse_same_hands(actor, "330602", Role.COUNTY_APPROVER, **given)


def test_what_a_merged_record_did_was_done_by_the_same_person(world: Any) -> None:
    double, middle, kept = (world.person("王五").id for _ in range(3))
    for merged, into in ((double, middle), (middle, kept)):
        commands.merge_persons(CLOCK, kept_id=into, merged_id=merged, reason="重复登记", now=world.now)
    refused(approver(world, kept), before=[world.person("李四").id])
    with pytest.raises(rules.SameHands):
        refused(approver(world, kept), before=[double])
    with pytest.raises(rules.SameHands):
        refused(approver(world, world.person("赵六").id, absent=kept), before=[double])


def test_nobody_decides_for_a_party_they_belong_to_nor_in_the_place_of_who_does(world: Any) -> None:
    firm, other = world.firm(), world.person("赵六").id
    head = world.head_of(firm).person_id
    for actor in (approver(world, head), approver(world, other, absent=head)):
        with pytest.raises(rules.Related):
            refused(actor, before=[], sides=[firm.id])
    refused(approver(world, other), before=[], sides=[firm.id])
    refused(replace(approver(world, head)), before=[], sides=["pty_other"])
