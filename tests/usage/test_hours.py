"""Every minute of an instrument once, by its best evidence. Pure."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kechuang.usage.rules import Piece, Use, free, hours_text, lay, merged, minutes_of, runs, spread
from kechuang.usage.states import MINUTES_IN_DAY, Grade

A, B, C = Grade.METER, Grade.SESSION, Grade.TYPED


def use(record: str, start: int, end: int, minutes: int | None = None, grade: Grade = C) -> Use:
    exact = minutes is None
    return Use(record, (start, end), end - start if minutes is None else minutes, grade, external=True, exact=exact)


def placed(pieces: list[Piece]) -> list[tuple[int, int]]:
    return [piece.span for piece in pieces if piece.span]


def test_a_run_under_the_meter_is_a_and_its_edges_stay_b() -> None:
    pieces = lay([use("svr", 600, 720, grade=B)], [(610, 700)])
    assert [(p.span, p.grade, p.record) for p in pieces] == [
        ((610, 700), A, "svr"), ((600, 610), B, "svr"), ((700, 720), B, "svr"),
    ]  # fmt: skip


def test_metered_time_that_nobody_registered_counts_without_a_record() -> None:
    (piece,) = lay([], [(60, 120)])
    assert (piece.record, piece.minutes, piece.external) == ("", 60, False)


def test_hours_without_a_place_take_what_the_meter_saw_first_and_never_count_twice() -> None:
    pieces = lay([use("svr", 0, 1440, minutes=300)], [(600, 800)])
    assert [(p.span, p.minutes, p.grade) for p in pieces] == [((600, 800), 200, A), (None, 100, C)]
    pieces = lay([use("svr", 0, 1440, minutes=120)], [(600, 800)])
    assert [(p.span, p.minutes, p.record) for p in pieces] == [((600, 720), 120, "svr"), ((720, 800), 80, "")]


def test_a_day_has_room_for_what_is_left_of_it() -> None:
    assert free((0, 1440), []) == 1440
    assert free((0, 1440), [use("a", 0, 1200)]) == 240
    assert free((600, 700), [use("a", 650, 1200)]) == 50
    assert free((0, 1440), [use("a", 0, 1440, minutes=1400)]) == 40


def test_hours_are_spread_from_the_first_day_on() -> None:
    assert spread(100, [60, 60]) == [60, 40]
    assert spread(130, [60, 60]) is None


def test_a_meter_shows_work_between_two_readings_above_the_line_that_are_not_far_apart() -> None:
    readings = [(0, 500), (5, 500), (10, 100), (15, 500), (20, 500), (60, 500), (65, 500)]
    assert runs(readings, threshold=300, gap=10) == [(0, 5), (15, 20), (60, 65)]
    assert runs(readings, threshold=500, gap=40) == [(0, 5), (15, 65)]
    assert runs([(3, 900)], threshold=1, gap=10) == []


def test_hours_for_people_have_two_digits() -> None:
    assert [hours_text(minutes) for minutes in (0, 90, 100, 600, 84_000, 59)] == [
        "0",
        "1.5",
        "1.67",
        "10",
        "1,400",
        "0.98",
    ]
    assert [minutes_of(hundredths) for hundredths in (250, 1, 33, 167)] == [150, 1, 20, 100]


spans = st.tuples(st.integers(0, 1430), st.integers(1, 200)).map(lambda s: (s[0], min(s[0] + s[1], MINUTES_IN_DAY)))


@given(
    st.lists(spans, max_size=6),
    st.lists(spans, max_size=8),
    st.lists(st.tuples(spans, st.integers(1, 300)), max_size=3),
)
def test_no_minute_counts_twice_and_none_is_lost(
    exact: list[tuple[int, int]], metered: list[tuple[int, int]], loose: list[tuple[tuple[int, int], int]]
) -> None:
    uses: list[Use] = []
    for number, span in enumerate(merged(exact)):
        uses.append(use(f"x{number}", *span))
    for number, (span, minutes) in enumerate(loose):
        room = min(free(span, uses), minutes)
        if room:
            uses.append(use(f"s{number}", *span, minutes=room))
    pieces = lay(uses, metered)
    taken = sorted(placed(pieces))
    assert all(one[1] <= other[0] for one, other in pairwise(taken))
    for one in uses:
        assert sum(piece.minutes for piece in pieces if piece.record == one.record) == one.minutes
        assert all(piece.grade in (A, C) for piece in pieces if piece.record == one.record)
    covered = merged([*metered, *(one.window for one in uses if one.exact)])
    assert merged(placed(pieces)) == covered
    assert sum(piece.minutes for piece in pieces) <= MINUTES_IN_DAY
