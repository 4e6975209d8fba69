"""The log at a million acts: how fast they are taken in, how long a proof and a check of everything take.

On a server of its own in a new folder, which is removed afterwards. The acts are made by SQL, on a thousand real rows, and
that plain INSERT of the same acts, measured in the same run, is what taking them in is compared with; the check is
compared with nothing but hashing the same bytes. The other references are the measurements of the prototype (SM3, another
machine): they are written down here, not measured.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.folders import own_folder
from benchmarks.rows import CannotMeasure, Row

ROOT = Path(__file__).resolve().parents[1]
ACTS, ROWS, AT_ONCE, PROOFS = 1_000_000, 1_000, 100_000, 300
PAPER_PER_SECOND, PAPER_PROOF_MS, PAPER_CHECK_SECONDS = 29_000, 2.5, 5.5
PAPER = "the prototype of the paper, elsewhere"

_OBJECTS = f"""
    INSERT INTO search_synonym (id, region, state, kind, code, name, english, aliases, leads, version, changed_at)
    SELECT 'syn_' || i, '330000', 'in_use', 'brand', 'c' || i, '名称' || i, '', '["a"]', '[]', 1, '2026-01-01'
    FROM generate_series(1, {ROWS}) i"""
_BODY = """'{"action":"search.confirm","article":"绍兴试点方案 三（一）1","at":"2026-11-21T01:02:03+00:00","facts":{"fen":'
    || i * 7 % 900000 || '},"id":"evt_' || lpad(i::text, 26, '0') || '","label":"确认服务事项","number":"SQ-' || i
    || '","object_id":"' || t.id || '","object_type":"search.synonym","on":"2026-11-21","party_id":"","person_id":"psn_'
    || i % 977 || '","region":"330602","role":"county_officer","source":"in_use","stands_in_for":"","target":"in_use"}'"""
_ACTS = f"""
    INSERT INTO trail_event (id, at, "on", region, person_id, stands_in_for, party_id, role, action, label, object_type,
        object_id, number, source, target, article, facts, body, digest, seq, after)
    SELECT 'evt_' || lpad(i::text, 26, '0'), '2026-11-21T01:02:03Z', '2026-11-21', '330602', 'psn_' || i % 977, '', '',
        'county_officer', 'search.confirm', '确认服务事项', 'search.synonym', t.id, 'SQ-' || i, 'in_use', 'in_use',
        '绍兴试点方案 三（一）1', jsonb_build_object('fen', i * 7 % 900000), b.body, encode(sha256(b.body), 'hex'),
        nextval('trail_event_order'), <evidence>
    FROM generate_series(<first>, <last>) i JOIN search_synonym t ON t.id = 'syn_' || i % {ROWS} + 1
    CROSS JOIN LATERAL (SELECT convert_to({_BODY}, 'UTF8') AS body) b"""


def run(progress: Callable[[str], None]) -> list[Row]:
    if os.environ.get("DATABASE_URL"):
        raise CannotMeasure("the benchmark fills a server of its own; unset DATABASE_URL")
    with own_folder() as data:
        progress(f"writing {ACTS:,} acts, taking them into the log, proving, checking")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.log"],
            cwd=ROOT,
            env={**os.environ, "KECHUANG_DATA": str(data), "DJANGO_SETTINGS_MODULE": "kechuang.site.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise CannotMeasure(done.stdout[-800:])
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return [
        Row("appends_per_second", told["appends"], "acts/s", PAPER, PAPER_PER_SECOND),
        Row("appends_vs_insert", told["appends"], "acts/s", "plain INSERT of the same acts", told["inserts"]),
        Row("prove_and_verify_ms", told["proof_ms"], "ms", PAPER, PAPER_PROOF_MS),
        Row("rehash_all_seconds", told["scan"], "s", PAPER, PAPER_CHECK_SECONDS),
        Row("rehash_all_vs_hashing", told["scan"], "s", "hashing the same bytes in Python", told["hashing"]),
        Row("whole_check_seconds", told["check"], "s", "hashing the same bytes in Python", told["hashing"]),
    ]


def _inside() -> dict[str, float]:
    """What is measured, in a process of its own."""
    from kechuang.site import processes

    processes.start_django()
    processes.migrate()
    inserts = _write()
    return {"inserts": inserts, **_take_in(), "proof_ms": _prove(), **_check(), "hashing": _hash()}


def _write() -> float:
    """Acts a second by the plainest INSERT."""
    from django.db import connection, transaction

    from kechuang.trail.queries import evidence_of

    statement = _ACTS.replace("<evidence>", evidence_of("search_synonym", row="t"))
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS)
        began = time.monotonic()
        for first in range(1, ACTS + 1, AT_ONCE):
            with transaction.atomic():
                last = first + AT_ONCE - 1
                cursor.execute(statement.replace("<first>", str(first)).replace("<last>", str(last)))
            _say(f"{last:,} written")
        seconds = time.monotonic() - began
    return ACTS / seconds


def _take_in() -> dict[str, float]:
    from kechuang.trail import commands, queries
    from kechuang.ui import clock

    began = time.monotonic()
    taken = commands.sequence(now=clock.now())
    seconds = time.monotonic() - began
    if taken != ACTS or queries.size() != ACTS:
        raise CannotMeasure(f"{taken:,} of {ACTS:,} acts were taken in")
    _say(f"taken in within {seconds:.0f} s")
    return {"appends": taken / seconds}


def _prove() -> float:
    """A proof read from the database and verified, in milliseconds."""
    from kechuang_verify.note import read_checkpoint
    from kechuang_verify.tree import included

    from kechuang.trail import queries
    from kechuang.trail.adapters.signing import signer

    profile, root = signer().key.profile, read_checkpoint(queries.checkpoint().note).root
    chosen = Random(3).sample(range(ACTS), PROOFS)
    began = time.monotonic()
    for seq in chosen:
        found = queries.inclusion_proof(seq=seq, size=ACTS)
        if not included(found.leaf, seq, ACTS, found.path, root, profile):
            raise CannotMeasure(f"the proof of leaf {seq} does not verify")
    return (time.monotonic() - began) / PROOFS * 1_000


def _check() -> dict[str, float]:
    """`kechuang-verify database`, as an auditor runs it: everything rehashed, then columns and rows compared too."""
    from django.conf import settings
    from kechuang_verify.cli import main

    from kechuang.site import database
    from kechuang.trail.adapters.signing import signer

    printed, began = io.StringIO(), time.monotonic()
    with contextlib.redirect_stdout(printed):
        code = main(["database", "--dsn", database.urls(settings.DATA).app, "--log-key", str(signer().key)])
    seconds, text = time.monotonic() - began, printed.getvalue()
    if code:
        raise CannotMeasure(f"the log does not verify:\n{text}")
    (scanned,) = re.findall(r"heads \d+ +([\d.]+) s", text)
    _say(text)
    return {"scan": float(scanned), "check": seconds}


def _hash() -> float:
    """Seconds for a leaf's and a node's hash per act over bytes of the same length, and nothing else."""
    data, pair = b"x" * 620, b"y" * 65
    began = time.monotonic()
    for _ in range(ACTS):
        hashlib.sha256(data).digest()
        hashlib.sha256(pair).digest()
    return time.monotonic() - began


def _say(text: str) -> None:
    print(f"   {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(_inside()))
