-- The order in which events were written, and the digest of a row that I7 compares.
CREATE SEQUENCE trail_event_order AS bigint;

-- Nulls are left out, so that a column added later (nullable) does not change the digest of rows written before.
CREATE FUNCTION trail_row_digest(line jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_strip_nulls(line)::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION trail_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON trail_event
    FOR EACH ROW EXECUTE FUNCTION trail_append_only();
