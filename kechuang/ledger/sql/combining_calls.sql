-- The answers to those that wait under these ids; to one that lacks a code the caller asks again. Called in a transaction of its
-- own, after what waits has been committed. 'lost': in a crash, before it had any effect.
CREATE FUNCTION ledger_combine(p_ids bigint[], p_most int)
RETURNS TABLE (id bigint, transfer bigint, code text, account bigint, fen bigint, free bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    day date;
    all_of record;
    done record;
BEGIN
    IF EXISTS (SELECT FROM ledger_waiting w WHERE w.id = ANY (p_ids) AND w.code IS NULL) THEN
        PERFORM pg_advisory_xact_lock(hashtext('ledger_combine'), 0);
        SELECT w."on" INTO day FROM ledger_waiting w WHERE w.id = ANY (p_ids) AND w.code IS NULL ORDER BY w.id LIMIT 1;
        IF day IS NOT NULL THEN  -- else somebody else's group held all of them
            SELECT array_agg(w.id ORDER BY w.id) AS ids, array_agg(w.key ORDER BY w.id) AS keys, array_agg(w.rule ORDER BY w.id) AS rules,
                   array_agg(w.debit ORDER BY w.id) AS debits, array_agg(w.credit ORDER BY w.id) AS credits,
                   array_agg(w.debit_kind ORDER BY w.id) AS debit_kinds, array_agg(w.credit_kind ORDER BY w.id) AS credit_kinds,
                   array_agg(w.crosses ORDER BY w.id) AS crosses, array_agg(w.fen ORDER BY w.id) AS fens,
                   array_agg(w.subject ORDER BY w.id) AS subjects, max(w.at) AS at, array_fill(0, ARRAY[count(*)::int]) AS zeros,
                   array_agg(w.numbered ORDER BY w.id) AS numbers
                INTO all_of
                FROM (  -- of one key only the first: the next asks again, and is told that it was replayed or that it differs
                    SELECT f.*, (row_number() OVER (ORDER BY f.id))::int AS numbered FROM (
                        SELECT w.*, row_number() OVER (PARTITION BY w.key ORDER BY w.id) AS of_key
                        FROM (SELECT * FROM ledger_waiting u WHERE u.code IS NULL AND u."on" = day ORDER BY u.id LIMIT p_most) w
                    ) f WHERE f.of_key = 1
                ) w;
            SELECT p.* INTO done FROM ledger_post(
                true, all_of.keys, all_of.zeros, all_of.zeros, all_of.numbers,
                ledger_places(all_of.debits), ledger_places(all_of.credits),
                all_of.fens, array_fill(NULL::bigint, ARRAY[cardinality(all_of.keys)]), all_of.subjects, '{}', all_of.rules,
                all_of.debit_kinds, all_of.credit_kinds, all_of.crosses, all_of.at, day) p;
            UPDATE ledger_waiting w SET transfer = a.transfer, code = coalesce(a.code, 'ok'), account = a.account, free = a.free
                FROM unnest(all_of.ids, done.transfers, done.codes, done.accounts, done.frees) AS a (id, transfer, code, account, free)
                WHERE w.id = a.id;
        END IF;
    END IF;
    RETURN QUERY
        WITH told AS (
            DELETE FROM ledger_waiting w WHERE w.id = ANY (p_ids) AND w.code IS NOT NULL
            RETURNING w.id, w.transfer, w.code, w.account, w.fen, w.free)
        SELECT t.id, t.transfer, t.code, t.account, t.fen, t.free FROM told t
        UNION ALL
        SELECT u.id, NULL, 'lost', NULL, NULL, NULL FROM unnest(p_ids) u (id)
            WHERE NOT EXISTS (SELECT FROM ledger_waiting w WHERE w.id = u.id);
END $$;
