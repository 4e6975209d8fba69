"""资金绩效: targets are set and agreed by two, execution is watched, the year evaluated from the books, finance says its word."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kechuang.cockpit import commands, queries, rules
from kechuang.cockpit.models import Target
from kechuang.cockpit.rules import TARGETED, PerformanceTerms
from kechuang.cockpit.rules.indicators import INDICATORS
from kechuang.cockpit.states import TargetState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import BasisPoints
from kechuang.parties.rules import SameHands
from kechuang.pilot.queries import Summary
from kechuang.ui import clock
from tests.cockpit.conftest import CITY, NOW, holding
from tests.pilot.conftest import UNTIL

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once

YUECHENG, KEQIAO = "330602", "330603"
DECEMBER = clock.instant(date(2025, 12, 1))
WANTED = dict.fromkeys(TARGETED, 100)
TERMS = PerformanceTerms("06-30", BasisPoints(4_000), "11-15")


@pytest.fixture
def clerk(played: Summary) -> Actor:
    return holding(Role.BUDGET_AUTHOR, YUECHENG)


@pytest.fixture
def finance(played: Summary) -> Actor:
    return holding(Role.COUNTY_FINANCE, YUECHENG)


def drafted(clerk: Actor) -> Target:
    return commands.draft_target(clerk, region=YUECHENG, year=2025, targets=WANTED, basis="年度预算", now=NOW)


def agreed(clerk: Actor, finance: Actor) -> Target:
    row = drafted(clerk)
    commands.submit_target(clerk, target_id=row.id, now=NOW)
    return commands.agree_target(finance, target_id=row.id, now=NOW)


def test_a_year_is_set_agreed_evaluated_and_closed(clerk: Actor, finance: Actor) -> None:
    row = agreed(clerk, finance)
    commands.evaluate_target(clerk, target_id=row.id, text="完成较好", now=DECEMBER)
    done = commands.opine(finance, target_id=row.id, text="同意自评", now=DECEMBER)
    assert done.state == TargetState.CLOSED
    live = queries.live(YUECHENG, date(2025, 1, 1), on=clock.day(DECEMBER)).total
    assert done.figures == live
    lines = queries.target_sheet(finance, row.id, on=clock.day(DECEMBER)).lines
    assert {line.code: line.reached for line in lines} == {code: live[code] for code in TARGETED}


def test_drafted_twice_it_is_one_sheet(clerk: Actor) -> None:
    assert drafted(clerk).id == drafted(clerk).id


def test_targets_are_asked_for_one_by_one(clerk: Actor) -> None:
    with pytest.raises(rules.TargetMissing) as refused:
        commands.draft_target(clerk, region=YUECHENG, year=2025, targets={**WANTED, "paid": 0}, basis="x", now=NOW)
    assert refused.value.facts == {"what": "已付"}


def test_before_its_day_nobody_evaluates_a_year(clerk: Actor, finance: Actor) -> None:
    row = agreed(clerk, finance)
    with pytest.raises(rules.SelfEvaluationTooEarly):
        commands.evaluate_target(clerk, target_id=row.id, text="提前", now=NOW)
    with pytest.raises(rules.TargetMissing):
        commands.evaluate_target(clerk, target_id=row.id, text=" ", now=DECEMBER)


def test_nobody_agrees_to_their_own_targets(clerk: Actor, finance: Actor) -> None:
    row = drafted(clerk)
    with pytest.raises(MoveNotOpen):
        commands.agree_target(finance, target_id=row.id, now=NOW)
    commands.submit_target(clerk, target_id=row.id, now=NOW)
    with pytest.raises(MoveNotOpen):
        commands.agree_target(clerk, target_id=row.id, now=NOW)
    both = Actor(person_id=clerk.person_id, posts=clerk.posts | finance.posts)
    with pytest.raises(SameHands):
        commands.agree_target(both, target_id=row.id, now=NOW)
    with pytest.raises(IntegrityError, match="target_agreed_by_another"), transaction.atomic():
        Target.objects.filter(id=row.id).update(agreed_by=clerk.person_id)


def test_neither_who_stands_in_for_an_author_nor_a_former_author_agrees(clerk: Actor, finance: Actor) -> None:
    row = drafted(clerk)
    other = Actor(person_id="psn_other", posts=clerk.posts)
    commands.edit_target(other, target_id=row.id, targets=WANTED, basis="年度预算", now=NOW)
    commands.submit_target(other, target_id=row.id, now=NOW)
    (post,) = (post for post in finance.posts if post.role is Role.COUNTY_FINANCE)
    first = Actor(person_id=clerk.person_id, posts=frozenset({post}))
    substitute = Actor(person_id=finance.person_id, posts=frozenset({replace(post, stands_in_for=other.person_id)}))
    for same in (first, substitute):
        with pytest.raises(SameHands):
            commands.agree_target(same, target_id=row.id, now=NOW)
    assert commands.agree_target(finance, target_id=row.id, now=NOW).state == TargetState.SET  # negative control


def test_who_stands_in_for_who_evaluated_gives_no_opinion_on_it(clerk: Actor, finance: Actor) -> None:
    row = agreed(clerk, finance)
    commands.evaluate_target(clerk, target_id=row.id, text="完成较好", now=DECEMBER)
    (post,) = (post for post in finance.posts if post.role is Role.COUNTY_FINANCE)
    substitute = Actor(person_id=finance.person_id, posts=frozenset({replace(post, stands_in_for=clerk.person_id)}))
    with pytest.raises(SameHands):
        commands.opine(substitute, target_id=row.id, text="同意", now=DECEMBER)


def test_two_who_begin_a_sheet_at_once_have_the_same_one(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    row = drafted(clerk)
    monkeypatch.setattr(Target.objects, "filter", lambda **_asked: Target.objects.none())  # as both looked
    assert drafted(clerk).id == row.id


def test_a_place_is_warned_by_its_own_rule_and_no_other(played: Summary) -> None:
    assert queries.performance_terms(YUECHENG, on=UNTIL) is not None
    for elsewhere in ("331083", "110114", "330000"):
        assert queries.performance_terms(elsewhere, on=UNTIL) is None


def test_finance_gives_a_sheet_back_and_it_is_mended(clerk: Actor, finance: Actor) -> None:
    row = drafted(clerk)
    commands.submit_target(clerk, target_id=row.id, now=NOW)
    back = commands.return_target(finance, target_id=row.id, text="目标偏低", now=NOW)
    assert (back.state, back.reason) == (TargetState.DRAFT, "目标偏低")
    more = {**WANTED, "offset": 200}
    commands.edit_target(clerk, target_id=row.id, targets=more, basis="年度预算", now=NOW)
    assert {line["code"]: line["target"] for line in Target.objects.get(id=row.id).lines}["offset"] == 200


def test_other_counties_do_not_see_it_and_the_city_does(clerk: Actor) -> None:
    row = drafted(clerk)
    with pytest.raises(NotVisible):
        queries.target_sheet(holding(Role.BUDGET_AUTHOR, KEQIAO), row.id, on=UNTIL)
    with pytest.raises(NotVisible):
        commands.draft_target(
            holding(Role.BUDGET_AUTHOR, KEQIAO), region=YUECHENG, year=2025, targets=WANTED, basis="x", now=NOW
        )
    assert queries.target_sheet(holding(Role.CITY_FINANCE, CITY), row.id, on=UNTIL).county == "越城区"


def test_slow_execution_is_warned_of_from_the_day_of_the_look() -> None:
    nothing = {one.code: 0 for one in INDICATORS}
    slow = {**nothing, "budgeted": 100, "year_paid": 39, "spent_bp": 3_999}
    assert not rules.warned(slow, TERMS, year=2025, on=date(2025, 6, 29))
    assert rules.warned(slow, TERMS, year=2025, on=date(2025, 6, 30))
    assert not rules.warned({**slow, "spent_bp": 4_000}, TERMS, year=2025, on=date(2025, 12, 1))
    assert not rules.warned(nothing, TERMS, year=2025, on=date(2025, 12, 1))
