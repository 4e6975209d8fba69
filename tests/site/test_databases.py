"""What the throw-away PostgreSQL promises the tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from kechuang.site import database

COUNT = "SELECT count(*) FROM trail_event"
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


@pytest.mark.django_db
def test_tests_run_as_the_application_which_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == (database.APP, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
