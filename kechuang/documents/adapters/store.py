"""Objects on disk under their digest (对象存储). Writing is atomic and may be repeated; nothing is ever overwritten."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import connection

from kechuang.documents.states import CHUNK_BYTES

_UNFINISHED = "incoming-"
_together: ContextVar[bool] = ContextVar("objects_together", default=False)


def folder() -> Path:
    """Under the data folder; tests, whose databases live and die, each have a folder of their own."""
    if settings.TESTING:
        return Path(settings.DATA) / "test" / "files" / str(connection.settings_dict["NAME"])
    return Path(settings.DATA) / "files"


@contextmanager
def together() -> Iterator[None]:
    """Within it objects are not forced to the disk one by one but all at the end: for plays and imports."""
    token = _together.set(True)
    try:
        yield
    finally:
        _together.reset(token)
        os.sync()


def put(content: bytes) -> str:
    """Keeps `content`, answers its SHA-256. It is on the disk before this returns, so before any row names it (but see `together`)."""
    digest = hashlib.sha256(content).hexdigest()
    target = _path(digest)
    try:
        os.utime(target)  # fresh again: the purge leaves alone what a transaction under way may be about to name
    except FileNotFoundError:
        _write(target, content)
    return digest


def read(digest: str) -> bytes:
    return _path(digest).read_bytes()


def digest_of(digest: str) -> str:
    """What the object named `digest` really holds; "" when there is none."""
    seen = hashlib.sha256()
    try:
        with _path(digest).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                seen.update(chunk)
    except FileNotFoundError:
        return ""
    return seen.hexdigest()


def objects() -> Iterator[tuple[str, int]]:
    """The name of everything that lies in the store, and its age in seconds by the machine that wrote it."""
    for path in sorted(folder().glob("??/*")):
        try:
            yield path.name, int(time.time() - path.stat().st_mtime)
        except FileNotFoundError:  # an unfinished upload that was finished meanwhile
            continue


def remove(name: str, *, older_than_seconds: int) -> bool:
    """Removes an object, unless somebody kept the same content again meanwhile."""
    path = _path(name)
    aside = path.with_name(f"{_UNFINISHED}{name}.purged")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if time.time() - aside.stat().st_mtime < older_than_seconds:
        aside.rename(path)
        return False
    aside.unlink()
    return True


def _path(name: str) -> Path:
    return folder() / name.removeprefix(_UNFINISHED)[: len("00")] / name


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=_UNFINISHED + target.parent.name, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            if not (settings.TESTING or _together.get()):
                os.fsync(file.fileno())
            os.replace(file.name, target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
