"""One PostgreSQL for both systems: our launcher's, in a new folder, with the launcher's own configuration."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.folders import own_folder
from kechuang.site import database

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; every database in it belongs to the owner's role."""

    folder: Path

    def url(self, role: str, name: str) -> str:
        return database.Server(self.folder).url(role, name)

    def make(self, name: str, template: str = "template0") -> None:
        """A new database, empty or a copy of another, to which nobody is connected then."""
        made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = map(sql.Identifier, (name, database.OWNER, template))
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(made.format(*names))

    def allow_unchecked_copies(self) -> None:
        """Lets the owner write copies of a checked row without the triggers that check each (session_replication_role)."""
        grant = sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(database.OWNER))
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as admin:
            admin.execute(grant)

    def has(self, name: str) -> bool:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as admin:
            return admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def env(self, name: str) -> dict[str, str]:
        """The surroundings in which kechuang uses the database `name`."""
        return {
            "DJANGO_SETTINGS_MODULE": "kechuang.site.settings",
            "KECHUANG_DATA": str(self.folder),
            "DATABASE_URL": self.url(database.APP, name),
            "DATABASE_OWNER_URL": self.url(database.OWNER, name),
        }

    def as_served(self, name: str) -> dict[str, Any]:
        """The entry of DATABASES that kechuang's settings make for a web process, as the owner of the database `name`."""
        code = "import json; from kechuang.site import settings; print(json.dumps(settings.DATABASES['owner']))"
        surroundings = {**os.environ, **self.env(name), "KECHUANG_SERVING": "1"}
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=surroundings, capture_output=True, text=True)
        done.check_returncode()
        return dict(json.loads(done.stdout))

    def connect(self, name: str) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(self.url(database.OWNER, name), autocommit=True)


@contextmanager
def running() -> Iterator[Cluster]:
    """Started, and removed with its data afterwards."""
    with own_folder("race") as folder:
        database.ensure(folder)
        yield Cluster(folder)
