"""Who sees what (越权访问矩阵): every address and API operation with an id, called by everyone who is not entitled.

The matrix is generated from the address table, so that a new page is in it from its first day: a parameter that the
world does not know fails the test.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from django.test import Client

from kechuang.claims.models import Claim
from kechuang.ui import clock
from kechuang.vouchers.models import Voucher
from tests.bookings import owned as bookings
from tests.site.addresses import Address, addresses, owned_addresses, posted
from tests.site.world import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("uncounted"),
    pytest.mark.xdist_group("matrix"),  # one worker makes the world
]

MAY_SAY = {
    "catalog:act": {409},  # an open offer is everybody's to read, so the act is refused, not hidden
}


def test_the_world_knows_every_parameter_of_the_address_table(world: World) -> None:
    known = {*world.owned, "action"}
    assert {one.name: one.parameters for one in owned_addresses() if not set(one.parameters) <= known} == {}


def test_nobody_else_reaches_what_has_an_id(world: World) -> None:
    wrong = []
    with clock.at(world.now):
        for who, actor in world.strangers.items():
            client = world.client(actor)
            for one in owned_addresses():
                wrong += [f"{who} {found}" for found in _reached(client, one, world.ids(one))]
    assert "\n".join(wrong) == ""


def _reached(client: Client, address: Address, ids: Mapping[str, str]) -> Iterator[str]:
    """Every answer but "not found": a page that takes only the other method may say so."""
    path, met = address.written(ids), []
    for call in (client.get, partial(posted, client)):
        answer = call(path)
        met.append(answer.status_code)
        if answer.status_code not in ({404, 405} | MAY_SAY.get(address.name, set())):
            yield f"{answer.status_code} {answer.request['REQUEST_METHOD']} {address.name} {path}"
    if met == [405, 405]:
        yield f"neither method: {address.name}"


def test_one_college_does_not_reach_what_is_anothers(world: World) -> None:
    """二级学院: who acts for one unit of the provider sees that unit's matters only."""
    units = {
        "order_id",
        "claim_id",
        "file_id",
        "account_id",
        "admission_id",
        "carrier_id",
        "subject_id",
    } | bookings.UNITS
    mine = [one for one in owned_addresses() if set(one.parameters) & units]
    with clock.at(world.now):
        client = world.client(world.college())
        wrong = [found for one in mine for found in _reached(client, one, world.ids(one))]
    assert "\n".join(wrong) == ""


def test_who_is_not_signed_in_is_asked_to_sign_in_or_told_nothing(world: World) -> None:
    wrong = []
    with clock.at(world.now):
        for one in owned_addresses():
            path = one.written(world.ids(one))
            for answer in (Client().get(path), posted(Client(), path)):
                asked = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?next=/")
                if not asked and answer.status_code not in (401, 404, 405):
                    wrong.append(f"{answer.status_code} {one.name}")
    assert "\n".join(wrong) == ""


def test_lists_hold_nothing_of_others(world: World) -> None:
    claim = Claim.objects.get(id=world.owned["claim_id"])
    names = {"order_id", "claim_id", "batch_id", "objection_id", "voucher_id", "case_id", "file_id", "account_id"}
    names |= {"budget_id", "substitution_id", "membership_id", "number"}
    hidden = {world.owned[name] for name in names} | {claim.number, Voucher.objects.get(id=world.voucher_id).number}
    plain = [one for one in addresses() if not one.parameters and one.template != "/api/openapi.json"]
    wrong = []
    with clock.at(world.now):
        for who in ("另一机构", "别处各岗位"):
            client = world.client(world.strangers[who])
            for one in plain:
                answer = client.get(one.template)
                if answer.status_code >= 500:
                    wrong.append(f"{who} {answer.status_code} {one.name}")
                if not answer.streaming:
                    found = sorted(word for word in hidden if word.encode() in answer.content)
                    wrong += [f"{who} {one.name} {word}" for word in found]
    assert "\n".join(wrong) == ""
