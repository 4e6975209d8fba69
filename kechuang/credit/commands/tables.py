"""Tables that officers bring: authorities' lists and organisations to begin with (表格导入)."""

import hashlib
from datetime import date, datetime

from django.db import transaction

from kechuang.credit import rules
from kechuang.credit.commands.lists import Report, import_list
from kechuang.credit.commands.papers import Upload
from kechuang.credit.formats import tables
from kechuang.documents.rules import read_table
from kechuang.documents.states import Kind
from kechuang.kernel.actor import Actor
from kechuang.parties.commands import Brought, import_organisations


@transaction.atomic
def read_list(
    actor: Actor,
    *,
    table: Upload,
    list_code: str,
    issuer: str,
    source: str,
    as_of: date,
    region: str,
    dry_run: bool,
    now: datetime,
) -> Report:
    """Reads a list from a table; what cannot be read stands in a dry run's report and stops a real one."""
    rows, unreadable = tables.read(read_table(table.name, table.content, Kind.IMPORT).rows)
    if unreadable and not dry_run:
        rules.refuse_problems(unreadable)
    report = import_list(
        actor,
        list_code=list_code,
        rows=rows,
        source=source,
        issuer=issuer,
        digest=hashlib.sha256(table.content).hexdigest(),
        now=now,
        as_of=as_of,
        region=region,
        dry_run=dry_run,
        allow_empty=bool(unreadable),
    )
    problems = (*unreadable, *report.problems)
    return Report(report.list_id, report.added, report.changed, report.removed, report.unchanged, problems)


def read_organisations(actor: Actor, *, table: Upload, dry_run: bool, now: datetime) -> Brought:
    """Reads organisations from a table: all or none, with a report by row and column."""
    rows = read_table(table.name, table.content, Kind.IMPORT).rows
    return import_organisations(actor, rows=rows, dry_run=dry_run, now=now)
