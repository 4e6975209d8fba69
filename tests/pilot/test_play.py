"""演练: the same seed writes the same year to the fen, and another seed another one."""

import json
from datetime import date

from django.db import connection, transaction

from kechuang.pilot import queries
from kechuang.releases.models import Entry, Publication, Release
from kechuang.releases.rules import draw
from kechuang.releases.states import Way
from tests.pilot.conftest import play

SPRING = date(2025, 4, 10)


def test_one_seed_one_year_to_the_fen(as_the_owner: None) -> None:
    summaries, rounds = [], []
    for seed in (1, 1, 2):
        with transaction.atomic():
            with connection.cursor() as cursor:  # places of releases go on where they were, even after a rollback
                cursor.execute("ALTER SEQUENCE releases_place RESTART")
            summaries.append(play(seed=seed, until=SPRING))
            assert queries.digest() == summaries[-1].digest
            rounds.append(released())
            transaction.set_rollback(True)
    first, again, other = summaries
    assert first.digest == again.digest
    assert (first.orders, first.claims, first.money) == (again.orders, again.claims, again.money)
    assert first.digest != other.digest
    assert sum(first.orders.values()) > 0
    assert rounds[0] == rounds[1]
    assert {way: state for way, state, _entries in rounds[0]} == {
        "first_come": "announced",  # open on the last day, with something left for a visitor
        "lottery": "finished",
        "scored": "ranked",
    }
    assert all("granted" in entries for _way, _state, entries in rounds[0])


def released() -> list[tuple[str, str, list[str]]]:
    """What became of each release; the published draw of the lottery is what it says."""
    for published in Publication.objects.filter(kind="result", release__way=Way.LOTTERY):
        said = json.loads(published.text)
        numbers = [line["number"] for line in sorted(said["result"], key=lambda line: line["place"])]
        entered = [entry["number"] for entry in said["entries"]]
        assert numbers == [number for number, _drew in draw(said["seed"]["seed"], entered)]
    return [
        (row.way, row.state, [one.state for one in Entry.objects.filter(release=row).order_by("place")])
        for row in Release.objects.order_by("number")
    ]
