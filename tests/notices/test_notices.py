"""公示: the period, the gate, objections and who may decide on them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from kechuang.deadlines.adapters.state_council import DOCUMENT, announced
from kechuang.deadlines.commands import load_calendar
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.notices import commands, jobs, queries, rules
from kechuang.notices.models import Item, Notice, Objection
from kechuang.notices.states import NoticeState, ObjectionState
from kechuang.outbox.models import Message
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock

pytestmark = pytest.mark.django_db
COUNTY = "330602"
TERMS = rules.NoticeTerms(
    notice_days=7, notice_unit="days", notice_first_day_counts=False, notice_end_moves=True, objection_working_days=10
)
OPENED = date(2025, 3, 3)


def officer(person: str, role: Role = Role.COUNTY_OFFICER) -> Actor:
    return Actor(person_id=person, posts=frozenset({Post(role, COUNTY, frozenset({COUNTY}))}))


OFFICER, APPROVER = officer("psn_officer"), officer("psn_approver", Role.COUNTY_APPROVER)
CITIZEN = Actor(person_id="psn_citizen")
NAMED = commands.Named(
    "clm_1", "pty_lab", "绍兴文理学院", False, "兑付申请 SD-1", Fen(320_000), decided_by="psn_officer"
)


def at(on: date) -> datetime:
    return clock.instant(on)


@pytest.fixture(autouse=True)
def calendar() -> None:
    load_calendar(announced(), document=DOCUMENT, now=at(date(2024, 1, 1)))


@pytest.fixture
def notice() -> Notice:
    return opened([NAMED])


def opened(items: list[commands.Named], on: date = OPENED) -> Notice:
    return commands.open_notice(
        OFFICER,
        scheme="shaoxing/voucher-2021",
        region=COUNTY,
        kind="claim_payout",
        title="2025 年第 3 批创新券兑付公示",
        basis="plan-2021#三（一）4",
        items=items,
        terms=TERMS,
        role=Role.COUNTY_OFFICER,
        now=at(on),
    )


def objection_to(notice: Notice, on: date = OPENED, actor: Actor = CITIZEN) -> Objection:
    item = Item.objects.get(notice=notice)
    reason = "该报告日期早于服务开始日期，疑似并未提供服务"
    return commands.object_(actor, notice_id=notice.id, item_id=item.id, reason=reason, now=at(on))


@pytest.mark.parametrize(
    ("opened_on", "terms", "until"),
    [
        (date(2025, 3, 3), TERMS, date(2025, 3, 11)),  # 10 March is the seventh day
        (date(2025, 3, 3), replace(TERMS, notice_first_day_counts=True), date(2025, 3, 11)),  # 9 March is a Sunday
        (date(2025, 3, 1), replace(TERMS, notice_end_moves=False), date(2025, 3, 9)),
        (date(2025, 9, 26), TERMS, date(2025, 10, 10)),  # the seventh day falls into 国庆
        (date(2025, 9, 26), replace(TERMS, notice_unit="working_days"), date(2025, 10, 14)),
    ],
)
def test_the_period_by_its_terms(opened_on: date, terms: rules.NoticeTerms, until: date) -> None:
    from kechuang.deadlines.queries import calendar

    assert rules.period(opened_on, terms, calendar()).until_on == until


def test_the_gate_opens_only_after_the_last_day(notice: Notice) -> None:
    assert queries.gate("clm_1", on=date(2025, 3, 10)).reason == "公示期未满"
    assert queries.gate("clm_1", on=date(2025, 3, 11)).passed
    assert not queries.gate("clm_never_named", on=date(2025, 3, 11)).passed


def test_an_open_objection_holds_its_own_matter_and_no_other() -> None:
    both = opened([NAMED, replace(NAMED, subject_id="clm_2")])
    item = Item.objects.get(notice=both, subject_id="clm_1")
    commands.object_(
        CITIZEN, notice_id=both.id, item_id=item.id, reason="合同金额与市场价相差过大，请复核", now=at(OPENED)
    )
    gates = queries.gates(["clm_1", "clm_2"], on=date(2025, 3, 11))
    assert (gates["clm_1"].passed, gates["clm_2"].passed) == (False, True)


def test_a_dismissed_objection_frees_and_an_upheld_one_holds_for_good(notice: Notice) -> None:
    first = objection_to(notice)
    commands.handle(APPROVER, objection_id=first.id, upheld=False, reply="经核，报告日期有误已更正。", now=at(OPENED))
    assert queries.gate("clm_1", on=date(2025, 3, 11)).passed
    second = objection_to(notice)
    commands.handle(APPROVER, objection_id=second.id, upheld=True, reply="经核属实。", now=at(date(2025, 3, 20)))
    gate = queries.gate("clm_1", on=date(2025, 3, 25))
    assert (gate.passed, gate.upheld) == (False, True)
    assert Message.objects.filter(to_person=CITIZEN.person_id).count() == 2


def test_an_objection_has_its_own_clock(notice: Notice) -> None:
    filed = objection_to(notice)
    (row,) = queries.waiting_for(APPROVER, on=OPENED)
    assert (row.number, row.due_on) == (filed.number, date(2025, 3, 17))
    commands.handle(APPROVER, objection_id=filed.id, upheld=True, reply="属实。", now=at(OPENED))
    assert queries.waiting_for(APPROVER, on=OPENED) == []


def test_who_decided_the_matter_does_not_decide_on_its_objection() -> None:
    named = opened([replace(NAMED, decided_by=APPROVER.person_id)])
    filed = objection_to(named)
    with pytest.raises(rules.OwnCase):
        commands.handle(APPROVER, objection_id=filed.id, upheld=False, reply="无", now=at(OPENED))
    assert list(queries.objections_waiting(APPROVER)) == []


def test_an_officer_may_not_decide_and_a_stranger_sees_nothing(notice: Notice) -> None:
    filed = objection_to(notice)
    with pytest.raises(MoveNotOpen):
        commands.handle(OFFICER, objection_id=filed.id, upheld=True, reply="属实", now=at(OPENED))
    provider = Actor(person_id="psn_lab", party_id="pty_lab")
    with pytest.raises(NotVisible):
        queries.objection(provider, objection_id=filed.id)
    assert queries.sheet(provider, notice_id=notice.id, on=OPENED).mine == []


def test_objecting_needs_a_person_a_reason_and_the_period(notice: Notice) -> None:
    with pytest.raises(NotVisible):
        objection_to(notice, actor=PUBLIC)
    with pytest.raises(rules.NotOpenForObjection):
        objection_to(notice, on=date(2025, 3, 11))
    item = Item.objects.get(notice=notice)
    with pytest.raises(rules.ReasonTooShort):
        commands.object_(CITIZEN, notice_id=notice.id, item_id=item.id, reason="不行", now=at(OPENED))
    objection_to(notice)
    with pytest.raises(rules.AlreadyObjected):
        objection_to(notice)
    assert Objection.objects.count() == 1


def test_correcting_restarts_the_period_and_withdrawing_closes_the_gate(notice: Notice) -> None:
    later = date(2025, 3, 7)
    new = commands.correct(OFFICER, notice_id=notice.id, items=[NAMED], title="更正后", why="金额笔误", now=at(later))
    assert (new.from_on, new.until_on, new.replaces_id) == (later, date(2025, 3, 15), notice.id)
    assert not queries.gate("clm_1", on=date(2025, 3, 11)).passed
    commands.withdraw(OFFICER, notice_id=new.id, why="撤回重办", now=at(later))
    assert not queries.gate("clm_1", on=date(2025, 4, 1)).passed


def test_natural_persons_are_masked_before_they_are_stored() -> None:
    made = opened([replace(NAMED, name="王小明", natural_person=True)])
    assert Item.objects.get(notice=made).shown_name == "王**"


def test_the_clock_ends_notices_once_and_only_when_due(notice: Notice) -> None:
    assert jobs.run_ends(now=at(date(2025, 3, 10))) == 0
    assert jobs.run_ends(now=at(date(2025, 3, 14))) == 1
    assert jobs.run_ends(now=at(date(2025, 3, 14))) == 0
    notice.refresh_from_db()
    assert notice.state == NoticeState.ENDED
    with pytest.raises(rules.NoticeNotPassed):
        commands.end(CLOCK, notice_id=opened([NAMED]).id, now=at(OPENED))


def test_every_act_leaves_its_event_and_untouched_rows(notice: Notice) -> None:
    filed = objection_to(notice)
    commands.withdraw_objection(CITIZEN, objection_id=filed.id, now=at(OPENED + timedelta(days=1)))
    assert altered_rows() == []
    Objection.objects.filter(id=filed.id).update(reason="被改写的理由")
    assert [(found.table, found.row) for found in altered_rows()] == [("notices_objection", filed.id)]
    assert Objection.objects.get(id=filed.id).state == ObjectionState.WITHDRAWN
