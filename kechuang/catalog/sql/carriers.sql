-- Price lines of one item of one offer never overlap for the same people: insiders are 0, outsiders are 1, all are both.
ALTER TABLE catalog_price DROP CONSTRAINT price_no_overlap;
ALTER TABLE catalog_price ADD CONSTRAINT price_no_overlap EXCLUDE USING gist (
    idrange(offer_id, offer_id, '[]') WITH =,
    idrange(item::text, item::text, '[]') WITH =,
    (CASE "group" WHEN 'inside' THEN int4range(0, 1) WHEN 'outside' THEN int4range(1, 2) ELSE int4range(0, 2) END)
        WITH &&,
    daterange(valid_from, valid_until, '[)') WITH &&
);

-- Steps rise: each begins above the one before it, the first above nothing, and none is below nothing.
CREATE FUNCTION catalog_steps_rise(steps jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(
        (step->>'from_hundredths')::bigint > before AND (step->>'price_fen')::bigint >= 0
    ), true)
    FROM (
        SELECT step, coalesce(lag((step->>'from_hundredths')::bigint) OVER (ORDER BY place), 0) AS before
        FROM jsonb_array_elements(steps) WITH ORDINALITY AS one (step, place)
    ) AS walked
$$;
ALTER TABLE catalog_price ADD CONSTRAINT price_steps_rise CHECK (catalog_steps_rise(steps));

ALTER TABLE catalog_staff ADD CONSTRAINT staff_no_overlap EXCLUDE USING gist (
    idrange(carrier_id, carrier_id, '[]') WITH =,
    idrange(person_id, person_id, '[]') WITH =,
    daterange(valid_from, valid_until, '[)') WITH &&
) WHERE (person_id IS NOT NULL);

ALTER TABLE catalog_operating ADD CONSTRAINT operating_no_overlap EXCLUDE USING gist (
    idrange(staff_id, staff_id, '[]') WITH =,
    idrange(offer_id, offer_id, '[]') WITH =,
    daterange(valid_from, valid_until, '[)') WITH &&
);

-- The parts of an income split make the whole, and none is nothing.
CREATE FUNCTION catalog_shares_whole(shares jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(sum((share->>'bp')::bigint) = 10000 AND min((share->>'bp')::bigint) > 0, false)
    FROM jsonb_array_elements(shares) AS share
$$;
ALTER TABLE catalog_sharing ADD CONSTRAINT sharing_is_whole CHECK (catalog_shares_whole(shares));
