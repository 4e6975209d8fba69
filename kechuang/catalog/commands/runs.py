"""Large files handed in and worked off in the background (批量导入任务), with their progress."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from procrastinate.contrib.django import app

from kechuang.catalog import rules
from kechuang.catalog.commands.importing import ImportReport
from kechuang.catalog.commands.offering import own_carrier
from kechuang.catalog.commands.workbooks import import_workbook
from kechuang.catalog.models import INLINE_BYTES, PROGRESS_ROWS, Carrier, ImportRun
from kechuang.catalog.states import PICTURE_BYTES_MAX, ImportStage
from kechuang.documents import commands as documents
from kechuang.documents.queries import content_of, files_of
from kechuang.documents.states import Kind, Media
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.parties.queries import actor_for
from kechuang.ui import clock, words

JOB = "catalog.take_file"


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes


@transaction.atomic
def ask_import(
    actor: Actor,
    *,
    carrier_id: str,
    file: Upload,
    now: datetime,
    good_rows_only: bool = False,
    dry_run: bool = False,
    pictures: Sequence[Upload] = (),
) -> ImportRun:
    """Keeps a file of instruments and puts it in the queue (提交导入); `run_import` then takes it over.

    Raises NotVisible, PictureUnfit, and the refusals of an upload.
    """
    carrier = own_carrier(actor, carrier_id)
    for one in pictures:
        keep_picture(actor, carrier, one, now=now)
    run = ImportRun(
        carrier=carrier,
        region=carrier.region,
        file_name=file.name,
        good_rows_only=good_rows_only,
        dry_run=dry_run,
        by=actor.person_id,
        party_id=actor.party_id,
        asked_at=now,
    )
    kept = documents.keep(
        actor,
        name=file.name,
        content=file.content,
        kind=Kind.WORKBOOK,
        subject_id=run.id,
        region=carrier.region,
        now=now,
        role=Role.PROVIDER,
    )
    run.file_id, run.file_name = kept.id, kept.name
    run.save(force_insert=True)
    if not is_small(file.content):
        app.configure_task(JOB, lock=f"{JOB}:{carrier.id}").defer(run_id=run.id)
    return run


def keep_picture(actor: Actor, carrier: Carrier, picture: Upload, *, now: datetime) -> str:
    """Keeps a picture of an instrument for its carrier and answers the file's id (仪器图片). Raises PictureUnfit."""
    if len(picture.content) > PICTURE_BYTES_MAX:
        raise rules.PictureTooLarge(name=picture.name)
    kept = documents.keep(
        actor,
        name=picture.name,
        content=picture.content,
        kind=Kind.IMAGE,
        subject_id=carrier.id,
        region=carrier.region,
        now=now,
        role=Role.PROVIDER,
    )
    if kept.media_type != Media.JPG:
        raise rules.PictureNotJpg(name=picture.name)
    return kept.id


def is_small(content: bytes) -> bool:
    """Whether a file is taken over while its page is waited for, instead of in the background."""
    return len(content) <= INLINE_BYTES


def run_import(*, run_id: str, now: datetime) -> ImportRun:
    """Takes over one file as it was asked (执行导入). Run twice, the second finds it ended or changes nothing."""
    run = ImportRun.objects.select_related("carrier").get(id=run_id)
    if run.stage not in (ImportStage.QUEUED, ImportStage.RUNNING):
        return run
    ImportRun.objects.filter(id=run.id).update(stage=ImportStage.RUNNING)
    try:
        report = _worked(run, now)
    except Refusal as refusal:
        return _ended(run, ImportStage.FAILED, now, refusal=_told(refusal))
    except NotVisible:  # the carrier ended, or who asked left it, meanwhile
        return _ended(run, ImportStage.FAILED, now, refusal=_told(rules.NoLongerYours()))
    taken = bool(report.import_id) or (run.dry_run and report.done)
    return _ended(run, ImportStage.DONE if taken else ImportStage.FOUND, now, report=report)


def _told(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "text": words.refusal_text(refusal), "remedy": words.refusal_remedy(refusal)}


def _worked(run: ImportRun, now: datetime) -> ImportReport:
    actor = actor_for(run.by, party_id=run.party_id, on=clock.day(now))
    opened = content_of(subject_id=run.id, file_id=run.file_id)
    pictures = {file.name: file.id for file in files_of(run.carrier_id, kind=Kind.IMAGE)}
    with _Progress(run.id) as progress:
        return import_workbook(
            actor,
            carrier_id=run.carrier_id,
            file_name=run.file_name,
            content=opened.content,
            now=now,
            dry_run=run.dry_run,
            good_rows_only=run.good_rows_only,
            pictures=pictures,
            progress=progress.tell,
        )


def _ended(
    run: ImportRun,
    stage: ImportStage,
    now: datetime,
    *,
    report: ImportReport | None = None,
    refusal: dict[str, str] | None = None,
) -> ImportRun:
    run.stage, run.ended_at, run.refusal = stage, now, refusal or {}
    if report is not None:
        run.rows, run.added, run.changed, run.same = report.rows, report.added, report.changed, report.same
        run.wrong_rows, run.finding_count = report.wrong_rows, report.fault_count
        run.findings = [asdict(fault) for fault in report.faults]
        run.taken_id = report.import_id or None
    run.save()
    return run


class _Progress:
    """Tells how far a run has got on a connection of its own: the page must see it before the file is through."""

    def __init__(self, run_id: str) -> None:
        self._run_id, self._told = run_id, 0
        self._own = connections.create_connection(DEFAULT_DB_ALIAS)

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_error: object) -> None:
        self._own.close()

    def tell(self, rows: int, expected: int) -> None:
        if rows - self._told >= PROGRESS_ROWS:
            self._told = rows
            with self._own.cursor() as cursor:
                cursor.execute(
                    "UPDATE catalog_importrun SET rows = %s, expected = %s WHERE id = %s",
                    [rows, max(rows, expected), self._run_id],
                )
