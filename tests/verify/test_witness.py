"""The witness: cosigns what only grew, refuses the rest with its reason, keeps both notes; and the page says so."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections
from kechuang_verify.hashing import INTL
from kechuang_verify.note import Key, checkpoint_text, cosigned_at, read_checkpoint, signed
from kechuang_verify.tree import Grown, consistency_ranges, range_root
from kechuang_witness.watching import COSIGNED, REFUSED, WAITING, Unreachable, Witness

from kechuang.trail import queries
from kechuang.trail.commands import hear
from tests.verify.logged import NOW, Log

ORIGIN = "log.example/log"
ROOT = Path(__file__).resolve().parents[2]


class Told:
    """A log that answers as it is told to."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
        self.key = Key(ORIGIN, "ed25519", self.private.public_key().public_bytes_raw())
        self.leaves: list[bytes] = []
        self.note = ""
        self.gone = False

    def grow(self, *entries: bytes) -> None:
        self.leaves += [INTL.leaf(entry) for entry in entries]
        self.show(len(self.leaves))

    def show(self, size: int, *, origin: str = ORIGIN) -> None:
        tree = Grown(INTL)
        for leaf in self.leaves[:size]:
            tree.add(leaf)
        text = checkpoint_text(origin, size, tree.root())
        self.note = str(signed(text, self.key, self.private.sign(text.encode())))

    def __call__(self, url: str) -> bytes:
        if self.gone:
            raise Unreachable("gone")
        parts = urlsplit(url)
        asked = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/checkpoint"):
            return self.note.encode()
        if parts.path.endswith("/leaves"):
            return b"".join(self.leaves[asked["start"] : asked["end"]])
        nodes, tree = {(0, seq): leaf for seq, leaf in enumerate(self.leaves)}, Grown(INTL)
        for leaf in self.leaves:
            nodes |= {(level, idx): node for level, idx, node in tree.add(leaf)}
        path = [
            range_root(low, high, nodes.__getitem__, INTL)
            for low, high in consistency_ranges(asked["old"], asked["new"])
        ]
        return json.dumps({"proof": [base64.b64encode(step).decode() for step in path]}).encode()


@pytest.fixture
def told() -> Told:
    made = Told()
    made.grow(b"a", b"b", b"c")
    return made


@pytest.fixture
def witness(told: Told, tmp_path: Path) -> Iterator[Witness]:
    private = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
    made = Witness(tmp_path, "czj.example/w", private, told.key, "http://log", mirror=True, fetch=told)
    yield made
    made.store.close()


def test_what_only_grows_is_cosigned(told: Told, witness: Witness) -> None:
    assert witness.look(1).state == COSIGNED
    told.grow(b"d", b"e")
    said = witness.look(2)
    assert (said.state, said.size) == (COSIGNED, 5)
    point = read_checkpoint(said.note)
    assert cosigned_at(point.note, witness.key) == 2
    assert witness.leaves is not None
    assert witness.leaves.read_bytes() == b"".join(told.leaves)


def test_a_log_that_was_rolled_back_is_refused(told: Told, witness: Witness) -> None:
    told.grow(b"d", b"e")
    witness.look(1)
    told.show(3)
    said = witness.look(2)
    assert said.state == REFUSED
    assert said.reason == "rolled back: size 5 was cosigned, now 3; rows 3..4 are missing"
    assert said.size == 5, "what it has seen it does not forget"
    told.show(5)
    assert witness.look(3).state == COSIGNED
    assert len(witness.said().kept) == 1, "both notes are kept for good"


def test_t8_two_heads_of_one_size_are_refused_and_both_notes_kept(told: Told, witness: Witness) -> None:
    witness.look(1)
    first = told.note
    told.leaves[1] = INTL.leaf(b"x")
    told.show(3)
    said = witness.look(2)
    assert (said.state, said.reason) == (REFUSED, "two heads of size 3")
    ((_, reason, kept, other),) = said.kept
    assert reason == "two heads of size 3"
    assert kept.startswith(first.rstrip("\n"))
    assert other == told.note


def test_a_rewritten_past_is_refused(told: Told, witness: Witness) -> None:
    witness.look(1)
    told.leaves[1] = INTL.leaf(b"x")
    told.grow(b"d")
    assert witness.look(2).reason == "size 4 does not continue size 3"


def test_a_log_of_another_name_is_refused(told: Told, witness: Witness) -> None:
    told.show(3, origin="other.example/log")
    assert witness.look(1).reason == "wrong origin: other.example/log, not log.example/log"


def test_a_wrong_signature_is_refused(told: Told, witness: Witness) -> None:
    told.note = told.note.replace("\n3\n", "\n2\n")
    assert witness.look(1).reason == "the log's signature under size 2 does not verify"


def test_leaves_that_do_not_add_up_are_refused(told: Told, witness: Witness) -> None:
    told.leaves[0] = INTL.leaf(b"x")
    assert witness.look(1).reason == "the leaves of size 3 do not add up to its root"


@pytest.mark.parametrize(
    "note", ["", "x", "a\n1\nAAAA\n\n— a AAAA\n", "\x00", "a\n01\n" + "A" * 43 + "=\n\n— a AAAAAAA=\n"]
)
def test_what_is_no_checkpoint_is_refused(told: Told, witness: Witness, note: str) -> None:
    told.note = note
    said = witness.look(1)
    assert said.state == REFUSED
    assert said.reason.startswith("no checkpoint: ")


def test_silence_is_no_refusal_and_does_not_undo_one(told: Told, witness: Witness) -> None:
    told.gone = True
    assert witness.look(1).state == WAITING
    told.gone = False
    witness.look(2)
    told.show(2)
    witness.look(3)
    told.gone = True
    assert witness.look(4).state == REFUSED


# With real processes: the platform serves, a witness looks, the database goes back to an old backup.


def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := what():
                return found
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.2)
    raise AssertionError("waited in vain")


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def url_of(alias: str) -> str:
    known = connections[alias].get_connection_params()
    return f"postgresql://{known['user']}@/{known['dbname']}?host={quote(known['host'], safe='')}"


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def start(module: str, *arguments: object, **surroundings: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", module, *map(str, arguments)]
        env = {key: value for key, value in os.environ.items() if key != "KECHUANG_TESTING"} | surroundings
        running.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.tool
def test_a_witness_sees_a_rolled_back_database_and_the_page_says_so(
    log: Log, tmp_path: Path, settings: Any, started: Callable[..., subprocess.Popen[str]]
) -> None:
    web, port = free(), free()
    for folder in ("audit", "new"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "kechuang_witness.cli",
                "key",
                "--folder",
                tmp_path / folder,
                "--name",
                f"{folder}.example/w",
            ],
            check=True,
            capture_output=True,
        )
    key = subprocess.run(
        [sys.executable, "-m", "kechuang_witness.cli", "key", "--folder", tmp_path / "audit", "--name", "x"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    policy = log.file("policy.txt", f"log {log.key}\nwitness 审计局 {key} http://127.0.0.1:{port}\nquorum 审计局\n")
    settings.LOG_POLICY = policy
    started(
        "kechuang.site.cli", "serve", "--port", web,
        DATABASE_URL=url_of("default"), DATABASE_OWNER_URL=url_of("owner"), KECHUANG_DATA=str(tmp_path / "data"),
        KECHUANG_LOG_KEYS=str(settings.LOG_KEYS), KECHUANG_LOG_POLICY=str(policy), KECHUANG_SERVING="1",
    )  # fmt: skip
    api, page = f"http://127.0.0.1:{web}/api/trail", f"http://127.0.0.1:{web}/trail/"
    until(lambda: read(f"{api}/checkpoint"), 120)
    looks = ["--log-url", api, "--log-key", log.key]
    started(
        "kechuang_witness.cli",
        "run",
        "--folder",
        tmp_path / "audit",
        *looks,
        "--port",
        port,
        "--every",
        "0.3",
        "--mirror",
    )
    says = f"http://127.0.0.1:{port}/state"
    until(lambda: json.loads(read(says))["state"] == COSIGNED)
    assert hear(now=NOW) == 1
    assert "已联署" in read(page)
    assert "拒绝联署" not in read(page)

    log.tamper("DELETE FROM trail_head WHERE size > 30")
    log.tamper("DELETE FROM trail_node WHERE (idx + 1) << level > 30")
    log.tamper("DELETE FROM trail_event WHERE seq IN (SELECT event_seq FROM trail_leaf WHERE seq >= 30)")
    log.tamper("DELETE FROM trail_leaf WHERE seq >= 30")
    said = until(lambda: (now := json.loads(read(says)))["state"] == REFUSED and now)
    reason = "rolled back: size 40 was cosigned, now 30; rows 30..39 are missing"
    assert said["reason"] == reason
    assert len(said["kept"]) == 1
    assert hear(now=NOW) == 0
    shown = read(page)
    assert "见证方“审计局”拒绝联署。" in shown
    assert reason in shown
    found = [f"{one.table} {one.row}: {one.what}" for one in queries.log_faults(20)]
    assert "trail_leaf 30–39: 缺失：见证方 审计局 已联署大小 40" in found
    seen = log.file("seen.txt", read(f"http://127.0.0.1:{port}/cosigned"))
    printed = log.database("--policy", policy, "--cosigned", seen, "--mirror", tmp_path / "audit" / "leaves.bin")
    assert "rows 30..39 missing: witness 审计局 cosigned size 40, database has 30" in printed.findings
    assert "rows 30..39 missing: the mirror holds 40 leaves" in printed.findings

    fresh = started("kechuang_witness.cli", "run", "--folder", tmp_path / "new", *looks, "--once")
    assert fresh.wait(30) == 0, "one that has seen nothing before cosigns it: memory is the guard"


@pytest.mark.tool
def test_the_demonstrations_own_witness_is_called_a_stand_in_and_is_named_no_more_when_it_stops(
    log: Log, tmp_path: Path, settings: Any, started: Callable[..., subprocess.Popen[str]]
) -> None:
    web, port, policy = free(), free(), tmp_path / "keys" / "policy.txt"
    settings.LOG_POLICY = policy
    surroundings = {
        "DATABASE_URL": url_of("default"), "DATABASE_OWNER_URL": url_of("owner"), "KECHUANG_DATA": str(tmp_path / "data"),
        "KECHUANG_LOG_KEYS": str(settings.LOG_KEYS), "KECHUANG_LOG_POLICY": str(policy), "KECHUANG_SERVING": "1",
    }  # fmt: skip
    started("kechuang.site.cli", "serve", "--port", web, **surroundings)
    page = f"http://127.0.0.1:{web}/trail/"
    assert "还没有登记见证方" in until(lambda: read(page), 120)
    assert f"--log-key '{log.key}'" in read(page)
    looks = ("--log-url", f"http://127.0.0.1:{web}/api/trail", "--port", port, "--every", "0.3")
    witness = started("kechuang.site.cli", "witness", *looks, **surroundings)
    shown = until(lambda: "已联署" in (now := read(page)) and now)
    assert "模拟见证方" in shown
    assert "替身，由本平台自己运行，不算见证" in shown
    witness.send_signal(signal.SIGTERM)
    witness.wait(20)
    assert not policy.exists()
    assert "还没有登记见证方" in read(page)
    policy.write_text(f"log {log.key}\nquorum none\n", encoding="utf-8")
    refused = started("kechuang.site.cli", "witness", *looks, **surroundings)
    assert refused.wait(30) == 1
    assert policy.exists(), "whoever was named stays named"
