"""What was really redeemed (实际兑付), claim by claim: what the ledger booked as paid, less what came or is asked back of it."""

from collections.abc import Sequence

from django.db.models import Sum

from kechuang.claims.models import AskedBack
from kechuang.claims.states import CountedBy
from kechuang.ledger.queries import used_of

# One row per claim of the counties `regions` that counts in the period, for rooms above to add up or to write down.
# A payout that bounced, or was clawed back since, is not redeemed; nor is what a decision asks back and has not had yet
# (待追回). `counted_by` says which of its days decides.
REDEEMED = f"""
    SELECT c.id AS claim_id, c.number AS claim_number, c.provider_party AS party, c.provider_unit AS unit, c.region,
        c.holder_party AS holder, f.carrier_id AS carrier, o.channel, o.service, o.price_fen,
        t.fen - coalesce(a.fen, 0) AS fen, d.counted_on
    FROM (
        SELECT subject, sum(CASE WHEN (rule = 'pay') = (phase <> 4) THEN fen ELSE -fen END)::bigint AS fen,
            max("on") FILTER (WHERE rule = 'pay') AS paid_on
        FROM ledger_transfer
        WHERE rule IN ('pay', 'bounce', 'claw_back') AND phase IN (0, 4) AND region = ANY(%(regions)s::text[])
        GROUP BY subject
    ) t
    LEFT JOIN (SELECT claim_id, sum(fen)::bigint AS fen FROM claims_askedback GROUP BY claim_id) a ON a.claim_id = t.subject
    JOIN claims_claim c ON c.id = t.subject JOIN orders_order o ON o.id = c.order_id JOIN catalog_offer f ON f.id = o.offer_id
    CROSS JOIN LATERAL (SELECT CASE %(counted_by)s::text WHEN '{CountedBy.CONFIRMATION}' THEN c.confirmed_on
        WHEN '{CountedBy.OFFSET}' THEN o.settled_on ELSE t.paid_on END AS counted_on) d
    WHERE t.fen > coalesce(a.fen, 0) AND d.counted_on >= %(since)s::date AND d.counted_on < %(until)s::date"""


def ever_asked_back() -> list[str]:
    """The few claims of which some decision has asked something back (曾决定追回)."""
    return sorted(set(AskedBack.objects.values_list("claim_id", flat=True)))


def redeemed_now(claim_ids: Sequence[str]) -> dict[str, int]:
    """What of each claim is redeemed as things stand (目前实际兑付): paid, less what came back or is asked back."""
    paid, back = used_of(claim_ids, "pay"), used_of(claim_ids, "bounce", "claw_back")
    rows = AskedBack.objects.filter(claim_id__in=claim_ids).order_by().values("claim_id").annotate(sum=Sum("fen"))
    asked = {row["claim_id"]: row["sum"] for row in rows}
    return {one: paid.get(one, 0) - back.get(one, 0) - asked.get(one, 0) for one in claim_ids}
