"""Ids sort by the time of making; numbers for people cannot be guessed and betray typing errors."""

import random

import pytest

from kechuang.kernel.ids import is_public_number, new_id, public_number, salt, seeded


def test_ids_carry_their_kind_and_sort_in_the_order_of_making() -> None:
    with seeded("one"):
        made = [new_id("vch") for _ in range(100)]
    assert made == sorted(made)
    assert all(name.startswith("vch_") and len(name) == len("vch_") + 26 for name in made)


def test_one_seed_gives_one_row_of_names_and_another_seed_another() -> None:
    rows = []
    for seed in ("one", "one", "two"):
        with seeded(seed):
            rows.append([new_id("ord"), public_number("DD")])
    assert rows[0] == rows[1] != rows[2]


def test_without_a_seed_nothing_repeats() -> None:
    assert len({public_number("KQ") for _ in range(1_000)}) == 1_000


def test_a_number_is_said_and_typed_in_letters_and_digits() -> None:
    assert all(public_number("KQ").replace("-", "").isalnum() for _ in range(1_000))


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_or_swapped_character_is_found(seed: int) -> None:
    """Every wrong character is found; of swapped neighbours all whose values differ (mod 37 sees both)."""
    dice = random.Random(seed)
    number = public_number("KQ")
    place = dice.choice([i for i, char in enumerate(number[3:-2], start=3) if char != "-"])
    other = dice.choice([char for char in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if char != number[place]])
    assert is_public_number(number)
    assert not is_public_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "KQ", "KQ-1234", "KQ-IIII-1234-1234-1234-0", "hello-world"])
def test_what_is_no_number_is_no_number(text: str) -> None:
    assert not is_public_number(text)


def test_what_a_play_draws_by_a_salted_register_is_drawn_again_from_its_seed() -> None:
    made = []
    for _ in range(2):
        with seeded("one"):
            made.append(salt(16))
    assert made[0] == made[1]
    assert len(made[0]) == 32
    assert salt(16) != salt(16)  # outside of a play nobody can try it out
