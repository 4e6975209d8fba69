"""对账单 for whole regions: every account of a period with opening and closing balance, and what has not come to rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.ledger.access import closer, keeps_books, visible_to
from kechuang.ledger.models import Account, Closing
from kechuang.ledger.queries.balances import Statement, statement
from kechuang.ledger.rules import CLEARING_KINDS, KIND_LABELS, Kind, Period, Place, month_after

# What the accounts of a region moved on or after a day: forwards from there, since every balance is stored as of now.
_MOVED = """
    WITH side AS (
        SELECT t.debit_id AS id, t."on", -t.fen AS fen FROM ledger_transfer t
            WHERE t.region = %(region)s AND t."on" >= %(since)s AND t.phase IN (0, 2, 4)
        UNION ALL
        SELECT t.credit_id, t."on", t.fen FROM ledger_transfer t
            WHERE t.region = %(region)s AND t."on" >= %(since)s AND t.phase IN (0, 2, 4)
        UNION ALL  -- what came from other regions: only budgets are moved between them
        SELECT t.credit_id, t."on", t.fen FROM ledger_transfer t JOIN ledger_account b ON b.id = t.credit_id
            WHERE b.region = %(region)s AND b.kind = 'budget' AND t.region <> b.region AND t."on" >= %(since)s
                AND t.phase IN (0, 2, 4)
    ), moved AS (
        SELECT id, sum(fen) FILTER (WHERE "on" < %(until)s AND fen > 0) AS came,
            -sum(fen) FILTER (WHERE "on" < %(until)s AND fen < 0) AS went,
            sum(fen) FILTER (WHERE "on" >= %(until)s) AS later
        FROM side GROUP BY id
    ), found AS (
        SELECT a.id, a.kind, a.region, a.year, a.owner, a.held, coalesce(m.came, 0) AS came, coalesce(m.went, 0) AS went,
            a.posted - coalesce(m.later, 0) AS closing
        FROM ledger_account a LEFT JOIN moved m ON m.id = a.id WHERE a.region = %(region)s
    )
"""
_ACCOUNTS = """
    SELECT id, kind, region, year, owner, closing - came + went, came, went, closing FROM found
    WHERE (came > 0 OR went > 0 OR closing <> 0) AND (%(kind)s = '' OR kind = %(kind)s)
        AND (%(year)s::int IS NULL OR year = %(year)s) ORDER BY kind, year, id"""
_BY_KIND = "SELECT kind, sum(closing) FROM found GROUP BY kind"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account for a period: opening + in − out = closing."""

    id: int
    place: Place
    opening_fen: int
    in_fen: int
    out_fen: int
    closing_fen: int

    @property
    def label(self) -> str:
        return KIND_LABELS[self.place.kind]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """未归零的过渡科目: an account whose money is on its way, and since when nothing moved."""

    id: int
    place: Place
    fen: int
    last_on: date

    @property
    def label(self) -> str:
        return KIND_LABELS[self.place.kind]


def accounts_of_region(
    actor: Actor, region: str, *, since: date, until: date, kind: str = "", year: int | None = None
) -> list[AccountLine]:
    """Every account of a county that moved or held money in a period (按地区对账); raises NotVisible."""
    _need_sight(actor, region)
    rows = _asked(_MOVED + _ACCOUNTS, region=region, since=since, until=until, kind=kind, year=year)
    return [
        AccountLine(id_, Place(Kind(kind_), place, year_, owner), *map(int, amounts))
        for id_, kind_, place, year_, owner, *amounts in rows
    ]


def lies_at(region: str, *, until: date) -> dict[Kind, int]:
    """What lay in a region's accounts of each kind before a day began."""
    return {Kind(kind): int(fen) for kind, fen in _asked(_MOVED + _BY_KIND, region=region, since=until, until=until)}


def unsettled(actor: Actor, region: str) -> list[Unsettled]:
    """Clearing accounts that are not zero now, those at rest for longest first (过渡科目未归零)."""
    _need_sight(actor, region)
    sql = """
        SELECT a.id, a.kind, a.region, a.year, a.owner, a.posted, greatest(
            (SELECT t."on" FROM ledger_transfer t WHERE t.debit_id = a.id ORDER BY t.id DESC LIMIT 1),
            (SELECT t."on" FROM ledger_transfer t WHERE t.credit_id = a.id ORDER BY t.id DESC LIMIT 1)) AS last_on
        FROM ledger_account a WHERE a.region = %(region)s AND a.kind = ANY (%(kinds)s) AND a.posted <> 0
        ORDER BY last_on, a.id"""
    rows = _asked(sql, region=region, kinds=[kind.value for kind in CLEARING_KINDS])
    return [
        Unsettled(id_, Place(Kind(kind), place, year, owner), fen, last_on)
        for id_, kind, place, year, owner, fen, last_on in rows
    ]


def statement_for(actor: Actor, account_id: int, *, since: date, until: date) -> Statement:
    """One account's statement, for who may see the account; raises NotVisible."""
    if not visible_to(actor).filter(id=account_id).exists():
        raise NotVisible
    return statement(account_id, since=since, until=until)


def closings(actor: Actor, region: str) -> QuerySet[Closing]:
    """What was closed of a county's books, the latest first."""
    _need_sight(actor, region)
    return Closing.objects.filter(region=region).order_by("-until", "period")


def next_month(region: str) -> date | None:
    """The day before which the next month to be closed ends; None where nothing is booked."""
    last = Closing.objects.filter(region=region, period=Period.MONTH).order_by("-until").first()
    if last:
        return month_after(last.until)
    ((first_on,),) = _asked('SELECT min("on") FROM ledger_transfer WHERE region = %(region)s', region=region)
    return month_after(first_on) if first_on else None


def closed_until(regions: Iterable[str]) -> dict[str, date | None]:
    """The first day that is open in each region's books (已关账至); None where no month was ever closed. One statement."""
    wanted = set(regions)
    rows = Closing.objects.filter(region__in=wanted, period=Period.MONTH).order_by().values("region")
    found = {row["region"]: row["last"] for row in rows.annotate(last=Max("until"))}
    return {region: found.get(region) for region in sorted(wanted)}


def next_year(region: str) -> date | None:
    """The day before which the next year to be closed ends, once its December is closed; else None."""
    months = (
        Closing.objects.filter(region=region, period=Period.MONTH).order_by("-until").values_list("until", flat=True)
    )
    years = set(Closing.objects.filter(region=region, period=Period.YEAR).values_list("until", flat=True))
    return next((until for until in months if until == until.replace(month=1, day=1) and until not in years), None)


def may_close(actor: Actor, region: str) -> bool:
    try:
        return bool(closer(actor, region))
    except NotVisible:
        return False


def regions_seen(actor: Actor) -> list[str]:
    """The regions with accounts that the actor may list."""
    wanted = keeps_books(actor)
    held = Account.objects.filter(region__in=wanted).order_by("region").values_list("region", flat=True).distinct()
    return list(held)


def _need_sight(actor: Actor, region: str) -> None:
    if not actor.clock and region not in keeps_books(actor):
        raise NotVisible


def _asked(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
