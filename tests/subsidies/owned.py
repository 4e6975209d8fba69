"""One of everything that subsidies and the evaluation can own, for the matrix of who sees what."""

from datetime import datetime, timedelta

from kechuang.evaluation.models import Evaluation, Priority, Sheet
from kechuang.evaluation.queries.cards import terms_now
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.parties.queries import party
from kechuang.subsidies import commands
from kechuang.subsidies.models import Conversion, Statement
from kechuang.subsidies.states import Formula
from kechuang.trail.commands import record
from kechuang.ui import clock
from tests.claims.conftest import reading
from tests.vouchers.conftest import SCHEME

CARD = "shaoxing/evaluation-2021"


def subsidised(clerk: Actor, *, server: Actor, region: str, now: datetime) -> dict[str, str]:
    """A settlement that the county drafts by the reading under which counties pay, a statement of it, an entry from elsewhere."""
    on = clock.day(now)
    with reading(subsidy_payer="county"):
        decision = commands.Decision(3_000, "越科〔2025〕1号", "越城区科学技术局", on)
        made = commands.draft(
            clerk, formula=Formula.PROVIDERS, scheme=SCHEME, region=region, year=2024, decision=decision, now=now
        )
    statement = Statement.objects.create(
        number="JS-试探", settlement=made, region=region, party=server.party_id, state="in_notice",
        redeemed_fen=100, counted_fen=100, rate_part_fen=30, full_fen=30, fen=30,
    )  # fmt: skip
    record(CLOCK, statement, "count", label="出具结算单", role=Role.CLOCK, now=now, target="in_notice")
    code = party(server.party_id).credit_code
    entry = commands.Redemption(code, on, Fen(100), Fen(200), "越财〔2025〕9号")
    outside = commands.enter_outside(clerk, region=region, redemption=entry, now=now)
    imported = Conversion.objects.create(
        number="ZH-试探", region=region, year=2024, source="示例", from_on=on, last_on=on, name="表.csv",
        digest="0" * 64, rows=[], brought_by=clerk.person_id, brought_on=on,
    )  # fmt: skip
    record(CLOCK, imported, "bring", label="导入成果转化实绩", role=Role.CLOCK, now=now, target=imported.state)
    return {
        "settlement_id": made.id,
        "statement_id": statement.id,
        "outside_id": outside.id,
        "conversion_id": imported.id,
    }


def evaluated(clerk: Actor, *, server: Actor, region: str, carrier_id: str, now: datetime) -> dict[str, str]:
    """An evaluation of the county with the sheet of one carrier, and a certificate of priority by it."""
    on = clock.day(now)
    row = Evaluation.objects.create(
        number="KH-试探", scheme=SCHEME, region=region, scope=region, year=2024, title="年度考核",
        terms=terms_now(CARD, on=on), opened_by=clerk.person_id, opened_on=on,
    )  # fmt: skip
    card = Sheet.objects.create(
        number="KB-试探", evaluation=row, region=region, carrier_id=carrier_id, party=server.party_id, kind="other"
    )
    for one in (row, card):
        record(CLOCK, one, "open", label="组织年度考核", role=Role.CLOCK, now=now, target=one.state)
    best = Priority.objects.create(
        number="YX-试探", sheet=card, region=region, party=card.party, name="载体", grade="excellent", programmes=["city_plan"],
        article="示例", issued_on=on, valid_until=on + timedelta(days=1), digest="0" * 64,
    )  # fmt: skip
    record(CLOCK, best, "issue", label="开具优先凭证", role=Role.CLOCK, now=now, target="issued")
    return {"priority_id": best.id, "evaluation_id": row.id, "card_id": card.id}
