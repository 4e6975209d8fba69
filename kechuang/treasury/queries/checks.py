"""What `kechuang check` asks of the treasury: I2, I4, I8 and I14, its part of each (不变量)."""

from typing import Any

from django.db import connection
from django.db.models import F, Q

from kechuang.trail.queries import Broken
from kechuang.treasury.models import Budget, PaymentBatch
from kechuang.treasury.queries.files import file_digests
from kechuang.treasury.states import SHOWN, BatchState, BudgetState, LineState

_ALIVE = (LineState.WAITING, LineState.SENT, LineState.UNKNOWN, LineState.PAID)


def budgets_off() -> list[Broken]:
    """I2: a budget's released amount is what the ledger booked for it; children are never above their parent."""
    return [*_not_as_booked(), *_children_above()]


def _not_as_booked() -> list[Broken]:
    sql = """
        SELECT b.id, b.released_fen, coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.fen ELSE -t.fen END), 0)
        FROM treasury_budget b
        LEFT JOIN ledger_account a ON a.kind = 'budget' AND a.region = b.region AND a.year = b.year AND a.owner = ''
        LEFT JOIN ledger_transfer t ON (t.debit_id = a.id OR t.credit_id = a.id) AND t.phase IN (0, 4) AND t.rule IN
            ('release', 'open_release', 'cut', 'close_return', 'move', 'carry_over', 'allot')
            AND (t.rule <> 'allot' OR t.credit_id = a.id)
            AND (t.rule <> 'open_release' OR t.subject = b.id)  -- of a voucher taken over it goes on at once
        GROUP BY b.id, b.released_fen
        HAVING b.released_fen <> coalesce(sum(CASE WHEN t.credit_id = a.id THEN t.fen ELSE -t.fen END), 0)
        ORDER BY b.id LIMIT %s"""
    return [
        Broken("treasury_budget", row, f"已下达 {said}，总账为 {booked}") for row, said, booked in _rows(sql, [SHOWN])
    ]


def _children_above() -> list[Broken]:
    sql = """
        SELECT p.id, p.amount_fen, sum(c.amount_fen), sum(c.released_fen), p.released_fen
        FROM treasury_budget p JOIN treasury_budget c ON c.parent_id = p.id
        GROUP BY p.id HAVING sum(c.amount_fen) > p.amount_fen OR sum(c.released_fen) > p.released_fen
        ORDER BY p.id LIMIT %s"""
    return [
        Broken("treasury_budget", row, f"下级合计 {children}（已下达 {released}），上级 {parent}（已下达 {own}）")
        for row, parent, children, released, own in _rows(sql, [SHOWN])
    ]


def parts_off() -> list[Broken]:
    """I4: a claim is on one live payment at most, parts add up to their line, lines to their batch; paid is booked once."""
    return [*_twice_live(), *_sums_off(), *_live_off(), *_taken_off(), *_paid_not_booked()]


def _twice_live() -> list[Broken]:
    sql = """
        SELECT d.claim_id, count(*) FROM treasury_paymentpart p JOIN treasury_payable d ON d.id = p.payable_id
        WHERE p.live GROUP BY d.claim_id HAVING count(*) > 1 ORDER BY 1 LIMIT %s"""
    return [Broken("treasury_paymentpart", claim, f"同时有 {times} 笔有效支付") for claim, times in _rows(sql, [SHOWN])]


def _sums_off() -> list[Broken]:
    lines = """
        SELECT l.id, l.fen, coalesce(sum(p.fen), 0) FROM treasury_paymentline l
        LEFT JOIN treasury_paymentpart p ON p.line_id = l.id
        GROUP BY l.id HAVING l.fen <> coalesce(sum(p.fen), 0) ORDER BY l.id LIMIT %s"""
    batches = """
        SELECT b.id, b.total_fen, coalesce(sum(l.fen), 0) FROM treasury_paymentbatch b
        LEFT JOIN treasury_paymentline l ON l.batch_id = b.id
        GROUP BY b.id HAVING b.total_fen <> coalesce(sum(l.fen), 0) OR b.lines_count <> count(l.id)
        ORDER BY b.id LIMIT %s"""
    parts = """
        SELECT p.id, p.fen, d.fen FROM treasury_paymentpart p JOIN treasury_payable d ON d.id = p.payable_id
        WHERE p.fen <> d.fen ORDER BY p.id LIMIT %s"""
    return [
        Broken(table, row, f"{whole} 与明细 {sum_} 不符")
        for table, sql in (
            ("treasury_paymentline", lines),
            ("treasury_paymentbatch", batches),
            ("treasury_paymentpart", parts),
        )
        for row, whole, sum_ in _rows(sql, [SHOWN])
    ]


def _taken_off() -> list[Broken]:
    sql = """
        SELECT d.id, d.taken FROM treasury_payable d
        WHERE d.taken <> EXISTS (SELECT 1 FROM treasury_paymentpart p WHERE p.live AND p.payable_id = d.id)
        ORDER BY d.id LIMIT %s"""
    return [
        Broken("treasury_payable", row, "标为已在支付中，但没有有效的支付" if taken else "已在支付中，却没有标明")
        for row, taken in _rows(sql, [SHOWN])
    ]


def _live_off() -> list[Broken]:
    sql = """
        SELECT p.id, l.state FROM treasury_paymentpart p JOIN treasury_paymentline l ON l.id = p.line_id
        WHERE p.live <> (l.state = ANY(%s)) ORDER BY p.id LIMIT %s"""
    return [
        Broken("treasury_paymentpart", row, f"有效标记与支付状态 {state} 不符")
        for row, state in _rows(sql, [[str(state) for state in _ALIVE], SHOWN])
    ]


def _paid_not_booked() -> list[Broken]:
    """Every live part of a paid line is booked as paid, net of bounces, to the fen; nothing else is."""
    sql = """
        WITH booked AS (
            SELECT t.subject, sum(CASE WHEN (t.rule IN ('bounce', 'subsidy_bounce')) <> (t.phase = 4)
                THEN -t.fen ELSE t.fen END) AS fen FROM ledger_transfer t
            WHERE t.rule IN ('pay', 'bounce', 'subsidy_pay', 'subsidy_bounce') GROUP BY t.subject
        ), said AS (
            SELECT d.claim_id, sum(p.fen) AS fen FROM treasury_paymentpart p
            JOIN treasury_payable d ON d.id = p.payable_id JOIN treasury_paymentline l ON l.id = p.line_id
            WHERE p.live AND l.state = 'paid' GROUP BY d.claim_id
        )
        SELECT coalesce(booked.subject, said.claim_id), coalesce(said.fen, 0), coalesce(booked.fen, 0)
        FROM booked FULL JOIN said ON said.claim_id = booked.subject
        WHERE coalesce(said.fen, 0) <> coalesce(booked.fen, 0) ORDER BY 1 LIMIT %s"""
    return [
        Broken("treasury_payable", claim, f"支付 {said}，总账已付 {booked}")
        for claim, said, booked in _rows(sql, [SHOWN])
    ]


def lone_hands() -> list[Broken]:
    """I8: a batch or budget whose steps were not done by different persons, also where the constraint is gone."""
    decided = ~Q(approved_by="")
    batches = PaymentBatch.objects.filter(
        decided & (Q(approved_by=F("prepared_by")) | Q(released_by=F("approved_by")) | Q(released_by=F("prepared_by")))
        | Q(state__in=[BatchState.RELEASED, BatchState.SENT, BatchState.SETTLED], released_by="")
        | Q(state__in=[BatchState.APPROVED, BatchState.RELEASED, BatchState.SENT, BatchState.SETTLED], approved_by="")
    )
    budgets = Budget.objects.filter(Q(approved_by=F("drafted_by"))).exclude(
        state__in=[BudgetState.DRAFT, BudgetState.SUBMITTED, BudgetState.RETURNED]
    )
    return [
        Broken(rows.model._meta.db_table, str(row), "前后环节不是不同的人")
        for rows in (batches, budgets)
        for row in rows.order_by("id").values_list("id", flat=True)[:SHOWN]
    ]


def payments_unreconciled() -> list[Broken]:
    """I14: the file's content is what was approved, and each line has one serial, one answer and one bank reference."""
    return [*_content_off(), *_answers_off()]


def _content_off() -> list[Broken]:
    approved = dict(PaymentBatch.objects.order_by("id").values_list("id", "digest"))
    found = file_digests(approved)
    return [
        Broken("treasury_paymentbatch", batch_id, "支付明细与审批时的摘要不符")
        for batch_id, digest in approved.items()
        if found.get(batch_id, digest) != digest
    ][:SHOWN]


def _answers_off() -> list[Broken]:
    sql = """
        SELECT l.id, '已支付而无银行流水号' FROM treasury_paymentline l WHERE l.state = 'paid' AND l.bank_reference = ''
        UNION ALL
        SELECT min(l.id), '同一银行流水号用于多笔' FROM treasury_paymentline l WHERE l.bank_reference <> ''
            GROUP BY l.bank_reference HAVING count(*) > 1
        UNION ALL
        SELECT l.id, '批次状态与支付状态不符' FROM treasury_paymentline l JOIN treasury_paymentbatch b ON b.id = l.batch_id
            WHERE (b.state IN ('prepared', 'approved', 'released') AND l.state <> 'waiting')
                OR (b.state IN ('returned', 'cancelled') AND l.state <> 'dropped')
                OR (b.state = 'sent' AND l.state IN ('waiting', 'dropped'))
                OR (b.state = 'settled' AND l.state NOT IN ('paid', 'failed'))
        ORDER BY 1 LIMIT %s"""
    return [Broken("treasury_paymentline", row, what) for row, what in _rows(sql, [SHOWN])]


def _rows(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
