"""The draw of a spot check: same seed, same sample; who has an interest is never drawn. No database."""

import hashlib
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kechuang_verify import spot

from kechuang.kernel.draw import draw, draw_weighted, drawn
from kechuang.kernel.money import BasisPoints
from kechuang.supervision import rules
from kechuang.supervision.rules import Candidate, CheckTerms, Entry, Opened, ShareTerms
from kechuang.supervision.rules.checks import (
    PeriodNotInHalf,
    RegisterEmpty,
    SampleTooLarge,
    SeedMalformed,
    SeedMissing,
    SeedPatternWeak,
    ShareBelowMinimum,
    TooFewInspectors,
)

DRAWS = 100_000
TERMS = CheckTerms(2, 2, 1, 8, 3, 30)
LEAST = ShareTerms(BasisPoints(500))


def seed_of(n: int) -> str:
    return hashlib.sha256(str(n).encode()).hexdigest()


def test_a_conflicted_inspector_is_never_drawn_in_100_000_draws() -> None:
    """Five inspectors, two of them with an interest in one of the sides; each of the other three is drawn often."""
    people = [Candidate(f"JC-{n}", frozenset({"P"} if n == 1 else {"H"} if n == 3 else {"Q"})) for n in range(5)]
    found = Counter(
        number for n in range(DRAWS) for number in rules.team(seed_of(n), "330602/P", people, {"P", "H"}, count=2)
    )
    assert set(found) == {"JC-0", "JC-2", "JC-4"}
    assert all(abs(count - DRAWS * 2 // 3) < DRAWS // 100 for count in found.values())


def test_control_without_recusal_the_conflicted_are_drawn_like_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [Candidate(f"JC-{n}", frozenset()) for n in range(5)]  # their interests not looked at
    found = Counter(
        number for n in range(DRAWS // 20) for number in rules.team(seed_of(n), "330602/P", people, {"P", "H"}, count=2)
    )
    assert {"JC-1", "JC-3"} <= set(found)


def test_too_few_without_an_interest_is_refused() -> None:
    people = [Candidate("JC-1", frozenset({"P"})), Candidate("JC-2", frozenset())]
    with pytest.raises(TooFewInspectors):
        rules.team(seed_of(1), "330602/P", people, {"P"}, count=2)


def test_an_entry_of_more_weight_is_first_so_much_more_often() -> None:
    first = Counter(draw_weighted(seed_of(n), {"a": 1, "b": 3})[0][0] for n in range(20_000))
    assert 0.73 < first["b"] / 20_000 < 0.77


def test_of_weight_one_the_draw_is_that_of_the_lottery() -> None:
    assert draw_weighted(seed_of(5), {"a": 1, "b": 1}) == draw(seed_of(5), ["a", "b"])
    assert drawn(seed_of(5), "a") == hashlib.sha256(bytes.fromhex(seed_of(5)) + b"a").hexdigest()


entries = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 8)), min_size=1, max_size=60).map(
    lambda rows: [
        Entry(f"{n:064x}", f"county=330602 risk={stratum}", weight) for n, (stratum, weight) in enumerate(rows)
    ]
)


@given(entries, st.integers(0, 10**6), st.integers(1, 10_000))
@settings(max_examples=200)
def test_the_sample_has_the_size_is_drawn_again_the_same_and_by_the_verifier_too(
    register: list[Entry], n: int, share_bp: int
) -> None:
    size = rules.sample_size(len(register), share_bp=share_bp, count=0)
    sample = rules.sampled(seed_of(n), register, size)
    assert len({entry.number for entry in sample}) == len(sample) == size
    assert sample == rules.sampled(seed_of(n), list(reversed(register)), size)
    published = [{"number": one.number, "stratum": one.stratum, "weight": one.weight} for one in register]
    assert [one.number for one in sample] == spot.sampled(seed_of(n), published, size)


@given(
    st.dictionaries(st.text("ab", min_size=1, max_size=3), st.tuples(st.integers(1, 9), st.integers(1, 30)), min_size=1)
)
def test_what_a_full_stratum_cannot_take_goes_to_the_others(strata: dict[str, tuple[int, int]]) -> None:
    sizes = {name: size for name, (size, _tickets) in strata.items()}
    tickets = {name: count for name, (_size, count) in strata.items()}
    for total in range(1, sum(sizes.values()) + 1):
        found = rules.allocated(sizes, tickets, total)
        assert sum(found.values()) == total
        assert all(found[name] <= sizes[name] for name in sizes)
        assert found == spot.allocated(sizes, tickets, total)


def test_a_sample_larger_than_the_register_is_refused() -> None:
    assert rules.sample_size(20, share_bp=500, count=20) == 20
    with pytest.raises(SampleTooLarge):
        rules.sample_size(20, share_bp=500, count=21)
    with pytest.raises(RegisterEmpty):
        rules.sample_size(0, share_bp=500, count=0)


def test_the_share_is_rounded_up_and_never_below_the_least() -> None:
    assert rules.sample_size(101, share_bp=500, count=0) == 6
    rules.refuse_share(drawn=5, size=100, terms=LEAST, article="示例参数")
    with pytest.raises(ShareBelowMinimum):
        rules.refuse_share(drawn=4, size=100, terms=LEAST, article="示例参数")


def test_risks_and_credit_events_weigh_up_to_the_most() -> None:
    assert rules.weight_of(risks=0, credits_count=0, terms=TERMS) == 1
    assert rules.weight_of(risks=2, credits_count=1, terms=TERMS) == 6
    assert rules.weight_of(risks=9, credits_count=9, terms=TERMS) == 8


def test_who_handled_a_payout_is_no_inspector_of_it_and_the_verifier_says_the_same() -> None:
    """An inspector's own name lies among the sides of what he confirmed, approved or released."""
    secret = "0" * 32
    people = [Candidate(f"JC-{n}", frozenset({rules.veiled(secret, f"psn_{n}")})) for n in range(5)]
    sides = frozenset(rules.veiled(secret, one) for one in ("pty_provider", "pty_holder", "psn_1", "psn_3"))
    opened = [Opened("DF-1", "330602/P", sides), Opened("DF-2", "330602/P", frozenset())]
    for n in range(500):
        ((key, found),) = rules.teams(seed_of(n), opened, people, count=3)
        assert (key, set(found)) == ("330602/P", {"JC-0", "JC-2", "JC-4"})
        published = [{"number": one.number, "conflicts": sorted(one.conflicts)} for one in people]
        assert spot.team(seed_of(n), key, published, set(sides)) == found


def test_a_veiled_name_is_the_same_in_one_register_and_another_in_the_next() -> None:
    assert rules.veiled("a", "91330602") == rules.veiled("a", "91330602")
    assert rules.veiled("a", "91330602") != rules.veiled("b", "91330602")


PATTERN = "## ## ## ## ## ## + ##"


@pytest.mark.parametrize(
    "typed",
    [
        "030811192733+07",
        "3,8,11,19,27,33|7",
        "03 08 11 19 27 33+07",
        "03 08 11 19 27 33 + 7",
        "33 27 19 11 08 03 + 07",
        "０３ 08 11 19 27 33 + 07",
        "03 08 11 19 27 33 + 07.",
        "03\u200b 08 11 19 27 33 + 07",
    ],
)
def test_a_public_result_has_one_way_of_writing_and_the_drawer_does_not_choose(typed: str) -> None:
    assert rules.seed_value(" 03 08 11 19 27 33 + 07 ", PATTERN) == "03 08 11 19 27 33 + 07"
    with pytest.raises(SeedMalformed):
        rules.seed_value(typed, PATTERN)
    assert not spot.well_written(typed, PATTERN)
    assert spot.well_written("03 08 11 19 27 33 + 07", PATTERN)


def test_a_result_of_few_digits_is_no_seed() -> None:
    assert rules.refuse_pattern(" ## ## ## ") == "## ## ##"
    for weak in ("", "第 # 期", "#####"):
        with pytest.raises(SeedPatternWeak):
            rules.refuse_pattern(weak)
    with pytest.raises(SeedMissing):
        rules.seed_value(" ", PATTERN)


def test_a_plan_covers_days_of_one_half_year() -> None:
    rules.refuse_period(date(2025, 1, 1), date(2025, 6, 30))
    rules.refuse_period(date(2025, 7, 1), date(2025, 7, 1))
    for first, last in ((date(2025, 6, 30), date(2025, 7, 1)), (date(2025, 5, 2), date(2025, 5, 1))):
        with pytest.raises(PeriodNotInHalf):
            rules.refuse_period(first, last)
