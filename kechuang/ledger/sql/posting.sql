-- Posting in one call. Whatever is as it should be takes the quick way; at the first irregularity nothing of it stands,
-- and `ledger_judge` decides line by line, as if there were no quick way. So speed never decides what is right.
-- Phases: 0 post, 1 hold, 2 capture, 3 release, 4 reversal. A budget has the highest ids and so is locked last.

CREATE TRIGGER account_append_only BEFORE DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION trail_append_only();
CREATE TRIGGER closing_append_only BEFORE UPDATE OR DELETE ON ledger_closing FOR EACH ROW EXECUTE FUNCTION trail_append_only();

-- Only the other side of the books may go below zero; kinds are those of `ledger.rules.Kind`.
CREATE FUNCTION ledger_account_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind IN ('appropriation', 'budget', 'voucher', 'unclaimed', 'in_claim', 'owed', 'paid', 'clawed_back')
        AND (NEW.no_overdraft OR NEW.kind = 'appropriation')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no account of kind % is like this', NEW.kind USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER account_is_sound BEFORE INSERT OR UPDATE OF kind, no_overdraft ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_account_is_sound();

CREATE FUNCTION ledger_transfer_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.fen > 0 AND NEW.debit_id <> NEW.credit_id AND NEW.phase BETWEEN 0 AND 4
        AND (NEW.pending_id IS NULL) = (NEW.phase < 2)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no transfer is like this: %', NEW USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER transfer_is_sound BEFORE INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_sound();

-- Region and day are open for posts, and stay so until this transaction ends: closing waits for it (关账).
CREATE FUNCTION ledger_is_open(p_regions text[], p_on date) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    region text;
BEGIN
    FOREACH region IN ARRAY p_regions LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_closing'), hashtext(region));
    END LOOP;
    RETURN NOT EXISTS (SELECT FROM ledger_closing c WHERE c.region = ANY (p_regions) AND c.until > p_on);
END $$;

-- Judges every line and posts all or none. One row per line: 'ok' or 'replayed' with the transfer, else the reason.
CREATE FUNCTION ledger_judge(
    p_keys text[], p_lines int[], p_phases int[], p_rules int[], p_debits bigint[], p_credits bigint[], p_fens bigint[],
    p_pendings bigint[], p_subjects text[], p_codes text[], p_debit_kinds text[], p_credit_kinds text[],
    p_crosses boolean[], p_at timestamptz, p_on date
) RETURNS TABLE (n int, transfer bigint, code text, account bigint, fen bigint, free bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Planning anew costs more than running; a plan made while the tables were small must not scan them when they are large.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    lines ledger_line[];
    shut boolean;
BEGIN
    SELECT array_agg(ROW(
        u.n, u.key, u.line, u.phase, coalesce(h.rule, p_codes[u.rule]),
        CASE WHEN u.phase = 4 THEN h.credit_id WHEN u.phase IN (2, 3) THEN h.debit_id ELSE u.debit END,
        CASE WHEN u.phase = 4 THEN h.debit_id WHEN u.phase IN (2, 3) THEN h.credit_id ELSE u.credit END,
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
    LEFT JOIN ledger_transfer h ON h.id = u.pending;

    -- A hold and its release touch only the account that pays.
    PERFORM 1 FROM ledger_account a
        WHERE a.id IN (SELECT l.debit FROM unnest(lines) l UNION SELECT l.credit FROM unnest(lines) l WHERE l.phase IN (0, 2, 4))
        ORDER BY a.id FOR NO KEY UPDATE;
    shut := NOT ledger_is_open(ARRAY(SELECT DISTINCT a.region FROM ledger_account a WHERE a.id IN (
        SELECT l.debit FROM unnest(lines) l UNION SELECT l.credit FROM unnest(lines) l) ORDER BY 1), p_on);

    -- What was asked before under the same key, and whether each line may be posted at all.
    SELECT array_agg(ROW(
        l.n, l.key, l.line, l.phase, l.rule, l.debit, l.credit, l.fen, l.pending, l.subject, l.held, t.id,
        CASE WHEN l.code IS NOT NULL THEN l.code
             WHEN t.id IS NOT NULL AND (t.phase, t.rule, t.debit_id, t.credit_id, t.fen, t.subject)
                 = (l.phase, l.rule, l.debit, l.credit, l.fen, l.subject)
                 AND t.pending_id IS NOT DISTINCT FROM l.pending AND known.lines = l.asked THEN 'replayed'
             WHEN known.lines > 0 OR l.twice > 1 THEN 'key_reused'
             WHEN d.id IS NULL OR c.id IS NULL THEN 'no_account'
             WHEN l.phase < 2 AND (d.kind <> p_debit_kinds[p_rules[l.n]] OR c.kind <> p_credit_kinds[p_rules[l.n]]) THEN 'wrong_kind'
             WHEN l.phase < 2 AND NOT p_crosses[p_rules[l.n]] AND (d.region, d.year) <> (c.region, c.year) THEN 'wrong_place'
             WHEN l.pending IS NOT NULL AND (l.again > 1 OR EXISTS (SELECT FROM ledger_transfer r WHERE r.pending_id = l.pending))
                 THEN CASE l.phase WHEN 4 THEN 'reversed' ELSE 'resolved' END
             WHEN shut AND EXISTS (SELECT FROM ledger_closing s WHERE s.region IN (d.region, c.region) AND s.until > p_on)
                 THEN 'closed' END,
        d.posted - d.held)::ledger_line ORDER BY l.n)
    INTO lines
    FROM (SELECT a.*, count(*) OVER (PARTITION BY a.key) AS asked,
                 row_number() OVER (PARTITION BY a.key, a.line ORDER BY a.n) AS twice,
                 row_number() OVER (PARTITION BY a.pending ORDER BY a.n) AS again FROM unnest(lines) a) l
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
        LEFT JOIN (SELECT a.id FROM ledger_account a JOIN ledger_moves(lines) m ON m.id = a.id
            WHERE a.no_overdraft AND a.posted + m.posted < a.held + m.held) short ON short.id = l.debit;
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
    UPDATE ledger_account a SET posted = a.posted + m.posted, held = a.held + m.held
        FROM ledger_moves(lines) m WHERE a.id = m.id;
    RETURN QUERY SELECT l.n, t.id, coalesce(l.code, 'ok'), l.debit, l.fen, l.free
        FROM unnest(lines) l JOIN ledger_transfer t ON t.key = l.key AND t.line = l.line ORDER BY l.n;
END $$;

-- What lines without a code do to each account, added up.
CREATE FUNCTION ledger_moves(lines ledger_line[]) RETURNS TABLE (id bigint, posted bigint, held bigint)
LANGUAGE sql IMMUTABLE AS $$
    SELECT m.id, sum(m.posted)::bigint, sum(m.held)::bigint FROM (
        SELECT s.debit AS id, CASE WHEN s.phase IN (0, 2, 4) THEN -s.fen ELSE 0 END AS posted, s.held
            FROM unnest(lines) s WHERE s.code IS NULL
        UNION ALL
        SELECT s.credit, s.fen, 0 FROM unnest(lines) s WHERE s.code IS NULL AND s.phase IN (0, 2, 4)) m
    GROUP BY m.id
$$;

-- The quick way of many posts and holds: answers their transfers, or null and has written nothing. With `p_each` what goes
-- out of an account must be there without what comes in with the same call, whose order then does not matter.
CREATE FUNCTION ledger_try_posts(
    p_each boolean, p_keys text[], p_lines int[], p_phases int[], p_rules int[], p_debits bigint[], p_credits bigint[], p_fens bigint[],
    p_subjects text[], p_codes text[], p_debit_kinds text[], p_credit_kinds text[], p_crosses boolean[],
    p_at timestamptz, p_on date
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    made bigint[];
    leans boolean;
    touched bigint[] := p_debits || p_credits;
BEGIN
    IF 1 = ANY (p_phases) THEN
        touched := p_debits || ARRAY(SELECT u.credit FROM unnest(p_phases, p_credits) u (phase, credit) WHERE u.phase = 0);
    END IF;
    PERFORM 1 FROM ledger_account a WHERE a.id = ANY (touched) ORDER BY a.id FOR NO KEY UPDATE;
    IF NOT ledger_is_open(ARRAY(
        SELECT DISTINCT a.region FROM ledger_account a WHERE a.id = ANY (p_debits || p_credits) ORDER BY 1), p_on)
    THEN
        RETURN NULL;
    END IF;
    WITH said AS (
        SELECT u.*, d.region, d.year
        FROM unnest(p_keys, p_lines, p_phases, p_rules, p_debits, p_credits, p_fens, p_subjects) WITH ORDINALITY
            AS u (key, line, phase, rule, debit, credit, fen, subject, n)
        JOIN ledger_account d ON d.id = u.debit JOIN ledger_account c ON c.id = u.credit
        WHERE d.kind = p_debit_kinds[u.rule] AND c.kind = p_credit_kinds[u.rule]
            AND (p_crosses[u.rule] OR (d.region = c.region AND d.year = c.year))
        ORDER BY u.n
    ), written AS (
        INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, subject, region, year, at, "on", booked_at)
        SELECT s.key, s.line, s.phase, p_codes[s.rule], s.debit, s.credit, s.fen, s.subject, s.region, s.year, p_at, p_on,
            clock_timestamp() FROM said s
        ON CONFLICT DO NOTHING RETURNING id, debit_id, credit_id, phase, fen
    ), moved AS (
        SELECT m.id, sum(m.posted) AS posted, sum(m.held) AS held, sum(greatest(m.posted, 0)) AS came FROM (
            SELECT w.debit_id AS id, CASE w.phase WHEN 0 THEN -w.fen ELSE 0 END AS posted, CASE w.phase WHEN 1 THEN w.fen ELSE 0 END AS held
                FROM written w
            UNION ALL SELECT w.credit_id, w.fen, 0 FROM written w WHERE w.phase = 0) m GROUP BY m.id
    ), changed AS (
        UPDATE ledger_account a SET posted = a.posted + m.posted, held = a.held + m.held FROM moved m WHERE a.id = m.id
        RETURNING a.no_overdraft AND a.posted - m.came < a.held AS leans
    )
    SELECT array_agg(w.id ORDER BY w.id), (SELECT bool_or(c.leans) FROM changed c) INTO made, leans FROM written w;
    IF cardinality(made) IS DISTINCT FROM cardinality(p_keys) OR (p_each AND leans) THEN
        RAISE EXCEPTION SQLSTATE 'KL001';
    END IF;
    RETURN made;
EXCEPTION WHEN SQLSTATE 'KL001' OR check_violation THEN
    RETURN NULL;
END $$;

-- The quick way of many captures and releases, likewise.
CREATE FUNCTION ledger_try_resolutions(
    p_keys text[], p_lines int[], p_phases int[], p_fens bigint[], p_pendings bigint[], p_at timestamptz, p_on date
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    made bigint[];
    touched bigint[];
    regions text[];
BEGIN
    SELECT array_agg(h.debit_id) || coalesce(array_agg(h.credit_id) FILTER (WHERE u.phase = 2), '{}'), array_agg(DISTINCT h.region)
        INTO touched, regions
        FROM unnest(p_phases, p_pendings) u (phase, pending) JOIN ledger_transfer h ON h.id = u.pending;
    PERFORM 1 FROM ledger_account a WHERE a.id = ANY (touched) ORDER BY a.id FOR NO KEY UPDATE;
    IF NOT ledger_is_open(coalesce(regions, '{}'), p_on) THEN
        RETURN NULL;
    END IF;
    WITH said AS MATERIALIZED (
        SELECT u.n, u.key, u.line, u.phase, CASE u.phase WHEN 3 THEN h.fen ELSE u.fen END AS fen, h.id, h.rule, h.debit_id,
            h.credit_id, h.fen AS held, h.subject, h.region, h.year
        FROM unnest(p_keys, p_lines, p_phases, p_fens, p_pendings) WITH ORDINALITY AS u (key, line, phase, fen, pending, n)
        JOIN ledger_transfer h ON h.id = u.pending
        WHERE h.phase = 1 AND (u.phase = 3 OR u.fen <= h.fen)
    ), written AS (
        INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, pending_id, subject, region, year, at, "on", booked_at)
        SELECT s.key, s.line, s.phase, s.rule, s.debit_id, s.credit_id, s.fen, s.id, s.subject, s.region, s.year, p_at, p_on,
            clock_timestamp() FROM said s ORDER BY s.n
        ON CONFLICT DO NOTHING RETURNING id
    ), moved AS (
        SELECT m.id, sum(m.posted) AS posted, sum(m.held) AS held FROM (
            SELECT s.debit_id AS id, CASE s.phase WHEN 2 THEN -s.fen ELSE 0 END AS posted, -s.held AS held FROM said s
            UNION ALL SELECT s.credit_id, s.fen, 0 FROM said s WHERE s.phase = 2) m GROUP BY m.id
    ), changed AS (
        UPDATE ledger_account a SET posted = a.posted + m.posted, held = a.held + m.held FROM moved m WHERE a.id = m.id
    )
    SELECT array_agg(w.id ORDER BY w.id) INTO made FROM written w;
    IF cardinality(made) IS DISTINCT FROM cardinality(p_keys) THEN
        RAISE EXCEPTION SQLSTATE 'KL001';
    END IF;
    RETURN made;
EXCEPTION WHEN SQLSTATE 'KL001' OR check_violation THEN
    RETURN NULL;
END $$;
