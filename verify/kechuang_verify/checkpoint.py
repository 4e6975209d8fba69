"""`kechuang-verify checkpoint FILE`: who signed a tree head; with `--older`, that one continues the other.

Two heads of one size with different roots are a split view: both notes are printed, to be shown to others.
"""

import argparse
import base64
import binascii
import json
from datetime import UTC, datetime
from pathlib import Path

from kechuang_verify.note import Checkpoint, Key, Malformed, cosigned_at, log_signed, read_checkpoint, read_key
from kechuang_verify.policy import Policy, policy_of
from kechuang_verify.report import Report, stop
from kechuang_verify.tree import consistent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="检查点 · the checkpoint (signed note)")
    parser.add_argument("--older", type=Path, help="较早的检查点 · an older checkpoint of the same log")
    parser.add_argument("--proof", type=Path, help="一致性证明（JSON） · the consistency proof between the two")
    parser.add_argument("--log-key", help="日志公钥，或存放它的文件 · the log's key, or a file that holds it")
    parser.add_argument("--policy", type=Path, help="信任策略 · whom one trusts (C2SP tlog-policy)")


def run(args: argparse.Namespace) -> int:
    try:
        point = read_checkpoint(args.file.read_text(encoding="utf-8"))
        older = read_checkpoint(args.older.read_text(encoding="utf-8")) if args.older else None
        proof = read_proof(args.proof.read_text(encoding="utf-8")) if args.proof else None
        policy = known_policy(args.policy)
        key = key_of(args.log_key, policy, point.origin)
    except (OSError, UnicodeDecodeError, Malformed) as why:
        return stop(str(why))
    report = Report()
    if key is None:
        report.lacks("日志公钥：请用 --log-key 或 --policy 给出 · the log's key: give --log-key or --policy")
        return report.close()
    for one in filter(None, (older, point)):
        _signed(report, one, key)
    if older is not None:
        compare(report, older, point, proof, key)
    cosignatures(report, point, policy)
    return report.close()


def read_proof(text: str) -> list[bytes]:
    """The path of a proof as the log's endpoints answer it."""
    try:
        return [base64.b64decode(step, validate=True) for step in json.loads(text)["proof"]]
    except (KeyError, TypeError, ValueError, binascii.Error) as why:
        raise Malformed(f"proof: not readable ({why})") from None


def key_of(given: str | None, policy: Policy | None, origin: str) -> Key | None:
    """The log's key: as given, or a file's, or the policy's for this origin."""
    if given:
        path = Path(given)
        return read_key(path.read_text(encoding="utf-8") if "+" not in given or path.exists() else given)
    return policy.log(origin) if policy else None


def known_policy(path: Path | None) -> Policy | None:
    return policy_of(path) if path else None


def cosignatures(report: Report, point: Checkpoint, policy: Policy | None) -> None:
    """Which witnesses cosigned, and whether they are enough."""
    if policy is None:
        report.lacks("见证方：请用 --policy 给出 · witnesses: give --policy")
        return
    words = []
    for one in policy.witnesses:
        moment = cosigned_at(point.note, one.key)
        if moment is not None:
            words.append(f"{one.name} OK {datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}")
        elif point.note.by(one.key):
            report.fail(f"witness {one.name}: its cosignature does not verify")
        else:
            words.append(f"{one.name} missing")
    met = policy.met(point.note)
    report.say("witness", f"{'   '.join(words) or 'none'}   quorum {policy.asked()}: {'OK' if met else 'not met'}")
    if not met:
        report.lacks("见证不足：请向见证方索取联署 · too few witnesses: ask them for their cosignatures")


def compare(report: Report, older: Checkpoint, newer: Checkpoint, proof: list[bytes] | None, key: Key) -> None:
    """Whether `newer` continues `older`; a tree that shrank or split is a finding."""
    if older.size == newer.size:
        if older.root != newer.root:
            report.fail(f"two heads of size {newer.size}: {older.root.hex()} and {newer.root.hex()}")
            report.say("", f"first note:\n{older.note}")
            report.say("", f"second note:\n{newer.note}")
        else:
            report.say("grown", f"same head, size {newer.size}: OK")
    elif older.size > newer.size:
        report.fail(f"rolled back: size {older.size} before, {newer.size} now; {newer.size}..{older.size - 1} missing")
    elif proof is None:
        report.lacks("一致性证明：请用 --proof 给出 · the consistency proof: give --proof")
    elif consistent(older.size, older.root, newer.size, newer.root, proof, key.profile):
        report.say("grown", f"size {older.size} → {newer.size}: OK ({len(proof)} hashes)")
    else:
        report.fail(f"the tree of size {newer.size} does not continue that of size {older.size}")


def _signed(report: Report, point: Checkpoint, key: Key) -> None:
    report.say("log", f"{point.origin}   profile {key.profile.name} ({key.profile.words})")
    if point.origin != key.name:
        report.fail(f"head: of another log ({point.origin})")
    elif not log_signed(point.note, key):
        report.fail(f"head of size {point.size}: the log's signature does not verify")
    else:
        report.say("head", f"root {point.root.hex()}  size {point.size}: OK")
