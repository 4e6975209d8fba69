"""Records of any room by their id or number: where their page is, and on whom they wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.claims import queries as claims
from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import PUBLIC, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.orders import queries as orders
from kechuang.subsidies import queries as subsidies
from kechuang.treasury import queries as treasury
from kechuang.vouchers import queries as vouchers


class NobodyToNudge(Refusal):
    code = "portal.nobody_to_nudge"
    text = _("{number} 当前没有在办的时限，无需催办")
    remedy = _("请打开该事项查看最新状态")
    status = 422


@dataclass(frozen=True, slots=True)
class Place:
    """A record: its id, its number, where its page is, and whose it is."""

    subject_id: str
    number: str
    url: str
    region: str
    parties: Mapping[Role, str]


@dataclass(frozen=True, slots=True)
class Wait:
    """On whom a record waits: an office over a region, or a party."""

    place: Place
    role: Role
    party_id: str


def find(actor: Actor, number: str) -> Place | None:
    """The order, claim, voucher or budget of this number, when the actor may see it."""
    for rows, page in _rooms(actor).values():
        if row := rows.filter(number=number).first():
            return _place(row, page)
    return None


def place(actor: Actor, subject_id: str) -> Place:
    """The order, claim, voucher, budget or subsidy statement of this id; raises NotVisible when there is none for the actor."""
    prefix, *_rest = subject_id.partition("_")
    rows, page = _rooms(actor).get(prefix, (None, ""))
    if rows is None or not (row := rows.filter(id=subject_id).first()):
        raise NotVisible
    return _place(row, page)


def follows(subject_id: str) -> bool:
    """Whether the money of such a record has a way of its own."""
    return subject_id.partition("_")[0] in _rooms(PUBLIC)


def waits_on(actor: Actor, subject_id: str, *, on: date) -> Wait:
    """Whose clock runs on a record; raises NotVisible, NobodyToNudge (also when it is the actor's own turn)."""
    found = place(actor, subject_id)
    clock = clocks([subject_id], on=on).get(subject_id)
    role = Role(clock.role) if clock else Role.CLOCK
    party_id = found.parties.get(role, "")
    if clock is None or (party_id and party_id == actor.party_id) or role in actor.roles_in(found.region):
        raise NobodyToNudge(number=found.number)
    return Wait(found, role, party_id)


def may_nudge(actor: Actor, subject_id: str, *, on: date) -> bool:
    """Whether somebody else holds the record up."""
    try:
        waits_on(actor, subject_id, on=on)
    except NobodyToNudge:
        return False
    return True


def _rooms(actor: Actor) -> dict[str, tuple[QuerySet[Any], str]]:
    return {
        "ord": (orders.listed(actor), "orders:order"),
        "clm": (claims.queue(actor), "claims:claim"),
        "vch": (vouchers.listed(actor), "vouchers:voucher"),
        "bud": (treasury.budgets(actor), "treasury:budget"),
        "sbs": (subsidies.statements(actor), "subsidies:statement"),
    }


def _place(row: Any, page: str) -> Place:
    holder = getattr(row, "holder_id", "") or getattr(row, "holder_party", "") or getattr(row, "party_id", "")
    provider = getattr(row, "provider_id", "") or getattr(row, "provider_party", "")
    parties = {Role.HOLDER: holder, Role.PROVIDER: provider}
    return Place(row.id, row.number, reverse(page, args=[row.id]), row.region, parties)
