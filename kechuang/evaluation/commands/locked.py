"""What every command of an evaluation does first and last: the lock, four eyes, telling people."""

from collections.abc import Iterable
from datetime import datetime

from kechuang.evaluation.access import roles_on, sheets_visible_to, visible_to
from kechuang.evaluation.models import Evaluation, Sheet
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands


def locked(actor: Actor, evaluation_id: str) -> Evaluation:
    """The evaluation, locked; raises NotVisible when it is not the actor's to see."""
    row = visible_to(actor).select_for_update(of=("self",)).filter(id=evaluation_id).first()
    if row is None:
        raise NotVisible
    return row


def locked_sheet(actor: Actor, sheet_id: str) -> Sheet:
    """One carrier's sheet, locked, with its evaluation; raises NotVisible."""
    rows = sheets_visible_to(actor).select_for_update(of=("self",)).select_related("evaluation", "carrier")
    row = rows.filter(id=sheet_id).first()
    if row is None:
        raise NotVisible
    return row


def locked_sheets(actor: Actor, sheet_id: str) -> tuple[Evaluation, list[Sheet]]:
    """The evaluation that a sheet stands in with all its sheets, locked in this order; raises NotVisible."""
    found = sheets_visible_to(actor).filter(id=sheet_id).values_list("evaluation_id", flat=True).first()
    if found is None:
        raise NotVisible
    row = locked(actor, found)
    return row, list(Sheet.objects.select_for_update(of=("self",)).filter(evaluation=row).order_by("id"))


def other_hands(
    actor: Actor, row: Evaluation | Sheet, move: Move, before: list[str], sides: Iterable[str] = ()
) -> None:
    """Raises SameHands where an earlier step was this person's (四眼原则), Related where a carrier is theirs."""
    sides = [row.party] if isinstance(row, Sheet) else sides
    for role in sorted(roles_on(actor, row) & move.by):
        refuse_same_hands(actor, row.region, role, before=before, of=[row.id], sides=sides)


def page_of(row: Evaluation | Sheet) -> str:
    """The address of the page, for messages."""
    return f"/evaluation/sheets/{row.id}" if isinstance(row, Sheet) else f"/evaluation/{row.id}"


def tell_carrier(sheet: Sheet, title: str, *, now: datetime, text: str = "") -> None:
    tell(
        subject_id=sheet.id, path=page_of(sheet), title=title, text=text or sheet.number, to_party=sheet.party, now=now
    )


def tell_office(row: Evaluation | Sheet, role: Role, title: str, *, now: datetime) -> None:
    tell(
        subject_id=row.id,
        path=page_of(row),
        title=title,
        text=row.number,
        to_role=role,
        region=row.region,
        now=now,
    )
