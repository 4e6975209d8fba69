-- What Python calls: many lines, one line, one resolution.

-- Lines of one call. An account is its id, or −n: the nth of `p_places` ('voucher|330602|2025|vch_..'), opened at its first
-- use; places come sorted, or two openers would wait for each other. All or none; with `p_each` the lines of each key
-- stand or fall by themselves, in the order given. `codes` and the rest are null when all is well.
CREATE OR REPLACE FUNCTION ledger_post(
    p_each boolean, p_keys text[], p_lines int[], p_phases int[], p_rules int[], p_debits bigint[], p_credits bigint[],
    p_fens bigint[], p_pendings bigint[], p_subjects text[], p_places text[], p_codes text[], p_debit_kinds text[],
    p_credit_kinds text[], p_crosses boolean[], p_at timestamptz, p_on date,
    OUT transfers bigint[], OUT codes text[], OUT accounts bigint[], OUT fens bigint[], OUT frees bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
    places bigint[];
    item record;
    one record;
BEGIN
    IF cardinality(p_places) > 0 THEN
        places := ledger_places(p_places);
        p_debits := ARRAY(SELECT CASE WHEN a < 0 THEN places[-a] ELSE a END FROM unnest(p_debits) WITH ORDINALITY AS u (a, n) ORDER BY n);
        p_credits := ARRAY(SELECT CASE WHEN a < 0 THEN places[-a] ELSE a END FROM unnest(p_credits) WITH ORDINALITY AS u (a, n) ORDER BY n);
    END IF;
    IF p_phases <@ '{0,1}' THEN
        transfers := ledger_try_posts(p_each AND cardinality(p_keys) > 1, p_keys, p_lines, p_phases, p_rules, p_debits, p_credits, p_fens, p_subjects, p_codes,
                                      p_debit_kinds, p_credit_kinds, p_crosses, p_at, p_on);
    ELSIF p_phases <@ '{2,3}' THEN
        transfers := ledger_try_resolutions(p_keys, p_lines, p_phases, p_fens, p_pendings, p_at, p_on);
    END IF;
    IF transfers IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT p_each OR cardinality(p_keys) = 1 THEN
        SELECT array_agg(j.transfer ORDER BY j.n), array_agg(j.code ORDER BY j.n), array_agg(j.account ORDER BY j.n),
               array_agg(j.fen ORDER BY j.n), array_agg(j.free ORDER BY j.n)
            INTO transfers, codes, accounts, fens, frees
            FROM ledger_judge(p_keys, p_lines, p_phases, p_rules, p_debits, p_credits, p_fens, p_pendings, p_subjects,
                              p_codes, p_debit_kinds, p_credit_kinds, p_crosses, p_at, p_on) j;
        RETURN;
    END IF;
    -- Some item cannot be posted: each is judged by itself, behind the locks of all, so that nobody is waited for twice.
    PERFORM 1 FROM ledger_account a WHERE a.id = ANY (p_debits || p_credits || ARRAY(
            SELECT x FROM ledger_transfer h CROSS JOIN LATERAL (VALUES (h.debit_id), (h.credit_id)) AS v (x) WHERE h.id = ANY (p_pendings)))
        ORDER BY a.id FOR NO KEY UPDATE;
    FOR item IN
        SELECT min(u.n) AS first, array_agg(u.n ORDER BY u.n) AS at FROM unnest(p_keys) WITH ORDINALITY AS u (key, n)
        GROUP BY u.key ORDER BY 1
    LOOP
        SELECT array_agg(j.transfer ORDER BY j.n) AS transfers, array_agg(j.code ORDER BY j.n) AS codes,
               array_agg(j.account ORDER BY j.n) AS accounts, array_agg(j.fen ORDER BY j.n) AS fens, array_agg(j.free ORDER BY j.n) AS frees
            INTO one
            FROM ledger_judge(
                ARRAY(SELECT p_keys[i] FROM unnest(item.at) i), ARRAY(SELECT p_lines[i] FROM unnest(item.at) i),
                ARRAY(SELECT p_phases[i] FROM unnest(item.at) i), ARRAY(SELECT p_rules[i] FROM unnest(item.at) i),
                ARRAY(SELECT p_debits[i] FROM unnest(item.at) i), ARRAY(SELECT p_credits[i] FROM unnest(item.at) i),
                ARRAY(SELECT p_fens[i] FROM unnest(item.at) i), ARRAY(SELECT p_pendings[i] FROM unnest(item.at) i),
                ARRAY(SELECT p_subjects[i] FROM unnest(item.at) i), p_codes, p_debit_kinds, p_credit_kinds, p_crosses, p_at, p_on) j;
        FOR i IN 1..cardinality(item.at) LOOP
            transfers[item.at[i]] := one.transfers[i];
            codes[item.at[i]] := one.codes[i];
            accounts[item.at[i]] := one.accounts[i];
            fens[item.at[i]] := one.fens[i];
            frees[item.at[i]] := one.frees[i];
        END LOOP;
    END LOOP;
END $$;

-- One post or hold. `p_debit` and `p_credit` are written as in ledger_place. What is short of money is refused before a lock.
CREATE OR REPLACE FUNCTION ledger_post_one(
    p_key text, p_phase int, p_rule text, p_debit text, p_credit text, p_debit_kind text, p_credit_kind text,
    p_crosses boolean, p_fen bigint, p_subject text, p_at timestamptz, p_on date,
    OUT transfer bigint, OUT code text, OUT account bigint, OUT fen bigint, OUT free bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    debit bigint;
    credit bigint;
    place text;
    budget_year int;
    other text;
    regular boolean;
BEGIN
    IF p_debit < p_credit COLLATE "C" THEN  -- in one order by everybody, see ledger_post
        debit := ledger_place(p_debit);
        credit := ledger_place(p_credit);
    ELSE
        credit := ledger_place(p_credit);
        debit := ledger_place(p_debit);
    END IF;
    SELECT d.kind = p_debit_kind AND c.kind = p_credit_kind AND (p_crosses OR (d.region = c.region AND d.year = c.year))
            AND (NOT d.no_overdraft OR d.posted - d.held >= p_fen), d.region, d.year, c.region
        INTO regular, place, budget_year, other
        FROM ledger_account d, ledger_account c WHERE d.id = debit AND c.id = credit;
    IF place = other THEN  -- nearly always; the lock is that of ledger_is_open
        PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_closing'), hashtext(place));
        regular := regular AND NOT EXISTS (SELECT FROM ledger_closing s WHERE s.region = place AND s.until > p_on);
    ELSE
        regular := regular AND ledger_is_open(ARRAY[least(place, other), greatest(place, other)], p_on);
    END IF;
    IF regular THEN
        IF p_phase = 1 THEN
            UPDATE ledger_account a SET held = a.held + p_fen
                WHERE a.id = debit AND (NOT a.no_overdraft OR a.posted - a.held >= p_fen);
            regular := FOUND;
        ELSIF debit < credit THEN
            UPDATE ledger_account a SET posted = a.posted - p_fen
                WHERE a.id = debit AND (NOT a.no_overdraft OR a.posted - a.held >= p_fen);
            regular := FOUND;
            IF regular THEN
                UPDATE ledger_account a SET posted = a.posted + p_fen WHERE a.id = credit;
            END IF;
        ELSE
            UPDATE ledger_account a SET posted = a.posted + p_fen WHERE a.id = credit;
            UPDATE ledger_account a SET posted = a.posted - p_fen
                WHERE a.id = debit AND (NOT a.no_overdraft OR a.posted - a.held >= p_fen);
            regular := FOUND;
            IF NOT regular THEN
                UPDATE ledger_account a SET posted = a.posted - p_fen WHERE a.id = credit;
            END IF;
        END IF;
        IF regular THEN
            INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, subject, region, year, at, "on", booked_at)
                VALUES (p_key, 0, p_phase, p_rule, debit, credit, p_fen, p_subject, place, budget_year, p_at, p_on, clock_timestamp())
                ON CONFLICT DO NOTHING RETURNING id INTO transfer;
            IF transfer IS NOT NULL THEN
                code := 'ok';
                RETURN;
            END IF;
            -- The key is known: what was just moved goes back, and the key is answered below.
            UPDATE ledger_account a SET posted = a.posted + CASE p_phase WHEN 0 THEN p_fen ELSE 0 END,
                held = a.held - CASE p_phase WHEN 1 THEN p_fen ELSE 0 END WHERE a.id = debit;
            UPDATE ledger_account a SET posted = a.posted - p_fen WHERE a.id = credit AND p_phase = 0;
        END IF;
    END IF;
    SELECT j.transfer, j.code, j.account, j.fen, j.free INTO transfer, code, account, fen, free
        FROM ledger_judge(ARRAY[p_key], ARRAY[0], ARRAY[p_phase], ARRAY[1], ARRAY[debit], ARRAY[credit], ARRAY[p_fen],
                          ARRAY[NULL::bigint], ARRAY[p_subject], ARRAY[p_rule], ARRAY[p_debit_kind], ARRAY[p_credit_kind],
                          ARRAY[p_crosses], p_at, p_on) j;
END $$;

-- One capture (phase 2, of `p_fen`) or release (phase 3).
CREATE OR REPLACE FUNCTION ledger_resolve_one(
    p_key text, p_phase int, p_pending bigint, p_fen bigint, p_at timestamptz, p_on date,
    OUT transfer bigint, OUT code text, OUT account bigint, OUT fen bigint, OUT free bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    debit bigint;
    credit bigint;
    held_fen bigint;
    moves bigint;
    said_rule text;
    said_subject text;
    place text;
    budget_year int;
    regular boolean;
BEGIN
    SELECT h.debit_id, h.credit_id, h.fen, h.rule, h.subject, h.region, h.year
        INTO debit, credit, held_fen, said_rule, said_subject, place, budget_year
        FROM ledger_transfer h WHERE h.id = p_pending AND h.phase = 1;
    moves := CASE p_phase WHEN 2 THEN p_fen ELSE 0 END;
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_closing'), hashtext(place));  -- as in ledger_is_open
    IF moves <= held_fen AND NOT EXISTS (SELECT FROM ledger_closing s WHERE s.region = place AND s.until > p_on) THEN
        IF p_phase = 2 AND credit < debit THEN
            UPDATE ledger_account a SET posted = a.posted + moves WHERE a.id = credit;
        END IF;
        UPDATE ledger_account a SET posted = a.posted - moves, held = a.held - held_fen
            WHERE a.id = debit AND a.held >= held_fen;
        regular := FOUND;
        IF p_phase = 2 AND credit < debit AND NOT regular THEN
            UPDATE ledger_account a SET posted = a.posted - moves WHERE a.id = credit;
        ELSIF p_phase = 2 AND credit > debit AND regular THEN
            UPDATE ledger_account a SET posted = a.posted + moves WHERE a.id = credit;
        END IF;
        IF regular THEN
            INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, pending_id, subject, region, year, at, "on", booked_at)
                VALUES (p_key, 0, p_phase, said_rule, debit, credit, CASE p_phase WHEN 2 THEN p_fen ELSE held_fen END, p_pending,
                        said_subject, place, budget_year, p_at, p_on, clock_timestamp())
                ON CONFLICT DO NOTHING RETURNING id INTO transfer;
            IF transfer IS NOT NULL THEN
                code := 'ok';
                RETURN;
            END IF;
            -- Resolved before, or the key is known: what was just moved goes back, and which of both is answered below.
            UPDATE ledger_account a SET posted = a.posted + moves, held = a.held + held_fen WHERE a.id = debit;
            UPDATE ledger_account a SET posted = a.posted - moves WHERE a.id = credit AND p_phase = 2;
        END IF;
    END IF;
    SELECT j.transfer, j.code, j.account, j.fen, j.free INTO transfer, code, account, fen, free
        FROM ledger_judge(ARRAY[p_key], ARRAY[0], ARRAY[p_phase], ARRAY[NULL::int], ARRAY[NULL::bigint], ARRAY[NULL::bigint],
                          ARRAY[p_fen], ARRAY[p_pending], ARRAY[NULL::text], '{}', '{}', '{}', '{}', p_at, p_on) j;
END $$;
