"""分层抽样: sizes by largest remainder, and a list that anyone draws again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.audit import rules
from kechuang.audit.rules import Plan, Unit
from kechuang.audit.states import By, Population, Size
from kechuang.kernel.money import ONE

sizes = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(1, 400), min_size=1, max_size=12)
shares = st.integers(1, ONE)


def by_share(share_bp: int, least_count: int = 0) -> Plan:
    return Plan(Population.PAID, (By.COUNTY,), Size.SHARE, share_bp=share_bp, least_count=least_count)


def by_count(count: int) -> Plan:
    return Plan(Population.PAID, (By.COUNTY,), Size.COUNT, count=count)


def units(spread: dict[str, int], fen: int = 100) -> list[Unit]:
    return [
        Unit(f"clm_{region}_{place:04}", f"N{place}", region, "university", fen * (place + 1), ("returned",) * (place % 2))
        for region, count in spread.items()
        for place in range(count)
    ]  # fmt: skip


@given(sizes, shares)
def test_a_share_is_rounded_up_once_and_spread_so_that_it_adds_up(found: dict[str, int], share_bp: int) -> None:
    shares_of = rules.allocated(found, by_share(share_bp))
    whole = sum(found.values())
    assert sum(shares_of.values()) == -(-whole * share_bp // ONE)
    total = sum(shares_of.values())
    for name, size in found.items():
        assert total * size // whole <= shares_of[name] <= total * size // whole + 1, (
            "largest remainder gives one more at most"
        )
        assert shares_of[name] <= size
    given_more = [total * found[name] % whole for name in found if shares_of[name] > total * found[name] // whole]
    given_less = [total * found[name] % whole for name in found if shares_of[name] == total * found[name] // whole]
    assert min(given_more, default=whole) >= max(given_less, default=0), "those with the larger remainder come first"


@given(sizes, shares, st.integers(0, 20))
def test_each_stratum_has_its_least_or_all_it_holds(found: dict[str, int], share_bp: int, least: int) -> None:
    for name, count in rules.allocated(found, by_share(share_bp, least)).items():
        assert min(least, found[name]) <= count <= found[name]


@given(sizes, st.integers(1, 50))
def test_a_count_is_so_many_of_each_stratum_or_all_there_are(found: dict[str, int], count: int) -> None:
    assert rules.allocated(found, by_count(count)) == {name: min(count, size) for name, size in found.items()}


def test_ties_go_to_the_stratum_whose_name_comes_first() -> None:
    assert rules.allocated({"b": 5, "a": 5, "c": 5}, by_share(1_000)) == {"b": 1, "a": 1, "c": 0}


@given(
    st.dictionaries(st.sampled_from(["330602", "330603", "330604"]), st.integers(1, 30), min_size=1),
    st.text(min_size=1),
    shares,
)
def test_the_same_frame_plan_and_seed_give_the_same_list_in_whatever_order_the_frame_comes(
    spread: dict[str, int], seed: str, share_bp: int
) -> None:
    frame, plan = units(spread), by_share(share_bp)
    drawn = rules.drawn(frame, plan, seed)
    assert rules.drawn(list(reversed(frame)), plan, seed) == drawn
    assert len({one.unit.id for one in drawn}) == len(drawn)
    wanted = rules.allocated({name: len(held) for name, held in rules.stratified(frame, plan).items()}, plan)
    counted = {name: sum(one.stratum == name for one in drawn) for name in wanted}
    assert counted == wanted


def test_another_seed_draws_another_list_and_each_claim_is_drawn_about_equally_often() -> None:
    frame, plan = units({"330602": 20}), by_share(2_500)
    times = dict.fromkeys((unit.id for unit in frame), 0)
    for turn in range(400):
        for one in rules.drawn(frame, plan, f"种子 {turn}"):
            times[one.unit.id] += 1
    assert sum(times.values()) == 400 * 5
    assert 60 < min(times.values()) <= max(times.values()) < 140, "100 is expected of each"


def test_a_frame_reads_back_as_it_was_written_and_a_changed_one_has_another_digest() -> None:
    frame = units({"330602": 7})
    body = rules.frame_bytes(frame)
    assert rules.frame_units(body) == frame
    assert rules.frame_bytes(rules.frame_units(body)) == body
    assert rules.frame_bytes(frame[:-1]) != body


def test_strata_are_made_of_all_that_the_plan_names() -> None:
    plan = Plan(Population.PAID, tuple(By), Size.COUNT, count=1, bands_fen=(500_000, 2_000_000))
    unit = Unit("clm_1", "N", "330602", "university", 500_000, ("objected",))
    assert rules.stratum_of(unit, plan) == "county=330602 provider_class=university amount=1 risk=1"
    cheap = Unit("clm_2", "N", "330602", "", 499_999)
    assert rules.stratum_of(cheap, plan) == "county=330602 provider_class=none amount=0 risk=0"


def test_a_plan_is_said_as_json_and_read_back() -> None:
    plan = Plan(Population.SUBMITTED, (By.AMOUNT, By.RISK), Size.SHARE, share_bp=500, bands_fen=(100, 200))
    assert rules.as_plan(rules.as_said(plan)) == plan


@pytest.mark.parametrize(
    ("plan", "seed", "refusal"),
    [
        (by_share(500), "短", rules.SeedTooShort),
        (Plan(Population.PAID, (), Size.SHARE, share_bp=500), "足够长的种子", rules.NoStrata),
        (Plan(Population.PAID, (By.AMOUNT,), Size.SHARE, share_bp=500), "足够长的种子", rules.NoBands),
        (Plan(Population.PAID, (By.AMOUNT,), Size.COUNT, count=1, bands_fen=(2, 1)), "足够长的种子", rules.NoBands),
        (by_share(0), "足够长的种子", rules.NoSize),
        (by_share(ONE + 1), "足够长的种子", rules.NoSize),
        (by_count(0), "足够长的种子", rules.NoSize),
    ],
)
def test_a_plan_that_cannot_be_drawn_by_is_refused(plan: Plan, seed: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.checked(plan, seed)


def test_the_commitment_holds_plan_seed_number_and_frame() -> None:
    said = {"plan": by_share(500), "seed": "种子种子种子", "nonce": "ZD-1", "frame_digest": "0" * 64}
    kept = rules.commitment(**said)
    for changed in ({"plan": by_share(501)}, {"seed": "另一种子种子"}, {"nonce": "ZD-2"}, {"frame_digest": "1" * 64}):
        assert rules.commitment(**(said | changed)) != kept
