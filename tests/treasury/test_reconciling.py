"""支付结果对账: both sides agree, and a difference is named whichever side it is on."""

from datetime import date
from typing import Any

import pytest

from kechuang.kernel.actor import Actor, Post, Role
from kechuang.kernel.errors import NotVisible
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.treasury import queries
from kechuang.treasury.models import PaymentLine
from kechuang.treasury.rules import Outcome
from kechuang.treasury.states import LineState
from tests.treasury.test_results import YUE, says, two_lines

pytestmark = pytest.mark.django_db
AUDITOR = Actor("psn_aud", posts=frozenset({Post(Role.AUDITOR, YUE)}))
YEAR = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}


def test_what_the_bank_paid_and_what_is_booked_agree_line_by_line(county: Any) -> None:
    batch, big, small = two_lines(county)
    county.answer(batch, says(big, Outcome.PAID), says(small, Outcome.FAILED))
    found = queries.reconciliation(AUDITOR, YUE, **YEAR)
    assert (found.paid_fen, found.booked_fen, found.paid_count, found.differences) == (500, 500, 2, [])


def test_a_payment_that_was_not_booked_and_a_booking_without_payment_are_both_named(county: Any) -> None:
    batch, big, small = two_lines(county)
    county.answer(batch, says(big, Outcome.PAID))
    PaymentLine.objects.filter(id=small.id).update(
        state=LineState.PAID, answered_on=date(2025, 6, 1)
    )  # behind our back
    owed, paid = (Place(kind, YUE, 2025, small.payee_party) for kind in (Kind.OWED, Kind.PAID))
    ledger.post([Leg("pay", owed, paid, 10)], key="pay:nothing", subject="c", now=county.now)
    found = queries.reconciliation(AUDITOR, YUE, **YEAR)
    assert {(one.what, one.paid_fen, one.booked_fen) for one in found.differences} == {
        ("银行已付而总账未记", 50, 0),
        ("总账已记而无支付结果", 0, 10),
    }


def test_who_does_not_see_a_countys_payments_sees_no_reconciliation(county: Any) -> None:
    with pytest.raises(NotVisible):
        queries.reconciliation(Actor("psn_x", party_id="pty_x"), YUE, **YEAR)
