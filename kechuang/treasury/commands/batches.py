"""A payment batch on its way through three persons: prepared, approved, released (制单、审批、拨付)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.parties import queries as parties
from kechuang.parties.rules import hands
from kechuang.trail.commands import advance, record
from kechuang.trail.queries import stood_in_for
from kechuang.treasury.access import batches_visible_to, creator, payables_visible_to, roles_on
from kechuang.treasury.commands.budgets import other_hands
from kechuang.treasury.models import (
    Payable,
    PaymentBatch,
    PaymentLine,
    PaymentPart,
    batch_page,
)
from kechuang.treasury.queries.batches import closed_in
from kechuang.treasury.queries.files import file_of
from kechuang.treasury.queries.purposes import of_purpose
from kechuang.treasury.rules import (
    AccountChanged,
    BudgetYearClosed,
    DigestDiffers,
    Due,
    NoPayeeAccount,
    NothingToPay,
    NotWaiting,
    OwnConfirmation,
    remark,
)
from kechuang.treasury.states import (
    BATCH_MACHINE,
    CLAIMS,
    LINE_MACHINE,
    POSITION_DIGITS,
    BatchState,
    LineState,
    Purpose,
    purpose_of,
)
from kechuang.ui import clock
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import add, insert_many


@dataclass(frozen=True, slots=True)
class _Group:
    """The payables that go to one account of one payee."""

    account: parties.Account
    payables: tuple[Payable, ...]


def locked_batch(actor: Actor, batch_id: str) -> PaymentBatch:
    """The batch for writing; raises NotVisible."""
    row = _locked.first(actor, batch_id)
    if row is None:
        raise NotVisible
    return row


def lines_of(batch: PaymentBatch) -> list[PaymentLine]:
    return _lines(batch.id)


@compiled
def _locked(actor: Actor, batch_id: str) -> QuerySet[PaymentBatch]:
    return batches_visible_to(actor).select_for_update(of=("self",)).filter(id=batch_id)


@compiled
def _lines(batch_id: str) -> QuerySet[PaymentLine]:
    return PaymentLine.objects.select_for_update(of=("self",)).filter(batch_id=batch_id).order_by("position")


@transaction.atomic
def prepare_batch(
    actor: Actor,
    *,
    region: str,
    title: str,
    now: datetime,
    payable_ids: Sequence[str] | None = None,
    purpose: Purpose = CLAIMS,
) -> PaymentBatch:
    """Gathers what is to be paid into one batch, one line per payee's account (制单).

    None takes all of the purpose that wait. Raises NothingToPay, NotWaiting, NoPayeeAccount, BudgetYearClosed.
    """
    role = creator(actor, region, Role.COUNTY_OFFICER)
    payables = _waiting(actor, region, payable_ids, purpose)
    groups = _grouped(payables, now)
    number = public_number(purpose.number)
    batch = PaymentBatch(
        number=number,
        title=tidy(title),
        region=region,
        state=BatchState.PREPARED,
        total_fen=sum(row.fen for row in payables),
        lines_count=len(groups),
        prepared_by=actor.person_id,
        prepared_on=clock.day(now),
    )
    names = parties.party_names({group.account.party_id for group in groups})
    lines = [_line(batch, position, group, names) for position, group in enumerate(groups, start=1)]
    batch.digest = file_of(CLOCK, batch, lines).digest
    add(batch)
    insert_many(PaymentLine, lines)
    parts = [
        PaymentPart(line=line, payable=row, fen=row.fen, confirmed_by=row.confirmed_by)
        for line, group in zip(lines, groups, strict=True)
        for row in group.payables
    ]
    insert_many(PaymentPart, parts)
    facts = {"fen": batch.total_fen, "lines": batch.lines_count, "digest": batch.digest}
    record(actor, batch, "create", label=_("编制支付批次"), role=role, now=now, target=batch.state, facts=facts)
    for line in lines:
        record(
            actor,
            line,
            "create",
            label=_("列入支付批次"),
            role=role,
            now=now,
            target=line.state,
            facts={"fen": line.fen},
        )
    _tell(batch, Role.COUNTY_APPROVER, _("支付批次待审批"), now)
    return batch


@transaction.atomic
def approve_batch(actor: Actor, *, batch_id: str, digest: str, now: datetime) -> PaymentBatch:
    """Approves exactly the list whose digest the approver saw (审批). Raises SameHands, OwnConfirmation, DigestDiffers,
    AccountChanged."""
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    step = BATCH_MACHINE.check("approve", BatchState(batch.state), roles)
    other_hands(actor, batch.region, roles & step.by, [batch.prepared_by], [batch.id])
    _check_content(batch, digest, now)
    both = {hand for role in roles & step.by for hand in hands(actor, batch.region, role)}
    if claims := _confirmed_by(both, batch.id):
        raise OwnConfirmation(claims="、".join(claims))
    _approve_parts(batch.id, actor.person_id)
    batch.approved_by, batch.approved_on = actor.person_id, clock.day(now)
    facts = {"fen": batch.total_fen, "digest": batch.digest}
    advance(actor, batch, step, roles=roles, now=now, saves=["approved_by", "approved_on"], facts=facts)
    _tell(batch, Role.COUNTY_FINANCE, _("支付批次待核准拨付"), now)
    return batch


@compiled_update
def _approve_parts(batch_id: str, person_id: str) -> Change:
    return PaymentPart.objects.filter(line__batch_id=batch_id), {"approved_by": person_id}


@compiled
def _confirmers(batch_id: str) -> QuerySet[PaymentPart, tuple[str, str, str]]:
    rows = PaymentPart.objects.filter(line__batch_id=batch_id)
    return rows.values_list("payable__claim_id", "payable__claim_number", "confirmed_by")


def _confirmed_by(both: AbstractSet[str], batch_id: str) -> list[str]:
    """The claims on a batch that one of `both` confirmed, or that a substitute confirmed in their place."""
    rows = _confirmers(batch_id)
    confirmers = {person for _claim, _number, person in rows}
    same = {person for person in confirmers if both & parties.same_persons([person])}
    stood = stood_in_for([claim for claim, _number, _person in rows], confirmers)
    instead = {(claim, person) for claim, person, absent in stood if absent in both}
    return sorted(number for claim, number, person in rows if person in same or (claim, person) in instead)


@transaction.atomic
def release_batch(actor: Actor, *, batch_id: str, digest: str, now: datetime) -> PaymentBatch:
    """Finance releases the money (核准拨付), a third person. Raises SameHands, DigestDiffers, AccountChanged."""
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    step = BATCH_MACHINE.check("release", BatchState(batch.state), roles)
    other_hands(actor, batch.region, roles & step.by, [batch.prepared_by, batch.approved_by], [batch.id])
    _check_content(batch, digest, now)
    batch.released_by, batch.released_on = actor.person_id, clock.day(now)
    facts = {"fen": batch.total_fen, "digest": batch.digest}
    advance(actor, batch, step, roles=roles, now=now, saves=["released_by", "released_on"], facts=facts)
    return batch


@transaction.atomic
def return_batch(actor: Actor, *, batch_id: str, reason: str, now: datetime) -> PaymentBatch:
    """The approver or finance returns the batch with a reason (退回); its payables wait again."""
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    step = BATCH_MACHINE.check("return", BatchState(batch.state), roles)
    batch.reason = tidy(reason)
    _drop(actor, batch, now)
    advance(actor, batch, step, roles=roles, now=now, saves=["reason"], facts={"reason": batch.reason})
    _tell(batch, Role.COUNTY_OFFICER, _("支付批次已退回"), now)
    return batch


@transaction.atomic
def cancel_batch(actor: Actor, *, batch_id: str, now: datetime) -> PaymentBatch:
    """The preparer's office takes the batch back before it is approved (撤销); its payables wait again."""
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    step = BATCH_MACHINE.check("cancel", BatchState(batch.state), roles)
    _drop(actor, batch, now)
    advance(actor, batch, step, roles=roles, now=now)
    return batch


@transaction.atomic
def send_batch(actor: Actor, *, batch_id: str, now: datetime) -> PaymentBatch:
    """Marks the batch as sent, before the bank sees it (送银行): an answer never meets a line that was not sent.

    Raises AccountChanged when a payee's account is no longer the one that was approved.
    """
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    step = BATCH_MACHINE.check("send", BatchState(batch.state), roles)
    lines = lines_of(batch)
    _check_accounts(lines, now)
    for line in lines:
        move = LINE_MACHINE.check("send", LineState(line.state), roles)
        advance(actor, line, move, roles=roles, now=now, facts={"fen": line.fen})
    batch.sent_on = clock.day(now)
    facts = {"fen": batch.total_fen, "digest": batch.digest}
    advance(actor, batch, step, roles=roles, now=now, saves=["sent_on"], facts=facts)
    return batch


def _waiting(actor: Actor, region: str, payable_ids: Sequence[str] | None, purpose: Purpose) -> list[Payable]:
    # Read as they are locked: a batch made in the meantime is seen.
    found = _payables(actor, region, purpose, None if payable_ids is None else list(payable_ids))
    taken = [row.claim_number for row in found if row.taken]
    if payable_ids is not None and (taken or len(found) < len(set(payable_ids))):
        raise NotWaiting(claims="、".join(taken))
    closed = closed_in(region)
    waiting = sorted((row for row in found if not row.taken), key=lambda row: (row.ready_at, row.id))
    if late := [row for row in waiting if purpose.budgeted and row.year in closed]:
        if payable_ids is not None:
            raise BudgetYearClosed(year=late[0].year, claims="、".join(row.claim_number for row in late))
        waiting = [row for row in waiting if row.year not in closed]
    if not waiting:
        raise NothingToPay
    return waiting


@compiled
def _payables(actor: Actor, region: str, purpose: Purpose, payable_ids: list[str] | None) -> QuerySet[Payable]:
    rows = payables_visible_to(actor).select_for_update(of=("self",)).filter(region=region)
    rows = of_purpose(rows, purpose)
    rows = rows.filter(taken=False) if payable_ids is None else rows.filter(id__any=payable_ids)
    return rows.filter(withdrawn_on__isnull=True).order_by("id")


def _grouped(payables: Sequence[Payable], now: datetime) -> list[_Group]:
    accounts = {}
    for party, unit in sorted({(row.payee_party, row.unit) for row in payables}):
        account = parties.payee_account(party, unit_id=unit, on=clock.day(now))
        if account is None:
            raise NoPayeeAccount(payee=parties.party(party).name)
        accounts[party, unit] = account
    by_account: dict[str, list[Payable]] = {}
    for row in payables:
        by_account.setdefault(accounts[row.payee_party, row.unit].id, []).append(row)
    known = {account.id: account for account in accounts.values()}
    return [_Group(known[name], tuple(rows)) for name, rows in sorted(by_account.items())]


def _line(batch: PaymentBatch, position: int, group: _Group, names: dict[str, str]) -> PaymentLine:
    account = group.account
    return PaymentLine(
        batch=batch,
        number=f"{batch.number}-{str(position).zfill(POSITION_DIGITS)}",
        position=position,
        region=batch.region,
        state=LineState.WAITING,
        payee_party=account.party_id,
        payee_name=names.get(account.party_id, account.holder_name),
        account_id=account.id,
        account_unit=account.unit_id,
        account_holder=account.holder_name,
        bank_name=account.bank_name,
        bank_code=account.bank_code,
        account_masked=account.masked,
        account_digest=account.digest,
        fen=sum(row.fen for row in group.payables),
        remark=remark(
            [Due(row.order_number, row.unit_name, row.fen) for row in group.payables], purpose_of(batch.number)
        ),
    )


def _check_content(batch: PaymentBatch, digest: str, now: datetime) -> None:
    lines = lines_of(batch)
    if digest != batch.digest or file_of(CLOCK, batch, lines).digest != batch.digest:
        raise DigestDiffers
    _check_accounts(lines, now)


def _check_accounts(lines: Sequence[PaymentLine], now: datetime) -> None:
    """T18: the account that is paid is the one that was approved, and still the payee's."""
    for line in lines:
        account = parties.payee_account(line.payee_party, unit_id=line.account_unit, on=clock.day(now))
        if account is None or (account.id, account.digest) != (line.account_id, line.account_digest):
            raise AccountChanged(payee=line.payee_name)


def _drop(actor: Actor, batch: PaymentBatch, now: datetime) -> None:
    roles = roles_on(actor, batch)
    for line in lines_of(batch):
        move = LINE_MACHINE.check("drop", LineState(line.state), roles)
        advance(actor, line, move, roles=roles, now=now)
    PaymentPart.objects.filter(line__batch=batch).update(live=False)


def _tell(batch: PaymentBatch, role: Role, title: str, now: datetime) -> None:
    tell(
        subject_id=batch.id,
        path=batch_page(batch),
        title=title,
        text=batch.number,
        to_role=role,
        region=batch.region,
        now=now,
    )
