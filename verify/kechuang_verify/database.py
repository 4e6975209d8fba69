"""`kechuang-verify database --dsn …`: a whole installation against its own log, by table, row and column.

Reads one snapshot, changes nothing, calls no function of the platform's. What it relies on are these tables:

    trail_event  id, seq, at, on, region, …, facts, body, digest, row_digest, after, xid
    trail_leaf   seq, event_seq, hash                  place in the log, without gaps from 0
    trail_node   level, idx, hash                      completed nodes of the tree, level 1 and above
    trail_head   size, root, at, note                  signed tree heads
    trail_salt   event_id, salt, kept                  salts of personal values; may be deleted
    <room>_<record>                                    the row that an event of `room.record` names by `object_id`
    ledger_transfer, ledger_account, ledger_seal       the books and their seals, see `kechuang_verify.books`

Leaf data: {"act":<body>,"row":"<digest of after>","v":1}; `after` is explained in `kechuang_verify.rows`.
"""

import argparse
import time
from pathlib import Path
from typing import Any

from kechuang_verify.books import check_books
from kechuang_verify.checkpoint import key_of, known_policy
from kechuang_verify.hashing import LENGTH
from kechuang_verify.note import Checkpoint, Key, Malformed, cosigned_at, log_signed, read_checkpoint
from kechuang_verify.policy import Member, Policy
from kechuang_verify.report import Report, stop
from kechuang_verify.rows import check_events, check_rows
from kechuang_verify.scan import Scanned, head_notes, scan

CHECKED_SM2_HEADS = 20  # in plain Python an SM2 signature takes its time; roots are compared for every head
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dsn", required=True, help="数据库连接（只读即可） · connection string; read rights suffice")
    parser.add_argument("--log-key", help="日志公钥，或存放它的文件 · the log's key, or a file that holds it")
    parser.add_argument("--policy", type=Path, help="信任策略 · whom one trusts (C2SP tlog-policy)")
    parser.add_argument(
        "--cosigned",
        type=Path,
        action="append",
        default=[],
        help="见证方的联署检查点 · a witness's cosigned checkpoint",
    )
    parser.add_argument("--mirror", type=Path, help="叶哈希镜像 · a mirror of the leaf hashes, 32 bytes each")


def run(args: argparse.Namespace) -> int:
    try:
        import psycopg
    except ImportError:
        return stop("需要 psycopg：pip install 'kechuang-verify[database]' · psycopg is not installed")
    report = Report()
    try:
        policy = known_policy(args.policy)
        points = [read_checkpoint(path.read_text(encoding="utf-8")) for path in args.cosigned]
        mirror = args.mirror.read_bytes() if args.mirror else None
        with psycopg.connect(args.dsn) as database:
            database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            database.execute("SET LOCAL TimeZone = 'UTC'")
            _check(report, database, args.log_key, policy, points, mirror)
    except psycopg.Error as why:  # what was found before stands: a row that breaks a query may have been made to
        report.lacks(f"数据库不能读取 · the database cannot be read: {str(why).splitlines()[0]}")
    except (OSError, UnicodeDecodeError, Malformed) as why:
        report.lacks(str(why))
    return report.close()


def _check(
    report: Report,
    database: Any,
    log_key: str | None,
    policy: Policy | None,
    points: list[Checkpoint],
    mirror: bytes | None,
) -> None:
    began = time.monotonic()
    notes = head_notes(database, report)
    origin = notes[-1].origin if notes else ""
    key = key_of(log_key, policy, origin)
    if key is None:
        report.lacks("日志公钥：请用 --log-key 或 --policy 给出 · the log's key: give --log-key or --policy")
        return
    report.say("log", f"{key.name}   profile {key.profile.name} ({key.profile.words})")
    wanted = {point.size for point in points}
    found = scan(database, key.profile, {point.size: point for point in notes}, wanted, report)
    took = time.monotonic() - began
    report.say("rows", f"{found.rows} rehashed   nodes {found.nodes}   heads {len(notes)}   {took:.1f} s")
    if found.waiting:
        report.say("", f"{found.waiting} events not in the log yet")
    _heads(report, notes, found, key)
    _witnesses(report, points, found, key, policy)
    if mirror is not None:
        _mirrored(report, mirror, found, database)
    check_events(database, report)
    check_rows(database, report)
    check_books(database, report)
    report.say("", f"{time.monotonic() - began:.1f} s in all")


def _heads(report: Report, notes: list[Checkpoint], found: Scanned, key: Key) -> None:
    """Signatures, and roots against what the tree now holds."""
    looked = notes[-CHECKED_SM2_HEADS:] if key.kind == "sm2" else notes
    for point in looked:
        if point.origin != key.name:
            report.fail(f"head of size {point.size}: of another log ({point.origin})")
        elif not log_signed(point.note, key):
            report.fail(f"head of size {point.size}: the log's signature does not verify")
    signed = notes[-1].size if notes else 0
    if signed < found.size:
        report.lacks(f"leaves {signed}..{found.size - 1} stand under no signed head: nothing speaks for them")
    beyond = [point for point in notes if point.size > found.size]
    if beyond:
        report.fail(f"rows {found.size}..{beyond[-1].size - 1} missing: the log signed size {beyond[-1].size}")
    unlike = [point for point in notes if point.size in found.roots and found.roots[point.size] != point.root]
    if unlike:
        good = [point.size for point in notes if point.size < unlike[0].size]
        report.fail(
            f"head of size {unlike[0].size}: root {unlike[0].root.hex()}, the tree now has"
            f" {found.roots[unlike[0].size].hex()} ({len(unlike)} heads differ;"
            f" something from leaf {good[-1] if good else 0} to {unlike[0].size - 1} was rewritten)"
        )


def _witnesses(report: Report, points: list[Checkpoint], found: Scanned, key: Key, policy: Policy | None) -> None:
    """What the witnesses saw must still be there."""
    if policy is None or not policy.witnesses:
        report.say("witness", "none given")
        return
    for point in points:
        cosigners = [one for one in policy.witnesses if cosigned_at(point.note, one.key) is not None]
        if not cosigners or point.origin != key.name:
            report.fail(f"checkpoint of size {point.size}: of another log, or cosigned by nobody in the policy")
        for one in cosigners:
            _witnessed(report, one, point, found)
    if not points:
        report.say("witness", "no cosigned checkpoint given (--cosigned)")


def _witnessed(report: Report, one: Member, point: Checkpoint, found: Scanned) -> None:
    if point.size > found.size:
        report.fail(
            f"rows {found.size}..{point.size - 1} missing: witness {one.name} cosigned size {point.size},"
            f" database has {found.size}"
        )
    elif found.roots[point.size] != point.root:
        report.fail(
            f"two heads of size {point.size}: witness {one.name} cosigned {point.root.hex()},"
            f" the database has {found.roots[point.size].hex()}"
        )
        report.say("", f"the note that it cosigned:\n{point.note}")
    else:
        report.say("witness", f"{one.name} size {point.size}: OK")


def _mirrored(report: Report, mirror: bytes, found: Scanned, database: Any) -> None:
    """Each leaf hash against the mirror's: names rows even after everything else was rewritten."""
    if len(mirror) % LENGTH:
        report.lacks("镜像文件不完整：长度应为 32 的倍数 · the mirror is cut short: 32 bytes a leaf")
        return
    held = len(mirror) // LENGTH
    if held > found.size:
        report.fail(f"rows {found.size}..{held - 1} missing: the mirror holds {held} leaves")
    both = min(held, found.size)
    if found.leaves[: both * LENGTH] == mirror[: both * LENGTH]:
        report.say("mirror", f"{both} leaves compared: OK")
        return
    unlike = [
        seq
        for seq in range(both)
        if found.leaves[seq * LENGTH : (seq + 1) * LENGTH] != mirror[seq * LENGTH : (seq + 1) * LENGTH]
    ]
    for seq in unlike[:SHOWN]:
        report.fail(f"leaf {seq} is not the one that the mirror holds    {found.named(database, seq)}")
    if len(unlike) > SHOWN:
        report.fail(f"… and {len(unlike) - SHOWN} more leaves that the mirror holds otherwise")
