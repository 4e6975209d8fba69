"""The invariants of the house, each by a query over the whole installation, and the digest of ledger and acts."""

import hashlib
from collections.abc import Callable

from django.db import connection

from kechuang.bookings.states import OCCUPYING, BlockState, BookingState
from kechuang.claims.queries import passed_early, payouts_not_single, unequal_payouts
from kechuang.deadlines.queries import unescalated
from kechuang.documents.queries import altered_files
from kechuang.gazette.queries import latest
from kechuang.ledger import queries as ledger
from kechuang.outbox.queries import stuck
from kechuang.trail.queries import Broken, altered_rows, repeated_acts
from kechuang.treasury import queries as treasury
from kechuang.ui import clock

SHOWN = 20


def invariants() -> dict[str, list[Broken]]:
    """I1–I5, I7–I11, I13, I14 by name, each with what breaks it: table, row and words. Empty: it holds."""
    checks: dict[str, Callable[[], list[Broken]]] = {
        "I1": ledger.unbalanced,
        "I2": lambda: [*ledger.overcommitted_budgets(), *treasury.budgets_off()],
        "I3": lambda: [*ledger.overused_vouchers(), *_orders_off_ledger()],
        "I4": lambda: [*ledger.overpaid_claims(), *unequal_payouts(), *payouts_not_single(), *treasury.parts_off()],
        "I5": lambda: repeated_acts(limit=SHOWN),
        "I7": lambda: altered_rows(SHOWN),
        "I8": lambda: [*passed_early(), *treasury.lone_hands()],
        "I9": lambda: unescalated(on=clock.today(), limit=SHOWN),
        "I10": lambda: stuck(now=clock.now(), limit=SHOWN),
        "I11": lambda: altered_files(SHOWN),
        "I13": _overlapping_bookings,
        "I14": treasury.payments_unreconciled,
    }
    return {name: check() for name, check in checks.items()}


def _orders_off_ledger() -> list[Broken]:
    """I3: the voucher's part of an order, what its hold sets aside, and what the ledger holds and booked are one amount."""
    sql = """
        WITH booked AS (
            SELECT subject, sum(CASE WHEN rule IN ('offset', 'open_offset') AND phase IN (0, 2) THEN fen
                WHEN rule = 'restore' AND phase = 0 THEN -fen ELSE 0 END) AS fen
            FROM ledger_transfer GROUP BY subject)
        SELECT 'orders_order', o.id, o.captured_fen, coalesce(b.fen, 0)
        FROM orders_order o LEFT JOIN booked b ON b.subject = o.id WHERE o.captured_fen <> coalesce(b.fen, 0)
        UNION ALL
        SELECT 'vouchers_hold', h.id, h.fen, t.fen FROM vouchers_hold h JOIN ledger_transfer t ON t.id = h.ledger_hold
        WHERE h.fen <> t.fen
        UNION ALL
        SELECT 'orders_order', o.id, o.voucher_fen, h.fen FROM orders_order o
        JOIN vouchers_hold h ON h.order_id = o.id AND h.state = 'held' WHERE o.voucher_fen <> h.fen
        LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [SHOWN])
        return [Broken(table, row, f"单上 {shown}，账上 {booked}") for table, row, shown, booked in cursor.fetchall()]


def _overlapping_bookings() -> list[Broken]:
    """I13: no instrument is taken twice at one time; who waits or is confirmed has the time of each of their instruments."""
    sql = """
        SELECT 'bookings_slot', id, '同一仪器的时段重叠' FROM (
            SELECT id, from_at, max(until_at) OVER (PARTITION BY instrument_id ORDER BY from_at, id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
            FROM bookings_slot WHERE active) s WHERE from_at < before
        UNION ALL
        SELECT 'bookings_booking', b.id, '预约没有占用所约仪器的时段' FROM bookings_booking b
        CROSS JOIN LATERAL jsonb_array_elements_text(b.instruments) AS i (id)
        LEFT JOIN bookings_slot s ON s.booking_id = b.id AND s.instrument_id = i.id AND s.active
        WHERE b.state = ANY(%s) AND (s.id IS NULL OR s.from_at > b.from_at OR s.until_at < b.until_at)
        UNION ALL
        SELECT 'bookings_slot', s.id, '占用时段的预约已不在办理中' FROM bookings_slot s
        JOIN bookings_booking b ON b.id = s.booking_id WHERE s.active AND b.state <> ALL(%s)
        UNION ALL
        SELECT 'bookings_slot', s.id, '占用时段的占用已解除' FROM bookings_slot s
        JOIN bookings_block k ON k.id = s.block_id WHERE s.active AND k.state <> %s
        LIMIT %s"""
    waiting = [BookingState.REQUESTED, BookingState.CONFIRMED]
    with connection.cursor() as cursor:
        cursor.execute(sql, [waiting, list(OCCUPYING), BlockState.ACTIVE, SHOWN])
        return [Broken(table, row, what) for table, row, what in cursor.fetchall()]


def digest() -> str:
    """SHA-256 over every transfer of the ledger and every act, by business keys, amounts and days (摘要).

    Packs enter by name and content: on which day they were loaded, and under which id, is not of the play.
    """
    found = hashlib.sha256()
    for pack in sorted(latest().values(), key=lambda pack: pack.scheme):
        found.update(f"{pack.scheme}@{pack.version}|{pack.digest}\n".encode())
    for line in ledger.digest_lines():
        found.update(line.encode() + b"\n")
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT "on", action, object_type, number, object_id, source, target FROM trail_event'
            " WHERE action <> 'gazette.publish' ORDER BY seq"
        )
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                found.update("|".join(map(str, row)).encode() + b"\n")
    return found.hexdigest()
