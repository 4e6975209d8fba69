"""The table decides, draws, and refuses what it does not list; a table that is wrong does not load."""

from enum import StrEnum

import pytest

from kechuang.kernel.actor import CLOCK, Actor, Post, Role
from kechuang.kernel.machine import Machine, Move, MoveNotOpen


class S(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    DONE = "done"


LABELS = {S.DRAFT: "草稿", S.SENT: "已报送", S.DONE: "已办结"}
MOVES = [
    Move("edit", {S.DRAFT}, None, {Role.HOLDER}, "修改"),
    Move("send", {S.DRAFT}, S.SENT, {Role.HOLDER}, "报送"),
    Move("finish", {S.SENT}, S.DONE, {Role.COUNTY_OFFICER}, "办结"),
]


def machine(moves: list[Move] | None = None, labels: dict[S, str] | None = None) -> Machine:
    return Machine("paper", S, S.DRAFT, moves or MOVES, labels=labels or LABELS, waits={S.SENT: Role.COUNTY_OFFICER})


def test_open_moves_are_the_buttons_of_a_role_in_table_order() -> None:
    assert [move.action for move in machine().open(S.DRAFT, {Role.HOLDER})] == ["edit", "send"]
    assert machine().open(S.DRAFT, {Role.AUDITOR}) == []


def test_a_move_that_is_not_open_is_refused_in_words() -> None:
    with pytest.raises(MoveNotOpen) as refusal:
        machine().check("finish", S.DRAFT, {Role.COUNTY_OFFICER})
    assert refusal.value.facts["state_label"] == "草稿"
    assert refusal.value.facts["label"] == "办结"


def test_an_act_that_keeps_the_state_lands_where_it_was() -> None:
    assert machine().check("edit", S.DRAFT, {Role.HOLDER}).lands(S.DRAFT) is S.DRAFT


def test_what_nothing_leaves_is_final() -> None:
    assert machine().final == {S.DONE}


def test_the_drawing_has_every_state_and_every_move() -> None:
    drawn = machine().mermaid()
    assert "[*] --> draft" in drawn
    assert "draft --> sent: 报送" in drawn
    assert "draft --> draft: 修改" in drawn
    assert "done --> [*]" in drawn


@pytest.mark.parametrize(
    ("moves", "labels", "why"),
    [
        ([*MOVES, Move("send", {S.DRAFT}, S.DONE, {Role.HOLDER}, "报送")], None, "only once"),
        (MOVES[:2], None, "unreachable"),
        (None, {S.DRAFT: "草稿", S.SENT: "已报送"}, "unlabelled"),
    ],
)
def test_a_table_that_is_wrong_does_not_load(moves: list[Move] | None, labels: dict[S, str] | None, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        machine(moves, labels)


def test_an_office_counts_where_it_lies_and_below() -> None:
    city = Actor("psn", posts=frozenset({Post(Role.CITY_SCIENCE, "330600", frozenset({"330600", "330602"}))}))
    assert city.roles_in("330602") == {Role.CITY_SCIENCE}
    assert city.roles_in("330106") == frozenset()
    assert CLOCK.roles_in("330106") == {Role.CLOCK}


def test_a_substitute_acts_for_the_absent_unless_the_post_is_also_their_own() -> None:
    lent = Post(Role.COUNTY_OFFICER, "330602", stands_in_for="psn_absent")
    own = Post(Role.COUNTY_OFFICER, "330602")
    assert Actor("psn", posts=frozenset({lent})).stood_in_for("330602", Role.COUNTY_OFFICER) == "psn_absent"
    assert Actor("psn", posts=frozenset({lent, own})).stood_in_for("330602", Role.COUNTY_OFFICER) == ""
