"""Which transactions have ended: what they wrote is complete, and nothing can still appear among it (已结束的事务)."""

from django.db import connection

# Below the horizon every transaction of this database has ended. A snapshot counts those of the server's other databases
# too; one of them is passed over where its lock shows that it runs there, and only there: in doubt it holds us back.
_HORIZON = """
    WITH now AS (SELECT pg_current_snapshot() AS snapshot),
    elsewhere AS (
        SELECT l.transactionid::text::bigint AS xid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
            AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT coalesce(min(r.xid::text::bigint) FILTER (
               WHERE mod(r.xid::text::bigint, 4294967296) NOT IN (SELECT xid FROM elsewhere)),
               max(pg_snapshot_xmax(snapshot)::text::bigint)),
           max(pg_snapshot_xmax(snapshot)::text::bigint)
    FROM now LEFT JOIN LATERAL pg_snapshot_xip(snapshot) AS r(xid) ON true"""


def ended_below() -> tuple[int, int]:
    """Every transaction below the first number has ended; the second is the first that was not yet given out."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        below, highest = cursor.fetchone()
    return int(below), int(highest)
