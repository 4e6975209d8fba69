"""演练: the same seed writes the same year to the fen, and another seed another one."""

from datetime import date

from django.db import transaction

from kechuang.pilot import queries
from tests.pilot.conftest import play

SPRING = date(2025, 4, 10)


def test_one_seed_one_year_to_the_fen(as_the_owner: None) -> None:
    summaries = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            summaries.append(play(seed=seed, until=SPRING))
            assert queries.digest() == summaries[-1].digest
            transaction.set_rollback(True)
    first, again, other = summaries
    assert first.digest == again.digest
    assert (first.orders, first.claims, first.money) == (again.orders, again.claims, again.money)
    assert first.digest != other.digest
    assert sum(first.orders.values()) > 0
