"""A sample from its announcement to its end: every hand it passes through is written, whatever is missing is refused."""

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from kechuang.bookings import commands, queries
from kechuang.bookings.commands import Declared, Picture
from kechuang.bookings.models import Sample, SampleStep
from kechuang.bookings.rules import GroupMissing, ReasonMissing
from kechuang.bookings.rules.samples import (
    Afterwards,
    CourierMissing,
    Hazard,
    HazardByArrangement,
    HazardUndescribed,
    Keeper,
    ReturnAddressMissing,
    SampleLate,
    SettleDayPast,
)
from kechuang.bookings.states import SAMPLE_MACHINE, SampleState
from kechuang.catalog.models import Offer
from kechuang.documents.queries import open_file
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.outbox.models import Message
from kechuang.trail.queries import altered_rows
from tests.bookings.conftest import Lab, lab, statements

__all__ = ["lab"]


def png() -> Picture:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(written, "PNG")
    return Picture("收样.png", written.getvalue())


def announced(lab: Lab, offer: Offer, by: Actor | None = None, **more: Any) -> Sample:
    said = {"name": "镀锌板", "expected_on": lab.today, "return_address": "越城区 1 号"} | more
    key = said.pop("key", "")
    return commands.announce_sample(
        by or lab.firm, instrument_id=offer.id, sample=Declared(**said), key=key, now=lab.now
    )


def received(lab: Lab, offer: Offer) -> Sample:
    row = announced(lab, offer)
    commands.ship_sample(lab.firm, sample_id=row.id, courier="顺丰", number="SF1", now=lab.now)
    return commands.receive_sample(lab.staff, sample_id=row.id, photo=png(), place="A3 柜", now=lab.now)


def finished(lab: Lab, offer: Offer) -> Sample:
    row = received(lab, offer)
    commands.begin_sample(lab.staff, sample_id=row.id, now=lab.now)
    day = lab.today + timedelta(days=30)
    return commands.finish_sample(lab.staff, sample_id=row.id, settle_by_on=day, now=lab.now)


def test_the_whole_chain_is_written(lab: Lab) -> None:
    offer = lab.instrument()
    row = received(lab, offer)
    commands.pass_on_sample(lab.staff, sample_id=row.id, who="制样间", place="B1", now=lab.now)
    commands.begin_sample(lab.staff, sample_id=row.id, now=lab.now)
    commands.finish_sample(lab.staff, sample_id=row.id, settle_by_on=lab.today + timedelta(days=30), now=lab.now)
    commands.return_sample(lab.staff, sample_id=row.id, courier="顺丰", number="SF2", now=lab.now)
    row.refresh_from_db()
    assert row.state == SampleState.RETURNED
    keepers = list(SampleStep.objects.order_by("id").values_list("keeper", "place"))
    here = (Keeper.PROVIDER, "B1")
    assert keepers == [
        (Keeper.HOLDER, ""),
        (Keeper.COURIER, ""),
        (Keeper.PROVIDER, "A3 柜"),
        here,
        here,
        here,
        (Keeper.HOLDER, "B1"),
    ]
    assert not altered_rows()


def test_the_picture_of_its_arrival_is_for_both_sides(lab: Lab) -> None:
    row = received(lab, lab.instrument())
    sheet = queries.sample(lab.firm, row.id)
    (file,) = sheet.files.values()
    assert open_file(lab.firm, file.id).content == png().content
    assert open_file(lab.staff, file.id).content == png().content
    with pytest.raises(NotVisible):
        open_file(lab.other, file.id)


def test_a_rejection_says_why(lab: Lab) -> None:
    offer = lab.instrument()
    row = announced(lab, offer)
    with pytest.raises(ReasonMissing):
        commands.reject_sample(lab.staff, sample_id=row.id, reason=" ", now=lab.now)
    commands.reject_sample(lab.staff, sample_id=row.id, reason="包装破损", photo=png(), now=lab.now)
    row.refresh_from_db()
    assert (row.state, row.reason) == (SampleState.REJECTED, "包装破损")
    assert Message.objects.filter(subject_id=row.id, to_person=lab.firm.person_id).exists()


def test_the_queue_begins_with_what_is_here(lab: Lab) -> None:
    offer = lab.instrument()
    later = announced(lab, offer, expected_on=lab.today + timedelta(days=5), name="后")
    sooner = announced(lab, offer, by=lab.other, expected_on=lab.today + timedelta(days=1), name="先")
    here = received(lab, offer)
    assert [row.id for row in queries.queue(lab.staff)] == [here.id, sooner.id, later.id]
    assert queries.sample(lab.firm, later.id).ahead == 2
    assert queries.sample(lab.firm, here.id).ahead == 0
    assert queries.queue_length(offer.id) == 3
    assert [row.state_label for row in queries.samples_waiting_for(lab.staff, on=lab.today)] == ["已收样"]


def test_disposal_says_how(lab: Lab) -> None:
    row = finished(lab, lab.instrument())
    with pytest.raises(ReasonMissing):
        commands.dispose_sample(lab.staff, sample_id=row.id, note="", now=lab.now)
    commands.dispose_sample(lab.staff, sample_id=row.id, note="交危废公司", now=lab.now)
    row.refresh_from_db()
    assert (row.state, row.keeper) == (SampleState.DISPOSED, Keeper.NOBODY)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"hazard": Hazard.TOXIC}, HazardUndescribed),
        ({"hazard": Hazard.RADIOACTIVE, "hazard_note": "Co-60"}, HazardByArrangement),
        ({"return_address": ""}, ReturnAddressMissing),
    ],
)
def test_what_a_declaration_lacks_is_refused(lab: Lab, said: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        announced(lab, lab.instrument(), **said)
    assert not Sample.objects.exists()


def test_what_is_disposed_of_needs_no_address(lab: Lab) -> None:
    assert announced(lab, lab.instrument(), afterwards=Afterwards.DISPOSE, return_address="").state == "announced"


def test_days_that_passed_are_refused(lab: Lab) -> None:
    offer = lab.instrument()
    with pytest.raises(SampleLate):
        announced(lab, offer, expected_on=lab.today - timedelta(days=1))
    row = received(lab, offer)
    commands.begin_sample(lab.staff, sample_id=row.id, now=lab.now)
    yesterday = lab.today - timedelta(days=1)
    with pytest.raises(SettleDayPast):
        commands.finish_sample(lab.staff, sample_id=row.id, settle_by_on=yesterday, now=lab.now)


def test_a_parcel_has_a_number(lab: Lab) -> None:
    row = announced(lab, lab.instrument())
    with pytest.raises(CourierMissing):
        commands.ship_sample(lab.firm, sample_id=row.id, courier="顺丰", number="", now=lab.now)


def test_insiders_say_group_and_fund(lab: Lab) -> None:
    offer, insider = lab.instrument(), lab.colleague(lab.staff)
    with pytest.raises(GroupMissing):
        announced(lab, offer, by=insider)
    assert announced(lab, offer, by=insider, group="材料组", fund_number="2024-1").group == "材料组"


def test_asked_twice_with_one_key_it_is_one_sample(lab: Lab) -> None:
    offer = lab.instrument()
    assert announced(lab, offer, key="k").id == announced(lab, offer, key="k").id


def test_strangers_see_no_sample(lab: Lab) -> None:
    row = announced(lab, lab.instrument())
    with pytest.raises(NotVisible):
        queries.sample(lab.other, row.id)
    with pytest.raises(NotVisible):
        commands.ship_sample(lab.other, sample_id=row.id, courier="a", number="b", now=lab.now)


ACTS = {
    "ship": {"courier": "顺丰", "number": "1"},
    "receive": {},
    "reject": {"reason": "破损"},
    "pass_on": {"who": "乙"},
    "begin": {},
    "finish": {},
    "give_back": {"courier": "顺丰", "number": "2"},
    "dispose": {"note": "焚烧"},
    "withdraw": {},
}
CALLS = {"give_back": commands.return_sample} | {
    name: getattr(commands, f"{name}_sample") for name in ACTS if name != "give_back"
}


@pytest.mark.parametrize("state", list(SampleState))
def test_only_listed_moves_are_open_to_each_side(lab: Lab, state: SampleState) -> None:
    """Each act by each side in each state through the real command: what the table does not list is refused."""
    offer = lab.instrument()
    for action, given in ACTS.items():
        for actor, role in ((lab.firm, "holder"), (lab.staff, "provider")):
            row = announced(lab, offer)
            keeper = Keeper.PROVIDER if state in {"received", "testing", "tested"} else Keeper.HOLDER
            Sample.objects.filter(id=row.id).update(state=state, keeper=keeper, received_at=lab.now, reason="x")
            more = given | ({"settle_by_on": lab.today} if action == "finish" else {})
            open_now = any(move.action == action for move in SAMPLE_MACHINE.open(state, {role}))  # type: ignore[arg-type]
            if open_now:
                CALLS[action](actor, sample_id=row.id, now=lab.now, **more)
            else:
                with pytest.raises(MoveNotOpen):
                    CALLS[action](actor, sample_id=row.id, now=lab.now, **more)
                row.refresh_from_db()
                assert row.state == state


def test_one_sample_costs_the_same_however_long_its_way(lab: Lab) -> None:
    row = received(lab, lab.instrument())
    few = statements(lambda: queries.sample(lab.staff, row.id))
    for place in "abcdef":
        commands.pass_on_sample(lab.staff, sample_id=row.id, who="甲", place=place, now=lab.now)
    assert statements(lambda: queries.sample(lab.staff, row.id)) == few
