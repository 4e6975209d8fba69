"""The pilot year: how long it takes, how its commands compare with the plainest write, the second start, list pages.

Everything is measured on a server of its own in a new folder, which is removed afterwards. The reference of the commands
is a Django `select_for_update` + `save` of one small row, a transaction each, on the same server in the same run. The
commands are counted over the whole play; `commands_alone_vs_orm` has beside it people's commands from call to answer,
without the work of 365 mornings, the papers a play writes and what it asks to know whose turn it is.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from benchmarks.folders import own_folder
from benchmarks.rows import CannotMeasure, Row

ROOT = Path(__file__).resolve().parents[1]
ORDERS = 100_000
PLAIN_WRITES, PLAIN_ROUNDS, PLAIN = 3_000, 3, "select_for_update + save, a transaction each"
ROUNDS = 41  # of every page; the first is not counted
GOAL_SECONDS, GOAL_RATIO, GOAL_START_SECONDS, GOAL_PAGE_MS = 150, 0.25, 5, 60
START_WITHIN_SECONDS = 60
# who opens it, and where; every list of the house that grows with its orders
PAGES = (
    ("yuecheng.jingban", "/orders/"),
    ("yuecheng.jingban", "/orders/?state=settled"),
    ("jigou", "/orders/"),
    ("qiye", "/orders/"),
    ("yuecheng.jingban", "/claims/"),
    ("yuecheng.jingban", "/claims/?state=all"),
    ("yuecheng.jingban", "/claims/?state=submitted"),
    ("jigou", "/claims/"),
    ("yuecheng.jingban", "/claims/payouts"),
    ("yuecheng.shenhe", "/claims/payouts"),
    ("yuecheng.caizheng", "/treasury/budgets"),
    ("yuecheng.jingban", "/vouchers/"),
    ("shi.keji", "/deadlines/"),
    ("", "/notices/"),
    ("", "/notices/archive"),
    ("yuecheng.jingban", "/workbench"),
    ("jigou", "/workbench"),
    ("shenji", "/orders/"),
)


def run(progress: Callable[[str], None]) -> list[Row]:
    """All rows, from one played year and one large volume."""
    if os.environ.get("DATABASE_URL"):
        raise CannotMeasure("the benchmark plays into a server of its own; unset DATABASE_URL")
    with own_folder() as data:
        progress("playing the year")
        _kechuang(data, "play")
        progress("starting a second time")
        start = _second_start(data)
        progress(f"writing {ORDERS:,} orders")
        began = time.monotonic()
        _kechuang(data, "generate", "--orders", str(ORDERS))
        progress(f"written in {time.monotonic() - began:.0f} s")
        return [*_measured(data, progress), _start_row(start)]


def _start_row(seconds: float) -> Row:
    return Row("second_start_seconds", seconds, "s", "goal", GOAL_START_SECONDS, f"<= {GOAL_START_SECONDS}")


def _kechuang(data: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kechuang.site.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "KECHUANG_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise CannotMeasure(f"kechuang {' '.join(arguments)}: {done.stderr[-800:]}")


def _second_start(data: Path) -> float:
    """From `kechuang demo` on a database that holds a year until its page is served; the better of two."""
    port = "8177"
    return min(_served_after(data, port) for _ in range(2))


def _served_after(data: Path, port: str) -> float:
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "kechuang.site.cli", "demo", "--port", port],
        cwd=ROOT,
        env={**os.environ, "KECHUANG_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.monotonic() - began < START_WITHIN_SECONDS:
            if child.poll() is not None:
                raise CannotMeasure("the demonstration ended before it served a page")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.05)
        raise CannotMeasure("the demonstration served no page")
    finally:
        child.send_signal(signal.SIGTERM)  # an interrupt is ignored by what a script started in the background
        child.wait(30)


def _measured(data: Path, progress: Callable[[str], None]) -> list[Row]:
    """What is asked of the played database from within this process."""
    os.environ.update({"KECHUANG_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kechuang.site.settings"})
    from kechuang.site import processes

    processes.start_django()
    from kechuang.pilot import queries

    played = queries.run()
    if played is None or not played.acts:
        raise CannotMeasure("nothing was played")
    progress("plain writes")
    plain = median(_plain_writes() for _ in range(PLAIN_ROUNDS))
    progress("list pages")
    return [
        Row("pilot_year_seconds", played.seconds, "s", "goal", GOAL_SECONDS, f"<= {GOAL_SECONDS}"),
        Row("commands_vs_orm", played.acts / played.seconds, "commands/s", PLAIN, plain, f"ratio >= {GOAL_RATIO}"),
        Row("commands_alone_vs_orm", played.commands_per_second, "commands/s", PLAIN, plain),
        _pages(progress),
    ]


def _plain_writes() -> float:
    """Per second: lock one row, change it, save it, commit."""
    from django.db import connection, transaction

    from kechuang.pilot.models import Run

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # as the play's own session
    key = Run.objects.values_list("id", flat=True)[0]
    began = time.monotonic()
    for _ in range(PLAIN_WRITES):
        with transaction.atomic():
            row = Run.objects.select_for_update().get(id=key)
            row.declined += 1
            row.save()
    rate = PLAIN_WRITES / (time.monotonic() - began)
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    return rate


def _pages(progress: Callable[[str], None]) -> Row:
    """The slowest page's 95th percentile, each signed in, through the whole stack of middleware and templates."""
    from datetime import timedelta

    from django.conf import settings
    from django.test import Client

    from kechuang.orders.models import Order
    from kechuang.parties.models import Person
    from kechuang.pilot import queries
    from kechuang.site import asgi

    assert asgi.application, "the pages are asked for as the web process has them loaded"
    count = Order.objects.count()
    if count < ORDERS:
        raise CannotMeasure(f"{count:,} orders were written, {ORDERS:,} are needed")
    run = queries.run()
    settings.CLOCK_OFFSET = run.clock_offset if run else timedelta()
    found: list[tuple[float, float, str]] = []
    for sign_in, address in PAGES:
        client = Client()
        if sign_in:
            client.force_login(Person.objects.get(sign_in=sign_in))
        took = []
        for _ in range(ROUNDS):
            began = time.monotonic()
            answer = client.get(address)
            took.append((time.monotonic() - began) * 1000)
            if answer.status_code != 200:
                raise CannotMeasure(f"{address} as {sign_in or 'the public'} answered {answer.status_code}")
        p95 = quantiles(took[1:], n=20, method="inclusive")[-1]
        found.append((p95, median(took[1:]), f"{address} as {sign_in or 'the public'}"))
        progress(f"{p95:6.1f} ms  {found[-1][2]}")
    worst, usual, name = max(found)
    return Row("list_page_p95_ms", worst, "ms", f"median of the same page ({name})", usual, f"<= {GOAL_PAGE_MS}")
