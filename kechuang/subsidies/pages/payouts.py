"""Payouts of subsidies (补助拨付): the pages of payment batches, with statements that follow each batch."""

from typing import Any

from kechuang.kernel.text import gettext_noop as _
from kechuang.subsidies import commands
from kechuang.subsidies.queries import payable_rows
from kechuang.treasury.commands import keeping
from kechuang.treasury.states import SUBSIDIES
from kechuang.ui.batches import Payouts


def _prepare(*args: Any, chosen: list[str], **given: Any) -> str:
    return commands.prepare(*args, statement_ids=chosen, **given)


PAYOUTS = Payouts(
    keeps=keeping(SUBSIDIES, title=_("{office}科技服务补助支付审批表"), item=_("结算单")),
    room="subsidies",
    one="subsidies:statement",
    title=_("补助拨付"),
    item=_("结算单"),
    batch_title=_("{office} {day} 科技服务补助拨付"),
    waiting=lambda actor, on: payable_rows(actor, on=on),
    prepare=_prepare,
    commands=commands,
)
