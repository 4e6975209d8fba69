"""What offices do all year: confirm claims, publish, answer objections, pay. One round per county and working day."""

from datetime import timedelta

from kechuang.claims import commands as claims
from kechuang.claims.queries import payable_rows, queue
from kechuang.claims.states import ClaimState
from kechuang.credit import commands as credit
from kechuang.documents.rules import specimen_report_pdf
from kechuang.kernel.actor import Actor
from kechuang.notices import commands as notices
from kechuang.notices.queries import objections_waiting, public_list, sheet
from kechuang.pilot.commands.stage import County, Member, Stage, Story
from kechuang.treasury import commands as treasury
from kechuang.treasury.queries import batch as batch_sheet
from kechuang.treasury.rules import Outcome

_PAYDAY, _MONDAY = 3, 0
_LOOK_AT_MOST = 40


def claims_round(stage: Stage, county: County) -> Story:
    """The officers take the claims in the order of submission; clean ones together, the others one by one."""
    while True:
        officer = stage.actor(stage.dice.one(county.officers))
        waiting = list(queue(officer, state=ClaimState.SUBMITTED, region=county.region)[:_LOOK_AT_MOST])
        ripe = [claim for claim in waiting if claim.submitted_on and (stage.today - claim.submitted_on).days >= 2]
        clean = []
        for claim in ripe:
            if stage.dice.chance(stage.chances.refused):
                _refuse(stage, officer, claim.id)
            elif claim.clean:
                clean.append(claim.id)
            else:
                _return(stage, officer, claim.id)
        if clean:
            with stage.act() as now:
                claims.confirm_many(officer, claim_ids=clean, now=now)
        yield 1


def _refuse(stage: Stage, officer: Actor, claim_id: str) -> None:
    with stage.act() as now:
        claims.refuse(officer, claim_id=claim_id, reason="报告与订单服务内容不符，未见样品流转记录", now=now)


def _return(stage: Stage, officer: Actor, claim_id: str) -> None:
    def send_back(now: object) -> None:
        with stage.act() as moment:
            claims.return_(officer, claim_id=claim_id, reason="发票金额与订单价款不一致，请更换发票", now=moment)

    if not stage.tried(send_back):
        _refuse(stage, officer, claim_id)


def objections_round(stage: Stage, county: County) -> Story:
    """Citizens object to some matters while their notice runs; the approver answers within days."""
    seen: set[str] = set()
    while True:
        for notice in public_list(on=stage.today, kind="claim_payout", region=county.region):
            if notice.id in seen:
                continue
            seen.add(notice.id)
            _look_at(stage, county, notice.id)
        for person in county.approvers:
            approver = stage.actor(person)
            for objection in list(objections_waiting(approver)):
                if (stage.today - objection.filed_at.date()).days < 2:
                    continue
                upheld = stage.dice.chance(stage.chances.upheld)
                with stage.act() as now:
                    notices.handle(
                        approver,
                        objection_id=objection.id,
                        upheld=upheld,
                        reply="经核查属实，不予兑付。" if upheld else "经核查，服务真实发生，材料齐全。",
                        now=now,
                    )
        yield 1


def _look_at(stage: Stage, county: County, notice_id: str) -> None:
    officer = stage.actor(county.officers[0])
    if stage.dice.chance(stage.chances.notice_corrected):
        with stage.act() as now:
            claims.correct_notice(
                officer, notice_id=notice_id, title=f"{county.name}创新券兑付公示（更正）", why="标题有误", now=now
            )
        return
    for item in sheet(officer, notice_id=notice_id, on=stage.today).items:
        if stage.dice.chance(stage.chances.objected):
            citizen = stage.actor(stage.dice.one(stage.citizens))
            stage.tried(
                lambda now, citizen=citizen, item=item: notices.object_(  # type: ignore[misc]
                    citizen,
                    notice_id=notice_id,
                    item_id=item.id,
                    reason="该项服务价格明显偏高，请核实是否真实发生",
                    now=now,
                )
            )


def payments_round(stage: Stage, county: County) -> Story:
    """Once a week what is payable is prepared, approved the next day, released and sent the day after."""
    bank = treasury.SimulatedBank(lambda payment: _answer(stage))
    officers = [stage.actor(person) for person in county.officers]
    while True:
        yield 1
        if stage.today.weekday() != _PAYDAY:
            continue
        for claim in list(queue(officers[0], state=ClaimState.PAYMENT_FAILED, region=county.region)):
            _mended(stage, county, claim.provider_party, claim.id)
        ready = [
            row.payable.claim_id for part in payable_rows(officers[0], on=stage.today) for row in part.rows if row.ready
        ]
        ids = sorted(ready)
        if not ids:
            continue
        with stage.act() as now:
            title = f"{county.name}创新券兑付 {stage.today.isoformat()}"
            batch_id = claims.prepare(officers[0], region=county.region, title=title, claim_ids=ids, now=now)
        yield 1
        yield from _paid(stage, county, batch_id, bank)


def _paid(stage: Stage, county: County, batch_id: str, bank: treasury.SimulatedBank) -> Story:
    approver, finance = stage.actor(county.approvers[0]), stage.actor(county.finance[0])
    digest = batch_sheet(approver, batch_id).batch.digest
    with stage.act() as now:
        treasury.approve_batch(approver, batch_id=batch_id, digest=digest, now=now)
    yield 1
    with stage.act() as now:
        treasury.release_batch(finance, batch_id=batch_id, digest=digest, now=now)
    with stage.act() as now:
        answers = treasury.transmit(finance, batch_id=batch_id, bank=bank, now=now)
    yield 1
    with stage.act() as now:
        claims.read_results(finance, batch_id=batch_id, answers=answers, now=now)
    if any(answer.outcome is Outcome.UNKNOWN for answer in answers):
        yield 2
        bank.decide = lambda payment: Outcome.PAID
        with stage.act() as now:
            asked = treasury.query_unknown(finance, batch_id=batch_id, bank=bank)
            claims.read_results(finance, batch_id=batch_id, answers=asked, now=now)
        bank.decide = lambda payment: _answer(stage)


def _answer(stage: Stage) -> Outcome:
    if stage.dice.chance(stage.chances.payment_failed):
        return Outcome.FAILED
    return Outcome.UNKNOWN if stage.dice.chance(stage.chances.payment_unknown) else Outcome.PAID


def _mended(stage: Stage, county: County, party_id: str, claim_id: str) -> None:
    """The provider brings another account, the county confirms it; after the cool-off the claim can be paid again."""
    member = next(one for one in stage.providers if one.party_id == party_id)
    officer = stage.actor(county.officers[1])
    if not member.bank_fails:
        member.bank_fails = True
        stage.begin(_account(stage, county, member))
        return
    with stage.act() as now:
        claims.retry(officer, claim_id=claim_id, now=now)


def _account(stage: Stage, county: County, member: Member) -> Story:
    proof = specimen_report_pdf(
        number=f"样例-{stage.today:%Y%m%d}",
        title="开户证明样例",
        client=member.name,
        provider=member.name,
        issued_on=stage.today - timedelta(days=1),
    )
    with stage.act() as now:
        account = credit.propose_account(
            stage.member(member),
            holder_name=member.name,
            bank_name="示例银行越城支行",
            bank_code="",
            number="6222" + stage.dice.digits(12),
            unit_id="",
            region=member.region if member.region in stage.counties else county.region,
            proof=credit.Upload("开户证明.pdf", proof),
            now=now,
        )
    yield 1
    home = stage.counties.get(member.region, county)
    with stage.act() as now:
        credit.confirm_account(stage.actor(home.officers[1]), account_id=account, now=now)
    yield 9
    member.bank_fails = False
