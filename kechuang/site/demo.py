"""The demonstration: everything set up, a pilot year played, web and worker running, and all of it stopped again."""

import atexit
import ctypes
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from kechuang.site import processes
from kechuang.site.processes import say

SCHEME, YEAR, SEED, SCALE = "shaoxing/voucher-2021", 2025, 1, 1.0
UNTIL = date(2025, 11, 21)
MUST_ANSWER_SECONDS, MUST_END_SECONDS = 60, 8
PR_SET_PDEATHSIG = 1
ASKED = ("seed", "scale", "until")
STAND_INS = {
    "KECHUANG_BANK": "kechuang.treasury.adapters.stand_in.SimulatedBank",
    "KECHUANG_TAX": "kechuang.pilot.queries.taxbureau.SimulatedTaxBureau",
    "KECHUANG_ZJZWFW": "kechuang.parties.adapters.zjzwfw.StandIn",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line; None: whatever there is, else the usual."""

    seed: int | None = None
    scale: float | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Web:
    """A web process, and the clock offset that it was begun with."""

    child: subprocess.Popen[bytes]
    offset: timedelta


def prepare(wanted: Wanted, *, fresh: bool) -> None:
    """Database, tables, rules, and a played pilot year: only what is missing of them."""
    if fresh:
        forget()
    say("数据库 · database")
    processes.start_django()
    if processes.migrate():
        say("  已建表 · tables made")
    from kechuang.pilot import queries

    say("规则 · policy packs")
    for name in processes.load_policies(_policies()):
        say(f"  ✓ {name}")
    run = queries.run()
    if run is not None and not run.seconds:
        _begin_anew()
    if run is None:
        play(
            SCHEME,
            year=YEAR,
            seed=_or(wanted.seed, SEED),
            until=_or(wanted.until, UNTIL),
            scale=_or(wanted.scale, SCALE),
        )
    elif different := [name for name in ASKED if _or(getattr(wanted, name), getattr(run, name)) != getattr(run, name)]:
        sys.exit(
            f"已有一份演示数据，与所要求的不同（{'、'.join(different)}）。要重新开始请加 --fresh"
            f" · the data here was played otherwise; add --fresh to begin anew"
        )


def play(scheme: str, *, year: int, seed: int, until: date, scale: float, fraud: bool = False) -> None:
    """Plays a year into a database that holds none."""
    processes.start_django()
    processes.migrate()
    from django.db import connection

    from kechuang.pilot import commands, queries
    from kechuang.site import jobs
    from kechuang.ui import clock

    if queries.run() is not None:
        sys.exit("数据库中已有试点数据；要重新开始请用 kechuang demo --fresh · a pilot was played here already")
    processes.load_policies(_policies())
    say(f"演练试点年 · playing {scheme} {year} → {until}")
    with connection.cursor() as cursor:  # a play that the machine's fall cuts short is played again, not mended
        cursor.execute("SET synchronous_commit = off")
    commands.play(
        scheme=scheme,
        year=year,
        seed=seed,
        until=until,
        scale=scale,
        progress=processes.progress,
        now=clock.now(),
        jobs=list(jobs.runs()),
        fraud=fraud,
    )


def later(days: int) -> None:
    """Lets days pass in what was played, with what they make due (演示日期后移)."""
    from kechuang.pilot import commands
    from kechuang.site import jobs

    say(f"演示日期后移 {days} 天 · letting {days} days pass")
    with processes.present():
        commands.let_pass(days=days, jobs=list(jobs.runs()), progress=processes.progress)


def _begin_anew() -> NoReturn:
    """A play that was interrupted is of no use: the same command once more, from nothing."""
    say("上次演练没有完成，重新开始 · the last play was interrupted; beginning anew")
    os.execv(sys.executable, [sys.executable, "-m", "kechuang.site.cli", *sys.argv[1:], "--fresh"])


def summary() -> Mapping[str, Any]:
    """What was played, as the JSON of the last line."""
    from kechuang.pilot import queries

    with processes.present():
        found = queries.summary()
    assert found is not None, "prepare has played"
    return found.as_json()


def tell(found: Mapping[str, Any]) -> None:
    """The summary for people."""
    for name in ("vouchers", "orders", "claims", "notices", "bookings", "happened"):
        click.echo(f"{name:10} " + "  ".join(f"{key} {count:,}" for key, count in found[name].items()))
    broken = [name for name, holds in found["invariants"].items() if not holds]
    click.echo(f"invariants {'✗ ' + ' '.join(broken) if broken else '✓'}")
    click.echo(f"digest     {found['digest']}")


def forget() -> None:
    """Removes what was kept of a demonstration. A database that the environment names is never dropped from here."""
    from kechuang.site import database

    processes.start_django(database=False)
    from django.conf import settings

    if database.named():
        sys.exit("DATABASE_URL 指定的数据库请自行清空 · empty the database that DATABASE_URL names yourself")
    try:
        database.stop_and_forget(settings.DATA)
    except database.InUse:
        sys.exit("演示正在运行，请先用 Ctrl-C 停止 · the demonstration is running; stop it with Ctrl-C first")
    for name in ("files", "mail", "witness"):
        shutil.rmtree(Path(settings.DATA) / name, ignore_errors=True)
    _mark().unlink(missing_ok=True)


def serve(host: str, port: int, early: Web | None = None) -> None:
    """Web and worker as children, until Ctrl-C; then both end, and PostgreSQL with the last of us.

    `early` is a web process that was begun before all was looked through; it goes on where nothing was found to do.
    """
    from kechuang.pilot import queries

    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    run = queries.run()
    offset = run.clock_offset if run else timedelta()
    if early and (early.offset != offset or early.child.poll() is not None):
        _end([early.child])
        early = None
    if early is None:
        refuse_taken(host, port)
        early = _web(host, port, offset)
    children = [early.child]
    try:
        _remember(offset)
        _await(f"http://{host}:{port}/health", early.child)
        children.append(_child(["worker"], _surroundings(offset, _address(host, port))))
        _welcome(_address(host, port), queries.sign_ins())
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        sys.exit("网站或后台进程意外停止，原因见上 · web or worker ended, its reason stands above")
    except KeyboardInterrupt:
        say("\n正在停止 · stopping")
    finally:
        _end(children)


def begin_early(host: str, port: int) -> Web | None:
    """The web process of a demonstration that was served before and whose code and rules are the same (第二次启动).

    It answers before this process looks whether there is anything to do: side by side they would only share the
    processor. None where there may be.
    """
    kept = _kept_mark()
    if kept is None or kept.get("prepared") != _fingerprint():
        return None
    begun = _web(host, port, timedelta(seconds=int(kept["offset"])))
    atexit.register(_end, [begun.child])  # also where the look ends this program
    _answers(f"http://{host}:{port}/health", begun.child)
    return begun


def _web(host: str, port: int, offset: timedelta) -> Web:
    asked = ["serve", "--host", host, "--port", str(port)]
    return Web(_child(asked, _surroundings(offset, _address(host, port))), offset)


def _address(host: str, port: int) -> str:
    return f"http://{host}:{port}"


def _remember(offset: timedelta) -> None:
    said = {"prepared": _fingerprint(), "offset": int(offset.total_seconds())}
    _mark().write_text(json.dumps(said))


def _kept_mark() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(_mark().read_text())
    except (OSError, ValueError):
        return None
    return found


def _mark() -> Path:
    from django.conf import settings

    return Path(settings.DATA) / "served.json"


def _fingerprint() -> str:
    """Of all that a database must be brought up to: migrations, what they install, and the packs."""
    from django.conf import settings

    root = Path(settings.ROOT)
    kinds = ("kechuang/*/migrations/*.py", "kechuang/*/sql/*.sql", "policies/**/*.toml")
    found = hashlib.sha256()
    for path in sorted(path for kind in kinds for path in root.glob(kind)):
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def refuse_taken(host: str, port: int) -> None:
    """Ends the program where something else answers on the port: before anything is set up, and when it is needed."""
    if not _free(host, port):
        sys.exit(f"端口 {port} 已被占用，请加 --port · port {port} is taken: add --port")


def _welcome(address: str, sign_ins: list[Any]) -> None:
    click.echo(f"\n科创云已启动 · kechuang is running: {address}\n")
    for entry in sign_ins:
        click.echo(f"  {entry.role}（{entry.name}）  {entry.sign_in} / {entry.password}  →  {entry.first}")
    witness = f"{Path(sys.executable).parent}/kechuang witness --log-url {address}/api/trail"
    click.echo(f"\n见证方（替身），另开一个窗口 · a stand-in witness, in a second window:\n  {witness}")
    click.echo("\nCtrl-C 停止 · stops everything that was started\n")


def _child(arguments: list[str], surroundings: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a group of its own, so that Ctrl-C reaches us alone and we end it in order."""
    command = [sys.executable, "-m", "kechuang.site.cli", *arguments]
    quiet = subprocess.DEVNULL  # what goes wrong is said on standard error
    return subprocess.Popen(
        command, env=surroundings, stdout=quiet, start_new_session=True, preexec_fn=_die_with_parent()
    )


def _die_with_parent() -> Callable[[], object] | None:
    """On Linux a killed parent takes its children along; elsewhere they go on until they are stopped."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _await(url: str, child: subprocess.Popen[bytes]) -> None:
    if _answers(url, child):
        return
    sys.exit("网站没有启动，原因见上 · the web process did not start, its reason stands above")


def _answers(url: str, child: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + MUST_ANSWER_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + MUST_END_SECONDS
    for child in children:
        try:
            child.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _stop(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _surroundings(offset: timedelta, address: str) -> dict[str, str]:
    """演示日期: the children's clock runs on from where the pilot stopped; outside systems have their stand-ins.

    Receipts and mail name the address that is served, unless the environment says under which name others reach it.
    """
    begun_with = {**STAND_INS, "KECHUANG_ADDRESS": address, **os.environ}
    return {**begun_with, "KECHUANG_CLOCK_OFFSET": str(int(offset.total_seconds()))}


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _policies() -> Path:
    from django.conf import settings

    return Path(settings.ROOT) / "policies"


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value
