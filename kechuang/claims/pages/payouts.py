"""Payouts of claims (拨付): the pages of payment batches, with claims that follow each batch."""

from typing import Any

from kechuang.claims import commands
from kechuang.claims.queries import payable_rows
from kechuang.kernel.text import gettext_noop as _
from kechuang.treasury.commands import keeping
from kechuang.treasury.states import CLAIMS
from kechuang.ui.batches import Payouts


def _prepare(*args: Any, chosen: list[str], **given: Any) -> str:
    return commands.prepare(*args, claim_ids=chosen, **given)


PAYOUTS = Payouts(
    keeps=keeping(CLAIMS, title=_("{office}创新券兑付支付审批表"), item=_("申请")),
    room="claims",
    one="claims:claim",
    title=_("拨付"),
    item=_("申请"),
    batch_title=_("{office} {day} 创新券兑付拨付"),
    waiting=lambda actor, on: payable_rows(actor, on=on),
    prepare=_prepare,
    commands=commands,
)
