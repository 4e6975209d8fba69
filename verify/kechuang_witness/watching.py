"""What a witness does: look at a log's head, cosign it when it only grew, refuse and say why when it did not.

Its whole state is one SQLite file: what it cosigned last, what it says now, and every pair of notes that contradict each
other, which it keeps for good. A mirror also holds the leaf hashes, and so can name rows after a rewriting.
"""

import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kechuang_verify.checkpoint import read_proof
from kechuang_verify.hashing import LENGTH
from kechuang_verify.note import Checkpoint, Key, Malformed, Note, cosign, log_signed, read_checkpoint
from kechuang_verify.tree import Grown, consistent

WAITING, COSIGNED, REFUSED = "waiting", "cosigned", "refused"
ANSWER_MAX = 4 * 1024 * 1024
WAIT_SECONDS = 10
MIRRORED_AT_ONCE = 10_000
_TABLES = """
CREATE TABLE IF NOT EXISTS cosigned (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,
    note TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS says (origin TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS kept (origin TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, first TEXT NOT NULL,
    second TEXT NOT NULL, UNIQUE (origin, first, second));
CREATE TABLE IF NOT EXISTS edge (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, edge TEXT NOT NULL);
"""
Fetch = Callable[[str], bytes]


class Refused(Exception):
    """拒绝联署: why, and the note that contradicts what was cosigned before, when one does."""

    def __init__(self, reason: str, contradicting: Note | None = None) -> None:
        self.reason, self.contradicting = reason, contradicting
        super().__init__(reason)


class Unreachable(Exception):
    """The log did not answer: nothing is said against it, and nothing for it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the witness says now."""

    state: str
    reason: str
    size: int
    at: int
    note: str
    kept: tuple[tuple[int, str, str, str], ...]


def fetched(url: str) -> bytes:
    """One answer of the log, bounded in size and time. Only http and https."""
    if not url.startswith(("http://", "https://")):
        raise Unreachable(f"{url}: only http and https")
    try:
        with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as answer:
            data: bytes = answer.read(ANSWER_MAX + 1)
    except urllib.error.HTTPError as why:
        with why:
            raise Unreachable(f"{url}: {why.code}") from None
    except OSError as why:
        raise Unreachable(f"{url}: {why}") from None
    if len(data) > ANSWER_MAX:
        raise Unreachable(f"{url}: the answer is too large")
    return data


class Witness:
    """One witness of one log."""

    def __init__(
        self,
        folder: Path,
        name: str,
        private: Ed25519PrivateKey,
        log: Key,
        url: str,
        *,
        mirror: bool = False,
        fetch: Fetch = fetched,
    ) -> None:
        self.name, self.private, self.log, self.url, self.fetch = name, private, log, url.rstrip("/"), fetch
        self.leaves = folder / "leaves.bin" if mirror else None
        self.store = sqlite3.connect(folder / "witness.sqlite3", isolation_level=None, check_same_thread=False)
        self.store.executescript("PRAGMA synchronous = FULL;" + _TABLES)

    def look(self, now: int) -> Said:
        """One look at the log: cosigns, or refuses with a reason; what it says afterwards."""
        try:
            try:
                point = read_checkpoint(self.fetch(f"{self.url}/checkpoint").decode())
            except (Malformed, UnicodeDecodeError) as why:
                raise Refused(f"no checkpoint: {why}") from None
            self._judge(point)
            self._cosign(point, now)
        except Refused as refusal:
            self._keep(refusal, now)
            self._say(REFUSED, refusal.reason, now)
        except Unreachable as why:
            if self.said().state != REFUSED:  # silence does not make good what was refused
                self._say(WAITING, str(why), now)
        return self.said()

    def said(self) -> Said:
        row = self.store.execute("SELECT state, reason FROM says WHERE origin = ?", [self.log.name]).fetchone()
        state, reason = row or (WAITING, "")
        last = self._last()
        kept = self.store.execute(
            "SELECT at, reason, first, second FROM kept WHERE origin = ? ORDER BY at", [self.log.name]
        )
        at = self.store.execute("SELECT at FROM cosigned WHERE origin = ?", [self.log.name]).fetchone()
        size, note = (last.size, str(last.note)) if last else (0, "")
        return Said(state, reason, size, at[0] if at else 0, note, tuple(kept.fetchall()))

    @property
    def key(self) -> Key:
        return Key(self.name, "cosignature", self.private.public_key().public_bytes_raw())

    def _judge(self, point: Checkpoint) -> None:
        """Refuses what is not this log's, and what does not continue what was cosigned before."""
        if point.origin != self.log.name:
            raise Refused(f"wrong origin: {point.origin}, not {self.log.name}")
        if not log_signed(point.note, self.log):
            raise Refused(f"the log's signature under size {point.size} does not verify")
        last = self._last()
        if last is None:
            return
        if point.size < last.size:
            raise Refused(
                f"rolled back: size {last.size} was cosigned, now {point.size};"
                f" rows {point.size}..{last.size - 1} are missing",
                point.note,
            )
        if point.size == last.size:
            if point.root != last.root:
                raise Refused(f"two heads of size {point.size}", point.note)
            return
        try:
            proof = read_proof(self.fetch(f"{self.url}/consistency?old={last.size}&new={point.size}").decode())
        except (Malformed, UnicodeDecodeError) as why:
            raise Refused(f"no consistency proof from {last.size} to {point.size}: {why}", point.note) from None
        if not consistent(last.size, last.root, point.size, point.root, proof, self.log.profile):
            raise Refused(f"size {point.size} does not continue size {last.size}", point.note)

    def _cosign(self, point: Checkpoint, now: int) -> None:
        if self.leaves is not None:
            self._mirror(point)
        own = tuple(one for one in point.note.signatures if one.name == self.log.name)
        note = Note(point.note.text, (*own, cosign(point.note, self.name, self.private, now)))
        with self.store:
            self.store.execute("BEGIN")
            self.store.execute(
                "INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?, ?, ?)",
                [self.log.name, point.size, point.root, str(note), now],
            )
            self.store.execute("INSERT OR REPLACE INTO says VALUES (?, ?, ?, ?)", [self.log.name, COSIGNED, "", now])

    def _mirror(self, point: Checkpoint) -> None:
        """Fetches the new leaf hashes; what they add up to must be the root that is cosigned."""
        assert self.leaves is not None
        row = self.store.execute("SELECT size, edge FROM edge WHERE origin = ?", [self.log.name]).fetchone()
        size, edge = row or (0, "{}")
        kept = {int(level): bytes.fromhex(digest) for level, digest in json.loads(edge).items()}
        tree = Grown(self.log.profile, size, kept)
        self.leaves.touch()
        with self.leaves.open("r+b") as file:
            file.truncate(size * LENGTH)  # what was written of a look that did not end well
            file.seek(size * LENGTH)
            while tree.size < point.size:
                end = min(tree.size + MIRRORED_AT_ONCE, point.size)
                part = self.fetch(f"{self.url}/leaves?start={tree.size}&end={end}")
                if len(part) != (end - tree.size) * LENGTH:
                    raise Unreachable(f"leaves {tree.size}..{end - 1}: {len(part)} bytes")
                for low in range(0, len(part), LENGTH):
                    tree.add(part[low : low + LENGTH])
                file.write(part)
        if tree.root() != point.root:
            raise Refused(f"the leaves of size {point.size} do not add up to its root", point.note)
        said = json.dumps({level: digest.hex() for level, digest in tree.edge.items()})
        self.store.execute("INSERT OR REPLACE INTO edge VALUES (?, ?, ?)", [self.log.name, tree.size, said])

    def _last(self) -> Checkpoint | None:
        row = self.store.execute("SELECT note FROM cosigned WHERE origin = ?", [self.log.name]).fetchone()
        return read_checkpoint(row[0]) if row else None

    def _keep(self, refusal: Refused, now: int) -> None:
        """Both notes, for good: whoever holds them can show that the log said two things."""
        last = self._last()
        if refusal.contradicting is not None and last is not None:
            pair = [self.log.name, now, refusal.reason, str(last.note), str(refusal.contradicting)]
            self.store.execute("INSERT OR IGNORE INTO kept VALUES (?, ?, ?, ?, ?)", pair)

    def _say(self, state: str, reason: str, now: int) -> None:
        self.store.execute("INSERT OR REPLACE INTO says VALUES (?, ?, ?, ?)", [self.log.name, state, reason, now])
