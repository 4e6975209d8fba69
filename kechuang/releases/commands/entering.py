"""Entering (报名排队), leaving, accepting a place. A reload or a second tab finds the place that is there already."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import masked_name
from kechuang.parties.queries import PartyCard, absorbed_by, known_by, party
from kechuang.policy.book import InForce, replay
from kechuang.releases import rules
from kechuang.releases.access import entries_visible_to, roles_on, roles_on_entry, visible_to
from kechuang.releases.commands.locks import alone, places
from kechuang.releases.commands.serving import drop_marks, grant, pools_of, refill, save_pools, served, taken
from kechuang.releases.models import Entry, Mark, Pool, Release
from kechuang.releases.queries.entrants import eligible
from kechuang.releases.rules import ReleaseTerms
from kechuang.releases.states import COUNTS, ENTRY_MACHINE, MACHINE, EntryState, ReleaseState, Way
from kechuang.trail.commands import Act, advance, record_many
from kechuang.ui import clock, days
from kechuang.ui.grouping import Group, tried
from kechuang.ui.rows import insert_many
from kechuang.vouchers.queries import Standing, issuing_county

_MARKS = """
    INSERT INTO releases_mark (entry_id, scheme, year, round, mark, live)
    SELECT %s, %s, %s, %s, m, true FROM unnest(%s::text[]) WITH ORDINALITY AS u (m, n) ORDER BY n
    ON CONFLICT (scheme, year, round, mark) WHERE live DO NOTHING"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One who may enter, as lists and rules say; what is left to do needs the release alone."""

    actor: Actor
    card: PartyCard
    release_id: str
    entry: Entry
    stands: Standing
    marks: Sequence[str]
    now: datetime


def enter(actor: Actor, *, release_id: str, now: datetime) -> Entry:
    """Takes a place in a release (报名排队); first come, first served: those in front and oneself are then served at once.

    Who comes in the same moment goes with others in one transaction (合并办理), in the order of arrival; all wait for its
    commit. Asked again, by a reload, a second tab or another member, it answers with the entry that is there.
    Raises Closed, NotOpenYet, NotYourRelease, AlreadyEnteredBy (same code, same person, another county, a merged
    party), SoldOut, NeedsReview, and what applying for a voucher raises; TooManyWaiting when it was not begun in time.
    """
    asked = _asked(actor, release_id, now)
    return asked if isinstance(asked, Entry) else GROUP.join(asked)


@transaction.atomic
def _enter_all(asked: Sequence[_Asked]) -> list[Entry | Exception]:
    """Several who enter, in one transaction, an outcome for each; one release after another in the order of ids."""
    outcomes: dict[int, Entry | Exception] = {}
    for release_id in sorted({one.release_id for one in asked}):
        numbered = [(n, one) for n, one in enumerate(asked) if one.release_id == release_id]
        outcomes |= _entered(alone(CLOCK, release_id), numbered)
    return [outcomes[n] for n in range(len(asked))]


GROUP: Group[_Asked, Entry] = Group(_enter_all)


def _entered(release: Release, asked: Sequence[tuple[int, _Asked]]) -> dict[int, Entry | Exception]:
    outcomes: dict[int, Entry | Exception] = {}
    new: dict[str, tuple[int, _Asked]] = {}
    for n, one in asked:
        if one.card.id in new:  # two members, two tabs: one place
            continue
        found = tried(lambda one=one: _marked(release, one))  # type: ignore[misc]
        if found is None:
            new[one.card.id] = (n, one)
        else:
            outcomes[n] = found
    _placed(release, [one for _n, one in new.values()])
    if new and release.way == Way.FIRST_COME:
        known = {one.entry.id: one.stands for _n, one in new.values()}
        served(release, next(iter(new.values()))[1].now, known)
    rows = Entry.objects.select_related("pool", "voucher", "release").in_bulk(
        [one.entry.id for _n, one in new.values()]
    )
    for n, one in asked:
        if n not in outcomes:
            outcomes[n] = rows[new[one.card.id][1].entry.id]
    return outcomes


@transaction.atomic
def leave(actor: Actor, *, entry_id: str, now: datetime) -> Entry:
    """Gives the place up (退出放券); what was kept for it goes to who waits. Asked twice, it answers with the entry."""
    entry, release = locked_entry(actor, entry_id)
    roles = roles_on_entry(actor, entry)
    if entry.state == EntryState.LEFT and Role.HOLDER in roles:
        return entry
    move = ENTRY_MACHINE.check("leave", EntryState(entry.state), roles)
    kept = entry.state == EntryState.OFFERED
    advance(actor, entry, move, roles=roles, now=now, facts={"place": entry.place, "fen": entry.fen})
    drop_marks([entry])
    if kept:
        give_back(release, entry, now)
    return entry


@transaction.atomic
def accept(actor: Actor, *, entry_id: str, now: datetime) -> Entry:
    """Turns a place that was kept into a voucher (领取创新券). Asked twice, it answers with the granted one.

    Raises OfferOver after its last instant, and what applying for a voucher raises.
    """
    entry, release = locked_entry(actor, entry_id)
    roles = roles_on_entry(actor, entry)
    if entry.state == EntryState.GRANTED and Role.HOLDER in roles:
        return entry
    move = ENTRY_MACHINE.check("accept", EntryState(entry.state), roles)
    assert entry.pool is not None
    if entry.kept_until is None or now >= entry.kept_until:
        raise rules.OfferOver(until=days.moment(entry.kept_until) if entry.kept_until else "")
    entry.entered_by = actor.person_id  # who accepts applies
    pools = pools_of(release)
    pool = pools[entry.pool.key]
    taken(entry, grant(entry, release, now), pool)
    save_pools([pool])
    facts = {"fen": entry.fen, "voucher_id": entry.voucher_id}
    advance(actor, entry, move, roles=roles, now=now, saves=["voucher", "fen", "entered_by"], facts=facts)
    return entry


def give_back(release: Release, entry: Entry, now: datetime) -> None:
    """Puts the part of an entry that is out of the running back, and lets the waiting list move up."""
    assert entry.pool_id is not None
    pool = Pool.objects.select_for_update().get(id=entry.pool_id)
    pool.taken_fen, pool.full = pool.taken_fen - entry.fen, False
    pool.save(update_fields=["taken_fen", "full"])
    refill(release, now)


def marks_of(party_id: str) -> Sequence[str]:
    """By what a party is known: its codes now and before, its people if it is a maker or team, whom it took over."""
    codes, identities = known_by(party_id)
    absorbed = absorbed_by(party_id)
    for one in sorted(absorbed):
        more_codes, more_identities = known_by(one)
        codes, identities = codes | more_codes, identities | more_identities
    return rules.marks(party_id=party_id, codes=codes, identities=identities, parties=absorbed)


def claim_marks(entry: Entry, release: Release, marks: Sequence[str]) -> bool:
    """Whether all marks were free in the round; one that enters at the same time is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [entry.id, release.scheme, release.year, release.round, list(marks)])
        return cursor.rowcount == len(marks)


def _asked(actor: Actor, release_id: str, now: datetime) -> _Asked | Entry:
    """What is looked at before the release is locked, so that nobody waits for it; or the entry that is there."""
    release = visible_to(actor).filter(id=release_id).first()
    if release is None or not actor.party_id:
        raise NotVisible
    if found := _there(release, actor.party_id):
        return found
    _refuse_closed(release, now)
    MACHINE.check("enter", ReleaseState(release.state), roles_on(actor, release))
    terms = replay(release.terms, ReleaseTerms)
    _refuse_sold_out(release, terms)  # first, and cheaply: on the first day most come too late
    card = party(actor.party_id)
    stands = eligible(card, release, on=clock.day(now))
    home = issuing_county(card.region)
    pools = rules.pools_for(labels=stands.facts.labels, region=home, terms=terms.terms)
    _refuse_sold_out(release, terms, pools)
    entry = Entry(
        region=release.region,
        party_id=card.id,
        shown_name=masked_name(card.name) if card.natural_person else card.name,
        entered_at=now,
        entered_by=actor.person_id,
        fen=stands.face_fen(),
        pools=list(pools),
        checks=[asdict(check) for check in stands.checks],
    )
    return _Asked(actor, card, release.id, entry, stands, marks_of(card.id), now)


def _marked(release: Release, one: _Asked) -> Entry | None:
    """Claims the marks of the round; answers the entry that is there already. Raises Closed, AlreadyEnteredBy."""
    _refuse_closed(release, one.now)
    one.entry.release = release
    if claim_marks(one.entry, release, one.marks):
        return None
    if found := _there(release, one.card.id):
        return found
    Mark.objects.filter(entry_id=one.entry.id).delete()
    taken_by = Mark.objects.filter(
        scheme=release.scheme, year=release.year, round=release.round, mark__in=one.marks, live=True
    )
    number = taken_by.values_list("entry__release__number", flat=True).first()
    raise rules.AlreadyEnteredBy(number=number or release.number)


def _placed(release: Release, asked: Sequence[_Asked]) -> None:
    """Gives each its place, in order."""
    for one, place in zip(asked, places(len(asked)), strict=True):
        one.entry.place = place
    insert_many(Entry, [one.entry for one in asked])
    acts = []
    for one in asked:
        entry = one.entry
        facts = {"place": entry.place, "fen": entry.fen, "pools": entry.pools, "way": release.way}
        acts.append(Act(entry, facts, target=entry.state, actor=one.actor, now=one.now))
    if asked:
        who, when = asked[0].actor, asked[0].now
        record_many(who, acts, "enter", label=_("报名排队"), role=Role.HOLDER, now=when)


def _there(release: Release, party_id: str) -> Entry | None:
    rows = Entry.objects.filter(release=release, party_id=party_id, state__in=COUNTS).order_by("-place")
    return rows.select_related("release").first()


def _refuse_closed(release: Release, now: datetime) -> None:
    over = release.state in (ReleaseState.CLOSED, ReleaseState.RANKED, ReleaseState.FINISHED)
    if over or (release.state == ReleaseState.ANNOUNCED and now >= release.closes_at):
        raise rules.Closed(number=release.number, closes=days.moment(release.closes_at))
    if release.state == ReleaseState.ANNOUNCED and now < release.opens_at:
        raise rules.NotOpenYet(opens=days.moment(release.opens_at))


def _refuse_sold_out(release: Release, terms: InForce[ReleaseTerms], keys: Sequence[str] | None = None) -> None:
    """Nobody enters whose parts are all gone, where the terms say so; without `keys` any part counts."""
    if not terms.terms.sold_out_closes:
        return
    open_parts = Pool.objects.filter(release=release, full=False)
    if not (open_parts if keys is None else open_parts.filter(key__in=keys)).exists():
        raise rules.SoldOut(article=terms.article("sold_out_closes"))


def locked_entry(actor: Actor, entry_id: str) -> tuple[Entry, Release]:
    """The entry and its release, held alone, as the actor may see it; raises NotVisible."""
    seen = entries_visible_to(actor).filter(id=entry_id).values_list("release_id", flat=True).first()
    if seen is None:
        raise NotVisible
    release = alone(actor, seen)
    entry = Entry.objects.select_for_update(of=("self",)).select_related("pool").get(id=entry_id)
    return entry, release
