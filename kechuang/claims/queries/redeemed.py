"""What was really redeemed (实际兑付), claim by claim: what the ledger booked as paid, less what came back of it."""

from kechuang.claims.states import CountedBy

# One row per claim of the counties `regions` that counts in the period, for rooms above to add up or to write down.
# A payout that bounced, or was clawed back since, is not redeemed. `counted_by` says which of its days decides.
REDEEMED = f"""
    SELECT c.id AS claim_id, c.number AS claim_number, c.provider_party AS party, c.provider_unit AS unit, c.region,
        c.holder_party AS holder, f.carrier_id AS carrier, o.channel, o.service, o.price_fen, t.fen, d.counted_on
    FROM (
        SELECT subject, sum(CASE WHEN (rule = 'pay') = (phase <> 4) THEN fen ELSE -fen END)::bigint AS fen,
            max("on") FILTER (WHERE rule = 'pay') AS paid_on
        FROM ledger_transfer
        WHERE rule IN ('pay', 'bounce', 'claw_back') AND phase IN (0, 4) AND region = ANY(%(regions)s::text[])
        GROUP BY subject
    ) t
    JOIN claims_claim c ON c.id = t.subject JOIN orders_order o ON o.id = c.order_id JOIN catalog_offer f ON f.id = o.offer_id
    CROSS JOIN LATERAL (SELECT CASE %(counted_by)s::text WHEN '{CountedBy.CONFIRMATION}' THEN c.confirmed_on
        WHEN '{CountedBy.OFFSET}' THEN o.settled_on ELSE t.paid_on END AS counted_on) d
    WHERE t.fen > 0 AND d.counted_on >= %(since)s::date AND d.counted_on < %(until)s::date"""
