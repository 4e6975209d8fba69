"""What was booked in a period and what lay where at its end, as the books stood at a cut (截至某一时刻的账).

A cut is an instant of the database's clock before which every transaction has ended; what is booked later, also for days
of the period, is not counted. So the same question with the same cut always has the same answer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from kechuang.ledger.models import Phase, Transfer

_MOVED = "t.phase IN (0, 2, 4) AND t.booked_at < %(cut)s"
_FLOWS = f"""
    SELECT t.region, extract(month FROM t."on")::int, t.rule, sum(CASE t.phase WHEN 4 THEN -t.fen ELSE t.fen END),
        sum(CASE t.phase WHEN 4 THEN -1 ELSE 1 END)
    FROM ledger_transfer t
    WHERE {_MOVED} AND t.region = ANY(%(regions)s) AND t."on" >= %(since)s AND t."on" < %(until)s
    GROUP BY t.region, 2, t.rule"""
_LIES = f"""
    SELECT a.region, a.kind, sum(s.fen) FROM (
        SELECT t.debit_id AS id, -sum(t.fen) AS fen FROM ledger_transfer t
            WHERE {_MOVED} AND t."on" < %(until)s GROUP BY t.debit_id
        UNION ALL
        SELECT t.credit_id, sum(t.fen) FROM ledger_transfer t WHERE {_MOVED} AND t."on" < %(until)s GROUP BY t.credit_id
    ) s JOIN ledger_account a ON a.id = s.id WHERE a.region = ANY(%(regions)s) GROUP BY a.region, a.kind"""
# 执行: what came into the budget of one year from outside it, whenever; what of that year's money was paid. What is left at the
# year's end (年终收回、转出的结转) takes nothing off: else every closed year would have been spent whole.
_EXECUTED = f"""
    SELECT region, sum(budgeted), sum(paid), sum(times) FROM (
        SELECT a.region, CASE a.id WHEN t.credit_id THEN t.fen ELSE -t.fen END AS budgeted, 0 AS paid, 0 AS times
        FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
        WHERE a.kind = 'budget' AND a.year = %(year)s AND a.region = ANY(%(regions)s)
            AND t.rule = ANY(%(into)s) AND {_MOVED} AND t."on" < %(until)s
            AND (t.rule <> 'carry_over' OR a.id = CASE t.phase WHEN 4 THEN t.debit_id ELSE t.credit_id END)
        UNION ALL
        SELECT t.region, 0, s.sign * t.fen, s.sign FROM ledger_transfer t,
            LATERAL (SELECT CASE (t.rule = 'pay') = (t.phase <> 4) WHEN true THEN 1 ELSE -1 END AS sign) s
        WHERE t.rule IN ('pay', 'bounce') AND t.year = %(year)s AND t.region = ANY(%(regions)s)
            AND {_MOVED} AND t."on" < %(until)s) b
    GROUP BY region"""
_INTO_BUDGET = ["release", "open_release", "cut", "move", "allot", "carry_over"]
# Of each claim the last of its own bookings before the end: one that still lies in claim, and since when.
_IN_CLAIM = f"""
    SELECT region, "on" FROM (
        SELECT DISTINCT ON (t.subject) t.region, t."on", t.rule FROM ledger_transfer t
        WHERE {_MOVED} AND t.region = ANY(%(regions)s) AND t."on" < %(until)s
            AND t.rule IN ('submit', 'back', 'approve', 'unapprove', 'refuse_out')
        ORDER BY t.subject, t.id DESC) last
    WHERE rule IN ('submit', 'unapprove')"""
# Whoever began earlier may still write what was booked earlier; nothing before that can come any more.
_HORIZON = """
    SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Flow:
    """What one rule booked in one county and month: net of reversals."""

    region: str
    month: int
    rule: str
    fen: int
    count: int


@dataclass(frozen=True, slots=True)
class Executed:
    """One county's budget of a year (预算执行): what it had to spend, what of it was paid, in how many payouts."""

    budgeted_fen: int = 0
    paid_fen: int = 0
    paid_count: int = 0


def horizon() -> datetime:
    """The latest cut that holds: no transaction that may still book something before it is open."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        (at,) = cursor.fetchone()
    return at


def flows(regions: Collection[str], *, since: date, until: date, cut: datetime) -> list[Flow]:
    """By county, month and rule what was booked from `since` until `until` (exclusive)."""
    found = _asked(_FLOWS, regions=sorted(regions), since=since, until=until, cut=cut)
    return [Flow(region, month, rule, int(fen), int(count)) for region, month, rule, fen, count in found]


def lay(regions: Collection[str], *, until: date, cut: datetime) -> dict[tuple[str, str], int]:
    """By county and kind of account what lay there before the day `until`."""
    found = _asked(_LIES, regions=sorted(regions), until=until, cut=cut)
    return {(region, kind): int(fen) for region, kind, fen in found}


def executed(regions: Collection[str], *, year: int, until: date, cut: datetime) -> dict[str, Executed]:
    """By county how the budget of a year stood before the day `until` (预算执行): raised, cut, moved, allotted, carried over in."""
    found = _asked(_EXECUTED, regions=sorted(regions), year=year, until=until, cut=cut, into=_INTO_BUDGET)
    return {region: Executed(int(fen), int(paid), int(times)) for region, fen, paid, times in found}


def in_claim_since(regions: Collection[str], *, until: date, cut: datetime) -> list[tuple[str, date]]:
    """Claims that waited for a decision before the day `until`: county, and the day they were submitted."""
    return _asked(_IN_CLAIM, regions=sorted(regions), until=until, cut=cut)


def booked(
    regions: Collection[str], rules: Collection[str], *, since: date, until: date, cut: datetime
) -> QuerySet[Transfer]:
    """The transfers behind a figure, the latest first; their sum is the figure."""
    rows = Transfer.objects.filter(region__in=list(regions), rule__in=list(rules), on__gte=since, on__lt=until)
    return rows.filter(booked_at__lt=cut).exclude(phase__in=[Phase.HOLD, Phase.RELEASE]).order_by("-id")


def _asked(sql: str, **given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
