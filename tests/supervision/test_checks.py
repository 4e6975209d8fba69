"""A spot check from its plan to its publication: frozen, drawn by a public value, made by two, put right."""

import argparse
import json
from datetime import timedelta
from pathlib import Path

import pytest
from kechuang_verify import draw as verify

from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.notices.models import Notice
from kechuang.parties.queries import party
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Member, PlanFile, Sheet, Visit
from kechuang.supervision.states.checks import InterestKind
from kechuang.trail.models import Event
from tests.supervision.conftest import Checks
from tests.vouchers.conftest import KEQIAO, SCHEME, YUECHENG

pytestmark = pytest.mark.django_db


def test_the_register_is_frozen_with_its_digest_before_the_seed_exists(checks: Checks) -> None:
    plan = checks.fixed(claims=2)
    said = json.loads(PlanFile.objects.get(plan=plan).text)
    assert [one["number"] for one in said["entries"] if "stratum" in one] == sorted(
        Claim.objects.filter(state="paid").values_list("number", flat=True)
    )
    event = Event.objects.get(object_id=plan.id, action="supervision.fix")
    assert event.facts["register_digest"] == plan.register_digest
    assert plan.seed == ""
    with pytest.raises(rules.SeedNotYetPublic):
        commands.draw(checks.approver, plan_id=plan.id, seed_value="1 2 3", now=checks.now)


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
    assert verified(*asked, "--value", "03 08 11 + 07") == 0
    said = json.loads(files["result"].read_text())
    said["result"]["sample"].pop()
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
        commands.draw(both, plan_id=plan.id, seed_value="1 2 3", now=checks.now)


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
    commands.draw(other, plan_id=second.id, seed_value="5 6", now=checks.now)
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
    conflicts = {one["number"]: one["conflicts"] for one in said["entries"] if "conflicts" in one}
    assert conflicts[family.number] == conflicts[member.number] == conflicts[former.number] == [code]


def test_an_employer_left_long_ago_no_longer_counts(checks: Checks) -> None:
    (one,) = checks.inspectors(1)
    checks.leaves(checks.joins(one.person_id, checks.server.party_id))
    assert queries.roster_rows(YUECHENG, on=checks.today)[0].ties
    assert not queries.roster_rows(YUECHENG, on=checks.today + timedelta(days=4 * 365))[0].ties


def test_with_too_few_without_an_interest_nothing_is_drawn(checks: Checks) -> None:
    plan = checks.fixed(claims=1, inspectors=1)
    checks.to(plan.seed_on)
    with pytest.raises(rules.TooFewInspectors):
        commands.draw(checks.approver, plan_id=plan.id, seed_value="1", now=checks.now)
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
