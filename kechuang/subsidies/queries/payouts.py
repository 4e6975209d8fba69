"""Payouts of subsidies as pages and papers show them (补助拨付)."""

from dataclasses import dataclass
from datetime import date

from kechuang.documents.rules import Grid, Sheet, Signature
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import region_name
from kechuang.subsidies.models import Statement
from kechuang.subsidies.states import StatementState
from kechuang.treasury import queries as treasury
from kechuang.treasury.states import SUBSIDIES


@dataclass(frozen=True, slots=True)
class OfficePayables:
    """What one office can pay now: the statements that wait, with what hinders one."""

    region: str
    name: str
    rows: list[treasury.WaitingPayable]

    @property
    def total_fen(self) -> int:
        return sum(row.payable.fen for row in self.rows if row.ready)


def payable_rows(actor: Actor, *, on: date) -> list[OfficePayables]:
    """Per paying office of the actor, the statements that wait for a payment batch (待拨付补助)."""
    regions = actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE)
    waiting = Statement.objects.filter(region__in=regions, state=StatementState.PAYABLE).order_by("region", "id")
    by_region: dict[str, set[str]] = {}
    for region, payable in waiting.values_list("region", "payable_id"):
        by_region.setdefault(region, set()).add(payable)
    found = []
    for region, payables in by_region.items():
        rows = [row for row in treasury.payables_waiting(region, on=on) if row.payable.id in payables]
        found.append(OfficePayables(region, region_name(region), rows))
    return found


def approval_sheet(actor: Actor, *, batch_id: str) -> tuple[str, Sheet]:
    """The approval form (补助支付审批表) and its file name, for paper. Raises NotVisible."""
    form = treasury.approval_form(actor, batch_id, purpose=SUBSIDIES)
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
        title=_("{office}科技服务补助支付审批表").format(office=form.region_name),
        number=form.number,
        subtitle=form.title,
        blocks=[
            _("共 {statements} 份结算单，{lines} 笔支付，合计 {total} 元。").format(
                statements=form.claims_count, lines=len(rows), total=yuan(form.total_fen)
            ),
            Grid(_COLUMNS, rows, right=frozenset({_AMOUNT}), total=("", _("合计"), "", "", yuan(form.total_fen))),
            _("支付明细摘要（SHA-256）：{digest}").format(digest=form.digest),
        ],
        signatures=signatures,
        qr=form.number,
    )
    return _("{number}-审批表.pdf").format(number=form.number), sheet


_COLUMNS = (_("序号"), _("收款单位"), _("账户"), _("结算单"), _("金额（元）"))
_AMOUNT = len(_COLUMNS) - 1
_HANDS = (_("编制"), _("审批"), _("核准拨付"))
