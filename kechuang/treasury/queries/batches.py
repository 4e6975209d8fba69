"""Payment batches as they are shown, printed and settled (支付批次、审批表、结算单)."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.parties import queries as parties
from kechuang.treasury.access import batches_visible_to, lines_visible_to, roles_on
from kechuang.treasury.models import Budget, Payable, PaymentBatch, PaymentLine, PaymentPart
from kechuang.treasury.states import (
    BATCH_MACHINE,
    CLAIMS,
    LINE_MACHINE,
    BatchState,
    BudgetState,
    LineState,
    Purpose,
    purpose_of,
)
from kechuang.ui.compiled import compiled

_OPEN = (LineState.SENT, LineState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class WaitingPayable:
    """One approved claim that waits for a batch; `hindrance` says why it cannot be taken now, "" when it can."""

    payable: Payable
    payee: str
    account: parties.Account | None
    year_closed: bool

    @property
    def ready(self) -> bool:
        return self.account is not None and not self.year_closed


@dataclass(frozen=True, slots=True)
class PartSheet:
    claim_id: str
    claim_number: str
    order_number: str
    unit: str
    unit_name: str
    fen: int
    live: bool


@dataclass(frozen=True, slots=True)
class LineSheet:
    """One line with the claims it pays; they add up to it."""

    line: PaymentLine
    state_label: str
    parts: Sequence[PartSheet]


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """All that a batch's page shows. Totals are by line state; `unknown_fen` is never sent again before it is known."""

    batch: PaymentBatch
    state_label: str
    lines: Sequence[LineSheet]
    people: Mapping[str, str]
    open_moves: Sequence[Move]
    paid_fen: int
    failed_fen: int
    unknown_fen: int
    waiting_fen: int


@dataclass(frozen=True, slots=True)
class ApprovalForm:
    """支付审批表: what is printed and signed; the digest is the one in the payment file."""

    number: str
    title: str
    region_name: str
    total_fen: int
    claims_count: int
    digest: str
    prepared: tuple[str, date]
    approved: tuple[str, date] | None
    released: tuple[str, date] | None
    lines: Sequence[LineSheet]


@dataclass(frozen=True, slots=True)
class Payment:
    """Where one claim's money is: for its page, and for following it."""

    batch_id: str
    batch_number: str
    serial: str
    state: LineState
    state_label: str
    fen: int
    answered_on: date | None
    answer: str


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One paid claim on a laboratory's monthly sheet (结算单)."""

    paid_on: date
    unit: str
    unit_name: str
    claim_number: str
    order_number: str
    serial: str
    bank_reference: str
    fen: int


def payables_waiting(region: str, *, on: date | None = None) -> list[WaitingPayable]:
    """What a county has to pay and no batch has taken, the longest waiting first; with `on` also the payee's account."""
    rows = _waiting(region)
    if not rows:
        return []
    names = parties.party_names({row.payee_party for row in rows})
    closed = closed_in(region)
    payees = {(row.payee_party, row.unit) for row in rows}
    accounts = {pair: parties.payee_account(pair[0], unit_id=pair[1], on=on) for pair in payees} if on else {}
    return [
        WaitingPayable(
            row, names.get(row.payee_party, ""), accounts.get((row.payee_party, row.unit)), _closed_year(row, closed)
        )
        for row in rows
    ]


def _closed_year(row: Payable, closed: Container[int]) -> bool:
    """Whether the year that would pay it has been closed."""
    return purpose_of(row.claim_id).budgeted and row.year in closed


@compiled
def _waiting(region: str) -> QuerySet[Payable]:
    open_ones = Payable.objects.filter(region=region, taken=False, withdrawn_on__isnull=True)
    return open_ones.order_by("ready_at", "id")


def closed_in(region: str) -> set[int]:
    """The years of a county whose budgets are closed: they pay nothing any more."""
    return set(_closed(region))


@compiled
def _closed(region: str) -> QuerySet[Budget, int]:
    return Budget.objects.filter(region=region, state=BudgetState.CLOSED).values_list("year", flat=True)


def batches(actor: Actor, *, state: str = "", purpose: Purpose = CLAIMS) -> QuerySet[PaymentBatch]:
    """The batches of a purpose that the actor sees, the newest first; each with how many of its lines are unknown."""
    lines = PaymentLine.objects.filter(batch=OuterRef("pk"), state=LineState.UNKNOWN).order_by().values("batch")
    unknown = Coalesce(Subquery(lines.annotate(count=Count("id")).values("count")), 0)
    rows = batches_visible_to(actor).filter(number__startswith=purpose.number)
    rows = rows.annotate(unknown_count=unknown).order_by("-prepared_on", "-id")
    return rows.filter(state=state) if state else rows


def batch(actor: Actor, batch_id: str, *, purpose: Purpose = CLAIMS) -> BatchSheet:
    """One batch of a purpose as the actor may see it; raises NotVisible."""
    row = _visible(actor, batch_id)
    if purpose_of(row.number) is not purpose:
        raise NotVisible
    lines = _lines(row.id)
    people = parties.person_names({row.prepared_by, row.approved_by, row.released_by} - {""})
    fen = {state: sum(one.line.fen for one in lines if one.line.state == state) for state in LineState}
    return BatchSheet(
        batch=row,
        state_label=BATCH_MACHINE.labels[BatchState(row.state)],
        lines=lines,
        people=people,
        open_moves=BATCH_MACHINE.open(BatchState(row.state), roles_on(actor, row)),
        paid_fen=fen[LineState.PAID],
        failed_fen=fen[LineState.FAILED],
        unknown_fen=fen[LineState.UNKNOWN],
        waiting_fen=fen[LineState.WAITING] + fen[LineState.SENT],
    )


def approval_form(actor: Actor, batch_id: str, *, purpose: Purpose = CLAIMS) -> ApprovalForm:
    """The form that three persons sign; raises NotVisible."""
    sheet = batch(actor, batch_id, purpose=purpose)
    row = sheet.batch

    def signed(person: str, day: date | None) -> tuple[str, date] | None:
        return (sheet.people.get(person, ""), day) if person and day else None

    return ApprovalForm(
        number=row.number,
        title=row.title,
        region_name=parties.region_name(row.region),
        total_fen=row.total_fen,
        claims_count=sum(len(line.parts) for line in sheet.lines),
        digest=row.digest,
        prepared=(sheet.people.get(row.prepared_by, ""), row.prepared_on),
        approved=signed(row.approved_by, row.approved_on),
        released=signed(row.released_by, row.released_on),
        lines=sheet.lines,
    )


def payments_of(claim_ids: Iterable[str]) -> dict[str, list[Payment]]:
    """Every payment that each claim was ever put on, oldest first: failed ones stay to be seen."""
    parts = PaymentPart.objects.filter(payable__claim_id__in=list(claim_ids))
    found: dict[str, list[Payment]] = {}
    for part in parts.select_related("line__batch", "payable").order_by("id"):
        found.setdefault(part.payable.claim_id, []).append(_payment(part))
    return found


def settlement_sheet(
    actor: Actor, *, party_id: str, since: date, until: date, unit: str | None = None
) -> list[SettlementRow]:
    """What was paid to a payee in a period, by laboratory (按实验室的月度结算单); its own, or an office's to see."""
    lines = lines_visible_to(actor).filter(
        payee_party=party_id, state=LineState.PAID, answered_on__gte=since, answered_on__lt=until
    )
    parts = PaymentPart.objects.filter(line__in=lines, live=True)
    parts = parts.filter(payable__unit=unit) if unit is not None else parts
    if actor.party_id == party_id and actor.unit_ids:
        parts = parts.filter(payable__unit__in=actor.unit_ids)
    rows = parts.select_related("line", "payable").order_by("payable__unit_name", "line__answered_on", "id")
    return [_settled(part) for part in rows]


@dataclass(frozen=True, slots=True)
class Laboratory:
    """One laboratory's rows of a settlement sheet, with their sum; "" is the payee itself."""

    unit_name: str
    rows: Sequence[SettlementRow]
    total_fen: int


def by_laboratory(rows: Sequence[SettlementRow]) -> list[Laboratory]:
    """A settlement sheet by laboratory, in the order of its rows."""
    groups: dict[str, list[SettlementRow]] = {}
    for row in rows:
        groups.setdefault(row.unit_name, []).append(row)
    return [Laboratory(name, mine, sum(row.fen for row in mine)) for name, mine in groups.items()]


def claims_of_batch(batch_id: str) -> list[str]:
    """The claims on a batch, in the order of their ids: the upper room locks them before the batch."""
    return sorted(_claims_of(batch_id))


@compiled
def _claims_of(batch_id: str) -> QuerySet[PaymentPart, str]:
    return PaymentPart.objects.filter(line__batch_id=batch_id).values_list("payable__claim_id", flat=True)


def batches_with(actor: Actor, claim_ids: Iterable[str]) -> list[str]:
    """Ids of the batches that the actor may see and that ever carried a payment of these claims, failed ones too."""
    lines = PaymentPart.objects.filter(payable__claim_id__in=list(claim_ids)).values("line_id")
    return list(
        batches_visible_to(actor).filter(lines__in=lines).order_by("id").values_list("id", flat=True).distinct()
    )


def claims_of_line(line_id: str) -> list[str]:
    """The claims on a line, in the order of their ids."""
    return sorted(PaymentPart.objects.filter(line_id=line_id).values_list("payable__claim_id", flat=True))


def unanswered_batches() -> list[str]:
    """Batches that were sent and still lack an answer: what a job asks a connected bank about."""
    lines = PaymentLine.objects.filter(state__in=_OPEN).order_by("batch_id")
    return list(lines.values_list("batch_id", flat=True).distinct())


def year_of(claim_id: str) -> int | None:
    """The budget year that pays a claim now; it moves on when a later year bears it. None before it is payable."""
    rows = Payable.objects.filter(claim_id=claim_id, withdrawn_on__isnull=True)
    return rows.values_list("year", flat=True).first()


def _visible(actor: Actor, batch_id: str) -> PaymentBatch:
    row = _seen.first(actor, batch_id)
    if row is None:
        raise NotVisible
    return row


@compiled
def _seen(actor: Actor, batch_id: str) -> QuerySet[PaymentBatch]:
    return batches_visible_to(actor).filter(id=batch_id)


def _lines(batch_id: str) -> list[LineSheet]:
    parts: dict[str, list[PartSheet]] = {}
    for part in _parts_in(batch_id):
        due = part.payable
        sheet = PartSheet(
            due.claim_id, due.claim_number, due.order_number, due.unit, due.unit_name, part.fen, part.live
        )
        parts.setdefault(part.line_id, []).append(sheet)
    return [
        LineSheet(line, LINE_MACHINE.labels[LineState(line.state)], parts.get(line.id, []))
        for line in _lines_in(batch_id)
    ]


@compiled
def _parts_in(batch_id: str) -> QuerySet[PaymentPart]:
    rows = PaymentPart.objects.filter(line__batch_id=batch_id).select_related("payable")
    return rows.order_by("payable__unit_name", "payable__claim_number")


@compiled
def _lines_in(batch_id: str) -> QuerySet[PaymentLine]:
    return PaymentLine.objects.filter(batch_id=batch_id).order_by("position")


def _payment(part: PaymentPart) -> Payment:
    line = part.line
    state = LineState(line.state)
    return Payment(
        batch_id=line.batch_id,
        batch_number=line.batch.number,
        serial=line.number,
        state=state,
        state_label=LINE_MACHINE.labels[state],
        fen=part.fen,
        answered_on=line.answered_on,
        answer=line.answer,
    )


def _settled(part: PaymentPart) -> SettlementRow:
    line, due = part.line, part.payable
    assert line.answered_on is not None
    return SettlementRow(
        paid_on=line.answered_on,
        unit=due.unit,
        unit_name=due.unit_name,
        claim_number=due.claim_number,
        order_number=due.order_number,
        serial=line.number,
        bank_reference=line.bank_reference,
        fen=part.fen,
    )


def deciders_of(claim_ids: Iterable[str]) -> set[tuple[str, str, str]]:
    """Who approved and who released the payments of these claims: claim, batch, person (审批、复核支付的人)."""
    parts = PaymentPart.objects.filter(payable__claim_id__in=list(claim_ids), live=True)
    rows = parts.values_list(
        "payable__claim_id", "line__batch_id", "line__batch__approved_by", "line__batch__released_by"
    )
    return {(claim, batch_id, one) for claim, batch_id, *both in rows for one in both if one}
