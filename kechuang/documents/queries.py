from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kechuang.documents.access import visible_to
from kechuang.documents.adapters import store
from kechuang.documents.adapters.scanner import scanner
from kechuang.documents.models import File
from kechuang.documents.states import FINDINGS_MAX, ORPHAN_SECONDS, ScanState
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.queries import Broken
from kechuang.ui.compiled import compiled

__all__ = [
    "Damaged",
    "File",
    "NotYetScanned",
    "Opened",
    "altered_files",
    "content_of",
    "files_among",
    "files_by_subject",
    "files_of",
    "open_file",
    "opened",
]


class NotYetScanned(Refusal):
    code = "documents.not_yet_scanned"
    text = _("文件“{name}”尚未查杀，暂不能打开")
    remedy = _("请联系平台运维人员补充查杀后再打开")
    status = 409


class Damaged(Refusal):
    code = "documents.damaged"
    text = _("文件“{name}”的内容与登记的摘要不符，不能打开")
    remedy = _("请联系平台运维人员从备份恢复；系统核查（I11）会列出这份材料")
    status = 409


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its content, whose digest was compared just now."""

    file: File
    content: bytes


def files_of(*subject_ids: str, kind: str = "") -> QuerySet[File]:
    """Files of these records, oldest first. The caller has shown that the actor may see those records."""
    files = File.objects.filter(subject_id__in=subject_ids).order_by("at", "id")
    return files.filter(kind=kind) if kind else files


def files_by_subject(subject_ids: Iterable[str]) -> dict[str, list[File]]:
    """The same for many records at once, by record."""
    wanted: dict[str, list[File]] = {subject: [] for subject in subject_ids}
    for file in files_of(*wanted):
        wanted[file.subject_id].append(file)
    return wanted


def files_among(*subject_ids: str) -> list[File]:
    """All files of these records as `files_of` orders them, for what is asked at every submission."""
    return _among(list(subject_ids))


@compiled
def _among(subject_ids: list[str]) -> QuerySet[File]:
    return File.objects.filter(subject_id__any=subject_ids).order_by("at", "id")


def open_file(actor: Actor, file_id: str) -> Opened:
    """One file as `actor` may see it; raises NotVisible also when they may not, NotYetScanned, Damaged."""
    file = visible_to(actor).filter(id=file_id).first()
    if file is None:
        raise NotVisible
    return opened(file)


def content_of(*, subject_id: str, file_id: str) -> Opened:
    """One file of a record which, as the caller has shown, the actor may see; raises NotVisible when it is not its file."""
    file = _file_of.first(file_id, subject_id)
    if file is None:
        raise NotVisible
    return opened(file)


@compiled
def _file_of(file_id: str, subject_id: str) -> QuerySet[File]:
    return File.objects.filter(id=file_id, subject_id=subject_id)


def opened(file: File) -> Opened:
    """The content of a file read just now, of a record which, as the caller has shown, the actor may see.

    Nothing is served unscanned where a scanner is installed, and nothing that is not what was kept.
    """
    if file.scan_state != ScanState.SCANNED and scanner().real:
        raise NotYetScanned(name=file.name)
    if store.digest_of(file.digest) != file.digest:
        raise Damaged(name=file.name)
    return Opened(file, store.read(file.digest))


def altered_files(limit: int = FINDINGS_MAX) -> list[Broken]:
    """I11: file rows without an object of equal digest, and old objects without a row."""
    found = []
    held = {digest: digest for digest, _age in store.objects()}
    named: set[str] = set()
    for file_id, digest in File.objects.order_by("id").values_list("id", "digest").iterator():
        if digest not in named and digest in held:
            held[digest] = store.digest_of(digest)
        named.add(digest)
        if held.get(digest) != digest:
            what = _("内容与登记的摘要不符") if digest in held else _("内容已不存在")
            found.append(Broken("documents_file", file_id, what))
    orphans = [name for name, age in store.objects() if name not in named and age >= ORPHAN_SECONDS]
    found += [Broken("documents_file", name, _("存储中有对象而没有登记")) for name in orphans]
    return found[:limit]
