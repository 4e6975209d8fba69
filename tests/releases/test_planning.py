"""Planning a release: one drafts, another checks, and the money must be there."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.parties.queries import actor_for
from kechuang.parties.rules import SameHands
from kechuang.releases import commands, rules
from kechuang.releases.commands import Plan
from kechuang.releases.models import Pool, Release
from kechuang.ui import clock
from tests.releases.conftest import FACE, Square
from tests.vouchers.conftest import KEQIAO

pytestmark = pytest.mark.django_db


def test_the_author_does_not_check_the_own_plan(square: Square) -> None:
    square.release()
    release = square.drafted()
    commands.submit(square.author, release_id=release.id, now=square.now)
    both = Actor(person_id=square.author.person_id, posts=square.author.posts | square.checker.posts)
    with pytest.raises(rules.OwnRelease):
        commands.announce(both, release_id=release.id, now=square.now)


def test_nor_does_who_stands_in_for_the_author(square: Square) -> None:
    square.release()
    release = square.drafted()
    commands.submit(square.author, release_id=release.id, now=square.now)
    (post,) = square.checker.posts
    stand_in = Actor(
        person_id=square.checker.person_id, posts=frozenset({replace(post, stands_in_for=square.author.person_id)})
    )
    with pytest.raises(SameHands):
        commands.announce(stand_in, release_id=release.id, now=square.now)


def test_four_eyes_are_a_constraint_of_the_table_too(square: Square) -> None:
    square.release()
    release = square.announced()
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(id=release.id).update(checked_by=release.drafted_by)


def test_the_parts_are_cut_when_it_is_announced(square: Square) -> None:
    square.release(1_000_000_000)
    release = square.announced(amount_fen=Fen(1_000_000_000))
    parts = dict(Pool.objects.filter(release=release).values_list("key", "amount_fen"))
    assert parts == {"label:incubated": 180_000_000, "general": 720_000_000}
    assert release.held_back_fen == 100_000_000
    assert release.terms["params"]["hold_back_bp"]["illustrative"]


def test_the_parts_can_never_be_made_more_than_the_amount(square: Square) -> None:
    square.release(1_000_000_000)
    release = square.announced(amount_fen=Fen(1_000_000_000))
    general = Pool.objects.filter(release=release, key="general")
    with pytest.raises(IntegrityError), transaction.atomic():
        raised(general, 720_000_001)
    raised(general, 720_000_000)


def raised(pool: QuerySet[Pool], fen: int) -> None:
    pool.update(amount_fen=fen)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_release_that_the_budget_does_not_bear_is_not_announced(square: Square) -> None:
    square.release(FACE * 10)
    square.announced(amount_fen=Fen(FACE * 6))
    with pytest.raises(rules.BudgetTooSmall) as refused:
        square.announced(amount_fen=Fen(FACE * 5), title="第二批")
    assert refused.value.facts["planned_fen"] == FACE * 6
    square.announced(amount_fen=Fen(FACE * 4), title="第三批")


def test_a_draft_of_another_county_is_not_there(square: Square) -> None:
    release = square.drafted()
    other = square.officer(Role.BUDGET_AUTHOR, KEQIAO)
    with pytest.raises(NotVisible):
        commands.submit(other, release_id=release.id, now=square.now)
    with pytest.raises(NotVisible):
        commands.draft(other, scheme=release.scheme, region=release.region, plan=square.plan(), now=square.now)


def test_a_lottery_without_a_named_public_source_is_not_planned(square: Square) -> None:
    with pytest.raises(rules.SeedNotNamed):
        square.drafted("lottery", seed_event="")
    with pytest.raises(rules.SeedNotNamed):
        square.drafted("lottery", seed_on=square.today)
    for pattern in ("", "## ##", "任意"):
        with pytest.raises(rules.SeedPatternWeak):
            square.drafted("lottery", seed_pattern=pattern)
    assert square.drafted("lottery", seed_pattern=" ##  ## ## + ## ").seed_pattern == "## ## ## + ##"
    assert square.drafted("scored", seed_pattern="").seed_pattern == ""


def test_who_is_late_with_checking_sends_it_back(square: Square) -> None:
    square.release()
    release = square.drafted()
    commands.submit(square.author, release_id=release.id, now=square.now)
    square.now = release.opens_at
    with pytest.raises(rules.BeginsInThePast):
        commands.announce(square.checker, release_id=release.id, now=square.now)
    back = commands.return_(square.checker, release_id=release.id, reason="开始时间已过", now=square.now)
    assert (back.state, back.reason) == ("draft", "开始时间已过")
    edited = commands.edit(square.author, release_id=release.id, plan=square.plan(), now=square.now)
    assert edited.opens_at > square.now


def test_a_release_that_somebody_entered_is_not_withdrawn(square: Square) -> None:
    square.release()
    release = square.opened()
    square.enter(square.firm(), release)
    with pytest.raises(rules.HasEntries):
        commands.withdraw(square.checker, release_id=release.id, reason="误公告", now=square.now)
    other = square.announced(title="另一批", grants=1)
    gone = commands.withdraw(square.checker, release_id=other.id, reason="误公告", now=square.now)
    assert gone.state == "withdrawn"


def beijing(square: Square, way: str, day: date) -> Plan:
    opens = clock.instant(day, time(9))
    return Plan("算力券第一批", way, Fen(1_000_000_000), 1, opens, opens + timedelta(days=2))


def test_the_compute_vouchers_of_beijing_are_first_come_on_the_days_of_its_batches(square: Square) -> None:
    square.to(date(2026, 3, 2))
    author = square.officer(Role.BUDGET_AUTHOR, "110114")
    said = {"scheme": "beijing/compute-2026", "region": "110114", "now": square.now}
    plan = beijing(square, "first_come", date(2026, 3, 16))
    assert commands.draft(author, plan=plan, **said).year == 2026  # type: ignore[arg-type]
    with pytest.raises(rules.NotAReleaseDay):
        commands.draft(author, plan=beijing(square, "first_come", date(2026, 3, 17)), **said)  # type: ignore[arg-type]
    with pytest.raises(rules.WayNotNamed):
        commands.draft(author, plan=beijing(square, "lottery", date(2026, 3, 16)), **said)  # type: ignore[arg-type]


def test_in_beijing_what_is_sold_out_is_over(square: Square) -> None:
    """额度发完即止: no waiting list; who comes too late is told so by the article."""
    square.to(date(2026, 3, 2))
    square.release(2_000_000_000, "110114", 2026)
    author = square.officer(Role.BUDGET_AUTHOR, "110114")
    checker = square.officer(Role.COUNTY_FINANCE, "110114")
    plan = beijing(square, "first_come", date(2026, 3, 16))
    plan = Plan(plan.title, plan.way, Fen(72_000_000), 1, plan.opens_at, plan.closes_at)
    made = commands.draft(author, scheme="beijing/compute-2026", region="110114", plan=plan, now=square.now)
    commands.submit(author, release_id=made.id, now=square.now)
    commands.announce(checker, release_id=made.id, now=square.now)
    holders = [square.firm(f"北京企业{n}", "110114") for n in range(4)]
    square.now = made.opens_at
    got = [square.enter(holder, made).state for holder in holders[:3]]
    assert got == ["granted", "granted", "missed"]
    with pytest.raises(rules.SoldOut) as refused:
        square.enter(holders[3], made)
    assert "首都创新券规定" in str(refused.value.facts["article"])


def test_a_person_of_no_office_sees_no_draft(square: Square) -> None:
    release = square.drafted()
    nobody = actor_for(square.person(), on=square.today)
    with pytest.raises(NotVisible):
        commands.submit(nobody, release_id=release.id, now=square.now)
