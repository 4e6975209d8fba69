"""What offices do all year: confirm claims, publish, answer objections, pay. One round of all counties a working day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from kechuang.claims import commands as claims
from kechuang.claims.queries import Claim, payable_rows, queue
from kechuang.claims.states import ClaimState
from kechuang.credit import commands as credit
from kechuang.documents.rules import specimen_report_pdf
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.money import Fen
from kechuang.notices import commands as notices
from kechuang.notices.queries import items_of, objections_open, public_list
from kechuang.pilot.commands.stage import County, Member, Stage, Story
from kechuang.pilot.states import FIRST_COUNTY, LAST_DAYS
from kechuang.treasury import commands as treasury
from kechuang.treasury.queries import batch as batch_sheet
from kechuang.treasury.queries import batches
from kechuang.treasury.rules import Outcome
from kechuang.treasury.states import LineState
from kechuang.ui import clock
from kechuang.ui.compiled import compiled

_Looked = tuple[str, bool, frozenset[str], str]  # a claim, whether its papers agree, where they do not, its provider
_OBJECTION = "该项服务价格明显偏高，请核实是否真实发生"
_LOOK_AFTER_DAYS, _ANSWER_AFTER_DAYS = 2, 2


def claims_round(stage: Stage) -> Story:
    """The officers take the claims in the order of submission; clean ones together, the others one by one."""
    while True:
        waiting: dict[str, list[_Looked]] = {}
        for region, submitted_on, claim_id, clean, evidence, provider in _submitted():
            if submitted_on and (stage.today - submitted_on).days >= _LOOK_AFTER_DAYS:
                waiting.setdefault(region, []).append((claim_id, clean, _doubts(evidence), provider))
        for region, county in stage.counties.items():
            if region in waiting and region not in stage.asleep:
                officer = stage.dice.one(county.officers)
                for person, claims_of in _shared(stage, region, officer, waiting[region]).items():
                    _decide(stage, stage.actor(person), claims_of)
        yield 1


@compiled
def _submitted() -> QuerySet[Claim, tuple[str, date | None, str, bool, list[dict[str, Any]], str]]:
    rows = queue(CLOCK, state=ClaimState.SUBMITTED)
    return rows.values_list("region", "submitted_on", "id", "clean", "evidence", "provider_party")


def _shared(stage: Stage, region: str, officer: str, waiting: Sequence[_Looked]) -> dict[str, list[_Looked]]:
    """Who decides on what: the officer of the day, but for what somebody has taken for good."""
    shared: dict[str, list[_Looked]] = {}
    for looked in waiting:
        shared.setdefault(stage.taken.get((region, looked[-1]), officer), []).append(looked)
    return shared


def _decide(stage: Stage, officer: Actor, waiting: Sequence[_Looked]) -> None:
    confirmed = []
    for claim_id, clean, doubts, _provider in waiting:
        if stage.dice.chance(stage.chances.refused):
            _refuse(stage, officer, claim_id)
        elif clean:
            confirmed.append(claim_id)
        elif doubts == {"contract"}:
            _confirm(stage, officer, claim_id)
        else:
            _return(stage, officer, claim_id)
    if confirmed:
        with stage.act() as now:
            claims.confirm_many(officer, claim_ids=confirmed, now=now)


def _doubts(evidence: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """What does not agree on a claim's papers."""
    return frozenset(row["name"] for row in evidence if row["verdict"] != "agrees")


def _confirm(stage: Stage, officer: Actor, claim_id: str) -> None:
    """The price is no longer the contract's: both sides have agreed on the final lines, and the officer has looked."""
    with stage.act() as now:
        claims.confirm(officer, claim_id=claim_id, note="合同金额与结算金额不同，双方已确认最终明细", now=now)


def _refuse(stage: Stage, officer: Actor, claim_id: str) -> None:
    with stage.act() as now:
        claims.refuse(officer, claim_id=claim_id, reason="报告与订单服务内容不符，未见样品流转记录", now=now)


def _return(stage: Stage, officer: Actor, claim_id: str) -> None:
    def send_back(now: datetime) -> None:
        claims.return_(officer, claim_id=claim_id, reason="发票金额与订单价款不一致，请更换发票", now=now)

    if not stage.tried(send_back):
        _refuse(stage, officer, claim_id)


def objections_round(stage: Stage) -> Story:
    """Citizens object to some matters while their notice runs; the approver answers within days."""
    seen: set[str] = set()
    while True:
        for notice_id, region in _noticed(stage.today):
            if notice_id not in seen:
                seen.add(notice_id)
                _look_at(stage, stage.counties[region], notice_id)
        patience = _ANSWER_AFTER_DAYS + (LAST_DAYS if stage.days_left <= LAST_DAYS else 0)
        for objection_id, region, filed_at in _objected():
            if (stage.today - clock.day(filed_at)).days >= patience:
                _answer_objection(stage, stage.counties[region], objection_id)
        yield 1


@compiled
def _noticed(on: date) -> QuerySet[Any, tuple[str, str]]:
    return public_list(on=on, kind="claim_payout").order_by("id").values_list("id", "region")


@compiled
def _objected() -> QuerySet[Any, tuple[str, str, datetime]]:
    return objections_open().values_list("id", "region", "filed_at")


def _answer_objection(stage: Stage, county: County, objection_id: str) -> None:
    upheld = stage.dice.chance(stage.chances.upheld)
    reply = "经核查属实，不予兑付。" if upheld else "经核查，服务真实发生，材料齐全。"
    approver = stage.actor(stage.dice.one(county.approvers))
    stage.tried(lambda now: notices.handle(approver, objection_id=objection_id, upheld=upheld, reply=reply, now=now))


def _look_at(stage: Stage, county: County, notice_id: str) -> None:
    officer = stage.actor(county.officers[0])
    if stage.dice.chance(stage.chances.notice_corrected):
        with stage.act() as now:
            claims.correct_notice(
                officer, notice_id=notice_id, title=f"{county.name}创新券兑付公示（更正）", why="标题有误", now=now
            )
        return
    for item_id in items_of(notice_id):
        if stage.dice.chance(stage.chances.objected) or stage.left_open("objection", times=2):
            citizen = stage.actor(stage.dice.one(stage.citizens))
            stage.tried(
                lambda now, citizen=citizen, item_id=item_id: notices.object_(  # type: ignore[misc]
                    citizen, notice_id=notice_id, item_id=item_id, reason=_OBJECTION, now=now
                )
            )


def payments_round(stage: Stage, county: County) -> Story:
    """Once a week, in the first county daily towards the end, what is payable is prepared for payment."""
    officer = stage.actor(county.officers[0])
    while True:
        yield 1
        payday = stage.today.weekday() == county.payday
        if payday:
            for claim_id, provider in _failed(officer, county.region):
                _mended(stage, county, provider, claim_id)
        if not payday and not (county.region == FIRST_COUNTY and stage.days_left <= LAST_DAYS):
            continue
        rows = [row for part in payable_rows(officer, on=stage.today) for row in part.rows if row.ready]
        ids = sorted(row.payable.claim_id for row in rows)
        if stage.days_left == 0:
            ids = ids[: len(ids) // 2]
        if ids:
            with stage.act() as now:
                title = f"{county.name}创新券兑付 {stage.today.isoformat()}"
                batch_id = claims.prepare(officer, region=county.region, title=title, claim_ids=ids, now=now)
            stage.begin(_paid(stage, county, batch_id), in_days=1)


@compiled
def _failed(officer: Actor, region: str) -> QuerySet[Claim, tuple[str, str]]:
    return queue(officer, state=ClaimState.PAYMENT_FAILED, region=region).values_list("id", "provider_party")


def _paid(stage: Stage, county: County, batch_id: str) -> Story:
    """Approved, released, sent, answered: a working day each."""
    bank = treasury.SimulatedBank(lambda payment: _answer(stage))
    approver, finance = stage.officer(county.approvers[0]), stage.officer(county.finance[0])
    (digest,) = _digest(approver, batch_id)
    if not stage.tried(lambda now: treasury.approve_batch(approver, batch_id=batch_id, digest=digest, now=now)):
        with stage.act() as now:
            claims.return_batch(approver, batch_id=batch_id, reason="收款账户已变更，请重新编制", now=now)
        return
    yield 1
    with stage.act() as now:
        treasury.release_batch(finance, batch_id=batch_id, digest=digest, now=now)
    yield 1
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
    if stage.dice.chance(stage.chances.bounced):
        yield stage.dice.between(2, 5)
        _bounced(stage, finance, batch_id)


@compiled
def _digest(approver: Actor, batch_id: str) -> QuerySet[Any, str]:
    return batches(approver).filter(id=batch_id).values_list("digest", flat=True)


def _bounced(stage: Stage, finance: Actor, batch_id: str) -> None:
    """One line of a paid batch comes back from the payee's bank."""
    paid = [sheet.line for sheet in batch_sheet(finance, batch_id).lines if sheet.line.state == LineState.PAID]
    for line in paid[:1]:
        reference = f"TH{stage.today:%Y%m%d}"
        with stage.act() as now:
            claims.bounce(
                finance, line_id=line.id, fen=Fen(line.fen), reference=reference, words="账户已销户，退汇", now=now
            )


def _answer(stage: Stage) -> Outcome:
    if stage.dice.chance(stage.chances.payment_failed) or stage.left_open("payment", times=1):
        return Outcome.FAILED
    return Outcome.UNKNOWN if stage.dice.chance(stage.chances.payment_unknown) else Outcome.PAID


def _mended(stage: Stage, county: County, party_id: str, claim_id: str) -> None:
    """The provider brings another account, the county confirms it; after the cool-off the claim can be paid again."""
    member = stage.provider(party_id)
    assert member is not None
    officer = stage.actor(county.officers[1])
    if not member.bank_fails:
        member.bank_fails = True
        stage.begin(new_account(stage, county, member))
        return
    with stage.act() as now:
        claims.retry(officer, claim_id=claim_id, now=now)


def new_account(stage: Stage, county: County, member: Member, *, confirm_in: int = 1) -> Story:
    """A provider proposes another payee account with its proof; the county confirms it."""
    proof = specimen_report_pdf(
        number=f"样例-{stage.today:%Y%m%d}",
        title="开户证明样例",
        client=member.name,
        provider=member.name,
        issued_on=stage.today,
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
    yield confirm_in
    home = stage.counties.get(member.region, county)
    with stage.act() as now:
        credit.confirm_account(stage.actor(home.officers[1]), account_id=account, now=now)
    yield 9
    member.bank_fails = False
