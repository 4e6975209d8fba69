"""What is asked before money leaves: what each office can pay now, and the form that three persons sign."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from kechuang.documents.rules import Grid, Sheet, Signature
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import region_name
from kechuang.trail.queries import receipt_address
from kechuang.treasury.queries.batches import WaitingPayable, approval_form, payables_waiting
from kechuang.treasury.states import APPROVAL_WIDTHS, Purpose

_HANDS = (_("编制"), _("审批"), _("核准拨付"))


@dataclass(frozen=True, slots=True)
class OfficePayables:
    """What one office can pay now, with what hinders one of them (no account, year closed)."""

    region: str
    name: str
    rows: list[WaitingPayable]

    @property
    def total_fen(self) -> int:
        return sum(row.payable.fen for row in self.rows if row.ready)


def office_payables(payables: Mapping[str, Set[str]], *, on: date) -> list[OfficePayables]:
    """Per region, those of these payables that no batch has taken (待拨付), where there are any."""
    found = []
    for region, wanted in sorted(payables.items()):
        rows = [row for row in payables_waiting(region, on=on) if row.payable.id in wanted]
        if rows:
            found.append(OfficePayables(region, region_name(region), rows))
    return found


def approval_sheet(actor: Actor, *, batch_id: str, purpose: Purpose, title: str, item: str) -> tuple[str, Sheet]:
    """The approval form (支付审批表) and its file name, for paper; `item` is what the purpose calls one of what it pays.

    Raises NotVisible.
    """
    form = approval_form(actor, batch_id, purpose=purpose)
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
    counted = _("共 {items} 项，{lines} 笔支付，合计 {total} 元。").format(
        items=form.claims_count, lines=len(rows), total=yuan(form.total_fen)
    )
    head = (_("序号"), _("收款单位"), _("账户"), item, _("金额（元）"))
    total = ("", _("合计"), "", "", yuan(form.total_fen))
    sheet = Sheet(
        title=title.format(office=form.region_name),
        number=form.number,
        subtitle=form.title,
        blocks=[
            counted,
            Grid(head, rows, right=frozenset({len(head) - 1}), total=total, widths=APPROVAL_WIDTHS),
            _("支付明细摘要（SHA-256）：{digest}").format(digest=form.digest),
        ],
        signatures=[
            Signature(label, signed[0] if signed else "", signed[1].isoformat() if signed else "")
            for label, signed in hands
        ],
        qr=form.number,
        receipt=receipt_address(batch_id),
    )
    return _("{number}-审批表.pdf").format(number=form.number), sheet
