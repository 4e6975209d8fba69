-- Posting in one call: accounts are locked in the order of their ids, balances touched once per account.
CREATE SEQUENCE ledger_account_ordinary AS bigint;
CREATE SEQUENCE ledger_account_budget AS bigint START 1000000000000 MINVALUE 1000000000000;

ALTER TABLE ledger_account SET (fillfactor = 60);

CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION trail_append_only();

CREATE TYPE ledger_line AS (
    n int, key text, line int, phase int, rule text, debit bigint, credit bigint, fen bigint, pending bigint,
    subject text, held bigint, transfer bigint, code text, free bigint
);

-- Get or open an account. Budgets are numbered above all others, so that the hot row is locked last.
CREATE FUNCTION ledger_account_id(p_kind text, p_region text, p_year int, p_owner text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT id INTO found FROM ledger_account
        WHERE kind = p_kind AND region = p_region AND year = p_year AND owner = p_owner;
    IF found IS NULL THEN
        INSERT INTO ledger_account (id, kind, region, year, owner, no_overdraft, posted, held)
            VALUES (nextval(CASE p_kind WHEN 'budget' THEN 'ledger_account_budget' ELSE 'ledger_account_ordinary' END::regclass),
                    p_kind, p_region, p_year, p_owner, p_kind <> 'appropriation', 0, 0)
            ON CONFLICT DO NOTHING RETURNING id INTO found;
    END IF;
    IF found IS NULL THEN  -- somebody else opened it in the meantime
        SELECT id INTO found FROM ledger_account
            WHERE kind = p_kind AND region = p_region AND year = p_year AND owner = p_owner;
    END IF;
    RETURN found;
END $$;

-- '17' is an account by its id; 'voucher|330602|2025|vch_..' is one by what it is.
CREATE FUNCTION ledger_place(p_written text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_written ~ '^\d+$' THEN
        RETURN p_written::bigint;
    END IF;
    RETURN ledger_account_id(split_part(p_written, '|', 1), split_part(p_written, '|', 2),
                             split_part(p_written, '|', 3)::int, split_part(p_written, '|', 4));
END $$;

-- Posts all lines or none. Answers one row per line: 'ok' or 'replayed' with the transfer, else the reason; when any
-- line has a reason nothing was written. Phases: 0 post, 1 hold, 2 capture, 3 release, 4 reversal.
CREATE FUNCTION ledger_post(
    p_keys text[], p_lines int[], p_phases int[], p_rules text[], p_debits text[], p_credits text[],
    p_debit_kinds text[], p_credit_kinds text[], p_crosses boolean[], p_fens bigint[], p_pendings bigint[],
    p_subjects text[], p_at timestamptz, p_on date
) RETURNS TABLE (n int, transfer bigint, code text, account bigint, fen bigint, free bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Planning anew costs more than running; a plan made while the tables were small must not scan them when they are large.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    lines ledger_line[];
BEGIN
    -- Accounts are opened in one order by everybody, or two openers would wait for each other.
    WITH place AS MATERIALIZED (
        SELECT written, ledger_place(written) AS id
        FROM (SELECT DISTINCT w AS written FROM unnest(p_debits || p_credits) w WHERE w IS NOT NULL ORDER BY 1) sorted
    )
    SELECT array_agg(ROW(
        u.n, u.key, u.line, u.phase, coalesce(h.rule, u.rule),
        CASE WHEN u.phase = 4 THEN h.credit_id WHEN u.phase IN (2, 3) THEN h.debit_id ELSE d.id END,
        CASE WHEN u.phase = 4 THEN h.debit_id WHEN u.phase IN (2, 3) THEN h.credit_id ELSE c.id END,
        CASE WHEN u.phase IN (3, 4) THEN h.fen ELSE u.fen END,
        u.pending, coalesce(u.subject, h.subject),
        CASE u.phase WHEN 1 THEN u.fen WHEN 2 THEN -h.fen WHEN 3 THEN -h.fen ELSE 0 END,
        NULL,
        CASE WHEN u.phase IN (2, 3) AND h.phase IS DISTINCT FROM 1 THEN 'no_hold'
             WHEN u.phase = 2 AND u.fen > h.fen THEN 'above_hold'
             WHEN u.phase = 4 AND (h.phase IS NULL OR h.phase NOT IN (0, 2)) THEN 'not_reversible' END,
        NULL)::ledger_line ORDER BY u.n)
    INTO lines
    FROM unnest(p_keys, p_lines, p_phases, p_rules, p_debits, p_credits, p_fens, p_pendings, p_subjects) WITH ORDINALITY
        AS u (key, line, phase, rule, debit, credit, fen, pending, subject, n)
    LEFT JOIN place d ON d.written = u.debit
    LEFT JOIN place c ON c.written = u.credit
    LEFT JOIN ledger_transfer h ON h.id = u.pending;

    -- A hold and its release touch only the account that pays.
    PERFORM 1 FROM ledger_account a
        WHERE a.id IN (SELECT l.debit FROM unnest(lines) l UNION SELECT l.credit FROM unnest(lines) l WHERE l.phase IN (0, 2, 4))
        ORDER BY a.id FOR NO KEY UPDATE;

    -- What was asked before under the same key, and whether each line may be posted at all.
    SELECT array_agg(ROW(
        l.n, l.key, l.line, l.phase, l.rule, l.debit, l.credit, l.fen, l.pending, l.subject, l.held, t.id,
        CASE WHEN l.code IS NOT NULL THEN l.code
             WHEN t.id IS NOT NULL AND (t.phase, t.rule, t.debit_id, t.credit_id, t.fen, t.subject)
                 = (l.phase, l.rule, l.debit, l.credit, l.fen, l.subject)
                 AND t.pending_id IS NOT DISTINCT FROM l.pending AND known.lines = l.asked THEN 'replayed'
             WHEN known.lines > 0 THEN 'key_reused'
             WHEN d.id IS NULL OR c.id IS NULL THEN 'no_account'
             WHEN l.phase < 2 AND (d.kind <> p_debit_kinds[l.n] OR c.kind <> p_credit_kinds[l.n]) THEN 'wrong_kind'
             WHEN l.phase < 2 AND NOT p_crosses[l.n] AND (d.region, d.year) <> (c.region, c.year) THEN 'wrong_place'
             WHEN l.pending IS NOT NULL AND EXISTS (SELECT FROM ledger_transfer r WHERE r.pending_id = l.pending)
                 THEN CASE l.phase WHEN 4 THEN 'reversed' ELSE 'resolved' END END,
        d.posted - d.held)::ledger_line ORDER BY l.n)
    INTO lines
    FROM (SELECT a.*, count(*) OVER (PARTITION BY a.key) AS asked FROM unnest(lines) a) l
    LEFT JOIN LATERAL (SELECT count(*) AS lines FROM ledger_transfer k WHERE k.key = l.key) known ON true
    LEFT JOIN ledger_transfer t ON t.key = l.key AND t.line = l.line
    LEFT JOIN ledger_account d ON d.id = l.debit
    LEFT JOIN ledger_account c ON c.id = l.credit;

    -- Linked lines are judged by what they do together.
    IF NOT EXISTS (SELECT FROM unnest(lines) l WHERE l.code IS NOT NULL AND l.code <> 'replayed') THEN
        SELECT array_agg(ROW(
            l.n, l.key, l.line, l.phase, l.rule, l.debit, l.credit, l.fen, l.pending, l.subject, l.held, l.transfer,
            CASE WHEN l.code IS NULL AND short.id IS NOT NULL THEN 'not_enough' ELSE l.code END, l.free
            )::ledger_line ORDER BY l.n)
        INTO lines
        FROM unnest(lines) l
        LEFT JOIN (
            SELECT a.id FROM ledger_account a
            JOIN (SELECT m.id, sum(m.posted) AS posted, sum(m.held) AS held FROM (
                    SELECT s.debit AS id, CASE WHEN s.phase IN (0, 2, 4) THEN -s.fen ELSE 0 END AS posted, s.held
                        FROM unnest(lines) s WHERE s.code IS NULL
                    UNION ALL
                    SELECT s.credit, s.fen, 0 FROM unnest(lines) s WHERE s.code IS NULL AND s.phase IN (0, 2, 4)) m
                  GROUP BY m.id) delta ON delta.id = a.id
            WHERE a.no_overdraft AND a.posted + delta.posted < a.held + delta.held
        ) short ON short.id = l.debit;
    END IF;
    IF EXISTS (SELECT FROM unnest(lines) l WHERE l.code IS NOT NULL AND l.code <> 'replayed') THEN
        RETURN QUERY SELECT l.n, l.transfer, coalesce(l.code, 'ok'), l.debit, l.fen, l.free FROM unnest(lines) l ORDER BY l.n;
        RETURN;
    END IF;

    INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, pending_id, subject, region, year,
                                 at, "on", booked_at)
        SELECT l.key, l.line, l.phase, l.rule, l.debit, l.credit, l.fen, l.pending, l.subject, a.region, a.year,
               p_at, p_on, clock_timestamp()
        FROM unnest(lines) l JOIN ledger_account a ON a.id = l.debit WHERE l.code IS NULL ORDER BY l.n;
    UPDATE ledger_account a SET posted = a.posted + delta.posted, held = a.held + delta.held
        FROM (SELECT m.id, sum(m.posted) AS posted, sum(m.held) AS held FROM (
                SELECT s.debit AS id, CASE WHEN s.phase IN (0, 2, 4) THEN -s.fen ELSE 0 END AS posted, s.held
                    FROM unnest(lines) s WHERE s.code IS NULL
                UNION ALL
                SELECT s.credit, s.fen, 0 FROM unnest(lines) s WHERE s.code IS NULL AND s.phase IN (0, 2, 4)) m
              GROUP BY m.id) delta
        WHERE a.id = delta.id;
    RETURN QUERY SELECT l.n, t.id, coalesce(l.code, 'ok'), l.debit, l.fen, l.free
        FROM unnest(lines) l JOIN ledger_transfer t ON t.key = l.key AND t.line = l.line ORDER BY l.n;
END $$;
