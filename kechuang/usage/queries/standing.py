"""What must hold of all service records and hours at any time (不变量 I15), by query over the whole tables."""

from django.db import connection

from kechuang.trail.queries import Broken

# Each sum against what it is a sum of; a whole outer join, so that a missing one is found too.
_DAYS = """
    SELECT coalesce(d.instrument_id, h.instrument_id) || ' ' || coalesce(d."on", h."on"), coalesce(d.minutes, 0),
        coalesce(h.minutes, 0)
    FROM usage_day d
    FULL JOIN (SELECT instrument_id, "on", sum(minutes) AS minutes FROM usage_hours GROUP BY 1, 2) h
        ON h.instrument_id = d.instrument_id AND h."on" = d."on"
    WHERE coalesce(d.minutes, 0) <> coalesce(h.minutes, 0) ORDER BY 1 LIMIT %s"""
_LONG_DAYS = """
    SELECT instrument_id || ' ' || "on", sum(minutes), 1440 FROM usage_hours GROUP BY instrument_id, "on"
    HAVING sum(minutes) > 1440 ORDER BY 1 LIMIT %s"""
_YEARS = """
    SELECT coalesce(y.instrument_id, h.instrument_id) || ' ' || coalesce(y.year, h.year),
        coalesce(y.metered + y.run + y.typed, 0), coalesce(h.minutes, 0)
    FROM usage_instrumentyear y
    FULL JOIN (SELECT instrument_id, extract(year FROM "on")::smallint AS year, sum(minutes) AS minutes
        FROM usage_hours GROUP BY 1, 2) h ON h.instrument_id = y.instrument_id AND h.year = y.year
    WHERE coalesce(y.metered + y.run + y.typed, 0) <> coalesce(h.minutes, 0) ORDER BY 1 LIMIT %s"""
_MONTHS = """
    SELECT coalesce(m.carrier_id, s.carrier_id) || ' ' || coalesce(m.month, s.month), coalesce(m.amount_fen, 0),
        coalesce(s.amount_fen, 0)
    FROM (SELECT carrier_id, month, sum(services) AS services, sum(amount_fen) AS amount_fen
        FROM usage_servicemonth GROUP BY 1, 2) m
    FULL JOIN (SELECT carrier_id, date_trunc('month', served_on)::date AS month, count(*) AS services,
        sum(amount_fen) AS amount_fen FROM usage_standing WHERE active GROUP BY 1, 2) s
        ON s.carrier_id = m.carrier_id AND s.month = m.month
    WHERE (coalesce(m.services, 0), coalesce(m.amount_fen, 0)) <> (coalesce(s.services, 0), coalesce(s.amount_fen, 0))
    ORDER BY 1 LIMIT %s"""
_HOLDING = """
    SELECT r.root_id, CASE WHEN s.id IS NULL THEN '没有现行版本'
        WHEN h.id IS NULL OR h.root_id <> s.id THEN '现行版本不是本记录的版本'
        WHEN h.version <> r.last THEN '现行版本不是最新版本'
        WHEN s.active = (h.state = 'voided') THEN '是否作废与现行版本不符'
        ELSE '机时或金额与现行版本不符' END
    FROM (SELECT root_id, max(version) AS last FROM usage_servicerecord GROUP BY root_id) r
    LEFT JOIN usage_standing s ON s.id = r.root_id LEFT JOIN usage_servicerecord h ON h.id = s.record_id
    WHERE s.id IS NULL OR h.root_id <> s.id OR h.version <> r.last OR s.active = (h.state = 'voided')
        OR (s.amount_fen, s.voucher_fen) <> (h.amount_fen, h.voucher_fen)
    ORDER BY 1 LIMIT %s"""


def impossible_sums(*, limit: int) -> list[Broken]:
    """I15: hours of a day above its minutes, and sums that are not those of what they count."""
    checks = (
        ("usage_day", _DAYS),
        ("usage_day", _LONG_DAYS),
        ("usage_instrumentyear", _YEARS),
        ("usage_servicemonth", _MONTHS),
    )
    found = []
    for table, sql in checks:
        found += [Broken(table, str(row), f"记 {kept}，应为 {counted}") for row, kept, counted in _rows(sql, limit)]
    return found[:limit]


def not_one_holding(*, limit: int) -> list[Broken]:
    """I15: of each record exactly one version holds: the last, with its own minutes and money."""
    return [Broken("usage_standing", row, why) for row, why in _rows(_HOLDING, limit)]


def _rows(sql: str, limit: int) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return cursor.fetchall()
