"""Every row that is written pays for the indexes of its table: none is there twice, none for questions that nobody asks."""

from importlib import import_module

import pytest
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

NEEDLESS = """
SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
WHERE c.relnamespace = current_schema()::regnamespace AND split_part(t.relname, '_', 1) <> ALL(%s)
    AND i.indnatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT i.indisunique
    AND (c.relname LIKE '%%\\_like' OR EXISTS (
        SELECT FROM pg_index o WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid AND o.indkey[0] = i.indkey[0]
            AND o.indclass[0] = i.indclass[0] AND o.indpred IS NULL AND o.indisvalid
    ))
ORDER BY 1"""
# Whose deletion or whose lists would read the whole table.
WITHOUT = """
SELECT f.conrelid::regclass::text, f.conname FROM pg_constraint f
WHERE f.contype = 'f' AND f.connamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT FROM pg_index o WHERE o.indrelid = f.conrelid AND o.indkey[0] = f.conkey[1] AND o.indexprs IS NULL)
ORDER BY 1, 2"""
DJANGOS = ["auth", "account", "socialaccount", "mfa", "usersessions", "django"]  # as their own migrations make them


def asked(cursor: CursorWrapper, statement: str, *values: object) -> list[str]:
    cursor.execute(statement, values or None)
    return [str(row[0]) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_no_index_is_there_for_what_another_one_answers() -> None:
    with connection.cursor() as cursor:
        assert asked(cursor, NEEDLESS, DJANGOS) == []


@pytest.mark.django_db
def test_every_foreign_key_begins_an_index() -> None:
    with connection.cursor() as cursor:
        assert asked(cursor, WITHOUT) == []


EVERY = "SELECT indexrelid::regclass::text FROM pg_index ORDER BY 1"
ADDED = """
CREATE INDEX order_id_like ON orders_order (id varchar_pattern_ops);
CREATE INDEX order_holder_again ON orders_order (holder_id);
CREATE INDEX orders_order_voucher_id_0123abcd ON orders_order (voucher_id)"""


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_needless_indexes_are_named_and_an_upgrade_drops_them_alone() -> None:
    """Control: a key's second index, a column that begins another one, one that Django and we made each."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        before = asked(cursor, EVERY)
        cursor.execute(ADDED)
        found = asked(cursor, NEEDLESS, DJANGOS)
        cursor.execute(import_module("kechuang.trail.migrations.0005_no_needless_indexes").DROP)
        dropped = asked(cursor, EVERY)
        transaction.set_rollback(True, using="owner")
    assert set(found) >= {"order_holder_again", "order_id_like", "orders_order_voucher_id_0123abcd"}
    assert [one for one in before if one not in dropped and not one.startswith(tuple(DJANGOS))] == []
    assert [one for one in dropped if one not in before] == []
