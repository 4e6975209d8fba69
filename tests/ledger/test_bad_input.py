"""What is not a post is none: each through the public commands, and nothing is written by any of them."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from kechuang.ledger import commands, queries
from kechuang.ledger.models import Account, Transfer
from kechuang.ledger.rules import AboveHold, HoldResolved, KeyReused, Kind, Leg, Place

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
YUE = "330602"
BUDGET, VOUCHER = Place(Kind.BUDGET, YUE, 2025), Place(Kind.VOUCHER, YUE, 2025, "vch_1")
UNCLAIMED = Place(Kind.UNCLAIMED, YUE, 2025, "pty_lab")


@pytest.fixture(autouse=True)
def hold() -> int:
    """A budget with money, a voucher of 100 with 40 of it set aside."""
    source = Place(Kind.APPROPRIATION, YUE, 2025)
    commands.post([Leg("release", source, BUDGET, 1_000)], key="release", subject="bud_1", now=NOW)
    commands.post([Leg("grant", BUDGET, VOUCHER, 100)], key="grant", subject="vch_1", now=NOW)
    return commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 40), key="hold", subject="ord_1", now=NOW)


@pytest.fixture(autouse=True)
def nothing_is_written(hold: int) -> object:
    """Every test here ends with the books as they were, and in balance."""
    before = list(Transfer.objects.order_by("id").values_list("id", flat=True))
    yield
    assert list(Transfer.objects.order_by("id").values_list("id", flat=True)) == before
    assert queries.unbalanced() == []


@pytest.mark.parametrize("side", ["debit", "credit"])
def test_a_post_with_one_side_missing_cannot_be_said(side: str) -> None:
    """One row holds both sides, so half a post has no form: not in Python, and not in the database."""
    sides = {"debit": BUDGET, "credit": VOUCHER}
    with pytest.raises(TypeError):
        Leg(rule="grant", fen=10, **{name: place for name, place in sides.items() if name != side})  # type: ignore[arg-type]
    with pytest.raises((AssertionError, commands.WrongPostingError)):
        commands.post([Leg("grant", **{**sides, side: 424_242}, fen=10)], key="half", subject="x", now=NOW)
    row = {
        "key": "half",
        "line": 0,
        "phase": 0,
        "rule": "grant",
        "fen": 10,
        "subject": "x",
        "region": YUE,
        "year": 2025,
    }
    row |= {"at": NOW, "on": NOW.date(), "booked_at": NOW, "credit_id": Account.objects.get(kind="voucher").id}
    with pytest.raises(DatabaseError), transaction.atomic():
        Transfer.objects.create(**row, debit_id=None)


def test_linked_legs_of_which_one_cannot_be_posted_are_not_posted() -> None:
    legs = [Leg("grant", BUDGET, VOUCHER, 10), Leg("grant", BUDGET, 424_242, 10)]
    with pytest.raises(commands.WrongPostingError, match="no_account"):
        commands.post(legs, key="linked", subject="x", now=NOW)


@pytest.mark.parametrize("fen", [0, -1, 10.5, "10"])
def test_only_whole_fen_above_zero_are_money(fen: object) -> None:
    """There is one currency, the fen of the yuan: an account of another has no kind, and an amount no unit to be given."""
    with pytest.raises(AssertionError):
        Leg("grant", BUDGET, VOUCHER, fen)  # type: ignore[arg-type]


def test_an_account_of_another_currency_has_no_kind_to_be_of() -> None:
    assert not [field.name for field in Account._meta.fields if "currency" in field.name]
    with pytest.raises(ValueError, match="usd"):
        commands.account("usd", region=YUE, year=2025)
    with pytest.raises(DatabaseError, match="no account of kind usd"), transaction.atomic():
        commands.accounts([Place("usd", YUE, 2025)])  # type: ignore[arg-type]


def test_a_repeated_id_with_other_content_is_refused() -> None:
    with pytest.raises(KeyReused):
        commands.post([Leg("grant", BUDGET, VOUCHER, 101)], key="grant", subject="vch_1", now=NOW)
    with pytest.raises(KeyReused):
        commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 41), key="hold", subject="ord_1", now=NOW)


def test_a_capture_above_the_hold_is_refused_alone_and_among_others(hold: int) -> None:
    with pytest.raises(AboveHold):
        commands.capture(hold, 41, key="capture", now=NOW)
    (refused,) = commands.settle([commands.Capture("capture", hold, 41)], now=NOW)
    assert isinstance(refused, AboveHold)


class TestResolved:
    """Of a hold that is resolved already."""

    @pytest.fixture
    def hold(self, hold: int) -> int:
        commands.capture(hold, 30, key="first", now=NOW)
        return hold

    def test_a_second_capture_is_refused(self, hold: int) -> None:
        with pytest.raises(HoldResolved):
            commands.capture(hold, 10, key="second", now=NOW)
        (refused,) = commands.settle([commands.Capture("second", hold, 10)], now=NOW)
        assert isinstance(refused, HoldResolved)

    def test_so_is_a_release_after_the_capture(self, hold: int) -> None:
        with pytest.raises(HoldResolved):
            commands.release(hold, key="release-it", now=NOW)

    def test_two_captures_in_one_call_are_one_too_many(self, hold: int) -> None:
        other = commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 5), key="hold:2", subject="ord_2", now=NOW)
        with pytest.raises(HoldResolved):
            commands.capture_all([(other, 1), (other, 1)], key="both", now=NOW)
        Transfer.objects.get(id=other)
        commands.release(other, key="done", now=NOW)

    @pytest.fixture(autouse=True)
    def nothing_is_written(self, hold: int) -> None:
        """Here what a test sets up may stand; the balances still agree."""
