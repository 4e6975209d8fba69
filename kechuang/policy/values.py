"""Whether a value fits its parameter (取值检查): unit, options, word list, conditions. Used for packs and for cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from kechuang.policy.terms import NONE, is_rows
from kechuang.policy.units import UNITS, column_problem

Words = Mapping[str, Mapping[str, str]]

# Conditions that are no word list of the pack: labels of credit, places, kinds of provider, price tiers.
CONDITIONS = frozenset({"label", "buyer_zone", "provider_zone", "provider_kind", "price_below_fen", "price_from_fen"})
_LISTED = ("choice", "choices", "words")


def value_problem(section: Mapping[str, Any], words: Words, value: Any) -> str:
    """What is wrong with `value` for a parameter's section of a pack, in Chinese; "" when it fits."""
    by = section.get("by", ())
    if by and is_rows(value):
        return _rows_problem(section, words, by, value)
    if not by and is_rows(value) and section["unit"] != "table":
        return "分情形取值须先以 by 列明按哪些条件区分"
    return _plain_problem(section, words, value)


def _rows_problem(section: Mapping[str, Any], words: Words, by: Sequence[str], rows: list[dict[str, Any]]) -> str:
    for place, row in enumerate(rows):
        when = row.get("when", {})
        if unknown := set(row) - {"when", "is", "article"}:
            return f"分情形的行里不认识的键 {'、'.join(sorted(unknown))}"
        if not when and place < len(rows) - 1:
            return "无条件的行须放在最后，否则其后各行永远用不到"
        problems = [_condition_problem(words, by, key, wanted) for key, wanted in when.items()]
        if problem := next(filter(None, [*problems, _plain_problem(section, words, row["is"])]), ""):
            return problem
    return ""


def _condition_problem(words: Words, by: Sequence[str], key: str, wanted: object) -> str:
    if key not in by:
        return f"条件 {key} 未列入 by"
    if key not in words and key not in CONDITIONS:
        return f"条件 {key} 既非词表，也非已知条件"
    if key in words and wanted not in words[key]:
        return f"条件 {key} = {wanted!r} 不在词表 words.{key} 中"
    if key.endswith("_fen") and not UNITS["fen"].fits(wanted):
        return f"条件 {key} 应为{UNITS['fen'].expects}"
    return ""


def _plain_problem(section: Mapping[str, Any], words: Words, value: Any) -> str:
    name = section["unit"]
    if value == NONE and name not in ("text", "flag"):
        return ""
    if not UNITS[name].fits(value):
        return f"值 {value!r} 应为{UNITS[name].expects}"
    if name in _LISTED:
        listed = words.get(section.get("words", ""), {}) if name == "words" else section.get("options", {})
        strange = [item for item in ([value] if name == "choice" else value) if item not in listed]
        return f"值 {strange[0]!r} 不在所列选项中：{'、'.join(listed)}" if strange else ""
    if name == "table":
        problems = [problem for row in value if (problem := column_problem(row, section.get("columns", {})))]
        return problems[0] if problems else ""
    return ""
