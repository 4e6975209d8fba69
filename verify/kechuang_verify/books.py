"""The books (总账) against their seals: every transfer, value by value, and every balance against its transfers.

    ledger_transfer  id, key, line, phase, rule, debit_id, credit_id, fen, pending_id, subject, region, year, on, at, booked_at
    ledger_account   id, kind, region, year, owner, posted, held
    ledger_seal      id, after_id, last_id, transfers_count, lines    transfers after one up to another, as they were booked

`lines` holds one array per transfer in the order of `COLUMNS`; an account stands in it as kind|region|year|owner, a moment as
seconds since 1970 with six digits. The act `ledger.seal` stands in the log with the digest of `lines`, which `rows.py`
compares. Phases: 0 post, 1 hold, 2 capture, 3 release, 4 reversal; posts, captures and reversals move money, a hold sets
it aside until it is captured or released.
"""

import json
from typing import Any

from kechuang_verify.report import Report
from kechuang_verify.rows import altered

COLUMNS = "id key line phase rule debit credit fen pending_id subject region year on at booked_at".split()
SHOWN = 20

_LINE = """jsonb_build_array(t.id, t.key, t.line, t.phase, t.rule, concat_ws('|', d.kind, d.region, d.year, d.owner),
    concat_ws('|', c.kind, c.region, c.year, c.owner), t.fen, t.pending_id, t.subject, t.region, t.year, t."on",
    extract(epoch FROM t.at)::numeric(20, 6)::text, extract(epoch FROM t.booked_at)::numeric(20, 6)::text)"""
_UNLIKE = f"""
    WITH sealed AS (
        SELECT s.id AS seal, (l.line ->> 0)::bigint AS id, l.line
        FROM public.ledger_seal s, jsonb_array_elements(s.lines) l (line)
    ), now AS (
        SELECT t.id, {_LINE} AS line FROM public.ledger_transfer t
        LEFT JOIN public.ledger_account d ON d.id = t.debit_id LEFT JOIN public.ledger_account c ON c.id = t.credit_id
        WHERE t.id <= (SELECT max(last_id) FROM public.ledger_seal)
    )
    SELECT coalesce(sealed.id, now.id), sealed.seal, sealed.line::text, now.line::text
    FROM sealed FULL JOIN now ON now.id = sealed.id
    WHERE sealed.line IS DISTINCT FROM now.line ORDER BY 1 LIMIT {SHOWN + 1}"""
# Seals follow one another without a gap, each has its act in the log, and as many lines as it says.
_SEALS = f"""
    SELECT s.id, CASE
        WHEN s.after_id <> s.before THEN 'does not follow the seal before it'
        WHEN s.transfers_count <> jsonb_array_length(s.lines) THEN 'has not as many lines as it says'
        ELSE 'no act of the log made it' END
    FROM (SELECT *, lag(last_id, 1, 0::bigint) OVER (ORDER BY last_id) AS before FROM public.ledger_seal) s
    WHERE s.after_id <> s.before OR s.transfers_count <> jsonb_array_length(s.lines)
        OR NOT EXISTS (SELECT FROM trail_event e WHERE e.object_type = 'ledger.seal' AND e.object_id = s.id)
    ORDER BY s.last_id LIMIT {SHOWN}"""
_BALANCES = f"""
    WITH side AS (
        SELECT t.debit_id AS id, CASE WHEN t.phase IN (0, 2, 4) THEN -t.fen ELSE 0 END AS posted,
            CASE WHEN t.phase = 1 AND r.id IS NULL THEN t.fen ELSE 0 END AS held
        FROM public.ledger_transfer t LEFT JOIN public.ledger_transfer r ON r.pending_id = t.id AND r.phase IN (2, 3)
        UNION ALL
        SELECT t.credit_id, t.fen, 0 FROM public.ledger_transfer t WHERE t.phase IN (0, 2, 4)
    ), sums AS (SELECT id, sum(posted) AS posted, sum(held) AS held FROM side GROUP BY id)
    SELECT a.id, a.posted, coalesce(s.posted, 0), a.held, coalesce(s.held, 0)
    FROM public.ledger_account a LEFT JOIN sums s ON s.id = a.id
    WHERE a.posted <> coalesce(s.posted, 0) OR a.held <> coalesce(s.held, 0) ORDER BY a.id LIMIT {SHOWN}"""
_EXTENT = """SELECT (SELECT coalesce(sum(transfers_count), 0) FROM public.ledger_seal),
    (SELECT count(*) FROM public.ledger_transfer t WHERE t.id > coalesce((SELECT max(last_id) FROM public.ledger_seal), 0))"""


def check_books(database: Any, report: Report) -> None:
    """Says how much is sealed, and names each transfer and balance that is not as it was booked."""
    if database.execute("SELECT to_regclass('public.ledger_seal') IS NULL").fetchone()[0]:
        sealing = database.execute("SELECT count(*) FROM trail_event WHERE object_type = 'ledger.seal'").fetchone()[0]
        if sealing:
            report.fail(f"table ledger_seal: gone, though {sealing} acts of the log sealed transfers")
        return
    sealed, waiting = database.execute(_EXTENT).fetchone()
    report.say("books", f"{sealed} transfers sealed, {waiting} not yet")
    for seal, what in database.execute(_SEALS).fetchall():
        report.fail(f"table ledger_seal pk {seal}: {what}")
    for number, (transfer, seal, was, now) in enumerate(database.execute(_UNLIKE).fetchall()):
        if number >= SHOWN:
            report.fail("table ledger_transfer: … and more rows that are not as sealed")
            break
        _tell(report, transfer, seal, was, now)
    for account, posted, summed, held, open_ in database.execute(_BALANCES).fetchall():
        for name, stands, follows in (("posted", posted, summed), ("held", held, open_)):
            if stands != follows:
                report.fail(
                    f"table ledger_account pk {account} column {name}: now {stands}, its transfers give {follows}"
                )


def _tell(report: Report, transfer: int, seal: str | None, was: str | None, now: str | None) -> None:
    if was is None:
        report.fail(f"table ledger_transfer pk {transfer}: put in after its neighbours were sealed")
    elif now is None:
        report.fail(f"table ledger_transfer pk {transfer}: the row is gone, sealed {was} (seal {seal})")
    else:
        stands, sealed = json.loads(now), json.loads(was)
        if len(sealed) != len(COLUMNS):
            report.fail(f"table ledger_seal pk {seal}: the line of transfer {transfer} has {len(sealed)} values")
            return
        for name, value, kept in zip(COLUMNS, stands, sealed, strict=True):
            if value != kept:
                report.fail(altered("ledger_transfer", str(transfer), name, value, kept, f"seal {seal}"))
