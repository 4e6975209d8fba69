"""What is done within kechuang, in a process of its own: `fill <claims> <providers>`, `settle`."""

import json
import sys
import time
from datetime import date
from typing import Any

from kechuang.site import demo, processes

SCHEME, CITY, OFFICE, COUNTY, YEAR = "shaoxing/voucher-2021", "330600", "330699", "330602", 2025
PLAYED_UNTIL, SCALE, SEED = date(2025, 5, 20), 0.05, 7
RATE_BP, POT_FEN = 3_000, 10_000_000_000_000

# One paid claim of the play, and what of its columns is another in each copy.
MODEL = "SELECT id FROM claims_claim WHERE state = 'paid' AND region = %(county)s ORDER BY id LIMIT 1"
PARTIES = """
    CREATE TEMP TABLE bench_party AS SELECT n, 'pty_' || lpad(n::text, 26, '0') AS id FROM generate_series(1, %(providers)s) n;
    INSERT INTO parties_party SELECT (jsonb_populate_record(NULL::parties_party, to_jsonb(p) || jsonb_build_object(
        'id', b.id, 'name', '示例机构' || b.n, 'credit_code', 'BENCH' || lpad(b.n::text, 13, '0')))).*
    FROM bench_party b, (SELECT p.* FROM parties_party p JOIN claims_claim c ON c.provider_party = p.id WHERE c.id = %(model)s) p"""
ACCOUNTS = """
    CREATE TEMP TABLE bench_account AS SELECT b.id AS party, b.n, nextval('ledger_account_ordinary') AS owed,
        nextval('ledger_account_ordinary') AS paid FROM bench_party b;
    INSERT INTO ledger_account (id, kind, region, year, owner, no_overdraft, posted, held)
        SELECT owed, 'owed', %(county)s, %(year)s, party, true, 0, 0 FROM bench_account UNION ALL
        SELECT paid, 'paid', %(county)s, %(year)s, party, true, 0, 0 FROM bench_account"""
COPIES = """
    CREATE TEMP TABLE bench_copy AS SELECT g.n, a.party, a.owed, a.paid, 'ord_' || lpad(g.n::text, 26, '0') AS order_id,
        'clm_' || lpad(g.n::text, 26, '0') AS claim_id, 100000 + (g.n %% 997) * 300 AS fen,
        CASE g.n %% 4 WHEN 0 THEN 'other' WHEN 1 THEN 'daxing' ELSE 'platform' END AS channel,
        date '2025-01-10' + (g.n %% 340)::int AS on
    FROM generate_series(1, %(claims)s) AS g (n) JOIN bench_account a ON a.n = 1 + g.n %% %(providers)s;
    ANALYZE bench_copy"""
# Of the model's order and claim, what is another in each copy; every other column stays as it is.
ORDERS = {
    "id": "b.order_id", "number": "'DD-B' || b.n", "provider_id": "b.party", "unit_id": "NULL", "channel": "b.channel",
    "price_fen": "b.fen * 2", "voucher_fen": "b.fen", "own_share_fen": "b.fen", "paid_fen": "b.fen", "captured_fen": "b.fen",
    "booking_id": "NULL", "request_key": "NULL", "terms": "'{}'", "price_list": "'[]'", "offices": "'{}'",
}  # fmt: skip
CLAIMED = {
    "id": "b.claim_id", "number": "'DF-B' || b.n", "order_id": "b.order_id", "provider_party": "b.party",
    "provider_unit": "''", "claimed_fen": "b.fen", "confirmed_fen": "b.fen", "paid_on": "b.on", "terms": "'{}'",
    "evidence": "'[]'",
}  # fmt: skip
PAYMENTS = """
    INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, subject, region, year, at, "on", booked_at)
    SELECT 'bench:' || n, 0, 0, 'pay', owed, paid, fen, claim_id, %(county)s, %(year)s, b.on, b.on, b.on FROM bench_copy b"""
BALANCES = """
    UPDATE ledger_account a SET posted = s.fen FROM (SELECT paid, sum(fen) AS fen FROM bench_copy GROUP BY paid) s
    WHERE a.id = s.paid"""
# What a spreadsheet-minded officer would ask the same tables: who redeemed how much, and of it through the platform.
AGGREGATE = """
    SELECT c.provider_party, sum(t.fen), coalesce(sum(t.fen) FILTER (WHERE o.channel IN ('platform', 'daxing')), 0)
    FROM (SELECT subject, sum(CASE rule WHEN 'pay' THEN fen ELSE -fen END) AS fen FROM ledger_transfer
        WHERE rule IN ('pay', 'bounce') AND phase IN (0, 4) GROUP BY subject) t
    JOIN claims_claim c ON c.id = t.subject JOIN orders_order o ON o.id = c.order_id
    WHERE t.fen > 0 GROUP BY c.provider_party"""


def fill(claims: int, providers: int) -> dict[str, Any]:
    """A played half year, and `claims` more paid claims like one of it."""
    demo.play(SCHEME, year=YEAR, seed=SEED, until=PLAYED_UNTIL, scale=SCALE)
    from django.db import connections, transaction

    given: dict[str, Any] = {"claims": claims, "providers": providers, "county": COUNTY, "year": YEAR}
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # copies of a checked row are not checked again
        cursor.execute(MODEL, given)
        (given["model"],) = cursor.fetchone()
        for sql in (PARTIES, ACCOUNTS, COPIES):
            for part in sql.split(";\n"):
                cursor.execute(part, given)
        _copied(cursor, "orders_order", "SELECT order_id FROM claims_claim WHERE id = %(model)s", ORDERS, given)
        _copied(cursor, "claims_claim", "SELECT %(model)s", CLAIMED, given)
        for sql in (PAYMENTS, BALANCES):
            cursor.execute(sql, given)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"claims": claims}


def _copied(cursor: Any, table: str, model: str, changed: dict[str, str], given: dict[str, Any]) -> None:
    """One row of a table for each copy: the model's, with these columns changed. One statement."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    columns = [name for (name,) in cursor.fetchall()]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(changed.get(name, f'm."{name}"') for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM bench_copy b, {table} m WHERE m.id = ({model})", given
    )


def settle() -> dict[str, Any]:
    """The settlement by its commands, timed, and the plain aggregate over the same ledger."""
    processes.start_django()
    from kechuang.gazette.queries import install_current

    install_current()
    from django.db import connection

    from kechuang.kernel.actor import CLOCK, Role
    from kechuang.ledger import commands as ledger
    from kechuang.ledger.queries import next_month
    from kechuang.ledger.rules import Period
    from kechuang.parties import commands as parties
    from kechuang.parties.queries import actor_for, covers
    from kechuang.subsidies import commands
    from kechuang.subsidies.states import Formula
    from kechuang.ui import clock

    until = date(YEAR + 1, 1, 1)
    now = clock.instant(until.replace(day=5))
    parties.add_zone(code=OFFICE, name="绍兴市本级", parent=CITY, source="示例")

    def officer(role: Role, region: str) -> Any:
        person = parties.register_person(CLOCK, name="经办", now=now)
        parties.appoint(CLOCK, person_id=person.id, role=role, region=region, now=now)
        return actor_for(person.id, on=clock.day(now))

    with clock.at(now):
        for county in sorted(covers(CITY)):
            if next_month(county) is None:
                continue
            keeper = officer(Role.COUNTY_FINANCE, county)
            while (due := next_month(county)) and due <= until:
                ledger.close(keeper, region=county, period=Period.MONTH, until=due, now=now)
        clerk = officer(Role.COUNTY_OFFICER, OFFICE)
        decision = commands.Decision(RATE_BP, "绍市科〔2026〕1号", "绍兴市科学技术局", clock.day(now))
        said = {"formula": Formula.PROVIDERS, "scheme": SCHEME, "region": OFFICE, "year": YEAR, "decision": decision}
        row = commands.draft(clerk, **said, now=now)  # type: ignore[arg-type]
        commands.decide(officer(Role.COUNTY_APPROVER, OFFICE), settlement_id=row.id, now=now)
        finance = officer(Role.COUNTY_FINANCE, OFFICE)
        commands.fund(finance, settlement_id=row.id, fen=POT_FEN, document_number="绍市财〔2026〕2号", now=now)
        began = time.monotonic()
        done = commands.settle(clerk, settlement_id=row.id, now=now)
        seconds = time.monotonic() - began
    with connection.cursor() as cursor:
        began = time.monotonic()
        cursor.execute(AGGREGATE)
        sums = cursor.fetchall()
        aggregate_seconds = time.monotonic() - began
    return {
        "claims": done.redeemed_count,
        "fen": done.redeemed_fen,
        "seconds": seconds,
        "aggregate_fen": int(sum(fen for _party, fen, _platform in sums)),
        "aggregate_seconds": aggregate_seconds,
    }


if __name__ == "__main__":
    wanted, *given = sys.argv[1:]
    print(json.dumps(fill(*map(int, given)) if wanted == "fill" else settle()))
