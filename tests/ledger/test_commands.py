"""Posting through the real SQL function, on PostgreSQL, as the application's role."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from kechuang.ledger import commands, queries
from kechuang.ledger.models import FIRST_BUDGET_ID, Account, Transfer
from kechuang.ledger.rules import (
    AboveHold,
    AlreadyReversed,
    HoldResolved,
    KeyReused,
    Kind,
    LedgerRefusal,
    Leg,
    OnRefusal,
    Place,
    refusal_legs,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
YUE = "330602"
SOURCE = Place(Kind.APPROPRIATION, YUE, 2025)
BUDGET = Place(Kind.BUDGET, YUE, 2025)
VOUCHER = Place(Kind.VOUCHER, YUE, 2025, "vch_1")
OTHER_VOUCHER = Place(Kind.VOUCHER, YUE, 2025, "vch_2")
UNCLAIMED = Place(Kind.UNCLAIMED, YUE, 2025, "pty_lab")
IN_CLAIM = Place(Kind.IN_CLAIM, YUE, 2025, "pty_lab")
OWED = Place(Kind.OWED, YUE, 2025, "pty_lab")


def released(fen: int = 100_000) -> None:
    commands.post([Leg("release", SOURCE, BUDGET, fen)], key="release:1", subject="bud_1", now=NOW)


def granted(fen: int = 50_000) -> None:
    released()
    commands.post([Leg("grant", BUDGET, VOUCHER, fen)], key="grant:1", subject="vch_1", now=NOW)


def held(fen: int = 20_000) -> int:
    granted()
    return commands.hold(Leg("offset", VOUCHER, UNCLAIMED, fen), key="hold:1", subject="ord_1", now=NOW)


def free(place: Place) -> int:
    return queries.balance_at(place).free_fen


def test_a_transfer_takes_from_one_account_and_gives_to_the_other() -> None:
    released()
    assert queries.balance_at(SOURCE).posted_fen == -100_000
    assert queries.balance_at(BUDGET).posted_fen == 100_000


def test_a_post_costs_one_statement(django_assert_num_queries: object) -> None:
    released()
    with django_assert_num_queries(1):  # type: ignore[operator]
        commands.post([Leg("grant", BUDGET, VOUCHER, 1)], key="g", subject="vch_1", now=NOW)


def test_a_budget_is_locked_after_everything_else() -> None:
    granted()
    ids = dict(Account.objects.values_list("kind", "id"))
    assert ids[Kind.BUDGET] >= FIRST_BUDGET_ID > max(ids[Kind.VOUCHER], ids[Kind.APPROPRIATION])


def test_the_account_is_opened_once() -> None:
    first = commands.account(Kind.VOUCHER, region=YUE, year=2025, owner="vch_9")
    assert commands.account("voucher", region=YUE, year=2025, owner="vch_9") == first


def test_too_little_is_refused_and_both_amounts_are_named() -> None:
    released(100)
    with pytest.raises(LedgerRefusal) as refusal:
        commands.post([Leg("grant", BUDGET, VOUCHER, 101)], key="g", subject="vch_1", now=NOW)
    assert (refusal.value.facts["available_fen"], refusal.value.facts["asked_fen"]) == (100, 101)
    assert refusal.value.facts["account_label"] == "预算"
    assert free(BUDGET) == 100


def test_linked_legs_fail_together() -> None:
    released(100)
    legs = [Leg("grant", BUDGET, VOUCHER, 60), Leg("grant", BUDGET, OTHER_VOUCHER, 60)]
    with pytest.raises(LedgerRefusal):
        commands.post(legs, key="g", subject="x", now=NOW)
    assert (free(BUDGET), free(VOUCHER), Transfer.objects.count()) == (100, 0, 1)


def test_linked_legs_may_pass_through_an_empty_account() -> None:
    hold = held()
    commands.capture(hold, 20_000, key="settle:1", now=NOW)
    commands.post([Leg("submit", UNCLAIMED, IN_CLAIM, 20_000)], key="submit:1", subject="clm_1", now=NOW)
    legs = refusal_legs(OnRefusal.PROVIDER_BEARS, in_claim=IN_CLAIM, voucher=VOUCHER, budget=BUDGET, fen=20_000)
    commands.post(legs, key="refuse:1", subject="clm_1", now=NOW)
    assert (free(IN_CLAIM), free(VOUCHER), free(BUDGET)) == (0, 30_000, 70_000)
    assert all(queries.money().identities().values())


def test_a_refused_claim_can_restore_the_voucher() -> None:
    commands.capture(held(), 20_000, key="settle:1", now=NOW)
    commands.post([Leg("submit", UNCLAIMED, IN_CLAIM, 20_000)], key="submit:1", subject="clm_1", now=NOW)
    legs = refusal_legs(OnRefusal.VOUCHER_RESTORED, in_claim=IN_CLAIM, voucher=VOUCHER, budget=BUDGET, fen=20_000)
    commands.post(legs, key="refuse:1", subject="clm_1", now=NOW)
    assert free(VOUCHER) == 50_000


def test_the_same_key_and_body_answers_with_the_first_transfer() -> None:
    released()
    leg = Leg("grant", BUDGET, VOUCHER, 10)
    first = commands.post([leg], key="g", subject="vch_1", now=NOW)
    assert commands.post([leg], key="g", subject="vch_1", now=NOW) == first
    assert free(VOUCHER) == 10


@pytest.mark.parametrize(
    ("legs", "subject"),
    [
        ([Leg("grant", BUDGET, VOUCHER, 11)], "vch_1"),
        ([Leg("grant", BUDGET, OTHER_VOUCHER, 10)], "vch_1"),
        ([Leg("grant", BUDGET, VOUCHER, 10)], "vch_2"),
        ([Leg("grant", BUDGET, VOUCHER, 10), Leg("grant", BUDGET, VOUCHER, 1)], "vch_1"),
    ],
)
def test_the_same_key_with_another_body_is_an_error(legs: list[Leg], subject: str) -> None:
    released()
    commands.post([Leg("grant", BUDGET, VOUCHER, 10)], key="g", subject="vch_1", now=NOW)
    with pytest.raises(KeyReused):
        commands.post(legs, key="g", subject=subject, now=NOW)
    assert free(VOUCHER) == 10


def test_a_hold_sets_aside_and_moves_nothing() -> None:
    held()
    assert queries.balance_at(VOUCHER) == queries.Balance(50_000, 20_000)
    assert free(UNCLAIMED) == 0


def test_what_is_held_cannot_be_spent_twice() -> None:
    held(40_000)
    with pytest.raises(LedgerRefusal):
        commands.hold(Leg("offset", VOUCHER, UNCLAIMED, 10_001), key="hold:2", subject="ord_2", now=NOW)


def test_a_capture_in_part_returns_the_rest() -> None:
    commands.capture(held(), 12_000, key="settle:1", now=NOW)
    assert queries.balance_at(VOUCHER) == queries.Balance(38_000, 0)
    assert free(UNCLAIMED) == 12_000


def test_a_capture_above_the_hold_is_refused() -> None:
    with pytest.raises(AboveHold):
        commands.capture(held(), 20_001, key="settle:1", now=NOW)
    assert queries.balance_at(VOUCHER).held_fen == 20_000


def test_a_capture_can_never_fail_for_want_of_money() -> None:
    hold = held(50_000)
    commands.capture(hold, 50_000, key="settle:1", now=NOW)
    assert free(VOUCHER) == 0


def test_a_hold_is_resolved_once() -> None:
    hold = held()
    commands.capture(hold, 20_000, key="settle:1", now=NOW)
    for act in (
        lambda: commands.capture(hold, 20_000, key="settle:2", now=NOW),
        lambda: commands.release(hold, key="release:2", now=NOW),
        lambda: commands.change(hold, 10, key="change:2", now=NOW),
    ):
        with pytest.raises(HoldResolved):
            act()
    assert commands.capture(hold, 20_000, key="settle:1", now=NOW)  # the same act again is only answered
    assert free(UNCLAIMED) == 20_000


def test_a_released_hold_is_free_again() -> None:
    commands.release(held(), key="cancel:1", now=NOW)
    assert queries.balance_at(VOUCHER) == queries.Balance(50_000, 0)


def test_a_hold_is_changed_up_to_the_balance() -> None:
    hold = held()
    more = commands.change(hold, 50_000, key="change:1", now=NOW)
    assert queries.balance_at(VOUCHER).free_fen == 0
    with pytest.raises(LedgerRefusal):
        commands.change(more, 50_001, key="change:2", now=NOW)
    less = commands.change(more, 1, key="change:3", now=NOW)
    assert queries.balance_at(VOUCHER).held_fen == 1
    assert commands.change(more, 1, key="change:3", now=NOW) == less


def test_holds_on_several_vouchers_are_taken_together() -> None:
    granted(10)
    commands.post([Leg("grant", BUDGET, OTHER_VOUCHER, 5)], key="grant:2", subject="vch_2", now=NOW)
    both = [Leg("offset", VOUCHER, UNCLAIMED, 10), Leg("offset", OTHER_VOUCHER, UNCLAIMED, 6)]
    with pytest.raises(LedgerRefusal):
        commands.hold_all(both, key="h", subject="ord_1", now=NOW)
    assert free(VOUCHER) == 10
    holds = commands.hold_all([both[0], Leg("offset", OTHER_VOUCHER, UNCLAIMED, 5)], key="h", subject="ord_1", now=NOW)
    commands.capture_all([(holds[0], 9), (holds[1], 0)], key="settle", now=NOW)
    assert (free(VOUCHER), free(OTHER_VOUCHER), free(UNCLAIMED)) == (1, 5, 9)


def test_a_reversal_is_a_transfer_of_its_own_and_happens_once() -> None:
    released()
    (done,) = commands.post([Leg("open_grant", BUDGET, VOUCHER, 10)], key="open:1", subject="vch_1", now=NOW)
    commands.reverse([done], key="undo:1", now=NOW)
    assert (free(VOUCHER), queries.money().granted) == (0, 0)
    with pytest.raises(AlreadyReversed):
        commands.reverse([done], key="undo:2", now=NOW)


def test_what_has_moved_on_cannot_be_reversed() -> None:
    released()
    (done,) = commands.post([Leg("grant", BUDGET, VOUCHER, 10)], key="g", subject="vch_1", now=NOW)
    commands.post([Leg("expire", VOUCHER, BUDGET, 10)], key="e", subject="vch_1", now=NOW)
    with pytest.raises(LedgerRefusal):
        commands.reverse([done], key="undo:1", now=NOW)


def test_a_rule_names_the_kinds_of_both_accounts() -> None:
    released()
    voucher = commands.account(Kind.VOUCHER, region=YUE, year=2025, owner="vch_1")
    budget = commands.account(Kind.BUDGET, region=YUE, year=2025)
    with pytest.raises(commands.WrongPostingError, match="wrong_kind"):
        commands.post([Leg("grant", voucher, budget, 1)], key="g", subject="x", now=NOW)
    with pytest.raises(AssertionError):
        Leg("grant", VOUCHER, BUDGET, 1)


def test_money_leaves_its_county_only_by_a_rule_that_says_so() -> None:
    released()
    elsewhere = Place(Kind.VOUCHER, "330603", 2025, "vch_1")
    with pytest.raises(commands.WrongPostingError, match="wrong_place"):
        commands.post([Leg("grant", BUDGET, elsewhere, 1)], key="g", subject="x", now=NOW)
    commands.post([Leg("move", BUDGET, Place(Kind.BUDGET, "330603", 2025), 1)], key="m", subject="x", now=NOW)
    assert free(BUDGET) == 99_999


def test_an_unknown_account_or_hold_is_a_bug_not_a_refusal() -> None:
    released()
    with pytest.raises(commands.WrongPostingError, match="no_account"):
        commands.post([Leg("grant", BUDGET, 424_242, 1)], key="g", subject="x", now=NOW)
    with pytest.raises(commands.WrongPostingError, match="no_hold"):
        commands.release(424_242, key="r", now=NOW)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE ledger_transfer SET fen = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "UPDATE ledger_account SET posted = 1",
        "DELETE FROM ledger_account",
    ],
)
def test_the_application_may_not_change_what_is_booked(act: str) -> None:
    released()
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        cursor.execute(act)


def test_several_acts_are_posted_in_one_call(django_assert_num_queries: object) -> None:
    released()
    acts = [
        commands.Posting(f"g:{n}", f"vch_{n}", [Leg("grant", BUDGET, Place(Kind.VOUCHER, YUE, 2025, f"vch_{n}"), 10)])
        for n in range(100)
    ]
    with django_assert_num_queries(1):  # type: ignore[operator]
        first = commands.post_many(acts, now=NOW)
    assert free(BUDGET) == 99_000
    assert commands.post_many(acts, now=NOW) == first
    assert free(BUDGET) == 99_000


def test_approved_money_is_owed_until_the_bank_says_yes() -> None:
    commands.capture(held(), 20_000, key="settle:1", now=NOW)
    commands.post([Leg("submit", UNCLAIMED, IN_CLAIM, 20_000)], key="submit", subject="clm_1", now=NOW)
    commands.post([Leg("approve", IN_CLAIM, OWED, 20_000)], key="approve", subject="clm_1", now=NOW)
    assert (queries.money().owed, queries.money().paid) == (20_000, 0)
    paid = Place(Kind.PAID, YUE, 2025, "pty_lab")
    commands.post([Leg("pay", OWED, paid, 20_000)], key="pay", subject="clm_1", now=NOW)
    commands.post(
        [Leg("claw_back", paid, Place(Kind.CLAWED_BACK, YUE, 2025, "pty_lab"), 5_000)],
        key="c",
        subject="clm_1",
        now=NOW,
    )
    money = queries.money()
    assert (money.owed, money.paid, money.clawed_back) == (0, 15_000, 5_000)
    assert all(money.identities().values())


def voucher_of(n: int) -> Place:
    return Place(Kind.VOUCHER, YUE, 2025, f"vch_{n}")


def grant_of(n: int, fen: int) -> commands.Posting:
    return commands.Posting(f"g:{n}", f"vch_{n}", [Leg("grant", BUDGET, voucher_of(n), fen)])


def test_posted_each_by_itself_one_that_is_short_does_not_keep_a_smaller_one() -> None:
    released(100)
    known = commands.post([Leg("grant", BUDGET, voucher_of(0), 10)], key="g:0", subject="vch_0", now=NOW)
    asked = [grant_of(0, 10), grant_of(1, 60), grant_of(2, 60), grant_of(3, 30), grant_of(0, 11)]
    first, second, third, fourth = commands.post_each(asked[:4], now=NOW)
    assert first == known
    assert isinstance(second, list)
    assert isinstance(third, LedgerRefusal)
    assert (third.facts["available_fen"], third.facts["asked_fen"]) == (30, 60)
    assert isinstance(fourth, list)
    assert free(BUDGET) == 0
    again = commands.post_each([asked[4], asked[1]], now=NOW)
    assert isinstance(again[0], KeyReused)
    assert again[1] == second
    assert queries.unbalanced() == []


def test_many_holds_are_settled_in_one_call_each_under_its_own_key(django_assert_num_queries: object) -> None:
    granted(1_000)
    legs = [Leg("offset", VOUCHER, UNCLAIMED, 10)] * 5
    holds = commands.hold_all(legs, key="h", subject="ord_1", now=NOW)
    parts = [commands.Capture(f"s:{n}", hold, n) for n, hold in enumerate(holds)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        done = commands.settle(parts, now=NOW)
    assert all(isinstance(one, list) for one in done)
    assert queries.balance_at(VOUCHER) == queries.Balance(990, 0)
    assert free(UNCLAIMED) == 10
    assert commands.settle(parts, now=NOW) == done
    mixed = [commands.Capture("x:1", holds[0], 5), parts[1], commands.Capture("x:2", 424_242, 5)]
    refused, replayed, unknown = commands.settle(mixed, now=NOW)
    assert isinstance(refused, HoldResolved)
    assert replayed == done[1]
    assert isinstance(unknown, commands.WrongPostingError)
    assert queries.unbalanced() == []


def test_one_key_twice_within_a_batch_is_an_error() -> None:
    released(100)
    with pytest.raises(KeyReused):
        commands.post_many([grant_of(1, 10), grant_of(1, 10)], now=NOW)
    assert free(BUDGET) == 100


def test_posted_each_by_itself_nobody_spends_what_comes_later() -> None:
    """Found by the model: taken together the two would cancel out."""
    released(100)
    back, out = Leg("revoke", VOUCHER, BUDGET, 1), Leg("grant", BUDGET, VOUCHER, 1)
    first, second = commands.post_each([commands.Posting("b", "x", [back]), commands.Posting("o", "x", [out])], now=NOW)
    assert isinstance(first, LedgerRefusal)
    assert isinstance(second, list)
    assert (free(VOUCHER), free(BUDGET)) == (1, 99)
