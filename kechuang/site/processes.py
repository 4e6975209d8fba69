"""Starting what the commands need: Django, our PostgreSQL, the web process, the worker."""

import gc
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType

import click


def start_django(*, database: bool = True) -> None:
    """Settings and models; with `database` also PostgreSQL, running from here on, and the rule book."""
    import django
    from django.conf import settings

    from kechuang.site import catalogue
    from kechuang.site import database as postgresql

    signal.signal(signal.SIGTERM, _end_in_order)
    with ended_after(), ThreadPoolExecutor(1) as beside:  # the server comes up while the models are read
        up = beside.submit(postgresql.up, settings.DATA) if database else None
        catalogue.compile_if_newer(settings.ROOT)
        django.setup()
        try:
            up and up.result()
        except (postgresql.CannotStart, postgresql.NoBinaries) as why:
            sys.exit(f"PostgreSQL 不能启动 · PostgreSQL does not start:\n{why}")
    gc.freeze()  # what was loaded stays for good; to look through it for garbage is a tenth of a second in the midst of a command


@contextmanager
def ended_after() -> Iterator[None]:
    """A signal to end that comes within is answered after it: an exception in the midst of an import can leave the
    import's lock taken, and a thread that imports beside would wait for it without end."""
    asked: list[int] = []
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    deferred = {name: handler for name, handler in kept.items() if callable(handler)}  # an ignored one stays ignored
    for name in deferred:
        signal.signal(name, lambda number, frame: asked.append(number))
    try:
        yield
    finally:
        for name, handler in deferred.items():
            signal.signal(name, handler)
    if asked:
        signal.raise_signal(asked[0])


def _end_in_order(number: int, frame: FrameType | None) -> None:
    """An ended process lets go of PostgreSQL; one that the signal kills outright would not."""
    sys.exit(128 + number)


def migrate() -> bool:
    """Brings the tables up to the code, as their owner, and grants anew; answers whether anything was to do."""
    from django.core.management import call_command

    from kechuang.site import rights

    if not waiting_migrations():
        return False
    call_command("migrate", database="owner", verbosity=0)
    rights.grant()
    return True


def waiting_migrations() -> int:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def require_migrated() -> None:
    if waiting := waiting_migrations():
        sys.exit(
            f"还有 {waiting} 个数据库变更未执行，请先运行 kechuang demo 或 manage.py migrate --database owner · migrate first"
        )


@contextmanager
def present() -> Iterator[None]:
    """Where this installation stands: its rules, and in a demonstration its own day that runs on, not the calendar's."""
    from kechuang.gazette.queries import install_current
    from kechuang.pilot import queries
    from kechuang.ui import clock

    install_current()
    run = queries.run()
    with clock.read_once(run.clock_offset if run else timedelta()):
        yield


def load_policies(folder: Path) -> list[str]:
    """Publishes what is new in `folder`; a malformed pack ends the program with file, line and reason."""
    from kechuang.gazette import commands
    from kechuang.policy.faults import PackError
    from kechuang.ui import clock

    migrate()
    try:
        with present():
            published = commands.load_policies(None, folder=folder, now=clock.now())
    except PackError as error:
        sys.exit("\n".join(str(fault) for fault in error.faults))
    return [f"{pack.scheme} · {pack.title}" for pack in published]


def load_shipped() -> int:
    """The synonyms that come with the platform, those that are not there yet; answers how many were added."""
    from kechuang.search import commands
    from kechuang.ui import clock

    with present():
        return commands.load_shipped(now=clock.now())


def collect_static() -> None:
    """Static files under their hashed names, when one of them has changed since.

    Web processes that start together take turns: the first clears and copies, the others find it done.
    """
    import fcntl
    import hashlib

    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    files = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    marks = "".join(f"{path}{path.stat().st_mtime_ns}" for path in sorted(files))
    digest = hashlib.sha256(marks.encode()).hexdigest()
    root = Path(settings.STATIC_ROOT)
    done = root / "digest"
    with root.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == digest:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        done.write_text(digest)


def web(host: str, port: int) -> None:
    """uvicorn, which ends within three seconds even while a browser holds a stream open."""
    import uvicorn

    collect_static()
    uvicorn.run(
        "kechuang.site.asgi:application",
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=3,
        proxy_headers=False,
        server_header=False,
    )


def work(*, one_shot: bool) -> None:
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--delete-jobs", "successful", *(["--one-shot"] if one_shot else []))


def progress(done: int, total: int, text: str) -> None:
    """One line that is written over on a terminal, one line per twentieth elsewhere. On standard error."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K  {done * 100 // max(total, 1):3d} %  {text}", err=True, nl=done >= total)
    elif done >= total or done * 20 // max(total, 1) != (done - 1) * 20 // max(total, 1):
        click.echo(f"  {done * 100 // max(total, 1):3d} %  {text}", err=True)


def say(text: str) -> None:
    click.echo(text, err=True)
