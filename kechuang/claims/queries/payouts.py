"""Payouts as pages and papers show them."""

from dataclasses import dataclass
from datetime import date

from kechuang.claims.models import Claim
from kechuang.claims.states import ClaimState
from kechuang.documents.rules import Grid, Sheet, Signature
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import yuan
from kechuang.parties.queries import region_name
from kechuang.treasury import queries as treasury


@dataclass(frozen=True, slots=True)
class CountyPayables:
    """What one county can pay now: the claims that wait, with what hinders one (no account, year closed)."""

    region: str
    name: str
    rows: list[treasury.WaitingPayable]

    @property
    def total_fen(self) -> int:
        return sum(row.payable.fen for row in self.rows if row.ready)


def payable_rows(actor: Actor, *, on: date) -> list[CountyPayables]:
    """Per county of the actor's office, the claims that wait for a payment batch (待拨付)."""
    regions = sorted(actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE))
    payable = set(
        Claim.objects.filter(region__in=regions, state=ClaimState.PAYABLE).values_list("payable_id", flat=True)
    )
    found = []
    for region in regions:
        rows = [row for row in treasury.payables_waiting(region, on=on) if row.payable.id in payable]
        if rows:
            found.append(CountyPayables(region, region_name(region), rows))
    return found


def approval_sheet(actor: Actor, *, batch_id: str) -> tuple[str, Sheet]:
    """The approval form (支付审批表) and its file name, for paper. Raises NotVisible."""
    form = treasury.approval_form(actor, batch_id)
    rows = [
        (
            str(line.line.position),
            line.line.payee_name,
            f"{line.line.bank_name} {line.line.account_masked}",
            "、".join(part.claim_number for part in line.parts),
            yuan(line.line.fen),
        )
        for line in form.lines
    ]
    hands = zip(_HANDS, (form.prepared, form.approved, form.released), strict=True)
    signatures = [
        Signature(label, signed[0] if signed else "", signed[1].isoformat() if signed else "")
        for label, signed in hands
    ]
    sheet = Sheet(
        title=f"{form.region_name}创新券兑付支付审批表",
        number=form.number,
        subtitle=form.title,
        blocks=[
            f"共 {form.claims_count} 件申请，{len(rows)} 笔支付，合计 {yuan(form.total_fen)} 元。",
            Grid(
                _COLUMNS,
                rows,
                right=frozenset({_AMOUNT}),
                total=("", "合计", "", "", yuan(form.total_fen)),
            ),
            f"支付明细摘要（SHA-256）：{form.digest}",
        ],
        signatures=signatures,
        qr=form.number,
    )
    return f"{form.number}-审批表.pdf", sheet


_COLUMNS = ("序号", "收款单位", "账户", "申请编号", "金额（元）")
_AMOUNT = _COLUMNS.index("金额（元）")
_HANDS = ("编制", "审批", "核准拨付")
