"""The offices: who stands in for whom is seen in every act, and each verb of 四（一） is really done by its role."""

from datetime import date, timedelta

import pytest

from kechuang.claims import commands as claims
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.notices.models import Objection
from kechuang.parties import commands as parties
from kechuang.parties.models import Office
from kechuang.parties.queries import actor_for, person_names
from kechuang.parties.rules import DUTIES
from kechuang.registers import commands as registers
from kechuang.registers.models import Admission
from kechuang.trail.models import Event
from kechuang.treasury import commands as treasury
from kechuang.treasury.models import Budget
from kechuang.treasury.rules import BudgetYearClosed, Outcome
from kechuang.vouchers import commands as vouchers
from tests.claims.conftest import REASON, fresh
from tests.journeys.conftest import Story, events
from tests.orders.conftest import paper
from tests.vouchers.conftest import KEQIAO, SCHEME

pytestmark = pytest.mark.django_db


def _substitute(story: Story, absent: Actor, stands_in: Actor, days: int = 7) -> Actor:
    office = Office.objects.get(person_id=absent.person_id)
    parties.substitute(
        absent,
        office_id=office.id,
        substitute_id=stands_in.person_id,
        valid_from=story.today,
        valid_until=story.today + timedelta(days=days),
        reason="出差",
        now=story.now,
    )
    return actor_for(stands_in.person_id, on=story.today)


def test_what_a_substitute_does_carries_both_names(story: Story) -> None:
    claim = story.submitted()
    deputy = _substitute(story, story.county, story.finance)
    claims.confirm(deputy, claim_id=claim.id, now=story.now)
    (act,) = events(deputy, "claims.confirm")
    assert (act.person_id, act.stands_in_for) == (story.finance.person_id, story.county.person_id)
    assert len(person_names([act.person_id, act.stands_in_for])) == 2
    story.sound()


def test_after_the_period_the_substitute_decides_nothing(story: Story) -> None:
    _substitute(story, story.county, story.finance, days=3)
    story.pass_days(3)
    assert Role.COUNTY_OFFICER not in {post.role for post in actor_for(story.finance.person_id, on=story.today).posts}


def test_a_year_is_closed_and_the_next_one_pays_in_the_order_of_the_queue(story: Story) -> None:
    first, second = story.in_notice(), story.in_notice()
    story.pass_days(8)
    closed = Budget.objects.get(year=2025)
    story.to(date(2026, 7, 10))
    treasury.end_year(CLOCK, budget_id=closed.id, now=story.now)
    treasury.close_year(CLOCK, budget_id=closed.id, now=story.now)
    story.release(400_000, year=2026)
    story.pass_days()
    paid_first = story.prepared(fresh(first))
    assert paid_first.total_fen == 400_000
    with pytest.raises(BudgetYearClosed):
        story.prepared(fresh(second))
    story.money()


def test_every_verb_of_the_source_is_done_by_its_role(story: Story) -> None:
    """四（一）: what DUTIES lists was really done here, each act by the office that the source names."""
    _the_year(story)
    done = {(event.object_type.split(".")[1], event.action.split(".")[1], event.role) for event in Event.objects.all()}
    wanted = {(*_act(act), str(duty.role)) for duty in DUTIES for act in duty.acts}
    assert wanted - done == set()


OBJECTS = {"payment_batch": "paymentbatch"}


def _act(act: str) -> tuple[str, str]:
    name, action = act.split(".")
    return OBJECTS.get(name, name), action


def _the_year(story: Story) -> None:
    city_science = story.officer(Role.CITY_SCIENCE, "330600")
    city_finance = story.officer(Role.CITY_FINANCE, "330600")
    _budgets(story, city_science, city_finance)
    _vouchers(story)
    _claims(story)
    admission = Admission.objects.filter(party_id=story.server.party_id).first()
    assert admission
    registers.revoke(
        story.approver,
        admission_id=admission.id,
        ground="violation",
        reason="虚构服务",
        article="三（二）4",
        now=story.now,
    )


def _budgets(story: Story, city_science: Actor, city_finance: Actor) -> None:
    author = story.officer(Role.BUDGET_AUTHOR, KEQIAO)
    finance = story.officer(Role.COUNTY_FINANCE, KEQIAO)
    drafted = treasury.draft_budget(
        author, scheme=SCHEME, region=KEQIAO, year=2025, amount_fen=90_000_000, basis="上年执行数", now=story.now
    )
    treasury.edit_budget(author, budget_id=drafted.id, amount_fen=80_000_000, basis="核减", now=story.now)
    treasury.submit_budget(author, budget_id=drafted.id, now=story.now)
    treasury.approve_budget(finance, budget_id=drafted.id, now=story.now)
    for office in (city_science, city_finance):
        story.pass_days(1)
        treasury.remind(office, budget_id=drafted.id, now=story.now)
    for number, fen in (("柯财教〔2025〕1号", 30_000_000), ("柯财教〔2025〕2号", 50_000_000)):
        paper_ = treasury.Document(number=number, on=story.today, fund_line="2060404")
        treasury.release(finance, budget_id=drafted.id, fen=fen, document=paper_, now=story.now)
    ground = treasury.Ground(reason="统筹使用", document_number="绍财调〔2025〕1号")
    ours = Budget.objects.exclude(id=drafted.id).get()
    treasury.move(city_finance, budget_id=drafted.id, to_budget_id=ours.id, fen=1_000_000, ground=ground, now=story.now)


def _vouchers(story: Story) -> None:
    """Three that declare themselves: one issued after it was returned, one refused; another one is taken back."""
    for number, end in enumerate((vouchers.issue, vouchers.refuse)):
        holder = story.firm(f"绍兴自报科技{number}有限公司", label="")
        made = story.draft(
            holder,
            declared=vouchers.Declared(labels=("tech_sme",), staff_count=9, purpose="新产品检测"),
            files=[vouchers.Upload("自评材料.pdf", paper().content)],
        )
        vouchers.submit(holder, voucher_id=made.id, now=story.now)
        vouchers.return_(story.county, voucher_id=made.id, reason="请补充财务报表", now=story.now)
        vouchers.submit(holder, voucher_id=made.id, now=story.now)
        if end is vouchers.refuse:
            vouchers.refuse(story.county, voucher_id=made.id, reason="与纳税信息不符", now=story.now)
        else:
            vouchers.issue(story.county, voucher_id=made.id, now=story.now)
            vouchers.revoke(story.approver, voucher_id=made.id, reason="查实违规", now=story.now)


def _claims(story: Story) -> None:
    paid, stopped, objected = story.submitted(), story.submitted(), story.submitted()
    claims.confirm_many(story.county, claim_ids=[paid.id, stopped.id, objected.id], now=story.now)
    story.object_to(fresh(objected))
    story.answer(Objection.objects.get(), upheld=True)
    story.pass_days(8)
    claims.suspend(story.approver, claim_id=stopped.id, reason=REASON, now=story.now)
    claims.stop(story.approver, claim_id=stopped.id, reason=REASON, now=story.now)
    story.hear(story.sent(fresh(paid)), Outcome.PAID)
    story.money()
