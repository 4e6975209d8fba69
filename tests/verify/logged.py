"""A small log of real acts, as the verifier meets it: rows, events, leaves, nodes, signed heads; and whoever tampers with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections
from kechuang_verify.cli import main
from kechuang_verify.hashing import Profile
from kechuang_verify.note import Key, Note, cosign, read_checkpoint

from kechuang.kernel.actor import Actor, Post, Role
from kechuang.policy import book
from kechuang.trail.adapters.signing import signer
from kechuang.trail.commands import sequence
from kechuang.trail.models import Head, Leaf
from kechuang.treasury import commands as treasury
from tests.rulebook import rulebook

NOW = datetime(2026, 11, 20, 2, 11, 9, tzinfo=UTC)
YUE = "330602"
SCHEME = "shaoxing/voucher-2021"
AUTHOR = Actor(person_id="psn_author", posts=frozenset({Post(Role.BUDGET_AUTHOR, YUE, frozenset({YUE}))}))
Owner = Callable[..., list[tuple[object, ...]]]
GUARDED = ("trail_event", "trail_leaf", "trail_node", "trail_head")


@dataclass
class Printed:
    """What a program printed, and the code with which it ended."""

    code: int
    text: str

    @property
    def findings(self) -> list[str]:
        return [line.removeprefix("FAIL").strip() for line in self.text.splitlines() if line.startswith("FAIL")]

    @property
    def result(self) -> str:
        return self.text.strip().splitlines()[-1].removeprefix("RESULT").strip()


@dataclass
class Log:
    """The log of a test: 40 acts on 20 budgets, heads at 10, 30 and 40 leaves."""

    owner: Owner
    folder: Path
    capsys: pytest.CaptureFixture[str]
    budgets: list[str]

    @property
    def key(self) -> Key:
        return signer().key

    @property
    def profile(self) -> Profile:
        return self.key.profile

    def head(self, size: int) -> str:
        return Head.objects.get(size=size).note

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def verify(self, *arguments: object) -> Printed:
        self.capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        text = self.capsys.readouterr().out
        print(text)  # a failing test shows it
        return Printed(code, text)

    def database(self, *more: object) -> Printed:
        return self.verify("database", "--dsn", dsn(), "--log-key", self.key, *more)

    def tamper(self, statement: str, parameters: list[object] | None = None) -> None:
        """As the owner of the tables, with the triggers off: what nobody but a database administrator can do."""
        for table in GUARDED:
            self.owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.owner(statement, parameters or [])
        for table in GUARDED:
            self.owner(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def witness(self, name: str = "审计局") -> tuple[Ed25519PrivateKey, Key]:
        private = Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"\x01")[:32])
        return private, Key(f"{len(name)}.example/w", "cosignature", private.public_key().public_bytes_raw())

    def cosigned(self, size: int, name: str = "审计局") -> str:
        private, key = self.witness(name)
        note = read_checkpoint(self.head(size)).note
        return str(Note(note.text, (*note.signatures, cosign(note, key.name, private, 1_795_140_720))))

    def policy(self, name: str = "审计局") -> Path:
        lines = [f"log {self.key}", f"witness {name} {self.witness(name)[1]}", f"quorum {name}"]
        return self.file("policy.txt", "\n".join(lines) + "\n")

    def mirror(self) -> Path:
        path = self.folder / "leaves.bin"
        path.write_bytes(b"".join(bytes(leaf) for leaf in Leaf.objects.order_by("seq").values_list("hash", flat=True)))
        return path


def dsn() -> str:
    """The test database, as whoever may only read would reach it."""
    known = connections["default"].get_connection_params()
    return " ".join(f"{key}={known[key]}" for key in ("host", "port", "user", "dbname") if known.get(key))


@pytest.fixture(scope="session")
def policies() -> book.Book:
    return rulebook()


@pytest.fixture
def log(
    transactional_db: None,
    as_owner: Owner,
    tmp_path: Path,
    settings: Any,
    capsys: pytest.CaptureFixture[str],
    policies: book.Book,
) -> Log:
    settings.LOG_KEYS = tmp_path / "keys"
    budgets = []
    with book.installed(policies):
        for number in range(20):
            row = treasury.draft_budget(
                AUTHOR, scheme=SCHEME, region=YUE, year=2026 + number, amount_fen=1_200_000, basis="", now=NOW
            )
            treasury.submit_budget(AUTHOR, budget_id=row.id, now=NOW)
            budgets.append(str(row.id))
            if number in (4, 14, 19):
                sequence(now=NOW)
    return Log(as_owner, tmp_path, capsys, budgets)
