"""The national instrument workbook taken over (导入仪器信息表): row by row, all of it or only the rows without a fault."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction

from kechuang.catalog import rules
from kechuang.catalog.commands.importing import ImportReport, remember
from kechuang.catalog.commands.indexing import index
from kechuang.catalog.commands.offering import own_carrier
from kechuang.catalog.commands.taking import Given, known, take
from kechuang.catalog.formats.columns import COLUMNS
from kechuang.catalog.formats.national import columns_of
from kechuang.catalog.formats.workbook import Finding, Instrument, Line, Reading
from kechuang.catalog.models import BATCH, FAULTS_KEPT, Carrier, Offer, import_id
from kechuang.catalog.queries import class_codes
from kechuang.catalog.states import OfferKind, OfferState
from kechuang.documents.rules import letters
from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.ui import clock

_PLACES = {column.field: place for place, column in enumerate(COLUMNS)}
_NAMES = {column.field: column.name for column in COLUMNS}


@transaction.atomic
def import_workbook(
    actor: Actor,
    *,
    carrier_id: str,
    file_name: str,
    content: bytes,
    now: datetime,
    dry_run: bool = False,
    good_rows_only: bool = False,
    pictures: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda rows, expected: None,
) -> ImportReport:
    """Takes over the national workbook (or a CSV of its columns) for a carrier: every row or none, or the good rows only.

    An instrument already there by its 仪器编号 is updated, never doubled. In a dry run, or with a fault where every row is
    wanted, nothing is written and the report says what is wrong by row and column. `pictures` are files kept for the
    carrier, by the name that the workbook gives. Raises NotVisible and the workbook's own refusals.
    """
    carrier = own_carrier(actor, carrier_id)
    reading = Reading(file_name, content, today=clock.day(now), classes=class_codes())
    run = _Run(actor, carrier, good_rows_only, dry_run, pictures or {}, now)
    for lines in _batches(reading.rows()):
        run.take(lines)
        progress(run.rows, reading.expected)
    if not run.writes:
        transaction.set_rollback(True)
        return run.report(file_name)
    counts = {"rows": run.rows - run.wrong_rows, "added": run.added, "changed": run.changed}
    kind = OfferKind.INSTRUMENT
    remember(
        actor, carrier, kind, file_name=file_name, content=content, counts=counts, now=now, import_id=run.import_id
    )
    return run.report(file_name)


@dataclass(slots=True)
class _Run:
    """One workbook on its way in: what was found and done so far."""

    actor: Actor
    carrier: Carrier
    good_rows_only: bool
    dry_run: bool
    pictures: Mapping[str, str]
    now: datetime
    import_id: str = field(default_factory=import_id)
    rows: int = 0
    wrong_rows: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    fault_count: int = 0
    faults: list[rules.Fault] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        return not self.dry_run and (self.good_rows_only or not self.wrong_rows)

    def take(self, lines: list[Line]) -> None:
        self.rows += len(lines)
        good = [line.instrument for line in lines if line.instrument is not None]
        for line in lines:
            self._tell(line.findings, wrong=line.instrument is None)
        standing = known(self.carrier, [one.number for one in good])
        given = []
        for one in good:
            row = standing.get(one.number)
            if row is not None and row.state == OfferState.CLOSED:
                self._tell([_closed(one)], wrong=True)
            else:
                given.append(self._given(one, row))
        if not self.writes:
            return
        facts = {"import": self.import_id}
        taken = take(self.actor, self.carrier, given, facts=facts, now=self.now, standing=standing)
        index([row.id for row in taken.changed if row.state != OfferState.DRAFT], now=self.now)
        self.added += len(taken.added)
        self.changed += len(taken.changed)
        self.same += taken.same

    def report(self, file_name: str) -> ImportReport:
        done = self.writes
        return ImportReport(
            file_name=file_name,
            rows=self.rows,
            added=self.added if done else 0,
            changed=self.changed if done else 0,
            same=self.same if done else 0,
            faults=tuple(self.faults),
            import_id=self.import_id if done else "",
            wrong_rows=self.wrong_rows,
            fault_count=self.fault_count,
        )

    def _given(self, one: Instrument, row: Offer | None) -> Given:
        values = columns_of(one)
        held = row.instrument if row is not None else None
        if one.picture:
            if one.picture in self.pictures:
                values["picture"] = self.pictures[one.picture]
            elif held is None or not held.picture or held.picture_name != one.picture:
                self._tell([_no_picture(one)], blocking=False)
        return Given(
            row=one.row,
            number=one.number,
            name=one.name,
            class_code=one.class_code,
            values=values,
            content=one.services or one.functions,
            process=one.notice,
        )

    def _tell(self, findings: Iterable[Finding], *, wrong: bool = False, blocking: bool = True) -> None:
        self.wrong_rows += wrong
        for found in findings:
            self.fault_count += 1
            if len(self.faults) < FAULTS_KEPT:
                self.faults.append(
                    rules.Fault(
                        row=found.row,
                        column=found.column,
                        name=found.name,
                        value=found.value,
                        rule=found.rule,
                        remedy=found.remedy,
                        limit=found.limit,
                        blocking=blocking,
                    )
                )


def _finding(one: Instrument, name: str, value: str, rule: str, remedy: str) -> Finding:
    return Finding(one.row, letters(_PLACES[name]), _NAMES[name], value, rule, remedy)


def _closed(one: Instrument) -> Finding:
    rule, remedy = _("这一编号的仪器已下架"), _("重新开放请另用编号登记；不再开放请从文件中删除该行")
    return _finding(one, "number", one.number, rule, remedy)


def _no_picture(one: Instrument) -> Finding:
    rule, remedy = _("没有同名的图片文件"), _("请与本表一起上传同名 jpg，或稍后在仪器页面上传；本行照常导入")
    return _finding(one, "picture", one.picture, rule, remedy)


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch
