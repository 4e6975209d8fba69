"""What the throw-away PostgreSQL promises the tests."""

import json
from collections.abc import Callable

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from kechuang.site import database

EVENT_TEXTS = (
    "region person_id stands_in_for party_id role action label object_type object_id number source target article"
    " digest row_digest after"
).split()
EVENT_REST = {
    "id": "evt_1",
    "seq": 1,
    "xid": 1,
    "at": "2025-01-01T00:00:00Z",
    "on": "2025-01-01",
    "facts": {},
    "body": "\\x",
}
AS_OWNER = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('left', '', now())"


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        (found,) = cursor.fetchone()
        return int(found)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committing_test_finds_nothing_of_the_one_before(turn: int, as_owner: Callable[..., object]) -> None:
    assert sessions() == 0, turn
    as_owner(AS_OWNER)
    assert sessions() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_migrations_filled_in_stays_and_what_a_test_added_to_it_goes(turn: int) -> None:
    before = ContentType.objects.count()
    assert before > 0, turn
    assert not ContentType.objects.filter(app_label="left").exists()
    ContentType.objects.create(app_label="left", model=str(turn))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_an_append_only_table_is_emptied_too(turn: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trail_event")
        assert cursor.fetchone() == (0,), turn
        cursor.execute(
            "INSERT INTO trail_event SELECT (jsonb_populate_record(NULL::trail_event, %s)).*",
            [json.dumps({**dict.fromkeys(EVENT_TEXTS, ""), **EVENT_REST})],
        )


@pytest.mark.django_db
def test_tests_run_as_the_application_which_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == (database.APP, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
