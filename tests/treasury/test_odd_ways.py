"""Odd ways that must not lead to money: lookers-on, substitutes, the same day twice, children that outgrow a parent."""

from dataclasses import replace
from typing import Any

import pytest

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.machine import MoveNotOpen
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import balance_at, money
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.treasury import commands, queries
from kechuang.treasury.adapters.stand_in import SimulatedBank
from kechuang.treasury.models import Adjustment, Budget, PaymentLine
from kechuang.treasury.rules import ChildrenAboveParent, OwnConfirmation
from kechuang.treasury.states import LineState
from tests.treasury.conftest import KE, SCHEME, YUE, holder_of

pytestmark = pytest.mark.django_db


def test_who_only_looks_on_sends_nothing_to_the_bank(county: Any) -> None:
    bank = SimulatedBank()
    county.released()
    county.owed(county.paid_party(), 300, "a")
    batch = commands.send_batch(county.finance, batch_id=county.release(county.prepared()).id, now=county.now)
    for looker in (county.auditor, county.officer, county.approver):
        with pytest.raises(MoveNotOpen):
            commands.transmit(looker, batch_id=batch.id, bank=bank, now=county.now)
        with pytest.raises(MoveNotOpen):
            commands.query_unknown(looker, batch_id=batch.id, bank=bank)
    assert (bank.paid_fen, PaymentLine.objects.get().state) == (0, LineState.SENT)


def test_money_that_comes_back_twice_in_one_day_is_swept_twice(county: Any) -> None:
    row = county.released()
    county.go_to(2026, 1, 5)
    commands.end_year(CLOCK, budget_id=row.id, now=county.now)
    for n in range(2):
        budget, source = Place(Kind.BUDGET, YUE, 2025), Place(Kind.APPROPRIATION, YUE, 2025)
        ledger.post([Leg("release", source, budget, 100)], key=f"back:{n}", subject="vch_test", now=county.now)
        Budget.objects.filter(id=row.id).update(released_fen=100)
        commands.sweep(CLOCK, budget_id=row.id, now=county.now)
        assert balance_at(Place(Kind.BUDGET, YUE, 2025)).free_fen == 0
    assert Adjustment.objects.filter(budget=row, change="year_end").count() == 3


def test_a_substitute_of_who_confirmed_may_not_approve_the_payment(county: Any) -> None:
    """代理不破四眼: the absent approver confirmed the claim as an officer once; nobody approves in their place."""
    county.released()
    county.owed(county.paid_party(), 300, "a", confirmed_by="psn_absent")
    batch = county.prepared()
    (post,) = holder_of("psn_other", Role.COUNTY_APPROVER).posts
    other = replace(
        county.approver, person_id="psn_other", posts=frozenset({replace(post, stands_in_for="psn_absent")})
    )
    with pytest.raises(OwnConfirmation):
        commands.approve_batch(other, batch_id=batch.id, digest=batch.digest, now=county.now)


def test_a_child_does_not_outgrow_its_parent_by_raising_nor_the_parent_shrink_below_it(county: Any) -> None:
    parent = county.released(1_000)
    child = commands.draft_budget(
        county.author, scheme=SCHEME, region=KE, year=2025, amount_fen=800, basis="上级分配", parent_id=parent.id,
        now=county.now,
    )  # fmt: skip
    commands.submit_budget(county.author, budget_id=child.id, now=county.now)
    commands.approve_budget(county.finance, budget_id=child.id, now=county.now)
    with pytest.raises(ChildrenAboveParent):
        commands.raise_(county.finance, budget_id=child.id, fen=201, ground=county.ground(), now=county.now)
    with pytest.raises(ChildrenAboveParent):
        commands.cut(county.finance, budget_id=parent.id, fen=201, ground=county.ground(), now=county.now)
    commands.raise_(county.finance, budget_id=child.id, fen=200, ground=county.ground(), now=county.now)
    assert queries.budgets_off() == []
    assert money().released == 1_000
