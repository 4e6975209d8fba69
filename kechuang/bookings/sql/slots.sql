-- Active slots of one instrument never overlap, whoever writes them. No extension: ids are compared as ranges of texts.
DO $$ BEGIN
    IF to_regtype('idrange') IS NULL THEN
        CREATE TYPE idrange AS RANGE (subtype = text);
    END IF;
END $$;

ALTER TABLE bookings_slot ADD CONSTRAINT slot_no_overlap EXCLUDE USING gist (
    idrange(instrument_id, instrument_id, '[]') WITH =,
    tstzrange(from_at, until_at, '[)') WITH &&
) WHERE (active);
