"""Reading the authorities' lists in (名单导入)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kechuang.credit import queries, rules
from kechuang.credit.access import importing_role
from kechuang.credit.models import ImportedList, ListEntry
from kechuang.credit.rules import ListRow
from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or with `dry_run` would do; `problems` name the rows that keep it from being done."""

    list_id: str
    added: int
    changed: int
    removed: int
    unchanged: int
    problems: tuple[rules.Problem, ...] = ()


@transaction.atomic
def import_list(
    actor: Actor,
    *,
    list_code: str,
    rows: Sequence[ListRow],
    source: str,
    issuer: str,
    digest: str,
    now: datetime,
    as_of: date | None = None,
    region: str = "",
    dry_run: bool = False,
    allow_empty: bool = False,
) -> Report:
    """Reads an authority's whole list: new rows are added, known ones updated, missing ones removed (名单导入).

    Whole or not at all. `digest` is that of the file read: the same file of the same day again changes nothing.
    `dry_run` checks, counts and writes nothing. `region` "" is a list of everywhere. Raises MayNotImport,
    NothingRead, RowsRefused (not in a dry run, whose report holds the faults), OlderThanKnown.
    """
    role, on = importing_role(actor, region), as_of or clock.day(now)
    if role is None:
        raise rules.MayNotImport
    if not rows and not allow_empty:
        raise rules.NothingRead
    if known := ImportedList.objects.filter(list_code=list_code, region=region, digest=digest, as_of_on=on).first():
        return Report(known.id, 0, 0, 0, len(rows))
    last = queries.last_import(list_code, region=region)
    if last and last.as_of_on > on:
        raise rules.OlderThanKnown(known_on=last.as_of_on.isoformat())
    good, problems = rules.checked(rows)
    if not dry_run:
        rules.refuse_problems(problems)
    standing = _standing(list_code, region)
    found = rules.difference({key: _row(entry) for key, entry in standing.items()}, good)
    counts = (len(found.added), len(found.changed), len(found.removed), len(found.unchanged))
    if dry_run:
        return Report("", *counts, tuple(problems))
    reading = ImportedList.objects.create(
        list_code=list_code,
        region=region,
        issuer=issuer,
        source=source,
        as_of_on=on,
        digest=digest,
        added=counts[0],
        changed=counts[1],
        removed=len(found.removed),
        unchanged=len(found.unchanged),
    )
    _write(reading, standing, found)
    facts = {"list": list_code, "digest": digest, "added": reading.added, "removed": reading.removed}
    record(actor, reading, "import_list", label=_("导入名单"), role=role, now=now, facts=facts)
    return Report(reading.id, *counts)


def _standing(list_code: str, region: str) -> dict[tuple[str, str, str], ListEntry]:
    """What the list says so far, locked: two imports of one list follow each other."""
    rows = ListEntry.objects.filter(list_code=list_code, region=region, removed_on__isnull=True)
    return {_row(entry).key: entry for entry in rows.select_for_update().order_by("id")}


def _row(entry: ListEntry) -> ListRow:
    return ListRow(
        entry.credit_code, entry.person_digest, entry.name, entry.reference, entry.valid_from, entry.valid_until
    )


def _write(reading: ImportedList, standing: dict[tuple[str, str, str], ListEntry], found: rules.Difference) -> None:
    """Three statements, however long the list is."""
    on = reading.as_of_on
    ListEntry.objects.bulk_create(
        ListEntry(
            list_code=reading.list_code,
            region=reading.region,
            credit_code=row.credit_code,
            person_digest=row.person_digest,
            name=row.name,
            reference=row.reference,
            valid_from=row.valid_from or on,
            valid_until=row.valid_until,
            first_import=reading,
            last_import=reading,
        )
        for row in found.added
    )
    touched = []
    for row in [*found.changed, *found.unchanged]:
        entry = standing[row.key]
        entry.name, entry.valid_until = row.name, row.valid_until
        entry.valid_from, entry.last_import = row.valid_from or entry.valid_from, reading
        touched.append(entry)
    for key in found.removed:
        entry = standing[key]
        entry.removed_on, entry.last_import = on, reading
        touched.append(entry)
    ListEntry.objects.bulk_update(touched, ["name", "valid_from", "valid_until", "removed_on", "last_import"])
