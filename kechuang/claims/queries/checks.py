"""I4 and I8, each by a query over the whole installation."""

from typing import Any

from django.db import connection

from kechuang.claims.states import FINDINGS_MAX
from kechuang.notices.queries import passed_early as named_early
from kechuang.trail.queries import Broken

_THROUGH = (
    "SELECT 'claims_claim', id, cleared_on FROM claims_claim"
    " WHERE state IN ('payable', 'in_payment', 'paid', 'payment_failed', 'suspended')"
)


def passed_early() -> list[Broken]:
    """I8: claims let through before their notice had run, with an objection open, or decided by one hand alone."""
    one_hand = """
        SELECT c.id FROM claims_claim c JOIN treasury_payable p ON p.claim_id = c.id
        JOIN treasury_paymentpart t ON t.payable_id = p.id JOIN treasury_paymentline l ON l.id = t.line_id
        JOIN treasury_paymentbatch b ON b.id = l.batch_id
        WHERE c.state = 'paid' AND t.live
          AND (b.approved_by IN ('', c.confirmed_by) OR c.confirmed_by = '' OR b.released_by = b.approved_by)
        LIMIT %s"""
    found = named_early(_THROUGH, limit=FINDINGS_MAX)
    return found + [Broken("claims_claim", row, "没有两名不同的决定人") for (row,) in _rows(one_hand)]


def unequal_payouts() -> list[Broken]:
    """I4: what a paid claim was confirmed for, what its live payment carries, and what the ledger booked are one amount."""
    sql = """
        SELECT c.id, c.confirmed_fen, coalesce(sum(t.fen), 0), coalesce((
            SELECT sum(CASE WHEN x.rule = 'pay' THEN x.fen ELSE -x.fen END) FROM ledger_transfer x
            WHERE x.subject = c.id AND x.rule IN ('pay', 'bounce')), 0)
        FROM claims_claim c LEFT JOIN treasury_payable p ON p.claim_id = c.id AND p.withdrawn_on IS NULL
        LEFT JOIN treasury_paymentpart t ON t.payable_id = p.id AND t.live
        WHERE c.state = 'paid' GROUP BY c.id, c.confirmed_fen
        HAVING c.confirmed_fen <> coalesce(sum(t.fen), 0) OR c.confirmed_fen <> coalesce((
            SELECT sum(CASE WHEN x.rule = 'pay' THEN x.fen ELSE -x.fen END) FROM ledger_transfer x
            WHERE x.subject = c.id AND x.rule IN ('pay', 'bounce')), 0)
        LIMIT %s"""
    return [
        Broken("claims_claim", row, f"确认 {confirmed}，支付 {paid}，入账 {booked}")
        for row, confirmed, paid, booked in _rows(sql)
    ]


def payouts_not_single() -> list[Broken]:
    """I4: claims that the ledger paid but that do not say so, or whose live payments are more than one."""
    sql = """
        SELECT x.subject FROM ledger_transfer x JOIN claims_claim c ON c.id = x.subject
        WHERE x.rule IN ('pay', 'bounce') GROUP BY x.subject, c.state
        HAVING (sum(CASE WHEN x.rule = 'pay' THEN 1 ELSE -1 END) > 0) <> (c.state = 'paid') LIMIT %s"""
    return [Broken("claims_claim", row, "入账与申请状态不符") for (row,) in _rows(sql)]


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [FINDINGS_MAX])
        return list(cursor.fetchall())
