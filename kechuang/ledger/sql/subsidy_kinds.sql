-- The kinds of `ledger.rules.Kind` with those of subsidies (补助); only the other side of the books may go below zero.
CREATE OR REPLACE FUNCTION ledger_account_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind IN ('appropriation', 'budget', 'voucher', 'unclaimed', 'in_claim', 'owed', 'paid', 'clawed_back',
                    'subsidy_pot', 'subsidy_owed', 'subsidy_paid')
        AND (NEW.no_overdraft OR NEW.kind = 'appropriation')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no account of kind % is like this', NEW.kind USING ERRCODE = 'check_violation';
END $$;
