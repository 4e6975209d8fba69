"""I12: the log has no gap, its tree adds up to its signed heads, and it is as large as every witness has seen it."""

from collections.abc import Iterator

from django.db import connection
from kechuang_verify.note import Malformed, log_signed, read_checkpoint

from kechuang.trail.adapters.signing import signer
from kechuang.trail.queries import log
from kechuang.trail.queries.reading import Broken


def log_faults(limit: int) -> list[Broken]:
    """What `kechuang check` says of I12. Every leaf is rehashed by `kechuang-verify database`, from outside."""
    return [*_gaps(limit), *_head_faults(), *_witnessed()][:limit]


def _gaps(limit: int) -> Iterator[Broken]:
    sql = """
        SELECT 'trail_leaf', l.seq - 1, '序号不连续' FROM (SELECT seq, lag(seq, 1, -1::bigint) OVER (ORDER BY seq) AS before
            FROM trail_leaf) l WHERE l.seq <> l.before + 1
        UNION ALL
        SELECT 'trail_event', l.event_seq, '日志中有叶，办理记录已不存在' FROM trail_leaf l
            LEFT JOIN trail_event e ON e.seq = l.event_seq WHERE e.seq IS NULL
        UNION ALL
        SELECT 'trail_event', e.seq, '办理记录越过日志，没有并入' FROM trail_event e
            WHERE (e.xid, e.seq) <= (SELECT max(xid), max(seq) FROM trail_progress)
            AND NOT EXISTS (SELECT FROM trail_leaf l WHERE l.event_seq = e.seq)
        LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        yield from (Broken(table, str(seq), what) for table, seq, what in cursor.fetchall())


def _head_faults() -> Iterator[Broken]:
    """The last head: signed by this log's key, no larger than the log, and the root of what the log holds."""
    head = log.head()
    if head is None:
        return
    key, name = signer().key, str(head.size)
    try:
        point = read_checkpoint(head.note)
    except Malformed as why:
        yield Broken("trail_head", name, f"检查点不可读：{why}")
        return
    if (point.size, point.root) != (head.size, bytes(head.root)) or not log_signed(point.note, key):
        yield Broken("trail_head", name, "检查点的签名或内容不符")
    if head.size > log.size():
        yield Broken("trail_leaf", f"{log.size()}–{head.size - 1}", f"缺失：已签检查点大小为 {head.size}")
        return
    try:
        root = log.root_at(head.size, key.profile)
    except KeyError as place:
        yield Broken("trail_node", str(place), "节点缺失")
        return
    if root != point.root:
        yield Broken("trail_head", name, f"树根与已签检查点不符：现为 {root.hex()}，已签 {point.root.hex()}")


def _witnessed() -> Iterator[Broken]:
    held = log.size()
    for row in log.witnesses():
        if row.size > held:
            yield Broken("trail_leaf", f"{held}–{row.size - 1}", f"缺失：见证方 {row.name} 已联署大小 {row.size}")
        if row.state == "refused":
            yield Broken("trail_witness", row.name, f"拒绝联署：{row.reason}")
