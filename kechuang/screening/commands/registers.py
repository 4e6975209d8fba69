"""What the registers say, brought as a table (登记信息导入): every row or none, or the rows without a fault; again, it updates.

The registers' own interfaces are not connected: an office brings what it was given, with its source and day.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kechuang.catalog.commands import ImportReport
from kechuang.catalog.rules import Fault
from kechuang.documents.rules import letters, read_table
from kechuang.documents.states import Kind
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import PartyCard, parties, parties_by_codes
from kechuang.screening.access import registers_in
from kechuang.screening.commands.linking import Registered, digest_of, keep_links, keep_registrations
from kechuang.screening.models import Link, RegisterImport, Registration
from kechuang.screening.queries.linking import Known
from kechuang.screening.rules import (
    Lines,
    RegistrationLine,
    ShareholderLine,
    read_registrations,
    read_shareholders,
    refusals,
)
from kechuang.screening.states import CODE_SHOWN, FAULTS_SHOWN, REGISTER_COLUMNS, LinkKind, RegisterKind
from kechuang.trail.commands import Act, record, record_many
from kechuang.ui import clock
from kechuang.ui.rows import update_many


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is brought: which register, whose word, of which day, the file."""

    kind: RegisterKind
    source: str
    as_of_on: date
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Done:
    added: int
    changed: int


@transaction.atomic
def import_register(
    actor: Actor, table: Table, *, now: datetime, dry_run: bool = False, good_rows_only: bool = False
) -> ImportReport:
    """Takes over a table of registrations or shareholders (登记信息导入) for organisations of the actor's own regions.

    With a fault nothing is written, unless only the good rows are wanted. Organisations that the platform does not know are
    passed over and told. The same table again changes nothing; a later one updates, and shareholders that it no longer
    names of a company were such until its day. Raises SourceMissing, NotThatTable, NothingRead, NotVisible and the
    refusals of an upload.
    """
    if not registers_in(actor):
        raise NotVisible
    if not tidy(table.source) or table.as_of_on > clock.day(now):
        raise refusals.SourceMissing()
    rows = read_table(table.name, table.content, Kind.IMPORT).rows
    lines: Lines[RegistrationLine] | Lines[ShareholderLine]
    if table.kind is RegisterKind.REGISTRATIONS:
        lines = read_registrations(table.name, rows, on=table.as_of_on)
    else:
        lines = read_shareholders(table.name, rows, on=table.as_of_on)
    if not lines.rows:
        raise refusals.NothingRead(name=table.name)
    known, told = _known(actor, lines.good)
    faults = sorted([*lines.faults, *told], key=lambda fault: (fault.row, fault.column))
    wrong = {fault.row for fault in faults if fault.blocking}
    if dry_run or (wrong and not good_rows_only):
        return _report(table, lines.rows, faults, wrong)
    good = [line for line in lines.good if line.row not in wrong and line.credit_code in known]
    done = _taken(good, known, table, now=now)
    kept = _remembered(actor, table, lines.rows, done, len(wrong), now=now)
    return _report(table, lines.rows, faults, wrong, done=done, same=len(good) - done.added - done.changed, kept=kept)


def _known(
    actor: Actor, lines: Sequence[RegistrationLine | ShareholderLine]
) -> tuple[dict[str, PartyCard], list[Fault]]:
    """The organisations of these lines that are the actor's to speak of, by code, and what is to be said of the others."""
    found = parties_by_codes(line.credit_code for line in lines)
    cards = parties({party for ids in found.values() for party in ids})
    own, reach, told = {}, registers_in(actor), []
    for line in lines:
        card = next((cards[party] for party in sorted(found.get(line.credit_code, ()))), None)
        if card is None:
            rule, remedy = _("平台上没有这家单位，跳过"), _("无须处理；单位在平台登记后可再次导入")
            told.append(_fault(line, rule, remedy, blocking=False))
        elif card.region not in reach:
            told.append(_fault(line, _("不在本辖区"), _("请由单位所在地的科技局导入，或从表中删除该行")))
        else:
            own[line.credit_code] = card
    return own, told


def _fault(line: RegistrationLine | ShareholderLine, rule: str, remedy: str, *, blocking: bool = True) -> Fault:
    column = REGISTER_COLUMNS[RegisterKind.REGISTRATIONS][0]  # the first of both tables
    return Fault(line.row, letters(0), column, line.credit_code, rule, remedy, blocking=blocking)


def _taken(
    lines: Sequence[RegistrationLine | ShareholderLine], known: dict[str, PartyCard], table: Table, *, now: datetime
) -> _Done:
    registered = [line for line in lines if isinstance(line, RegistrationLine)]
    holders = [line for line in lines if isinstance(line, ShareholderLine)]
    return _register(registered, known, table) if registered else _hold(holders, known, table, now=now)


def _register(lines: Sequence[RegistrationLine], known: dict[str, PartyCard], table: Table) -> _Done:
    """An empty cell keeps what was known, and so does a table that is older than what is known."""
    standing = {
        row.party_id: row for row in Registration.objects.filter(party_id__in=[card.id for card in known.values()])
    }
    rows, added = [], 0
    for line in lines:
        card = known[line.credit_code]
        before = standing.get(card.id)
        if before is None:
            added += 1
            rows.append(Registered(card.id, card.region, line.established_on, line.insured_count))
        elif before.as_of_on <= table.as_of_on:
            founded = line.established_on or before.established_on
            insured = before.insured_count if line.insured_count is None else line.insured_count
            if (founded, insured) != (before.established_on, before.insured_count):
                rows.append(Registered(card.id, card.region, founded, insured))
    keep_registrations(rows, source=_said(table), on=table.as_of_on)
    return _Done(added, len(rows) - added)


def _hold(lines: Sequence[ShareholderLine], known: dict[str, PartyCard], table: Table, *, now: datetime) -> _Done:
    """Each shareholder as a link of its company; a shareholder that is itself here has its own code as a link."""
    given = [_link(known[line.credit_code], line, table) for line in lines]
    wanted = {(one.party_id, digest_of(one.kind, one.value)): one for one in given}
    companies = {one.party_id for one in given}
    standing = list(Link.objects.filter(party_id__in=companies, kind=LinkKind.SHAREHOLDER).select_for_update())
    own = {card.id: digest_of(LinkKind.SHAREHOLDER, card.credit_code) for card in known.values()}
    changed = [row for row in standing if _followed(row, wanted.get((row.party_id, row.digest)), own, table)]
    update_many(Link, changed, ["from_on", "until_on", "source"])
    acts = [Act(row, {"until_on": row.until_on.isoformat() if row.until_on else ""}) for row in changed]
    record_many(CLOCK, acts, "update_link", label=_("更新关联线索"), role=Role.CLOCK, now=now)
    before = {(row.party_id, row.digest) for row in standing}
    keep_links([*given, *_owners(line.paper for line in lines)], now=now)
    return _Done(len(wanted.keys() - before), len(changed))


def _followed(row: Link, said: Known | None, own: dict[str, str], table: Table) -> bool:
    """Brings a link up to the table; answers whether that changed it. Not named any more, it ended on the table's day."""
    if row.digest == own.get(row.party_id):
        return False
    until: date | None
    if said is None:
        since, until = row.from_on, row.until_on or table.as_of_on
    else:
        since, until = said.from_on or row.from_on, said.until_on
    if (since, until) == (row.from_on, row.until_on):
        return False
    row.from_on, row.until_on, row.source = since, until, _said(table)
    return True


def _link(card: PartyCard, line: ShareholderLine, table: Table) -> Known:
    shown = f"{line.name[0]}**（{line.paper[:CODE_SHOWN]}****）"
    return Known(
        card.id,
        card.region,
        LinkKind.SHAREHOLDER,
        line.paper,
        shown,
        _said(table),
        line.from_on,
        line.until_on,
    )


def _owners(papers: Iterable[str]) -> list[Known]:
    found = parties_by_codes(papers)
    cards = parties({party for ids in found.values() for party in ids})
    return [
        Known(party, cards[party].region, LinkKind.SHAREHOLDER, code, _("本单位"), _("股东名册"))
        for code, ids in sorted(found.items())
        for party in sorted(ids)
    ]


def _said(table: Table) -> str:
    return f"{tidy(table.source)} {table.as_of_on.isoformat()}"


def _remembered(actor: Actor, table: Table, rows: int, done: _Done, wrong: int, *, now: datetime) -> RegisterImport:
    region = min(
        (post.region for post in actor.posts if post.role is Role.CITY_SCIENCE), key=lambda code: (len(code), code)
    )
    kept = RegisterImport.objects.create(
        kind=table.kind,
        region=region,
        source=tidy(table.source),
        as_of_on=table.as_of_on,
        file_name=table.name,
        digest=hashlib.sha256(table.content).hexdigest(),
        rows=rows,
        added=done.added,
        changed=done.changed,
        wrong_rows=wrong,
        by=actor.person_id,
        on=clock.day(now),
    )
    facts = {"digest": kept.digest, "source": kept.source, "rows": rows, "added": done.added, "changed": done.changed}
    record(actor, kept, "import", label=_("导入登记信息"), role=Role.CITY_SCIENCE, now=now, facts=facts)
    return kept


def _report(
    table: Table,
    rows: int,
    faults: Sequence[Fault],
    wrong: set[int],
    *,
    done: _Done | None = None,
    same: int = 0,
    kept: RegisterImport | None = None,
) -> ImportReport:
    return ImportReport(
        file_name=table.name,
        rows=rows,
        added=done.added if done else 0,
        changed=done.changed if done else 0,
        same=same,
        faults=tuple(faults[:FAULTS_SHOWN]),
        import_id=kept.id if kept else "",
        wrong_rows=len(wrong),
        fault_count=len(faults),
    )
