"""Statements straight over libpq: what Django's own cursor answers, prepared once, in the transaction that is open."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import Count, Max, Q
from psycopg.types.json import Jsonb

from kechuang.deadlines.models import CalendarDay, CalendarYear
from kechuang.ui import direct, rows


@contextmanager
def own_session() -> Iterator[psycopg.Connection]:
    """A session beside that of the test, committing as it goes; what it made is gone with it."""
    with psycopg.connect(**connection.get_connection_params() | {"autocommit": True}) as session:
        yield session


def prepared(session: psycopg.Connection) -> list[str]:
    return [text for (text,) in session.execute("SELECT statement FROM pg_prepared_statements ORDER BY name")]


@pytest.mark.parametrize(
    ("statement", "text", "names", "count"),
    [
        ("SELECT 1", "SELECT 1", (), 0),
        ("SELECT %s, %s", "SELECT $1, $2", (), 2),
        ("SELECT %(b)s, %(a)s, %(b)s", "SELECT $1, $2, $1", ("b", "a"), 2),
        ("x LIKE '%%s%%' AND y = %s", "x LIKE '%s%' AND y = $1", (), 1),
    ],
)
def test_the_places_of_values_are_numbered(statement: str, text: str, names: tuple[str, ...], count: int) -> None:
    assert direct.numbered(statement) == (text.encode(), names, count)


@pytest.mark.django_db
def test_values_of_every_kind_come_back_as_from_djangos_cursor() -> None:
    values = [
        "越城区",
        None,
        7,
        2**40,
        True,
        date(2025, 3, 1),
        datetime(2025, 3, 1, 9, tzinfo=UTC),
        b"\x00\xff",
        ["a", "b"],
        Jsonb({"分": 1}),
    ]
    kinds = "text text int bigint bool date timestamptz bytea text[] jsonb".split()
    statement = f"SELECT {', '.join(f'%s::{kind}' for kind in kinds)}"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        usual = cursor.fetchall()
    for _ in range(direct.PREPARED_AFTER + 2):  # as it stands, and prepared
        answer = rows.run(statement, values)
        assert (answer.fetchall(), answer.rowcount) == (usual, 1)


@pytest.mark.django_db
def test_as_many_values_as_places() -> None:
    with pytest.raises(ProgrammingError, match="2 places, 1 values"):
        rows.run("SELECT %s, %s", [1])


@pytest.mark.django_db
def test_an_answer_is_read_row_by_row_or_whole() -> None:
    answer = rows.run("SELECT generate_series(1, %s)", [5])
    assert answer.fetchone() == (1,)
    assert answer.fetchmany(2) == [(2,), (3,)]
    assert list(answer) == [(4,), (5,)]
    assert answer.fetchone() is None


@pytest.mark.django_db(transaction=True)
def test_it_is_part_of_the_transaction_that_it_begins() -> None:
    def year() -> None:
        rows.run("INSERT INTO deadlines_calendaryear (id, document, entered_at) VALUES (%s, '', now())", [2091])

    with transaction.atomic():
        year()  # the first statement of the transaction
        transaction.set_rollback(True)
    assert not CalendarYear.objects.filter(id=2091).exists()
    year()  # without one it stands at once
    for _ in range(direct.PREPARED_AFTER + 1):  # as it stands, and prepared
        with pytest.raises(IntegrityError):
            year()
        with pytest.raises(IntegrityError), transaction.atomic():
            year()  # refused as the first statement of a transaction
    assert CalendarYear.objects.filter(id=2091).count() == 1
    with transaction.atomic():
        (first,) = rows.ask("SELECT pg_current_xact_id()::text", [])
        assert rows.ask("SELECT pg_current_xact_id()::text", []) == (first,)


@pytest.mark.django_db
def test_what_is_asked_often_is_prepared_once_and_the_oldest_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "PREPARED_MOST", 2)
    with own_session() as session:
        for _ in range(direct.PREPARED_AFTER):
            direct.execute(session, "SELECT %s::int + 1", [1])
        assert prepared(session) == []
        for _ in range(3):
            assert direct.execute(session, "SELECT %s::int + 1", [1]).fetchall() == [(2,)]
        assert prepared(session) == ["SELECT $1::int + 1"]
        for _ in range(direct.PREPARED_AFTER + 2):
            direct.execute(session, "SELECT %s::int + 9", [1], prepare=False)
        assert prepared(session) == ["SELECT $1::int + 1"]  # what is never to be prepared is not, however often asked
        direct.execute(session, "SELECT %s::int + 2", [1], prepare=True)
        direct.execute(session, "SELECT %s::int + 1", [1])
        direct.execute(session, "SELECT %s::int + 3", [1], prepare=True)
        assert sorted(prepared(session)) == ["SELECT $1::int + 1", "SELECT $1::int + 3"]


@pytest.mark.django_db
def test_a_table_that_has_changed_is_asked_anew() -> None:
    with own_session() as session:
        session.execute("CREATE TEMP TABLE seen (n int)")
        session.execute("INSERT INTO seen VALUES (1)")
        assert direct.execute(session, "SELECT * FROM seen", [], prepare=True).fetchall() == [(1,)]
        session.execute("ALTER TABLE seen ADD COLUMN m text")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            direct.execute(session, "SELECT * FROM seen", [])
        assert direct.execute(session, "SELECT * FROM seen", [], prepare=True).fetchall() == [(1, None)]


@pytest.mark.django_db
def test_a_rollback_forgets_nothing() -> None:
    with own_session() as session:
        with session.transaction(force_rollback=True):
            direct.execute(session, "SELECT %s::int", [1], prepare=True)
        assert direct.execute(session, "SELECT %s::int", [2]).fetchall() == [(2,)]
        assert len(prepared(session)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_an_operational_error_and_the_next_session_works() -> None:
    pid = rows.ask("SELECT pg_backend_pid()", [])[0]
    with own_session() as session:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError):
        rows.run("SELECT pg_sleep(%s)", [5])  # ended while it waits, if not before
    connection.close()
    assert rows.ask("SELECT %s::int", [1]) == (1,)


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_as_a_transaction_begins_is_an_operational_error_too() -> None:
    pid = rows.ask("SELECT pg_backend_pid()", [])[0]
    with own_session() as session:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
        while session.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall():
            pass
    with pytest.raises(OperationalError), transaction.atomic():
        rows.ask("SELECT pg_backend_pid()", [])
    connection.close()
    with transaction.atomic():
        assert rows.ask("SELECT pg_backend_pid()", []) != (pid,)


@pytest.mark.django_db
def test_other_threads_go_on_while_the_database_works() -> None:
    with own_session() as session:
        asking = threading.Thread(target=lambda: direct.execute(session, "SELECT pg_sleep(%s)", [0.3]))
        asking.start()
        turns = 0
        while asking.is_alive():
            turns += 1
    assert turns > 1_000


@pytest.mark.django_db
def test_the_orms_cursor_answers_as_djangos() -> None:
    CalendarYear.objects.get_or_create(
        id=2092, defaults={"document": "", "entered_at": datetime(2091, 1, 1, tzinfo=UTC)}
    )
    days = [date(2092, 1, n) for n in range(1, 8)]

    def asked() -> list[object]:
        CalendarDay.objects.filter(year_id=2092).delete()
        CalendarDay.objects.bulk_create(CalendarDay(id=day, year_id=2092, working=day.day < 6) for day in days)
        some = CalendarDay.objects.filter(year_id=2092)
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarDay(id=days[0], year_id=2092, working=True).save(force_insert=True)
        return [
            some.filter(working=True).update(working=False),
            some.count(),
            some.aggregate(last=Max("id"), off=Count("id", filter=Q(working=False))),
            list(some.values_list("id", "working").order_by("id")),
            [day.pk for day in some.order_by("id").iterator(chunk_size=2)],
            some.filter(id__in=days[:2]).exists(),
            some.select_for_update().get(id=days[3]).working,
        ]

    usual = asked()
    factory = connection.connection.cursor_factory
    connection.connection.cursor_factory = direct.Cursor
    try:
        assert asked() == usual
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s AS one, %s AS two", [1, 2])
            assert [column.name for column in cursor.description] == ["one", "two"]
            assert cursor.rowcount == 1
    finally:
        connection.connection.cursor_factory = factory


@pytest.mark.django_db(transaction=True)
def test_what_only_the_commit_finds_wrong_is_said_by_the_commit() -> None:
    """The day of a year that is not there: the constraint is looked at when all is written."""
    day = CalendarDay(id=date(2199, 1, 1), year_id=2199, working=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        day.save(force_insert=True)
    assert not CalendarDay.objects.filter(id=day.id).exists()


def test_a_commit_where_nothing_began_says_nothing() -> None:
    with psycopg.connect(**connection.get_connection_params()) as session:
        direct.commit(session)
        session.execute("SELECT 1")
        direct.commit(session)
        assert session.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


@pytest.fixture
def kept() -> Iterator[None]:
    """A table of the session's own, and a statement over it that the session has prepared."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE sent_later (id int PRIMARY KEY, said text NOT NULL)")
    for number in range(direct.PREPARED_AFTER + 1):
        rows.run(SENT, [-1 - number, "prepared"])
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.sent_later")


SENT = "INSERT INTO sent_later (id, said) VALUES (%s, %s)"
ASKED = "SELECT count(*) FROM sent_later WHERE id > 0"


def waiting() -> int:
    return len(direct._session(connection.connection).waiting)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_what_is_sent_later_is_there_for_the_next_statement_and_for_djangos_cursor() -> None:
    with transaction.atomic():
        rows.ask(ASKED, [])
        rows.later(SENT, [1, "一"])
        rows.later(SENT, [2, "二"])
        assert waiting() == 2
        assert rows.ask(ASKED, []) == (2,)
        assert waiting() == 0
        rows.later(SENT, [3, "三"])
        with connection.cursor() as cursor:
            cursor.execute(ASKED)
            assert cursor.fetchone() == (3,)
        rows.later(SENT, [4, "四"])
        assert rows.run("SELECT id FROM sent_later WHERE id = 4 AND %s = %s", [1, 1], prepare=False).fetchall() == [
            (4,)
        ]
        rows.later(SENT, [5, "五"])
    assert rows.ask(ASKED, []) == (5,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("by", ["the next statement", "a cursor", "the commit"])
def test_what_went_wrong_later_is_said_by_the_next_one_and_nothing_is_kept(by: str) -> None:
    @transaction.atomic
    def command() -> None:
        rows.ask(ASKED, [])
        rows.later(SENT, [1, "一"])
        rows.later(SENT, [1, "again"])
        rows.later(SENT, [2, "not done"])
        if by == "the next statement":
            rows.run(SENT, [3, "not done either"])
        elif by == "a cursor":
            connection.cursor()

    with pytest.raises(IntegrityError):
        command()
    assert waiting() == 0
    assert rows.ask(ASKED, []) == (0,)


@transaction.atomic
def given_up() -> None:
    rows.ask(ASKED, [])
    rows.later(SENT, [1, "again"])
    raise ValueError("ours")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_a_savepoint_that_is_given_up_takes_along_what_failed_within() -> None:
    with transaction.atomic():
        rows.run(SENT, [1, "一"])
        with pytest.raises(ValueError, match="ours"):
            given_up()
        assert rows.ask(ASKED, []) == (1,)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.later(SENT, [1, "again"])
        assert rows.ask(ASKED, []) == (1,)
    assert rows.ask(ASKED, []) == (1,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_an_act_that_is_given_up_forgets_what_was_sent() -> None:
    with pytest.raises(ValueError, match="ours"):
        given_up()
    assert waiting() == 0
    assert rows.ask(ASKED, []) == (0,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_a_session_that_is_lost_while_something_waits_ends_in_one_error() -> None:
    @transaction.atomic
    def command() -> None:
        (own,) = rows.ask("SELECT pg_backend_pid()", [])
        with own_session() as other:
            rows.later(SENT, [1, "一"])
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
        rows.ask(ASKED, [])

    with pytest.raises(OperationalError):
        command()
    connection.close()
    assert rows.ask("SELECT 1", []) == (1,)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_an_act_that_is_given_up_in_a_lost_session_says_why_it_was_given_up() -> None:
    @transaction.atomic
    def command() -> None:
        (own,) = rows.ask("SELECT pg_backend_pid()", [])
        rows.later(SENT, [1, "一"])
        with own_session() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        command()
    assert rows.ask("SELECT 1", []) == (1,)  # in a new session


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
def test_a_name_that_the_session_has_forgotten_fails_once() -> None:
    @transaction.atomic
    def command() -> None:
        rows.ask(ASKED, [])
        rows.later(SENT, [1, "一"])

    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(ProgrammingError):
        command()
    command()
    assert rows.ask(ASKED, []) == (1,)
