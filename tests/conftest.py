"""One throw-away PostgreSQL for all tests; each run has a database of its own, built as the owner, used as the app."""

import os

os.environ["KECHUANG_TESTING"] = "1"

import pytest
from django.core.management import call_command
from django.db import connections


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object, worker_id: str) -> object:
    """Migrations run as `kechuang_owner`; everything after them as `kechuang_app`."""
    from django.conf import settings

    from kechuang.site import rights

    name = f"test_{os.getpid()}_{worker_id}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        owner = connections["owner"]
        with owner.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        for alias in ("default", "owner"):
            connections[alias].close()
            settings.DATABASES[alias]["NAME"] = name
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", verbosity=0)
        rights.grant()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for alias in ("default", "owner"):
            connections[alias].close()
        connections["owner"].settings_dict["NAME"] = "kechuang"
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connections["owner"].close()


@pytest.fixture(scope="session")
def worker_id() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
