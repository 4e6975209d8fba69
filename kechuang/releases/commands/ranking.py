"""Closing, putting in order, ending (截止、定序、结束), and what is published of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from kechuang.credit.queries import labels
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.policy.book import replay
from kechuang.releases import rules
from kechuang.releases.access import roles_on
from kechuang.releases.commands.locks import alone
from kechuang.releases.commands.planning import refuse_own
from kechuang.releases.commands.publishing import entry_lines, parts_at_close, publish_entries, publish_result
from kechuang.releases.commands.serving import (
    drop_marks,
    offer,
    pools_of,
    refill,
    save_pools,
    serve,
    step,
    tell_holder,
)
from kechuang.releases.models import Entry, Release
from kechuang.releases.rules import EntrantFacts, Ranked, ReleaseTerms
from kechuang.releases.states import CALLED_OFF, LIVE, MACHINE, NOT_REACHED, EntryState, ReleaseState, Way
from kechuang.trail.commands import Act, acting_role, advance, record_many
from kechuang.ui import clock, days
from kechuang.ui.rows import update_many
from kechuang.vouchers.queries import granted_before, used_in_year


@transaction.atomic
def close(actor: Actor, *, release_id: str, now: datetime) -> Release:
    """Takes no more entries (截止报名) and publishes the list with its digest; asked twice, it answers with the closed one.

    First come: who still stands in the queue is served before. Scored: each entry gets its points by the facts of now.
    Raises NotClosedYet.
    """
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    if release.state == ReleaseState.CLOSED and roles:
        return release
    move = MACHINE.check("close", ReleaseState(release.state), roles)
    if now < release.closes_at:
        raise rules.NotClosedYet(closes=days.moment(release.closes_at))
    while serve(release_id=release.id, now=now):
        pass
    rows = list(Entry.objects.filter(release=release).exclude(state=EntryState.LEFT).order_by("number"))
    terms = replay(release.terms, ReleaseTerms)
    if release.way == Way.SCORED:
        _scored([row for row in rows if row.state == EntryState.ENTERED], release, terms.terms, now)
    release.entries_digest, release.closed_at = publish_entries(release, rows, now), now
    saves = ["entries_digest", "closed_at"]
    if release.way == Way.FIRST_COME:
        release.waits_until = rules.waiting_until(now, terms.terms)
        saves.append("waits_until")
    facts = {"entries_count": len(rows), "entries_digest": release.entries_digest}
    advance(actor, release, move, roles=roles, now=now, saves=saves, facts=facts)
    if release.way == Way.FIRST_COME:
        refill(release, now)
    return release


@transaction.atomic
def rank(actor: Actor, *, release_id: str, seed_value: str = "", now: datetime) -> Release:
    """Puts the closed entries in order (定出次序): by the draw with the public value, or by points; keeps places for the first.

    Raises NotRanked for first come, OwnRelease (four eyes), SeedMissing, SeedMalformed, SeedNotYetPublic, ListedTooLate.
    """
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("rank", ReleaseState(release.state), roles)
    refuse_own(actor, release, acting_role(roles, move))
    if release.way == Way.FIRST_COME:
        raise rules.NotRanked()
    if release.way == Way.LOTTERY:
        assert release.closed_at is not None
        rules.refuse_early_seed(event=release.seed_event, seed_on=release.seed_on, on=clock.day(now))
        rules.refuse_late_list(listed_on=clock.day(release.closed_at), seed_on=release.seed_on)
        release.seed_value = rules.seed_value(seed_value, release.seed_pattern)
        release.seed = rules.seed(release.number, release.entries_digest, release.seed_value)
    # A party that left or was merged after the close stays in the list that was closed; its place goes to the next.
    closed = Entry.objects.select_for_update().filter(release=release, place__in=_closed_places(release))
    listed = list(closed.order_by("place"))
    ranked = _ranked(release, listed)
    publish_result(release, listed, ranked, now)
    release.ranked_by, release.ranked_at = actor.person_id, now
    release.waits_until = rules.waiting_until(now, replay(release.terms, ReleaseTerms).terms)
    facts = {"seed_value": release.seed_value, "seed": release.seed, "digest": release.entries_digest}
    saves = ["seed_value", "seed", "ranked_by", "ranked_at", "waits_until"]
    advance(actor, release, move, roles=roles, now=now, saves=saves, facts=facts)
    _placed(release, [row for row in listed if row.state == EntryState.ENTERED], ranked, now)
    return release


@transaction.atomic
def finish(actor: Actor, *, release_id: str, now: datetime) -> Release:
    """Ends a release (结束放券): who still waits has missed it; what was not granted is the county's again.

    Raises OrderNotMade, and StillRunning while a place is kept for somebody, or the waiting list may still move.
    """
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("finish", ReleaseState(release.state), roles)
    if release.way != Way.FIRST_COME and release.ranked_at is None:
        raise rules.OrderNotMade()
    kept = Entry.objects.filter(release=release, state=EntryState.OFFERED).count()
    if kept or release.waits_until is None or now < release.waits_until:
        until = days.moment(release.waits_until) if release.waits_until else ""
        raise rules.StillRunning(until=until, count=kept)
    rows = _out(release, NOT_REACHED, now)
    left = sum(pool.amount_fen - pool.taken_fen for pool in pools_of(release).values())
    facts = {"left_fen": left + release.held_back_fen, "missed_count": len(rows)}
    advance(actor, release, move, roles=roles, now=now, facts=facts)
    return release


@transaction.atomic
def call_off(actor: Actor, *, release_id: str, reason: str, now: datetime) -> Release:
    """Stops a closed release whose order was not made (终止放券), with the reason, which is public.

    For a named result that did not come about, or a list that was closed too late for it. Everybody is out of it and may enter
    another release of the round; list and digest stay published, so anybody can see what the draw would have given.
    Raises OwnRelease (four eyes), ReasonMissing, and NotRanked for first come, which has nothing to be called off.
    """
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("call_off", ReleaseState(release.state), roles)
    refuse_own(actor, release, acting_role(roles, move))
    if release.way == Way.FIRST_COME:
        raise rules.NotRanked()
    release.reason = rules.reason(reason)
    rows = _out(release, CALLED_OFF, now)
    facts = {"reason": release.reason, "missed_count": len(rows), "digest": release.entries_digest}
    advance(actor, release, move, roles=roles, now=now, saves=["reason"], facts=facts)
    for row in rows:
        tell_holder(row, _("放券已终止，未定次序"), now)
    return release


def _out(release: Release, reason: str, now: datetime) -> list[Entry]:
    """Who is still in the running has missed it, and may enter once more."""
    rows = list(Entry.objects.select_for_update().filter(release=release, state__in=LIVE).order_by("place"))
    for row in rows:
        row.reason = reason
    step(rows, "miss", now, saves=["reason"])
    drop_marks(rows)
    return rows


def _closed_places(release: Release) -> list[int]:
    return [int(line["place"]) for line in entry_lines(release)]


def _scored(rows: Sequence[Entry], release: Release, terms: ReleaseTerms, now: datetime) -> None:
    on = clock.day(now)
    before = granted_before([row.party_id for row in rows], release.scheme)
    for row in rows:
        facts = EntrantFacts(
            labels=labels(row.party_id, on=on),
            first_voucher=row.party_id not in before,
            used_last_year=used_in_year(row.party_id, release.scheme, release.year - 1) > 0,
        )
        row.score = asdict(rules.score(facts=facts, terms=terms))
        row.score["lines"] = list(row.score["lines"])
    update_many(Entry, rows, ["score"])
    acts = [Act(row, {"score": row.score}) for row in rows]
    record_many(CLOCK, acts, "score", label=_("计算得分"), role=Role.CLOCK, now=now)


def _ranked(release: Release, listed: Sequence[Entry]) -> list[Ranked]:
    by_number = {row.number: row for row in listed}
    if release.way == Way.LOTTERY:
        order = []
        for number, drew in rules.draw(release.seed, by_number):
            by_number[number].draw = drew
            order.append(number)
    else:
        order = rules.scored_order({row.number: (_points(row.score), row.place) for row in listed})
    asks = {row.number: (row.fen, row.pools) for row in listed}
    return rules.ranking(asks, order, parts_at_close(release))


def _points(score: Mapping[str, int] | None) -> int:
    return score["points_count"] if score else 0


def _placed(release: Release, rows: Sequence[Entry], ranked: Sequence[Ranked], now: datetime) -> None:
    """Writes the order on the entries; the first as far as the parts reach get a place, all others wait."""
    line = {one.number: one for one in ranked}
    pools = pools_of(release)
    for row in rows:
        row.rank = line[row.number].place
        if key := line[row.number].pool:
            row.pool = pools[key]
            pools[key].taken_fen += row.fen
    update_many(Entry, rows, ["rank", "draw"])
    offer(release, [row for row in rows if row.pool], now)
    waiting = [row for row in rows if not row.pool]
    step(waiting, "wait", now)
    for row in waiting:
        tell_holder(row, _("放券次序已定，您在候补名单上"), now)
    save_pools(pools.values())
    refill(release, now)
