"""Stories of supervision (监管): a case that ends in a clawback, one that holds a payout at the end, a spot check, complaints."""

from datetime import date, timedelta

from kechuang.claims.queries import queue
from kechuang.claims.states import ClaimState
from kechuang.credit import commands as credit
from kechuang.credit.queries import events
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.money import Fen
from kechuang.parties import commands as parties
from kechuang.pilot.commands import looking
from kechuang.pilot.commands.stage import County, Member, Stage, Story
from kechuang.pilot.rules import Dice
from kechuang.pilot.states import (
    CHECKS_WAIT,
    FIRST_COUNTY,
    HELD_WITHIN,
    INSPECTORS_EACH,
    OTHER_SOURCE,
    RELEASE_SEED,
    SLEEPING_COUNTY,
    SUPERVISED_FROM,
)
from kechuang.supervision import commands as supervision
from kechuang.supervision.queries import clawback_sheet, clawbacks, interest_of_row, plan_sheet, visit_sheet
from kechuang.supervision.rules import Part
from kechuang.supervision.states.cases import Source
from kechuang.supervision.states.sanctions import ComplaintKind, Rung

_DAY = timedelta(days=1)


def all_year(stage: Stage) -> None:
    """Counted back from the last day; a play of part of a year has none of it."""
    days = (stage.until - stage.first).days
    if days < SUPERVISED_FROM:
        return
    first, second = stage.counties[FIRST_COUNTY], stage.counties[SLEEPING_COUNTY]
    for before, story in (
        (60, _clawed_back(stage, first)),
        (30, _complained(stage, first, decided=True)),
        (40, looking.looked_into(stage, first)),
        (35, _checked(stage, first, published=True)),
        (13, _checked(stage, second, published=False)),
        (HELD_WITHIN + 3, _held(stage, first)),
        (3, _complained(stage, first, decided=False)),
    ):
        stage.begin(story, in_days=days - before)


def _clawed_back(stage: Stage, county: County) -> Story:
    """A paid claim is looked into, its provider asked and heard; half comes back in two parts, one of them by now."""
    officer, approver = stage.officer(county.officers[0]), stage.officer(county.approvers[0])
    claim_id, member = _claim_of(stage, county, ClaimState.PAID)
    if member is None:
        return
    with stage.act() as now:
        title = "抽看材料：报告与送样日期不符（示例）"
        case = supervision.open_on_claim(officer, claim_id=claim_id, title=title, source=Source.OFFICE, now=now)
    with stage.act() as now:
        supervision.ask(officer, case_id=case.id, text="请说明送样、检测和出具报告的日期，并附原始记录。", now=now)
    yield 5
    with stage.act() as now:
        text = "其中一批样品由企业补送，原始记录缺失，愿意退回相应补助。"
        supervision.reply(stage.member(member), case_id=case.id, text=text, now=now)
    yield 6
    claim = queue(approver).get(id=claim_id)
    half = Fen(max((claim.confirmed_fen or claim.claimed_fen) // 2, 2))
    with stage.act() as now:
        text = "缺原始记录的部分不属实，追回相应补助。"
        supervision.uphold(approver, case_id=case.id, text=text, clawbacks={claim_id: half}, now=now)
    yield 1
    yield from _paid_back(stage, county, case.id, half)
    yield from _warned(stage, county, case.id, member)


def _paid_back(stage: Stage, county: County, case_id: str, fen: Fen) -> Story:
    finance, approver = stage.officer(county.finance[0]), stage.officer(county.approvers[0])
    row = clawbacks(approver).get(case_id=case_id)
    parts = [Part(Fen(fen - fen // 2), stage.today + _DAY * 20), Part(Fen(fen // 2), stage.today + _DAY * 120)]
    with stage.act() as now:
        supervision.instal(approver, clawback_id=row.id, parts=parts, now=now)
    yield 19
    sheet = clawback_sheet(finance, row.id, on=stage.today)
    due = sheet.following
    assert due is not None
    whole = Fen(due.part.fen + interest_of_row(sheet, on=stage.today))
    with stage.act() as now:
        supervision.receive(
            finance,
            clawback_id=row.id,
            position=due.part.position,
            fen=whole,
            on=stage.today,
            reference="示例流水-0001",
            now=now,
        )
    with stage.act() as now:
        supervision.countersign(approver, clawback_id=row.id, now=now)


def _warned(stage: Stage, county: County, case_id: str, member: Member) -> Story:
    """The mildest rung; the party answers, and the credit event is in force at the end."""
    officer, approver = stage.officer(county.officers[0]), stage.officer(county.approvers[0])
    with stage.act() as now:
        grounds = "部分原始记录缺失，多报补助。"
        row = supervision.propose(officer, case_id=case_id, rung=Rung.WARN, grounds=grounds, now=now)
    yield 3
    with stage.act() as now:
        text = "已退回并补建原始记录制度，请从轻。"
        supervision.reply_sanction(stage.member(member), sanction_id=row.id, text=text, now=now)
    yield 4
    with stage.act() as now:
        supervision.impose(approver, sanction_id=row.id, text="予以警示。", now=now)
    yield from _entered(stage, county, member)


def _entered(stage: Stage, county: County, member: Member) -> Story:
    """The credit event that was told is answered and enters into force."""
    approver = stage.officer(county.approvers[0])
    row = events(approver, party_id=member.party_id, state="notified").first()
    if row is None:
        return
    yield 3
    with stage.act() as now:
        credit.reply_event(stage.member(member), event_id=row.id, words="没有异议。", now=now)
    yield 3
    with stage.act() as now:
        credit.confirm_event(approver, event_id=row.id, words="事实清楚。", now=now)


def _held(stage: Stage, county: County) -> Story:
    """A payout that a case holds on the last day; its provider has been asked and has yet to answer."""
    officer, approver = stage.officer(county.officers[0]), stage.officer(county.approvers[0])
    for _day in range(HELD_WITHIN):  # a small play has days on which nothing waits to be paid
        claim_id, member = _claim_of(stage, county, ClaimState.PAYABLE, ClaimState.IN_NOTICE)
        if member is not None:
            break
        yield 1
    else:
        return
    with stage.act() as now:
        title = "发票金额与订单接近上限，待核实（示例）"
        case = supervision.open_on_claim(officer, claim_id=claim_id, title=title, source=Source.OFFICE, now=now)
    with stage.act() as now:
        supervision.suspend(approver, case_id=case.id, reason="核实服务是否真实发生", now=now)
    yield 1
    with stage.act() as now:
        supervision.ask(officer, case_id=case.id, text="请说明服务过程并补交原始记录。", now=now)


def _complained(stage: Stage, county: County, *, decided: bool) -> Story:
    """A citizen complains of a provider of the county: one is upheld, one waits to be taken up."""
    officer, approver = stage.officer(county.officers[0]), stage.officer(county.approvers[0])
    firms = [one for one in stage.providers if one.region == county.region and one.admission_id and not one.is_real]
    if not firms:
        return
    member, by = firms[0 if decided else -1], stage.actor(stage.citizens[2 if decided else 3])
    with stage.act() as now:
        text = (
            "约定五个工作日出具报告，实际二十天才给，中间无人答复。"
            if decided
            else "现场收费比公布的价目高，没有说明。"
        )
        kind = ComplaintKind.DELAY if decided else ComplaintKind.CHARGES
        row = supervision.complain(by, credit_code=member.code, kind=kind, text=text, now=now)
    yield 2
    if not decided:
        return
    with stage.act() as now:
        supervision.accept_complaint(officer, complaint_id=row.id, now=now)
    yield 4
    with stage.act() as now:
        text = "因设备检修延误，已向用户致歉。"
        supervision.reply_complaint(stage.member(member), complaint_id=row.id, text=text, now=now)
    yield 3
    with stage.act() as now:
        supervision.decide_complaint(approver, complaint_id=row.id, upheld=True, text="延误属实。", now=now)
    yield from _entered(stage, county, member)


def _checked(stage: Stage, county: County, *, published: bool) -> Story:
    """The half-year's check of one county: one plan is over and published, another is being visited on the last day."""
    officer, approver = stage.officer(county.officers[0]), stage.officer(county.approvers[0])
    _inspectors(stage, county)
    seed_on = stage.today + _DAY * CHECKS_WAIT
    year = stage.today.year
    draft = supervision.Draft(
        title=f"{county.name} {year} 年上半年创新券抽查（示例）",
        from_on=date(year, 1, 1),
        last_on=date(year, 6, 30),
        share_bp=500,
        seed_event=f"示例公开来源 {seed_on:%Y-%m-%d} 一期",
        seed_on=seed_on,
    )
    with stage.act() as now:
        plan = supervision.draft_plan(officer, scheme=stage.scheme, region=county.region, draft=draft, now=now)
    with stage.act() as now:
        supervision.fix(officer, plan_id=plan.id, now=now)
    yield CHECKS_WAIT
    with stage.act() as now:
        supervision.draw(approver, plan_id=plan.id, seed_value=RELEASE_SEED, now=now)
    yield 3
    rows = plan_sheet(approver, plan.id).visits
    visited = rows if published else rows[: len(rows) // 2]
    known = {one.party_id for one in stage.providers if not one.is_real}  # nothing is said against a real name
    faulty = next((row.visit.id for row in visited if row.visit.party_id in known), "")
    for row in visited:
        yield from _visited(stage, county, row.visit.id, faulty=row.visit.id == faulty, done=published)
    if published:
        with stage.act() as now:
            supervision.publish(approver, plan_id=plan.id, now=now)


def _inspectors(stage: Stage, county: County) -> None:
    """Officers who check and decide on nothing (监督检查岗): who confirmed or paid a claim does not inspect it."""
    officer, dice = stage.officer(county.officers[0]), Dice(stage.seed + OTHER_SOURCE * int(county.region))
    for _ in range(INSPECTORS_EACH):
        with stage.act() as now:
            person = parties.register_person(CLOCK, name=dice.person(), now=now)
        with stage.act() as now:
            parties.appoint(CLOCK, person_id=person.id, role=Role.COUNTY_OFFICER, region=county.region, now=now)
        with stage.act() as now:
            supervision.add_inspector(officer, region=county.region, person_id=person.id, now=now)


def _visited(stage: Stage, county: County, visit_id: str, *, faulty: bool, done: bool) -> Story:
    """Two inspectors go; of the first visit something is put right."""
    officer = stage.officer(county.officers[0])
    sheet = visit_sheet(officer, visit_id, on=stage.today)
    one, other = (stage.actor(member.inspector.person_id) for member, _name in sheet.team if member.on_team)
    with stage.act() as now:
        supervision.set_day(one, visit_id=visit_id, on=stage.today, now=now)
    found = {
        row.id: ("faulty", "缺少一份原始记录") if faulty and place == 0 else ("sound", "")
        for place, row in enumerate(sheet.sheets)
    }
    with stage.act() as now:
        supervision.record_visit(one, visit_id=visit_id, findings=found, now=now)
    if not faulty:
        with stage.act() as now:
            supervision.sign_sound(other, visit_id=visit_id, now=now)
        return
    with stage.act() as now:
        supervision.demand(other, visit_id=visit_id, text="补齐原始记录，并建立存档制度。", now=now)
    if not done:
        return
    member = stage.provider(sheet.visit.party_id)
    assert member is not None
    yield 6
    with stage.act() as now:
        supervision.report(stage.member(member), visit_id=visit_id, text="已补齐原始记录并建立存档制度。", now=now)
    yield 3
    with stage.act() as now:
        supervision.accept(officer, visit_id=visit_id, text="符合要求。", now=now)


def _claim_of(stage: Stage, county: County, *states: ClaimState) -> tuple[str, Member | None]:
    """The latest claim of the county in one of these states, and the provider who acts for it; not one of a real name."""
    known = {one.party_id: one for one in stage.providers if not one.is_real}
    rows = queue(stage.officer(county.officers[0]), region=county.region).filter(state__in=states)
    for claim in rows.filter(provider_party__in=known).order_by("-number")[:1]:
        return claim.id, known[claim.provider_party]
    return "", None
