"""One of everything that supervision can own, for the matrix of who sees what."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from kechuang.claims.models import Claim
from kechuang.credit.models import CreditEvent
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.parties.queries import party
from kechuang.supervision import commands
from kechuang.supervision.models import Clawback, Item, Visit
from kechuang.supervision.states.cases import Source
from kechuang.supervision.states.sanctions import ComplaintKind, Rung
from kechuang.ui import clock
from tests.vouchers.conftest import SCHEME


def watched(
    paid: Claim, quiet: Claim, *, clerk: Actor, approver: Actor, server: Actor, holder: Actor, now: datetime
) -> dict[str, str]:
    """A case about what was paid and clawed back, and one whose party has not been written to yet."""
    asked, secret = (
        commands.open_on_claim(clerk, claim_id=one.id, title="疑似虚构", source=Source.OFFICE, now=now)
        for one in (paid, quiet)
    )
    commands.ask(clerk, case_id=asked.id, text="请说明情况", now=now)
    commands.reply(server, case_id=asked.id, text="情况如下", now=now)
    back = {paid.id: Fen(100_000)}
    commands.uphold(approver, case_id=asked.id, text="认定违规", clawbacks=back, now=now)
    return {
        "dossier_id": secret.id,
        "dossier_item_id": Item.objects.filter(case=secret).earliest("id").id,
        "clawback_id": Clawback.objects.get(case=asked).id,
        "payout_id": quiet.id,
        **_held_against(asked.id, clerk=clerk, approver=approver, server=server, holder=holder, now=now),
    }


def _held_against(
    case_id: str, *, clerk: Actor, approver: Actor, server: Actor, holder: Actor, now: datetime
) -> dict[str, str]:
    """A complaint that was not taken up yet, a sanction with the credit event it led to."""
    text = "送样后迟迟不出报告，多次催促无人答复"
    code = party(server.party_id).credit_code
    complaint = commands.complain(holder, credit_code=code, kind=ComplaintKind.DELAY, text=text, now=now)
    row = commands.propose(clerk, case_id=case_id, rung=Rung.WARN, grounds="虚构服务", now=now)
    commands.reply_sanction(server, sanction_id=row.id, text="情况如下", now=now)
    commands.impose(approver, sanction_id=row.id, text="予以警示", now=now)
    event = CreditEvent.objects.get(subject_id=row.id)
    return {"complaint_id": complaint.id, "sanction_id": row.id, "credit_event_id": event.id}


def checked(inspectors: Sequence[str], *, clerk: Actor, approver: Actor, region: str, now: datetime) -> dict[str, str]:
    """A plan of the county, drawn, with an inspector and a visit that its provider does not know of yet."""
    roster = [commands.add_inspector(clerk, region=region, person_id=one, now=now) for one in inspectors]
    seed_on, year = clock.day(now) + timedelta(days=1), clock.day(now).year
    draft = commands.Draft("抽查计划", date(year, 1, 1), date(year, 6, 30), 500, "示例公开来源", seed_on)
    plan = commands.draft_plan(clerk, scheme=SCHEME, region=region, draft=draft, now=now)
    commands.fix(clerk, plan_id=plan.id, now=now)
    later = now + timedelta(days=1)
    commands.draw(approver, plan_id=plan.id, seed_value="03 05 08 11 13 21 + 07", now=later)
    return {
        "plan_id": plan.id,
        "visit_id": Visit.objects.get(plan=plan).id,
        "inspector_id": roster[0].id,
        "file_kind": "register",
    }
