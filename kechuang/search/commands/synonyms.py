"""Editing the synonyms (维护同义词): every change takes effect with the next search and leaves an event."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.search import rules
from kechuang.search.access import roles_on, visible_to
from kechuang.search.formats.synonym_files import Line, read_lines
from kechuang.search.models import Synonym
from kechuang.search.queries import as_rule, type_codes
from kechuang.search.states import IMPORT_ROWS_MAX, MACHINE, PROVINCE, SynonymKind, SynonymState
from kechuang.trail.commands import Act, advance, record_many
from kechuang.ui import words
from kechuang.ui.rows import insert_many

SHIPPED = Path(__file__).parents[1] / "shipped"
SHIPPED_FILES = ("types.csv", "brands.csv", "needs.csv")  # needs lead to types, so they come last


@transaction.atomic
def add_synonym(actor: Actor, *, entry: rules.Synonym, now: datetime, region: str = PROVINCE) -> Synonym:
    """A new entry (新增同义词). Asked twice with the same content, answers with the first.

    Raises NotAnEditor, CodeTaken and what rules.checked raises.
    """
    role = _editor(actor, region)
    (row,) = _add(actor, [rules.checked(entry, types=type_codes())], role=role, region=region, now=now)
    return row


@transaction.atomic
def edit_synonym(actor: Actor, *, entry_id: str, entry: rules.Synonym, now: datetime) -> Synonym:
    """Another wording of an entry (修改同义词); kind and code stay. Raises NotVisible and what rules.checked raises."""
    row = _locked(actor, entry_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("edit", SynonymState(row.state), roles)
    kept = rules.Synonym(row.code, SynonymKind(row.kind), entry.name, entry.english, entry.aliases, entry.leads)
    new = rules.checked(kept, types=type_codes())
    if new == as_rule(row):
        return row
    _write(row, new, now)
    saves = ["name", "english", "aliases", "leads", "version", "changed_at"]
    advance(actor, row, move, roles=roles, now=now, saves=saves, facts=_facts(new))
    return row


@transaction.atomic
def retire_synonym(actor: Actor, *, entry_id: str, now: datetime) -> Synonym:
    """Searches no longer know the entry (停用同义词). Raises NotVisible, MoveNotOpen."""
    return _turned(actor, entry_id, "retire", now)


@transaction.atomic
def restore_synonym(actor: Actor, *, entry_id: str, now: datetime) -> Synonym:
    """Searches know it again (恢复同义词). Raises NotVisible, MoveNotOpen."""
    return _turned(actor, entry_id, "restore", now)


@transaction.atomic
def import_synonyms(
    actor: Actor, *, content: bytes, now: datetime, region: str = PROVINCE, overwrite: bool = True
) -> tuple[int, int]:
    """A file of entries, all or none (导入同义词): new codes are added, known ones take the file's wording.

    Answers how many were added and changed. Raises NotAnEditor, SynonymFileFaults with the first faulty row.
    """
    role = _editor(actor, region)
    lines = read_lines(content)
    rows = {(row.kind, row.code): row for row in Synonym.objects.filter(region=region).select_for_update()}
    entries, faults = _read(lines)
    if faults or not entries or len(lines) > IMPORT_ROWS_MAX:
        row, fault = faults[0] if faults else (1, _("没有可以导入的内容，或行数过多"))
        raise rules.SynonymFileFaults(count=max(len(faults), 1), row=row, fault=fault)
    fresh = [entry for entry in entries if (entry.kind, entry.code) not in rows]
    _add(actor, fresh, role=role, region=region, now=now)
    changed = 0
    for entry in entries:
        there = rows.get((entry.kind, entry.code))
        if there is None:
            continue
        if overwrite and there.state == SynonymState.IN_USE and entry != as_rule(there):
            _write(there, entry, now)
            move = MACHINE.check("edit", SynonymState.IN_USE, {role})
            saves = ["name", "english", "aliases", "leads", "version", "changed_at"]
            advance(actor, there, move, roles={role}, now=now, saves=saves, facts=_facts(entry))
            changed += 1
    return len(fresh), changed


def load_shipped(*, now: datetime, folder: Path = SHIPPED) -> int:
    """The entries that come with the platform, those that are not there yet; what an editor has changed stays so.

    Called when a demonstration or an installation is set up; run again it adds nothing. Answers how many were added.
    """
    files = (folder / name for name in SHIPPED_FILES)
    return sum(import_synonyms(CLOCK, content=file.read_bytes(), now=now, overwrite=False)[0] for file in files)


def _read(lines: list[Line]) -> tuple[list[rules.Synonym], list[tuple[int, str]]]:
    """The entries of a file and its faults by row. Needs may lead to types of the same file."""
    types = type_codes() | {line.code.lower() for line in lines if line.kind is SynonymKind.TYPE}
    entries: dict[tuple[str, str], rules.Synonym] = {}
    faults: list[tuple[int, str]] = []
    for line in lines:
        if line.fault:
            faults.append((line.number, line.fault))
            continue
        names, leads = rules.split_names(line.aliases), rules.split_names(line.leads)
        typed = rules.Synonym(line.code, line.kind, line.name, line.english, names, leads)
        try:
            entry = rules.checked(typed, types=types)
            if (entry.kind, entry.code) in entries:
                raise rules.CodeTaken(code=entry.code)
            entries[entry.kind, entry.code] = entry
        except Refusal as refusal:
            faults.append((line.number, words.refusal_text(refusal)))
    return list(entries.values()), faults


def _add(actor: Actor, entries: Sequence[rules.Synonym], *, role: Role, region: str, now: datetime) -> list[Synonym]:
    """New entries, all or none, in three statements however many; one that stands there word for word is answered as it is."""
    known = _known(entries)
    rows = [known.get((entry.kind, entry.code)) or _row(entry, region, now) for entry in entries]
    fresh = [(row, entry) for row, entry in zip(rows, entries, strict=True) if row._state.adding]
    try:
        with transaction.atomic():
            insert_many(Synonym, [row for row, _entry in fresh])
    except IntegrityError as error:  # added by somebody else in this moment
        taken = _known([entry for _row, entry in fresh])
        raise rules.CodeTaken(code=next((code for _kind, code in taken), fresh[0][1].code)) from error
    acts = [Act(row, _facts(entry), target=row.state) for row, entry in fresh]
    record_many(actor, acts, "create", label=_("新增同义词"), role=role, now=now)
    return rows


def _known(entries: Sequence[rules.Synonym]) -> dict[tuple[str, str], Synonym]:
    """Those of the entries that somebody has; raises CodeTaken for one that is worded otherwise."""
    wanted = {(str(entry.kind), entry.code): entry for entry in entries}
    rows = Synonym.objects.filter(code__in=[entry.code for entry in entries])
    known = {(row.kind, row.code): row for row in rows if (row.kind, row.code) in wanted}
    for key, row in known.items():
        if as_rule(row) != wanted[key]:
            raise rules.CodeTaken(code=row.code)
    return known


def _row(entry: rules.Synonym, region: str, now: datetime) -> Synonym:
    row = Synonym(region=region, kind=entry.kind, code=entry.code)
    _write(row, entry, now)
    row.version = 1
    return row


def _write(row: Synonym, entry: rules.Synonym, now: datetime) -> None:
    row.name, row.english = entry.name, entry.english
    row.aliases, row.leads = list(entry.aliases), list(entry.leads)
    row.version, row.changed_at = row.version + 1, now


def _turned(actor: Actor, entry_id: str, action: str, now: datetime) -> Synonym:
    row = _locked(actor, entry_id)
    roles = roles_on(actor, row)
    move = MACHINE.check(action, SynonymState(row.state), roles)
    row.version, row.changed_at = row.version + 1, now
    advance(actor, row, move, roles=roles, now=now, saves=["version", "changed_at"])
    return row


def _locked(actor: Actor, entry_id: str) -> Synonym:
    row = visible_to(actor).select_for_update(of=("self",)).filter(id=entry_id).first()
    if row is None:
        raise NotVisible
    return row


def _editor(actor: Actor, region: str) -> Role:
    held = actor.roles_in(region) & {Role.SHARING_OFFICE, Role.CLOCK}
    if not held:
        raise rules.NotAnEditor
    return sorted(held)[0]


def _facts(entry: rules.Synonym) -> dict[str, object]:
    return {
        "kind": str(entry.kind),
        "code": entry.code,
        "name": entry.name,
        "english": entry.english,
        "aliases": list(entry.aliases),
        "leads": list(entry.leads),
    }
