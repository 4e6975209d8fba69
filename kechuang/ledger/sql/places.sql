-- Many accounts at once, each written as in ledger_place and opened at its first use. New ones are opened in one order by everybody.
CREATE OR REPLACE FUNCTION ledger_places(p_written text[]) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    found bigint[];
BEGIN
    FOR attempt IN 1..2 LOOP
        found := ARRAY(
            SELECT CASE WHEN p.w ~ '^\d+$' THEN p.w::bigint ELSE (
                SELECT a.id FROM ledger_account a
                    WHERE a.kind = split_part(p.w, '|', 1) AND a.region = split_part(p.w, '|', 2)
                        AND a.year = split_part(p.w, '|', 3)::int AND a.owner = split_part(p.w, '|', 4)) END
                FROM unnest(p_written) WITH ORDINALITY AS p (w, n) ORDER BY p.n);
        EXIT WHEN array_position(found, NULL) IS NULL;
        INSERT INTO ledger_account (id, kind, region, year, owner, no_overdraft, posted, held)
            SELECT nextval(CASE o.kind WHEN 'budget' THEN 'ledger_account_budget' ELSE 'ledger_account_ordinary' END::regclass),
                   o.kind, split_part(o.w, '|', 2), split_part(o.w, '|', 3)::int, split_part(o.w, '|', 4), o.kind <> 'appropriation', 0, 0
                FROM (SELECT DISTINCT u.w COLLATE "C" AS w, split_part(u.w, '|', 1) AS kind
                      FROM unnest(p_written, found) AS u (w, id) WHERE u.id IS NULL) o
                ORDER BY o.w
            ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN found;
END $$;
