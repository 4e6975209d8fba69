"""Stories of joining: a county opens, a provider enters the library, a holder gets a voucher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.catalog import commands as catalog
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import CarrierKind, ItemKind, OfferKind, Unit
from kechuang.credit import commands as credit
from kechuang.documents.rules import specimen_report_pdf
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.pilot.commands.booking import bookable
from kechuang.pilot.commands.stage import County, Member, Stage, Story
from kechuang.pilot.states import BUDGET_YUAN, CLASS_CODES, COUNTIES, FIRST_COUNTY, SERVICES
from kechuang.policy.book import rollout_open
from kechuang.registers import commands as registers
from kechuang.treasury import commands as treasury
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.states import VoucherState

LIBRARY = "shaoxing/provider-library"
_CARRIER = {
    "university": CarrierKind.UNIVERSITY,
    "research_institute": CarrierKind.RESEARCH_INSTITUTE,
    "qualified_firm": CarrierKind.QUALIFIED_FIRM,
}
_EXTRAS = (
    NewPrice("加急", Unit.RATE, kind=ItemKind.RUSH, rate_bp=5_000),
    NewPrice("制样", Unit.SAMPLE, Fen(5_000), kind=ItemKind.PREPARATION),
    NewPrice("加测报告", Unit.REPORT, Fen(20_000), kind=ItemKind.EXTRA_REPORT),
)


def county(stage: Stage, county: County, year: int) -> Story:
    """The budget is drafted, approved and released in parts; the county opens on its day of the rollout."""
    author = stage.actor(county.author)
    amount = BUDGET_YUAN[county.region] * 100
    with stage.act() as now:
        budget = treasury.draft_budget(
            author,
            scheme=stage.scheme,
            region=county.region,
            year=year,
            amount_fen=amount,
            basis="上年兑付情况与本年申领预计（示例）",
            now=now,
        )
    early = date(year, 1, 1) > stage.today  # next year's: drafted in autumn, approved before the year begins
    yield stage.dice.between(4, 16) if early else stage.dice.between(2, 6)
    with stage.act() as now:
        treasury.submit_budget(author, budget_id=budget.id, now=now)
    yield stage.dice.between(18, 30) if early else stage.dice.between(3, 8)
    finance = [stage.actor(person) for person in county.finance]
    with stage.act() as now:
        treasury.approve_budget(finance[0], budget_id=budget.id, now=now)
    yield max((date(year, 1, 4) - stage.today).days, stage.dice.between(1, 4))
    for part, fen in enumerate((amount - amount // 3, amount // 3), start=1):
        with stage.act() as now:
            document = treasury.Document(
                number=f"{county.name[:1]}财教〔{year}〕{part}号（示例）",
                on=stage.today,
                fund_line="2060499",
            )
            treasury.release(finance[1], budget_id=budget.id, fen=fen, document=document, now=now)
        yield 120
    if county.region == FIRST_COUNTY:
        with stage.act() as now:
            ground = treasury.Ground(reason="压减一般性支出（示例）", document_number=f"越财调〔{year}〕1号（示例）")
            treasury.cut(finance[1], budget_id=budget.id, fen=amount // 20, ground=ground, now=now)


@dataclass(frozen=True, slots=True)
class Wares:
    """What a provider offers: which of the services, at how many per cent of their usual price, as which carrier."""

    services: Sequence[tuple[str, str, str, int, int]] = ()  # none: as the dice say
    per_cent: tuple[int, int] = (85, 120)
    carrier: CarrierKind | None = None


USUAL = Wares()


def provider(stage: Stage, member: Member, review_days: int = 1, wares: Wares = USUAL) -> Story:
    """Commitment, account, certificates, admission; then the offers that holders order from."""
    actor = stage.member(member)
    applied = member.region if member.region in COUNTIES else FIRST_COUNTY
    office = stage.counties[applied]
    with stage.act() as now:
        credit.sign_commitment(actor, party_id=member.party_id, kind="provider", now=now)
    with stage.act() as now:
        account = credit.propose_account(
            actor,
            holder_name=member.name,
            bank_name="示例银行绍兴分行",
            bank_code="",
            number="6217" + stage.dice.digits(12),
            unit_id="",
            region=applied,
            proof=credit.Upload("开户证明.pdf", _proof(member, "开户证明样例", stage.today)),
            now=now,
        )
    yield stage.dice.between(1, 3)
    with stage.act() as now:
        credit.confirm_account(stage.actor(office.officers[0]), account_id=account, now=now)
    yield 8
    with stage.act() as now:
        admission = registers.apply(
            actor, party_id=member.party_id, scheme=LIBRARY, entrant_class=member.kind, region=applied, now=now
        )
    member.admission_id = admission.id
    if member.kind == "qualified_firm":
        with stage.act() as now:
            registers.bring_certificate(
                actor,
                admission_id=admission.id,
                kind="cma",
                number=f"{stage.today:%y}11{stage.dice.digits(7)}",
                issuer="示例市场监管部门",
                valid_from=date(stage.today.year - 1, 1, 1),
                valid_until=date(stage.today.year + 3, 1, 1),
                file_name="资质认定证书.pdf",
                content=_proof(member, "检验检测机构资质认定证书样例", stage.today),
                now=now,
            )
    yield 1
    with stage.act() as now:
        registers.submit(actor, admission_id=admission.id, now=now)
    if member.kind == "qualified_firm":
        yield stage.dice.between(review_days, review_days + 5)
        with stage.act() as now:
            registers.confirm(stage.actor(office.officers[1]), admission_id=admission.id, opinion="资质齐全", now=now)
    yield from offers(stage, member, wares)


def offers(stage: Stage, member: Member, wares: Wares = USUAL) -> Story:
    actor = stage.member(member)
    with stage.act() as now:
        carrier = catalog.add_carrier(
            actor,
            party_id=member.party_id,
            kind=wares.carrier or _CARRIER[member.kind],
            name=f"{member.name}公共技术服务中心",
            now=now,
        )
    wanted = list(wares.services) or [stage.dice.one(SERVICES) for _ in range(stage.dice.between(2, 4))]
    if member.is_shown:
        wanted += [one for one in SERVICES if one[0] == "instrument"][:2]
    for service, name, unit, price, usual in dict.fromkeys(wanted):
        with stage.act() as now:
            offer = catalog.add_offer(
                actor,
                carrier_id=carrier.id,
                kind=OfferKind.INSTRUMENT if service == "instrument" else OfferKind.SERVICE,
                name=name,
                service_class=service,
                content=f"{name}，按国家和行业标准提供数据与报告。",
                process="预约 → 送样或上机 → 出具报告 → 结算",
                inner_number=stage.dice.digits(8) if service == "instrument" else "",
                class_code=CLASS_CODES.get(name, ""),
                now=now,
            )
        yuan = price * stage.dice.between(*wares.per_cent) // 100
        lines = (NewPrice(f"{name}基本费用", Unit(unit), Fen(yuan * 100)), *_EXTRAS)
        with stage.act() as now:
            catalog.set_prices(actor, offer_id=offer.id, lines=lines, valid_from=stage.today, now=now)
        with stage.act() as now:
            catalog.open_offer(actor, offer_id=offer.id, now=now)
        member.offers.append((offer.id, usual))
        if service == "instrument":
            stage.begin(bookable(stage, member, offer.id), in_days=1)
        yield 0


def holder(stage: Stage, member: Member) -> Story:
    """Commitment, then a voucher: at once for the listed, by review for who declares; a new one when it has run out."""
    while not rollout_open(stage.scheme, region=member.region, on=stage.today):
        yield 7
    actor = stage.member(member)
    with stage.act() as now:
        credit.sign_commitment(actor, party_id=member.party_id, kind="holder", now=now)
    while True:
        if member.party_id not in stage.live():
            yield from voucher(stage, member)
        yield 14


def voucher(stage: Stage, member: Member) -> Story:
    actor = stage.member(member)
    declared, files = vouchers.Declared(purpose=stage.dice.one(["新产品检测", "工艺改进", "样品表征"])), []
    if member.kind == "organisation" and not member.labelled:
        declared = vouchers.Declared(labels=("tech_sme",), staff_count=stage.dice.between(5, 80), purpose="新产品检测")
        files = [vouchers.Upload("自评材料.pdf", _proof(member, "科技型中小企业自评材料样例", stage.today))]
    asked = Fen(stage.dice.one([2_000_000, 3_000_000, 5_000_000, 10_000_000]))
    try:
        with stage.act() as now:
            made = vouchers.apply(
                actor,
                party_id=member.party_id,
                scheme=stage.scheme,
                region=member.region,
                requested_fen=asked,
                declared=declared,
                files=files,
                now=now,
            )
        with stage.act() as now:
            made = vouchers.submit(actor, voucher_id=made.id, now=now)
    except Refusal as refusal:
        stage.refused(refusal)
        yield 30
        return
    if made.state == VoucherState.SUBMITTED:
        yield from _reviewed(stage, member, made.id)
    elif stage.dice.chance(stage.chances.voucher_withdrawn):
        yield 20
        stage.tried(lambda now: vouchers.withdraw(actor, voucher_id=made.id, reason="企业计划调整", now=now))


def _reviewed(stage: Stage, member: Member, voucher_id: str) -> Story:
    officer = stage.actor(stage.dice.one(stage.counties[member.region].officers))
    actor = stage.member(member)
    yield stage.dice.between(1, 4)
    if stage.dice.chance(stage.chances.voucher_returned):
        with stage.act() as now:
            vouchers.return_(officer, voucher_id=voucher_id, reason="请补充上一年度财务报表", now=now)
        yield stage.dice.between(1, 6)
        with stage.act() as now:
            vouchers.submit(actor, voucher_id=voucher_id, now=now)
        yield stage.dice.between(1, 3)
    with stage.act() as now:
        if stage.dice.chance(stage.chances.voucher_refused):
            vouchers.refuse(officer, voucher_id=voucher_id, reason="自评材料与纳税信息不符", now=now)
        else:
            vouchers.issue(officer, voucher_id=voucher_id, now=now)


def _proof(member: Member, title: str, on: date) -> bytes:
    return specimen_report_pdf(
        number=f"样例-{on:%Y%m%d}",
        title=title,
        client=member.name,
        provider=member.name,
        issued_on=on - timedelta(days=1),
    )
