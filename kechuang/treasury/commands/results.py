"""What leaves for the bank, and what comes back (支付文件、支付结果、退汇). Paid is booked on the bank's yes alone."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Leg, Place
from kechuang.trail.commands import advance
from kechuang.treasury.access import batches_visible_to, lines_visible_to, roles_on
from kechuang.treasury.adapters.bank import Bank, BankDown
from kechuang.treasury.commands.batches import lines_of, locked_batch, send_batch
from kechuang.treasury.formats import payment_file
from kechuang.treasury.formats.payment_file import Payment
from kechuang.treasury.models import PaymentBatch, PaymentLine, PaymentPart
from kechuang.treasury.queries.files import file_of
from kechuang.treasury.rules import Answer, BounceDiffers, Outcome, Verdict, judge
from kechuang.treasury.states import BATCH_MACHINE, LINE_MACHINE, BatchState, LineState, Purpose, purpose_of
from kechuang.ui import clock
from kechuang.ui.compiled import compiled

_OPEN = (LineState.SENT, LineState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PaidClaim:
    """A claim's part of an answered line. `year` is the budget year whose `owed` and `paid` accounts it moved in."""

    claim_id: str
    payable_id: str
    fen: int
    year: int


@dataclass(frozen=True, slots=True)
class LineResult:
    """What one answer did. `claims` is empty unless it was applied: then the caller moves just these."""

    serial: str
    outcome: Outcome
    verdict: Verdict
    why: str
    payee_party: str
    fen: int
    claims: tuple[PaidClaim, ...]

    @property
    def applied(self) -> bool:
        return self.verdict is Verdict.APPLIED

    @property
    def refused(self) -> bool:
        return self.verdict is Verdict.REFUSED


@dataclass(frozen=True, slots=True)
class Exported:
    """支付文件 as it is downloaded: `digest` is what the approver saw, `bytes_digest` that of this form of it."""

    name: str
    content: bytes
    bytes_digest: str
    digest: str
    total_fen: int


@transaction.atomic
def read_results(actor: Actor, *, batch_id: str, answers: Sequence[Answer], now: datetime) -> list[LineResult]:
    """Reads the bank's answers into the batch (读取支付结果): each has its effect once, in any order, however often.

    An answer that contradicts the instruction or an earlier answer is refused in its row and changes nothing.
    """
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    state = BatchState(batch.state)
    _may_hear(actor, batch)
    lines = {line.number: line for line in lines_of(batch)}
    parts = _parts_of(lines.values())
    paid: list[ledger.Posting] = []
    results = [_read(actor, lines, parts, answer, paid, now) for answer in answers]
    if paid:
        ledger.post_many(paid, now=now)
    if not any(result.verdict is Verdict.APPLIED for result in results):
        return results
    done = all(LineState(line.state) not in _OPEN for line in lines.values())
    step = BATCH_MACHINE.check("settle" if done else "read_results", state, roles)
    counts: dict[str, object] = {
        outcome.value: sum(r.verdict is Verdict.APPLIED and r.outcome is outcome for r in results)
        for outcome in Outcome
    }
    batch.settled_on = clock.day(now) if done else None
    advance(actor, batch, step, roles=roles, now=now, saves=["settled_on"], facts=counts)
    return results


@transaction.atomic
def bounce_line(actor: Actor, *, line_id: str, fen: int, reference: str, words: str, now: datetime) -> LineResult:
    """A paid line came back from the payee's bank (银行退汇): owed again, and free for a new batch.

    Asked twice, it has one effect. Raises BounceDiffers, MoveNotOpen, NotVisible.
    """
    seen = lines_visible_to(actor).filter(id=line_id).first()
    if seen is None:
        raise NotVisible
    batch = locked_batch(actor, seen.batch_id)
    line = next(row for row in lines_of(batch) if row.id == line_id)
    roles = roles_on(actor, line)
    if line.state == LineState.FAILED and tidy(words) == line.answer:
        return _result(line, Outcome.FAILED, Verdict.REPEATED, "", ())
    if fen != line.fen:
        raise BounceDiffers(asked_fen=fen, fen_fen=line.fen)
    step = BATCH_MACHINE.check("bounce", BatchState(batch.state), roles)
    move = LINE_MACHINE.check("bounce", LineState(line.state), roles)
    parts = _parts_of([line])[line.id]
    ledger.post_many(
        [ledger.Posting(f"bounce:{part.id}", part.payable.claim_id, [_bounced_leg(part)]) for part in parts],
        now=now,
    )
    line.answer, line.answered_on = tidy(words), clock.day(now)
    facts: dict[str, object] = {"fen": fen, "reference": tidy(reference), "words": tidy(words)}
    advance(actor, line, move, roles=roles, now=now, saves=["answer", "answered_on"], facts=facts)
    PaymentPart.objects.filter(line=line).update(live=False)
    advance(actor, batch, step, roles=roles, now=now, facts={**facts, "serial": line.number})
    return _result(line, Outcome.FAILED, Verdict.APPLIED, "", _claims(parts))


@transaction.atomic
def read_result_file(actor: Actor, *, batch_id: str, name: str, content: bytes, now: datetime) -> list[LineResult]:
    """Reads the bank's file (CSV, xlsx), all rows or none; raises NotAResultFile, ResultsRefused with every finding."""
    answers = [
        Answer(row.number, Outcome(row.outcome.value), row.fen, reference=row.bank_reference, words=row.answer)
        for row in payment_file.read_results(name, content)
    ]
    return read_results(actor, batch_id=batch_id, answers=answers, now=now)


@transaction.atomic
def export_file(actor: Actor, *, batch_id: str, kind: str = "xlsx", now: datetime) -> Exported:
    """The payment file (支付文件), with total and digest; the first export sends the batch.

    Exported again it holds the same payments under the same serials: nothing is ever paid under a second number.
    Raises AccountChanged, MoveNotOpen, NotVisible.
    """
    batch = locked_batch(actor, batch_id)
    roles = roles_on(actor, batch)
    if batch.state == BatchState.RELEASED:
        batch = send_batch(actor, batch_id=batch.id, now=now)
    step = BATCH_MACHINE.check("export", BatchState(batch.state), roles)
    file = file_of(actor, batch, lines_of(batch))
    content = payment_file.csv_bytes(file) if kind == "csv" else payment_file.xlsx_bytes(file)
    made = Exported(f"{batch.number}.{kind}", content, hashlib.sha256(content).hexdigest(), file.digest, file.total_fen)
    advance(actor, batch, step, roles=roles, now=now, facts={"kind": kind, "bytes_digest": made.bytes_digest})
    return made


def transmit(actor: Actor, *, batch_id: str, bank: Bank, now: datetime) -> list[Answer]:
    """Sends a released batch through a connected bank, and answers what the bank says at once.

    The batch is committed as sent before the bank sees it. A bank that does not answer leaves every line unknown,
    which is asked about by the same serials and never sent under others (F10). Raises MoveNotOpen, NotVisible.
    """
    batch = _visible(actor, batch_id)
    if batch.state == BatchState.RELEASED:
        batch = send_batch(actor, batch_id=batch_id, now=now)
    _may_hear(actor, batch)
    payments = _unanswered(actor, batch)
    try:
        return bank.send(payments)
    except BankDown:
        words = _("银行未在时限内答复")
        return [Answer(one.number, Outcome.UNKNOWN, one.fen, words=words) for one in payments]


def query_unknown(actor: Actor, *, batch_id: str, bank: Bank) -> list[Answer]:
    """Asks the bank what became of the lines without an answer (查询); what it never received is sent again, same serial."""
    batch = _visible(actor, batch_id)
    _may_hear(actor, batch)
    payments = {one.number: one for one in _unanswered(actor, batch)}
    answers = bank.ask(list(payments))
    lost = [payments[answer.serial] for answer in answers if answer.outcome is Outcome.NOT_RECEIVED]
    known = [answer for answer in answers if answer.outcome is not Outcome.NOT_RECEIVED]
    return known + (bank.send(lost) if lost else [])


def _visible(actor: Actor, batch_id: str) -> PaymentBatch:
    batch = _seen.first(actor, batch_id)
    if batch is None:
        raise NotVisible
    return batch


@compiled
def _seen(actor: Actor, batch_id: str) -> QuerySet[PaymentBatch]:
    return batches_visible_to(actor).filter(id=batch_id)


def _may_hear(actor: Actor, batch: PaymentBatch) -> None:
    """Who may hear the bank's answer may ask for it. A settled batch only repeats it: to who may register a bounce."""
    state = BatchState(batch.state)
    BATCH_MACHINE.check("bounce" if state is BatchState.SETTLED else "read_results", state, roles_on(actor, batch))


def _unanswered(actor: Actor, batch: PaymentBatch) -> list[Payment]:
    return list(file_of(actor, batch, _open_lines(batch.id)).payments)


@compiled
def _open_lines(batch_id: str) -> QuerySet[PaymentLine]:
    return PaymentLine.objects.filter(batch_id=batch_id, state__in=_OPEN)


def _read(
    actor: Actor,
    lines: Mapping[str, PaymentLine],
    parts: Mapping[str, Sequence[PaymentPart]],
    answer: Answer,
    paid: list[ledger.Posting],
    now: datetime,
) -> LineResult:
    """One answer's effect on its line; what is to be booked as paid is added to `paid`, for one call for all of them."""
    line = lines.get(answer.serial)
    if line is None:
        return LineResult(answer.serial, answer.outcome, Verdict.REFUSED, _("本批次没有这个流水号"), "", answer.fen, ())
    judged = judge(
        state=LineState(line.state),
        fen=line.fen,
        reference=line.bank_reference,
        account_masked=line.account_masked,
        answer=answer,
    )
    if judged.verdict is not Verdict.APPLIED:
        return _result(line, answer.outcome, judged.verdict, judged.why, ())
    reference = tidy(answer.reference)
    if reference and _others_of(reference, line.id):
        return _result(line, answer.outcome, Verdict.REFUSED, _("银行流水号已用于另一笔支付"), ())
    mine = parts[line.id]
    if answer.outcome is Outcome.PAID:
        paid += [ledger.Posting(f"pay:{part.id}", part.payable.claim_id, [_paid_leg(part)]) for part in mine]
    roles = roles_on(actor, line)
    move = LINE_MACHINE.check(judged.action, LineState(line.state), roles)
    line.bank_reference, line.answer, line.answered_on = reference, tidy(answer.words), clock.day(now)
    facts: dict[str, object] = {"fen": line.fen, "reference": reference, "words": line.answer}
    saves = ["bank_reference", "answer", "answered_on"]
    advance(actor, line, move, roles=roles, now=now, saves=saves, facts=facts)
    if answer.outcome is Outcome.FAILED:
        PaymentPart.objects.filter(line=line).update(live=False)
    return _result(line, answer.outcome, Verdict.APPLIED, "", _claims(mine))


@compiled
def _others_of(reference: str, line_id: str) -> QuerySet[PaymentLine, str]:
    others = PaymentLine.objects.filter(bank_reference=reference).exclude(id=line_id)
    return others.values_list("id", flat=True)[:1]


def _places(part: PaymentPart, purpose: Purpose) -> tuple[Place, Place]:
    """What is owed to the payee, and what was paid to it, in the paying year."""
    payable = part.payable
    owed, paid = (
        Place(kind, payable.region, payable.year, payable.payee_party) for kind in (purpose.owed, purpose.paid)
    )
    return owed, paid


def _paid_leg(part: PaymentPart) -> Leg:
    purpose = purpose_of(part.payable.claim_id)
    owed, paid = _places(part, purpose)
    return Leg(purpose.pay, owed, paid, part.fen)


def _bounced_leg(part: PaymentPart) -> Leg:
    purpose = purpose_of(part.payable.claim_id)
    owed, paid = _places(part, purpose)
    return Leg(purpose.bounce, paid, owed, part.fen)


def _parts_of(lines: Iterable[PaymentLine]) -> dict[str, list[PaymentPart]]:
    found: dict[str, list[PaymentPart]] = {}
    for part in _paid_by([line.id for line in lines]):
        found.setdefault(part.line_id, []).append(part)
    return found


@compiled
def _paid_by(line_ids: list[str]) -> QuerySet[PaymentPart]:
    rows = PaymentPart.objects.filter(line_id__any=line_ids)
    return rows.select_related("payable").order_by("payable__ready_at", "id")


def _claims(parts: Sequence[PaymentPart]) -> tuple[PaidClaim, ...]:
    return tuple(PaidClaim(p.payable.claim_id, p.payable_id, p.fen, p.payable.year) for p in parts)


def _result(
    line: PaymentLine, outcome: Outcome, verdict: Verdict, why: str, claims: tuple[PaidClaim, ...]
) -> LineResult:
    return LineResult(line.number, outcome, verdict, why, line.payee_party, line.fen, claims)
