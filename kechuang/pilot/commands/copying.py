"""The statements by which `generate` writes a voucher with all that hangs on it once more."""

from dataclasses import dataclass

TOGETHER = 5_000  # orders written by one run of statements


@dataclass(frozen=True, slots=True)
class Table:
    """One table: which of its rows are copied, which columns name no copied record, what is set anew, whether acts are kept."""

    name: str
    rows: str
    kept: str = "{}"
    anew: str = "'{}'::jsonb"
    joins: str = ""
    acts: bool = False


_KINDS = "vch|ord|orv|ctr|dlv|osh|oin|hld|clm|inv|inl|cit|ntc|nti|pay|pmt|prt|pln|evt"
_NUMBERS = "DD|KQ|SD|GS|ZF"

# Ids, numbers and invoice numbers (year, province and kind, eight zeros, seven digits) of the copy.
AGAIN = f"""
CREATE OR REPLACE FUNCTION pg_temp.again(line text, code text, number int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(regexp_replace(line,
        '\\m(({_KINDS})_)[0-9A-Z]{{4}}(?=[0-9A-Z]{{22}})', '\\1' || code, 'g'),
        '\\m({_NUMBERS})-[0-9A-Z]{{4}}-', '\\1-' || code || '-', 'g'),
        '\\m(\\d{{5}})0{{8}}(\\d{{7}})\\M', '\\1' || lpad((number + 1)::text, 8, '0') || '\\2', 'g')
$$"""

MODELS = """
SELECT v.id, count(o.id)::int FROM vouchers_voucher v JOIN orders_order o ON o.voucher_id = v.id
WHERE v.state = ANY(%s) AND v.id NOT LIKE 'vch\\_U%%'
GROUP BY v.id HAVING bool_or(o.state = 'settled') AND bool_and(
    o.state IN ('declined', 'withdrawn', 'cancelled', 'lapsed')
    AND NOT EXISTS (SELECT FROM claims_claim c WHERE c.order_id = o.id)
    OR o.state = 'settled' AND 1 = (SELECT count(*) FROM claims_claim c WHERE c.order_id = o.id)
    AND EXISTS (
        SELECT FROM claims_claim c
        JOIN notices_notice n ON n.id = c.notice_id AND n.state = 'ended'
        JOIN treasury_payable p ON p.claim_id = c.id
        JOIN treasury_paymentpart t ON t.payable_id = p.id AND t.live
        JOIN treasury_paymentline l ON l.id = t.line_id AND l.state = 'paid'
        JOIN treasury_paymentbatch b ON b.id = l.batch_id AND b.state = 'settled'
        WHERE c.order_id = o.id AND c.state = 'paid'
        AND 1 = (SELECT count(*) FROM notices_item i WHERE i.subject_id = c.id)
        AND 1 = (SELECT count(*) FROM treasury_paymentpart x WHERE x.payable_id = p.id)
        AND NOT EXISTS (SELECT FROM notices_objection j JOIN notices_item i ON i.id = j.item_id WHERE i.subject_id = c.id)
        AND 1 = (SELECT count(*) FROM claims_citation z WHERE z.claim_id = c.id)
        AND NOT EXISTS (SELECT FROM supervision_item s WHERE s.subject_id IN (c.id, o.id))))  -- looked into by nobody
ORDER BY md5(v.id || %s)"""

SOURCES = (
    ("pilot_order", "SELECT o.id FROM orders_order o JOIN pilot_voucher v ON v.id = o.voucher_id"),
    ("pilot_claim", "SELECT c.id, c.notice_id FROM claims_claim c JOIN pilot_order o ON o.id = c.order_id"),
    (
        "pilot_subject",
        "SELECT id FROM pilot_voucher UNION ALL SELECT id FROM pilot_order UNION ALL SELECT id FROM pilot_claim",
    ),
    (
        "pilot_place",
        "SELECT a.id FROM ledger_account a JOIN pilot_voucher v ON v.id = a.owner WHERE a.kind = 'voucher'",
    ),
    (
        "pilot_transfer",
        "SELECT t.* FROM ledger_transfer t WHERE t.subject IN (SELECT id FROM pilot_subject)"
        " OR t.debit_id IN (SELECT id FROM pilot_place) OR t.credit_id IN (SELECT id FROM pilot_place)",
    ),
    (
        "pilot_event",
        "SELECT DISTINCT ON (e.object_id) e.* FROM trail_event e WHERE e.target <> '' AND e.object_id IN ("
        " SELECT id FROM pilot_subject UNION ALL SELECT h.id FROM vouchers_hold h JOIN pilot_order o ON o.id = h.order_id"
        " UNION ALL SELECT notice_id FROM pilot_claim"
        " UNION ALL SELECT x.id FROM treasury_paymentline l JOIN treasury_paymentpart t ON t.line_id = l.id"
        "   JOIN treasury_payable p ON p.id = t.payable_id JOIN pilot_claim c ON c.id = p.claim_id,"
        "   LATERAL (VALUES (l.id), (l.batch_id)) AS x (id))"
        " ORDER BY e.object_id, e.seq DESC",
    ),
)

# What one copy takes out of each budget: granted less returned.
NEEDED = """
SELECT a.region, a.year::int, sum(CASE WHEN t.debit_id = a.id THEN t.fen ELSE -t.fen END)::bigint AS fen
FROM pilot_transfer t JOIN ledger_account a ON a.kind = 'budget' AND a.id IN (t.debit_id, t.credit_id)
WHERE t.phase IN (0, 2, 4) GROUP BY a.region, a.year ORDER BY a.region, a.year"""

CODES = "CREATE TEMP TABLE pilot_code AS SELECT * FROM unnest(%s::text[], %s::int[]) AS c (code, number)"

ACCOUNTS = """
CREATE TEMP TABLE pilot_account AS
    SELECT p.id AS old, c.code, nextval('ledger_account_ordinary') AS new FROM pilot_place p CROSS JOIN pilot_code c;
INSERT INTO ledger_account (id, kind, region, year, owner, no_overdraft, posted, held)
    SELECT m.new, a.kind, a.region, a.year, pg_temp.again(a.owner, m.code, 0), a.no_overdraft, a.posted, a.held
    FROM pilot_account m JOIN ledger_account a ON a.id = m.old"""

TRANSFERS = """
CREATE TEMP TABLE pilot_moved AS
    SELECT t.id AS old, c.code, c.number, nextval(pg_get_serial_sequence('ledger_transfer', 'id')) AS new
    FROM (SELECT id FROM pilot_transfer ORDER BY id) t CROSS JOIN pilot_code c;
CREATE INDEX ON pilot_moved (old, code);
ANALYZE pilot_moved"""

MOVED = """
INSERT INTO ledger_transfer (id, key, line, phase, rule, debit_id, credit_id, fen, pending_id, subject, region, year,
                             at, "on", booked_at)
SELECT m.new, pg_temp.again(t.key, m.code, m.number), t.line, t.phase, t.rule, coalesce(d.new, t.debit_id),
    coalesce(k.new, t.credit_id), t.fen, p.new, pg_temp.again(t.subject, m.code, m.number), t.region, t.year, t.at,
    t."on", t.booked_at
FROM pilot_moved m JOIN pilot_transfer t ON t.id = m.old
LEFT JOIN pilot_account d ON d.old = t.debit_id AND d.code = m.code
LEFT JOIN pilot_account k ON k.old = t.credit_id AND k.code = m.code
LEFT JOIN pilot_moved p ON p.old = t.pending_id AND p.code = m.code ORDER BY m.new"""

# Balances of the accounts that the copies share with their models.
OTHERS = """
UPDATE ledger_account a SET posted = a.posted + s.fen * (SELECT count(*) FROM pilot_code) FROM (
    SELECT x.id, sum(x.fen)::bigint AS fen FROM pilot_transfer t,
        LATERAL (VALUES (t.debit_id, -t.fen), (t.credit_id, t.fen)) AS x (id, fen)
    WHERE t.phase IN (0, 2, 4) AND x.id NOT IN (SELECT id FROM pilot_place) GROUP BY x.id) s
WHERE a.id = s.id"""

# What the holders were granted and used in the year.
YEARS = """
UPDATE vouchers_holderyear h SET granted_fen = h.granted_fen + s.granted * n.copies,
    granted_count = h.granted_count + s.grants * n.copies, used_fen = h.used_fen + s.used * n.copies
FROM (SELECT v.party_id, v.scheme, v.year, sum(v.face_fen)::bigint AS granted, count(*)::int AS grants,
        coalesce(sum((SELECT sum(CASE k.state WHEN 'held' THEN k.fen ELSE k.captured_fen - k.restored_fen END)
            FROM vouchers_hold k WHERE k.voucher_id = v.id)), 0)::bigint AS used
    FROM vouchers_voucher v JOIN pilot_voucher p ON p.id = v.id GROUP BY v.party_id, v.scheme, v.year) s,
    (SELECT count(*)::int AS copies FROM pilot_code) n
WHERE (h.party_id, h.scheme, h.year) = (s.party_id, s.scheme, s.year)"""

_OF_ORDER = "t.order_id IN (SELECT id FROM pilot_order)"

TABLES = (
    Table(
        "vouchers_voucher",
        "t.id IN (SELECT id FROM pilot_voucher)",
        "{terms,checks,declared}",
        "jsonb_build_object('account', a.new, 'request_key', NULL)",
        "JOIN pilot_account a ON a.old = t.account AND a.code = c.code",
        acts=True,
    ),
    Table(
        "orders_order",
        "t.id IN (SELECT id FROM pilot_order)",
        "{terms,price_list,offices,invoice_to}",
        "jsonb_build_object('request_key', NULL, 'booking_id', NULL)",  # a booked time is not had twice
        acts=True,
    ),
    Table("orders_orderversion", _OF_ORDER, "{lines,limits}"),
    Table("orders_contract", _OF_ORDER, "{text}"),
    Table("orders_delivery", _OF_ORDER, "{files}"),
    Table("orders_ownshare", _OF_ORDER),
    Table("orders_invoice", _OF_ORDER),
    Table(
        "vouchers_hold",
        _OF_ORDER,
        "{terms,facts}",
        "jsonb_build_object('ledger_hold', m.new)",
        "JOIN pilot_moved m ON m.old = t.ledger_hold AND m.code = c.code",
        acts=True,
    ),
    Table("claims_claim", "t.id IN (SELECT id FROM pilot_claim)", "{terms}", acts=True),
    Table("claims_invoice", f"t.id IN (SELECT t.invoice_id FROM claims_invoiceline t WHERE {_OF_ORDER})"),
    Table("claims_invoiceline", _OF_ORDER),
    Table("claims_citation", "t.claim_id IN (SELECT id FROM pilot_claim)"),
    Table("notices_notice", "t.id IN (SELECT notice_id FROM pilot_claim)", "{terms}", acts=True),
    Table("notices_item", "t.subject_id IN (SELECT id FROM pilot_claim)"),
    Table("treasury_payable", "t.claim_id IN (SELECT id FROM pilot_claim)"),
)


def clone(table: Table) -> str:
    """The INSERT of a table's copies."""
    return f"""
        INSERT INTO {table.name} SELECT n.* FROM {table.name} t CROSS JOIN pilot_code c {table.joins}
        CROSS JOIN LATERAL jsonb_populate_record(t, pg_temp.again((to_jsonb(t) - '{table.kept}'::text[])::text,
            c.code, c.number)::jsonb || {table.anew}) n
        WHERE {table.rows}"""


# One batch per county and copy, one line per claim. The last batch of the county that paid a model is its model.
PREPARED = """
CREATE TEMP TABLE pilot_part AS
SELECT c.code, c.number, t.id AS part, l.id AS line, b.model, pg_temp.again(b.model, c.code, 0) AS batch, t.fen,
    'pln_' || c.code || substr(t.id, 9) AS new_line,
    row_number() OVER (PARTITION BY c.code, l.region ORDER BY t.id)::int AS position
FROM treasury_paymentpart t JOIN treasury_payable p ON p.id = t.payable_id JOIN pilot_claim k ON k.id = p.claim_id
JOIN treasury_paymentline l ON l.id = t.line_id
JOIN (SELECT l.region, max(l.batch_id) AS model FROM treasury_paymentpart t JOIN treasury_payable p ON p.id = t.payable_id
    JOIN pilot_claim k ON k.id = p.claim_id JOIN treasury_paymentline l ON l.id = t.line_id GROUP BY l.region) b
    ON b.region = l.region
CROSS JOIN pilot_code c;
ANALYZE pilot_part"""

BATCHES = """
INSERT INTO treasury_paymentbatch SELECT n.* FROM (
    SELECT code, number, model, sum(fen)::bigint AS fen, count(*)::int AS lines FROM pilot_part GROUP BY code, number, model) g
JOIN treasury_paymentbatch t ON t.id = g.model
CROSS JOIN LATERAL jsonb_populate_record(t, pg_temp.again(to_jsonb(t)::text, g.code, g.number)::jsonb
    || jsonb_build_object('total_fen', g.fen, 'lines_count', g.lines)) n"""

LINES = """
INSERT INTO treasury_paymentline SELECT n.* FROM pilot_part g
JOIN treasury_paymentline t ON t.id = g.line JOIN treasury_paymentbatch b ON b.id = g.batch
CROSS JOIN LATERAL jsonb_populate_record(t, pg_temp.again(to_jsonb(t)::text, g.code, g.number)::jsonb || jsonb_build_object(
    'id', g.new_line, 'batch_id', g.batch, 'number', b.number || '-' || lpad(g.position::text, 4, '0'),
    'position', g.position, 'fen', g.fen, 'bank_reference', 'MN' || g.new_line)) n"""

PARTS = """
INSERT INTO treasury_paymentpart SELECT n.* FROM pilot_part g JOIN treasury_paymentpart t ON t.id = g.part
CROSS JOIN LATERAL jsonb_populate_record(t, pg_temp.again(to_jsonb(t)::text, g.code, g.number)::jsonb
    || jsonb_build_object('line_id', g.new_line)) n"""

_COLUMNS = (
    'id, at, "on", region, person_id, stands_in_for, party_id, role, action, label, object_type, object_id, number,'
    " source, target, article, facts, body, digest, seq, after"
)
_KEPT_OF_ACT = (
    'e.at, e."on", e.region, e.person_id, e.stands_in_for, e.party_id, e.role, e.action, e.label, e.object_type'
)

EVENTS = f"""
INSERT INTO trail_event ({_COLUMNS})
SELECT pg_temp.again(e.id, c.code, c.number), {_KEPT_OF_ACT}, n.id, pg_temp.again(e.number, c.code, c.number), e.source,
    e.target, e.article, pg_temp.again(e.facts::text, c.code, c.number)::jsonb, convert_to(b.body, 'UTF8'),
    encode(sha256(convert_to(b.body, 'UTF8')), 'hex'), nextval('trail_event_order'), {{evidence}}
FROM pilot_event e CROSS JOIN pilot_code c
JOIN {{table}} n ON n.id = left(e.object_id, 4) || c.code || substr(e.object_id, 9)
CROSS JOIN LATERAL (SELECT pg_temp.again(convert_from(e.body, 'UTF8'), c.code, c.number) AS body) b"""

BATCH_EVENTS = f"""
INSERT INTO trail_event ({_COLUMNS})
SELECT pg_temp.again(e.id, c.code, c.number), {_KEPT_OF_ACT}, n.id, n.number, e.source, e.target, e.article,
    pg_temp.again(e.facts::text, c.code, c.number)::jsonb, convert_to(b.body, 'UTF8'),
    encode(sha256(convert_to(b.body, 'UTF8')), 'hex'), nextval('trail_event_order'), {{evidence}}
FROM (SELECT DISTINCT code, number, model, batch FROM pilot_part) c JOIN pilot_event e ON e.object_id = c.model
JOIN treasury_paymentbatch n ON n.id = c.batch
CROSS JOIN LATERAL (SELECT pg_temp.again(convert_from(e.body, 'UTF8'), c.code, c.number) AS body) b"""

LINE_EVENTS = f"""
INSERT INTO trail_event ({_COLUMNS})
SELECT 'evt_' || c.code || substr(c.part, 9), {_KEPT_OF_ACT}, n.id, n.number, e.source, e.target, e.article,
    pg_temp.again(e.facts::text, c.code, c.number)::jsonb, convert_to(b.body, 'UTF8'),
    encode(sha256(convert_to(b.body, 'UTF8')), 'hex'), nextval('trail_event_order'), {{evidence}}
FROM pilot_part c JOIN pilot_event e ON e.object_id = c.line JOIN treasury_paymentline n ON n.id = c.new_line
CROSS JOIN LATERAL (SELECT replace(replace(replace(pg_temp.again(convert_from(e.body, 'UTF8'), c.code, c.number),
    pg_temp.again(e.object_id, c.code, c.number), n.id), pg_temp.again(e.number, c.code, c.number), n.number),
    pg_temp.again(e.id, c.code, c.number), 'evt_' || c.code || substr(c.part, 9)) AS body) b"""
