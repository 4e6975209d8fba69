"""A case from its opening to its decision: who sees it when, what it stops, how it ends."""

import pytest

from kechuang.claims import commands as claims
from kechuang.claims import jobs as claims_jobs
from kechuang.claims.models import Claim
from kechuang.claims.rules import HeldByCase, NothingChosen
from kechuang.deadlines.models import Deadline
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for, party
from kechuang.parties.rules import Related, SameHands
from kechuang.screening.models import Finding
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Case, Item, Letter
from kechuang.supervision.states.cases import Source
from kechuang.supervision.states.sanctions import ComplaintKind
from tests.claims.conftest import fresh, identities_hold
from tests.supervision.conftest import WHY, Checks, Watch
from tests.vouchers.conftest import KEQIAO

pytestmark = pytest.mark.django_db


def test_the_county_that_paid_and_the_city_open_a_case_and_nobody_else(watch: Watch) -> None:
    claim = watch.payable()
    assert watch.opened(claim).state == "open"
    assert watch.opened(watch.payable(), by=watch.city).region == claim.region
    for stranger in (watch.approver, watch.finance, watch.officer(Role.COUNTY_OFFICER, KEQIAO), watch.server):
        with pytest.raises(NotVisible):
            watch.opened(claim, by=stranger)


def test_the_party_sees_the_case_from_the_first_letter_on(watch: Watch) -> None:
    case = watch.opened()
    assert not queries.cases(watch.server).exists()
    watch.asked(case)
    assert queries.cases(watch.server).get() == case
    assert not queries.cases(watch.holder).exists()


def test_a_letter_starts_the_clock_and_the_answer_meets_it(watch: Watch) -> None:
    case = watch.opened()
    watch.asked(case)
    clock = Deadline.objects.get(subject_id=case.id, kind="case_reply")
    assert (clock.count, clock.unit, clock.party_id) == (10, "working_days", watch.server.party_id)
    assert [row.title for row in queries.waiting_for(watch.server, on=watch.today)] == ["答复监管询问"]
    commands.reply(watch.server, case_id=case.id, text="服务记录见附件", now=watch.now)
    clock.refresh_from_db()
    assert clock.state == "met"
    assert Deadline.objects.get(subject_id=case.id, kind="case_decision").role == Role.COUNTY_APPROVER
    assert [row.title for row in queries.waiting_for(watch.approver, on=watch.today)] == ["决定案卷"]
    assert [letter.outgoing for letter in Letter.objects.order_by("at", "id")] == [True, False]


def test_who_does_not_answer_in_time_is_decided_on_without_answer_and_not_a_day_earlier(watch: Watch) -> None:
    case = watch.opened()
    watch.asked(case)
    with pytest.raises(rules.ReplyTimeRuns):
        commands.lapse(CLOCK, case_id=case.id, now=watch.now)
    watch.later(15)
    assert jobs.run_unanswered(now=watch.now) == 1
    assert jobs.run_unanswered(now=watch.now) == 0
    case.refresh_from_db()
    assert case.state == "replied"


def test_nothing_is_upheld_before_the_party_was_heard(watch: Watch) -> None:
    case = watch.opened()
    with pytest.raises(MoveNotOpen):
        commands.uphold(watch.approver, case_id=case.id, text="认定违规", clawbacks={}, now=watch.now)


def test_who_opened_a_case_does_not_decide_it(watch: Watch) -> None:
    parties.appoint(CLOCK, person_id=watch.clerk.person_id, role=Role.COUNTY_APPROVER, region="330602", now=watch.now)
    both = actor_for(watch.clerk.person_id, on=watch.today)
    case = watch.answered(watch.opened(by=both))
    with pytest.raises(SameHands):
        commands.clear(both, case_id=case.id, text="未见异常", now=watch.now)
    assert commands.clear(watch.approver, case_id=case.id, text="未见异常", now=watch.now).state == "cleared"


def test_an_approver_who_belongs_to_the_party_does_not_decide(watch: Watch) -> None:
    case = watch.answered(watch.opened())
    parties.add_member(
        watch.server,
        party_id=watch.server.party_id,
        person_id=watch.approver.person_id,
        capacity="staff",
        now=watch.now,
    )
    with pytest.raises(Related):
        commands.clear(watch.approver, case_id=case.id, text="未见异常", now=watch.now)


def test_a_suspended_claim_enters_no_batch_and_goes_on_when_the_case_is_cleared(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    assert fresh(claim).state == "suspended"
    with pytest.raises(MoveNotOpen):
        watch.prepared(claim)
    with pytest.raises(NothingChosen):
        claims.prepare(watch.clerk, region=claim.region, title="全部", now=watch.now)
    commands.clear(watch.approver, case_id=case.id, text="未发现违规", now=watch.now)
    assert fresh(claim).state == "payable"
    assert watch.paid_out(fresh(claim)).state == "paid"


def test_a_claim_in_notice_is_stopped_in_the_round_that_lets_it_pass(watch: Watch) -> None:
    claim = watch.in_notice()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    assert (fresh(claim).state, Item.objects.get().holding) == ("in_notice", "asked")
    watch.days(8)
    claims_jobs.run_gates(now=watch.now)
    assert jobs.run_holds(now=watch.now) == 1
    assert (fresh(claim).state, Item.objects.get().holding) == ("suspended", "suspended")
    assert jobs.run_holds(now=watch.now) == 0


def test_a_claim_in_a_batch_is_stopped_when_the_batch_comes_back(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    batch = watch.prepared(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    claims.return_batch(watch.approver, batch_id=batch.id, reason="案卷核查", now=watch.now)
    jobs.run_holds(now=watch.now)
    assert fresh(claim).state == "suspended"


def test_a_payout_that_was_let_go_is_paid_although_the_case_runs(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    item = Item.objects.get()
    commands.resume(watch.approver, case_id=case.id, item_id=item.id, reason="该件已核实", now=watch.now)
    assert fresh(claim).state == "payable"
    with pytest.raises(rules.NotSuspended):
        commands.resume(watch.approver, case_id=case.id, item_id=item.id, reason="该件已核实", now=watch.now)


def test_a_violation_ends_the_held_payout_for_good(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    watch.answered(case)
    commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    assert fresh(claim).state == "refused"
    assert Case.objects.get().decided_by == watch.approver.person_id
    identities_hold()


def test_a_violation_ends_what_nobody_had_suspended(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.answered(watch.opened(claim))
    commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    assert (fresh(claim).state, Item.objects.get().holding) == ("refused", "ended")
    identities_hold()


@pytest.mark.parametrize("suspended", [True, False])
def test_a_violation_ends_what_was_not_payable_yet_as_soon_as_it_is(watch: Watch, suspended: bool) -> None:
    claim = watch.in_notice()
    case = watch.opened(claim)
    if suspended:
        commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    watch.answered(case)
    commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    assert (fresh(claim).state, Item.objects.get().holding) == ("in_notice", "asked")
    watch.days(8)
    claims_jobs.run_gates(now=watch.now)
    assert jobs.run_holds(now=watch.now) == 1
    assert (fresh(claim).state, Item.objects.get().holding) == ("refused", "ended")
    assert jobs.run_holds(now=watch.now) == 0
    identities_hold()


def test_what_was_let_go_while_the_case_ran_is_not_ended_with_it(watch: Watch) -> None:
    claim, more = watch.payable(), watch.payable()
    case = watch.opened(claim)
    commands.add_claim(watch.clerk, case_id=case.id, number=more.number, now=watch.now)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    item = Item.objects.get(subject_id=more.id)
    commands.resume(watch.approver, case_id=case.id, item_id=item.id, reason="该件已核实", now=watch.now)
    watch.answered(case)
    commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    assert (fresh(claim).state, fresh(more).state) == ("refused", "payable")


def test_no_violation_is_found_while_the_bank_has_not_answered(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.answered(watch.opened(claim))
    batch = watch.prepared(claim)
    with pytest.raises(rules.InPayment):
        commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    claims.return_batch(watch.approver, batch_id=batch.id, reason="案卷核查", now=watch.now)
    commands.uphold(watch.approver, case_id=case.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    assert fresh(claim).state == "refused"


def test_what_a_case_holds_is_not_let_go_on_the_page_of_the_claim(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened(claim)
    commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    for act in (claims.resume, claims.stop):
        with pytest.raises(HeldByCase) as said:
            act(watch.approver, claim_id=claim.id, reason="先行恢复", now=watch.now)
        assert case.number in str(said.value)
    commands.clear(watch.approver, case_id=case.id, text="未发现违规", now=watch.now)
    claims.suspend(watch.approver, claim_id=claim.id, reason="举报核查", now=watch.now)
    assert claims.resume(watch.approver, claim_id=claim.id, reason="已核实", now=watch.now).state == "payable"


def test_another_cases_hold_gives_way_to_a_violation(watch: Watch) -> None:
    claim = watch.payable()
    first, second = watch.opened(claim), watch.answered(watch.opened(claim))
    commands.suspend(watch.approver, case_id=first.id, reason="待核实服务真实性", now=watch.now)
    commands.uphold(watch.approver, case_id=second.id, text="认定虚构服务", clawbacks={}, now=watch.now)
    assert fresh(claim).state == "refused"
    assert set(Item.objects.values_list("holding", flat=True)) == {"ended"}
    assert commands.clear(watch.approver, case_id=first.id, text="另案已决定", now=watch.now).state == "cleared"


def test_an_enterprises_case_touches_no_money_of_the_provider_who_was_not_heard(watch: Watch) -> None:
    claim, paid = watch.payable(), watch.paid_out()
    case = watch.opened_about(watch.holder.party_id, "holder")
    for one in (claim, paid):
        commands.add_claim(watch.clerk, case_id=case.id, number=one.number, now=watch.now)
    with pytest.raises(rules.NothingToSuspend):
        commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now)
    watch.asked(case)
    commands.reply(watch.holder, case_id=case.id, text="情况如下所述", now=watch.now)
    asked = {paid.id: Fen(100)}
    with pytest.raises(rules.PaidToAnother):
        commands.uphold(watch.approver, case_id=case.id, text="认定虚构需求", clawbacks=asked, now=watch.now)
    outside = {watch.paid_out().id: Fen(100)}
    with pytest.raises(NotVisible):
        commands.uphold(watch.approver, case_id=case.id, text="认定虚构需求", clawbacks=outside, now=watch.now)
    done = commands.uphold(watch.approver, case_id=case.id, text="认定虚构需求", clawbacks={}, now=watch.now)
    assert (done.state, fresh(claim).state) == ("upheld", "payable")


def test_a_providers_case_takes_no_claim_in_which_it_was_the_customer(watch: Watch) -> None:
    claim = watch.payable()
    case = watch.opened_about(watch.holder.party_id, "provider")
    with pytest.raises(rules.OtherParty):
        commands.add_claim(watch.clerk, case_id=case.id, number=claim.number, now=watch.now)


def test_two_cases_do_not_hold_one_claim(watch: Watch) -> None:
    claim = watch.payable()
    first, second = watch.opened(claim), watch.opened(claim)
    commands.suspend(watch.approver, case_id=first.id, reason="待核实服务真实性", now=watch.now)
    with pytest.raises(rules.NothingToSuspend):
        commands.suspend(watch.approver, case_id=second.id, reason="待核实服务真实性", now=watch.now)


def test_two_cases_do_not_wait_for_one_claim(watch: Watch) -> None:
    claim = watch.in_notice()
    first, second = watch.opened(claim), watch.opened(claim)
    commands.suspend(watch.approver, case_id=first.id, reason="待核实服务真实性", now=watch.now)
    with pytest.raises(rules.HeldElsewhere):
        commands.suspend(watch.approver, case_id=second.id, reason="待核实服务真实性", now=watch.now)


def test_only_matters_of_the_same_party_lie_in_a_case(watch: Watch) -> None:
    case, more = watch.opened(), watch.payable()
    assert commands.add_claim(watch.clerk, case_id=case.id, number=more.number, now=watch.now).subject_id == more.id
    assert (
        commands.add_claim(watch.clerk, case_id=case.id, number=more.order.number, now=watch.now).subject_id == more.id
    )
    assert Item.objects.filter(case=case).count() == 2
    with pytest.raises(rules.SubjectUnknown):
        commands.add_claim(watch.clerk, case_id=case.id, number="没有", now=watch.now)
    about_another = watch.opened_about(watch.party("旁观机构").id, "provider")
    with pytest.raises(rules.OtherParty):
        commands.add_claim(watch.clerk, case_id=about_another.id, number=more.number, now=watch.now)


def test_an_order_that_nobody_claimed_for_lies_in_a_case_by_its_own_number(watch: Watch) -> None:
    case, order = watch.opened(), watch.settled()
    item = commands.add_claim(watch.clerk, case_id=case.id, number=order.number, now=watch.now)
    assert (item.kind, item.subject_id, item.holding) == ("order", order.id, "none")


def test_who_complained_does_not_open_the_case_on_it(checks: Checks) -> None:
    row = commands.complain(
        checks.clerk,
        credit_code=party(checks.server.party_id).credit_code,
        kind=ComplaintKind.DELAY,
        text="送样后迟迟不出报告，多次催促无人答复",
        now=checks.now,
    )
    other = checks.officer()
    commands.accept_complaint(other, complaint_id=row.id, now=checks.now)
    with pytest.raises(SameHands):
        commands.open_on_complaint(checks.clerk, complaint_id=row.id, title=WHY, now=checks.now)
    assert commands.open_on_complaint(other, complaint_id=row.id, title=WHY, now=checks.now).source == "complaint"


def test_a_case_says_what_it_is_about(watch: Watch) -> None:
    claim = watch.payable()
    with pytest.raises(rules.WordsMissing):
        commands.open_on_claim(watch.clerk, claim_id=claim.id, title=" ", source=Source.OFFICE, now=watch.now)
    assert not Case.objects.exists()
    assert Claim.objects.get(id=claim.id).state == "payable"


def test_a_county_without_rules_of_supervision_opens_no_case(watch: Watch) -> None:
    with pytest.raises(rules.NoSupervisionRules):
        queries.case_terms("330106", on=watch.today)


@pytest.mark.parametrize(("upheld", "outcome"), [(True, "confirmed"), (False, "dismissed")])
def test_what_screening_found_lies_in_the_case_and_is_decided_with_it(watch: Watch, upheld: bool, outcome: str) -> None:
    claim = watch.payable()
    finding = Finding.objects.create(
        rule="split_orders",
        rule_version="1",
        claim_id=claim.id,
        order_id=claim.order_id,
        holder_party=claim.holder_party,
        provider_party=claim.provider_party,
        region=claim.region,
        label=claim.number,
        points=3,
        says="拆单",
        found_at=watch.now,
        found_on=watch.today,
    )
    case = watch.opened(claim)
    assert set(Item.objects.filter(case=case).values_list("kind", flat=True)) == {"claim", "finding"}
    watch.answered(case)
    if upheld:
        commands.uphold(watch.approver, case_id=case.id, text="认定违规", clawbacks={}, now=watch.now)
    else:
        commands.clear(watch.approver, case_id=case.id, text="未见异常", now=watch.now)
    finding.refresh_from_db()
    assert (finding.state, finding.decided_by) == (outcome, watch.approver.person_id)
    (row,) = (
        one for one in queries.case_sheet(watch.approver, case.id, on=watch.today).items if one.item.kind == "finding"
    )
    assert (row.url, row.state) == (f"/screening/{finding.id}", {"confirmed": "已认定", "dismissed": "已排除"}[outcome])
