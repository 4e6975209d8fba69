"""What was booked in a period and what lay where at its end, as the books stood at a cut (截至某一时刻的账).

A cut is an instant of the database's clock before which every transaction has ended; what is booked later, also for days
of the period, is not counted. So the same question with the same cut always has the same answer.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from kechuang.ledger.models import Account, Phase, Transfer
from kechuang.ledger.rules import RULES, Kind

_MOVED = "t.phase IN (0, 2, 4) AND t.booked_at < %(cut)s"
# Everything before the end in one reading, first by day: by county, year, rule and month of the period, what was reversed taken off.
_BOOKS = f"""
    SELECT region, year, CASE WHEN "on" >= %(since)s THEN extract(month FROM "on")::int END, rule, sum(fen), sum(times) FROM (
        SELECT t.region, t.year, t.rule, t."on", CASE t.phase WHEN 4 THEN -1 ELSE 1 END * sum(t.fen) AS fen,
            CASE t.phase WHEN 4 THEN -1 ELSE 1 END * count(*) AS times
        FROM ledger_transfer t WHERE {_MOVED} AND t."on" < %(until)s AND t.region = ANY(%(regions)s)
        GROUP BY t.region, t.year, t.rule, t."on", t.phase) d
    GROUP BY 1, 2, 3, 4"""
# What moved between counties and years, wherever: few, so they are told one by one (index transfer_across).
_ACROSS = f"""
    SELECT t.rule, t.debit_id, t.credit_id, t.phase, t.fen FROM ledger_transfer t
    WHERE t.rule IN ('move', 'allot', 'carry_over') AND {_MOVED} AND t."on" < %(until)s"""
# Of each claim the last of its own bookings before the end: one that still lies in claim, and since when (transfer_of_claim).
_IN_CLAIM = f"""
    SELECT region, "on" FROM (
        SELECT DISTINCT ON (t.region, t.subject) t.region, t."on", t.rule FROM ledger_transfer t
        WHERE {_MOVED} AND t.region = ANY(%(regions)s) AND t."on" < %(until)s
            AND t.rule IN ('submit', 'back', 'approve', 'unapprove', 'refuse_out')
        ORDER BY t.region, t.subject, t.id DESC) last
    WHERE rule IN ('submit', 'unapprove')"""
# Whoever began earlier may still write what was booked earlier; nothing before that can come any more.
_HORIZON = """
    SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"""
_RAISES, _LOWERS = ("release", "open_release"), ("cut",)


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
    """One county's budget of a year (预算执行): what it had to spend, and what of it was paid.

    `budgeted_fen` is what came into the accounts of the year from outside, whenever: released, moved in, allotted, carried over,
    less what was cut or moved out. What is left at the year's end (年终收回、转出的结转) takes nothing off: else every closed year
    would have been spent whole.
    """

    budgeted_fen: int = 0
    paid_fen: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    """The books of some counties: what was booked in the period, what lay there at its end, how its year's budget stood."""

    flows: Sequence[Flow]
    lies: Mapping[tuple[str, str], int]  # by county and kind of account
    executed: Mapping[str, Executed]


def horizon() -> datetime:
    """The latest cut that holds: no transaction that may still book something before it is open."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        (at,) = cursor.fetchone()
    return at


def books(regions: Collection[str], *, since: date, until: date, cut: datetime) -> Books:
    """Flows from `since` until `until` (exclusive), and how everything stood before the day `until`; three statements."""
    flows: list[Flow] = []
    lies: defaultdict[tuple[str, str], int] = defaultdict(int)
    budgeted: defaultdict[str, int] = defaultdict(int)
    paid: defaultdict[str, int] = defaultdict(int)
    found = _asked(_BOOKS, regions=sorted(regions), since=since, until=until, cut=cut)
    for region, year, month, code, summed, counted in found:
        fen, count = int(summed), int(counted)
        if month:
            flows.append(Flow(region, month, code, fen, count))
        rule = RULES[code]
        if rule.crosses:
            continue
        lies[region, rule.debit] -= fen
        lies[region, rule.credit] += fen
        if year == since.year:
            budgeted[region] += fen * _sign(code, _RAISES, _LOWERS)
            paid[region] += fen * _sign(code, ("pay",), ("bounce",))
    for region, year, fen, counts in _across(regions, until=until, cut=cut):
        lies[region, Kind.BUDGET] += fen
        budgeted[region] += fen if counts and year == since.year else 0
    executed = {region: Executed(budgeted[region], paid[region]) for region in {*budgeted, *paid}}
    return Books(flows, lies, executed)


def _sign(code: str, plus: Sequence[str], minus: Sequence[str]) -> int:
    return (code in plus) - (code in minus)


def _across(regions: Collection[str], *, until: date, cut: datetime) -> list[tuple[str, int, int, bool]]:
    """Of what moved between budgets the side of each within the regions: county, year, amount, whether it is of the budget.

    Money carried on to another year is of the budget where it comes in.
    """
    moved = _asked(_ACROSS, until=until, cut=cut)
    ids = {account for _code, debit, credit, _phase, _fen in moved for account in (debit, credit)}
    places = Account.objects.filter(id__in=ids, region__in=list(regions)).values_list("id", "region", "year")
    known = {account: (region, year) for account, region, year in places}
    found = []
    for code, debit, credit, phase, fen in moved:
        into = debit if phase == Phase.REVERSAL else credit
        for account, signed in ((debit, -fen), (credit, fen)):
            if account in known:
                found.append((*known[account], signed, code != "carry_over" or account == into))
    return found


def executed(regions: Collection[str], *, year: int, until: date, cut: datetime) -> Mapping[str, Executed]:
    """By county how the budget of a year stood before the day `until` (预算执行)."""
    return books(regions, since=date(year, 1, 1), until=until, cut=cut).executed


def in_claim_since(regions: Collection[str], *, until: date, cut: datetime) -> list[tuple[str, date]]:
    """Claims that waited for a decision before the day `until`: county, and the day they were submitted."""
    return _asked(_IN_CLAIM, regions=sorted(regions), until=until, cut=cut)


def booked(
    regions: Collection[str], rules: Collection[str], *, since: date, until: date, cut: datetime
) -> QuerySet[Transfer]:
    """The transfers behind a figure, the latest first; their sum is the figure."""
    rows = Transfer.objects.filter(region__in=list(regions), rule__in=list(rules), on__gte=since, on__lt=until)
    return rows.filter(booked_at__lt=cut).exclude(phase__in=[Phase.HOLD, Phase.RELEASE]).order_by("-id")


def booked_sums(rows: QuerySet[Transfer]) -> dict[str, tuple[int, int]]:
    """Of such transfers by rule the amount and the number, the opposite of what was booked taken off."""
    found: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for rule, phase, fen, count in (
        rows.order_by()
        .values("rule", "phase")
        .annotate(fen=Sum("fen"), n=Count("id"))
        .values_list("rule", "phase", "fen", "n")
    ):
        sign = -1 if phase == Phase.REVERSAL else 1
        found[rule] = (found[rule][0] + sign * fen, found[rule][1] + sign * count)
    return dict(found)


def _asked(sql: str, **given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
