-- The order of arrival. One sequence for all: only its order means something, gaps are no loss.
CREATE SEQUENCE releases_place AS bigint;

-- The parts of a release are never more than the release itself, whoever writes them.
CREATE FUNCTION releases_parts_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(p.amount_fen) FROM releases_pool p WHERE p.release_id = NEW.release_id)
        > (SELECT r.amount_fen - r.held_back_fen FROM releases_release r WHERE r.id = NEW.release_id) THEN
        RAISE EXCEPTION 'parts of release % are more than its amount', NEW.release_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER pool_parts_within AFTER INSERT OR UPDATE OF amount_fen ON releases_pool
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION releases_parts_within();

CREATE TRIGGER publication_append_only BEFORE UPDATE OR DELETE ON releases_publication
    FOR EACH ROW EXECUTE FUNCTION trail_append_only();
