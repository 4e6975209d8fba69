"""`kechuang-verify receipt FILE`: that an act stands in the log, from the receipt alone, offline.

A receipt is JSON: `leaf` (the text that is hashed), `seq`, `inclusion` (base64), `checkpoint` (the signed note with its
cosignatures), and `promise`, the note by which the log promised to take the act in. What it says about its own profile
is not believed: the profile is that of the key that is given.
"""

import argparse
import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kechuang_verify.checkpoint import cosignatures, key_of, known_policy
from kechuang_verify.note import Checkpoint, Key, Malformed, log_signed, read_checkpoint, read_note
from kechuang_verify.policy import Policy
from kechuang_verify.report import Report, stop
from kechuang_verify.tree import root_by_inclusion

FORMAT = "kechuang-receipt/1"
PROMISE = "kechuang-promise/v1"
RECEIPT_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Receipt:
    leaf: bytes
    origin: str
    seq: int | None = None
    path: tuple[bytes, ...] = ()
    checkpoint: str = ""
    promise: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="凭证 · the receipt (JSON)")
    parser.add_argument("--log-key", help="日志公钥，或存放它的文件 · the log's key, or a file that holds it")
    parser.add_argument("--policy", type=Path, help="信任策略 · whom one trusts (C2SP tlog-policy)")


def run(args: argparse.Namespace) -> int:
    try:
        if args.file.stat().st_size > RECEIPT_MAX:
            raise Malformed("too large for a receipt")
        receipt = read_receipt(args.file.read_text(encoding="utf-8"))
        policy = known_policy(args.policy)
        key = key_of(args.log_key, policy, receipt.origin)
    except (OSError, UnicodeDecodeError, Malformed) as why:
        return stop(str(why))
    report = Report()
    check(report, receipt, key, policy)
    return report.close()


def read_receipt(text: str) -> Receipt:
    """Parses a receipt; raises Malformed."""
    try:
        said: dict[str, Any] = json.loads(text)
        if said["format"] != FORMAT:
            raise Malformed(f"receipt: format {said['format']!r}")
        path = tuple(base64.b64decode(step, validate=True) for step in said.get("inclusion", []))
        seq = said.get("seq")
        if seq is not None and (not isinstance(seq, int) or isinstance(seq, bool)):
            raise Malformed("receipt: seq is no integer")
        leaf = str(said["leaf"]).encode()
        return Receipt(
            leaf, str(said["origin"]), seq, path, str(said.get("checkpoint", "")), str(said.get("promise", ""))
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as why:
        raise Malformed(f"receipt: not readable ({type(why).__name__}: {why})") from None


def check(report: Report, receipt: Receipt, key: Key | None, policy: Policy | None) -> None:
    """Says what the receipt shows, and what speaks against it."""
    _tell(report, receipt, key)
    if key is None:
        report.lacks("日志公钥：请用 --log-key 或 --policy 给出 · the log's key: give --log-key or --policy")
        return
    leaf = key.profile.leaf(receipt.leaf)
    if receipt.promise:
        _promise(report, receipt, key, leaf)
    if not receipt.checkpoint or receipt.seq is None:
        report.say("leaf", f"{leaf.hex()}  not in the log yet")
        report.lacks(
            "包含证明：并入日志后重新下载凭证 · no inclusion proof: fetch the receipt again once it is in the log"
        )
        return
    try:
        point = read_checkpoint(receipt.checkpoint)
    except Malformed as why:
        report.fail(str(why))
        return
    _included(report, receipt, point, key, leaf)
    head_signed(report, point, key)
    cosignatures(report, point, policy)


def _tell(report: Report, receipt: Receipt, key: Key | None) -> None:
    profile = f"profile {key.profile.name} ({key.profile.words})" if key else "profile unknown"
    report.say("log", f"{receipt.origin}   {profile}")
    try:
        act = json.loads(receipt.leaf)["act"]
        facts = "  ".join(_yuan(name, act["facts"][name]) for name in sorted(act["facts"]) if name.endswith("fen"))
        report.say("event", f"{act['action']}  {act['at']}  {act['number'] or act['object_id']}  {facts}")
    except (ValueError, KeyError, TypeError):
        report.fail("the leaf is no act of this log")


def _yuan(name: str, fen: int) -> str:
    """amount_fen 1200000 → amount 12,000.00 CNY."""
    sign, whole, part = "-" if fen < 0 else "", *divmod(abs(fen), 100)
    return f"{name.removesuffix('fen').rstrip('_')} {sign}{whole:,}.{part:02d} CNY".strip()


def _promise(report: Report, receipt: Receipt, key: Key, leaf: bytes) -> None:
    try:
        note = read_note(receipt.promise)
    except Malformed as why:
        report.fail(f"promise: {why}")
        return
    word, origin, digest, at, until = (note.text.split("\n") + [""] * 5)[:5]
    held = (
        word == PROMISE and origin == key.name and digest == base64.b64encode(leaf).decode() and log_signed(note, key)
    )
    if held:
        report.say("promise", f"made {at}, to be in the log by {until}: OK")
    else:
        report.fail("promise: not the log's, or for another act")


def _included(report: Report, receipt: Receipt, point: Checkpoint, key: Key, leaf: bytes) -> None:
    assert receipt.seq is not None
    report.say("leaf", f"seq {receipt.seq}  {leaf.hex()}")
    root = root_by_inclusion(leaf, receipt.seq, point.size, receipt.path, key.profile)
    if root is not None and root == point.root:
        report.say("", f"inclusion in size {point.size}: OK ({len(receipt.path)} hashes)")
    elif root is None:
        report.fail(f"inclusion: no path for leaf {receipt.seq} in size {point.size}")
    else:
        report.fail(f"inclusion: the path leads to {root.hex()}, the head says {point.root.hex()}")


def head_signed(report: Report, point: Checkpoint, key: Key) -> bool:
    """Whether a head is this log's and carries its signature; said either way."""
    if point.origin != key.name:
        report.fail(f"head: of another log ({point.origin})")
    elif not log_signed(point.note, key):
        report.fail("head: the log's signature does not verify")
    else:
        report.say("head", f"root {point.root.hex()}  size {point.size}: OK")
        return True
    return False
