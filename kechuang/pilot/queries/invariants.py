"""The invariants of the house, each by a query over the whole installation, and the digest of ledger and acts."""

import hashlib
from collections.abc import Callable

from django.db import connection

from kechuang.bookings.queries import overlapping_slots
from kechuang.claims.queries import passed_early, payouts_not_single, unequal_payouts
from kechuang.deadlines.queries import unescalated
from kechuang.documents.queries import altered_files
from kechuang.gazette.queries import latest
from kechuang.ledger import queries as ledger
from kechuang.outbox.queries import stuck
from kechuang.subsidies import queries as subsidies
from kechuang.trail.queries import Broken, altered_rows, log_faults, repeated_acts
from kechuang.treasury import queries as treasury
from kechuang.ui import clock
from kechuang.usage.queries import impossible_sums, not_one_holding

SHOWN = 20


def invariants(*only: str) -> dict[str, list[Broken]]:
    """I1–I5, I7–I15 by name, or only those named, each with what breaks it: table, row and words. Empty: it holds."""
    checks: dict[str, Callable[[], list[Broken]]] = {
        "I1": ledger.unbalanced,
        "I2": lambda: [*ledger.overcommitted_budgets(), *treasury.budgets_off()],
        "I3": lambda: [*ledger.overused_vouchers(), *_orders_off_ledger()],
        "I4": lambda: [
            *ledger.overpaid_claims(),
            *unequal_payouts(),
            *payouts_not_single(),
            *treasury.parts_off(),
            *subsidies.unequal(),
        ],
        "I5": lambda: repeated_acts(limit=SHOWN),
        "I7": lambda: altered_rows(SHOWN),
        "I8": lambda: [*passed_early(), *subsidies.passed_early(), *treasury.lone_hands()],
        "I9": lambda: unescalated(on=clock.today(), limit=SHOWN),
        "I10": lambda: stuck(now=clock.now(), limit=SHOWN),
        "I11": lambda: altered_files(SHOWN),
        "I12": lambda: log_faults(SHOWN),
        "I13": lambda: overlapping_slots(limit=SHOWN),
        "I14": treasury.payments_unreconciled,
        "I15": lambda: [*impossible_sums(limit=SHOWN), *not_one_holding(limit=SHOWN), *_orders_not_recorded_once()],
    }
    return {name: check() for name, check in checks.items() if not only or name in only}


def _orders_not_recorded_once() -> list[Broken]:
    """I15: a settled order has exactly one service record that holds. Orders brought in from elsewhere were recorded
    there; those that `generate` writes (ord_U…) are copies for measuring, of which no service was ever done."""
    sql = """
        SELECT o.id, count(s.id) FROM orders_order o LEFT JOIN usage_standing s ON s.order_id = o.id AND s.active
        WHERE o.state = 'settled' AND o.id NOT LIKE 'ord\\_U%%'
            AND NOT EXISTS (SELECT FROM trail_event e WHERE e.object_id = o.id AND e.action = 'orders.bring_in')
        GROUP BY o.id HAVING count(s.id) <> 1 ORDER BY o.id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [SHOWN])
        return [Broken("orders_order", row, f"已结算订单有 {count} 条现行服务记录") for row, count in cursor.fetchall()]


def _orders_off_ledger() -> list[Broken]:
    """I3: the voucher's part of an order, what its hold sets aside, and what the ledger holds and booked are one amount."""
    sql = """
        WITH booked AS (
            SELECT subject, sum(CASE WHEN rule IN ('offset', 'open_offset') AND phase IN (0, 2) THEN fen
                WHEN rule IN ('restore', 'refuse_out') AND phase = 0 THEN -fen ELSE 0 END) AS fen
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
