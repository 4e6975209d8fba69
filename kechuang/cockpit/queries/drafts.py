"""Drafts as the desk shows them, and what is wrong with one (规则草案、检查)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.cockpit import rules
from kechuang.cockpit.access import desk_regions, replays_visible_to, roles_on, visible_to
from kechuang.cockpit.models import Draft, DraftText, Replay
from kechuang.cockpit.rules import Change
from kechuang.cockpit.states import DRAFT_MACHINE, LIST_SHOWN, DraftState, ReplayStage
from kechuang.gazette import queries as gazette
from kechuang.kernel.actor import PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import covers, person_names, region_name
from kechuang.policy import book, cases, growth, packs
from kechuang.policy.book import Pack
from kechuang.policy.faults import Fault, PackError
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class Checked:
    """A text as the real checker of packs reads it: the pack when it can be read, every fault, the worked cases."""

    pack: Pack | None
    faults: tuple[Fault, ...]
    cases_count: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class DraftSheet:
    """All that a draft's page shows."""

    draft: Draft
    text: DraftText
    base: Pack
    checked: Checked
    rules_on: date
    years: list[int]
    replays: Sequence[Replay]
    others: Sequence[Replay]  # of other drafts, to be compared with
    open_moves: Sequence[Move]
    roles: frozenset[Role]
    mine: bool
    events: Sequence[Event]
    people: Mapping[str, str]
    places: Mapping[str, str]


def draftable() -> dict[str, str]:
    """The schemes a draft can be written for by somebody: those by which vouchers are granted and offset."""
    return {
        scheme: pack.title
        for scheme, pack in sorted(book.current().packs.items())
        if {"grant_fen", "rate_bp"} <= set(pack.parameters)
    }


def draftable_in(regions: Collection[str]) -> dict[str, str]:
    """Those of them that are the rule of these offices' own place (当地的规则), with the title of each."""
    return {scheme: title for scheme, title in draftable().items() if drafting_region(regions, scheme)}


def drafting_region(regions: Collection[str], scheme: str) -> str:
    """The narrowest of these offices' regions that holds every place of a scheme; "" when none does."""
    places = book.current().packs[scheme].places
    return min(
        (code for code in regions if places and places <= covers(code)), key=lambda code: len(covers(code)), default=""
    )


def drafts(actor: Actor) -> QuerySet[Draft]:
    """The drafts the actor sees, the newest first."""
    return visible_to(actor).order_by("-id")


def at_desk(actor: Actor) -> bool:
    """Whether the actor's office writes or approves rules at all."""
    return bool(desk_regions(actor))


def may_draft(actor: Actor) -> list[str]:
    """The regions for which the actor may begin a draft."""
    return sorted(desk_regions(actor, Role.CITY_SCIENCE))


def checked(row: Draft, text: str, cases_text: str, *, on: date) -> Checked:
    """What a text comes to (检查): read, compared with the published version, its cases run by the real rules."""
    published = gazette.published(PUBLIC, row.scheme)
    before = gazette.parsed(published)
    try:
        pack = packs.parse(text, file=published.file)
    except PackError as error:
        return Checked(None, error.faults, 0, ())
    faults = [*growth.rewritten(before, pack, on=on), *growth.backdated(before, pack, on=on)]
    faults += growth.strayed(pack, within=covers(row.region))
    try:
        worked = cases.read(cases_text, file=cases.cases_file(published.file))
    except PackError as error:
        return Checked(pack, (*faults, *error.faults), 0, tuple(rules.changes(before, pack)))
    faults += cases.check(pack, worked, book.current())
    return Checked(pack, tuple(faults), len(worked), tuple(rules.changes(before, pack)))


def latest_text(draft: Draft) -> DraftText:
    return DraftText.objects.get(draft=draft, revision=draft.revision)


def draft(actor: Actor, draft_id: str) -> Draft:
    """One draft as the actor may see it; raises NotVisible."""
    row = visible_to(actor).filter(id=draft_id).first()
    if row is None:
        raise NotVisible
    return row


def draft_sheet(actor: Actor, draft_id: str, *, on: date) -> DraftSheet:
    """A draft with its checks, changes and replays; raises NotVisible."""
    row = draft(actor, draft_id)
    text, base = latest_text(row), gazette.parsed(gazette.published(actor, row.scheme, row.base_version))
    found = checked(row, text.text, text.cases_text, on=on)
    roles, events = roles_on(actor, row), list(way([row.id]))
    return DraftSheet(
        draft=row,
        text=text,
        base=base,
        checked=found,
        rules_on=rules.rules_day(base, found.pack, on=on) if found.pack else on,
        years=rules.replayable_years(on),
        replays=list(replays_of(actor, row)[:LIST_SHOWN]),
        others=list(_others(actor, row)[:LIST_SHOWN]),
        open_moves=DRAFT_MACHINE.open(DraftState(row.state), roles),
        roles=roles,
        mine=row.written_by == actor.person_id,
        events=events,
        people=person_names({event.person_id for event in events} | {row.written_by}),
        places={row.region: region_name(row.region)},
    )


def replays_of(actor: Actor, row: Draft) -> QuerySet[Replay]:
    return replays_visible_to(actor).filter(draft=row).select_related("text").defer("result").order_by("-id")


def _others(actor: Actor, row: Draft) -> QuerySet[Replay]:
    rows = replays_visible_to(actor).filter(draft__scheme=row.scheme, stage=ReplayStage.DONE).exclude(draft=row)
    return rows.select_related("draft", "text").defer("result").order_by("-id")


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Drafts that wait for the actor's approval; nobody approves their own (待审定的规则草案)."""
    rows = visible_to(actor).filter(state=DraftState.SUBMITTED).exclude(written_by=actor.person_id).order_by("id")
    return [
        waiting(
            _("审定规则草案"),
            subject_id=row.id,
            number=row.number,
            url=reverse("cockpit:draft", args=[row.id]),
            state_label=DRAFT_MACHINE.labels[DraftState(row.state)],
            about=row.title,
        )
        for row in rows[:LIST_SHOWN]
    ]
