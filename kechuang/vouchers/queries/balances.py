"""What a holder has left: vouchers with their balances, holds of an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import Balance, balances
from kechuang.ledger.rules import Kind
from kechuang.ui.compiled import compiled
from kechuang.vouchers import rules
from kechuang.vouchers.access import visible_to
from kechuang.vouchers.models import Hold, HolderYear, Voucher
from kechuang.vouchers.states import VoucherState


@dataclass(frozen=True, slots=True)
class LiveVoucher:
    """One voucher that can be used now (可用创新券), with what is left of it."""

    voucher: Voucher
    balance: Balance

    @property
    def used_fen(self) -> int:
        """What of the face amount is no longer in the voucher (已抵扣)."""
        return self.voucher.face_fen - self.balance.posted_fen


def own_cards(actor: Actor) -> list[LiveVoucher]:
    """Every voucher and application of the actor's own party, newest first, each with its balance. Two statements."""
    rows = list(visible_to(actor).filter(party_id=actor.party_id).order_by("-id")) if actor.party_id else []
    left = balances_of(rows)
    return [LiveVoucher(voucher, left[voucher.id]) for voucher in rows]


def live_of(party_id: str, *, on: date) -> list[LiveVoucher]:
    """The holder's vouchers that can be used on a day, the first to expire first. Two statements."""
    rows = Voucher.objects.filter(party_id=party_id, state=VoucherState.ISSUED, valid_from__lte=on, valid_until__gt=on)
    vouchers = list(rows.order_by("valid_until", "id"))
    left = balances_of(vouchers)
    return [LiveVoucher(voucher, left[voucher.id]) for voucher in vouchers]


@compiled
def _live(on: date) -> QuerySet[Voucher]:
    rows = Voucher.objects.filter(state=VoucherState.ISSUED, valid_from__lte=on, valid_until__gt=on)
    return rows.defer("terms", "checks", "declared").order_by("valid_until", "id")


def live_by_holder(*, on: date) -> dict[str, LiveVoucher]:
    """By party the voucher each holder would use on a day: of those with something left the first to expire."""
    vouchers = _live(on)
    left = balances_of(vouchers)
    found: dict[str, LiveVoucher] = {}
    for voucher in vouchers:
        known = found.get(voucher.party_id)
        if known is None or not known.balance.free_fen:
            found[voucher.party_id] = LiveVoucher(voucher, left[voucher.id])
    return found


def usable(party_id: str, voucher_id: str, scheme: str, *, on: date) -> Voucher:
    """The holder's own issued voucher of a scheme, for an order; raises NotUsable. Its dates are looked at when held."""
    row = _own.first(voucher_id, party_id, scheme)
    if row is None:
        raise rules.NotUsable()
    rules.refuse_out_of_date(row.valid_from, row.valid_until, on=on)
    return row


@compiled
def _own(voucher_id: str, party_id: str, scheme: str) -> QuerySet[Voucher]:
    return Voucher.objects.filter(id=voucher_id, party_id=party_id, scheme=scheme, state=VoucherState.ISSUED)


def balances_of(vouchers: Sequence[Voucher]) -> dict[str, Balance]:
    empty = dict.fromkeys((voucher.id for voucher in vouchers), Balance())
    if not vouchers:
        return empty
    found = balances(Kind.VOUCHER, owners=list(empty))
    return {**empty, **{place.owner: left for place, left in found.items()}}


def used_in_year(party_id: str, scheme: str, year: int) -> Fen:
    """What one holder has set aside and used under one scheme in one year (年度已用)."""
    row = HolderYear.objects.filter(party_id=party_id, scheme=scheme, year=year).first()
    return Fen(row.used_fen if row else 0)


def holds_of(order_id: str) -> list[Hold]:
    """Every hold an order ever had, oldest first; the caller has shown that the actor may see the order."""
    return list(Hold.objects.filter(order_id=order_id).order_by("id"))
