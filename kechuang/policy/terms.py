"""Pack values into the typed fields of a room's terms. A field that does not fit its value is a bug, said by name."""

import types
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from kechuang.policy.tables import Row, Table

T = TypeVar("T")

NONE = "none"  # written in a pack where the rule sets no limit (不设)


ANY_TABLE = Table[object]


class TermsMismatchError(Exception):
    """A room asks for a parameter in a type that the pack's value does not have."""


def fill(kind: type[T], values: Mapping[str, object]) -> T:
    """`kind` (a frozen dataclass) from raw values by field name."""
    hints = _hints(kind)  # type: ignore[arg-type]
    return kind(**{f.name: _typed(hints[f.name], values[f.name], f.name) for f in fields(kind)})  # type: ignore[arg-type]


def names(kind: type) -> tuple[str, ...]:
    """The parameters that a terms type asks for."""
    return tuple(field.name for field in fields(kind))


def typed(hint: Any, value: object, name: str) -> object:
    """One raw value (TOML or JSON) as `hint`."""
    return _typed(hint, value, name)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(hint: Any, value: object, name: str) -> object:
    hint = getattr(hint, "__supertype__", hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if type(None) in inner and value in (NONE, None):
            return None
        return _typed(next(part for part in inner if part is not type(None)), value, name)
    if origin is Table:
        return _table(inner[0], value, name)
    if origin in (tuple, frozenset, Sequence, Collection):
        return _many(frozenset if origin is frozenset else tuple, inner, value, name)
    if origin in (dict, Mapping) or hint is dict:
        return _mapping(inner, value, name)
    return _one(hint, value, name)


def _one(hint: Any, value: object, name: str) -> object:
    if is_dataclass(hint):
        return _nested(hint, value, name)
    if hint in (Any, object):
        return value
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is date and isinstance(value, str):
        return date.fromisoformat(value)  # as a stored record has it
    if type(value) is not hint or (hint is str and value == NONE):
        return _no(hint, value, name)
    return value


def _nested(hint: Any, value: object, name: str) -> object:
    if isinstance(value, hint):
        return value
    if not isinstance(value, Mapping):
        return _no(hint, value, name)
    hints = _hints(hint)
    if unknown := set(value) - set(hints):
        raise TermsMismatchError(f"{name}: {hint.__name__} 没有 {'、'.join(sorted(unknown))}")
    wanted = {field.name for field in fields(hint) if field.default is MISSING and field.default_factory is MISSING}
    if missing := wanted - set(value):
        raise TermsMismatchError(f"{name}: {hint.__name__} 缺少 {'、'.join(sorted(missing))}")
    return hint(**{key: _typed(hints[key], item, f"{name}.{key}") for key, item in value.items()})


def _table(inner: Any, value: object, name: str) -> object:
    if not is_rows(value):
        return Table((Row((), _typed(inner, value, name)),))
    rows = tuple(Row(tuple(row.get("when", {}).items()), _typed(inner, row["is"], name)) for row in value)  # type: ignore[attr-defined]
    return Table(rows)


def is_rows(value: object) -> bool:
    """Whether a raw value is a list of rows `{ when = {…}, is = … }`."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) and "is" in row for row in value)


def _many(origin: Any, inner: tuple[Any, ...], value: object, name: str) -> object:
    if not isinstance(value, list | tuple | set | frozenset):
        return _no(origin, value, name)
    return origin(_typed(inner[0], item, name) for item in value)


def _mapping(inner: tuple[Any, ...], value: object, name: str) -> object:
    if not isinstance(value, dict):
        return _no(dict, value, name)
    if not inner:
        return value
    return {_typed(inner[0], key, name): _typed(inner[1], item, f"{name}.{key}") for key, item in value.items()}


def _no(hint: Any, value: object, name: str) -> object:
    raise TermsMismatchError(f"{name}: 需要 {getattr(hint, '__name__', hint)}，规则给的是 {value!r}")
