"""Which transactions have ended: what they wrote is complete, and nothing can still appear among it (已结束的事务)."""

from kechuang.trail.states import HORIZON_ASKED
from kechuang.ui.rows import ask

# Below the horizon every transaction of this database has ended. A snapshot counts those of the server's other databases
# too; one of them is passed over where its lock shows that it runs there, and only there. So is the server's own upkeep
# (autovacuum), which books nothing. One that no lock shows is in doubt: it ended, or began, while the question was asked.
_HORIZON = """
    WITH now AS (SELECT pg_current_snapshot() AS snapshot),
    running AS (
        SELECT l.transactionid::text::bigint AS xid,
            coalesce(a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
                OR a.backend_type = 'autovacuum worker', false) AS elsewhere
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
    ),
    open AS (
        SELECT r.xid::text::bigint AS xid, running.xid IS NULL AS doubtful
        FROM now, LATERAL pg_snapshot_xip(snapshot) AS r(xid)
        LEFT JOIN running ON running.xid = mod(r.xid::text::bigint, 4294967296)
        WHERE running.elsewhere IS NOT TRUE
    )
    SELECT coalesce((SELECT min(xid) FROM open), pg_snapshot_xmax(snapshot)::text::bigint),
        pg_snapshot_xmax(snapshot)::text::bigint,
        coalesce((SELECT doubtful FROM open ORDER BY xid LIMIT 1), false)
    FROM now"""


def ended_below() -> tuple[int, int]:
    """Every transaction below the first number has ended; the second is one more than the last of those that have.

    Of the numbers from the second on some may be under way already: it is no mark of what had begun when this was asked.
    """
    for _ in range(HORIZON_ASKED):
        below, highest, doubtful = ask(_HORIZON, [])
        if not doubtful:
            break
    return int(below), int(highest)
