"""不变量: each one holds after a play, and is found broken, with table and row, when the owner breaks it by SQL."""

import pytest
from django.db import connection

from kechuang.pilot import queries

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once

# name, what is broken, how its row is found, the table that is named
BROKEN = [
    ("I1", "UPDATE ledger_account SET posted = posted + 1 WHERE id = %s", "SELECT id FROM ledger_account WHERE kind = 'paid' LIMIT 1", "ledger_account"),
    ("I2", "UPDATE treasury_budget SET released_fen = released_fen - 1, state = 'partly' WHERE id = %s", "SELECT id FROM treasury_budget WHERE released_fen > 0 LIMIT 1", "treasury_budget"),
    ("I3", "UPDATE orders_order SET captured_fen = captured_fen - 1 WHERE id = %s", "SELECT id FROM orders_order WHERE captured_fen > 0 LIMIT 1", "orders_order"),
    ("I3", "UPDATE vouchers_hold SET fen = fen + 1 WHERE id = %s", "SELECT id FROM vouchers_hold WHERE price_fen > fen LIMIT 1", "vouchers_hold"),
    ("I4", "UPDATE claims_claim SET confirmed_fen = confirmed_fen - 1 WHERE id = %s", "SELECT id FROM claims_claim WHERE state = 'paid' LIMIT 1", "claims_claim"),
    ("I4", "UPDATE treasury_payable SET fen = fen + 1 WHERE id = %s", "SELECT id FROM treasury_payable LIMIT 1", "treasury_paymentpart"),
    ("I5", "INSERT INTO trail_event SELECT (jsonb_populate_record(e, jsonb_build_object('id', 'evt_twice', 'seq', nextval('trail_event_order')))).* FROM trail_event e WHERE e.object_id = %s AND e.action = 'claims.pay'", "SELECT object_id FROM trail_event WHERE action = 'claims.pay' LIMIT 1", "trail_event"),
    ("I7", "UPDATE vouchers_voucher SET reason = '改' WHERE id = %s", "SELECT id FROM vouchers_voucher LIMIT 1", "vouchers_voucher"),
    ("I8", "UPDATE notices_notice SET until_on = until_on + 40 WHERE id = (SELECT notice_id FROM claims_claim WHERE id = %s)", "SELECT id FROM claims_claim WHERE state = 'paid' LIMIT 1", "claims_claim"),
    ("I9", "UPDATE deadlines_deadline SET state = 'running', met_on = NULL, due_on = '2025-04-30' WHERE id = %s", "SELECT id FROM deadlines_deadline WHERE escalate_to <> '' AND state = 'met' LIMIT 1", "deadlines_deadline"),
    ("I10", "UPDATE outbox_message SET state = 'pending' WHERE id = %s", "SELECT id FROM outbox_message WHERE at < '2025-05-01' LIMIT 1", "outbox_message"),
    ("I11", "UPDATE documents_file SET digest = repeat('0', 64) WHERE id = %s", "SELECT id FROM documents_file LIMIT 1", "documents_file"),
    ("I13", "UPDATE bookings_booking SET state = 'cancelled', reason = '改' WHERE id = (SELECT booking_id FROM bookings_slot WHERE id = %s)", "SELECT id FROM bookings_slot WHERE active AND booking_id IS NOT NULL LIMIT 1", "bookings_slot"),
    ("I14", "UPDATE treasury_paymentline SET bank_reference = '' WHERE id = %s", "SELECT id FROM treasury_paymentline WHERE state = 'paid' LIMIT 1", "treasury_paymentline"),
    ("I14", "UPDATE treasury_paymentline SET payee_name = '他人' WHERE id = %s", "SELECT id FROM treasury_paymentline WHERE state = 'paid' LIMIT 1", "treasury_paymentbatch"),
    ("I15", "UPDATE usage_day SET minutes = minutes - 1 WHERE instrument_id || ' ' || \"on\" = %s", "SELECT instrument_id || ' ' || \"on\" FROM usage_day WHERE minutes > 1 LIMIT 1", "usage_day"),
    ("I15", "UPDATE usage_servicemonth SET amount_fen = amount_fen + 1 WHERE id = (SELECT min(id) FROM usage_servicemonth WHERE carrier_id || ' ' || month = %s)", "SELECT carrier_id || ' ' || month FROM usage_servicemonth LIMIT 1", "usage_servicemonth"),
    ("I15", "UPDATE usage_instrumentyear SET typed = typed + 1 WHERE instrument_id || ' ' || year = %s", "SELECT instrument_id || ' ' || year FROM usage_instrumentyear LIMIT 1", "usage_instrumentyear"),
    ("I15", "UPDATE usage_standing SET active = false WHERE id = %s", "SELECT id FROM usage_standing WHERE active LIMIT 1", "usage_standing"),
    ("I15", "UPDATE usage_standing SET amount_fen = amount_fen + 1 WHERE id = %s", "SELECT id FROM usage_standing WHERE active LIMIT 1", "usage_standing"),
    ("I15", "UPDATE usage_standing SET order_id = '' WHERE order_id = %s", "SELECT order_id FROM usage_standing WHERE active AND order_id <> '' LIMIT 1", "orders_order"),
]  # fmt: skip


def test_all_hold_after_a_play(played: queries.Summary) -> None:
    found = queries.invariants()
    assert found == {name: [] for name in found}
    assert (
        set(played.invariants)
        == set(found)
        == {f"I{number}" for number in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15)}
    )
    assert played.claims["paid"] > 0


@pytest.mark.parametrize(("name", "broken", "chosen", "table"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_broken_one_is_named_with_table_and_row(
    played: queries.Summary, name: str, broken: str, chosen: str, table: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trail_event DISABLE TRIGGER USER")
        cursor.execute(chosen)
        (row,) = cursor.fetchone()
        cursor.execute(broken, [row])
        assert cursor.rowcount == 1
    found = queries.invariants(name)[name]
    assert table in {finding.table for finding in found}
    if table != "treasury_paymentpart" and table != "treasury_paymentbatch":
        assert str(row) in {finding.row for finding in found}


def test_money_is_where_the_identities_say(played: queries.Summary) -> None:
    money = played.money
    assert money["released"] - money["cut"] == money["unallocated"] + money["granted"] - money["returned"]
    assert money["granted"] == sum(money[key] for key in ("voucher_available", "held", "offset", "returned"))
    assert money["offset"] == sum(money[key] for key in ("unclaimed", "in_claim", "owed", "paid", "clawed_back"))
    assert money["returned"] == sum(money[key] for key in ("expired", "withdrawn", "revoked"))
    assert money["offset"] > 0
