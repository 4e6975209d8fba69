"""Sequencing (排序入库): committed events get their places in the log, the tree grows, its head is signed.

One process at a time, by an advisory lock. Only events of transactions below the horizon of a snapshot are taken: each of
those has ended, so nothing can still appear among them (a sequence's numbers come in no such order).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from kechuang_verify.note import checkpoint_text
from kechuang_verify.tree import Grown

from kechuang.trail.adapters.signing import CannotSign, Signer, signed, signer
from kechuang.trail.formats.leaf import leaf_data
from kechuang.trail.models import Head
from kechuang.trail.queries import log
from kechuang.trail.queries.horizon import ended_below
from kechuang.trail.queries.log import grown
from kechuang.trail.states import BATCH_EVENTS
from kechuang.ui.rows import add, ask, run

_LOCK = "kechuang log"
_Row = tuple[int, int, bytes, str, str]  # xid, seq, body, after, row digest


def sequence(*, now: datetime, batch: int = BATCH_EVENTS) -> int:
    """Takes in every event that can be, in batches, and signs one head with the last; answers how many were taken in.

    Raises CannotSign when there is no signature to be had: the last batch then waits for the next round.
    """
    by, taken = signer(), 0
    while count := _one_batch(by, batch, now):
        taken += count
        if count < batch:
            break
    return taken


def catch_up(*, now: datetime) -> bool:
    """Takes in what waits, for whoever needs its proof now (即时并入); False where no signature is to be had: then it waits on."""
    try:
        sequence(now=now)
    except CannotSign:
        return False
    return True


@transaction.atomic
def _one_batch(by: Signer, batch: int, now: datetime) -> int:
    if not _alone():
        return 0
    rows, begun = _waiting(batch)
    last = len(rows) < batch
    if not rows and begun is None and log.head_covers():
        return 0
    tree = grown(by.key.profile)
    if rows:
        _append(tree, rows, by)
    if begun is not None and last:
        _progressed(begun, 0)
    elif rows:
        xid, seq, *_ = rows[-1]
        _progressed(xid, seq)
    if last:
        _sign(tree, by, now)
    return len(rows)


def _progressed(xid: int, seq: int) -> None:
    run(
        "INSERT INTO trail_progress (id, xid, seq) VALUES (1, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET xid = excluded.xid, seq = excluded.seq",
        [xid, seq],
    )


def _alone() -> bool:
    return ask("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [_LOCK]) == (True,)


def _waiting(batch: int) -> tuple[list[_Row], int | None]:
    """The next events below the horizon.

    A database that was restored into another server counts transactions anew: then whatever has no leaf is taken, and
    the second answer says from which transaction on to go on when all are.
    """
    xid, seq = ask("SELECT xid, seq FROM trail_progress WHERE id = 1", []) or (0, 0)
    horizon, highest = ended_below()
    moved = xid > highest
    since = [0, 0] if moved else [xid, seq, horizon]
    rows: list[_Row] = run(
        "SELECT e.xid, e.seq, e.body, e.after, e.row_digest FROM trail_event e"
        f" WHERE (e.xid, e.seq) > (%s, %s){'' if moved else ' AND e.xid < %s'}"
        " AND NOT EXISTS (SELECT FROM trail_leaf l WHERE l.event_seq = e.seq)"
        " ORDER BY e.xid, e.seq LIMIT %s",
        [*since, batch],
    ).fetchall()
    return rows, horizon if moved else None


def _append(tree: Grown, rows: Sequence[_Row], by: Signer) -> None:
    """Leaves and the nodes that they complete, each by one COPY."""
    profile, leaves, nodes = by.key.profile, [], []
    for _xid, seq, body, after, row_digest in rows:
        digest = profile.leaf(leaf_data(bytes(body), after, row_digest, profile))
        leaves.append(f"{tree.size}\t{seq}\t\\\\x{digest.hex()}\n")
        nodes += [f"{level}\t{idx}\t\\\\x{node.hex()}\n" for level, idx, node in tree.add(digest)]
    with connection.cursor() as cursor:
        for table, lines in (("leaf (seq, event_seq, hash)", leaves), ("node (level, idx, hash)", nodes)):
            with cursor.copy(f"COPY trail_{table} FROM STDIN") as copy:
                copy.write("".join(lines))


def _sign(tree: Grown, by: Signer, now: datetime) -> None:
    """A head for what the tree holds now, unless its size has one."""
    if not tree.size or ask("SELECT 1 FROM trail_head WHERE size = %s", [tree.size]):
        return
    root = tree.root()
    note = signed(by, checkpoint_text(by.key.name, tree.size, root))
    add(Head(size=tree.size, root=root, at=now, note=str(note)))
