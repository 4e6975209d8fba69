"""Everything of supervision that waits for one actor (待办)."""

from datetime import date

from kechuang.kernel.actor import Actor
from kechuang.supervision.queries.cases import cases_waiting_for
from kechuang.supervision.queries.checks import checks_waiting_for
from kechuang.supervision.queries.sanctions import sanctions_waiting_for
from kechuang.ui.waiting import Waiting


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Cases to look into, to answer, to decide; parts to come in; plans and visits; complaints and sanctions."""
    rooms = (cases_waiting_for, checks_waiting_for, sanctions_waiting_for)
    return [row for source in rooms for row in source(actor, on=on)]
