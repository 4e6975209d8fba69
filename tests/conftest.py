"""One throw-away PostgreSQL for all tests; each run has a database of its own, built as the owner, used as the app.

The migrated database is built once and copied: for each run, and again after each test that commits. So a committing
test leaves nothing behind, in tables that the application may not even delete from either.
"""

import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["KECHUANG_TESTING"] = "1"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop in the test's own thread

import hypothesis
import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

# A machine under load is slow, not wrong; and what CI finds, everybody finds.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NEEDS_DATABASE = {"db", "transactional_db", "live_server", "page", "as_owner"}
COMPARED_MOST = 3
GARBAGE = (20_000, 20, 50)  # an eighth of the time of the tests went into looking for it
# What the migrated database depends on, and this file, which builds it.
BLUEPRINT = ("migrations/*.py", "sql/*.sql", "models.py", "models/*.py", "rights.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-database", action="store_true", help="only what needs no database (make fast)")


def pytest_configure(config: pytest.Config) -> None:
    from kechuang.site import catalogue

    catalogue.compile_if_newer(Path(__file__).resolve().parents[1])


@pytest.fixture(autouse=True, scope="session")
def statements_compared() -> None:
    """Every statement that was written once is compared with the one that Django writes for it anew, in every test."""
    from kechuang.ui import compiled

    compiled.Statements.compared_most = COMPARED_MOST


@pytest.fixture(autouse=True)
def statements_compared_again() -> None:
    """Not each of the thousand times that a play asks one, of which the later say nothing more; but in each test anew."""
    from kechuang.ui import compiled

    compiled.Statements.compared.clear()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Two processes share the tests as `make test` has it."""
    from tests.sharing import LongestFirst

    return LongestFirst(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--no-database"):
        return
    fast = [item for item in items if not _needs_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(fast)])
    items[:] = fast


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported stays for good: Python need not look through it for garbage, and seldom through the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _needs_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or NEEDS_DATABASE & set(getattr(item, "fixturenames", ())))


# Not PostgreSQL's own workers: autovacuum gives way by itself, and ending it takes a right that no owner of tables has.
ALONE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
SEEDS = "SELECT tablename FROM pg_tables WHERE schemaname = 'seeds'"
GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype::int & 32 > 0"


class Databases:
    """The server of all tests, and the database of this run on it."""

    def __init__(self) -> None:
        from django.conf import settings

        from kechuang.site import database

        self.ours = database.named() is None
        database.up(settings.DATA / "test", throwaway=True)
        self.name = f"test_{os.getpid()}"
        self.template = f"migrated_{_blueprint()}"
        self.home = str(connections["owner"].settings_dict["NAME"])
        self.altered = False  # a test has taken a table's guard away

    def fresh(self) -> None:
        """The run's database as it was just after the migrations."""
        connections.close_all()
        with self.admin() as admin:
            self._build(admin)
            self._copied(admin, self.template, self.name)
        self.altered = False
        self.point_at(self.name)

    def emptied(self) -> None:
        """As after the migrations again; by the owner, since the application may neither delete all nor truncate."""
        if self.altered:  # what it was without, no other test may be without
            self.fresh()
            return
        connections.close_all()
        with self.admin(self.name) as owner, owner.transaction():
            owner.execute(ALONE, [self.name])
            tables = [name for (name,) in owner.execute(TABLES)]
            seeds = [name for (name,) in owner.execute(SEEDS)]
            holds = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)
            filled = [name for (name,) in owner.execute(holds.encode())]
            with (self._deleted if self.ours else self._truncated)(owner, {*filled, *seeds}):
                for table in seeds:
                    again = sql.SQL("INSERT INTO {} SELECT * FROM {}")
                    owner.execute(again.format(sql.Identifier("public", table), sql.Identifier("seeds", table)))

    @contextmanager
    def _deleted(self, owner: psycopg.Connection, tables: set[str]) -> Iterator[None]:
        """Row by row, past triggers and references: a test leaves few rows, and a truncated table costs a new file each."""
        owner.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)))
        yield

    @contextmanager
    def _truncated(self, owner: psycopg.Connection, tables: set[str]) -> Iterator[None]:
        """On a server that another masters, where that setting is not ours."""
        guarded = [sql.Identifier(name) for (name,) in owner.execute(GUARDED)]
        for switch in ("DISABLE", "ENABLE"):
            for table in guarded:
                owner.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(table, sql.SQL(switch)))
            if switch == "DISABLE":
                names = sql.SQL(", ").join(sql.Identifier("public", name) for name in tables)
                owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
                yield

    def set_aside(self, name: str) -> None:
        """What was done so far is kept under another name, with its files; the run goes on with a fresh database."""
        self.copy(self.name, name)
        shutil.copytree(self._files(self.name), self._files(name))
        self.fresh()

    def copy(self, source: str, target: str) -> None:
        connections.close_all()
        with self.admin() as admin:
            self._copied(admin, source, target)

    def _copied(self, admin: psycopg.Connection, source: str, target: str) -> None:
        self.drop(admin, target)
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source)))

    def gone(self) -> None:
        connections.close_all()
        self.removed(self.name)
        self.point_at(self.home)

    def removed(self, name: str) -> None:
        with self.admin() as admin:
            self.drop(admin, name)
        shutil.rmtree(self._files(name), ignore_errors=True)

    def _files(self, name: str) -> Path:
        """Where `documents` keeps what belongs to a database of the tests."""
        from django.conf import settings

        return Path(settings.DATA) / "test" / "files" / name

    def drop(self, admin: psycopg.Connection, name: str) -> None:
        """A database with whoever is connected to it. Not by FORCE, which stumbles over autovacuum; without, it waits."""
        admin.execute(ALONE, [name])
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    def point_at(self, name: str) -> None:
        from django.conf import settings

        for alias in ("default", "owner"):
            connections[alias].close()
            settings.DATABASES[alias]["NAME"] = name
            connections[alias].settings_dict["NAME"] = name

    def admin(self, name: str = "") -> psycopg.Connection:
        """As the owner, outside Django: to a database of its own by default, or to the run's."""
        known = connections["owner"].get_connection_params() | {"dbname": name or self.home}
        known = {
            key: value for key, value in known.items() if key not in ("cursor_factory", "context", "prepare_threshold")
        }
        return psycopg.connect(autocommit=True, **known)

    def _build(self, admin: psycopg.Connection) -> None:
        """Migrations run once per state of the checkout; runs that start together wait for the first."""
        from kechuang.site import rights

        admin.execute("SELECT pg_advisory_lock(hashtext('kechuang tests'))")
        if self.ours:
            self._grant()
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template]).fetchone():
            building = f"building_{os.getpid()}"
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(building)))
            self.point_at(building)
            call_command("migrate", database="owner", verbosity=0)
            rights.grant()
            connections.close_all()
            self._keep_seeds(building)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            admin.execute(rename.format(sql.Identifier(building), sql.Identifier(self.template)))
        admin.execute("SELECT pg_advisory_unlock(hashtext('kechuang tests'))")

    def _grant(self) -> None:
        from django.conf import settings

        from kechuang.site import database

        master = database.Server(settings.DATA / "test", throwaway=True).url()
        with psycopg.connect(master, autocommit=True) as admin:
            owner = sql.Identifier(database.OWNER)
            admin.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(owner))

    def _keep_seeds(self, name: str) -> None:
        """What migrations have filled in is kept aside, to be put back by `emptied`."""
        with self.admin(name) as owner:
            owner.execute("CREATE SCHEMA seeds")
            for (table,) in owner.execute(TABLES).fetchall():
                source = sql.Identifier("public", table)
                if owner.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(source)).fetchone():
                    owner.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(sql.Identifier("seeds", table), source))


def _blueprint() -> str:
    """What the migrated database depends on."""
    house = Path(__file__).resolve().parents[1] / "kechuang"
    files = [Path(__file__), *sorted(path for pattern in BLUEPRINT for path in house.glob(f"*/{pattern}"))]
    digest = hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files))
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def databases(django_db_blocker: object) -> Iterator[Databases]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = Databases()
        made.fresh()
    yield made
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made.gone()


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases) -> Iterator[None]:
    """In place of pytest-django's: the owner builds, the application's role runs the tests."""
    kept = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: databases.emptied()  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = kept  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def tiny_play(databases: Databases, django_db_setup: None, django_db_blocker: object) -> Iterator[object]:
    """A play for the rooms that look at one. Here, not where it is made: imported by two folders it would be played twice."""
    from tests.pilot.conftest import set_aside

    with django_db_blocker.unblock(), set_aside(databases) as made:  # type: ignore[attr-defined]
        yield made


@pytest.fixture
def as_owner(databases: Databases, transactional_db: None) -> Callable[..., list[tuple[object, ...]]]:
    """Runs SQL as the owner of the tables, past everything that binds the application: to break what a check must find.

    `as_owner("UPDATE vouchers_voucher SET state = %s WHERE id = %s", ["issued", "vch_1"])` answers the rows, if any.
    """

    def run(statement: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        databases.altered |= statement.lstrip().upper().startswith(("ALTER", "DROP", "CREATE"))
        with databases.admin(databases.name) as owner:
            cursor = owner.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    return run


FONTS_CONF = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Noto Sans CJK SC</family><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""
NO_BROWSER = (
    "没有可用的浏览器：请安装 chromium（Debian、Ubuntu：apt install chromium），或用 CHROMIUM=/路径 指定"
    " · no browser here: install chromium, or name one with CHROMIUM=/path, then run `make test` again"
)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """$CHROMIUM, the system's, the one that `bootstrap.py --browser` fetched. Without any: said, and in CI a failure."""
    root = Path(__file__).resolve().parents[1]
    named = [
        os.environ.get("CHROMIUM"),
        *map(shutil.which, SYSTEM_BROWSERS),
        str(root / ".venv" / "browser" / "chromium"),
    ]
    for path in named:
        if path and Path(path).exists():
            return Path(path)
    if os.environ.get("CI"):
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object], chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    """In place of playwright's own browser; with our Chinese font where the machine has none."""
    root = Path(__file__).resolve().parents[1]
    conf = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    fonts = root / "kechuang" / "ui" / "static" / "vendor" / "fonts"
    conf.write_text(FONTS_CONF.format(fonts=fonts, cache=conf.parent))
    surroundings = {**os.environ, "FONTCONFIG_FILE": str(conf)}
    if chromium.parent.name == "browser":  # the fetched one brings its libraries along
        surroundings["LD_LIBRARY_PATH"] = f"{chromium.parent / 'lib'}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"]
    return {**browser_type_launch_args, "executable_path": str(chromium), "env": surroundings, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """As our people's browsers are: Chinese, in Beijing's time; nothing moves while it is looked at."""
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce"}
