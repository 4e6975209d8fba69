"""待办: one thing that waits for somebody. Every room answers `waiting_for(actor, *, on)` with these."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Protocol

from kechuang.kernel.workdays import Unit

WAITING_MAX = 200  # rows that one room adds to a workbench; more is shown by the room's own list
SOON = 3  # working days or days: from here on a row is shown as pressing


class Urgency(IntEnum):
    """Order of the workbench: the smaller, the sooner."""

    OVERDUE = 0  # 已超期
    TODAY = 1  # 今天到期
    SOON = 2  # 即将到期
    LATER = 3
    UNDATED = 4  # no clock runs


class RunningClock(Protocol):
    """What is read of a clock of the room `deadlines`."""

    @property
    def due_on(self) -> date: ...
    @property
    def left(self) -> int: ...
    @property
    def unit(self) -> Unit | str: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the workbench. `title` is a verb with its object (确认服务事项), `about` the thing itself (材料检测), as
    people named it and never translated; `url` is the page where it is done."""

    title: str
    subject_id: str
    number: str
    url: str
    state_label: str
    due_on: date | None = None
    left: int | None = None
    urgency: Urgency = Urgency.UNDATED
    unit: Unit | str = Unit.WORKING_DAYS
    party: str = ""  # whom it concerns, by name
    fen: int | None = None
    about: str = ""


def waiting(
    title: str,
    *,
    subject_id: str,
    number: str,
    url: str,
    state_label: str,
    clock: RunningClock | None = None,
    party: str = "",
    fen: int | None = None,
    about: str = "",
) -> Waiting:
    """A row with the urgency that follows from its clock."""
    if clock is None:
        return Waiting(title, subject_id, number, url, state_label, party=party, fen=fen, about=about)
    return Waiting(
        title,
        subject_id,
        number,
        url,
        state_label,
        due_on=clock.due_on,
        left=clock.left,
        urgency=urgency(clock.left),
        unit=clock.unit,
        party=party,
        fen=fen,
        about=about,
    )


def urgency(left: int | None) -> Urgency:
    """Where what has `left` days stands in the order of the workbench."""
    if left is None:
        return Urgency.UNDATED
    if left < 0:
        return Urgency.OVERDUE
    if left == 0:
        return Urgency.TODAY
    return Urgency.SOON if left <= SOON else Urgency.LATER


def most_urgent_first(row: Waiting) -> tuple[int, date, str]:
    """Sort key of the workbench: urgency, then the due day, then the number."""
    return (row.urgency, row.due_on or date.max, row.number)
