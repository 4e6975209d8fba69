"""One closed case as one archive volume (案卷): its papers in order, an index as JSON and as PDF, pages, digests, retention.

The same papers always give the same bytes, so that a volume can be checked by making it again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.documents.formats.print import Grid, Heading, Sheet, print_pdf
from kechuang.documents.formats.specimens import zipped
from kechuang.documents.states import Media
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

_DIGEST_SHOWN = 16


class PaperAltered(Refusal):
    code = "documents.paper_altered"
    text = _("材料“{name}”与登记的摘要不符，不能归档")
    remedy = _("请联系平台运维人员从备份恢复后再归档")


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of the volume, as it was kept."""

    name: str
    kind: str  # 服务合同
    content: bytes
    digest: str
    media: Media
    kept_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the case's way: day, office, act, article."""

    on: date
    office: str
    act: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class VolumeFacts:
    """`facts` are the case's figures in words, in the order they are printed; `retention` from the pack (保管期限)."""

    number: str
    title: str
    fonds: str  # 全宗: the office that keeps it
    closed_on: date
    retention: str
    facts: Mapping[str, str]
    steps: Sequence[Step] = ()
    receipt: str = ""  # where the receipt of the case's last act is had


def volume_zip(facts: VolumeFacts, papers: Sequence[Paper]) -> bytes:
    """The volume as one zip; raises PaperAltered when a paper is not what its digest says."""
    entries = [_entry(place, paper) for place, paper in enumerate(papers, start=1)]
    index = {
        "format": "kechuang-volume-1",
        "number": facts.number,
        "title": facts.title,
        "fonds": facts.fonds,
        "closed_on": facts.closed_on.isoformat(),
        "retention": facts.retention,
        "facts": dict(facts.facts),
        "steps": [
            {"on": step.on.isoformat(), "office": step.office, "act": step.act, "article": step.article}
            for step in facts.steps
        ],
        "pages": sum(int(entry["pages"]) for entry in entries),
        "papers": entries,
    }
    members = {
        "目录.json": json.dumps(index, ensure_ascii=False, indent=2).encode(),
        "目录.pdf": print_pdf(_sheet(facts, entries)),
    }
    members |= {str(entry["path"]): paper.content for entry, paper in zip(entries, papers, strict=True)}
    return zipped(members)


def _entry(place: int, paper: Paper) -> dict[str, str | int]:
    from kechuang.documents.formats import pdf  # its library takes long to load

    if hashlib.sha256(paper.content).hexdigest() != paper.digest:
        raise PaperAltered(name=paper.name)
    pages = pdf.check(paper.name, paper.content) if paper.media is Media.PDF else 1
    return {
        "place": place,
        "path": f"材料/{place:03d}-{paper.name}",
        "name": paper.name,
        "kind": paper.kind,
        "pages": pages,
        "size": len(paper.content),
        "media_type": str(paper.media),
        "sha256": paper.digest,
        "kept_on": paper.kept_on.isoformat(),
    }


def _sheet(facts: VolumeFacts, entries: Sequence[Mapping[str, str | int]]) -> Sheet:
    first, rows = 1, []
    for entry in entries:
        pages = int(entry["pages"])
        span = str(first) if pages == 1 else f"{first}–{first + pages - 1}"
        digest = str(entry["sha256"])[:_DIGEST_SHOWN]
        rows.append((str(entry["place"]), str(entry["kind"]), str(entry["name"]), str(entry["kept_on"]), span, digest))
        first += pages
    blocks: list[str | Heading | Grid] = [
        Grid(("事项", "内容"), list(facts.facts.items()), widths=(1, 3)),
        Heading("卷内目录"),
        Grid(("序号", "材料", "文件名", "日期", "页次", "摘要（前 16 位）"), rows, widths=(2, 4, 8, 4, 3, 6)),
    ]
    if facts.steps:
        steps = [(step.on.isoformat(), step.office, step.act, step.article) for step in facts.steps]
        blocks += [Heading("办理过程"), Grid(("日期", "办理单位", "事项", "依据"), steps, widths=(3, 4, 5, 6))]
    return Sheet(
        title=facts.title,
        number=facts.number,
        subtitle=f"{facts.fonds}　保管期限：{facts.retention}　结案：{facts.closed_on.isoformat()}　共 {first - 1} 页",
        blocks=blocks,
        qr=facts.number,
        receipt=facts.receipt,
    )
