"""The whole space: a real claim in each state, each action by each role, through the real commands."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from kechuang.claims import commands
from kechuang.claims.models import Claim
from kechuang.claims.states import MACHINE, ClaimState
from kechuang.kernel.actor import CLOCK, PUBLIC, Actor, Role
from kechuang.kernel.money import Fen
from kechuang.notices.models import Notice
from kechuang.treasury.models import PaymentBatch, PaymentLine
from kechuang.treasury.rules import Answer, Outcome
from tests.claims.conftest import Payouts
from tests.vouchers.conftest import YUECHENG
from tests.vouchers.test_machine import _NO_OFFICE, outcome

pytestmark = pytest.mark.django_db
OPENING = {"import", "undo_import"}  # tables of the opening: see test_opening
GATE = {"clear", "uphold", "uphold_return"}  # one command of the clock, by what the gate says: see test_deciding


def calls(payouts: Payouts, claim: Claim) -> dict[str, Callable[[Actor], Any]]:
    c, now, one = commands, payouts.now, {"claim_id": claim.id, "now": payouts.now}
    why = {**one, "reason": "理由"}
    batch, line = PaymentBatch.objects.get(), PaymentLine.objects.get()

    def answers(outcome: Outcome) -> list[Answer]:
        return [Answer(line.number, outcome, line.fen, reference="BK1", words="答复")]

    return {
        "attach": lambda a: c.attach(a, name="附件.xml", content=payouts.paper.content, kind="invoice", **one),  # type: ignore[attr-defined]
        "set_aside": lambda a: c.set_aside(a, file_id=payouts.file_id, **one),  # type: ignore[attr-defined]
        "submit": lambda a: c.submit(a, **one),
        "confirm": lambda a: c.confirm(a, **one),
        "return": lambda a: c.return_(a, **why),
        "refuse": lambda a: c.refuse(a, **why),
        "withdraw": lambda a: c.withdraw(a, **why),
        "lapse": lambda a: c.lapse(a, **one),
        "publish": lambda a: c.publish(a, claim_ids=[claim.id], now=now),
        "unpublish": lambda a: c.unpublish(a, notice_id=claim.notice_id, why="理由", now=now),
        "renotice": lambda a: c.correct_notice(a, notice_id=claim.notice_id, title="更正", why="理由", now=now),
        "suspend": lambda a: c.suspend(a, **why),
        "resume": lambda a: c.resume(a, **why),
        "stop": lambda a: c.stop(a, **why),
        "prepare": lambda a: c.prepare(a, region=YUECHENG, title="批次", claim_ids=[claim.id], now=now),
        "unprepare": lambda a: c.return_batch(a, batch_id=batch.id, reason="理由", now=now),
        "pay": lambda a: c.read_results(a, batch_id=batch.id, answers=answers(Outcome.PAID), now=now),
        "fail": lambda a: c.read_results(a, batch_id=batch.id, answers=answers(Outcome.FAILED), now=now),
        "bounce": lambda a: c.bounce(a, line_id=line.id, fen=Fen(line.fen), reference="TH", words="退汇", now=now),
        "retry": lambda a: c.retry(a, **one),
    }


# Where the batch's own machine is asked first: treasury's tests walk it, here only that nothing unlisted passes.
BY_BATCH = {"unprepare", "pay", "fail", "bounce"}


@pytest.mark.parametrize("state", list(ClaimState))
def test_only_listed_moves_of_a_claim_are_made(payouts: Payouts, state: ClaimState) -> None:
    order = payouts.settled()
    payouts.paper = payouts.invoice(order)  # type: ignore[attr-defined]
    claim = payouts.made(order)
    payouts.file_id = payouts.bring(claim, payouts.paper)  # type: ignore[attr-defined]
    payouts.submit(claim)
    payouts.confirm(claim)
    payouts.after_notice()
    claim.refresh_from_db()
    payouts.sent(claim)
    Notice.objects.update(state="open")  # the period is over; taken back it can be as long as it stands
    Claim.objects.filter(id=claim.id).update(
        state=state, submitted_by="psn_other", confirmed_by="psn_another", paid_on=payouts.today, reason="理由"
    )
    offices = {role: payouts.officer(role) for role in Role if role not in _NO_OFFICE}
    who = {
        **offices,
        Role.HOLDER: payouts.holder,
        Role.PROVIDER: payouts.server,
        Role.CLOCK: CLOCK,
        Role.PUBLIC: PUBLIC,
    }
    what = calls(payouts, claim)
    assert set(what) | GATE | OPENING == {move.action for move in MACHINE.moves}
    listed = {(move.action, role) for move in MACHINE.moves if state in move.source for role in move.by}
    for (action, call), (role, actor) in itertools.product(what.items(), who.items()):
        found = outcome_of(lambda call=call, actor=actor: call(actor))
        if action in BY_BATCH and (action, role) in listed:
            continue
        assert found == ("open" if (action, role) in listed else "refused"), (action, role)


def outcome_of(call: Callable[[], Any]) -> str:
    """As for the other rooms; what the ledger or a constraint says no to, the machine had let pass."""
    try:
        return outcome(call)
    except IntegrityError:
        return "open"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLOCK])
def test_nobody_but_the_clock_opens_the_gate(payouts: Payouts, role: Role) -> None:
    claim = payouts.in_notice()
    payouts.days(8)
    who = {Role.HOLDER: payouts.holder, Role.PROVIDER: payouts.server}
    actor = who.get(role) or (PUBLIC if role in _NO_OFFICE else payouts.officer(role))
    assert outcome(lambda: commands.pass_gate(actor, claim_id=claim.id, now=payouts.now)) == "refused"
