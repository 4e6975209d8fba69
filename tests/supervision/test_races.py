"""A payout suspended while it is being prepared, and clawed back twice at once; each once more without its guard."""

import threading
from contextlib import suppress
from typing import Any

import pytest

from kechuang.claims.access import visible_to
from kechuang.claims.commands import paying
from kechuang.claims.models import Claim
from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.supervision import commands, rules
from kechuang.supervision.commands import clawback
from kechuang.supervision.models import Clawback
from kechuang.supervision.queries import clawback_sheet, interest_of_row
from kechuang.treasury.commands import following
from kechuang.treasury.models import PaymentPart
from tests.claims.conftest import fresh
from tests.claims.test_races import Together
from tests.supervision.conftest import Watch
from tests.vouchers.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watch(book: None, transactional_db: None) -> Watch:
    return Watch()


def suspended_and_prepared(watch: Watch, claim: Claim) -> bool:
    """Whether a claim came to be both suspended and part of a live payment when two offices acted at once."""
    case = watch.opened(claim)
    race(
        lambda: commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now),
        lambda: watch.prepared(claim),
    )
    stopped = fresh(claim).state == "suspended"
    return stopped and PaymentPart.objects.filter(payable__claim_id=claim.id, live=True).exists()


def test_a_suspended_claim_is_never_in_a_payment(watch: Watch) -> None:
    for _ in range(4):
        claim = watch.payable()
        assert not suspended_and_prepared(watch, claim)
        assert fresh(claim).state in {"suspended", "in_payment"}


def test_control_without_the_claims_lock_it_is_suspended_and_paid_at_once(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = watch.payable()
    both = Together()

    def one(actor: Actor, claim_id: str) -> Claim:
        found = visible_to(actor).get(id=claim_id)
        both.wait()
        return found

    def many(actor: Actor, claim_ids: list[str]) -> list[Claim]:
        found = list(visible_to(actor).filter(id__in=claim_ids))
        both.wait()
        return found

    moved = Together()
    advance = paying.advance

    def late(*given: Any, **more: Any) -> None:
        moved.wait()  # both have looked and checked before either writes; the suspension then writes last
        advance(*given, **more)

    monkeypatch.setattr(paying, "locked", one)
    monkeypatch.setattr(paying, "locked_many", many)
    monkeypatch.setattr(paying, "advance", late)
    monkeypatch.setattr(following, "advance", late)
    case = watch.opened(claim)
    answers = race(
        lambda: commands.suspend(watch.approver, case_id=case.id, reason="待核实服务真实性", now=watch.now),
        lambda: watch.prepared(claim),
    )
    assert [answer for answer in answers if isinstance(answer, Exception)] == [], "both got through"
    assert PaymentPart.objects.filter(payable__claim_id=claim.id, live=True).exists()


def decided_twice(watch: Watch, claim: Claim) -> int:
    cases = [watch.answered(watch.opened(claim)) for _ in range(2)]
    whole = {claim.id: Fen(claim.confirmed_fen or 0)}
    race(
        *[
            lambda case=case: commands.uphold(  # type: ignore[misc]
                watch.approver, case_id=case.id, text="认定虚构服务", clawbacks=whole, now=watch.now
            )
            for case in cases
        ]
    )
    return sum(Clawback.objects.values_list("principal_fen", flat=True))


def test_two_decisions_at_once_ask_back_no_more_than_was_paid(watch: Watch) -> None:
    claim = watch.paid_out()
    assert decided_twice(watch, claim) == claim.confirmed_fen


def test_control_without_the_guards_they_ask_back_twice_as_much(
    watch: Watch, as_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = watch.paid_out()
    monkeypatch.setattr(clawback, "asked_of", lambda _kind, ids: dict.fromkeys(ids, 0))
    monkeypatch.setattr(clawback, "_refuse_open", lambda _sort, _paid: None)
    as_owner("DROP INDEX clawback_one_open_per_claim")
    try:
        assert decided_twice(watch, claim) == 2 * (claim.confirmed_fen or 0)
    finally:
        as_owner("TRUNCATE supervision_instalment, supervision_clawback CASCADE")
        as_owner(
            "CREATE UNIQUE INDEX clawback_one_open_per_claim ON supervision_clawback (claim_id) WHERE state = 'owed'"
        )


def entered_twice(watch: Watch) -> int:
    """One slip entered for two clawbacks at once, each countersigned: how much that books as come back."""
    claims = [watch.paid_out() for _ in range(2)]
    rows = [watch.upheld(claim, 100_000) for claim in claims]
    slip: dict[str, Any] = {"position": 1, "on": watch.today, "reference": "BK-1", "now": watch.now}
    sheets = [clawback_sheet(watch.finance, row.id, on=watch.today) for row in rows]
    due = [Fen(100_000 + interest_of_row(sheet, on=watch.today)) for sheet in sheets]
    race(
        *[
            lambda row=row, fen=fen: commands.receive(watch.finance, clawback_id=row.id, fen=fen, **slip)  # type: ignore[misc]
            for row, fen in zip(rows, due, strict=True)
        ]
    )
    for row in rows:
        with suppress(rules.NoReceiptPending):
            commands.countersign(watch.approver, clawback_id=row.id, now=watch.now)
    return sum(Clawback.objects.values_list("received_fen", flat=True))


def test_one_slip_entered_twice_at_once_counts_once(watch: Watch) -> None:
    assert entered_twice(watch) == 100_000


def test_control_without_the_index_one_slip_counts_twice(
    watch: Watch, as_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_owner("DROP INDEX instalment_slip_once")
    both, asked = threading.Barrier(2), clawback._refuse_used

    def asked_by_both(region: str, slip: str) -> None:
        asked(region, slip)
        with suppress(threading.BrokenBarrierError):
            both.wait(5)  # neither has written when the other looks

    monkeypatch.setattr(clawback, "_refuse_used", asked_by_both)
    try:
        assert entered_twice(watch) == 200_000
    finally:
        as_owner("TRUNCATE supervision_instalment, supervision_clawback CASCADE")
        as_owner(
            "CREATE UNIQUE INDEX instalment_slip_once ON supervision_instalment (region, reference) WHERE reference <> ''"
        )
