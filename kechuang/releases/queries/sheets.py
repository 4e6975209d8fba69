"""One release as its page shows it to whoever reads it, where one stands in it, lists, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from kechuang.kernel.actor import PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.parties.queries import person_names, region_name
from kechuang.policy.book import current, in_force
from kechuang.releases import rules
from kechuang.releases.access import (
    OFFICES,
    entries_visible_to,
    publications_visible_to,
    roles_on,
    roles_on_entry,
    visible_to,
)
from kechuang.releases.models import Entry, Pool, Publication, Release
from kechuang.releases.rules import ReleaseTerms
from kechuang.releases.states import (
    ENTRY_MACHINE,
    GENERAL,
    LIVE,
    MACHINE,
    RATE_SECONDS,
    SHOWN,
    WAITING_TITLES,
    EntryState,
    ReleaseState,
    Way,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting
from kechuang.ui.waiting import waiting as waiting_row


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one party stands in a release (我的位置). `ahead` and `expected_seconds` only while one waits."""

    entry: Entry
    ahead: int = 0
    expected_seconds: int | None = None
    refresh_seconds: int = 0  # 0: nothing will change by itself soon
    open_moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class ReleaseSheet:
    """All that a release's page shows."""

    release: Release
    scheme_title: str
    place: str
    roles: frozenset[Role]
    phase: str  # inside, before, open, over
    pools: Sequence[Pool]
    counts: Mapping[str, int]
    params: Mapping[str, Any]
    scored: Sequence[Mapping[str, Any]]
    reserves: Sequence[Mapping[str, Any]]
    open_moves: Sequence[Move]
    office: bool
    files: Sequence[str]
    events: Sequence[Event]
    people: Mapping[str, str]

    @property
    def granted_fen(self) -> int:
        return sum(pool.taken_fen for pool in self.pools)

    @property
    def open_fen(self) -> int:
        return sum(pool.amount_fen for pool in self.pools)

    @property
    def entered(self) -> int:
        return sum(self.counts.values())


def release(actor: Actor, release_id: str) -> Release:
    """One release as the actor may see it; raises NotVisible."""
    found = visible_to(actor).filter(id=release_id).first()
    if found is None:
        raise NotVisible
    return found


def sheet(actor: Actor, release_id: str, *, now: datetime, on: date) -> ReleaseSheet:
    """Everything of one release; what it went through only for the offices over it. Raises NotVisible."""
    row = release(actor, release_id)
    roles = roles_on(actor, row)
    office = bool(actor.roles_in(row.region) & set(OFFICES))
    events = list(way([row.id])) if office else []
    params = (row.terms or in_force(row.scheme, ReleaseTerms, on=on).record)["params"]
    return ReleaseSheet(
        release=row,
        scheme_title=scheme_title(row.scheme),
        place=region_name(row.region),
        roles=roles,
        phase=phase(row, now),
        pools=list(Pool.objects.filter(release=row).order_by("position")),
        counts=counts(row),
        params=params,
        scored=params["score_items"]["is"],
        reserves=params["release_reserves"]["is"],
        open_moves=[move for move in MACHINE.open(ReleaseState(row.state), roles) if doable(row, move.action, now)],
        office=office,
        files=list(Publication.objects.filter(release=row).order_by("at").values_list("kind", flat=True)),
        events=events,
        people=person_names({event.person_id for event in events} | {event.stands_in_for for event in events} - {""}),
    )


def phase(row: Release, now: datetime) -> str:
    """Where a release stands in time: still inside the bureau, announced, running, or over."""
    if row.state in (ReleaseState.DRAFT, ReleaseState.SUBMITTED):
        return "inside"
    if row.state != ReleaseState.ANNOUNCED or now >= row.closes_at:
        return "over"
    return "before" if now < row.opens_at else "open"


def doable(row: Release, action: str, now: datetime) -> bool:
    """Whether a button would be of use now; whether it is allowed the machine and the rules say."""
    if action == "close":
        return now >= row.closes_at
    if action in ("rank", "call_off"):
        return row.way != Way.FIRST_COME
    if action == "finish":
        return row.waits_until is not None and now >= row.waits_until
    if action == "free_held_back":
        return row.held_back_fen > 0
    if action == "withdraw":
        return row.state != ReleaseState.ANNOUNCED or not Entry.objects.filter(release=row).exists()
    return True


def counts(row: Release) -> dict[str, int]:
    """How many entries are in each state; those who left are not told."""
    rows = Entry.objects.filter(release=row).order_by().values_list("state").annotate(n=Count("id"))
    found = dict(rows)
    return {str(state): found[state] for state in EntryState if state in found and state != EntryState.LEFT}


def standing(actor: Actor, row: Release, *, now: datetime) -> Standing | None:
    """Where the actor's party stands; None when it has not entered."""
    if not actor.party_id:
        return None
    mine = entries_visible_to(actor).filter(release=row, party_id=actor.party_id)
    entry = mine.select_related("pool", "voucher").order_by("-place").first()
    if entry is None:
        return None
    moves = ENTRY_MACHINE.open(EntryState(entry.state), roles_on_entry(actor, entry))
    if entry.state not in LIVE:
        return Standing(entry, open_moves=moves)
    ahead = _ahead(row, entry)
    expected = None
    if entry.state == EntryState.ENTERED and row.way == Way.FIRST_COME:
        lately = Entry.objects.filter(release=row, served_at__gt=now - timedelta(seconds=RATE_SECONDS)).count()
        expected = rules.expected_seconds(ahead=ahead, served_lately=lately)
    return Standing(entry, ahead, expected, rules.refresh_seconds(expected), moves)


def _ahead(row: Release, entry: Entry) -> int:
    before = Entry.objects.filter(release=row, state=entry.state)
    if entry.state == EntryState.WAITING and entry.rank is not None:
        return before.filter(rank__lt=entry.rank).count()
    if entry.state == EntryState.OFFERED:
        return 0
    return before.filter(place__lt=entry.place).count()


def listed(actor: Actor, *, state: str = "", words: str = "") -> QuerySet[Release]:
    """Releases the actor may see, the latest first."""
    rows = visible_to(actor).order_by("-opens_at", "id")
    rows = rows.filter(state=state) if state else rows
    return rows.filter(Q(title__icontains=words) | Q(number=words)) if words else rows


def announced(*, region: str = "", state: str = "") -> QuerySet[Release]:
    """What everybody may see, by id: for open data."""
    rows = visible_to(PUBLIC).order_by("id")
    rows = rows.filter(region=region) if region else rows
    return rows.filter(state=state) if state else rows


def public_result(actor: Actor, release_id: str) -> QuerySet[Entry]:
    """The public list (公开名单), in order, once entries are closed; raises NotVisible before."""
    row = release(actor, release_id)
    if row.closed_at is None:
        raise NotVisible
    rows = Entry.objects.filter(release=row).exclude(state=EntryState.LEFT).select_related("pool")
    return rows.order_by(F("rank").asc(nulls_last=True), "place")


def file_text(actor: Actor, release_id: str, kind: str) -> str:
    """A published file, word for word; raises NotVisible when there is none (yet)."""
    found = publications_visible_to(actor).filter(release_id=release_id, kind=kind).first()
    if found is None:
        raise NotVisible
    return found.text


def scheme_title(scheme: str) -> str:
    pack = current().packs.get(scheme)
    return pack.title if pack else scheme


def schemes(*, on: date) -> dict[str, str]:
    """The schemes whose packs name ways of release on a day, title by scheme (可放券的创新券)."""
    return {
        scheme: pack.title
        for scheme, pack in sorted(current().packs.items())
        if "release_ways" in pack.parameters and pack.parameters["release_ways"].on(on)
    }


def ways(*, on: date) -> dict[str, tuple[str, ...]]:
    """The ways each of these schemes names."""
    return {scheme: in_force(scheme, ReleaseTerms, on=on).terms.release_ways for scheme in schemes(on=on)}


def pool_label(key: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    """What a part is kept for, in words: labels and regions; nothing for the general one."""
    if key == GENERAL:
        return ()
    named = [part.split(":", 1) for part in key.split("+")]
    return tuple(labels.get(value, value) if name == "label" else region_name(value) for name, value in named)


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): plans to hand over, to check, to put in order; places to take up."""
    found = [_office_row(row) for row in _office_rows(actor)] if actor.posts else []
    if actor.party_id:
        for entry in _offered_to(actor):
            found.append(
                waiting_row(
                    WAITING_TITLES["offered"],
                    subject_id=entry.id,
                    number=entry.number,
                    url=reverse("releases:release", args=[entry.release_id]),
                    state_label=ENTRY_MACHINE.labels[EntryState.OFFERED],
                    about=entry.release.title,
                    fen=entry.fen,
                )
            )
    return found


@compiled
def _offered_to(actor: Actor) -> QuerySet[Entry]:
    mine = entries_visible_to(actor).filter(party_id=actor.party_id, state=EntryState.OFFERED)
    return mine.select_related("release").order_by("kept_until")[:SHOWN]


@compiled
def _office_rows(actor: Actor) -> QuerySet[Release]:
    author, checker = actor.regions(Role.BUDGET_AUTHOR), actor.regions(Role.COUNTY_APPROVER, Role.COUNTY_FINANCE)
    ranks = actor.regions(Role.COUNTY_OFFICER, Role.COUNTY_APPROVER)
    mine = Q(state=ReleaseState.DRAFT, region__in=author)
    mine |= Q(state=ReleaseState.SUBMITTED, region__in=checker) & ~Q(drafted_by=actor.person_id)
    mine |= Q(state=ReleaseState.CLOSED, region__in=ranks, way__in=[Way.LOTTERY, Way.SCORED])
    return visible_to(actor).filter(mine).order_by("opens_at", "id")[:SHOWN]


def _office_row(row: Release) -> Waiting:
    return waiting_row(
        WAITING_TITLES[row.state],
        subject_id=row.id,
        number=row.number,
        url=reverse("releases:release", args=[row.id]),
        state_label=MACHINE.labels[ReleaseState(row.state)],
        about=row.title,
        fen=row.amount_fen,
    )


def running_now(actor: Actor, *, now: datetime, limit: int) -> list[Release]:
    """Announced releases that open or run, the next first: for the front page."""
    rows = visible_to(actor).filter(state=ReleaseState.ANNOUNCED, closes_at__gt=now)
    return list(rows.order_by("opens_at", "id")[:limit])
