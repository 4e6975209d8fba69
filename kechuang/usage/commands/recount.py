"""Sums made anew from records and hours: after rows were written past the commands, and to show that they agree."""

from django.db import connection, transaction

_DAYS = """
INSERT INTO usage_day (instrument_id, "on", minutes)
SELECT instrument_id, "on", sum(minutes) FROM usage_hours GROUP BY 1, 2
"""
_YEARS = """
INSERT INTO usage_instrumentyear (instrument_id, year, metered, run, typed, external, unassigned, services,
    external_services, amount_fen)
SELECT coalesce(h.instrument_id, s.instrument_id), coalesce(h.year, s.year),
    coalesce(h.metered, 0), coalesce(h.run, 0), coalesce(h.typed, 0), coalesce(h.external, 0), coalesce(h.unassigned, 0),
    coalesce(s.services, 0), coalesce(s.external_services, 0), coalesce(s.amount_fen, 0)
FROM (
    SELECT instrument_id, extract(year FROM "on")::smallint AS year,
        coalesce(sum(minutes) FILTER (WHERE grade = 'A'), 0) AS metered,
        coalesce(sum(minutes) FILTER (WHERE grade = 'B'), 0) AS run,
        coalesce(sum(minutes) FILTER (WHERE grade = 'C'), 0) AS typed,
        coalesce(sum(minutes) FILTER (WHERE external), 0) AS external,
        coalesce(sum(minutes) FILTER (WHERE standing_id IS NULL), 0) AS unassigned
    FROM usage_hours GROUP BY 1, 2
) h FULL JOIN (
    SELECT instrument_id, extract(year FROM served_on)::smallint AS year, count(*) AS services,
        count(*) FILTER (WHERE external) AS external_services, sum(amount_fen) AS amount_fen
    FROM usage_standing WHERE active AND instrument_id IS NOT NULL GROUP BY 1, 2
) s ON s.instrument_id = h.instrument_id AND s.year = h.year
"""
_MONTHS = """
INSERT INTO usage_servicemonth (carrier_id, region, client_region, month, services, external_services, enterprises,
    people, amount_fen, external_fen, voucher_fen)
SELECT carrier_id, region, client_region, date_trunc('month', served_on)::date, count(*),
    count(*) FILTER (WHERE external),
    count(*) FILTER (WHERE external AND once AND client_role <> '2'),
    count(*) FILTER (WHERE external AND once AND client_role = '2'),
    sum(amount_fen), coalesce(sum(amount_fen) FILTER (WHERE external), 0), sum(voucher_fen)
FROM usage_standing WHERE active GROUP BY 1, 2, 3, 4
"""
_DELAYS = """
INSERT INTO usage_delay (carrier_id, region, year, days, records)
SELECT carrier_id, region, extract(year FROM served_on)::smallint, delay_days, count(*)
FROM usage_standing WHERE active AND delay_days IS NOT NULL GROUP BY 1, 2, 3, 4
"""
_PARTS = (
    ("usage_day", _DAYS),
    ("usage_instrumentyear", _YEARS),
    ("usage_servicemonth", _MONTHS),
    ("usage_delay", _DELAYS),
)


@transaction.atomic
def recount() -> dict[str, int]:
    """Makes every sum anew (重算); answers the rows by table. For rows that were generated in bulk."""
    made = {}
    with connection.cursor() as cursor:
        for table, statement in _PARTS:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(statement)
            made[table] = cursor.rowcount
    return made
