"""What a release gives whom: pure decisions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import BasisPoints, Fen
from kechuang.releases import rules
from kechuang.releases.rules import EntrantFacts, ReleaseTerms, Reserve, ScoreItem

OPENS = datetime(2025, 3, 10, 1, tzinfo=UTC)


def terms(**instead: object) -> ReleaseTerms:
    said: dict[str, object] = {
        "release_ways": ("first_come", "lottery"),
        "release_reserves": (),
        "hold_back_bp": BasisPoints(0),
        "accept_within_hours": 48,
        "entry_window_hours": 24,
        "waiting_days": 15,
        "sold_out_closes": False,
        "seed_source": "示例",
        "score_items": (),
        "batches": (),
    }
    return ReleaseTerms(**{**said, **instead})  # type: ignore[arg-type]


def test_what_is_held_back_comes_off_before_the_reserves() -> None:
    found = rules.parts(
        amount_fen=Fen(1001),
        terms=terms(
            hold_back_bp=BasisPoints(1_000), release_reserves=(Reserve("incubated", None, BasisPoints(2_000)),)
        ),
    )
    assert (found.held_back_fen, found.pools) == (100, {"label:incubated": 180, "general": 721})


@given(
    amount=st.integers(1, 10**12),
    back=st.integers(0, 10_000),
    shares=st.lists(st.integers(0, 2_500), max_size=4),
)
def test_the_parts_are_never_more_and_never_less_than_the_amount(amount: int, back: int, shares: list[int]) -> None:
    reserves = tuple(Reserve(f"l{n}", None, BasisPoints(share)) for n, share in enumerate(shares))
    found = rules.parts(amount_fen=Fen(amount), terms=terms(hold_back_bp=BasisPoints(back), release_reserves=reserves))
    assert found.open_fen + found.held_back_fen == amount
    assert min(found.pools.values()) >= 0


def test_an_entrant_is_given_its_reserve_before_the_general_part() -> None:
    reserves = (Reserve("incubated", None, BasisPoints(1)), Reserve(None, "330602", BasisPoints(1)))
    said = terms(release_reserves=reserves)
    assert rules.pools_for(labels=frozenset({"incubated"}), region="330603", terms=said) == (
        "label:incubated",
        "general",
    )
    assert rules.pools_for(labels=frozenset(), region="330602", terms=said) == ("region:330602", "general")


def test_nobody_is_overtaken_by_a_smaller_one_behind() -> None:
    given_to = rules.share_out(
        [("a", 60, ["general"]), ("b", 60, ["general"]), ("c", 40, ["general"])], {"general": 100}
    ).given
    assert given_to == {"a": "general", "b": "", "c": ""}


def test_a_full_reserve_leads_to_the_general_part() -> None:
    asks = [(name, 50, ["r", "general"]) for name in "abc"]
    assert rules.share_out(asks, {"r": 50, "general": 50}).given == {"a": "r", "b": "general", "c": ""}


@given(
    asks=st.lists(st.tuples(st.integers(1, 40), st.sampled_from([("general",), ("r", "general")])), max_size=40),
    left=st.fixed_dictionaries({"general": st.integers(0, 400), "r": st.integers(0, 100)}),
)
def test_no_pool_ever_gives_more_than_it_has(asks: list[tuple[int, tuple[str, ...]]], left: dict[str, int]) -> None:
    given_to = rules.share_out([(str(n), fen, pools) for n, (fen, pools) in enumerate(asks)], left).given
    for pool, fen in left.items():
        assert sum(asks[int(name)][0] for name, got in given_to.items() if got == pool) <= fen


def test_a_draw_is_the_same_again_and_another_with_another_value() -> None:
    numbers = [f"FQ-{n}" for n in range(30)]
    digest = rules.entries_digest({number: rules.leaf({"number": number}) for number in numbers})
    one = rules.draw(rules.seed("FQ-1", digest, "01 02 03"), numbers)
    assert one == rules.draw(rules.seed("FQ-1", digest, "01 02 03"), reversed(numbers))
    assert one != rules.draw(rules.seed("FQ-1", digest, "01 02 04"), numbers)


def test_the_seed_depends_on_who_has_entered() -> None:
    more = rules.entries_digest({"a": rules.leaf({"number": "a"}), "b": rules.leaf({"number": "b"})})
    fewer = rules.entries_digest({"a": rules.leaf({"number": "a"})})
    assert rules.seed("FQ-1", more, "x") != rules.seed("FQ-1", fewer, "x")


def test_every_place_of_a_draw_is_as_likely_for_everybody() -> None:
    """Over many values each of six is first about as often: a sixth of 3,000, within five standard deviations."""
    numbers = list("abcdef")
    first = [rules.draw(rules.seed("FQ-1", "00", str(n)), numbers)[0][0] for n in range(3_000)]
    assert all(abs(first.count(number) - 500) < 103 for number in numbers)


SCORES = (
    ScoreItem("label", "high_tech", 30),
    ScoreItem("first_voucher", "yes", 25),
    ScoreItem("used_last_year", "yes", 15),
)


def test_a_score_names_every_item_with_what_it_brought() -> None:
    facts = EntrantFacts(frozenset({"high_tech"}), first_voucher=False, used_last_year=True)
    found = rules.score(facts=facts, terms=terms(score_items=SCORES))
    assert found.points_count == 45
    assert [(line.fact, line.met, line.points_count) for line in found.lines] == [
        ("label", True, 30),
        ("first_voucher", False, 0),
        ("used_last_year", True, 15),
    ]


def test_equal_points_go_by_arrival() -> None:
    assert rules.scored_order({"a": (10, 3), "b": (20, 9), "c": (10, 1)}) == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: rules.refuse_way("scored", "一", terms=terms()), "releases.way_not_named"),
        (lambda: rules.refuse_way("by_taste", "一", terms=terms()), "releases.way_not_named"),
        (
            lambda: rules.refuse_amount(amount_fen=Fen(99), face_fen=Fen(100), terms=terms()),
            "releases.amount_too_small",
        ),
        (lambda: rules.refuse_amount(amount_fen=Fen(0), face_fen=Fen(0), terms=terms()), "releases.amount_too_small"),
        (lambda: window("first_come", timedelta(0)), "releases.window_wrong"),
        (lambda: window("lottery", timedelta(hours=23)), "releases.window_too_short"),
        (
            lambda: rules.refuse_day(date(2026, 3, 17), "一", terms=terms(batches=(date(2026, 3, 16),))),
            "releases.not_a_release_day",
        ),
        (lambda: unnamed("", date(2025, 3, 12)), "releases.seed_not_named"),
        (lambda: unnamed("第 1 期", None), "releases.seed_not_named"),
        (lambda: unnamed("第 1 期", date(2025, 3, 11)), "releases.seed_not_named"),
        (
            lambda: rules.refuse_early_seed(event="第 1 期", seed_on=date(2025, 3, 12), on=date(2025, 3, 11)),
            "releases.seed_not_yet_public",
        ),
        (lambda: rules.seed_value(" \u3000 ", "## ## ##"), "releases.seed_missing"),
        (lambda: rules.seed_value("3 8 11", "## ## ##"), "releases.seed_malformed"),
        (lambda: rules.seed_value("08 03 11", "## ## ##"), "releases.seed_malformed"),
        (lambda: unnamed("一期", date(2025, 3, 12), "## ##"), "releases.seed_pattern_weak"),
        (
            lambda: rules.refuse_late_list(listed_on=date(2025, 3, 12), seed_on=date(2025, 3, 12)),
            "releases.listed_too_late",
        ),
        (lambda: rules.reason(""), "releases.reason_missing"),
        (
            lambda: rules.refuse_without_budget(amount_fen=Fen(51), free_fen=Fen(100), planned_fen=Fen(50), year=2025),
            "releases.budget_too_small",
        ),
    ],
)
def test_what_a_release_may_not_be(call: object, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code


def window(way: str, length: timedelta) -> None:
    rules.refuse_window(way=way, opens_at=OPENS, closes_at=OPENS + length, article="一", terms=terms())


def unnamed(event: str, on: date | None, pattern: str = "## ## ##") -> None:
    rules.refuse_unnamed_seed(way="lottery", event=event, seed_on=on, pattern=pattern, closes_on=date(2025, 3, 11))


def test_what_a_release_may_be() -> None:
    window("first_come", timedelta(minutes=30))
    window("lottery", timedelta(hours=24))
    unnamed("第 1 期", date(2025, 3, 12))
    rules.refuse_day(date(2026, 3, 17), "一", terms=terms())
    rules.refuse_without_budget(amount_fen=Fen(50), free_fen=Fen(100), planned_fen=Fen(50), year=2025)
    rules.refuse_late_list(listed_on=date(2025, 3, 11), seed_on=date(2025, 3, 12))
    assert rules.seed_value(" 03  08 \n11 ", "## ## ##") == "03 08 11"
    assert rules.seed_value("11  8", "") == "11 8"


def test_what_is_expected_follows_from_the_speed_of_the_queue() -> None:
    assert rules.expected_seconds(ahead=0, served_lately=0) == 0
    assert rules.expected_seconds(ahead=90, served_lately=60) == 90
    assert rules.expected_seconds(ahead=90, served_lately=0) is None


def test_two_that_share_a_code_or_a_person_are_known_as_one() -> None:
    one = rules.marks(party_id="pty_1", codes=["91A"], identities=["d1"], parties=[])
    two = rules.marks(party_id="pty_2", codes=["91B", "91A"], identities=[], parties=["pty_1"])
    assert set(one) & set(two) == {"code:91A", "party:pty_1"}
    assert one == sorted(one)
