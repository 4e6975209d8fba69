"""What a seal keeps of a transfer (封存的账目), and whether every sealed transfer still is what it was.

An account stands in it by what it is (kind|region|year|owner), not by its id: whoever gives an account another owner has
changed every transfer that touches it.
"""

import json
from collections.abc import Iterator

from django.db import connection

from kechuang.ledger.models import SHOWN
from kechuang.trail.queries import Broken

COLUMNS = "id key line phase rule debit credit fen pending_id subject region year on at booked_at".split()
_VALUES = """t.id, t.key, t.line, t.phase, t.rule, concat_ws('|', d.kind, d.region, d.year, d.owner),
    concat_ws('|', c.kind, c.region, c.year, c.owner), t.fen, t.pending_id, t.subject, t.region, t.year,
    t."on", extract(epoch FROM t.at)::numeric(20, 6)::text, extract(epoch FROM t.booked_at)::numeric(20, 6)::text"""
_LINE = f"jsonb_build_array({_VALUES})"
_BOOKED = """ledger_transfer t LEFT JOIN ledger_account d ON d.id = t.debit_id
    LEFT JOIN ledger_account c ON c.id = t.credit_id"""
# The lines of the next transfers after one, up to another, at most so many.
NEXT = f"""
    SELECT jsonb_agg(x.line ORDER BY x.id), max(x.id), count(*) FROM (
        SELECT t.id, {_LINE} AS line FROM {_BOOKED} WHERE t.id > %s AND t.id <= %s ORDER BY t.id LIMIT %s) x"""
_UNLIKE = f"""
    WITH sealed AS (
        SELECT (l.line ->> 0)::bigint AS id, l.line FROM ledger_seal s, jsonb_array_elements(s.lines) l (line)
    ), now AS (
        SELECT t.id, {_LINE} AS line FROM {_BOOKED} WHERE t.id <= (SELECT max(last_id) FROM ledger_seal)
    )
    SELECT coalesce(sealed.id, now.id), sealed.line::text, now.line::text
    FROM sealed FULL JOIN now ON now.id = sealed.id
    WHERE sealed.line IS DISTINCT FROM now.line ORDER BY 1 LIMIT %s"""


def unlike_sealed() -> list[Broken]:
    """I1: every transfer up to the last seal is the one that was sealed, none is gone, none was put in behind it."""
    with connection.cursor() as cursor:
        cursor.execute(_UNLIKE, [SHOWN])
        return [finding for row, was, now in cursor.fetchall() for finding in _findings(str(row), was, now)]


def _findings(row: str, was: str | None, now: str | None) -> Iterator[Broken]:
    if was is None:
        yield Broken("ledger_transfer", row, "没有封存：封存之后才插入")
    elif now is None:
        yield Broken("ledger_transfer", row, "已封存的账目不存在")
    else:
        for name, stands, sealed in zip(COLUMNS, json.loads(now), json.loads(was), strict=False):
            if stands != sealed:
                yield Broken("ledger_transfer", row, f"{name} 现为 {stands}，封存为 {sealed}")
