"""The provincial push interface (浙江大仪推送接口): one instrument as a JSON object, read and written.

Field names are the interface's own, `pormat` included. Money is 万元 there, fen here; figures never pass through a float:
whoever reads the JSON keeps them as texts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kechuang.catalog.formats.columns import COLUMNS, CellError
from kechuang.catalog.states import FUND_LABELS, RUN_LABELS, SHEET_CHARS, SOURCE_LABELS, Fund, RunStatus, Source
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth

_SOURCES = {label: source for source, label in SOURCE_LABELS.items()} | {"其他": Source.OTHER}
_RUNS = {label: status for status, label in RUN_LABELS.items()} | {"": RunStatus.NORMAL}
_FUNDS = {label: fund for fund, label in FUND_LABELS.items()} | {"其他": Fund.OTHER}
_YES = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False, "": False}
_CELLS = {column.field: column.read for column in COLUMNS}
_NUMBER_CHARS, _NAME_CHARS = 60, 200
# theirs -> ours, where the text is taken as it is
TEXTS: dict[str, str] = {
    "id": "source_id",
    "ename": "english_name",
    "country": "country",
    "buildCompany": "maker",
    "pormat": "model",
    "technology": "indicators",
    "functionField": "functions",
    "purpose": "purpose",
    "applicationArea": "application_area",
    "share": "notice",
    "province": "province",
    "city": "city",
    "county": "county",
    "street": "street",
    "sContact": "contact",
    "sPhone": "phone",
    "sEmail": "email",
    "gs1Code": "gs1_code",
}
REQUIRED = ("name", "companyId", "instruId", "typeCode", "source", "price")
FIELDS = (
    "id", "name", "ename", "companyId", "code", "instruId", "typeCode", "source", "customs", "price", "country",
    "buildCompany", "startDate", "pormat", "technology", "functionField", "purpose", "applicationArea", "subjectAreas",
    "share", "province", "city", "county", "street", "sContact", "sPhone", "sEmail", "imgurl", "funds", "running",
    "gs1Code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemFault:
    """One field of an item that breaks its rule."""

    field: str
    value: str
    rule: str
    remedy: str
    limit: str = ""


@dataclass(slots=True)
class Pushed:
    """One item: what it says, by our columns, and what is wrong with it. Only what it says is in `values`."""

    number: str = ""
    name: str = ""
    company: str = ""
    carrier_code: str = ""
    class_code: str = ""
    values: dict[str, object] = field(default_factory=dict)
    faults: list[ItemFault] = field(default_factory=list)


def read_item(item: Mapping[str, object]) -> Pushed:
    """An object of the interface; every fault of it is told, nothing is repaired silently."""
    found = Pushed()
    texts = {name: _text(item[name]) for name in FIELDS if name in item}
    for name in REQUIRED:
        if not texts.get(name):
            found.faults.append(ItemFault(name, "", _("必填"), _("请补填")))
    found.number, found.name = halfwidth(texts.get("instruId", "")), texts.get("name", "")
    found.company, found.carrier_code = halfwidth(texts.get("companyId", "")).upper(), texts.get("code", "")
    found.class_code = halfwidth(texts.get("typeCode", ""))
    for name, limit in (("instruId", _NUMBER_CHARS), ("name", _NAME_CHARS)):
        if len(texts.get(name, "")) > limit:
            found.faults.append(ItemFault(name, "", _("字数上限："), _("请精简内容"), str(limit)))
    for theirs, ours in TEXTS.items():
        if theirs in texts:
            found.values[ours] = texts[theirs]
            if len(texts[theirs]) > SHEET_CHARS[ours]:
                limit_text = str(SHEET_CHARS[ours])
                found.faults.append(ItemFault(theirs, texts[theirs][:20], _("字数上限："), _("请精简内容"), limit_text))
    for theirs, ours, read in _READERS:
        if texts.get(theirs):
            _read(found, theirs, ours, texts[theirs], read)
    return found


def _read(found: Pushed, theirs: str, ours: str, text: str, read: Callable[[str], object]) -> None:
    try:
        value = read(text)
    except CellError as wrong:
        found.faults.append(ItemFault(theirs, text[:60], wrong.rule, wrong.remedy, wrong.limit))
    else:
        if ours:
            found.values[ours] = value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    return str(value).strip()


def _chosen(words: Mapping[str, object]) -> Callable[[str], object]:
    def read(text: str) -> object:
        if text not in words:
            raise CellError(_("只能填写："), _("请从列出的内容中选一个"), "、".join(word for word in words if word))
        return str(words[text])

    return read


def _customs(text: str) -> bool:
    if text.lower() not in _YES:
        raise CellError(_("只能填写："), _("不免税填“否”"), "是、否")
    return _YES[text.lower()]


def _funds(text: str) -> list[str]:
    words = [word for word in re.split(r"[,，、;；]\s*", text) if word]
    for word in words:
        if word not in _FUNDS:
            raise CellError(_("只能填写："), _("多项用逗号分隔"), "、".join(_FUNDS))
    return list(dict.fromkeys(str(_FUNDS[word]) for word in words))


def _subjects(text: str) -> list[str]:
    parts = _CELLS["subjects"](text)
    return list(parts) if isinstance(parts, tuple) else []


_READERS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("typeCode", "", _CELLS["class_code"]),
    ("source", "source", _chosen(_SOURCES)),
    ("customs", "under_customs", _customs),
    ("price", "original_value_fen", _CELLS["original_value_fen"]),
    ("startDate", "started_on", _CELLS["booked_on"]),
    ("subjectAreas", "subjects", _subjects),
    ("funds", "funds", _funds),
    ("running", "run_status", _chosen(_RUNS)),
    ("sPhone", "", _CELLS["phone"]),
    ("sEmail", "", _CELLS["email"]),
)


def item_of(values: Mapping[str, object], *, company: str, carrier_code: str, picture_url: str) -> dict[str, object]:
    """Our columns as an object of the interface; `values` also has number, name and class_code."""
    item: dict[str, object] = dict.fromkeys(FIELDS, "")
    item |= {theirs: values[ours] or "" for theirs, ours in TEXTS.items()}
    fen, started = values["original_value_fen"], values["started_on"]
    funds, subjects = values["funds"], values["subjects"]
    item |= {
        "name": values["name"],
        "companyId": company,
        "code": carrier_code,
        "instruId": values["number"],
        "typeCode": values["class_code"],
        "source": "其他" if values["source"] == Source.OTHER else SOURCE_LABELS[Source(str(values["source"]))],
        "customs": "是" if values["under_customs"] else "否",
        "price": myriads(fen) if isinstance(fen, int) else "",
        "startDate": started.isoformat() if isinstance(started, date) else "",
        "subjectAreas": ",".join(map(str, subjects)) if isinstance(subjects, list) else "",
        "funds": ",".join(_fund_word(str(fund)) for fund in funds) if isinstance(funds, list) else "",
        "running": RUN_LABELS[RunStatus(str(values["run_status"]))],
        "imgurl": picture_url,
    }
    return item


def _fund_word(fund: str) -> str:
    return "其他" if fund == Fund.OTHER else FUND_LABELS[Fund(fund)]


def myriads(fen: int) -> str:
    """Fen as 万元 without rounding: 1285000000 as 1285, 30050 as 0.03005."""
    whole, rest = divmod(fen, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else str(whole)
