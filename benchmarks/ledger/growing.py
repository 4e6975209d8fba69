"""Years of transfers, written past the commands and in balance with every account: only how many there are matters here."""

import psycopg

# Without its indexes and triggers a table is written many times faster; they are made again afterwards, word for word.
INDEXES = """SELECT indexdef, indexrelid::regclass::text, conname FROM pg_index JOIN pg_indexes i ON i.indexname = indexrelid::regclass::text
    LEFT JOIN pg_constraint c ON c.conindid = indexrelid AND c.conrelid = indrelid
    WHERE indrelid = 'ledger_transfer'::regclass AND NOT indisprimary"""
WRITE = """
    INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, subject, region, year, at, "on", booked_at)
    SELECT 'grown:' || n, 0, 0, CASE n % 2 WHEN 0 THEN 'restore' ELSE 'offset' END,
        CASE n % 2 WHEN 0 THEN u.id ELSE v.id END, CASE n % 2 WHEN 0 THEN v.id ELSE u.id END, 100, v.owner, v.region, v.year,
        v.day + (n % 300) * interval '1 day', (v.day + (n % 300) * interval '1 day')::date, clock_timestamp()
    FROM generate_series(1::bigint, %s) n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS nth, timestamptz '2024-01-01' AS day FROM ledger_account WHERE kind = 'voucher') v
        ON v.nth = (n / 2 * 7919) %% 5000
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS nth FROM ledger_account WHERE kind = 'unclaimed') u
        ON u.nth = (n / 2 * 104729) %% 5000"""


def grow(owner: "psycopg.Connection[tuple[object, ...]]", transfers: int) -> None:
    """Pairs of an offset and its restoring, so that no balance changes."""
    owner.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER USER")
    made = owner.execute(INDEXES).fetchall()
    for _definition, name, constraint in made:
        owner.execute(f"ALTER TABLE ledger_transfer DROP CONSTRAINT {name}" if constraint else f"DROP INDEX {name}")  # type: ignore[arg-type]
    owner.execute(WRITE.replace("n % ", "n %% "), [transfers // 2 * 2])
    for definition, name, constraint in made:
        owner.execute(str(definition).encode())
        if constraint:
            owner.execute(f"ALTER TABLE ledger_transfer ADD CONSTRAINT {name} UNIQUE USING INDEX {name}".encode())
    owner.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER USER")
    owner.execute("VACUUM ANALYZE ledger_transfer")
