"""Statements that Django writes once (一次写成的语句), where a question is asked so often that writing it is most of its cost.

`@compiled` stands before a function that builds a queryset, `@compiled_update` before one that builds a queryset and what
to change in it. The statement is written once for each shape of the arguments; afterwards only values change places.
What decides the shape (an actor's offices, a state, None, an empty text) is part of the key; texts, numbers, days,
instants and lists are values. A function that looks into a value, so that it would change the statement, is refused
when the statement is written, and the tests compare every statement with the one that Django writes for it anew.
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models, transaction
from django.db.models import signals
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql import UpdateQuery

from kechuang.kernel.actor import Actor
from kechuang.ui.rows import collects, run

P = ParamSpec("P")
R = TypeVar("R")
Args = tuple[tuple[Any, ...], Mapping[str, Any]]
Change = tuple[models.QuerySet[Any], dict[str, Any]]  # which rows, and what to set in them
Row = tuple[Any, ...]
Sql = tuple[str, Sequence[Any], Any]  # the text, its parameters, and Django's compiler

SHAPES_KEPT = 4_096  # of one function; offices are few: more would mean that a value was taken for a shape
_EPOCHS = (datetime(1901, 1, 1, tzinfo=UTC), datetime(1951, 1, 1, tzinfo=UTC))
# Two values of each kind that mean nothing: where they come out, a value belongs. They fit the smallest column.
_MARKS: dict[type, Callable[[int, int], object]] = {
    str: lambda which, n: f"\x01{which}.{n}",
    int: lambda which, n: 30_000 + 1_000 * which + n,
    date: lambda which, n: (_EPOCHS[which] + timedelta(days=n)).date(),
    datetime: lambda which, n: _EPOCHS[which] + timedelta(seconds=n),
    list: lambda which, n: [f"\x01{which}.{n}"],
}


class ShapeError(Exception):
    """A function whose statement depends on what was to be a mere value: it cannot be compiled."""


if TYPE_CHECKING:
    _Lookup = models.Lookup[Any]
else:  # not generic while the program runs
    _Lookup = models.Lookup


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class AnyOf(_Lookup):
    """`field__any=[...]`: one of a list that is a single value, however long (`= ANY`)."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, self.rhs]


@dataclass(frozen=True, slots=True)
class _Statement:
    """What Django wrote for one shape. `slots`: which place among the parameters takes which of the values."""

    sql: str
    params: tuple[Any, ...] = ()
    slots: tuple[tuple[int, int], ...] = ()
    compiler: Any = None
    converters: Any = None
    read: "Callable[[list[Row], str], list[Any]] | None" = None  # makes what is answered of rows, where that is simple

    def filled(self, values: Sequence[object]) -> list[Any]:
        params = list(self.params)
        for place, value in self.slots:
            params[place] = values[value]
        return params

    def rows(self, values: Sequence[object], using: str) -> list[Row]:
        """What the statement finds with these values."""
        found: list[Row] = run(self.sql, self.filled(values), using).fetchall()
        return [row[: self.compiler.col_count] for row in found] if self.compiler.has_extra_select else found

    def bound(self, values: Sequence[object], using: str) -> Any:
        """Django's compiler, ready to run this statement with these values."""
        ready = copy.copy(self.compiler)
        ready.connection = connections[using]
        ready.execute_sql = lambda *args, **kwargs: [self.rows(values, using)]
        if self.converters is not None:
            ready.get_converters = lambda expressions: self.converters
        return ready


_OF_DJANGO = (models.Model, *models.Model.__mro__)
_NOTHING = _Statement("")  # Django knew that nothing can be found


class Statements(Generic[P]):
    """The statements of one function, by the shape of what it is given."""

    kept = True  # a test that takes a guard out of querysets themselves sets it False: each is written anew
    compared_most = (
        0  # the tests set it: how often the statement of a shape is compared with the one that Django writes anew
    )
    compared: Counter[object] = Counter()  # how often it was since the test began

    def __init__(self, build: Callable[P, Any]) -> None:
        self.build = build
        self.known: dict[object, _Statement] = {}
        self.__doc__ = build.__doc__

    def _sql(self, built: Any) -> Sql:
        raise NotImplementedError

    def _statement(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> tuple[_Statement, list[object]]:
        values: list[object] = []
        shape: list[object] = [_shape(value, values) for value in args]
        for name, value in named.items():
            shape += (name, _shape(value, values))
        key = tuple(shape)
        known = self.known.get(key) if self.kept else None
        if known is None:
            if len(self.known) >= SHAPES_KEPT:
                self.known.clear()
            known = self._write((args, named))
            if self.kept:
                self.known[key] = known
        if self.compared_most > self.compared[self, key]:
            self.compared[self, key] += 1
            self._compare(known, values, (args, named))
        return known, values

    def _write(self, given: Args) -> _Statement:
        """Writes it twice, with two sets of marks: what differs is where the values belong."""
        try:
            (sql, before, compiler), marks = self._with_marks(given, 0)
            (again, after, _same), others = self._with_marks(given, 1)
        except EmptyResultSet:
            return _NOTHING
        if sql != again or len(before) != len(after):
            raise ShapeError(f"{self.build.__qualname__}: a value changes the statement")
        pairs = list(zip(marks, others, strict=True))
        slots = []
        for place, pair in enumerate(zip(before, after, strict=True)):
            if pair in pairs:
                slots.append((place, pairs.index(pair)))
            elif pair[0] != pair[1]:
                raise ShapeError(f"{self.build.__qualname__}: a parameter is made of a value, not the value itself")
        converters = _converters(compiler)
        return _Statement(sql, tuple(before), tuple(slots), compiler, converters, _reader(compiler, converters))

    def _with_marks(self, given: Args, which: int) -> tuple[Sql, list[object]]:
        marks: list[object] = []
        args = [_marked(value, which, marks) for value in given[0]]
        named = {name: _marked(value, which, marks) for name, value in given[1].items()}
        return self._sql(self.build(*args, **named)), marks

    def _compare(self, known: _Statement, values: Sequence[object], given: Args) -> None:
        try:
            sql, params, _compiler = self._sql(self.build(*given[0], **given[1]))
        except EmptyResultSet:
            sql, params = "", ()
        assert (sql, list(params)) == (known.sql, known.filled(values)), (
            f"{self.build.__qualname__}: the statement kept for this shape is not the one that Django writes"
        )


class Compiled(Statements[P], Generic[P, R]):
    """Reads: called, it answers with the rows as a list; `first` with the first of them or None."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        known, values = self._statement(args, kwargs)
        if known is _NOTHING:
            return []
        asked: models.QuerySet[Any] = known.compiler.kechuang_asked
        if asked.query.select_for_update:
            transaction.get_connection(asked.db).validate_no_broken_transaction()
            assert transaction.get_connection(asked.db).in_atomic_block, "rows are locked within a transaction"
        if known.read is not None:
            return known.read(known.rows(values, asked.db), asked.db)
        rows: Iterable[R] = asked._iterable_class(_Asked(asked, known.bound(values, asked.db)))  # type: ignore
        return list(rows)

    def first(self, *args: P.args, **kwargs: P.kwargs) -> R | None:
        """The first row, or None; the function itself limits and orders where that matters."""
        return next(iter(self(*args, **kwargs)), None)

    def _sql(self, built: models.QuerySet[Any]) -> Sql:
        assert not built._prefetch_related_lookups, "what is fetched afterwards is not compiled"  # type: ignore[attr-defined]
        compiler = built.query.get_compiler(using=built.db)
        sql, params = compiler.as_sql()
        compiler.kechuang_asked = built
        return sql, params, compiler


class CompiledUpdate(Statements[P]):
    """Changes: called, it answers how many rows were changed. The function answers the rows and what to set in them."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> int:
        known, values = self._statement(args, kwargs)
        if known is _NOTHING:
            return 0
        if collects(known.sql, known.filled(values)):
            return 0
        changed: int = run(known.sql, known.filled(values), known.compiler.using).rowcount
        return changed

    def _sql(self, built: Change) -> Sql:
        rows, changes = built
        query = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)  # type: ignore[attr-defined]
        compiler = query.get_compiler(using=rows.db)
        sql, params = compiler.as_sql()
        assert not query.get_related_updates(), "one table is changed"  # type: ignore[attr-defined]
        return sql, params, compiler


def compiled(build: Callable[P, "models.QuerySet[Any, R]"]) -> Compiled[P, R]:
    """The function that builds a queryset, as one that answers with its rows (见本模块说明)."""
    return Compiled(build)


def compiled_update(build: Callable[P, Change]) -> CompiledUpdate[P]:
    """The function that builds a queryset and what to set in it, as one that sets it and answers how many rows it met."""
    return CompiledUpdate(build)


class _Asked:
    """A queryset that was asked, as Django's iterables see it, but whose compiler is the one that is ready."""

    def __init__(self, queryset: models.QuerySet[Any], ready: Any) -> None:
        self.queryset, self.ready, self.query, self.db = queryset, ready, self, queryset.db

    def get_compiler(self, using: str | None = None, **_kwargs: Any) -> Any:
        return self.ready

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self.queryset, name)
        except AttributeError:
            return getattr(self.queryset.query, name)


def _shape(value: Any, values: list[object]) -> object:
    """What of `value` decides the statement; what does not is added to `values`."""
    if not value:
        return value if value is None or isinstance(value, str | int) else ()
    kind = type(value)
    if kind in _MARKS:
        values.append(value)
        return kind
    if kind is Actor:
        acts = [part for part in (value.person_id, value.party_id) if part]
        values += acts
        return (len(acts), bool(value.party_id), value.unit_ids, value.capacity, value.posts, value.clock)
    return value


def _marked(value: Any, which: int, marks: list[object]) -> Any:
    """`value` with marks in the places of what `_shape` takes out of it, in the same order."""
    if not value:
        return value
    kind = type(value)
    if kind in _MARKS:
        marks.append(_MARKS[kind](which, len(marks)))
        return marks[-1]
    if kind is Actor:
        acts = {name: _marked(getattr(value, name), which, marks) for name in ("person_id", "party_id")}
        return replace(value, **acts)
    return value


def _converters(compiler: Any) -> Any:
    columns = getattr(compiler, "select", None)
    return compiler.get_converters([column[0] for column in columns[: compiler.col_count]]) if columns else None


def _reader(compiler: Any, converters: Any) -> Callable[[list[Row], str], list[Any]] | None:
    """How what a question answers is made of its rows, worked out once; None where Django's own iterables are needed."""
    asked = getattr(compiler, "kechuang_asked", None)
    if asked is None or converters is None:
        return None
    kind = asked._iterable_class
    if kind is FlatValuesListIterable:
        return lambda rows, using: [row[0] for row in _converted(rows, converters, using)]
    if kind is ValuesListIterable:
        return lambda rows, using: list(_converted(rows, converters, using))
    model = asked.model
    simple = not any({"__init__", "from_db"} & vars(part).keys() for part in model.__mro__ if part not in _OF_DJANGO)
    listened = any(signal.has_listeners(model) for signal in (signals.pre_init, signals.post_init))
    if kind is not ModelIterable or not simple or listened or asked._known_related_objects:
        return None
    places = compiler.klass_info["select_fields"]
    first, last = places[0], places[-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    others = tuple(compiler.annotation_col_map.items())
    joined: dict[str, list[Any]] = {}  # by database: what makes the rows of the tables that were joined

    def made(rows: list[Row], using: str) -> list[Any]:
        answer = []
        if using not in joined:
            joined[using] = get_related_populators(compiler.klass_info, compiler.select, using)  # type: ignore[call-arg]
        for row in _converted(rows, converters, using):
            one = model.__new__(model)
            state = models.base.ModelState()
            state.adding, state.db = False, using
            own = one.__dict__
            own["_state"] = state
            own.update(zip(names, row[first:last], strict=True))
            for populator in joined[using]:
                populator.populate(row, one)
            for name, place in others:
                setattr(one, name, row[place])
            answer.append(one)
        return answer

    return made


def _converted(rows: list[Row], converters: Mapping[int, tuple[Sequence[Any], Any]], using: str) -> Iterable[Row]:
    """Rows with the values of some columns made what the fields say."""
    if not converters or not rows:
        return rows
    session = connections[using]
    changed = [list(row) for row in rows]
    for place, (steps, expression) in converters.items():
        for row in changed:
            value = row[place]
            for step in steps:
                value = step(value, expression, session)
            row[place] = value
    return [tuple(row) for row in changed]
