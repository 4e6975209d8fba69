"""What `kechuang check` asks of subsidies: its part of I4 and I8 (不变量)."""

from typing import Any

from django.db import connection

from kechuang.notices.queries import passed_early as named_early
from kechuang.subsidies.states import FINDINGS_MAX
from kechuang.trail.queries import Broken

_THROUGH = (
    "SELECT 'subsidies_statement', id, cleared_on FROM subsidies_statement"
    " WHERE state IN ('payable', 'in_payment', 'paid', 'payment_failed', 'suspended')"
)


def passed_early() -> list[Broken]:
    """I8: statements let through before their notice had run, or with an objection open."""
    return named_early(_THROUGH, limit=FINDINGS_MAX)


def unequal() -> list[Broken]:
    """I4: statements add up to their settlement and to the claims they name; what was paid is what was due, once."""
    return [*_sums_off(), *_rows_off(), *_paid_off()]


def _sums_off() -> list[Broken]:
    sql = """
        SELECT d.id, d.total_fen, coalesce(sum(s.fen), 0) FROM subsidies_settlement d
        LEFT JOIN subsidies_statement s ON s.settlement_id = d.id AND s.state <> 'withdrawn'
        WHERE d.state IN ('settled', 'published', 'closed')
        GROUP BY d.id HAVING d.total_fen <> coalesce(sum(s.fen), 0) OR d.pot_fen < d.total_fen LIMIT %s"""
    return [Broken("subsidies_settlement", row, f"合计 {said}，结算单 {sums}") for row, said, sums in _rows(sql)]


def _rows_off() -> list[Broken]:
    sql = """
        SELECT s.id, s.redeemed_fen, coalesce(sum(c.fen), 0)::bigint AS fen
        FROM subsidies_statement s JOIN subsidies_settlement d ON d.id = s.settlement_id
        LEFT JOIN (SELECT settlement_id, party, unit, carrier, sum(fen) AS fen FROM subsidies_counted
                   GROUP BY settlement_id, party, unit, carrier) c
            ON c.settlement_id = s.settlement_id AND c.party = s.party AND (s.carrier = '' OR c.carrier = s.carrier)
            AND (c.unit = s.unit OR d.terms #>> '{params,subsidy_threshold_per,is}' IS DISTINCT FROM 'unit')
        WHERE s.place = '' GROUP BY s.id HAVING s.redeemed_fen <> coalesce(sum(c.fen), 0) LIMIT %s"""
    return [Broken("subsidies_statement", row, f"兑付 {said}，明细 {sums}") for row, said, sums in _rows(sql)]


def _paid_off() -> list[Broken]:
    sql = """
        SELECT s.id, CASE WHEN s.state = 'paid' THEN s.fen ELSE 0 END AS said, coalesce(sum(
            CASE WHEN (t.rule = 'subsidy_pay') = (t.phase <> 4) THEN t.fen ELSE -t.fen END), 0) AS booked
        FROM subsidies_statement s LEFT JOIN ledger_transfer t
            ON t.subject = s.id AND t.rule IN ('subsidy_pay', 'subsidy_bounce')
        GROUP BY s.id HAVING coalesce(sum(
            CASE WHEN (t.rule = 'subsidy_pay') = (t.phase <> 4) THEN t.fen ELSE -t.fen END), 0)
            <> CASE WHEN s.state = 'paid' THEN s.fen ELSE 0 END LIMIT %s"""
    return [Broken("subsidies_statement", row, f"应付 {said}，入账 {booked}") for row, said, booked in _rows(sql)]


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [FINDINGS_MAX])
        return list(cursor.fetchall())
