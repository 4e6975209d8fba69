"""A spot check from its plan to its publication: frozen, drawn by a public value, made by two, put right."""

import argparse
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from kechuang_verify import draw as verify

from kechuang.claims import commands as claims
from kechuang.claims.models import Claim
from kechuang.deadlines.models import Deadline
from kechuang.kernel.actor import Actor, Post, Role
from kechuang.kernel.draw import leaf
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.notices.models import Notice
from kechuang.parties.queries import party
from kechuang.parties.rules import Related, SameHands
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Member, PlanFile, Sheet, Visit
from kechuang.supervision.queries.hands import hands_of
from kechuang.supervision.states.checks import InterestKind
from kechuang.trail.models import Event
from tests.claims.conftest import changed, standing_in
from tests.supervision.conftest import SEED, Checks
from tests.vouchers.conftest import KEQIAO, SCHEME, YUECHENG

pytestmark = pytest.mark.django_db


def test_the_register_is_frozen_with_its_digest_before_the_seed_exists(checks: Checks) -> None:
    plan = checks.fixed(claims=2)
    said, under = (json.loads(PlanFile.objects.get(plan=plan, kind=kind).text) for kind in ("register", "full"))
    assert {one["claim"] for one in under["sealed"]} == set(
        Claim.objects.filter(state="paid").values_list("number", flat=True)
    )
    assert {one["number"] for one in said["entries"] if "stratum" in one} == {leaf(one) for one in under["sealed"]}
    event = Event.objects.get(object_id=plan.id, action="supervision.fix")
    assert event.facts["register_digest"] == plan.register_digest
    assert plan.seed == ""
    with pytest.raises(rules.SeedNotYetPublic):
        commands.draw(checks.approver, plan_id=plan.id, seed_value=SEED, now=checks.now)


def test_an_office_plans_for_the_vouchers_of_its_own_place(checks: Checks) -> None:
    assert list(queries.schemes(["330600"], on=checks.today)) == [SCHEME]
    assert list(queries.schemes([YUECHENG], on=checks.today)) == [SCHEME]
    assert queries.schemes(["330200"], on=checks.today) == {}


def test_the_draw_again_from_its_seed_is_the_same_and_offline_too(checks: Checks, tmp_path: Path) -> None:
    plan = checks.drawn(claims=3, count=2)
    assert Sheet.objects.filter(visit__plan=plan).count() == 2
    assert queries.plan_sheet(checks.clerk, plan.id).redrawn is True
    files = {row.kind: tmp_path / f"{row.kind}.json" for row in PlanFile.objects.filter(plan=plan)}
    for row in PlanFile.objects.filter(plan=plan):
        files[row.kind].write_text(row.text)
    asked = [str(files["result"]), "--entries", str(files["register"]), "--digest", plan.register_digest]
    assert verified(*asked, "--value", SEED) == 0
    whole = files["result"].read_text()
    for spoil in (
        lambda said: said["result"]["sample"].pop(),
        lambda said: said["result"]["opened"].pop(),
        lambda said: said["result"]["opened"][0].update(claim="DF-OTHER"),
        lambda said: said["result"]["opened"][0]["sides"].pop(),
        lambda said: said["seed"].update(value="3 8 11 + 7"),
    ):
        said = json.loads(whole)
        spoil(said)
        files["result"].write_text(json.dumps(said))
        assert verified(*asked) == 2


def verified(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    return verify.run(parser.parse_args(arguments))


def test_who_planned_it_does_not_draw_it(checks: Checks) -> None:
    both = checks.officer(Role.CITY_SCIENCE, "330600")
    plan = checks.fixed(claims=1, by=both, region="330600")
    checks.to(plan.seed_on)
    with pytest.raises(rules.OwnPlan):
        commands.draw(both, plan_id=plan.id, seed_value=SEED, now=checks.now)


def test_nor_does_who_stands_in_for_the_planner(checks: Checks) -> None:
    plan = checks.fixed(claims=1, by=checks.city, region="330600")
    checks.to(plan.seed_on)
    covered = frozenset({"330600", YUECHENG})
    post = Post(Role.CITY_SCIENCE, "330600", covered, stands_in_for=checks.city.person_id)
    instead = Actor(person_id=checks.person("代办"), posts=frozenset({post}))
    with pytest.raises(SameHands):
        commands.draw(instead, plan_id=plan.id, seed_value=SEED, now=checks.now)


def test_the_drawer_does_not_choose_how_the_result_is_written(checks: Checks) -> None:
    plan = checks.fixed(claims=1)
    checks.to(plan.seed_on)
    event = Event.objects.get(object_id=plan.id, action="supervision.fix")
    assert event.facts["seed_pattern"] == "## ## ## + ##"
    for typed in ("030811+07", "3 8 11 + 7", "11 08 03 + 07"):
        with pytest.raises(rules.SeedMalformed):
            commands.draw(checks.approver, plan_id=plan.id, seed_value=typed, now=checks.now)
    assert commands.draw(checks.approver, plan_id=plan.id, seed_value=f" {SEED} ", now=checks.now).seed_value == SEED


def test_a_county_plans_checks_of_what_it_paid_and_the_city_may_check_again(checks: Checks) -> None:
    with pytest.raises(NotVisible):
        checks.drafted(region="330600")
    with pytest.raises(NotVisible):
        checks.drafted(by=checks.officer(Role.COUNTY_OFFICER, KEQIAO))
    plan = checks.fixed(claims=1, by=checks.city, region="330600")
    assert plan.register_count == 1


def test_a_provider_about_to_be_visited_is_visited_once_by_both(checks: Checks) -> None:
    first = checks.drawn(claims=1)
    second = checks.fixed(by=checks.city, region="330600")
    checks.to(second.seed_on)
    other = checks.officer(Role.CITY_SCIENCE, "330600")
    commands.draw(other, plan_id=second.id, seed_value="05 06 07 + 08", now=checks.now)
    ours, theirs = Visit.objects.get(plan=first), Visit.objects.get(plan=second)
    assert theirs.joined_id == ours.id
    commands.set_day(checks.team(ours)[0], visit_id=ours.id, on=checks.today, now=checks.now)
    theirs.refresh_from_db()
    assert theirs.visit_on == checks.today


def test_a_share_below_the_least_a_sample_above_the_register_and_an_empty_one_are_refused(checks: Checks) -> None:
    with pytest.raises(rules.ShareBelowMinimum):
        checks.drafted(share_bp=499)
    checks.inspectors()
    plan = checks.drafted()
    with pytest.raises(rules.RegisterEmpty):
        commands.fix(checks.clerk, plan_id=plan.id, now=checks.now)
    checks.paid_out()
    with pytest.raises(rules.SampleTooLarge):
        commands.fix(checks.clerk, plan_id=checks.drafted(count=2).id, now=checks.now)


def test_a_seed_that_is_public_already_is_refused(checks: Checks) -> None:
    with pytest.raises(rules.SeedNotAfterFreeze):
        checks.drafted(seed_on=checks.today)
    plan = checks.drafted(seed_on=checks.today + timedelta(days=1))
    checks.paid_out()
    with pytest.raises(rules.SeedNotAfterFreeze):
        commands.fix(checks.clerk, plan_id=plan.id, now=checks.now)


def test_interests_declared_and_found_keep_an_inspector_away(checks: Checks) -> None:
    server = checks.server.party_id
    family, member, former, free, other = checks.inspectors(5)
    code = party(server).credit_code
    commands.declare_interest(
        checks.clerk, inspector_id=family.id, credit_code=code, kind=InterestKind.FAMILY, now=checks.now
    )
    checks.joins(member.person_id, server)
    checks.leaves(checks.joins(former.person_id, server))
    plan = checks.drawn(claims=1, roster=False)
    drawn = set(Member.objects.filter(visit__plan=plan).values_list("inspector_id", flat=True))
    assert drawn == {free.id, other.id}
    said = json.loads(PlanFile.objects.get(plan=plan, kind="register").text)
    conflicts = {one["number"]: set(one["conflicts"]) for one in said["entries"] if "conflicts" in one}
    (shared,) = conflicts[family.number] & conflicts[member.number] & conflicts[former.number]
    assert shared not in conflicts[free.number] | conflicts[other.number]
    assert code not in json.dumps(said["entries"])


def test_who_confirmed_approved_or_released_a_payout_does_not_inspect_it(checks: Checks) -> None:
    for one in (checks.county, checks.approver):
        commands.add_inspector(checks.clerk, region=YUECHENG, person_id=one.person_id, now=checks.now)
    free = checks.inspectors(2)
    plan = checks.drawn(claims=1, roster=False)
    visit = Visit.objects.get(plan=plan)
    assert set(Member.objects.filter(visit=visit).values_list("inspector_id", flat=True)) == {one.id for one in free}
    claim = Claim.objects.get()
    hands = {checks.county.person_id, checks.approver.person_id, checks.finance.person_id}
    assert hands_of([claim]) == {claim.id: hands}


def test_a_stand_in_and_the_one_he_stood_in_for_both_had_a_hand_in_it(checks: Checks) -> None:
    claim, absent = checks.submitted(), checks.officer()
    standing = standing_in(absent, Role.COUNTY_OFFICER, checks.person("代办"))
    claims.confirm(standing, claim_id=claim.id, now=checks.now)
    claim.refresh_from_db()
    assert hands_of([claim]) == {claim.id: {standing.person_id, absent.person_id}}


def test_a_hand_that_came_to_light_since_the_draw_stops_the_inspector_and_the_acceptance(checks: Checks) -> None:
    visit = Visit.objects.get(plan=checks.drawn(claims=1))
    first, second = checks.team(visit)
    sheet = Sheet.objects.get()
    Claim.objects.filter(id=sheet.claim_id).update(confirmed_by=first.person_id)
    with pytest.raises(rules.Conflicted) as said:
        commands.record_visit(first, visit_id=visit.id, findings={sheet.id: ("sound", "")}, now=checks.now)
    assert "经办过" in str(said.value)
    Claim.objects.filter(id=sheet.claim_id).update(confirmed_by=checks.county.person_id)
    commands.record_visit(first, visit_id=visit.id, findings={sheet.id: ("faulty", "缺记录")}, now=checks.now)
    commands.demand(second, visit_id=visit.id, text="补齐原始记录", now=checks.now)
    commands.report(checks.server, visit_id=visit.id, text="已全部补齐", now=checks.now)
    kin = checks.officer()
    checks.joins(kin.person_id, checks.server.party_id)
    for act in (commands.accept, commands.again):
        with pytest.raises(SameHands):
            act(checks.county, visit_id=visit.id, text="符合要求", now=checks.now)
        with pytest.raises(Related):
            act(kin, visit_id=visit.id, text="符合要求", now=checks.now)
    assert commands.accept(checks.clerk, visit_id=visit.id, text="符合要求", now=checks.now).state == "rectified"


def test_an_employer_left_long_ago_no_longer_counts(checks: Checks) -> None:
    (one,) = checks.inspectors(1)
    checks.leaves(checks.joins(one.person_id, checks.server.party_id))
    assert queries.roster_rows(YUECHENG, on=checks.today)[0].ties
    assert not queries.roster_rows(YUECHENG, on=checks.today + timedelta(days=4 * 365))[0].ties


def test_with_too_few_without_an_interest_nothing_is_drawn(checks: Checks) -> None:
    plan = checks.fixed(claims=1, inspectors=1)
    checks.to(plan.seed_on)
    with pytest.raises(rules.TooFewInspectors):
        commands.draw(checks.approver, plan_id=plan.id, seed_value=SEED, now=checks.now)
    assert not Visit.objects.exists()


def test_an_interest_that_came_up_since_stops_the_inspector_who_steps_back_for_the_next(checks: Checks) -> None:
    plan = checks.drawn(claims=1, inspectors=3)
    visit = Visit.objects.get(plan=plan)
    first, second = checks.team(visit)
    checks.joins(first.person_id, checks.server.party_id)
    sheet = Sheet.objects.get()
    said = {sheet.id: ("sound", "")}
    with pytest.raises(rules.Conflicted):
        commands.record_visit(first, visit_id=visit.id, findings=said, now=checks.now)
    commands.recuse(first, visit_id=visit.id, reason="新近任职", now=checks.now)
    assert first.person_id not in {one.person_id for one in checks.team(visit)}
    with pytest.raises(rules.NotOnTeam):
        commands.record_visit(first, visit_id=visit.id, findings=said, now=checks.now)
    with pytest.raises(rules.TooFewInspectors):
        commands.recuse(second, visit_id=visit.id, reason="新近任职", now=checks.now)


def test_one_records_another_signs_and_faults_are_put_right_by_a_day(checks: Checks) -> None:
    plan = checks.drawn(claims=1)
    visit = Visit.objects.get(plan=plan)
    first, second = checks.team(visit)
    sheet = Sheet.objects.get()
    with pytest.raises(rules.SheetsMissing):
        commands.record_visit(first, visit_id=visit.id, findings={sheet.id: ("faulty", " ")}, now=checks.now)
    faulty = {sheet.id: ("faulty", "没有原始记录")}
    commands.record_visit(first, visit_id=visit.id, findings=faulty, now=checks.now)
    with pytest.raises(rules.SameInspector):
        commands.demand(first, visit_id=visit.id, text="补齐原始记录", now=checks.now)
    with pytest.raises(rules.NotAllSound):
        commands.sign_sound(second, visit_id=visit.id, now=checks.now)
    with pytest.raises(rules.VisitsOpen):
        commands.publish(checks.approver, plan_id=plan.id, now=checks.now)
    commands.demand(second, visit_id=visit.id, text="补齐原始记录", now=checks.now)
    titles = [row.title for row in queries.waiting_for(checks.server, on=checks.today)]
    assert titles == ["整改并报送情况"]
    checks.later(31)
    assert jobs.run_rectifications(now=checks.now) == 1
    assert jobs.run_rectifications(now=checks.now) == 0
    commands.report(checks.server, visit_id=visit.id, text="已补齐原始记录", now=checks.now)
    commands.again(checks.clerk, visit_id=visit.id, text="仍缺两份记录", now=checks.now)
    commands.report(checks.server, visit_id=visit.id, text="已全部补齐", now=checks.now)
    commands.accept(checks.clerk, visit_id=visit.id, text="符合要求", now=checks.now)
    commands.publish(checks.approver, plan_id=plan.id, now=checks.now)
    notice = Notice.objects.get(kind="spot_check")
    assert (notice.region, plan.title in notice.title) == (YUECHENG, True)
    assert queries.file_text(Actor(person_id=""), plan.id, "result")[0] == plan.number


def test_before_publication_files_and_results_are_the_offices(checks: Checks) -> None:
    plan = checks.drawn(claims=1)
    for stranger in (Actor(person_id=""), checks.server, checks.holder):
        with pytest.raises(NotVisible):
            queries.plan_sheet(stranger, plan.id)
        with pytest.raises(NotVisible):
            queries.file_text(stranger, plan.id, "register")
    assert queries.file_text(checks.finance, plan.id, "register")[0] == plan.number


def test_what_is_published_names_nobody_who_was_not_drawn(checks: Checks) -> None:
    plan = checks.drawn(claims=3, count=1)
    drawn = Sheet.objects.get()
    Visit.objects.update(
        state="sound",
        recorded_by=checks.clerk.person_id,
        recorded_on=checks.today,
        signed_by=checks.approver.person_id,
        signed_on=checks.today,
    )
    commands.publish(checks.approver, plan_id=plan.id, now=checks.now)
    nobody, provider = Actor(person_id=""), party(checks.server.party_id)
    register = queries.file_text(nobody, plan.id, "register")[1]
    result = queries.file_text(nobody, plan.id, "result")[1]
    others = Claim.objects.exclude(id=drawn.claim_id).filter(state="paid").values_list("number", flat=True)
    for number in others:
        assert number not in register + result
    assert provider.credit_code not in register
    assert provider.id not in register + result
    assert drawn.number in result
    for stranger in (nobody, checks.server, checks.holder):
        assert "full" not in queries.plan_sheet(stranger, plan.id).files
        with pytest.raises(NotVisible):
            queries.file_text(stranger, plan.id, "full")
    assert "full" in queries.plan_sheet(checks.clerk, plan.id).files


def test_a_published_plan_is_not_drawn_again_for_every_reader(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = checks.drawn(claims=2)
    plan.refresh_from_db()
    assert plan.redrawn is True
    monkeypatch.setattr(rules, "sampled", pytest.fail)
    assert queries.plan_sheet(checks.clerk, plan.id).redrawn is True


def test_a_drawn_plan_is_not_taken_back(checks: Checks) -> None:
    plan = checks.drawn(claims=1)
    with pytest.raises(MoveNotOpen):
        commands.withdraw_plan(checks.clerk, plan_id=plan.id, reason="换一批", now=checks.now)


def test_an_inspector_is_entered_once_and_holds_a_post_there(checks: Checks) -> None:
    (one,) = checks.inspectors(1)
    with pytest.raises(rules.AlreadyInspector):
        commands.add_inspector(checks.clerk, region=YUECHENG, person_id=one.person_id, now=checks.now)
    with pytest.raises(NotVisible):
        commands.add_inspector(checks.clerk, region=YUECHENG, person_id=checks.person("路人"), now=checks.now)
    commands.remove_inspector(checks.approver, inspector_id=one.id, now=checks.now)
    assert not queries.roster(YUECHENG)
    with pytest.raises(rules.PartyUnknown):
        commands.declare_interest(
            checks.clerk,
            inspector_id=checks.inspectors(1)[0].id,
            credit_code="91330602300000000X",
            kind=InterestKind.FAMILY,
            now=checks.now,
        )


def test_the_least_share_is_of_the_half_year_over_all_plans_together(checks: Checks) -> None:
    """A plan over one quiet day does not stand for the half: what it drew is held against all that was paid."""
    for _ in range(2):
        checks.paid_out()
    quiet = checks.today + timedelta(days=2)
    checks.to(quiet)
    checks.paid_out()
    with changed(SCHEME, sample_min_bp=5_000):
        one_day = {"from_on": quiet, "last_on": checks.today, "share_bp": 5_000}
        checks.drawn(claims=0, **one_day)
        (half,) = queries.halves_shown(checks.clerk, on=checks.today)
        assert (half.paid_count, half.drawn_count, half.short) == (3, 1, True)
        (whole,) = queries.halves_of_year([YUECHENG], year=2025, on=checks.today)
        assert (whole.paid_count, whole.drawn_count, whole.share_bp, whole.short_places) == (3, 1, 3_333, ["越城区"])
        assert queries.halves_of_year([YUECHENG], year=2024, on=checks.today) == []
        checks.drawn(claims=0, roster=False, share_bp=5_000)
        (half,) = queries.halves_shown(checks.city, on=checks.today)
        assert half.drawn_count >= 2
        assert half.short is False
    assert queries.halves_shown(checks.server, on=checks.today) == []


def test_a_half_year_without_its_checks_has_a_clock_that_a_draw_meets(checks: Checks) -> None:
    checks.paid_out()
    assert jobs.run_halves(now=checks.now) == 0, "the half-year is not over"
    checks.to(date(2025, 7, 2))
    assert jobs.run_halves(now=checks.now) == 1
    assert jobs.run_halves(now=checks.now) == 0, "its clock runs"
    running = Deadline.objects.get(kind="check_half")
    assert (running.region, running.due_on, running.escalate_to) == (YUECHENG, date(2025, 10, 29), "city_science")
    titles = [row.title for row in queries.waiting_for(checks.clerk, on=checks.today)]
    assert titles == ["抽取半年抽查样本"]
    checks.drawn(claims=0)
    running.refresh_from_db()
    assert running.state == "met"
    assert jobs.run_halves(now=checks.now) == 0
