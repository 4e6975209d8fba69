"""The whole space of an offer through the real commands."""

import itertools
from collections.abc import Callable

import pytest
from django.db import transaction

from kechuang.catalog import commands
from kechuang.catalog.access import roles_on
from kechuang.catalog.models import Offer
from kechuang.catalog.states import OFFER_MACHINE, OfferState
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.machine import MoveNotOpen
from kechuang.trail.models import Event
from tests.catalog.conftest import LIST, World

pytestmark = pytest.mark.django_db
OFFICES = [
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.BUDGET_AUTHOR,
    Role.COUNTY_FINANCE,
    Role.CITY_SCIENCE,
    Role.CITY_FINANCE,
    Role.SHARING_OFFICE,
    Role.DEPARTMENT_DESK,
    Role.AUDITOR,
]


def calls(world: World, offer: Offer) -> dict[str, Callable[[Actor], object]]:
    common = {"offer_id": offer.id, "now": world.now}
    said = {"name": "x", "service_class": "testing", "content": "内容", "process": "流程"}
    return {
        "edit": lambda a: commands.edit_offer(a, **said, **common),
        "price": lambda a: commands.set_prices(a, lines=LIST, valid_from=world.today, **common),
        "open": lambda a: commands.open_offer(a, **common),
        "pause": lambda a: commands.pause_offer(a, **common),
        "close": lambda a: commands.close_offer(a, **common),
    }


def attempt(call: Callable[[Actor], object], actor: Actor) -> Exception | None:
    try:
        with transaction.atomic():
            call(actor)
            transaction.set_rollback(True)
    except (Refusal, NotVisible) as refusal:
        return refusal
    return None


def test_offers_move_only_as_the_table_lists(world: World) -> None:
    head = world.provider()
    offer = world.offer(head, world.carrier(head, department="教育"))
    commanded = calls(world, offer)
    assert set(commanded) == {move.action for move in OFFER_MACHINE.moves}
    actors = {role: world.officer(role, department="教育" if role is Role.DEPARTMENT_DESK else "") for role in OFFICES}
    actors |= {Role.PROVIDER: head, Role.HOLDER: world.provider("另一机构"), Role.CLOCK: CLOCK}
    for state in OfferState:
        Offer.objects.filter(id=offer.id).update(state=state)
        offer.refresh_from_db()
        for action, (role, actor) in itertools.product(commanded, actors.items()):
            roles, before = roles_on(actor, offer), Event.objects.count()
            listed = any(m.action == action and state in m.source and roles & m.by for m in OFFER_MACHINE.moves)
            came = attempt(commanded[action], actor)
            if listed:
                assert came is None, (state, action, role, came)
            else:
                assert isinstance(came, MoveNotOpen | NotVisible), (state, action, role, came)
            assert Event.objects.count() == before
            assert Offer.objects.get(id=offer.id).state == state
