"""What must hold of all bookings at any time (不变量 I13), by query over the whole table."""

from django.db import connection

from kechuang.trail.queries import Broken

_OVERLAPPING = """
    SELECT id, before FROM (
        SELECT id, from_at, lag(id) OVER w AS before,
            max(until_at) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
        FROM bookings_slot WHERE active
        WINDOW w AS (PARTITION BY instrument_id ORDER BY from_at, until_at, id)
    ) s WHERE from_at < reached ORDER BY id LIMIT %s"""
_WITHOUT_SLOTS = """
    SELECT DISTINCT b.id FROM bookings_booking b
        CROSS JOIN LATERAL jsonb_array_elements_text(b.instruments) AS i (id)
        LEFT JOIN bookings_slot s ON s.booking_id = b.id AND s.instrument_id = i.id AND s.active
    WHERE b.state IN ('requested', 'confirmed', 'in_use')
        AND (s.id IS NULL OR s.from_at > b.from_at OR s.until_at < b.until_at)
    ORDER BY b.id LIMIT %s"""
_LEFT_OVER = """
    SELECT s.id FROM bookings_slot s
        LEFT JOIN bookings_booking b ON b.id = s.booking_id LEFT JOIN bookings_block k ON k.id = s.block_id
    WHERE s.active AND (b.state IN ('displaced', 'refused', 'cancelled', 'lapsed', 'no_show') OR k.state = 'lifted')
    ORDER BY s.id LIMIT %s"""


def overlapping_slots(*, limit: int) -> list[Broken]:
    """I13: two bookings or blocks of one instrument at once; a booking without its time; a time of nobody."""
    found = [Broken("bookings_slot", slot, f"与 {before} 的时段重叠") for slot, before in _rows(_OVERLAPPING, limit)]
    found += [Broken("bookings_booking", row, "预约没有占住其时段") for (row,) in _rows(_WITHOUT_SLOTS, limit)]
    found += [Broken("bookings_slot", row, "时段仍被占用，预约已不在") for (row,) in _rows(_LEFT_OVER, limit)]
    return found[:limit]


def _rows(sql: str, limit: int) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return cursor.fetchall()
