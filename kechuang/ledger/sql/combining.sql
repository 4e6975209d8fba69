-- 合并记账 in the database: whoever holds the lock posts for all who wait, in the order of arrival, whatever process they are
-- in. Unlogged: what waits has no effect yet, and who asked after a crash asks again under the same key.
CREATE UNLOGGED TABLE ledger_waiting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, rule text NOT NULL, debit text NOT NULL,
    credit text NOT NULL, debit_kind text NOT NULL, credit_kind text NOT NULL, crosses boolean NOT NULL, fen bigint NOT NULL,
    subject text NOT NULL, at timestamptz NOT NULL, "on" date NOT NULL, transfer bigint, code text, account bigint, free bigint
);
CREATE INDEX ledger_waiting_unanswered ON ledger_waiting (id) WHERE code IS NULL;
ALTER TABLE ledger_waiting SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
