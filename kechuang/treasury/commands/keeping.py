"""Batches of one purpose, as the pages of the room that pays by them see this one (拨付页面所用)."""

from functools import partial

from kechuang.documents.rules import print_pdf
from kechuang.kernel.actor import Actor
from kechuang.treasury import queries
from kechuang.treasury.commands.batches import approve_batch, release_batch
from kechuang.treasury.commands.results import export_file
from kechuang.treasury.states import BATCH_MACHINE, Purpose
from kechuang.ui.batches import Keeping


def keeping(purpose: Purpose, *, title: str, item: str) -> Keeping:
    """`title` heads the form that three persons sign and takes {office}; `item` is what the purpose calls one payable."""

    def paper(actor: Actor, batch_id: str) -> tuple[str, bytes]:
        name, sheet = queries.approval_sheet(actor, batch_id=batch_id, purpose=purpose, title=title, item=item)
        return name, print_pdf(sheet)

    return Keeping(
        machine=BATCH_MACHINE,
        batches=lambda actor, state: queries.batches(actor, state=state, purpose=purpose),
        batch=partial(queries.batch, purpose=purpose),
        bank_name=lambda: bank.name if (bank := queries.connected_bank()) else "",
        approve=approve_batch,
        release=release_batch,
        export=export_file,
        paper=paper,
    )
