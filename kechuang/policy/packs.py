"""Reading a pack (规则文件) from TOML. Every fault is reported with file, line and reason; none is passed over."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kechuang.policy.book import ILLUSTRATIVE, Book, Note, Opening, Pack, Parameter, Rollout, Source, Value
from kechuang.policy.catalogue import CATALOGUE, PLACE
from kechuang.policy.faults import Fault, PackError, header_line, line_within
from kechuang.policy.terms import NONE, is_rows
from kechuang.policy.units import UNITS, name_fits, suffix_of
from kechuang.policy.values import value_problem

_HEAD = {"scheme", "title", "interpreters", "source", "words", "rollout"}
_PARAMETER_KEYS = {
    "meaning", "unit", "catalogue", "value", "by", "options", "words", "columns", "reading", "note",
}  # fmt: skip
_CITED = re.compile(r"([\w-]+)#(.+)")


def read_folder(folder: Path) -> Book:
    """Every `<region>/<scheme>.toml` of `folder` as a book; raises PackError with the faults of all of them."""
    faults: list[Fault] = []
    packs: dict[str, Pack] = {}
    for file in pack_files(folder):
        try:
            pack = parse(file.read_text(), file=str(file.relative_to(folder)))
            packs[pack.scheme] = pack
        except PackError as error:
            faults.extend(error.faults)
    if faults:
        raise PackError(faults)
    return Book(packs)


def pack_files(folder: Path) -> list[Path]:
    """The packs of a folder in name order; cases lie beside them under `.cases.toml`."""
    return sorted(file for file in folder.glob("*/*.toml") if not file.name.endswith(".cases.toml"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text: str, *, file: str) -> Pack:
    """One pack; raises PackError."""
    return _Reader(text, file).pack()


class _Reader:
    """Walks one file and collects faults, so that an author sees all of them at once."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.faults: list[Fault] = []
        try:
            self.raw: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            line = int(at.group(1)) if at else text.count("\n") + 1
            raise PackError([Fault(file, line, f"不是合法的 TOML：{error}")]) from None

    def fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(self.file, line, reason))

    def pack(self) -> Pack:
        raw = self.raw
        scheme = self._head("scheme", str)
        if scheme and scheme + ".toml" != self.file:
            self.fault(self._top("scheme"), f"scheme 应与文件名一致：{self.file.removesuffix('.toml')}")
        title = self._head("title", str)
        interpreters = self._head("interpreters", list)
        self.words: Mapping[str, Mapping[str, str]] = raw.get("words", {})
        self.sources = self._sources()
        parameters = {
            name: parameter
            for name, section in raw.items()
            if name not in _HEAD and (parameter := self._parameter(name, section))
        }
        if not parameters and not self.faults:
            self.fault(1, "没有任何参数")
        rollout = self._rollout()
        if self.faults:
            raise PackError(sorted(self.faults, key=lambda fault: fault.line))
        return Pack(
            scheme=str(scheme), title=str(title), interpreters=tuple(interpreters or ()), sources=self.sources,
            parameters=parameters, words=self.words, rollout=rollout, digest=digest(self.text), text=self.text,
            file=self.file,
        )  # fmt: skip

    def _top(self, key: str) -> int:
        return line_within(self.text, 1, rf"^{key}\s*=")

    def _head(self, key: str, kind: type) -> Any:
        value = self.raw.get(key)
        if not isinstance(value, kind) or not value:
            names = {"scheme": "规则代号", "title": "名称", "interpreters": "负责解释的机关"}
            self.fault(self._top(key), f"缺少 {key}（{names[key]}），或类型不对")
            return None
        return value

    # ------------------------------------------------------------ sources

    def _sources(self) -> dict[str, Source]:
        found = {}
        sections = self.raw.get("source", {})
        if not isinstance(sections, dict) or not sections:
            self.fault(1, "未引用任何来源：须有至少一个 [source.…]")
            return {}
        for key, section in sections.items():
            line = header_line(self.text, f"source.{key}")
            missing = [name for name in ("title", "from") if name not in section]
            if missing:
                self.fault(line, f"来源 {key} 缺少 {'、'.join(missing)}")
                continue
            if not UNITS["day"].fits(section["from"]):
                self.fault(line_within(self.text, line, r"^from\s*="), f"来源 {key} 的 from 应为日期")
                continue
            found[key] = Source(
                key, section["title"], section.get("short", section["title"]), section["from"],
                section.get("number", ""), section.get("url", ""), section.get("from_illustrative", False),
            )  # fmt: skip
        return found

    def _article(self, article: object, line: int, where: str) -> bool:
        if article == ILLUSTRATIVE:
            return True
        if not isinstance(article, str) or not article:
            self.fault(line, f'{where}：未注明依据（article）；没有公开来源的写 "{ILLUSTRATIVE}"')
            return False
        cited = _CITED.fullmatch(article)
        if not cited:
            self.fault(line, f"{where}：依据“{article}”应写作 来源#条款，如 plan-2021#三（一）4")
            return False
        if cited.group(1) not in self.sources:
            self.fault(line, f"{where}：依据“{article}”指向未登记的来源 {cited.group(1)}")
            return False
        return True

    # ------------------------------------------------------------ parameters

    def _parameter(self, name: str, section: object) -> Parameter | None:
        line = header_line(self.text, name)
        if not isinstance(section, dict):
            self.fault(self._top(name), f"{name} 应为一节 [{name}]")
            return None
        before = len(self.faults)
        self._unknown_keys(name, section, line)
        unit = section.get("unit")
        if unit not in UNITS:
            self.fault(
                line_within(self.text, line, r"^unit\s*="), f"{name}：未知的单位“{unit}”；可用：{'、'.join(UNITS)}"
            )
            return None
        self._name_and_place(name, unit, section, line)
        values = self._values(name, section, line)
        notes = tuple(note for raw in section.get("note", []) if (note := self._note(name, raw, line)))
        if len(self.faults) > before:
            return None
        return Parameter(
            name=name, meaning=section["meaning"], unit=unit, values=values, catalogue=section["catalogue"],
            by=tuple(section.get("by", ())), options=section.get("options", {}), words=section.get("words", ""),
            columns=section.get("columns", {}), reading=section.get("reading", ""), notes=notes, line=line,
        )  # fmt: skip

    def _unknown_keys(self, name: str, section: dict[str, Any], line: int) -> None:
        for key in sorted(set(section) - _PARAMETER_KEYS):
            self.fault(line_within(self.text, line, rf"^{re.escape(key)}\s*="), f"{name}：不认识的键 {key}")
        if not isinstance(section.get("meaning"), str) or not section["meaning"].strip():
            self.fault(line, f"{name}：缺少 meaning（含义）")
        if "reading" in section and not (isinstance(section["reading"], str) and section["reading"].strip()):
            self.fault(line_within(self.text, line, r"^reading\s*="), f"{name}：reading 应写出所读的原话")

    def _name_and_place(self, name: str, unit: str, section: dict[str, Any], line: int) -> None:
        at = line_within(self.text, line, r"^unit\s*=")
        if not name_fits(name, unit):
            self.fault(at, f"{name}：名称的结尾与单位 {unit} 不符（应以 {UNITS[unit].suffix or '非单位后缀'} 结尾）")
        number = section.get("catalogue")
        if type(number) is not int or number not in {0, *CATALOGUE}:
            self.fault(
                line_within(self.text, line, r"^catalogue\s*="), f"{name}：catalogue 应为参数目录的 1–25，目录之外写 0"
            )
        elif name in PLACE and PLACE[name] != (number, unit):
            there = PLACE[name]
            self.fault(at, f"{name}：参数目录规定其为第 {there[0]} 项、单位 {there[1]}")
        if unit in ("choice", "choices") and not section.get("options"):
            self.fault(line, f"{name}：选项参数须列出 options")
        if NONE in section.get("options", {}):
            self.fault(line, f"{name}：选项不得叫 {NONE}（它表示“不设”）")
        if unit == "words" and section.get("words") not in self.words:
            self.fault(line, f"{name}：words 指向未登记的词表“{section.get('words')}”")
        for column, column_unit in section.get("columns", {}).items():
            if column_unit not in UNITS or suffix_of(column) not in ("", UNITS[column_unit].suffix):
                self.fault(line, f"{name}：列 {column} 的名称与单位 {column_unit} 不符")

    def _values(self, name: str, section: dict[str, Any], line: int) -> tuple[Value, ...]:
        raw = section.get("value")
        if not isinstance(raw, list) or not raw:
            self.fault(line_within(self.text, line, r"^value\s*="), f"{name}：缺少 value，或不是列表")
            return ()
        found: list[Value] = []
        for number, item in enumerate(raw):
            at = line_within(self.text, line, r"\bfrom\s*=\s*[\"\d]", number)
            if value := self._value(name, section, item, at):
                self._after(name, found, value, at)
                found.append(value)
        return tuple(found)

    def _after(self, name: str, found: list[Value], value: Value, line: int) -> None:
        if not found:
            return
        last = found[-1]
        if value.first <= last.first:
            self.fault(line, f"{name}：{value.first} 的值应排在 {last.first} 之后；数值不改写，只续写")
        elif last.until is not None and last.until > value.first:
            self.fault(line, f"{name}：{value.first} 起的值与上一个（至 {last.until} 止）重叠")
        elif last.until is None:
            found[-1] = Value(last.first, value.first, last.is_, last.article, last.line)

    def _value(self, name: str, section: dict[str, Any], item: object, line: int) -> Value | None:
        if not isinstance(item, dict) or "is" not in item or "from" not in item:
            self.fault(line, f"{name}：每个值须写明 from（首日）、is（值）、article（依据）")
            return None
        if unknown := set(item) - {"from", "until", "is", "article"}:
            self.fault(line, f"{name}：值里不认识的键 {'、'.join(sorted(unknown))}")
        first, until = item["from"], item.get("until")
        for day in (first, until):
            if day is not None and not UNITS["day"].fits(day):
                self.fault(line, f"{name}：from、until 应为日期（不加引号）")
                return None
        if until is not None and until <= first:
            self.fault(line, f"{name}：until（{until}，不含当日）应晚于 from（{first}）")
        if not self._article(item.get("article"), line, name):
            return None
        for row in item["is"] if is_rows(item["is"]) else ():  # a tier may stand in another place, or nowhere
            if "article" in row and not self._article(row["article"], line, name):
                return None
        self._not_before_source(name, item["article"], first, line)
        if problem := value_problem(section, self.words, item["is"]):
            self.fault(line, f"{name}：{problem}")
            return None
        return Value(first, until, item["is"], item["article"], line)

    def _not_before_source(self, name: str, article: str, first: date, line: int) -> None:
        source = self.sources.get(article.partition("#")[0])
        if source and first < source.first:
            self.fault(line, f"{name}：首日 {first} 早于所依据来源的首日 {source.first}")

    def _note(self, name: str, raw: object, line: int) -> Note | None:
        at = line_within(self.text, line, r"^note\s*=")
        if not isinstance(raw, dict) or not UNITS["day"].fits(raw.get("on")) or not UNITS["text"].fits(raw.get("text")):
            self.fault(at, f"{name}：解释口径须写明 on（日期）与 text（内容）")
            return None
        return Note(raw["on"], raw["text"])

    # ------------------------------------------------------------ rollout

    def _rollout(self) -> Rollout | None:
        section = self.raw.get("rollout")
        if section is None:
            return None
        line = header_line(self.text, "rollout")
        self._article(section.get("article"), line, "rollout")
        if section.get("rule") not in ("region_or_provider", "region"):
            self.fault(line, "rollout：rule 应为 region_or_provider 或 region")
        regions, providers = (self._openings(section.get(key, []), line) for key in ("regions", "providers"))
        if not regions:
            self.fault(line, "rollout：没有列出任何县（区、市）")
        return Rollout(
            section.get("article", ""), section.get("rule", ""), regions, providers, section.get("reading", "")
        )

    def _openings(self, rows: list[dict[str, Any]], line: int) -> dict[str, Opening]:
        found: dict[str, Opening] = {}
        for row in rows:
            at = line_within(self.text, line, rf"\bcode\s*=\s*\"{re.escape(str(row.get('code')))}\"")
            if not {"code", "name", "from", "article"} <= set(row) or not UNITS["day"].fits(row["from"]):
                self.fault(at, "rollout：每行须有 code、name、from（日期）、article")
                continue
            if row["code"] in found:
                self.fault(at, f"rollout：{row['code']} 列了两次")
            if self._article(row["article"], at, f"rollout {row['name']}"):
                found[row["code"]] = Opening(
                    row["code"], row["name"], row["from"], row["article"], row.get("code_illustrative", False)
                )
        return found
