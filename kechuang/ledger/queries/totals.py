"""Where all the money is (资金总览), and the pilot's digest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

from kechuang.ledger.models import Account, Transfer
from kechuang.ledger.rules import RULES, Flow, Kind

_MOVED = "phase IN (0, 2, 4)"  # posts, captures and reversals move money; holds and releases set it aside


@dataclass(frozen=True, slots=True)
class Money:
    """资金总览, in fen. What flowed is added up by rule, what lies somewhere by account: the identities compare both.

    released − cut + moved = unallocated + granted − returned
    granted = voucher_available + held + offset + returned
    offset = unclaimed + in_claim + owed + paid + clawed_back
    """

    released: int
    cut: int
    moved: int  # from other counties or years; nothing in total
    unallocated: int
    granted: int
    voucher_available: int
    held: int
    offset: int  # net of what was restored
    expired: int
    withdrawn: int
    revoked: int
    returned: int
    unclaimed: int
    in_claim: int
    owed: int
    paid: int
    clawed_back: int

    def identities(self) -> dict[str, bool]:
        """Each by its formula; `kechuang check` shows the one that does not hold."""
        lies = self.unclaimed + self.in_claim + self.owed + self.paid + self.clawed_back
        return {
            "released − cut + moved = unallocated + granted − returned": self.released - self.cut + self.moved
            == self.unallocated + self.granted - self.returned,
            "granted = voucher_available + held + offset + returned": self.granted
            == self.voucher_available + self.held + self.offset + self.returned,
            "offset = unclaimed + in_claim + owed + paid + clawed_back": self.offset == lies,
            "moved = 0": self.moved == 0,
        }


def money(on: date | None = None, *, region: str = "", year: int | None = None) -> Money:
    """Totals up to and with the day `on` (everything when None), of one county or year when named.

    `moved` is then what came in from others less what went to them; without a county and year it is zero.
    """
    flows, lies, held = _totals(on, region, year)
    by_flow = {flow: sum(fen for rule, fen in flows.items() if RULES[rule].flow is flow) for flow in Flow}
    expired, withdrawn, revoked = by_flow[Flow.EXPIRED], by_flow[Flow.WITHDRAWN], by_flow[Flow.REVOKED]
    return Money(
        released=by_flow[Flow.RELEASED],
        cut=by_flow[Flow.CUT],
        moved=by_flow[Flow.MOVED],
        unallocated=lies.get(Kind.BUDGET, 0),
        granted=by_flow[Flow.GRANTED],
        voucher_available=lies.get(Kind.VOUCHER, 0) - held,
        held=held,
        offset=by_flow[Flow.OFFSET] - by_flow[Flow.RESTORED],
        expired=expired,
        withdrawn=withdrawn,
        revoked=revoked,
        returned=expired + withdrawn + revoked,
        unclaimed=lies.get(Kind.UNCLAIMED, 0),
        in_claim=lies.get(Kind.IN_CLAIM, 0),
        owed=lies.get(Kind.OWED, 0),
        paid=lies.get(Kind.PAID, 0),
        clawed_back=lies.get(Kind.CLAWED_BACK, 0),
    )


def _totals(on: date | None, region: str, year: int | None) -> tuple[dict[str, int], dict[str, int], int]:
    """By rule what flowed, by kind of account what lies there, and what vouchers hold: from transfers alone."""
    sql = f"""
        WITH booked AS (
            SELECT t.*, CASE t.phase WHEN 4 THEN -t.fen ELSE t.fen END AS net,
                d.region AS d_region, d.year AS d_year, d.kind AS d_kind, c.region AS c_region, c.year AS c_year, c.kind AS c_kind
            FROM ledger_transfer t
            JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
            WHERE %(on)s::date IS NULL OR t.on <= %(on)s
        ), side AS (
            SELECT phase, rule, id, pending_id, d_kind AS kind, d_region AS region, d_year AS year, -fen AS fen, -net AS net, false AS credit
                FROM booked
            UNION ALL
            SELECT phase, rule, id, pending_id, c_kind, c_region, c_year, fen, net, true FROM booked
        ), mine AS (
            SELECT * FROM side WHERE (%(region)s = '' OR region = %(region)s) AND (%(year)s::int IS NULL OR year = %(year)s)
        )
        SELECT 'lies', kind, sum(fen) FROM mine WHERE {_MOVED} GROUP BY kind
        UNION ALL
        SELECT 'flow', rule, sum(CASE WHEN rule = ANY(%(crossing)s) THEN fen ELSE net END) FROM mine
            WHERE {_MOVED} AND (rule = ANY(%(crossing)s) OR credit) GROUP BY rule
        UNION ALL
        SELECT 'held', '', sum(fen) FROM mine h WHERE phase = 1 AND NOT credit
            AND NOT EXISTS (SELECT FROM booked r WHERE r.pending_id = h.id AND r.phase IN (2, 3))"""
    crossing = [rule.code for rule in RULES.values() if rule.crosses]
    with connection.cursor() as cursor:
        cursor.execute(sql, {"on": on, "region": region, "year": year, "crossing": crossing})
        rows = [(what, name, int(fen or 0)) for what, name, fen in cursor.fetchall()]
    flows = {name: fen for what, name, fen in rows if what == "flow"}
    lies = {name: fen for what, name, fen in rows if what == "lies"}
    return flows, lies, -sum(fen for what, _, fen in rows if what == "held")


def digest_lines(name: Callable[[str], str] = str) -> Iterator[str]:
    """One line per transfer by business keys, amounts and days, ordered by these alone (for the pilot's digest).

    `name` turns a record's id into its name in the trade, where ids differ from play to play.
    """
    rows = Transfer.objects.select_related("debit", "credit").order_by("on", "id").iterator()
    lines = [
        f"{row.on}|{row.phase}|{row.rule}|{_named(row.debit, name)}|{_named(row.credit, name)}|{row.fen}|{name(row.subject)}"
        for row in rows
    ]
    yield from sorted(lines)


def _named(account: Account, name: Callable[[str], str]) -> str:
    return f"{account.kind}/{account.region}/{account.year}/{name(account.owner) if account.owner else ''}"
