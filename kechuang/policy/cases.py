"""Worked cases (算例): examples in a policy officer's words, run through the real rules before a pack is published.

`<scheme>.cases.toml` holds `[[rule]]` blocks with `[[rule.case]]` (a named pure function on given facts) and `[[value]]`
blocks (what a parameter says on a day in a case). `with` puts other values in place of the pack's, to show the other
reading of a word; it is checked like a pack's own value.
"""

import importlib
import inspect
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.policy import terms
from kechuang.policy.book import Book, Pack, Value, plain
from kechuang.policy.faults import Fault, PackError, nth_line
from kechuang.policy.values import value_problem

_CASE_KEYS = {"name", "on", "given", "with", "expect", "refusal"}
_OF_PACK = "@"  # before the name of a parameter: the case is given what the pack says
_VALUE_KEYS = {"name", "on", "of", "when", "is", "sum", "column"}


@dataclass(frozen=True, slots=True)
class Case:
    """One example, ready to be run and to be shown on the pack's page."""

    name: str
    rule: str  # "kechuang.vouchers.rules:offset"; "" for a value
    on: date
    given: Mapping[str, Any]
    instead: Mapping[str, Any]  # parameter values in place of the pack's
    expect: Mapping[str, Any] | None
    refusal: str
    file: str
    line: int
    of: str = ""  # the parameter of a value case
    part: str = "is"  # what of its rows is summed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: the attributes that were expected, or the code of a refusal; `agrees` with the case or not."""

    case: Case
    agrees: bool
    got: Mapping[str, Any]
    refusal: str = ""
    said: Refusal | None = None  # the refusal itself, for its words
    money: bool = False  # a plain result is an amount in fen


def cases_file(file: str) -> str:
    """Where the cases of a pack lie."""
    return file.removesuffix(".toml") + ".cases.toml"


def read(text: str, *, file: str) -> list[Case]:
    """The cases of one file, in its order; raises PackError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError([Fault(file, 1, f"不是合法的 TOML：{error}")]) from None
    found: list[Case] = []
    faults: list[Fault] = []
    number = 0
    for block, rule in enumerate(raw.get("rule", [])):
        if not isinstance(rule.get("rule"), str) or ":" not in rule["rule"]:
            faults.append(Fault(file, nth_line(text, r"\s*\[\[rule\]\]", block), "算例缺少 rule（模块:函数）"))
        for case in rule.get("case", []):
            line = nth_line(text, r"\s*\[\[rule\.case\]\]", number)
            number += 1
            _case(case, str(rule.get("rule", "")), file, line, found, faults)
    for number, case in enumerate(raw.get("value", [])):
        _value(case, file, nth_line(text, r"\s*\[\[value\]\]", number), found, faults)
    if not found and not faults:
        faults.append(Fault(file, 1, "没有任何算例"))
    if faults:
        raise PackError(faults)
    return found


def _case(raw: dict[str, Any], rule: str, file: str, line: int, found: list[Case], faults: list[Fault]) -> None:
    if problem := _shape_problem(raw, _CASE_KEYS):
        faults.append(Fault(file, line, problem))
    elif ("expect" in raw) == ("refusal" in raw):
        faults.append(Fault(file, line, f"算例“{raw['name']}”须写明 expect 或 refusal 之一"))
    else:
        found.append(
            Case(
                raw["name"], rule, raw["on"], raw.get("given", {}), raw.get("with", {}), raw.get("expect"),
                raw.get("refusal", ""), file, line,
            )
        )  # fmt: skip


def _value(raw: dict[str, Any], file: str, line: int, found: list[Case], faults: list[Fault]) -> None:
    if problem := _shape_problem(raw, _VALUE_KEYS):
        faults.append(Fault(file, line, problem))
    elif "of" not in raw or ("is" in raw) == ("sum" in raw):
        faults.append(Fault(file, line, f"取值算例“{raw['name']}”须写明 of 与 is（或 sum）"))
    else:
        expect: dict[str, Any] = {key: raw[key] for key in ("is", "sum") if key in raw}
        part = raw.get("column", "is")  # which column of a table is summed
        found.append(Case(raw["name"], "", raw["on"], raw.get("when", {}), {}, expect, "", file, line, raw["of"], part))


def _shape_problem(raw: dict[str, Any], keys: set[str]) -> str:
    if unknown := set(raw) - keys:
        return f"算例里不认识的键 {'、'.join(sorted(unknown))}"
    if not isinstance(raw.get("name"), str) or type(raw.get("on")) is not date:
        return "算例须写明 name（说明）与 on（日期）"
    return ""


def check(pack: Pack, cases: list[Case], book: Book) -> list[Fault]:
    """The cases that the pack contradicts; empty when all agree."""
    draft = book.with_pack(pack)
    faults = []
    for case in cases:
        try:
            outcome = run(case, pack, draft)
        except (BrokenCaseError, terms.TermsMismatchError) as error:
            faults.append(Fault(case.file, case.line, f"算例“{case.name}”不能运行：{error}"))
            continue
        if not outcome.agrees:
            wanted = case.refusal or plain(case.expect)
            faults.append(
                Fault(
                    case.file,
                    case.line,
                    f"规则与算例“{case.name}”不符：应为 {wanted}，实为 {outcome.refusal or outcome.got}",
                )
            )
    return faults


class BrokenCaseError(Exception):
    """A case cannot be run: its rule, a parameter or a given fact does not exist."""


def tried(case: Case, pack: Pack, book: Book, *, on: date, given: Mapping[str, Any]) -> Outcome:
    """The same rule with other figures (试算): whatever comes out is in `got`."""
    return run(replace(case, on=on, given=given, expect=None, refusal=""), pack, book)


def run(case: Case, pack: Pack, book: Book) -> Outcome:
    """Runs one case against `pack` as it stands in `book`; raises BrokenCaseError, TermsMismatchError."""
    if case.of:
        return _run_value(case, pack)
    rule = _resolve(case.rule)
    hints = get_type_hints(rule)
    read = _instead(pack, case) if case.instead else pack
    draft = book.with_pack(read) if case.instead else book
    try:
        given = {
            name: terms.typed(_hint(hints, name, case), _named(value, read, case.on), name)
            for name, value in case.given.items()
        }
        if "terms" in hints:
            given["terms"] = draft.in_force(pack.scheme, hints["terms"], case.on).terms
        _check_given(rule, given, case)
        result = rule(**given)
    except Refusal as refusal:
        return Outcome(case, refusal.code == case.refusal, {}, refusal.code, refusal)
    money = Fen in (hints.get("return"), *get_args(hints.get("return")))
    if case.expect is None:
        return Outcome(case, agrees=False, got={"is": _plain(result)}, money=money)
    got = {name: _plain(result if name == "is" else _attribute(result, name)) for name in case.expect}
    return Outcome(case, got == plain(dict(case.expect)), got, money=money)


def _hint(hints: Mapping[str, Any], name: str, case: Case) -> Any:
    if name not in hints:
        raise BrokenCaseError(f"{case.rule} 没有参数 {name}")
    return hints[name]


def _named(value: Any, pack: Pack, on: date) -> Any:
    """`"@notice_days"` is what that parameter says on the day of the case; everything else is itself."""
    if isinstance(value, Mapping):
        return {name: _named(item, pack, on) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, pack, on) for item in value]
    if not isinstance(value, str) or not value.startswith(_OF_PACK):
        return value
    parameter = pack.parameters.get(value.removeprefix(_OF_PACK))
    said = parameter.on(on) if parameter else None
    if said is None:
        raise BrokenCaseError(f"参数 {value.removeprefix(_OF_PACK)} 在 {on} 没有取值")
    return said.is_


def _check_given(rule: Callable[..., Any], given: Mapping[str, Any], case: Case) -> None:
    try:
        inspect.signature(rule).bind(**given)
    except TypeError as error:
        raise BrokenCaseError(f"{case.rule}：{error}") from None


def _resolve(dotted: str) -> Callable[..., Any]:
    module, _, name = dotted.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        raise BrokenCaseError(f"没有规则 {dotted}") from None
    return found  # type: ignore[no-any-return]


def _attribute(result: object, name: str) -> object:
    """`fen`, or `limits.rate` for a part of a part; of a list the one that has this `name`."""
    for part in name.split("."):
        if isinstance(result, Mapping):
            result = result[part]
        elif isinstance(result, list | tuple):
            result = next((one for one in result if getattr(one, "name", "") == part), None)
        else:
            result = getattr(result, part)
    return result


def _instead(pack: Pack, case: Case) -> Pack:
    parameters = dict(pack.parameters)
    for name, value in case.instead.items():
        parameter = parameters.get(name)
        if parameter is None:
            raise BrokenCaseError(f"规则没有参数 {name}")
        if problem := value_problem(parameter.section(), pack.words, value):
            raise BrokenCaseError(f"with {name}：{problem}")
        first = parameter.values[0]
        parameters[name] = replace(parameter, values=(Value(first.first, None, value, first.article, first.line),))
    return replace(pack, parameters=parameters)


def _run_value(case: Case, pack: Pack) -> Outcome:
    parameter = pack.parameters.get(case.of)
    value = parameter.on(case.on) if parameter else None
    expect = case.expect or {}
    if value is None:
        raise BrokenCaseError(f"参数 {case.of} 在 {case.on} 没有取值")
    if "sum" in expect:
        got: dict[str, Any] = {"sum": sum(row[case.part] for row in value.is_)}
    elif case.given:
        table = terms.typed(terms.ANY_TABLE, value.is_, case.of)
        try:
            got = {"is": plain(table.pick(**case.given))}  # type: ignore[attr-defined]
        except Refusal as refusal:
            return Outcome(case, agrees=False, got={}, refusal=refusal.code)
    else:
        got = {"is": plain(value.is_)}
    return Outcome(case, got == plain(dict(expect)), got)


def _plain(value: Any) -> Any:
    """A result as a case writes it: days as text, enums by value, sets sorted, frozen values as their attributes."""
    if value is None:
        return terms.NONE
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return plain(value)


def read_cases(folder: Path, pack: Pack) -> list[Case]:
    """The cases beside a pack in `folder`; raises PackError when there are none: a pack without cases is unproven."""
    file = cases_file(pack.file)
    if not (folder / file).exists():
        raise PackError([Fault(pack.file, 1, f"没有算例：须有 {file}")])
    return read((folder / file).read_text(), file=file)
