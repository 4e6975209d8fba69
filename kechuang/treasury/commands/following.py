"""How the rows of a room follow the batches that pay them (随支付批次办理): both move in one transaction, the rows locked first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import tidy
from kechuang.notices.queries import refuse_not_passed
from kechuang.trail.commands import advance
from kechuang.treasury.commands.batches import cancel_batch, prepare_batch, return_batch
from kechuang.treasury.commands.results import (
    LineResult,
    bounce_line,
    query_unknown,
    read_result_file,
    read_results,
    transmit,
)
from kechuang.treasury.queries import claims_of_batch, claims_of_line, connected_bank
from kechuang.treasury.rules import Answer, Outcome, Verdict
from kechuang.treasury.states import Purpose
from kechuang.ui import clock


class Paid(Protocol):
    """What a batch pays: a row with its own machine, and the payable that stands for it."""

    id: str
    state: str
    payable_id: str


P = TypeVar("P", bound=Any)


@dataclass(frozen=True, slots=True)
class Following(Generic[P]):
    """What a room says of its rows; the acts are then the same for every room that pays."""

    machine: Machine
    purpose: Purpose
    visible: Callable[[Actor], QuerySet[P]]
    locked: Callable[[Actor, list[str]], list[P]]  # in the order of their ids; raises NotVisible when one is missing
    roles_on: Callable[[Actor, P], frozenset[Role]]
    paid: Callable[[Actor, P, str, datetime], None]  # (actor, row, the bank's serial, now)
    failed: Callable[[Actor, P, str, str, datetime], None]  # (actor, row, "fail" or "bounce", serial, now)
    no_reason: type[Refusal]
    no_bank: type[Refusal]

    @transaction.atomic
    def prepare(self, actor: Actor, *, region: str, title: str, ids: Sequence[str], now: datetime) -> str:
        """Gathers rows into one payment batch (编制拨付批次); answers the batch's id.

        The notice's gate is asked once more: an objection on its way when it was passed stops the payment (I8).
        Raises notices' NoticeNotPassed, treasury's NoPayeeAccount, BudgetYearClosed, NotWaiting; MoveNotOpen.
        """
        rows = self.locked(actor, list(ids))
        moves = self.checked(actor, rows, "prepare")
        refuse_not_passed([row.id for row in rows], on=clock.day(now))
        payables = [row.payable_id for row in rows]
        given = {"payable_ids": payables, "purpose": self.purpose}
        batch = prepare_batch(actor, region=region, title=title, now=now, **given)  # type: ignore[arg-type]
        self._all_moved(actor, moves, batch.id, now)
        return batch.id

    @transaction.atomic
    def return_batch(self, actor: Actor, *, batch_id: str, reason: str, now: datetime) -> None:
        """The approver or finance returns a batch (退回拨付批次); its rows wait for another."""
        if not tidy(reason):
            raise self.no_reason()
        moves = self.checked(actor, self._of_batch(actor, batch_id), "unprepare")
        return_batch(actor, batch_id=batch_id, reason=reason, now=now)
        self._all_moved(actor, moves, batch_id, now)

    @transaction.atomic
    def cancel_batch(self, actor: Actor, *, batch_id: str, now: datetime) -> None:
        """The officer takes a batch back before it is approved (撤销拨付批次)."""
        moves = self.checked(actor, self._of_batch(actor, batch_id), "unprepare")
        cancel_batch(actor, batch_id=batch_id, now=now)
        self._all_moved(actor, moves, batch_id, now)

    @transaction.atomic
    def read_results(
        self, actor: Actor, *, batch_id: str, answers: Sequence[Answer], now: datetime
    ) -> list[LineResult]:
        """Reads the bank's answers (读取支付结果): each once, in any order; unknown ones wait and are never sent again."""
        rows = self._of_batch(actor, batch_id)
        return self._followed(actor, rows, read_results(actor, batch_id=batch_id, answers=answers, now=now), now)

    @transaction.atomic
    def read_result_file(
        self, actor: Actor, *, batch_id: str, name: str, content: bytes, now: datetime
    ) -> list[LineResult]:
        """Reads the file that a bank sent back (银行回执文件); raises NotAResultFile, ResultsRefused by row."""
        rows = self._of_batch(actor, batch_id)
        results = read_result_file(actor, batch_id=batch_id, name=name, content=content, now=now)
        return self._followed(actor, rows, results, now)

    def transmit(self, actor: Actor, *, batch_id: str, now: datetime) -> list[LineResult]:
        """Sends a released batch through the connected bank (送银行支付) and reads what it answers at once.

        The batch is committed as sent before the bank sees it; a bank that does not answer leaves every line unknown.
        Raises NoBank.
        """
        self._refuse_unseen(actor, batch_id)
        bank = connected_bank()
        if bank is None:
            raise self.no_bank()
        answers = transmit(actor, batch_id=batch_id, bank=bank, now=now)
        return self.read_results(actor, batch_id=batch_id, answers=answers, now=now)

    def ask_bank(self, actor: Actor, *, batch_id: str, now: datetime) -> list[LineResult]:
        """Asks the bank about payments without an answer (查询支付结果), by the serials they were sent under. Raises NoBank."""
        self._refuse_unseen(actor, batch_id)
        bank = connected_bank()
        if bank is None:
            raise self.no_bank()
        answers = query_unknown(actor, batch_id=batch_id, bank=bank)
        return self.read_results(actor, batch_id=batch_id, answers=answers, now=now)

    @transaction.atomic
    def bounce(self, actor: Actor, *, line_id: str, fen: Fen, reference: str, words: str, now: datetime) -> LineResult:
        """Money that came back from the payee's bank (银行退汇): owed again, and the row waits for another payment."""
        if not (ids := claims_of_line(line_id)):
            raise NotVisible
        rows: Mapping[str, P] = {row.id: row for row in self.locked(actor, ids)}
        result = bounce_line(actor, line_id=line_id, fen=fen, reference=reference, words=words, now=now)
        for part in result.claims:
            self.failed(actor, rows[part.claim_id], "bounce", result.serial, now)
        return result

    def checked(self, actor: Actor, rows: Sequence[P], action: str) -> list[tuple[P, Move]]:
        """The rows' own machine is asked before the batch is touched."""
        return [
            (row, self.machine.check(action, self.machine.states(row.state), self.roles_on(actor, row))) for row in rows
        ]

    def _all_moved(self, actor: Actor, moves: Sequence[tuple[P, Move]], batch_id: str, now: datetime) -> None:
        for row, move in moves:
            advance(actor, row, move, roles=self.roles_on(actor, row), now=now, facts={"batch": batch_id})

    def _of_batch(self, actor: Actor, batch_id: str) -> list[P]:
        """The rows a batch pays, locked; raises NotVisible for a batch that names none."""
        if not (ids := claims_of_batch(batch_id)):
            raise NotVisible
        return self.locked(actor, list(ids))

    def _followed(self, actor: Actor, rows: Sequence[P], results: list[LineResult], now: datetime) -> list[LineResult]:
        by_id = {row.id: row for row in rows}
        for result in results:
            if result.verdict is not Verdict.APPLIED:
                continue
            for part in result.claims:
                if result.outcome is Outcome.PAID:
                    self.paid(actor, by_id[part.claim_id], result.serial, now)
                elif result.outcome is Outcome.FAILED:
                    self.failed(actor, by_id[part.claim_id], "fail", result.serial, now)
        return results

    def _refuse_unseen(self, actor: Actor, batch_id: str) -> None:
        if not self.visible(actor).filter(id__in=claims_of_batch(batch_id)).exists():
            raise NotVisible
