"""What `kechuang check` asks of the ledger: I1, I2, and the ledger's part of I3 and I4 (不变量).

Every one is computed from the transfers alone and names table and row of what is wrong.
"""

from typing import Any

from django.db import connection

from kechuang.ledger.models import SHOWN
from kechuang.ledger.queries.sealing import unlike_sealed
from kechuang.ledger.rules import RULES
from kechuang.trail.queries import Broken

_OUT = "t.phase IN (0, 2, 4)"  # posts, captures and reversals move money
_OPEN = "t.phase = 1 AND NOT EXISTS (SELECT FROM ledger_transfer r WHERE r.pending_id = t.id AND r.phase IN (2, 3))"


def unbalanced() -> list[Broken]:
    """I1: stored balances are the sums of their transfers, holds resolve as they were taken, everything sums to zero.

    And every sealed transfer is still the one that was sealed.
    """
    return [*_stored_balances(), *_books(), *_resolutions(), *_kinds(), *unlike_sealed()]


def _stored_balances() -> list[Broken]:
    sql = f"""
        WITH side AS (
            SELECT t.debit_id AS id, CASE WHEN {_OUT} THEN -t.fen ELSE 0 END AS posted,
                CASE WHEN {_OPEN} THEN t.fen ELSE 0 END AS held FROM ledger_transfer t
            UNION ALL
            SELECT t.credit_id, t.fen, 0 FROM ledger_transfer t WHERE {_OUT}
        ), sums AS (SELECT id, sum(posted) AS posted, sum(held) AS held FROM side GROUP BY id)
        SELECT a.id, a.posted, coalesce(s.posted, 0), a.held, coalesce(s.held, 0)
        FROM ledger_account a LEFT JOIN sums s ON s.id = a.id
        WHERE a.posted <> coalesce(s.posted, 0) OR a.held <> coalesce(s.held, 0) ORDER BY a.id LIMIT %s"""
    return [
        Broken("ledger_account", str(row), f"余额 {posted}（逐笔 {summed}），占用 {held}（逐笔 {open_}）")
        for row, posted, summed, held, open_ in _rows(sql, [SHOWN])
    ]


def _books() -> list[Broken]:
    ((total,),) = _rows("SELECT coalesce(sum(posted), 0) FROM ledger_account", [])
    return [Broken("ledger_account", "*", f"全部账户合计 {total}，应为零")] if total else []


def _resolutions() -> list[Broken]:
    sql = """
        SELECT t.id, CASE
            WHEN t.phase IN (2, 3) AND p.phase <> 1 THEN '结清或释放的不是占用'
            WHEN t.phase = 4 AND p.phase NOT IN (0, 2) THEN '冲销的不是已记的账'
            WHEN t.phase = 4 AND (t.debit_id, t.credit_id, t.fen) <> (p.credit_id, p.debit_id, p.fen) THEN '冲销与原账不符'
            WHEN t.phase IN (2, 3) AND (t.debit_id, t.credit_id) <> (p.debit_id, p.credit_id) THEN '结清与占用的账户不符'
            WHEN t.phase = 2 AND t.fen > p.fen THEN '结清金额超过占用' ELSE '释放金额与占用不符' END
        FROM ledger_transfer t JOIN ledger_transfer p ON p.id = t.pending_id
        WHERE (t.phase IN (2, 3) AND (p.phase <> 1 OR (t.debit_id, t.credit_id) <> (p.debit_id, p.credit_id)))
            OR (t.phase = 2 AND t.fen > p.fen) OR (t.phase = 3 AND t.fen <> p.fen)
            OR (t.phase = 4 AND (p.phase NOT IN (0, 2)
                OR (t.debit_id, t.credit_id, t.fen) <> (p.credit_id, p.debit_id, p.fen)))
        ORDER BY t.id LIMIT %s"""
    return [Broken("ledger_transfer", str(row), what) for row, what in _rows(sql, [SHOWN])]


def _kinds() -> list[Broken]:
    """Kinds, place and name of the rule of every post; a reversal is its rule read backwards."""
    sql = """
        SELECT t.id FROM ledger_transfer t
        JOIN ledger_account d ON d.id = CASE t.phase WHEN 4 THEN t.credit_id ELSE t.debit_id END
        JOIN ledger_account c ON c.id = CASE t.phase WHEN 4 THEN t.debit_id ELSE t.credit_id END
        LEFT JOIN unnest(%s::text[], %s::text[], %s::text[], %s::boolean[]) AS r (code, debit, credit, crosses) ON r.code = t.rule
        WHERE r.code IS NULL OR r.debit <> d.kind OR r.credit <> c.kind
            OR (NOT r.crosses AND (d.region, d.year) <> (c.region, c.year))
        ORDER BY t.id LIMIT %s"""
    rules = RULES.values()
    given: list[Any] = [
        [rule.code for rule in rules],
        [str(rule.debit) for rule in rules],
        [str(rule.credit) for rule in rules],
        [rule.crosses for rule in rules],
        SHOWN,
    ]
    return [Broken("ledger_transfer", str(row), "科目与记账规则不符") for (row,) in _rows(sql, given)]


def overcommitted_budgets() -> list[Broken]:
    """I2: per budget, what was granted and paid out of it is never above what came into it."""
    return [
        Broken("ledger_account", str(row), f"预算 {region} {year} 收入 {into}，支出 {out}")
        for row, region, year, _, into, out, _ in _overdrawn("budget")
    ]


def overused_vouchers() -> list[Broken]:
    """I3, the ledger's part: per voucher, what is used and held is never above what was granted."""
    return [
        Broken("ledger_account", str(row), f"创新券 {owner} 获 {into}，已用 {out}，占用 {held}")
        for row, _, _, owner, into, out, held in _overdrawn("voucher")
    ]


def _overdrawn(kind: str) -> list[tuple[Any, ...]]:
    """Summed first and joined after: for the sake of the LIMIT the accounts would each be held against every transfer."""
    sql = f"""
        WITH side AS (
            SELECT t.debit_id AS id, 0 AS came, CASE WHEN {_OUT} THEN t.fen ELSE 0 END AS out,
                CASE WHEN {_OPEN} THEN t.fen ELSE 0 END AS held FROM ledger_transfer t
            UNION ALL
            SELECT t.credit_id, t.fen, 0, 0 FROM ledger_transfer t WHERE {_OUT}
        ), over AS MATERIALIZED (
            SELECT id, sum(came) AS came, sum(out) AS out, sum(held) AS held
            FROM side GROUP BY id HAVING sum(came) < sum(out) + sum(held)
        )
        SELECT a.id, a.region, a.year, a.owner, over.came, over.out, over.held
        FROM over JOIN ledger_account a ON a.id = over.id WHERE a.kind = %s ORDER BY a.id LIMIT %s"""
    return _rows(sql, [kind, SHOWN])


def overpaid_claims() -> list[Broken]:
    """I4, the ledger's part: per claim and per subsidy, what was paid is never above what was approved, and it was paid at most once."""
    sql = """
        SELECT t.subject, sum(n.fen) FILTER (WHERE NOT n.pays), sum(n.fen) FILTER (WHERE n.pays),
            sum(n.once) FILTER (WHERE n.pays)
        FROM ledger_transfer t
        CROSS JOIN LATERAL (
            SELECT CASE WHEN (t.rule IN ('unapprove', 'bounce', 'subsidy_bounce')) <> (t.phase = 4) THEN -1 ELSE 1 END
                AS once) s
        CROSS JOIN LATERAL (
            SELECT s.once * t.fen AS fen, s.once AS once,
                t.rule IN ('pay', 'bounce', 'subsidy_pay', 'subsidy_bounce') AS pays) n
        WHERE t.rule IN ('approve', 'unapprove', 'pay', 'bounce', 'subsidy_owe', 'subsidy_pay', 'subsidy_bounce')
        GROUP BY t.subject
        HAVING coalesce(sum(n.fen) FILTER (WHERE n.pays), 0) > coalesce(sum(n.fen) FILTER (WHERE NOT n.pays), 0)
            OR coalesce(sum(n.once) FILTER (WHERE n.pays), 0) > 1
        ORDER BY t.subject LIMIT %s"""
    return [
        Broken("ledger_transfer", subject, f"核定 {approved or 0}，已付 {paid}，支付 {times} 次")
        for subject, approved, paid, times in _rows(sql, [SHOWN])
    ]


def _rows(sql: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
