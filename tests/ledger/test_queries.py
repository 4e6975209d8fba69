"""Statements, totals, the way of the money, and the checks: each is broken once as the owner and must name table and row."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from kechuang.ledger import commands, queries
from kechuang.ledger.models import Transfer
from kechuang.ledger.rules import RULES, Kind, Leg, OnNoClaim, Place, next_year_legs, no_claim_legs

YUE = "330602"
SQL = Callable[..., list[tuple[object, ...]]]


def on(day: int, month: int = 3) -> datetime:
    return datetime(2025, month, day, 2, tzinfo=UTC)


def place(kind: Kind, owner: str = "", region: str = YUE, year: int = 2025) -> Place:
    return Place(kind, region, year, owner)


def play() -> None:
    """One voucher of 500 fen out of 1,000: 200 held and captured in part (150), claimed, approved, paid; 100 expired."""
    budget, voucher = place(Kind.BUDGET), place(Kind.VOUCHER, "vch_1")
    unclaimed, in_claim = place(Kind.UNCLAIMED, "pty_lab"), place(Kind.IN_CLAIM, "pty_lab")
    owed, paid = place(Kind.OWED, "pty_lab"), place(Kind.PAID, "pty_lab")
    steps = [
        ("release", place(Kind.APPROPRIATION), budget, 1_000, "bud_1", 1),
        ("grant", budget, voucher, 500, "vch_1", 2),
    ]
    for rule, debit, credit, fen, subject, day in steps:
        commands.post([Leg(rule, debit, credit, fen)], key=rule, subject=subject, now=on(day))
    hold = commands.hold(Leg("offset", voucher, unclaimed, 200), key="hold", subject="ord_1", now=on(3))
    commands.capture(hold, 150, key="capture", now=on(4))
    for rule, debit, credit, fen, subject, day in [
        ("submit", unclaimed, in_claim, 150, "clm_1", 5),
        ("approve", in_claim, owed, 150, "clm_1", 6),
        ("pay", owed, paid, 150, "clm_1", 7),
        ("expire", voucher, budget, 100, "vch_1", 8),
    ]:
        commands.post([Leg(rule, debit, credit, fen)], key=rule, subject=subject, now=on(day))
    commands.hold(Leg("offset", voucher, unclaimed, 50), key="hold2", subject="ord_2", now=on(9))


@pytest.mark.django_db
def test_totals_follow_the_identities_on_every_day() -> None:
    play()
    for day in range(1, 12):
        assert all(queries.money(date(2025, 3, day)).identities().values()), day
    assert {key: value for key, value in asdict(queries.money()).items() if value} == {
        "released": 1_000,
        "unallocated": 600,
        "granted": 500,
        "voucher_available": 200,
        "held": 50,
        "offset": 150,
        "expired": 100,
        "returned": 100,
        "paid": 150,
    }
    assert queries.money(date(2025, 3, 3)).held == 200
    assert queries.money(region="330603") == queries.money(date(2024, 1, 1))


@pytest.mark.django_db
def test_what_a_claim_missed_goes_where_the_terms_say() -> None:
    play()
    given = {
        "unclaimed": place(Kind.UNCLAIMED, "pty_lab"),
        "voucher": place(Kind.VOUCHER, "vch_1"),
        "budget": place(Kind.BUDGET),
    }
    for n, outcome in enumerate(OnNoClaim):
        leg = Leg("offset", given["voucher"], given["unclaimed"], 10)
        commands.post([leg], key=f"offset:{n}", subject="ord_3", now=on(10))
        commands.post(no_claim_legs(outcome, **given, fen=10), key=f"miss:{n}", subject="ord_3", now=on(11))
    lies = queries.money()
    assert (lies.offset, lies.revoked, lies.voucher_available) == (150, 20, 180)
    assert all(lies.identities().values())


@pytest.mark.django_db
def test_the_next_year_pays_what_a_closed_one_owes() -> None:
    play()
    commands.post(
        [Leg("release", place(Kind.APPROPRIATION, year=2026), place(Kind.BUDGET, year=2026), 80)],
        key="next",
        subject="bud_2",
        now=on(1, 4),
    )
    owed = place(Kind.OWED, "pty_lab")
    legs = [
        Leg("offset", place(Kind.VOUCHER, "vch_1"), place(Kind.UNCLAIMED, "pty_lab"), 70),
        Leg("submit", place(Kind.UNCLAIMED, "pty_lab"), place(Kind.IN_CLAIM, "pty_lab"), 70),
        Leg("approve", place(Kind.IN_CLAIM, "pty_lab"), owed, 70),
        *next_year_legs(owed=owed, fen=70),
    ]
    commands.post(legs, key="late", subject="clm_2", now=on(2, 4))
    assert queries.balance_at(place(Kind.OWED, "pty_lab", year=2026)).free_fen == 70
    assert queries.balance_at(place(Kind.BUDGET, year=2026)).free_fen == 10
    lies = queries.money()
    assert (lies.cut, lies.owed) == (70, 70)
    assert all(lies.identities().values())


@pytest.mark.django_db
def test_a_statement_opens_adds_and_closes() -> None:
    play()
    voucher = commands.account(Kind.VOUCHER, region=YUE, year=2025, owner="vch_1")
    sheet = queries.statement(voucher, since=date(2025, 3, 3), until=date(2025, 4, 1))
    assert [(line.label, line.in_fen, line.out_fen, line.balance_fen) for line in sheet.lines] == [
        ("抵扣", 0, 150, 350),
        ("到期收回", 0, 100, 250),
    ]
    assert (sheet.opening_fen, sheet.closing_fen) == (500, 250)
    assert queries.statement(voucher, since=date(2025, 4, 1), until=date(2025, 5, 1)).opening_fen == 250


@pytest.mark.django_db
def test_the_money_is_followed_from_the_county_to_the_provider(django_assert_num_queries: object) -> None:
    play()
    with django_assert_num_queries(1):  # type: ignore[operator]
        way = queries.transfers_of(["bud_1", "vch_1", "ord_1", "clm_1"])
    assert [(step.label, step.from_label, step.to_label, step.fen) for step in way] == [
        ("下达预算", "财政拨款", "预算", 1_000),
        ("核发创新券", "预算", "创新券", 500),
        ("抵扣（占用）", "创新券", "已抵扣待申兑", 200),
        ("抵扣", "创新券", "已抵扣待申兑", 150),
        ("提交申兑", "已抵扣待申兑", "申兑中", 150),
        ("核定应付", "申兑中", "应付", 150),
        ("银行确认支付", "应付", "已付", 150),
        ("到期收回", "创新券", "预算", 100),
    ]
    assert [step.moves for step in way].count(False) == 1


@pytest.mark.django_db
def test_digest_lines_name_no_row_and_follow_the_day() -> None:
    play()
    lines = list(queries.digest_lines(lambda name: f"<{name}>"))
    assert lines == sorted(lines)
    assert lines[0] == "2025-03-01|0|release|appropriation/330602/2025/|budget/330602/2025/|1000|<bud_1>"
    assert len(lines) == Transfer.objects.count()


def test_the_chart_of_accounts_is_one_table() -> None:
    assert all(rule.label and rule.code == code for code, rule in RULES.items())
    assert {rule.debit for rule in RULES.values()} | {rule.credit for rule in RULES.values()} == set(Kind)
    assert all(rule.debit == rule.credit == Kind.BUDGET for rule in RULES.values() if rule.crosses)


# Each break is made as the owner, past every constraint and trigger that binds the application.
_TRANSFER = """ALTER TABLE ledger_transfer DISABLE TRIGGER transfer_append_only"""
_INSERT = """
    INSERT INTO ledger_transfer (key, line, phase, rule, debit_id, credit_id, fen, pending_id, subject, region, year, at, "on", booked_at)
    SELECT '{key}', 0, {phase}, '{rule}', {debit}, {credit}, {fen}, {pending}, '{subject}', region, year, at, "on", booked_at
    FROM ledger_transfer WHERE key = 'grant'"""


def _account(kind: str) -> str:
    return f"(SELECT id FROM ledger_account WHERE kind = '{kind}' AND year = 2025 LIMIT 1)"


def _insert(
    rule: str, debit: str, credit: str, fen: int, *, phase: int = 0, pending: str = "NULL", subject: str = "x"
) -> str:
    return _INSERT.format(
        key=f"forged:{rule}", phase=phase, rule=rule, debit=_account(debit), credit=_account(credit), fen=fen,
        pending=pending, subject=subject,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("check", "statements", "table", "what"),
    [
        ("unbalanced", ["UPDATE ledger_account SET posted = posted + 1 WHERE kind = 'paid'"], "ledger_account", "余额"),
        ("unbalanced", ["UPDATE ledger_account SET held = held + 1 WHERE kind = 'voucher'"], "ledger_account", "占用"),
        ("unbalanced", [_TRANSFER, "UPDATE ledger_transfer SET fen = 1 WHERE key = 'pay'"], "ledger_account", "余额"),
        ("unbalanced", [_TRANSFER, "DELETE FROM ledger_transfer WHERE key = 'pay'"], "ledger_account", "余额"),
        (
            "unbalanced",
            [_TRANSFER, "UPDATE ledger_transfer SET fen = 999 WHERE key = 'capture'"],
            "ledger_transfer",
            "占用",
        ),
        (
            "unbalanced",
            [_TRANSFER, "UPDATE ledger_transfer SET rule = 'expire' WHERE key = 'grant'"],
            "ledger_transfer",
            "规则",
        ),
        ("overcommitted_budgets", [_insert("grant", "budget", "voucher", 601)], "ledger_account", "预算"),
        ("overused_vouchers", [_insert("offset", "voucher", "unclaimed", 201)], "ledger_account", "创新券"),
        ("overpaid_claims", [_insert("pay", "owed", "paid", 1, subject="clm_1")], "ledger_transfer", "支付 2 次"),
        ("overpaid_claims", [_insert("pay", "owed", "paid", 1, subject="clm_9")], "ledger_transfer", "核定 0"),
    ],
)
def test_what_is_broken_as_the_owner_is_named(
    as_owner: SQL, check: str, statements: list[str], table: str, what: str
) -> None:
    play()
    asked = getattr(queries, check)
    assert asked() == []
    for statement in statements:
        as_owner(statement)
    findings = [broken for broken in asked() if broken.table == table and what in broken.what]
    assert findings, asked()
    assert findings[0].row
