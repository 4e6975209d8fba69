-- Accounts and the one row per transfer; how they are posted to is in posting.sql and posting_calls.sql.
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
