-- 合并记账 in the database: whoever holds the lock posts for all who wait, in the order of arrival, whatever process they are
-- in. Unlogged: what waits has no effect yet, and who asked after a crash asks again under the same key.
CREATE UNLOGGED TABLE ledger_waiting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, rule text NOT NULL, debit text NOT NULL,
    credit text NOT NULL, debit_kind text NOT NULL, credit_kind text NOT NULL, crosses boolean NOT NULL, fen bigint NOT NULL,
    subject text NOT NULL, at timestamptz NOT NULL, "on" date NOT NULL, transfer bigint, code text, account bigint, free bigint
);
CREATE INDEX ledger_waiting_unanswered ON ledger_waiting (id) WHERE code IS NULL;
ALTER TABLE ledger_waiting SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- The answer to one that waits, or no code: then it is asked again. Called in a transaction of its own, after what waits has been committed.
CREATE FUNCTION ledger_combine(
    p_id bigint, p_most int, OUT transfer bigint, OUT code text, OUT account bigint, OUT fen bigint, OUT free bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    mine ledger_waiting;
    all_of record;
    done record;
BEGIN
    SELECT * INTO mine FROM ledger_waiting w WHERE w.id = p_id AND w.code IS NOT NULL;
    IF mine.id IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('ledger_combine'), 0);
        SELECT * INTO mine FROM ledger_waiting w WHERE w.id = p_id;
        IF mine.id IS NULL THEN
            code := 'lost';  -- in a crash, before it had any effect
            RETURN;
        END IF;
        IF mine.code IS NULL THEN
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
                        FROM (SELECT * FROM ledger_waiting u WHERE u.code IS NULL AND u."on" = mine."on" ORDER BY u.id LIMIT p_most) w
                    ) f WHERE f.of_key = 1
                ) w;
            SELECT p.* INTO done FROM ledger_post(
                true, all_of.keys, all_of.zeros, all_of.zeros, all_of.numbers,
                ARRAY(SELECT ledger_place(d) FROM unnest(all_of.debits) WITH ORDINALITY AS u (d, n) ORDER BY n),
                ARRAY(SELECT ledger_place(c) FROM unnest(all_of.credits) WITH ORDINALITY AS u (c, n) ORDER BY n),
                all_of.fens, array_fill(NULL::bigint, ARRAY[cardinality(all_of.keys)]), all_of.subjects, '{}', all_of.rules,
                all_of.debit_kinds, all_of.credit_kinds, all_of.crosses, all_of.at, mine."on") p;
            UPDATE ledger_waiting w SET transfer = a.transfer, code = coalesce(a.code, 'ok'), account = a.account, free = a.free
                FROM unnest(all_of.ids, done.transfers, done.codes, done.accounts, done.frees) AS a (id, transfer, code, account, free)
                WHERE w.id = a.id;
            SELECT * INTO mine FROM ledger_waiting w WHERE w.id = p_id;
        END IF;
    END IF;
    IF mine.code IS NOT NULL THEN
        DELETE FROM ledger_waiting w WHERE w.id = p_id;
    END IF;
    transfer := mine.transfer;
    code := mine.code;
    account := mine.account;
    fen := mine.fen;
    free := mine.free;
END $$;
