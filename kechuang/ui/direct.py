"""Statements straight over libpq, prepared per session (直连).

Psycopg's cursor can do what is not needed here: notice an interrupt while it waits, pipelines, copies, loaders of its own. For
a statement that takes the database fifty microseconds that costs as much again. Here its own libpq, its ways to write and
to read values and its errors are used, without the cursor between.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGresult

STATEMENTS_KEPT = 4_096  # texts whose places are numbered
PREPARED_AFTER = 3  # executions before a session prepares a statement
PREPARED_MOST = 500  # statements that a session keeps prepared; the one that was not asked for longest is given up

_SAVEPOINT = re.compile(r"(?:SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) \S+$").match
_PLACE = re.compile(r"%(?:\((\w+)\)s|s|%)")
_IDLE, _OPEN, _BAD = pq.TransactionStatus.IDLE, pq.TransactionStatus.INTRANS, pq.ConnStatus.BAD
_STATE, _GONE = pq.DiagnosticField.SQLSTATE, (b"0A000", b"26000")
_ROWS, _DONE, _EMPTY = pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY
_FATAL = pq.ExecStatus.FATAL_ERROR

Connection = psycopg.Connection[Any]
Values = Sequence[Any] | Mapping[str, Any]
Row = tuple[Any, ...]
_Key = tuple[bytes, tuple[int, ...]]


class Answer:
    """What a statement answered with: its rows, all of them, and how many rows it met."""

    __slots__ = ("_next", "result", "rowcount", "rows")

    def __init__(self, result: PGresult, rows: list[Row], rowcount: int) -> None:
        self.result, self.rows, self.rowcount, self._next = result, rows, rowcount, 0

    def fetchone(self) -> Row | None:
        place = self._next
        if place >= len(self.rows):
            return None
        self._next = place + 1
        return self.rows[place]

    def fetchmany(self, size: int) -> list[Row]:
        found = self.rows[self._next : self._next + size]
        self._next += len(found)
        return found

    def fetchall(self) -> list[Row]:
        found = self.rows[self._next :] if self._next else self.rows
        self._next = len(self.rows)
        return found

    def __iter__(self) -> Iterator[Row]:
        return iter(self.fetchall())


class _Session:
    """What one connection has prepared, and the statements it was sent whose answers nobody has looked at.

    A rollback undoes no preparation, and what it was planned for is planned anew.
    """

    __slots__ = ("asked", "number", "prepared", "transformer", "waiting")

    def __init__(self, connection: Connection) -> None:
        self.transformer = Transformer(connection)
        self.asked: OrderedDict[_Key, int] = OrderedDict()
        self.prepared: OrderedDict[_Key, bytes] = OrderedDict()
        self.number = 0
        self.waiting: list[_Key | None] = []  # None: a BEGIN


class _Sent:
    """A statement as libpq takes it."""

    __slots__ = ("formats", "key", "text", "types", "values")

    def __init__(self, session: _Session, statement: str, values: Values) -> None:
        text, names, count = numbered(statement)
        if isinstance(values, Mapping):
            values = [values[name] for name in names]
        if len(values) != count:
            raise psycopg.ProgrammingError(f"the statement has {count} places, {len(values)} values were given")
        transformer = session.transformer
        self.text = text
        self.values = transformer.dump_sequence(values, _formats(count)) if count else ()
        self.types = transformer.types or () if count else ()
        self.formats = transformer.formats if count else None
        self.key = (text, self.types)


_sessions: "WeakKeyDictionary[Connection, _Session]" = WeakKeyDictionary()


def execute(connection: Connection, statement: str, values: Values, *, prepare: bool | None = None) -> Answer:
    """Runs one statement with its values (`%s` or `%(name)s`). It is prepared when it is asked often; `prepare` at once or never.

    It waits in libpq, as a thread of a web process may; an interrupt is noticed afterwards. Raises psycopg's errors, also
    that of a statement that was sent before (`later`).
    """
    with connection.lock:
        session = _session(connection)
        sent = _Sent(session, statement, values)
        name = _name(session, connection, sent.key, prepare)
        result = _asked(session, connection, name, sent)
        if result.status != _ROWS:
            _went_well(result, sent.key, session, connection)
            return Answer(result, [], -1 if result.command_tuples is None else result.command_tuples)
        session.transformer.set_pgresult(result)
        count = result.ntuples
        rows: list[Row] = session.transformer.load_rows(0, count, tuple) if count else []
        return Answer(result, rows, count)


def later(connection: Connection, statement: str, values: Values) -> None:
    """Sends a statement and does not wait for it (先发后查): nothing comes of its answer but that it went well.

    The database works on it while we go on. The transaction's next statement, or its COMMIT, goes over behind it, and is not
    done if it failed; its error is raised there. So what it must have met it has to see to itself. Where no transaction is open,
    or the session has not prepared it, it is run at once.
    """
    with connection.lock:
        session = _session(connection)
        sent = _Sent(session, statement, values)
        name = session.prepared.get(sent.key)
        libpq = connection.pgconn
        if name is not None and (session.waiting or libpq.transaction_status == _OPEN):
            session.prepared.move_to_end(sent.key)
            if not session.waiting:
                libpq.enter_pipeline_mode()
            session.waiting.append(sent.key)
            libpq.send_query_prepared(name, sent.values, sent.formats)
            libpq.flush()
            return
        name = _name(session, connection, sent.key, None)
        _went_well(_asked(session, connection, name, sent), sent.key, session, connection)


def settle(connection: Connection) -> None:
    """Waits for what was sent `later`; whoever gives the connection to others (psycopg's own cursors) calls it before. Raises its error."""
    session = _sessions.get(connection)
    if session is not None and session.waiting:
        with connection.lock:
            _settle(session, connection)


def forget(connection: Connection) -> None:
    """As `settle`, of a transaction that is given up: how it went is all the same."""
    session = _sessions.get(connection)
    if session is not None and session.waiting:
        with connection.lock:
            connection.pgconn.pipeline_sync()
            _answers(session, connection)


def _session(connection: Connection) -> _Session:
    session = _sessions.get(connection)
    if session is None:
        session = _sessions[connection] = _Session(connection)
    return session


def _name(session: _Session, connection: Connection, key: _Key, prepare: bool | None) -> bytes | None:
    """What the session calls the statement, once it has prepared it."""
    name = None if prepare is False else session.prepared.get(key)
    if name is not None:
        session.prepared.move_to_end(key)
    elif prepare or (prepare is None and _often(session, key)):
        name = _prepare(session, connection, key)
    return name


def _asked(session: _Session, connection: Connection, name: bytes | None, sent: _Sent) -> PGresult:
    """What libpq answers: behind what waits, with a BEGIN before it where a transaction is to begin, or alone."""
    libpq = connection.pgconn
    if session.waiting:
        if name is not None:
            libpq.send_query_prepared(name, sent.values, sent.formats)
        else:
            libpq.send_query_params(sent.text, sent.values, sent.types, sent.formats)
        return _behind(session, connection)
    begins = not connection.autocommit and libpq.transaction_status == _IDLE
    if name is None:
        if begins:
            _good(libpq.exec_(b"BEGIN"), connection)
        return libpq.exec_params(sent.text, sent.values, sent.types, sent.formats)
    if begins:
        libpq.enter_pipeline_mode()
        session.waiting.append(None)
        libpq.send_query_params(b"BEGIN", None)
        libpq.send_query_prepared(name, sent.values, sent.formats)
        return _behind(session, connection)
    return libpq.exec_prepared(name, sent.values, sent.formats)  # type: ignore[arg-type]  # None is a value too


def _behind(session: _Session, connection: Connection) -> PGresult:
    """The answer of the last statement sent; if one that waited before it failed, that one's error is raised."""
    connection.pgconn.pipeline_sync()
    keys = session.waiting
    *before, last = _answers(session, connection, more=1)
    _all_went_well(before, keys, session, connection)
    return last


def _settle(session: _Session, connection: Connection) -> None:
    connection.pgconn.pipeline_sync()
    keys = session.waiting
    _all_went_well(_answers(session, connection), keys, session, connection)


def _all_went_well(
    answers: Sequence[PGresult], keys: Sequence[_Key | None], session: _Session, connection: Connection
) -> None:
    for answer, key in zip(answers, keys, strict=True):
        _went_well(answer, key, session, connection)


def _went_well(answer: PGresult, key: _Key | None, session: _Session, connection: Connection) -> None:
    """Raises its error; a name that the session no longer knows, or that means another table now, is given up."""
    if key is not None and answer.error_field(_STATE) in _GONE:
        session.prepared.pop(key, None)  # its table has changed, or somebody emptied the session
    _good(answer, connection)


def _answers(session: _Session, connection: Connection, more: int = 0) -> list[PGresult]:
    """All that is under way, up to the mark that was just set behind it; the session is then as it was before."""
    libpq = connection.pgconn
    found: list[PGresult] = []
    count, session.waiting = len(session.waiting) + more, []
    try:
        for _ in range(count):
            answer = libpq.get_result()
            if answer is None:
                break
            found.append(answer)
            libpq.get_result()  # each answer ends with nothing
        mark = libpq.get_result()
    except BaseException:
        libpq.finish()  # half of an answer may be left: nobody goes on with this session
        raise
    if len(found) < count or mark is None or libpq.status == _BAD:
        said = next((one.get_error_message("utf-8") for one in found if one.status == _FATAL), "")
        libpq.finish()
        raise psycopg.OperationalError(said or "the connection is lost")
    libpq.exit_pipeline_mode()
    return found


def commit(connection: Connection) -> None:
    """Ends the transaction under way, as psycopg's `commit` does; where none is, nothing is said. Raises psycopg's errors."""
    with connection.lock:
        libpq, session = connection.pgconn, _sessions.get(connection)
        if session is not None and session.waiting:
            libpq.send_query_params(b"COMMIT", None)
            _good(_behind(session, connection), connection)
        elif libpq.transaction_status != _IDLE:
            _good(libpq.exec_(b"COMMIT"), connection)


def _often(session: _Session, key: _Key) -> bool:
    """Whether this session has asked it often enough to keep it prepared; what it asks seldom is forgotten."""
    asked = session.asked
    times = asked.pop(key, 0) + 1
    if times > PREPARED_AFTER:
        return True
    asked[key] = times
    if len(asked) > PREPARED_MOST:
        asked.popitem(last=False)
    return False


def _prepare(session: _Session, connection: Connection, key: _Key) -> bytes:
    libpq = connection.pgconn
    if session.waiting:
        _settle(session, connection)  # libpq prepares nothing in the midst of others
    if len(session.prepared) >= PREPARED_MOST:
        _, old = session.prepared.popitem(last=False)
        _good(libpq.exec_(b"DEALLOCATE " + old), connection)
    session.number += 1
    name = b"kc_%d" % session.number
    _good(libpq.prepare(name, key[0], key[1]), connection)
    session.prepared[key] = name
    return name


def _good(result: PGresult, connection: Connection) -> None:
    if result.status in (_DONE, _ROWS, _EMPTY):
        return
    if connection.pgconn.status == _BAD:
        raise psycopg.OperationalError(result.get_error_message("utf-8") or "the connection is lost")
    raise errors.error_from_result(result)


class Cursor(psycopg.Cursor[Row]):
    """A cursor for Django's ORM that runs its statements so; what has no values, and many at once, psycopg runs."""

    _answer: Answer | None = None

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Cursor":
        plain = type(query) is str and (type(params) in (list, tuple) or (params is None and _SAVEPOINT(query)))
        if not plain or options:
            settle(self.connection)
            self._answer = None
            return super().execute(query, params, **options)
        self._answer = execute(self.connection, query, params or ())
        self.pgresult = self._answer.result  # what the columns are called
        return self

    def executemany(self, *args: Any, **options: Any) -> None:
        settle(self.connection)
        super().executemany(*args, **options)

    @property
    def rowcount(self) -> int:
        return super().rowcount if self._answer is None else self._answer.rowcount

    def fetchone(self) -> Row | None:
        return super().fetchone() if self._answer is None else self._answer.fetchone()

    def fetchmany(self, size: int = 0) -> list[Row]:
        return super().fetchmany(size) if self._answer is None else self._answer.fetchmany(size or self.arraysize)

    def fetchall(self) -> list[Row]:
        return super().fetchall() if self._answer is None else self._answer.fetchall()

    def __next__(self) -> Row:
        if self._answer is None:
            return super().__next__()
        row = self._answer.fetchone()
        if row is None:
            raise StopIteration
        return row


@lru_cache(maxsize=STATEMENTS_KEPT)
def numbered(statement: str) -> tuple[bytes, tuple[str, ...], int]:
    """As PostgreSQL reads it, the places of the values by number; the names of the values, where they have some; how many.

    A name that stands in several places is one value.
    """
    names: list[str] = []
    count = 0

    def place(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        name = found[1]
        if name is None:
            count += 1
            return f"${count}"
        if name not in names:
            names.append(name)
            count += 1
        return f"${names.index(name) + 1}"

    text = _PLACE.sub(place, statement)
    return text.encode(), tuple(names), count


@lru_cache(maxsize=256)
def _formats(count: int) -> tuple[PyFormat, ...]:
    return (PyFormat.AUTO,) * count
