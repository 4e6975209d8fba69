-- Price lines of one item of one offer never overlap. No extension: texts are compared through a range type of texts.
DO $$ BEGIN
    IF to_regtype('idrange') IS NULL THEN
        CREATE TYPE idrange AS RANGE (subtype = text);
    END IF;
END $$;

ALTER TABLE catalog_price ADD CONSTRAINT price_no_overlap EXCLUDE USING gist (
    idrange(offer_id, offer_id, '[]') WITH =,
    idrange(item::text, item::text, '[]') WITH =,
    daterange(valid_from, valid_until, '[)') WITH &&
);
