"""The words of the national workbook against ours (国家网络管理平台): a row as our columns, and our columns as a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kechuang.catalog.formats.columns import COLUMNS
from kechuang.catalog.formats.workbook import Instrument
from kechuang.catalog.states import Category, Fund, Source

_SOURCES = {"购置": Source.PURCHASE, "研制": Source.DEVELOPMENT, "赠送": Source.DONATION, "其他": Source.OTHER}
_SOURCE_WORDS = {source: words for words, source in _SOURCES.items()}
_FUNDS = {
    "中央财政资金": Fund.CENTRAL,
    "地方财政资金": Fund.LOCAL,
    "单位自有资金": Fund.OWN,
    "其他资金": Fund.OTHER,
}
_FUND_WORDS = {str(fund): words for words, fund in _FUNDS.items()}
_CATEGORIES = {"通用": Category.GENERAL, "专用": Category.SPECIAL, "": ""}
_CATEGORY_WORDS = {str(category): words for words, category in _CATEGORIES.items()}
# field of the workbook -> column of ours, where they differ
RENAMED = {"carrier_kind": "resource_kind", "carrier": "resource", "picture": "picture_name", "address": "mail_address"}
# what the offer keeps, not the sheet
OF_OFFER = frozenset({"row", "number", "name", "class_code"})
_OTHERWISE = frozenset({"source", "category", "funds", "subjects"})
_TEN_THOUSAND = 10_000
_COPIED = tuple(
    (column.field, RENAMED.get(column.field, column.field))
    for column in COLUMNS
    if column.field not in OF_OFFER | _OTHERWISE
)


class Coarse:
    """A value from a format that says less than we keep: it agrees with everything it cannot tell apart."""

    __slots__ = ()

    def agrees(self, held: object) -> bool:
        raise NotImplementedError

    @property
    def value(self) -> object:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class SourceWords(Coarse):
    """A source by the workbook's four words: 其他 says nothing against 调拨, which the workbook cannot say."""

    text: str

    def agrees(self, held: object) -> bool:
        return source_words(str(held)) == self.text

    @property
    def value(self) -> object:
        return str(_SOURCES[self.text])


@dataclass(frozen=True, slots=True)
class Myriads(Coarse):
    """A value to the hundredth of 万元: it says nothing against one known to the fen that is written the same."""

    fen: int

    def agrees(self, held: object) -> bool:
        return isinstance(held, int) and _myriads(held) == _myriads(self.fen)

    @property
    def value(self) -> object:
        return self.fen


def source_words(source: str) -> str:
    """Our seven sources in the workbook's four words."""
    return _SOURCE_WORDS.get(Source(source), "其他")


def columns_of(instrument: Instrument) -> dict[str, object]:
    """What a row says, by our columns."""
    found: dict[str, object] = {ours: getattr(instrument, field) for field, ours in _COPIED}
    found["source"] = SourceWords(instrument.source)
    found["original_value_fen"] = Myriads(instrument.original_value_fen)
    found["category"] = str(_CATEGORIES[instrument.category])
    found["funds"] = [str(_FUNDS[fund]) for fund in instrument.funds]
    found["subjects"] = list(instrument.subjects)
    return found


def cells_of(values: Mapping[str, object]) -> dict[str, str]:
    """Our columns as the cells of a row, by field of the workbook; `values` also has number, name and class_code."""
    cells = {field: _cell(values[ours]) for field, ours in _COPIED}
    cells |= {field: str(values[field]) for field in ("number", "name", "class_code")}
    value = values["original_value_fen"]
    cells["original_value_fen"] = _myriads(value) if isinstance(value, int) else ""
    for field in ("yearly_hours_hundredths", "external_hours_hundredths"):
        hours = values[field]
        cells[field] = _plain(hours) if isinstance(hours, int) else ""
    cells["source"] = source_words(str(values["source"]))
    cells["category"] = _CATEGORY_WORDS[str(values["category"])]
    cells["funds"] = "，".join(_FUND_WORDS[str(fund)] for fund in _several(values["funds"]))
    cells["subjects"] = "，".join(str(subject) for subject in _several(values["subjects"]))
    kind = cells["carrier_kind"]
    cells["carrier_kind"] = f"附属于{kind}" if kind else ""
    return cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _several(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _plain(hundredths: int) -> str:
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def _myriads(fen: int) -> str:
    """Fen as 万元, as short as it goes: 128500000 as 128.50. The workbook knows whole hundreds of yuan."""
    hundredths, rest = divmod(fen, _TEN_THOUSAND)
    return _plain(hundredths + (rest * 2 >= _TEN_THOUSAND))
