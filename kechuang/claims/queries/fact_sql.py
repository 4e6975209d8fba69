"""What the screening is handed (筛查事实), as statements. Each answers rows whose columns are the fields of one fact.

`ids` are the claims to answer for; a statement reads other rooms' tables and writes none.
"""

import re


def of_few(part: str) -> str:
    """The statement for a few ids that it is not told before it is planned: planned once, and not each time, which takes
    longer than to run it."""
    return re.sub(r"ANY\(%\((\w+)\)s\)", r"ANY((SELECT %(\1)s::text[])::text[])", part)


# One row per claim: claim, order, sides, offer, and what shows that the service took place.
CLAIMS = """
SELECT c.id AS claim_id, c.number, c.order_id, c.region, c.holder_party AS holder, c.provider_party AS provider,
    h.name AS holder_name, p.name AS provider_name, h.credit_code AS holder_code, p.credit_code AS provider_code,
    h.kind AS holder_kind, o.service, coalesce(nullif(f.class_code, ''), o.title) AS class_code, o.offer_id, o.title, o.needs,
    coalesce(b.line ->> 'unit', '') AS unit, coalesce((b.line ->> 'quantity')::int, 0) AS quantity,
    coalesce((b.line ->> 'unit_price_fen')::bigint, 0) AS unit_price_fen,
    coalesce((SELECT (e ->> 'price_fen')::bigint FROM jsonb_array_elements(o.price_list) e
        WHERE e ->> 'id' = b.line ->> 'price_id' LIMIT 1), 0) AS list_price_fen,
    o.channel, o.price_fen, o.voucher_fen, o.own_share_fen, o.other_public_fen,
    CASE WHEN o.settled_on IS NULL THEN 0 ELSE greatest(least(s.back, o.own_share_fen - s.net), 0) END AS refunded_fen,
    s.back_on AS refunded_on, o.placed_on, o.started_on, o.delivered_on, o.settled_on, c.submitted_on, c.confirmed_by,
    c.paid_on,
    o.booking_id IS NOT NULL OR EXISTS (
        SELECT FROM bookings_booking k WHERE k.holder_id = o.holder_id AND k.state IN ('confirmed', 'in_use', 'done')
            AND k.instrument_id = o.offer_id AND k.from_at >= o.placed_on - 30
            AND k.from_at < coalesce(o.delivered_on, c.submitted_on, o.placed_on) + 1) AS booked,
    EXISTS (
        SELECT FROM bookings_sample m WHERE m.holder_id = o.holder_id AND m.instrument_id = o.offer_id
            AND m.received_at IS NOT NULL AND m.received_at >= o.placed_on - 30
            AND m.received_at < coalesce(o.delivered_on, c.submitted_on, o.placed_on) + 1) AS sampled,
    coalesce((SELECT sum(t.minutes) FROM usage_standing g JOIN usage_hours t ON t.standing_id = g.id
        WHERE g.order_id = o.id AND g.active AND t.grade IN ('A', 'B')), 0) AS evidenced_minutes,
    EXISTS (SELECT FROM bookings_calendar a WHERE a.instrument_id = o.offer_id AND a.state = 'open')
        OR EXISTS (SELECT FROM usage_meter u WHERE u.instrument_id = o.offer_id AND u.ended_at IS NULL)
        AS evidence_expected,
    r.kind AS carrier_class
FROM claims_claim c
JOIN orders_order o ON o.id = c.order_id
JOIN parties_party h ON h.id = c.holder_party
JOIN parties_party p ON p.id = c.provider_party
JOIN catalog_offer f ON f.id = o.offer_id
JOIN catalog_carrier r ON r.id = f.carrier_id
LEFT JOIN LATERAL (
    SELECT (SELECT l FROM jsonb_array_elements(v.lines) l WHERE l ->> 'kind' = 'base' LIMIT 1) AS line
    FROM orders_orderversion v WHERE v.order_id = o.id AND v.agreed_on IS NOT NULL ORDER BY v.version DESC LIMIT 1
) b ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sum(w.fen) FILTER (WHERE w.kind = 'refund' AND w."on" >= o.settled_on), 0)::bigint AS back,
        max(w."on") FILTER (WHERE w.kind = 'refund' AND w."on" >= o.settled_on) AS back_on,
        coalesce(sum(CASE w.kind WHEN 'refund' THEN -w.fen ELSE w.fen END), 0)::bigint AS net
    FROM orders_ownshare w WHERE w.order_id = o.id
) s ON true
WHERE c.id = ANY(%(ids)s)"""

# Cited invoices, with what they were issued for.
INVOICES = """
SELECT z.claim_id, i.number, i.seller_code, i.buyer_code, i.gross_fen, l.gross_fen AS line_fen, i.issued_on,
    coalesce(p.items, '') AS items
FROM claims_citation z
JOIN claims_invoiceline l ON l.id = z.line_id
JOIN claims_invoice i ON i.id = l.invoice_id
LEFT JOIN screening_print p ON p.kind = 'invoice' AND p.claim_id = z.claim_id AND p.number = i.number
WHERE z.live AND z.claim_id = ANY(%(ids)s)"""

# Scanned invoices that look like those of earlier claims.
PICTURES = """
SELECT k.claim_id, k.other_id, p.name, q.name AS other_name, split_part(p.number, ':', 1) AS file_id,
    split_part(q.number, ':', 1) AS other_file_id, k.exact, k.bits, cardinality(p.pieces) * 64 AS bits_of, k.parts,
    k.parts_of
FROM screening_likeness k JOIN screening_print p ON p.id = k.picture_id JOIN screening_print q ON q.id = k.other_picture_id
WHERE k.claim_id = ANY(%(ids)s)"""

RED = """
SELECT DISTINCT ON (k.claim_id, k.number) k.claim_id, k.number, k.red_on, k.red_number, k.asked_of
FROM screening_redcheck k WHERE k.red_on IS NOT NULL AND k.claim_id = ANY(%(ids)s) ORDER BY k.claim_id, k.number, k."on\""""

REPORTS = """
SELECT p.claim_id, p.order_id, c.provider_party AS provider, p.pieces
FROM screening_print p JOIN claims_claim c ON c.id = p.claim_id WHERE p.kind = 'report' AND p.claim_id = ANY(%(ids)s)"""

# With them the last reports of the same providers, by which the form of their reports is known.
REPORTS_AND_FORMS = (
    REPORTS
    + """
UNION ALL
SELECT f.claim_id, f.order_id, f.provider, f.pieces
FROM (SELECT DISTINCT c.provider_party FROM claims_claim c WHERE c.id = ANY(%(wanted)s)) w
CROSS JOIN LATERAL (
    SELECT q.claim_id, q.order_id, c.provider_party AS provider, q.pieces
    FROM claims_claim c JOIN screening_print q ON q.claim_id = c.id AND q.kind = 'report'
    WHERE c.provider_party = w.provider_party AND NOT c.id = ANY(%(ids)s) ORDER BY c.id DESC LIMIT 60) f"""
)

# Whom the two sides of the claims reach: from each side what it has, who else has that, and once more. What more parties
# have than `hub` is not followed, but told of. OFFSET 0 keeps the steps in their order: from a few parties outwards, not
# through all links there are, which is what the planner takes while the table has no statistics.
LINKS = """
WITH RECURSIVE sides AS (
    SELECT DISTINCT x.party FROM claims_claim c, LATERAL (VALUES (c.holder_party), (c.provider_party)) AS x (party)
    WHERE c.id = ANY(%(wanted)s)
), reached (party, depth) AS (
    SELECT party, 0 FROM sides
    UNION
    SELECT b.party_id, r.depth + 1 FROM reached r
    CROSS JOIN LATERAL (
        SELECT a.digest FROM screening_link a WHERE a.party_id = r.party AND a.state = 'standing' AND %(hub)s >= (
            SELECT count(*) FROM (SELECT FROM screening_link n WHERE n.digest = a.digest LIMIT %(hub)s + 1) few)
        OFFSET 0) a
    CROSS JOIN LATERAL (
        SELECT b.party_id FROM screening_link b WHERE b.digest = a.digest AND b.state = 'standing' OFFSET 0) b
    WHERE r.depth < %(depth)s
)
SELECT DISTINCT l.id AS link_id, l.party_id AS party, l.kind, l.digest, l.shown, l.from_on, l.until_on
FROM (SELECT DISTINCT party FROM reached) r CROSS JOIN LATERAL (
    SELECT * FROM screening_link l WHERE l.party_id = r.party AND l.state = 'standing' OFFSET 0) l"""

ALL_LINKS = """
SELECT l.id AS link_id, l.party_id AS party, l.kind, l.digest, l.shown, l.from_on, l.until_on
FROM screening_link l WHERE l.state = 'standing'"""

# How many parties have a thing in common, and how many of them use vouchers.
HELD = """
SELECT l.digest, count(DISTINCT l.party_id) AS parties,
    count(DISTINCT l.party_id) FILTER (WHERE EXISTS (SELECT FROM claims_claim c WHERE c.holder_party = l.party_id)) AS filers
FROM screening_link l WHERE l.state = 'standing' AND l.digest = ANY(%(digests)s) GROUP BY l.digest"""

NAMES = "SELECT id, name FROM parties_party WHERE id = ANY(%(parties)s)"

REGISTRATIONS = """
SELECT party_id, established_on, insured_count FROM screening_registration WHERE party_id = ANY(%(parties)s)"""

LEVELS = "SELECT service, class_code, unit, count, middle_fen, spread_fen FROM screening_level"

# A provider's orders of a year, those of its last days apart.
PACES = """
SELECT o.provider_id AS provider, extract(year FROM o.placed_on)::int AS year, count(*) AS count,
    count(*) FILTER (WHERE to_char(o.placed_on, 'MM-DD') >= %(from_on)s) AS last_count
FROM orders_order o WHERE o.provider_id = ANY(%(providers)s) AND o.placed_on IS NOT NULL GROUP BY 1, 2"""

# What a provider redeemed in the twelve months to a day.
REDEEMED = """
SELECT c.provider_party AS provider, sum(c.confirmed_fen)::bigint AS fen FROM claims_claim c
WHERE c.provider_party = ANY(%(providers)s) AND c.paid_on > %(on)s::date - 365 AND c.paid_on <= %(on)s GROUP BY 1"""

# Who confirmed for whom, beside all that each did in the county.
PAIRS = """
WITH pair AS (
    SELECT region, confirmed_by AS officer, provider_party AS provider, count(*) AS count FROM claims_claim
    WHERE confirmed_by <> '' GROUP BY 1, 2, 3)
SELECT region, officer, provider, count,
    sum(count) OVER (PARTITION BY region, officer)::int AS officer_count,
    sum(count) OVER (PARTITION BY region, provider)::int AS provider_count,
    sum(count) OVER (PARTITION BY region)::int AS county_count
FROM pair"""

# With whom a claim is compared: the same two sides within a year, an invoice of the same seller, amount and day, a
# report that agrees in a band, a picture that looks the same. OFFSET 0 as above; IS TRUE keeps the kind from being what
# the invoices are looked up by.
NEAR = """
WITH own AS (
    SELECT c.id, c.holder_party, c.provider_party, o.placed_on FROM claims_claim c JOIN orders_order o ON o.id = c.order_id
    WHERE c.id = ANY(%(wanted)s))
SELECT id FROM own
UNION
SELECT c.id FROM own JOIN claims_claim c ON c.holder_party = own.holder_party AND c.provider_party = own.provider_party
    JOIN orders_order o ON o.id = c.order_id AND o.placed_on > own.placed_on - 366 AND o.placed_on < own.placed_on + 366
UNION
SELECT q.claim_id FROM own CROSS JOIN LATERAL (
        SELECT * FROM screening_print p WHERE p.claim_id = own.id AND p.kind = 'invoice' OFFSET 0) p
    JOIN screening_print q ON q.seller_code = p.seller_code AND q.gross_fen = p.gross_fen
        AND q.issued_on = p.issued_on AND (q.kind = 'invoice') IS TRUE
UNION
SELECT k.other_id FROM own JOIN screening_likeness k ON k.claim_id = own.id
UNION
SELECT q.claim_id FROM own CROSS JOIN LATERAL (
        SELECT * FROM screening_print p WHERE p.claim_id = own.id AND p.kind = 'report' OFFSET 0) p
    CROSS JOIN LATERAL (SELECT q.claim_id FROM screening_print q WHERE q.kind = 'report' AND q.bands && p.bands LIMIT 40) q"""
