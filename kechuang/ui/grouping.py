"""合并办理 (group commit): whole commands of many callers in one transaction.

Many people ask for the same scarce thing in the same second: each of their commands would wait for the row of one budget,
and hold it until its own commit has reached the disk. Here they are run by the group. Who comes while a group is running
waits in the order of arrival; when it has committed, the first of those who wait runs the next group for all of them, in
its own thread and on its own connection. There is no extra writer to start, to watch or to lose, and any number of
processes may do this beside each other: the database's locks hold between them, as they do between single commands.

A caller goes on only after the commit that holds its command. What the rules refuse to one is no matter to the others. If
a group fails as a whole (a deadlock, a defect in one item), each of its items is run again by itself, so that only the one
that is at fault fails.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import DatabaseError, connection

from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _

MOST = 64  # items of one group
PATIENCE_SECONDS = 20  # how long an item may wait before it is begun

ITEM = TypeVar("ITEM")
RESULT = TypeVar("RESULT")


class TooManyWaiting(Refusal):
    """Nothing was begun: the same may be asked again."""

    code = "ui.too_many_waiting"
    text = _("办理人数较多，本次未能受理")
    remedy = _("没有办理任何事项，请稍后再试")
    status = 503


class _Ticket(Generic[ITEM, RESULT]):
    """Who joins sleeps on `asleep` until it is released: an event would cost several times as much."""

    __slots__ = ("asleep", "begun", "item", "leads", "outcomes")

    def __init__(self, item: ITEM) -> None:
        self.item, self.leads, self.begun = item, False, False
        self.outcomes: tuple[RESULT | BaseException, ...] = ()
        self.asleep = threading.Lock()
        self.asleep.acquire()


class Group(Generic[ITEM, RESULT]):
    """`run` does many items in one transaction of its own and answers for each, in order: its result, or its Refusal.

    It must be right for one item alone; a lone caller, or one within a transaction already, is a group of one.
    """

    def __init__(
        self,
        run: Callable[[Sequence[ITEM]], Sequence[RESULT | Exception]],
        *,
        most: int = MOST,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.run, self.most, self.patience_seconds = run, most, patience_seconds
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[ITEM, RESULT]] = deque()
        self._led = False

    def join(self, item: ITEM) -> RESULT:
        """Runs `item` with whoever else asks; answers after the commit. Raises its Refusal, TooManyWaiting."""
        if connection.in_atomic_block:  # the caller's transaction commits later: nobody else may be in it
            return _given(self._all_or_each([item])[0])
        ticket: _Ticket[ITEM, RESULT] = _Ticket(item)
        with self._lock:
            self._waiting.append(ticket)
            ticket.leads, self._led = not self._led, True
        if not ticket.leads:
            self._wait(ticket)
        if not ticket.outcomes:
            self._lead(ticket)
        return _given(ticket.outcomes[0])

    def _wait(self, ticket: _Ticket[ITEM, RESULT]) -> None:
        """Until the item is done, or it is this caller's turn to lead; its connection serves others meanwhile."""
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close()
        if ticket.asleep.acquire(timeout=self.patience_seconds):
            return
        with self._lock:
            if not ticket.begun and not ticket.leads:
                self._waiting.remove(ticket)
                raise TooManyWaiting
        ticket.asleep.acquire()  # it is being run: what becomes of it is worth knowing

    def _lead(self, own: _Ticket[ITEM, RESULT]) -> None:
        with self._lock:
            tickets = [self._waiting.popleft() for _ in range(min(self.most, len(self._waiting)))]
            for ticket in tickets:
                ticket.begun = True
        outcomes: Sequence[RESULT | BaseException] = []
        try:
            outcomes = self._all_or_each([ticket.item for ticket in tickets])
        except BaseException as broken:
            outcomes = [broken] * len(tickets)
            raise
        finally:
            for ticket, outcome in zip(tickets, outcomes, strict=True):
                ticket.outcomes = (outcome,)
            self._hand_over()
            for ticket in tickets:
                if ticket is not own:
                    ticket.asleep.release()

    def _hand_over(self) -> None:
        """The first of those who came meanwhile leads the next group."""
        with self._lock:
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].asleep.release()
            else:
                self._led = False

    def _all_or_each(self, items: Sequence[ITEM]) -> Sequence[RESULT | BaseException]:
        try:
            return self.run(items)
        except Exception as fault:
            if len(items) == 1 or _is_lost(fault):
                raise
        outcomes: list[RESULT | BaseException] = []
        for item in items:
            try:
                outcomes += self.run([item])
            except Exception as fault:
                outcomes += [fault] * (len(items) - len(outcomes) if _is_lost(fault) else 1)
        return outcomes


def _is_lost(fault: Exception) -> bool:
    """Whether the database was not reached at all: then no item has to wait for the same answer once more."""
    return isinstance(fault, DatabaseError) and getattr(fault.__cause__, "sqlstate", None) is None


def _given(outcome: RESULT | BaseException) -> RESULT:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def tried(call: Callable[[], RESULT]) -> RESULT | Exception:
    """What `call` answers, or the Refusal it raises, as one outcome of a group."""
    try:
        return call()
    except (Refusal, NotVisible) as no:
        return no
