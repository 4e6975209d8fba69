"""Stories of subsidies (补助): the year before, redeemed off the platform, is settled and paid; the played year once its books are closed."""

from collections.abc import Iterator
from datetime import date, timedelta

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.money import Fen
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import next_month
from kechuang.ledger.rules import Period
from kechuang.parties import commands as parties
from kechuang.parties.queries import party
from kechuang.pilot.commands import evaluating
from kechuang.pilot.commands.stage import Member, Stage, Story
from kechuang.pilot.rules import Dice
from kechuang.pilot.states import (
    CITY,
    CITY_OFFICE,
    CLOSING_DAY,
    FIRST_COUNTY,
    OTHER_SOURCE,
    OUTSIDE_FEN,
    SUBSIDY_DAY,
    SUBSIDY_POT_YUAN,
)
from kechuang.subsidies import commands as subsidies
from kechuang.subsidies.queries import payable_rows
from kechuang.subsidies.states import Formula
from kechuang.treasury import commands as treasury
from kechuang.treasury.queries import batch
from kechuang.treasury.rules import Outcome
from kechuang.treasury.states import SUBSIDIES

_OFFICES = (
    ("shi.jingban", Role.COUNTY_OFFICER),
    ("shi.shenhe", Role.COUNTY_APPROVER),
    ("shi.bokuan", Role.COUNTY_FINANCE),
)


def all_year(stage: Stage) -> None:
    """The city's own office, and what it does for the year before and, in a play that goes on, for the played one."""
    people = dict(_offices(stage))
    stage.begin(_year_before(stage, people), in_days=SUBSIDY_DAY)
    stage.begin(_played_year(stage, people), in_days=CLOSING_DAY)
    stage.begin(evaluating.of_the_year(stage, people), in_days=CLOSING_DAY)
    stage.begin(_left_to_check(stage), in_days=max((stage.until - stage.first).days - 1, 1))


def _offices(stage: Stage) -> Iterator[tuple[Role, str]]:
    """市本级: who pays what is the city's to pay. They draw their names from a source of their own."""
    dice = Dice(stage.seed + OTHER_SOURCE * len(_OFFICES))
    parties.add_zone(code=CITY_OFFICE, name="绍兴市本级", parent=CITY, source="预算单位，不在国家标准行政区划代码内")
    for sign_in, role in _OFFICES:
        with stage.act() as now:
            person = parties.register_person(CLOCK, name=dice.person(), sign_in=sign_in, now=now)
        stage.shown.append(person.id)
        with stage.act() as now:
            parties.appoint(CLOCK, person_id=person.id, role=role, region=CITY_OFFICE, now=now)
        yield role, person.id


def _year_before(stage: Stage, people: dict[Role, str]) -> Story:
    """Before the platform began, vouchers were redeemed on paper: entered, checked, settled, paid."""
    county = stage.counties[FIRST_COUNTY]
    officer, approver = stage.officer(county.officers[0]), stage.officer(county.approvers[0])
    last_year = date(stage.first.year - 1, 11, 28)
    for number, (member, fen) in enumerate(zip(stage.providers, OUTSIDE_FEN, strict=False), start=1):
        said = _on_paper(member, fen, last_year, number)
        with stage.act() as now:
            entered = subsidies.enter_outside(officer, region=county.region, redemption=said, now=now)
        with stage.act() as now:
            subsidies.check_outside(approver, outside_id=entered.id, now=now)
    yield 1
    yield from _settled(stage, people, last_year.year)


def _on_paper(member: Member, fen: int, on: date, number: int) -> subsidies.Redemption:
    return subsidies.Redemption(
        credit_code=party(member.party_id).credit_code,
        redeemed_on=on,
        fen=Fen(fen),
        price_fen=Fen(fen * 2),
        document_number=f"越财教〔{on.year}〕{70 + number}号（示例）",
        note="未经平台，凭纸质材料兑付",
    )


def _left_to_check(stage: Stage) -> Story:
    """On the last day one entry waits for a visitor to check it."""
    yield 0
    county, on = stage.counties[FIRST_COUNTY], stage.first + timedelta(days=12)
    said = _on_paper(stage.providers[0], OUTSIDE_FEN[-1], on, 0)
    with stage.act() as now:
        subsidies.enter_outside(stage.officer(county.officers[0]), region=county.region, redemption=said, now=now)


def _played_year(stage: Stage, people: dict[Role, str]) -> Story:
    """Every county closes its books; then the year is settled from the ledger."""
    until = date(stage.first.year + 1, 1, 1)
    for county in stage.counties.values():
        finance = stage.officer(county.finance[0])
        while (due := next_month(county.region)) and due <= until:
            with stage.act() as now:
                ledger.close(finance, region=county.region, period=Period.MONTH, until=due, now=now)
    yield 1
    yield from _settled(stage, people, stage.first.year)


def _settled(stage: Stage, people: dict[Role, str], year: int) -> Story:
    """Drafted, checked, funded, settled, made known; what nobody objects to is paid."""
    clerk, approver, finance = (stage.actor(people[role]) for _sign_in, role in _OFFICES)
    on = stage.today - timedelta(days=1)
    decision = subsidies.Decision(3_000, f"绍市科〔{on.year}〕11号（示例）", "绍兴市科学技术局", on)
    said = {"formula": Formula.PROVIDERS, "scheme": stage.scheme, "region": CITY_OFFICE, "year": year}
    with stage.act() as now:
        made = subsidies.draft(clerk, decision=decision, now=now, **said).id  # type: ignore[arg-type]
    yield 1
    with stage.act() as now:
        subsidies.decide(approver, settlement_id=made, now=now)
    with stage.act() as now:
        fen, document = SUBSIDY_POT_YUAN * 100, f"绍市财〔{on.year}〕9号（示例）"
        subsidies.fund(finance, settlement_id=made, fen=fen, document_number=document, now=now)
    yield 1
    with stage.act() as now:
        subsidies.settle(clerk, settlement_id=made, now=now)
    if stage.attempt(subsidies.publish, clerk, settlement_id=made) is None:
        return
    yield 10
    yield from _paid(stage, people)


def _paid(stage: Stage, people: dict[Role, str]) -> Story:
    """By the same three hands and the same bank as claims."""
    clerk, approver, finance = (stage.actor(people[role]) for _sign_in, role in _OFFICES)
    ready = [row.payable.claim_id for part in payable_rows(clerk, on=stage.today) for row in part.rows if row.ready]
    if not ready:
        return
    title = f"绍兴市本级科技服务补助 {stage.today.isoformat()}"
    with stage.act() as now:
        made = subsidies.prepare(clerk, region=CITY_OFFICE, title=title, statement_ids=sorted(ready), now=now)
    digest = batch(clerk, made, purpose=SUBSIDIES).batch.digest
    yield 1
    with stage.act() as now:
        treasury.approve_batch(approver, batch_id=made, digest=digest, now=now)
    yield 1
    with stage.act() as now:
        treasury.release_batch(finance, batch_id=made, digest=digest, now=now)
    bank = treasury.SimulatedBank(lambda payment: Outcome.PAID)
    with stage.act() as now:
        answers = treasury.transmit(finance, batch_id=made, bank=bank, now=now)
    yield 1
    with stage.act() as now:
        subsidies.read_results(finance, batch_id=made, answers=answers, now=now)
