-- One minute of one instrument is counted once, by whatever it is evidenced. No extension: ids through a range of texts.
DO $$ BEGIN
    IF to_regtype('idrange') IS NULL THEN
        CREATE TYPE idrange AS RANGE (subtype = text);
    END IF;
END $$;

ALTER TABLE usage_hours ADD CONSTRAINT hours_no_overlap EXCLUDE USING gist (
    idrange(instrument_id, instrument_id, '[]') WITH =,
    tstzrange(from_at, until_at, '[)') WITH &&
) WHERE (from_at IS NOT NULL);
