"""The log in an evidence pack: each act by its own receipt, `proofs/<act>.json`, under a head that the log signed.

A receipt taken out of the pack is checked by `kechuang-verify receipt` as any other. Here it must be the receipt of the act
that the pack encloses, and must speak for the record that the act left.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kechuang_verify import records
from kechuang_verify.checkpoint import cosignatures, key_of
from kechuang_verify.note import Checkpoint, Key, Malformed, read_checkpoint
from kechuang_verify.policy import Policy
from kechuang_verify.receipt import Receipt, head_signed, read_receipt
from kechuang_verify.records import Row
from kechuang_verify.report import Report
from kechuang_verify.tree import root_by_inclusion

FOLDER = "proofs/"
_TEXTS = ("id", "member", "object_type", "object_id", "row_digest")


@dataclass
class _Look:
    """One pack under one key, and its heads by their notes; None: not signed by the log."""

    report: Report
    members: Mapping[str, bytes]
    key: Key
    heads: dict[str, Checkpoint | None] = field(default_factory=dict)


def check(report: Report, members: Mapping[str, bytes], *, log_key: str | None, policy: Policy | None) -> None:
    """That every act of the pack stands in the log; a proof that is missing or altered is a finding."""
    index = _index(members)
    if not index:
        report.lacks("包内没有办理记录 · no acts enclosed")
        return
    receipts = _receipts(report, members, index)
    origin = next((one.origin for one in receipts.values()), "")
    key = key_of(log_key, policy, origin)
    if key is None:
        report.lacks("日志公钥：请用 --log-key 或 --policy 给出 · the log's key: give --log-key or --policy")
        return
    report.say("log", f"{origin}   profile {key.profile.name} ({key.profile.words})")
    look = _Look(report, members, key)
    last = {row["id"] for row in records.last_acts(index).values()}
    proved = [row for row in index if row["id"] in receipts and _stands(look, row, receipts[row["id"]])]
    for row in proved:
        if row["id"] in last:
            _speaks(look, row, receipts[row["id"]])
    for point in filter(None, look.heads.values()):
        cosignatures(report, point, policy)
    report.say("PROOFS", f"{len(proved)} of {len(index)} acts stand in the log")


def _index(members: Mapping[str, bytes]) -> Sequence[Row]:
    """The acts of the pack; an index that cannot be read is a finding of before."""
    try:
        rows = json.loads(members.get("events.json", b"[]"))
        return [
            row for row in rows if isinstance(row["seq"], int) and all(isinstance(row[name], str) for name in _TEXTS)
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _receipts(report: Report, members: Mapping[str, bytes], index: Sequence[Row]) -> dict[str, Receipt]:
    """Each act's receipt."""
    found: dict[str, Receipt] = {}
    wanted = {f"{FOLDER}{row['id']}.json": row for row in index}
    for path, row in wanted.items():
        try:
            found[row["id"]] = read_receipt(members[path].decode())
        except KeyError:
            report.fail(f"{path}: missing, nothing shows that {row['member']} stood in the log")
        except (UnicodeDecodeError, Malformed) as why:
            report.fail(f"{path}: altered, {why}")
    for path in sorted(members):
        if path.startswith(FOLDER) and path not in wanted:
            report.fail(f"{path}: a proof of no act of this pack")
    return found


def _stands(look: _Look, row: Row, receipt: Receipt) -> bool:
    """Whether this act, byte for byte, stands in the log under a head that the log signed."""
    path, fail = f"{FOLDER}{row['id']}.json", look.report.fail
    if _row_digest(look, row, receipt) is None:
        fail(f"{path}: does not speak for {row['member']}; one of the two was altered")
        return False
    if receipt.seq is None:
        fail(f"{path}: altered, it names no place in the log")
        return False
    if receipt.checkpoint not in look.heads:
        try:
            point = read_checkpoint(receipt.checkpoint)
        except Malformed as why:
            fail(f"{path}: altered, {why}")
            return False
        look.heads[receipt.checkpoint] = point if head_signed(look.report, point, look.key) else None
    head = look.heads[receipt.checkpoint]
    if head is None:
        fail(f"{path}: its head is none that the log signed")
        return False
    leaf = look.key.profile.leaf(receipt.leaf)
    if root_by_inclusion(leaf, receipt.seq, head.size, receipt.path, look.key.profile) != head.root:
        fail(f"{path}: altered, it does not lead from leaf {receipt.seq} to the head of size {head.size}")
        return False
    return True


def _speaks(look: _Look, row: Row, receipt: Receipt) -> None:
    """The record that the last act left is the one whose digest stands in its leaf."""
    logged = look.members.get(records.path_of("logged", row))
    kept = look.key.profile.digest(logged).hex() if logged is not None else row.get("row_digest")
    if kept != _row_digest(look, row, receipt):
        table = records.table_of(row)
        look.report.fail(
            f"{records.path_of('objects', row)}: table {table} pk {row['object_id']}: not the record in the log"
            f" (seq {receipt.seq})"
        )


def _row_digest(look: _Look, row: Row, receipt: Receipt) -> str | None:
    """The digest of the record in the act's leaf; None where the leaf is not made of the act that is enclosed."""
    begins, ends = b'{"act":%s,"row":"' % look.members.get(row["member"], b""), b'","v":1}'
    if not receipt.leaf.startswith(begins) or not receipt.leaf.endswith(ends):
        return None
    return receipt.leaf[len(begins) : -len(ends)].decode()
