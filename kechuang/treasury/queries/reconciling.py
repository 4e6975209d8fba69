"""Payments against the ledger (支付结果对账): what the bank answered beside what was booked of it, part by part, both ways."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.treasury.access import pays_in

# The keys are those of `commands.results`: a part is booked as paid once, and taken back at most once when it bounces.
_SIDES = """
    WITH paid AS (
        SELECT p.id, l.number, l.payee_name, l.answered_on AS on, p.fen FROM treasury_paymentpart p
        JOIN treasury_paymentline l ON l.id = p.line_id
        WHERE l.region = %(region)s AND l.state = 'paid' AND l.answered_on >= %(since)s AND l.answered_on < %(until)s
    ), booked AS (
        SELECT split_part(t.key, ':', 2) AS id, min(t."on") AS on,
            sum(CASE WHEN (t.rule IN ('bounce', 'subsidy_bounce')) <> (t.phase = 4) THEN -t.fen ELSE t.fen END) AS fen
        FROM ledger_transfer t
        WHERE t.region = %(region)s AND t.rule IN ('pay', 'bounce', 'subsidy_pay', 'subsidy_bounce')
            AND t."on" >= %(since)s AND t."on" < %(until)s
        GROUP BY 1
    )"""
_TOTALS = (
    _SIDES
    + """ SELECT (SELECT count(*) FROM paid), (SELECT coalesce(sum(fen), 0) FROM paid),
        (SELECT count(*) FROM booked WHERE fen <> 0), (SELECT coalesce(sum(fen), 0) FROM booked)"""
)
_DIFFERENCES = (
    _SIDES
    + """ SELECT coalesce(p.id, b.id), coalesce(p.number, ''), coalesce(p.payee_name, ''), coalesce(p.on, b.on),
        coalesce(p.fen, 0), coalesce(b.fen, 0)
    FROM paid p FULL JOIN booked b ON b.id = p.id WHERE coalesce(p.fen, 0) <> coalesce(b.fen, 0) ORDER BY 4, 1"""
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a payment whose two sides differ."""

    part_id: str
    number: str
    payee_name: str
    on: date
    paid_fen: int
    booked_fen: int

    @property
    def what(self) -> str:
        if not self.booked_fen:
            return _("银行已付而总账未记")
        return _("总账已记而无支付结果") if not self.paid_fen else _("两边金额不符")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A county's payments of a period by both sides; they agree when there is no difference."""

    paid_count: int
    paid_fen: int
    booked_count: int
    booked_fen: int
    differences: list[Difference]


def reconciliation(actor: Actor, region: str, *, since: date, until: date) -> Reconciliation:
    """Raises NotVisible for who has no sight of the county's payments."""
    if region not in pays_in(actor):
        raise NotVisible
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"region": region, "since": since, "until": until})
        paid_count, paid_fen, booked_count, booked_fen = cursor.fetchone()
        cursor.execute(_DIFFERENCES, {"region": region, "since": since, "until": until})
        rows = cursor.fetchall()
    differences = [
        Difference(part_id, number, payee_name, on, int(paid), int(booked))
        for part_id, number, payee_name, on, paid, booked in rows
    ]
    return Reconciliation(paid_count, int(paid_fen), booked_count, int(booked_fen), differences)


def reconciled_regions(actor: Actor) -> list[str]:
    """The counties whose payments the actor may hold against the ledger."""
    return pays_in(actor)
