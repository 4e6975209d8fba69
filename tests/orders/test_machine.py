"""The whole space: a real order in each state, each action by each role, through the real commands."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.orders import commands
from kechuang.orders.commands.steps import begin
from kechuang.orders.models import Order
from kechuang.orders.rules import Asked
from kechuang.orders.states import MACHINE, ContractKind, InvoiceMark, OrderState
from tests.orders.conftest import Market, paper
from tests.vouchers.test_machine import _NO_OFFICE, outcome

pytestmark = pytest.mark.django_db
TIMED = {
    OrderState.REQUESTED: "lapse",
    OrderState.QUOTED: "lapse",
    OrderState.PLACED: "lapse",
    OrderState.DELIVERED: "accept_by_silence",
    OrderState.ACCEPTED: "settle_by_clock",
}


def calls(market: Market) -> dict[str, Callable[[Actor, str], Any]]:
    now, why, line = market.now, {"reason": "理由", "now": market.now}, Asked(market.line().price_id, 100)
    files, fen = [paper()], Fen(1)
    invoice = {"mark": InvoiceMark.ISSUED, "invoice_number": "1", "gross_fen": fen, "issued_on": market.today}
    c = commands
    return {
        "quote": lambda a, o: c.quote(a, order_id=o, lines=[line], declares=True, now=now),
        "quote_listed": lambda a, o: begin(a, o, "quote_listed"),  # in order_booking: tests/orders/test_booked.py
        "decline": lambda a, o: c.decline(a, order_id=o, **why),
        "withdraw": lambda a, o: c.withdraw(a, order_id=o, now=now),
        "place": lambda a, o: c.place(a, order_id=o, declares=True, now=now),
        "invoice_to": lambda a, o: c.invoice_to(a, order_id=o, title={"bank": "x"}, now=now),
        "contract": lambda a, o: c.contract(a, order_id=o, kind=ContractKind.TEMPLATE, now=now),
        "seal": lambda a, o: c.seal(a, order_id=o, now=now),
        "start": lambda a, o: c.start(a, order_id=o, now=now),
        "deliver_part": lambda a, o: c.deliver_part(a, order_id=o, files=files, now=now),
        "deliver": lambda a, o: c.deliver(a, order_id=o, files=files, now=now),
        "propose_final": lambda a, o: c.propose_final(a, order_id=o, lines=[line], now=now),
        "agree_final": lambda a, o: c.agree_final(a, order_id=o, now=now),
        "reject_final": lambda a, o: c.reject_final(a, order_id=o, **why),
        "accept": lambda a, o: c.accept(a, order_id=o, now=now),
        "dispute": lambda a, o: c.dispute(a, order_id=o, **why),
        "drop_dispute": lambda a, o: c.drop_dispute(a, order_id=o, now=now),
        "resolve_accept": lambda a, o: c.resolve(a, order_id=o, outcome="accept", **why),
        "resolve_part": lambda a, o: c.resolve(a, order_id=o, outcome="part", price_fen=fen, **why),
        "resolve_cancel": lambda a, o: c.resolve(a, order_id=o, outcome="cancel", **why),
        "own_share": lambda a, o: c.own_share(a, order_id=o, fen=fen, file=paper(), now=now),
        "settle": lambda a, o: c.settle(a, order_id=o, now=now),
        "invoice": lambda a, o: c.invoice(a, order_id=o, now=now, **invoice),
        "refund_share": lambda a, o: c.refund_share(a, order_id=o, fen=fen, file=paper(), now=now),
        "note_served": lambda a, o: c.note_served(a, order_id=o, project="项目", now=now),
        "mark_horizontal": lambda a, o: c.mark_horizontal(a, order_id=o, project="项目", now=now),
        "unmark_horizontal": lambda a, o: c.unmark_horizontal(a, order_id=o, **why),
        "give_up": lambda a, o: c.give_up(a, order_id=o, fen=fen, why="逾期", now=now),
        "cancel": lambda a, o: c.cancel(a, order_id=o, **why),
        "carry_over": lambda a, o: c.carry_over(a, order_id=o, now=now),
        "terminate": lambda a, o: c.terminate(a, order_id=o, **why),
        "close_revoked": lambda a, o: c.close_revoked(a, order_id=o, **why),
    }


@pytest.mark.parametrize("state", list(OrderState))
def test_only_listed_moves_of_an_order_are_made(market: Market, state: OrderState) -> None:
    order = market.settled()
    Order.objects.filter(id=order.id).update(state=state, reason="理由", last_act="", captured_fen=0)
    Order.objects.filter(id=order.id, state__in=["settled", "disputed"]).update(captured_fen=400_000)
    offices = {role: market.officer(role) for role in Role if role not in _NO_OFFICE}
    who = {**offices, Role.HOLDER: market.holder, Role.PROVIDER: market.server, Role.CLOCK: CLOCK, Role.PUBLIC: PUBLIC}
    what = calls(market)
    timed = set(TIMED.values()) | {"escalate"}
    opening = {"bring_in", "undo_bring_in"}  # tables of the opening: tests/claims/test_opening.py
    assert set(what) | timed | opening == {move.action for move in MACHINE.moves}
    listed = {(move.action, role) for move in MACHINE.moves if state in move.source for role in move.by}
    for (action, call), (role, actor) in itertools.product(what.items(), who.items()):
        found = outcome(lambda call=call, actor=actor: call(actor, order.id))
        assert found == ("open" if (action, role) in listed else "refused"), (action, role)
    for role, actor in who.items():
        found = outcome(lambda actor=actor: commands.time_out(actor, order_id=order.id, now=market.now))
        assert found == ("open" if role is Role.CLOCK and state in TIMED else "refused"), role
