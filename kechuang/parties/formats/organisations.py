"""Tables of organisations to begin with (企业、服务机构名单): rows of text to frozen rows, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kechuang.kernel.identifiers import WrongCreditCode, credit_code
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy

# The heading of each column as registers print it; the first is the one that our own sample table uses.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (_("单位名称"), "企业名称", "机构名称", "名称"),
    "credit_code": (_("统一社会信用代码"), "信用代码", "社会信用代码"),
    "region": (_("区划代码"), "行政区划代码", "注册地", "所在区县"),
    "representative": (_("法定代表人"), "法人代表", "负责人"),
    "address": (_("地址"), "注册地址", "住所"),
}
_NEEDED = ("name", "credit_code", "region")


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    name: str
    credit_code: str
    region: str
    representative: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that keeps the table from being read: the row of the file (the heading is row 1), the column, why."""

    row: int
    column: str
    text: str


def read(
    rows: Sequence[Sequence[str]], *, places: Mapping[str, str]
) -> tuple[list[tuple[int, OrganisationRow]], list[Fault]]:
    """Rows with their number in the file, and every fault. `places` leads from a region's name or code to its code."""
    heading = [tidy(cell) for cell in rows[0]] if rows else []
    where = {field: heading.index(name) for field, names in COLUMNS.items() for name in names[::-1] if name in heading}
    missing = [COLUMNS[field][0] for field in _NEEDED if field not in where]
    if missing:
        return [], [Fault(1, name, _("表头缺少这一列")) for name in missing]
    good: list[tuple[int, OrganisationRow]] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if any(tidy(cell) for cell in cells):
            given = {field: tidy(cells[at]) if at < len(cells) else "" for field, at in where.items()}
            found = _faults(number, given, places, seen)
            faults += found
            if not found:
                code = credit_code(given["credit_code"])
                row = OrganisationRow(**given | {"region": places[given["region"]], "credit_code": code})
                seen[code] = number
                good.append((number, row))
    return good, faults


def _faults(number: int, given: Mapping[str, str], places: Mapping[str, str], seen: Mapping[str, int]) -> list[Fault]:
    found = []
    if not given["name"]:
        found.append(Fault(number, COLUMNS["name"][0], _("不能为空")))
    try:
        if credit_code(given["credit_code"]) in seen:
            found.append(Fault(number, COLUMNS["credit_code"][0], _("与前面的行重复")))
    except WrongCreditCode as wrong:
        found.append(Fault(number, COLUMNS["credit_code"][0], str(wrong.facts["rule"])))
    if given["region"] not in places:
        found.append(Fault(number, COLUMNS["region"][0], _("不在现行区划表中")))
    return found
