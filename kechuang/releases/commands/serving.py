"""Serving a queue in its order (按序发放), and moving the waiting list up (递补).

Everything here happens with the release held alone (`locks.alone`), so parts are counted by one at a time; that a part
never gives more than it has is also a constraint of its table.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import F, Q, QuerySet

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.outbox.commands import tell
from kechuang.parties.queries import party
from kechuang.policy.book import replay
from kechuang.releases import rules
from kechuang.releases.commands.locks import alone
from kechuang.releases.models import Entry, Mark, Pool, Release, page_of
from kechuang.releases.rules import ReleaseTerms, Shares
from kechuang.releases.states import (
    ENTRY_MACHINE,
    GENERAL,
    MISSED_BECAUSE,
    MISSED_OTHERWISE,
    SERVED_AT_ONCE,
    SOLD_OUT,
    EntryState,
    ReleaseState,
    Way,
)
from kechuang.trail.commands import Act, record_many
from kechuang.ui import clock
from kechuang.ui.rows import update_many
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.queries import Standing, Voucher, standing


@transaction.atomic
def serve(*, release_id: str, now: datetime) -> int:
    """Serves whoever still stands in the queue of a first-come release; answers how many. A second server finds none."""
    return served(alone(CLOCK, release_id), now)


def served(release: Release, now: datetime, known: Mapping[str, Standing] = MappingProxyType({})) -> int:
    """Grants at once to those in the queue, in the order of their places (先到先得). The caller has the release alone.

    Who finds nothing left goes to the waiting list, or has missed it where the pack closes what is sold out. One whom
    the rules of granting refuse gives the part back. `known`: how those stand who have just entered.
    """
    if release.way != Way.FIRST_COME or release.state != ReleaseState.ANNOUNCED:
        return 0
    rows = list(queue_of(release)[:SERVED_AT_ONCE])
    if not rows:
        return 0
    pools = pools_of(release)
    shares = share_out(rows, pools)
    refused = _granted(release, [row for row in rows if shares.given[row.number]], pools, known, now)
    save_pools(pools.values())
    _turned_away(release, [row for row in rows if not shares.given[row.number]], now)
    if refused:
        refill(release, now)
    return len(rows)


def queue_of(release: Release) -> QuerySet[Entry]:
    """Who stands in the queue, in the order in which the database took them in."""
    rows = Entry.objects.filter(release=release, state=EntryState.ENTERED).order_by("place")
    return rows.select_for_update(of=("self",))


def share_out(rows: Sequence[Entry], pools: dict[str, Pool]) -> Shares:
    """Who of these gets a part, in the order given; counts what they take, and which parts are full from here on."""
    left = {key: pool.amount_fen - pool.taken_fen for key, pool in pools.items() if not pool.full}
    shares = rules.share_out([(row.number, row.fen, row.pools) for row in rows], left)
    for row in rows:
        if key := shares.given[row.number]:
            row.pool = pools[key]
            pools[key].taken_fen += row.fen
    for key in shares.full:
        pools[key].full = True
    return shares


def pools_of(release: Release) -> dict[str, Pool]:
    """The parts of a release by key, locked."""
    rows = Pool.objects.select_for_update().filter(release=release).order_by("position")
    return {pool.key: pool for pool in rows}


def save_pools(pools: Iterable[Pool]) -> None:
    for pool in pools:
        pool.save(update_fields=["amount_fen", "taken_fen", "full"])


def refill(release: Release, now: datetime) -> None:
    """Keeps places for those who wait, in order, as far as the parts reach (递补).

    After the close what a reserve did not use is everybody's.
    """
    if release.waits_until is not None and now >= release.waits_until:
        return
    pools = pools_of(release)
    if release.state != ReleaseState.ANNOUNCED:
        _open_reserves(pools)
    while some := [key for key, pool in pools.items() if not pool.full]:
        rows = list(waiting_in_order(release).filter(_open_to(some))[:SERVED_AT_ONCE])
        if not rows:
            break
        shares = share_out(rows, pools)  # everyone here takes a part or closes one, so this ends
        offer(release, [row for row in rows if shares.given[row.number]], now)
    save_pools(pools.values())


def _open_to(keys: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for key in keys:
        found |= Q(pools__contains=[key])
    return found


def waiting_in_order(release: Release) -> QuerySet[Entry]:
    """The waiting list (候补), first the one whose turn is next."""
    rows = Entry.objects.filter(release=release, state=EntryState.WAITING)
    return rows.order_by(F("rank").asc(nulls_last=True), "place")


def offer(release: Release, rows: Sequence[Entry], now: datetime) -> None:
    """Keeps a place for each of these until the terms' hours have run (留出名额)."""
    terms = replay(release.terms, ReleaseTerms)
    until = rules.accept_until(now, terms.terms)
    for row in rows:
        row.kept_until = until
    article = terms.article("accept_within_hours")
    facts = {"kept_until": until.isoformat()}
    step(rows, "offer", now, saves=["pool", "kept_until"], article=article, facts=facts)
    for row in rows:
        tell_holder(row, _("放券名额已为您留出，请按时领取"), now)


def step(
    rows: Sequence[Entry],
    action: str,
    now: datetime,
    *,
    saves: Sequence[str] = (),
    article: str = "",
    facts: Mapping[str, object] | None = None,
) -> None:
    """Takes many entries over one move of the clock, with an event each, in two statements."""
    acts, label = [], ""
    for row in rows:
        source = row.state
        move = ENTRY_MACHINE.check(action, EntryState(source), {Role.CLOCK})
        label, row.state, row.served_at = move.label, str(move.lands(EntryState(source))), now
        said = {"fen": row.fen, "place": row.place, "pool": row.pool.key if row.pool else "", **(facts or {})}
        if article:
            said["article"] = article
        acts.append(Act(row, said, source=source, target=row.state))
    update_many(Entry, rows, ["state", "served_at", *saves])
    record_many(CLOCK, acts, action, label=label, role=Role.CLOCK, now=now)


def drop_marks(rows: Iterable[Entry]) -> None:
    """Who is out of the running may enter once more."""
    Mark.objects.filter(entry__in=list(rows), live=True).update(live=False)


def tell_holder(entry: Entry, title: str, now: datetime) -> None:
    tell(
        subject_id=entry.id,
        path=page_of(entry.release_id),
        title=title,
        text=entry.number,
        to_party=entry.party_id,
        now=now,
    )


def grant(entry: Entry, release: Release, now: datetime) -> Voucher:
    """The voucher of one entry, by the commands and the terms of every other application (核发).

    Raises what applying raises: NotEligible, GrantCapReached, BudgetShort, CommitmentMissing.
    """
    return vouchers.submit(_holder(entry), voucher_id=_applied(entry, release, now).id, now=now)


def _holder(entry: Entry) -> Actor:
    """Who entered applies: the act is theirs, whoever's request it is served in."""
    return Actor(person_id=entry.entered_by, party_id=entry.party_id)


def _applied(entry: Entry, release: Release, now: datetime) -> Voucher:
    return vouchers.apply(
        _holder(entry),
        party_id=entry.party_id,
        scheme=release.scheme,
        region=release.region,
        requested_fen=Fen(entry.fen),
        key=entry.id,
        now=now,
    )


def _granted(
    release: Release, rows: Sequence[Entry], pools: dict[str, Pool], known: Mapping[str, Standing], now: datetime
) -> list[Entry]:
    """Vouchers for these; answers those whom the rules of granting refuse: they have missed it, their part is free."""
    if not rows:
        return []
    done, refused = [], []
    for row, outcome in zip(rows, _vouchers(release, rows, known, now), strict=True):
        assert row.pool is not None
        pool = pools[row.pool.key]
        if isinstance(outcome, Voucher):
            taken(row, outcome, pool)
            done.append(row)
            continue
        code = outcome.code if isinstance(outcome, Refusal) else ""
        row.pool, row.reason = None, MISSED_BECAUSE.get(code, MISSED_OTHERWISE)
        pool.taken_fen, pool.full = pool.taken_fen - row.fen, False
        refused.append(row)
    step(done, "grant", now, saves=["pool", "voucher", "fen"])
    step(refused, "miss", now, saves=["pool", "reason"])
    drop_marks(refused)
    return refused


def _vouchers(
    release: Release, rows: Sequence[Entry], known: Mapping[str, Standing], now: datetime
) -> list[Voucher | Exception]:
    """Applied for and sent together: the budget is asked once for all of them, who is refused has nothing left behind."""
    asks = [
        vouchers.Ask(
            actor=_holder(row),
            standing=known.get(row.id) or standing(party(row.party_id), release.scheme, on=clock.day(now)),
            scheme=release.scheme,
            region=release.region,
            requested_fen=Fen(row.fen),
            key=row.id,
        )
        for row in rows
    ]
    drafts = vouchers.apply_all(asks, now=now)
    pairs = list(zip(asks, drafts, strict=True))
    outcomes = vouchers.submit_all([vouchers.Sending(ask.actor, draft.id, now) for ask, draft in pairs])
    for (ask, draft), outcome in zip(pairs, outcomes, strict=True):
        if not isinstance(outcome, Voucher):
            vouchers.withdraw(ask.actor, voucher_id=draft.id, now=now)
    return outcomes


def taken(entry: Entry, voucher: Voucher, pool: Pool) -> None:
    """What the voucher is less than was kept for it goes back to its part (year's cap nearly reached)."""
    entry.voucher = voucher
    pool.taken_fen -= entry.fen - voucher.face_fen
    entry.fen = voucher.face_fen


def _turned_away(release: Release, rows: Sequence[Entry], now: datetime) -> None:
    terms = replay(release.terms, ReleaseTerms)
    if not terms.terms.sold_out_closes:
        step(rows, "wait", now)
        return
    for row in rows:
        row.reason = SOLD_OUT
    step(rows, "miss", now, saves=["reason"], article=terms.article("sold_out_closes"))
    drop_marks(rows)


def _open_reserves(pools: dict[str, Pool]) -> None:
    general = pools[GENERAL]
    for key, pool in pools.items():
        left = pool.amount_fen - pool.taken_fen
        if key != GENERAL and left:
            pool.amount_fen, general.amount_fen = pool.taken_fen, general.amount_fen + left
            general.full = False
