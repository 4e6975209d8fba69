"""Using a voucher for an order (占用、抵扣、释放、退回). Called by `orders` in the transaction of its own command."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import balance
from kechuang.ledger.rules import Kind, Leg, NotEnough, Place
from kechuang.policy.book import InForce, in_force, replay
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import add
from kechuang.vouchers import rules
from kechuang.vouchers.access import holds_visible_to, roles_on, roles_on_hold
from kechuang.vouchers.commands.applying import locked
from kechuang.vouchers.commands.caps import add_used, year_locked
from kechuang.vouchers.models import LIVE, Hold, Voucher
from kechuang.vouchers.queries import used_before
from kechuang.vouchers.rules import OffsetTerms, OrderFacts
from kechuang.vouchers.states import HOLD_MACHINE, MACHINE, HoldState, VoucherState

# These run inside an order's own transaction, which fails as a whole; a savepoint of their own would guard nothing.
# How what is put back moves on, given the provider's account of unclaimed money, the voucher's, the budget and the amount.
Legs = Callable[[Place, Place, Place, Fen], list[Leg]]

INSIDE = transaction.atomic(savepoint=False)


@INSIDE
def hold(actor: Actor, *, voucher_id: str, order_id: str, price_fen: Fen, facts: OrderFacts, now: datetime) -> Hold:
    """Sets aside the part of an order that a voucher pays (占用抵扣额).

    Asked twice for one order, it answers with the first hold. The voucher, then the holder's year are locked.
    Raises MoveNotOpen, VoucherNotInDate, YearClosedForOrders, rules.NothingToOffset, NotForVoucher, NotVisible.
    """
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    MACHINE.check("offset", VoucherState(voucher.state), roles)
    if found := _held_for.first(order_id):
        return found
    on = clock.day(now)
    terms = in_force(voucher.scheme, OffsetTerms, on=on)
    rules.refuse_out_of_date(voucher.valid_from, voucher.valid_until, on=on)
    rules.refuse_closed_year(terms.terms, budget_year=voucher.year, on=on)
    fresh = Hold(voucher=voucher, order_id=order_id, provider_id=facts.provider_id, region=voucher.region)
    fresh.terms, fresh.facts, fresh.held_on = terms.record, asdict(facts), on
    fresh.year = voucher.year if terms.terms.hold_year == "grant_day" else on.year
    return _take(actor, fresh, price_fen, facts, terms, now=now)


@INSIDE
def change_hold(actor: Actor, *, order_id: str, price_fen: Fen, now: datetime) -> Hold | None:
    """The hold for another price, under the terms the order was priced with (调整占用).

    Above the hold the difference needs fresh balance and room under every cap, below it is released; nothing to offset
    any more releases it whole and answers None. Both rows stay. Raises NotVisible, MoveNotOpen.
    """
    old = _held(actor, order_id)
    roles = roles_on_hold(actor, old)
    move = HOLD_MACHINE.check("replace", HoldState(old.state), roles)
    if old.price_fen == price_fen:
        return old
    year_locked(old.voucher.party_id, old.voucher.scheme, old.year)
    old.ended_on = clock.day(now)
    advance(actor, old, move, roles=roles, now=now, saves=["ended_on"], facts={"price_fen": price_fen})
    ledger.release(old.ledger_hold, key=f"{old.id}:replace", now=now)
    add_used(old.voucher.party_id, old.voucher.scheme, old.year, -old.fen)
    fresh = Hold(voucher=old.voucher, order_id=order_id, provider_id=old.provider_id, region=old.region, replaces=old)
    fresh.terms, fresh.facts, fresh.held_on, fresh.year = old.terms, old.facts, clock.day(now), old.year
    try:
        taken = _take(actor, fresh, price_fen, facts_of(old), replay(old.terms, OffsetTerms), now=now)
    except rules.NothingToOffset:
        _give_back_when_ended(old, old.fen, now=now)
        return None
    _give_back_when_ended(old, max(old.fen - taken.fen, 0), now=now)
    return taken


@INSIDE
def release_hold(actor: Actor, *, order_id: str, now: datetime) -> None:
    """Gives back what an order set aside (释放占用); nothing is held any more: nothing to do."""
    held = _found(actor, order_id)
    if held is None and Hold.objects.filter(order_id=order_id, state=HoldState.HELD).exists():
        raise NotVisible
    if held is None:
        return
    roles = roles_on_hold(actor, held)
    move = HOLD_MACHINE.check("release", HoldState(held.state), roles)
    held.ended_on = clock.day(now)
    advance(actor, held, move, roles=roles, now=now, saves=["ended_on"], facts={"fen": held.fen})
    ledger.release(held.ledger_hold, key=f"{held.id}:release", now=now)
    year_locked(held.voucher.party_id, held.voucher.scheme, held.year)
    add_used(held.voucher.party_id, held.voucher.scheme, held.year, -held.fen)
    _give_back_when_ended(held, held.fen, now=now)


@INSIDE
def capture(actor: Actor, *, order_id: str, fen: Fen, now: datetime) -> Hold:
    """Posts `fen` of the hold to the provider's account (抵扣); what is left of it is free again.

    Captured already with the same amount, it answers with that. Raises NotVisible, MoveNotOpen, ledger.AboveHold.
    """
    held = _found(actor, order_id)
    if held is None:
        return _captured(actor, order_id, same_fen=fen)
    roles = roles_on_hold(actor, held)
    move = HOLD_MACHINE.check("capture", HoldState(held.state), roles)
    held.captured_fen, held.ended_on = fen, clock.day(now)
    before, held.year = held.year, _offset_year(held, fen, on=held.ended_on)
    saves = ["captured_fen", "ended_on", "year"]
    advance(actor, held, move, roles=roles, now=now, saves=saves, facts={"fen": fen, "held_fen": held.fen})
    ledger.capture(held.ledger_hold, fen, key=f"{held.id}:capture", now=now)
    _move_used(held, before_year=before, kept_fen=fen)
    _give_back_when_ended(held, held.fen - fen, now=now)
    return held


@INSIDE
def change_captured(actor: Actor, *, order_id: str, price_fen: Fen, now: datetime) -> tuple[Fen, str]:
    """What was offset before the service (结算在前) for another price, under the frozen terms; answers amount and limit.

    Less is put back; more is set aside and offset at once, as far as balance and caps bear it.
    """
    taken = _captured(actor, order_id)
    voucher = taken.voucher
    terms = replay(taken.terms, OffsetTerms)
    net = Fen(sum(one.captured_fen - one.restored_fen for one in _all_captured(order_id)))
    year = year_locked(voucher.party_id, voucher.scheme, taken.year)
    used = used_before(voucher, Fen(year.used_fen - net), facts_of(taken), terms.terms, year=taken.year)
    free = Fen(balance(voucher.account or 0).free_fen + net)
    try:
        found = rules.offset(price_fen=price_fen, balance_fen=free, used=used, facts=facts_of(taken), terms=terms.terms)
    except rules.NothingToOffset as nothing:
        found = rules.Offset(Fen(0), str(nothing.facts["bound_by"]))
    if found.fen < net:
        restore(actor, order_id=order_id, fen=Fen(net - found.fen), now=now)
    elif found.fen > net:
        _take_more(actor, taken, Fen(found.fen - net), found, now=now)
    return found.fen, found.bound_by


@INSIDE
def restore(actor: Actor, *, order_id: str, fen: Fen, legs: Legs | None = None, now: datetime) -> None:
    """Puts back a part or all of what was offset (退回抵扣): to the voucher, or where `legs` say; of an ended one on to
    the budget.

    Raises NotVisible, RestoredTooMuch, ledger.NotEnough when the provider has claimed the money meanwhile.
    """
    _captured(actor, order_id)
    for one, part in rules.spread_back(fen, _all_captured(order_id)):
        voucher, done = one.voucher, one.restored_fen
        _write_restored(actor, one, part, now=now)
        unclaimed, own = Place(Kind.UNCLAIMED, voucher.region, voucher.year, one.provider_id), _place(voucher)
        posted = legs(unclaimed, own, _budget(voucher), part) if legs else [Leg("restore", unclaimed, own, part)]
        ledger.post(posted, key=f"{one.id}:restore:{done}", subject=order_id, now=now)
        if posted[-1].credit == own:
            _give_back_when_ended(one, part, now=now)


@INSIDE
def change_provider(actor: Actor, *, order_id: str, to_party: str, now: datetime) -> None:
    """What an order holds or has offset goes on for the party that took its provider over (合并承继).

    A hold is taken anew for the other account; what was offset and not claimed is moved from one to the other.
    """
    for one in _live(order_id):
        roles = roles_on_hold(actor, one)
        move = HOLD_MACHINE.check("carry_over", HoldState(one.state), roles)
        before, one.provider_id = one.provider_id, to_party
        one.facts = {**one.facts, "provider_id": to_party}
        voucher = one.voucher
        old, new = (Place(Kind.UNCLAIMED, voucher.region, voucher.year, party) for party in (before, to_party))
        saves = ["provider_id", "facts"]
        if one.state == HoldState.HELD:
            ledger.release(one.ledger_hold, key=f"{one.id}:over:{to_party}", now=now)
            leg = Leg("offset", _place(voucher), new, one.fen)
            one.ledger_hold = ledger.hold(leg, key=f"{one.id}:hold:{to_party}", subject=order_id, now=now)
            saves.append("ledger_hold")
        elif net := one.captured_fen - one.restored_fen:
            legs = [Leg("restore", old, _place(voucher), net), Leg("offset", _place(voucher), new, net)]
            ledger.post(legs, key=f"{one.id}:over:{to_party}", subject=order_id, now=now)
        advance(actor, one, move, roles=roles, now=now, saves=saves, facts={"before": before, "after": to_party})


def facts_of(held: Hold) -> OrderFacts:
    """The facts a hold was taken with."""
    kept = dict(held.facts)
    return OrderFacts(**{**kept, "labels": tuple(kept["labels"]), "situations": tuple(kept["situations"])})


def _take(
    actor: Actor, fresh: Hold, price_fen: Fen, facts: OrderFacts, terms: InForce[OffsetTerms], *, now: datetime
) -> Hold:
    """Computes behind the lock of the holder's year, sets aside in the ledger, writes the row."""
    voucher = fresh.voucher
    year = year_locked(voucher.party_id, voucher.scheme, fresh.year)
    used = used_before(voucher, year.used_fen, facts, terms.terms, year=fresh.year)
    free = Fen(balance(voucher.account or 0).free_fen)
    found = rules.offset(price_fen=price_fen, balance_fen=free, used=used, facts=facts, terms=terms.terms)
    unclaimed = Place(Kind.UNCLAIMED, voucher.region, voucher.year, fresh.provider_id)
    leg = Leg("offset", _place(voucher), unclaimed, found.fen)
    try:
        fresh.ledger_hold = ledger.hold(leg, key=f"{fresh.id}:hold", subject=fresh.order_id, now=now)
    except NotEnough as short:
        raise rules.NothingToOffset(bound_by="balance", limit=rules.LIMIT_LABELS[rules.Limit.BALANCE]) from short
    fresh.price_fen, fresh.fen, fresh.bound_by = price_fen, found.fen, found.bound_by
    add(fresh)
    add_used(voucher.party_id, voucher.scheme, fresh.year, found.fen)
    decided = {
        "order_id": fresh.order_id,
        "price_fen": price_fen,
        "fen": found.fen,
        "bound_by": found.bound_by,
        "limits": dict(found.limits),
        "terms": terms.digest,
    }
    role = min(roles_on_hold(actor, fresh))
    record(actor, fresh, "hold", label=_("占用抵扣额"), role=role, now=now, target=fresh.state, facts=decided)
    return fresh


def _take_more(actor: Actor, taken: Hold, more: Fen, found: rules.Offset, *, now: datetime) -> None:
    """A second hold beside one already offset, captured as it is taken."""
    voucher, on = taken.voucher, clock.day(now)
    extra = Hold(voucher=voucher, order_id=taken.order_id, provider_id=taken.provider_id, region=taken.region)
    extra.terms, extra.facts, extra.year, extra.replaces = taken.terms, taken.facts, taken.year, taken
    extra.held_on = extra.ended_on = on
    unclaimed = Place(Kind.UNCLAIMED, voucher.region, voucher.year, taken.provider_id)
    leg = Leg("offset", _place(voucher), unclaimed, more)
    extra.ledger_hold = ledger.hold(leg, key=f"{extra.id}:hold", subject=taken.order_id, now=now)
    ledger.capture(extra.ledger_hold, more, key=f"{extra.id}:capture", now=now)
    extra.price_fen, extra.fen, extra.captured_fen, extra.bound_by = more, more, more, found.bound_by
    extra.state = HoldState.CAPTURED
    add(extra)
    add_used(voucher.party_id, voucher.scheme, taken.year, more)
    role = min(roles_on_hold(actor, extra))
    facts = {"order_id": taken.order_id, "fen": more, "limits": dict(found.limits)}
    record(actor, extra, "hold", label=_("追加抵扣"), role=role, now=now, target=extra.state, facts=facts)


def _write_restored(actor: Actor, one: Hold, part: Fen, *, now: datetime) -> None:
    roles = roles_on_hold(actor, one)
    whole = one.restored_fen + part == one.captured_fen
    move = HOLD_MACHINE.check("restore_all" if whole else "restore", HoldState(one.state), roles)
    one.restored_fen += part
    advance(actor, one, move, roles=roles, now=now, saves=["restored_fen"], facts={"fen": part})
    year_locked(one.voucher.party_id, one.voucher.scheme, one.year)
    add_used(one.voucher.party_id, one.voucher.scheme, one.year, -part)


def _live(order_id: str) -> list[Hold]:
    rows = Hold.objects.select_for_update(of=("self", "voucher")).select_related("voucher")
    return list(rows.filter(order_id=order_id, state__in=LIVE).order_by("id"))


def _all_captured(order_id: str) -> list[Hold]:
    """Every offset of an order, the latest first; the caller has shown that the actor may see one of them."""
    rows = Hold.objects.select_for_update(of=("self",)).select_related("voucher")
    return list(rows.filter(order_id=order_id, state=HoldState.CAPTURED).order_by("-id"))


def _found(actor: Actor, order_id: str) -> Hold | None:
    """The live hold of an order, locked together with its voucher; None when nothing is held."""
    return _found_for.first(actor, order_id)


@compiled
def _found_for(actor: Actor, order_id: str) -> QuerySet[Hold]:
    rows = holds_visible_to(actor).select_for_update(of=("self", "voucher")).select_related("voucher")
    return rows.filter(order_id=order_id, state=HoldState.HELD).order_by("id")[:1]


@compiled
def _held_for(order_id: str) -> QuerySet[Hold]:
    return Hold.objects.filter(order_id=order_id, state=HoldState.HELD).select_related("voucher").order_by("id")[:1]


def _held(actor: Actor, order_id: str) -> Hold:
    held = _found(actor, order_id)
    if held is None:
        raise NotVisible
    return held


def _captured(actor: Actor, order_id: str, *, same_fen: int | None = None) -> Hold:
    rows = holds_visible_to(actor).select_for_update(of=("self", "voucher")).select_related("voucher")
    taken = rows.filter(order_id=order_id, state=HoldState.CAPTURED).order_by("-id").first()
    if taken is None or (same_fen is not None and taken.captured_fen != same_fen):
        raise NotVisible
    return taken


def _place(voucher: Voucher) -> Place:
    return Place(Kind.VOUCHER, voucher.region, voucher.year, voucher.id)


def _budget(voucher: Voucher) -> Place:
    return Place(Kind.BUDGET, voucher.region, voucher.year)


def _offset_year(held: Hold, fen: Fen, *, on: date) -> int:
    """Whose yearly cap an offset counts against (抵扣计入哪一年).

    Where it is the year of settlement, it moves there as far as that year's caps have room for it; an order that was
    held within its own year's caps is not undone by the next year's, so it then stays counted where it was held.
    """
    terms = replay(held.terms, OffsetTerms).terms
    if terms.offset_year != "settlement_day" or on.year == held.year:
        return held.year
    party_id, scheme = held.voucher.party_id, held.voucher.scheme
    years = {year: year_locked(party_id, scheme, year) for year in sorted((held.year, on.year))}
    facts = facts_of(held)
    used = used_before(held.voucher, years[on.year].used_fen, facts, terms, year=on.year)
    try:
        room = rules.offset(price_fen=Fen(held.price_fen), balance_fen=fen, used=used, facts=facts, terms=terms).fen
    except rules.NothingToOffset:
        return held.year
    return on.year if room >= fen else held.year


def _move_used(held: Hold, *, before_year: int, kept_fen: int) -> None:
    party_id, scheme = held.voucher.party_id, held.voucher.scheme
    if held.year == before_year:
        if held.fen != kept_fen:
            year_locked(party_id, scheme, before_year)
            add_used(party_id, scheme, before_year, kept_fen - held.fen)
        return
    for year, fen in sorted([(before_year, -held.fen), (held.year, kept_fen)]):
        year_locked(party_id, scheme, year)
        add_used(party_id, scheme, year, fen)


def _give_back_when_ended(held: Hold, fen: int, *, now: datetime) -> None:
    """What becomes free on a voucher that has ended goes on to the budget at once (收回)."""
    rule = rules.RETURN_RULES.get(VoucherState(held.voucher.state))
    if rule is None or not fen:
        return
    voucher = held.voucher
    leg = Leg(rule, _place(voucher), _budget(voucher), fen)
    key = f"{held.id}:{rule}:{held.captured_fen}:{held.restored_fen}"
    ledger.post([leg], key=key, subject=voucher.id, now=now)
