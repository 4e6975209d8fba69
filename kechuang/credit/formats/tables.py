"""Authorities' lists as tables (名单表格): rows of text to list rows, by the headings they are published under."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of an authority's list: an organisation by its code, or a person by the digest of their identity."""

    credit_code: str = ""
    person_digest: str = ""
    name: str = ""
    reference: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.credit_code, self.person_digest, self.reference


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be read, counted from 1, and why."""

    row: int
    text: str


# 双公示 field names (XK_XDR_SHXYM ...) stand beside the words that lists are printed with.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "credit_code": ("统一社会信用代码", "信用代码", "社会信用代码", "XK_XDR_SHXYM"),
    "name": ("单位名称", "企业名称", "名称", "行政相对人名称", "XK_XDR_MC"),
    "reference": ("编号", "证书编号", "入库登记编号", "案号", "项目编号", "XK_WSH"),
    "valid_from": ("有效期自", "有效期起", "起始日期", "XK_YXQZ"),
    "valid_until": ("有效期至", "有效期止", "截止日期", "XK_YXQZI"),
}


def read(rows: Sequence[Sequence[str]]) -> tuple[list[ListRow], list[Problem]]:
    """Rows and the faults of those that cannot be read; printed last days become exclusive ends.

    Faults are numbered like the file's rows after the heading, from 1, as `rules.checked` numbers them.
    """
    heading = [tidy(cell).upper() if tidy(cell).isascii() else tidy(cell) for cell in rows[0]] if rows else []
    where = {f: heading.index(n) for f, names in _COLUMNS.items() for n in names[::-1] if n in heading}
    if "credit_code" not in where:
        return [], [Problem(0, _("表头缺少“统一社会信用代码”一列"))]
    good, faults = [], []
    for number, cells in enumerate((row for row in rows[1:] if any(tidy(cell) for cell in row)), start=1):
        given = {field: tidy(cells[at]) if at < len(cells) else "" for field, at in where.items()}
        try:
            first, last = _day(given.get("valid_from", "")), _day(given.get("valid_until", ""))
        except ValueError:
            faults.append(Problem(number, _("日期不能读取")))
            continue
        until = date.fromordinal(last.toordinal() + 1) if last else None
        good.append(ListRow(given["credit_code"], "", given.get("name", ""), given.get("reference", ""), first, until))
    return good, faults


def _day(text: str) -> date | None:
    """2025-12-31, 2025/12/31, 2025.12.31, 2025年12月31日, 20251231; a time of day behind it is left out."""
    if not text:
        return None
    plain = halfwidth(text.split(" ")[0].split("T")[0])
    for sign in "年月/.":
        plain = plain.replace(sign, "-")
    plain = plain.replace("日", "")
    if plain.isdecimal():
        return date.fromisoformat(plain)
    year, month, day = plain.split("-")
    return date(int(year), int(month), int(day))
