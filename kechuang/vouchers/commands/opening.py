"""What had been offset on a voucher before this platform (期初抵扣): taken over with an opening posting, and taken back."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import transfers_of
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.policy.book import in_force
from kechuang.trail.commands import record
from kechuang.vouchers.access import roles_on_hold
from kechuang.vouchers.commands.applying import locked
from kechuang.vouchers.commands.caps import add_used, year_locked
from kechuang.vouchers.commands.using import restore
from kechuang.vouchers.models import Hold
from kechuang.vouchers.rules import OffsetTerms, OrderFacts
from kechuang.vouchers.states import HoldState

TAKEN_OVER = "opening"  # what bounded the amount: it was bounded elsewhere


@transaction.atomic
def bring_offset(
    actor: Actor,
    *,
    voucher_id: str,
    order_id: str,
    price_fen: Fen,
    fen: Fen,
    facts: OrderFacts,
    on: date,
    now: datetime,
) -> Hold:
    """Takes over what an order offset elsewhere on `on` and was not yet paid (导入期初抵扣): released, granted, offset.

    Nothing is taken from the voucher's balance here, which was taken over net of it. The year's use counts it.
    Raises NotVisible.
    """
    voucher = locked(actor, voucher_id)
    year = voucher.year
    taken = Hold(voucher=voucher, order_id=order_id, provider_id=facts.provider_id, region=voucher.region, year=year)
    budget, own = Place(Kind.BUDGET, voucher.region, year), Place(Kind.VOUCHER, voucher.region, year, voucher.id)
    legs = [
        Leg("open_release", Place(Kind.APPROPRIATION, voucher.region, year), budget, fen),
        Leg("open_grant", budget, own, fen),
        Leg("open_offset", own, Place(Kind.UNCLAIMED, voucher.region, year, facts.provider_id), fen),
    ]
    before = Hold.objects.filter(order_id=order_id).count()
    *_before, taken.ledger_hold = ledger.post(legs, key=_key(order_id, before), subject=order_id, now=now)
    taken.terms, taken.facts = in_force(voucher.scheme, OffsetTerms, on=on).record, asdict(facts)
    taken.price_fen, taken.fen, taken.captured_fen, taken.bound_by = price_fen, fen, fen, TAKEN_OVER
    taken.held_on = taken.ended_on = on
    taken.state = HoldState.CAPTURED
    taken.save(force_insert=True)
    year_locked(voucher.party_id, voucher.scheme, year)
    add_used(voucher.party_id, voucher.scheme, year, fen)
    role = min(roles_on_hold(actor, taken))
    told = {"order_id": order_id, "fen": fen}
    record(actor, taken, "bring_offset", label=_("导入期初抵扣"), role=role, now=now, target=taken.state, facts=told)
    return taken


@transaction.atomic
def undo_offset(actor: Actor, *, order_id: str, fen: Fen, now: datetime) -> None:
    """Takes the opening of an order back (冲销期初抵扣): restored to the voucher, then out of voucher and budget again.

    Raises NotVisible when there is none, ledger.NotEnough when the provider has claimed the money meanwhile.
    """
    key = _key(order_id, Hold.objects.filter(order_id=order_id).count() - 1)
    opening = [station.id for station in transfers_of([order_id]) if station.key == key]
    if not opening:
        raise NotVisible
    released, granted, _offset = opening
    restore(actor, order_id=order_id, fen=fen, now=now)
    ledger.reverse([granted, released], key=f"{key}:undo", now=now)


def _key(order_id: str, before: int) -> str:
    """Taken over again after it was taken back, it is another posting."""
    return f"{order_id}:opening:{before}"
