"""Files of synonyms (同义词文件): CSV with a heading that says what its rows are. Pure: bytes to rows and faults."""

import csv
import io
from dataclasses import dataclass

from kechuang.search.states import SynonymKind

# heading -> column of an entry; the Chinese headings are those of the blank file
HEADINGS = {
    "type_id": "code", "code": "code", "代码": "code",
    "canonical_zh": "name", "brand_zh": "name", "name": "name", "标准名称": "name",
    "canonical_en": "english", "english": "english", "英文名称": "english",
    "synonyms": "aliases", "aliases": "aliases", "其他名称": "aliases",
    "leads": "leads", "可用仪器": "leads",
    "kind": "kind", "类别": "kind",
}  # fmt: skip
KINDS = {"仪器类型": SynonymKind.TYPE, "品牌": SynonymKind.BRAND, "检测需求": SynonymKind.NEED}
BLANK = "类别,代码,标准名称,英文名称,其他名称,可用仪器\n仪器类型,sem,扫描电子显微镜,Scanning Electron Microscope,SEM;扫描电镜,\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file by its number in it: the columns of an entry as typed, or what is wrong with it."""

    number: int
    kind: SynonymKind = SynonymKind.TYPE
    code: str = ""
    name: str = ""
    english: str = ""
    aliases: str = ""
    leads: str = ""
    fault: str = ""


def read_lines(content: bytes) -> list[Line]:
    """The rows below the heading; empty rows are passed over. Read as UTF-8, else as GB 18030."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    rows = list(csv.reader(io.StringIO(text)))
    if not rows:
        return []
    heading = [HEADINGS.get(cell.strip().lower(), "") for cell in rows[0]]
    if "name" not in heading:
        return [Line(1, fault="第一行须为表头：代码、标准名称、其他名称")]
    default = _kind_of([cell.strip().lower() for cell in rows[0]])
    return [_line(number, heading, row, default) for number, row in enumerate(rows[1:], 2) if any(map(str.strip, row))]


def _kind_of(heading: list[str]) -> SynonymKind:
    """Files of one kind need no column that says so."""
    if "brand_zh" in heading:
        return SynonymKind.BRAND
    return SynonymKind.NEED if {"leads", "可用仪器"} & set(heading) else SynonymKind.TYPE


def _line(number: int, heading: list[str], row: list[str], default: SynonymKind) -> Line:
    cells = {name: cell.strip() for name, cell in zip(heading, row, strict=False) if name}
    written = cells.get("kind", "")
    kind = KINDS.get(written) or (SynonymKind(written) if written in set(SynonymKind) else None if written else default)
    if kind is None:
        return Line(number, fault=f"类别“{written}”不是：{'、'.join(KINDS)}")
    columns = {column: cells.get(column, "") for column in ("name", "english", "aliases", "leads")}
    return Line(number, kind, cells.get("code") or columns["name"], **columns)
