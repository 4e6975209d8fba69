"""The books against their seals, from outside: which transfer, which column, which balance; and rows that no act made."""

from collections.abc import Callable

import pytest

from kechuang.ledger import commands as ledger
from kechuang.ledger import jobs
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.trail.commands import sequence
from tests.verify.logged import NOW, YUE, Log

SOURCE, BUDGET = Place(Kind.APPROPRIATION, YUE, 2026), Place(Kind.BUDGET, YUE, 2026)


@pytest.fixture
def booked(log: Log) -> Log:
    """Ten releases of a budget, sealed and in the log."""
    for number in range(10):
        ledger.post([Leg("release", SOURCE, BUDGET, 1_000 + number)], key=f"r:{number}", subject="bud_1", now=NOW)
    jobs.run_seals(now=NOW)
    jobs.run_seals(now=NOW)
    sequence(now=NOW)
    return log


def rewrite(log: Log, *statements: str) -> None:
    tables = ("ledger_transfer", "ledger_account", "ledger_seal")
    for table in tables:
        log.owner(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        log.owner(statement)
    for table in tables:
        log.owner(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_untouched_books_verify_and_what_is_not_sealed_yet_is_counted(booked: Log) -> None:
    ledger.post([Leg("release", SOURCE, BUDGET, 5)], key="later", subject="bud_1", now=NOW)
    printed = booked.database()
    assert (printed.code, printed.result) == (0, "VERIFIED")
    assert "books     10 transfers sealed, 1 not yet" in printed.text


def test_an_amount_rewritten_with_its_balances_is_named_by_column(booked: Log) -> None:
    """Sums and balances agree again, and no act of the log was touched: only the seal knows."""
    rewrite(
        booked,
        "UPDATE ledger_transfer SET fen = 9003 WHERE key = 'r:3'",
        "UPDATE ledger_account SET posted = posted + 8000 WHERE kind = 'budget'",
        "UPDATE ledger_account SET posted = posted - 8000 WHERE kind = 'appropriation'",
    )
    printed = booked.database()
    assert printed.code == 2
    (finding,) = printed.findings
    assert " column fen: now 9003, logged 1003 (seal sel_" in finding
    assert finding.startswith("table ledger_transfer pk ")


def test_control_without_the_seals_the_same_rewriting_is_not_seen(booked: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    rewrite(
        booked,
        "UPDATE ledger_transfer SET fen = 9003 WHERE key = 'r:3'",
        "UPDATE ledger_account SET posted = posted + 8000 WHERE kind = 'budget'",
        "UPDATE ledger_account SET posted = posted - 8000 WHERE kind = 'appropriation'",
    )
    monkeypatch.setattr("kechuang_verify.database.check_books", lambda *_: None)
    assert booked.database().code == 0


TAMPERED: list[tuple[str, Callable[[Log], None], str]] = [
    (
        "a balance",
        lambda log: rewrite(log, "UPDATE ledger_account SET posted = posted + 1 WHERE kind = 'budget'"),
        " column posted: now 10046, its transfers give 10045",
    ),
    (
        "whose account it is",
        lambda log: rewrite(log, "UPDATE ledger_account SET owner = 'pty_9' WHERE kind = 'budget'"),
        " column credit: now budget|330602|2026|pty_9, logged budget|330602|2026|",
    ),
    (
        "the day",
        lambda log: rewrite(log, "UPDATE ledger_transfer SET \"on\" = '2026-01-01' WHERE key = 'r:5'"),
        " column on: now 2026-01-01, logged 2026-11-20",
    ),
    ("gone", lambda log: rewrite(log, "DELETE FROM ledger_transfer WHERE key = 'r:5'"), ": the row is gone, sealed ["),
    (
        "put in",
        lambda log: rewrite(
            log,
            "INSERT INTO ledger_transfer SELECT (jsonb_populate_record(t, '{\"id\": 0, \"key\": \"late\"}')).*"
            " FROM ledger_transfer t LIMIT 1",
        ),
        "table ledger_transfer pk 0: put in after its neighbours were sealed",
    ),
    ("a seal gone", lambda log: rewrite(log, "DELETE FROM ledger_seal"), "table ledger_seal pk sel_"),
    (
        "seal and transfer together",
        lambda log: rewrite(
            log,
            "UPDATE ledger_transfer SET subject = 'bud_9' WHERE key = 'r:5'",
            "UPDATE ledger_seal SET lines = jsonb_set(lines, '{5, 9}', '\"bud_9\"')",
        ),
        " column lines: now ",
    ),
    (
        "a seal that no act made",
        lambda log: rewrite(
            log,
            "INSERT INTO ledger_seal SELECT (jsonb_populate_record(s,"
            " '{\"id\": \"sel_x\", \"after_id\": 900, \"last_id\": 901, \"lines\": [], \"transfers_count\": 0}')).*"
            " FROM ledger_seal s",
        ),
        "table ledger_seal pk sel_x: does not follow the seal before it",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("how", "wanted"), [one[1:] for one in TAMPERED], ids=[one[0] for one in TAMPERED])
def test_what_was_changed_in_the_books_is_named(booked: Log, how: Callable[[Log], None], wanted: str) -> None:
    how(booked)
    printed = booked.database()
    assert printed.code == 2
    assert any(wanted in finding for finding in printed.findings), printed.findings


def test_a_seals_table_that_is_gone_is_a_finding(booked: Log) -> None:
    booked.owner("ALTER TABLE ledger_seal RENAME TO hidden")
    try:
        printed = booked.database()
    finally:
        booked.owner("ALTER TABLE hidden RENAME TO ledger_seal")
    assert "table ledger_seal: gone, though 1 acts of the log sealed transfers" in printed.findings


def test_a_record_that_no_act_made_is_named(log: Log) -> None:
    """A row put in by hand, complete and plausible: nothing of the log is altered, and yet it is none of its records."""
    log.owner(
        'INSERT INTO treasury_budget SELECT (jsonb_populate_record(b, \'{"id": "bud_forged", "number": "YS-X", "year": 2099}\')).*'
        " FROM treasury_budget b LIMIT 1"
    )
    printed = log.database()
    assert (printed.code, printed.findings) == (
        2,
        ["table treasury_budget pk bud_forged: no act of the log made this row"],
    )
