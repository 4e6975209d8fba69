"""Starting in the middle (期初导入): live vouchers and open claims from before this platform, brought in or taken back whole.

A dry run runs the real commands and takes everything back; so does one fault in one row.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from kechuang.catalog.queries import offer_named
from kechuang.claims import rules
from kechuang.claims.access import roles_on
from kechuang.claims.commands.citing import bound_line, speak_for, uncite
from kechuang.claims.commands.locked import move_money, page_of
from kechuang.claims.formats import opening as tables
from kechuang.claims.formats.opening import ClaimRow, Fault, VoucherRow
from kechuang.claims.models import Claim, Opening
from kechuang.claims.queries.orders import claim_order
from kechuang.claims.states import (
    CLOCK_LABELS,
    CONFIRMATION,
    MACHINE,
    OPENING_LABELS,
    OPENING_MACHINE,
    ClaimState,
    OpeningKind,
    OpeningState,
)
from kechuang.deadlines import commands as deadlines
from kechuang.documents.commands import keep
from kechuang.documents.rules import Comparison, read_table
from kechuang.documents.rules import Verdict as Compared
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger.rules import Kind as AccountKind
from kechuang.orders import commands as orders
from kechuang.parties.queries import PartyCard, party_by_code
from kechuang.policy.book import in_force
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.queries import listed, numbered


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What a table brought, or would bring: its rows and sum; with faults it brings nothing."""

    rows_count: int
    total_fen: int
    faults: tuple[Fault, ...]
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class _Into:
    """Where the rows of a table go."""

    actor: Actor
    opening: Opening
    file_id: str
    now: datetime


@transaction.atomic
def bring_opening(
    actor: Actor,
    *,
    kind: OpeningKind,
    scheme: str,
    region: str,
    name: str,
    content: bytes,
    dry_run: bool,
    now: datetime,
) -> BroughtIn:
    """Brings a table in, all rows or none, with a report by row and column (期初导入、试导入).

    The same file again answers with the first. Raises NotVisible for other offices, and what reading the file raises.
    """
    if Role.BUDGET_AUTHOR not in actor.roles_in(region):
        raise NotVisible
    digest = hashlib.sha256(content).hexdigest()
    standing = Opening.objects.filter(region=region, kind=kind, digest=digest, state=OpeningState.BROUGHT_IN).first()
    if standing:
        return BroughtIn(len(standing.subjects), standing.total_fen, (), standing)
    reading = tables.read(kind, read_table(name, content, Kind.IMPORT).rows)
    opening = Opening(scheme=scheme, region=region, kind=kind, name=name, digest=digest)
    opening.brought_by, opening.brought_on = actor.person_id, clock.day(now)
    with transaction.atomic():
        file = keep(actor, name=name, content=content, kind=Kind.IMPORT, subject_id=opening.id, region=region, now=now)
        into = _Into(actor, opening, file.id, now)
        done, faults = _each(into, reading.rows)
        total = sum(fen for _id, fen in done)
        faults = sorted([*reading.faults, *faults], key=lambda fault: fault.row)
        if faults or dry_run:
            transaction.set_rollback(True)
            return BroughtIn(len(reading.rows), total, tuple(faults))
        opening.subjects, opening.total_fen = [subject for subject, _fen in done], total
        opening.save(force_insert=True)
        facts = {"kind": str(kind), "rows": len(done), "fen": total, "digest": digest}
        label, role = _("期初导入"), Role.BUDGET_AUTHOR
        record(actor, opening, "bring_in", label=label, role=role, now=now, target=opening.state, facts=facts)
    return BroughtIn(len(done), total, (), opening)


def _each(into: _Into, rows: tuple[tuple[int, Any], ...]) -> tuple[list[tuple[str, Fen]], list[Fault]]:
    """Every row through its command; a row that is refused is undone alone, and its fault is told."""
    done: list[tuple[str, Fen]] = []
    faults: list[Fault] = []
    kind = OpeningKind(into.opening.kind)
    for number, row in rows:
        try:
            with transaction.atomic():
                done.append(_voucher(into, row) if kind is OpeningKind.VOUCHERS else _claim(into, row))
        except Refusal as refusal:
            faults.append(Fault(number, tables.column_of(kind, refusal.field), refusal=refusal))
    return done, faults


def _party(code: str, field: str) -> PartyCard:
    found = party_by_code(code)
    if found is None:
        refusal = rules.PartyUnknown(code=code)
        refusal.field = field  # type: ignore[misc]  # the column differs by table
        raise refusal
    return found


def _voucher(into: _Into, row: VoucherRow) -> tuple[str, Fen]:
    rules.refuse_balance(row.face_fen, row.balance_fen)
    if numbered(row.number):
        raise rules.NumberTaken(number=row.number)
    made = vouchers.import_live(
        into.actor,
        party_id=_party(row.holder_code, "holder_code").id,
        scheme=into.opening.scheme,
        region=into.opening.region,
        number=row.number,
        face_fen=row.face_fen,
        balance_fen=row.balance_fen,
        valid_from=row.valid_from,
        valid_until=row.valid_last + timedelta(days=1),
        now=into.now,
    )
    return made.id, row.balance_fen


def _claim(into: _Into, row: ClaimRow) -> tuple[str, Fen]:
    rules.refuse_received(row.received_on, row.settled_on, on=clock.day(into.now))
    own = listed(into.actor, scheme=into.opening.scheme).filter(region=into.opening.region)
    voucher = own.filter(number=row.voucher_number).first()
    if voucher is None:
        raise rules.VoucherUnknown(number=row.voucher_number)
    provider = _party(row.provider_code, "provider_code")
    offer = offer_named(provider.id, row.service)
    if offer is None:
        raise rules.ServiceUnknown(service=row.service)
    order = orders.bring_in(
        into.actor,
        number=row.number,
        voucher_id=voucher.id,
        offer=offer,
        price_fen=row.price_fen,
        voucher_fen=row.offset_fen,
        placed_on=row.placed_on,
        settled_on=row.settled_on,
        now=into.now,
    )
    return _submitted(into, order.id, row).id, row.offset_fen


def _submitted(into: _Into, order_id: str, row: ClaimRow) -> Claim:
    """The claim as the county had received it: its papers lie elsewhere, so it is never clean; its clock runs since then."""
    order = claim_order(order_id)
    terms = in_force(order.scheme, rules.ClaimTerms, on=row.placed_on)
    claim = Claim(number=public_number("SD"), order_id=order.id, scheme=order.scheme, region=order.region)
    claim.year, claim.claimed_fen, claim.terms = order.year, row.offset_fen, dict(terms.record)
    claim.provider_party, claim.provider_unit, claim.holder_party = (
        order.provider.id,
        order.provider_unit,
        order.holder.id,
    )
    claim.evidence, claim.clean = [asdict(_ELSEWHERE)], False
    claim.submitted_by, claim.submitted_on = into.actor.person_id, row.received_on
    roles = roles_on(into.actor, claim)
    move = MACHINE.check("import", ClaimState.DRAFT, roles)
    claim.state = move.lands(ClaimState.DRAFT)
    claim.save(force_insert=True)
    told = _Told(
        row.invoice_number, order.provider.credit_code, order.holder.credit_code, row.invoice_on, row.invoice_fen
    )
    lines = {order.id: Fen(min(row.invoice_fen, row.price_fen))}
    speak_for(claim, [bound_line(order, told, into.file_id, lines, now=into.now)])
    facts = {"order": row.number, "received_on": row.received_on.isoformat(), "invoices": [row.invoice_number]}
    article, role = terms.article("confirm_working_days"), acting_role(roles, move)
    record(
        into.actor,
        claim,
        "import",
        label=move.label,
        role=role,
        now=into.now,
        target=claim.state,
        article=article,
        facts=facts,
    )
    step = f"submit:{claim.returned_count}"
    move_money(
        claim, "submit", AccountKind.UNCLAIMED, AccountKind.IN_CLAIM, step=step, now=into.now, fen=claim.claimed_fen
    )
    deadlines.start(
        kind=CONFIRMATION,
        label=CLOCK_LABELS[CONFIRMATION],
        subject_id=claim.id,
        number=claim.number,
        region=claim.region,
        role=Role.COUNTY_OFFICER,
        path=page_of(claim),
        length=Length(terms.terms.confirm_working_days, Unit.WORKING_DAYS),
        article=article,
        now=clock.instant(row.received_on, time()),
    )
    return claim


@dataclass(frozen=True, slots=True)
class _Told:
    """An invoice as the table tells it; what it does not tell is left open."""

    number: str
    seller_code: str
    buyer_code: str
    issued_on: date
    gross_fen: Fen
    net_fen: Fen | None = None
    tax_fen: Fen | None = None


_ELSEWHERE = Comparison(
    name="opening",
    label=_("申兑材料"),
    verdict=Compared.MISSING,
    expected=_("合同、发票、报告原件"),
    found=_("期初导入，原件在原系统"),
    reason=_("请调阅原件核对"),
)


@transaction.atomic
def undo_opening(actor: Actor, *, opening_id: str, now: datetime) -> Opening:
    """Takes a table back whole (冲销期初导入) while nothing it brought has moved on; every posting is reversed.

    Raises NotVisible, MoveNotOpen, and what the vouchers and orders say that were used meanwhile.
    """
    opening = Opening.objects.select_for_update(of=("self",)).filter(id=opening_id).first()
    if opening is None or not actor.roles_in(opening.region):
        raise NotVisible
    roles = actor.roles_in(opening.region)
    move = OPENING_MACHINE.check("undo", OpeningState(opening.state), roles)
    for subject in reversed(opening.subjects):
        if opening.kind == OpeningKind.VOUCHERS:
            vouchers.undo_import(actor, voucher_id=subject, now=now)
        else:
            _take_back(actor, subject, now)
    advance(actor, opening, move, roles=roles, now=now, facts={"kind": opening.kind, "rows": len(opening.subjects)})
    return opening


def _take_back(actor: Actor, claim_id: str, now: datetime) -> None:
    claim = Claim.objects.select_for_update(of=("self",)).get(id=claim_id)
    roles = roles_on(actor, claim)
    move = MACHINE.check("undo_import", ClaimState(claim.state), roles)
    claim.reason = OPENING_LABELS[OpeningKind.CLAIMS]
    advance(actor, claim, move, roles=roles, now=now, saves=["reason"])
    step = "undo_import"
    move_money(claim, "back", AccountKind.IN_CLAIM, AccountKind.UNCLAIMED, step=step, now=now, fen=claim.claimed_fen)
    uncite(claim)
    deadlines.cancel(claim.id, now=now)
    orders.undo_bring_in(actor, order_id=claim.order_id, now=now)
