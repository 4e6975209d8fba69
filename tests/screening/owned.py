"""One of everything that screening can own, for the matrix of who sees what."""

from datetime import datetime

from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor
from kechuang.screening import commands
from kechuang.screening.models import Finding, Link
from kechuang.screening.queries import Known, terms_of
from kechuang.screening.rules import ClaimFact, Found, Proof
from kechuang.screening.states import LinkKind, Pattern
from kechuang.ui import clock


def screened(claim: Claim, *, clerk: Actor, holder: Actor, now: datetime) -> dict[str, str]:
    """A finding about the claim that its officer confirmed, a link of the firm, and what the firm says against it."""
    fact = ClaimFact(claim.id, claim.number, claim.order_id, claim.region, claim.holder_party, claim.provider_party)
    facts = {"count": 3, "within_days": 30, "threshold_fen": 1_000_000, "total_fen": 2_700_000}
    found = Found(Pattern.SPLIT_ORDERS, fact, facts, (Proof("同期订单", "三个"),))
    commands.keep_found([found], terms_of(claim.region, on=clock.day(now)), now=now)
    finding = Finding.objects.get(claim_id=claim.id, rule=Pattern.SPLIT_ORDERS)
    commands.decide(clerk, finding_id=finding.id, outcome="confirmed", reason="核对合同", now=now)
    known = [Known(holder.party_id, claim.region, LinkKind.DEVICE, "一台设备", "设备****", "办理记录")]
    commands.keep_links(known, now=now)
    link = Link.objects.get(kind=LinkKind.DEVICE)
    contest = commands.contest(holder, link_id=link.id, text="园区公用设备", now=now)
    return {"finding_id": finding.id, "link_id": link.id, "contest_id": contest.id}
