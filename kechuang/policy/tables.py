"""Values that depend on the case (分档、分类、矩阵): rows with conditions, the first that fits decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop

T = TypeVar("T")

_BELOW, _FROM = "_below_fen", "_from_fen"  # price_below_fen: the price is less; price_from_fen: at least


class NoRowFits(Refusal):
    code = "policy.no_row_fits"
    text = gettext_noop("规则未规定此种情形（{facts}）")
    remedy = gettext_noop("请核对申领人类别、服务类别与双方注册地，或向规则的解释机关咨询")


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    when: tuple[tuple[str, object], ...]
    value: T

    def fits(self, facts: Mapping[str, object]) -> bool:
        return all(_fits(key, wanted, facts) for key, wanted in self.when)


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A parameter whose value depends on the case. A plain value is a table of one row without condition."""

    rows: tuple[Row[T], ...]

    def pick(self, **facts: object) -> T:
        """The value of the first row whose conditions all fit; raises NoRowFits.

        `label` fits when it is among the fact `labels`; `price_below_fen` and `price_from_fen` compare `price_fen`.
        A condition on a fact that was not handed in is a bug of the caller (KeyError), never "does not fit".
        """
        for row in self.rows:
            if row.fits(facts):
                return row.value
        raise NoRowFits(facts="，".join(f"{key}={facts[key]}" for key in sorted(self.asks & set(facts))))

    @property
    def asks(self) -> frozenset[str]:
        """The conditions that some row sets."""
        return frozenset(key for row in self.rows for key, _ in row.when)


def table(rows: Sequence[tuple[Mapping[str, object], T]]) -> Table[T]:
    """A table from conditions and values; for tests and for terms made by hand."""
    return Table(tuple(Row(tuple(when.items()), value) for when, value in rows))


def same(value: T) -> Table[T]:
    """A table that gives one value in every case."""
    return Table((Row((), value),))


def month_day(text: str, year: int) -> date:
    """The day "12-15" of `year`; 02-29 falls on the last of February in a year that has none."""
    month, day = (int(part) for part in text.split("-"))
    if (month, day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
        day = 28
    return date(year, month, day)


def _fits(key: str, wanted: object, facts: Mapping[str, object]) -> bool:
    if key == "label":
        return wanted in facts["labels"]  # type: ignore[operator]
    if key.endswith(_BELOW):
        return _fen(facts[key.removesuffix(_BELOW) + "_fen"]) < _fen(wanted)
    if key.endswith(_FROM):
        return _fen(facts[key.removesuffix(_FROM) + "_fen"]) >= _fen(wanted)
    return facts[key] == wanted


def _fen(amount: object) -> int:
    assert isinstance(amount, int), amount
    return amount
