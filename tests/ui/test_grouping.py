"""Whole commands in groups: who leads, who waits, and that nobody is hurt by another."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest
from django.db import connection

from kechuang.kernel.errors import Refusal
from kechuang.ui.grouping import Group, TooManyWaiting

pytestmark = pytest.mark.django_db(transaction=True)


class Odd(Refusal):
    code, text = "test.odd", "奇数不办"


def doubled(numbers: Sequence[int]) -> list[int | Exception]:
    return [Odd() if number % 2 else 2 * number for number in numbers]


def together(group: Group[int, int], numbers: Sequence[int]) -> dict[int, object]:
    """Everybody joins at once; answers what each was told."""
    start, told = threading.Barrier(len(numbers)), {}

    def one(number: int) -> None:
        start.wait()
        try:
            told[number] = group.join(number)
        except Exception as error:
            told[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return told


class Kept:
    """Remembers the groups; the first waits until so many have come after it."""

    def __init__(self, run: Callable[[Sequence[int]], Sequence[int | Exception]], wait_for: int) -> None:
        self.run, self.wait_for, self.groups = run, wait_for, []
        self.group: Group[int, int] = Group(self, most=wait_for)  # type: ignore[arg-type]

    def __call__(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.groups.append(list(numbers))
        if len(self.groups) == 1:
            deadline = time.monotonic() + 10
            while len(self.group._waiting) < self.wait_for and time.monotonic() < deadline:
                time.sleep(0.005)
        return self.run(numbers)


def test_who_comes_while_a_group_runs_is_in_the_next_one() -> None:
    kept = Kept(doubled, 15)
    told = together(kept.group, range(0, 32, 2))
    assert told == {number: 2 * number for number in range(0, 32, 2)}
    assert [len(group) for group in kept.groups] == [1, 15]


def test_a_group_is_bounded_and_the_rest_follow() -> None:
    kept = Kept(doubled, 15)
    kept.group.most = 4
    together(kept.group, range(0, 32, 2))
    assert [len(group) for group in kept.groups] == [1, 4, 4, 4, 3]


def test_what_is_refused_to_one_is_no_matter_to_the_others() -> None:
    told = together(Kept(doubled, 9).group, range(10))
    assert {number for number, answer in told.items() if isinstance(answer, Odd)} == {1, 3, 5, 7, 9}
    assert {answer for answer in told.values() if isinstance(answer, int)} == {0, 4, 8, 12, 16}


def test_a_defect_in_one_item_fails_that_item_alone() -> None:
    def breaks(numbers: Sequence[int]) -> list[int | Exception]:
        return [1 // (number - 3) for number in numbers]

    told = together(Kept(breaks, 7).group, range(8))
    assert {number for number, answer in told.items() if isinstance(answer, ZeroDivisionError)} == {3}


def test_who_waits_too_long_is_told_that_nothing_was_begun() -> None:
    release, begun = threading.Event(), []

    def slow(numbers: Sequence[int]) -> list[int | Exception]:
        begun.extend(numbers)
        release.wait(10)
        return list(numbers)

    group: Group[int, int] = Group(slow, patience_seconds=0.1)
    first = threading.Thread(target=lambda: group.join(1))
    first.start()
    while not begun:
        time.sleep(0.005)
    with pytest.raises(TooManyWaiting):
        group.join(2)
    release.set()
    first.join()
    assert begun == [1]
    assert group.join(4) == 4  # and the next is served as ever


@pytest.mark.django_db
def test_within_a_transaction_one_is_alone() -> None:
    from django.db import transaction

    kept = Kept(doubled, 0)
    with transaction.atomic():
        assert kept.group.join(4) == 8
        with pytest.raises(Odd):
            kept.group.join(5)
    assert kept.groups == [[4], [5]]
