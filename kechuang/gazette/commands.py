"""Publishing rules and what explains them."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from kechuang.gazette import queries, rules
from kechuang.gazette.access import APPROVERS, INTERPRETERS, PUBLISHERS, roles_on
from kechuang.gazette.models import InterpretationNote, PublishedPack
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import region_name
from kechuang.policy import cases
from kechuang.policy.book import Book, Pack, current
from kechuang.policy.faults import Fault, PackError
from kechuang.policy.growth import backdated, rewritten
from kechuang.policy.packs import parse, read_folder
from kechuang.trail.commands import record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class _Draft:
    pack: Pack
    cases_text: str


@transaction.atomic
def load_policies(actor: Actor | None, *, folder: Path, now: datetime) -> list[PublishedPack]:
    """Publishes every pack of `folder` that is new or has grown, and installs the book; answers what was published.

    Nothing is published unless everything is sound: packs well formed, each with cases that agree with the real rules,
    no value rewritten that already counted. Run again with the same files it publishes nothing.
    Raises PackError (file, line, reason of every fault), NotAPublisher, OtherPlace.
    """
    actor = actor or CLOCK
    if not (actor.clock or actor.holds(*PUBLISHERS)):
        raise rules.NotAPublisher
    book = read_folder(folder)
    last = queries.latest()
    drafts = _checked(folder, book, last, clock.day(now), loader=actor.person_id)
    published = [
        _publish(actor, draft, last.get(draft.pack.scheme), now)
        for draft in drafts
        if _differs(draft, last.get(draft.pack.scheme))
    ]
    queries.install_current()
    return published


def _checked(folder: Path, book: Book, last: dict[str, PublishedPack], on: date, *, loader: str) -> list[_Draft]:
    faults: list[Fault] = []
    drafts = []
    for pack in book.packs.values():
        try:
            found = cases.read_cases(folder, pack)
        except PackError as error:
            faults.extend(error.faults)
            continue
        faults.extend(cases.check(pack, found, book))
        before, draft = last.get(pack.scheme), _Draft(pack, (folder / cases.cases_file(pack.file)).read_text())
        by_others = before is not None and before.by_others(loader)
        if by_others and queries.was_published(pack.scheme, pack.digest, draft.cases_text):
            continue  # the file has not changed since; people have published a later version at the desk
        if before and before.digest != pack.digest:
            # What was approved at the desk is kept by the files too, also what is still to come.
            faults.extend(rewritten(queries.parsed(before), pack, on=date.max if by_others else on))
        drafts.append(draft)
    if faults:
        raise PackError(faults)
    return drafts


def _differs(draft: _Draft, before: PublishedPack | None) -> bool:
    return before is None or (before.digest, before.cases_text) != (draft.pack.digest, draft.cases_text)


def _publish(actor: Actor, draft: _Draft, before: PublishedPack | None, now: datetime) -> PublishedPack:
    _refuse_other_place(actor, draft.pack)
    if before:
        _refuse_other_place(actor, queries.parsed(before))
    row = PublishedPack.objects.create(
        scheme=draft.pack.scheme,
        version=before.version + 1 if before else 1,
        title=draft.pack.title,
        file=draft.pack.file,
        text=draft.pack.text,
        cases_text=draft.cases_text,
        digest=draft.pack.digest,
        first_on=draft.pack.first,
        published_by=actor.person_id,
        published_at=now,
    )
    facts = {"scheme": row.scheme, "version": row.version, "digest": row.digest, "first_on": row.first_on.isoformat()}
    role = sorted(roles_on(actor, draft.pack) & (PUBLISHERS | APPROVERS))[0]
    record(actor, row, "publish", label=_("发布规则"), role=role, now=now, facts=facts)
    return row


def _refuse_other_place(actor: Actor, pack: Pack) -> None:
    """Raises OtherPlace for who reaches only a part of what a rule names as its own, or nothing of it."""
    if not roles_on(actor, pack) & (PUBLISHERS | APPROVERS):
        places = "、".join(region_name(code) for code in sorted(pack.places))
        raise rules.OtherPlace(scheme=pack.title, places=places)


@transaction.atomic
def publish(actor: Actor, *, scheme: str, text: str, cases_text: str, now: datetime) -> PublishedPack:
    """The next version of one scheme, as it was approved (发布规则), and installs the book. That two people had to do with
    it is the caller's rule.

    Checked as a deployment's files are; besides, nothing new may begin before tomorrow, and both the rule in force and
    what follows it name only places within the reach of the actor's office. Raises NotAPublisher, OtherPlace, NotVisible,
    PackError.
    """
    if not actor.holds(*APPROVERS):
        raise rules.NotAPublisher
    before = queries.published(actor, scheme)
    pack = parse(text, file=before.file)
    on, known = clock.day(now), queries.parsed(before)
    faults = [*rewritten(known, pack, on=on), *backdated(known, pack, on=on)]
    faults += cases.check(pack, cases.read(cases_text, file=cases.cases_file(before.file)), current())
    if faults:
        raise PackError(faults)
    row = _publish(actor, _Draft(pack, cases_text), before, now)
    queries.install_current()
    return row


@transaction.atomic
def interpret(
    actor: Actor, *, scheme: str, parameter: str, issuer: str, text: str, on: date, now: datetime
) -> InterpretationNote:
    """Writes a dated 解释口径 on a parameter; it is shown on the pack's page and changes no value.

    Asked twice for the same words, it answers with the first note. Raises NotAnInterpreter, NoSuchParameter, NoteEmpty.
    """
    pack = queries.pack(actor, scheme)
    held = roles_on(actor, pack) & INTERPRETERS
    if not held or issuer not in pack.interpreters:
        raise rules.NotAnInterpreter(issuer=issuer, interpreters="、".join(pack.interpreters))
    if parameter not in pack.parameters:
        raise rules.NoSuchParameter(scheme=pack.title, parameter=parameter)
    if not (words := tidy(text)):
        raise rules.NoteEmpty
    same = {"scheme": scheme, "parameter": parameter, "issuer": issuer, "text": words, "on": on}
    if written := InterpretationNote.objects.filter(**same).first():
        return written
    note = InterpretationNote.objects.create(**same, written_by=actor.person_id, written_at=now)
    role = sorted(held)[0]
    facts = {"scheme": scheme, "parameter": parameter, "issuer": issuer, "on": on.isoformat()}
    record(actor, note, "interpret", label=_("发布解释口径"), role=role, now=now, facts=facts)
    return note
