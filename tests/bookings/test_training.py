"""Training: asked for, held, passed with a last day; then the person may operate alone."""

from datetime import timedelta

import pytest

from kechuang.bookings import commands, queries
from kechuang.bookings.models import Qualification, Training
from kechuang.bookings.rules import NotQualified, ReasonMissing
from kechuang.bookings.rules.training import AlreadyAsked, AlreadyQualified, TrainingNotOffered, TrainingPast
from kechuang.bookings.states import TrainingState
from kechuang.catalog.models import Instrument, Offer
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.trail.queries import altered_rows
from tests.bookings.conftest import Lab, lab, statements

__all__ = ["lab"]


def trained(lab: Lab) -> Offer:
    """An instrument that is open to who was trained."""
    offer = lab.instrument()
    Instrument.objects.create(offer=offer, open_modes=["slot", "training"], class_version="2015", share_mode="external")
    return offer


def asked(lab: Lab, offer: Offer) -> Training:
    return commands.request_training(lab.firm, instrument_id=offer.id, note="用过同类设备", now=lab.now)


def test_who_passed_books_alone(lab: Lab) -> None:
    offer = trained(lab)
    with pytest.raises(NotQualified):
        lab.book(offer, 9, 10, mode="training")
    row = asked(lab, offer)
    at = lab.now + timedelta(days=1)
    commands.schedule_training(lab.staff, training_id=row.id, at=at, place="101", now=lab.now)
    last = lab.today + timedelta(days=365)
    commands.pass_training(lab.staff, training_id=row.id, trained_on=lab.today, valid_until=last, now=lab.now)
    row.refresh_from_db()
    assert row.state == TrainingState.PASSED
    assert Qualification.objects.get().valid_until == last
    assert lab.book(offer, 9, 10, mode="training").state == "confirmed"
    assert not altered_rows()
    with pytest.raises(AlreadyQualified):
        asked(lab, offer)


def test_one_open_request_each(lab: Lab) -> None:
    offer = trained(lab)
    row = asked(lab, offer)
    with pytest.raises(AlreadyAsked):
        asked(lab, offer)
    commands.withdraw_training(lab.firm, training_id=row.id, now=lab.now)
    assert asked(lab, offer).id != row.id


def test_what_is_not_open_to_the_trained(lab: Lab) -> None:
    offer = lab.instrument()
    Instrument.objects.create(offer=offer, open_modes=["slot"], class_version="2015", share_mode="external")
    with pytest.raises(TrainingNotOffered):
        asked(lab, offer)


def test_a_no_says_why(lab: Lab) -> None:
    offer = trained(lab)
    row = asked(lab, offer)
    with pytest.raises(ReasonMissing):
        commands.decline_training(lab.staff, training_id=row.id, reason="", now=lab.now)
    commands.schedule_training(lab.staff, training_id=row.id, at=lab.now + timedelta(days=1), now=lab.now)
    with pytest.raises(MoveNotOpen):
        commands.decline_training(lab.staff, training_id=row.id, reason="名额已满", now=lab.now)
    commands.fail_training(lab.staff, training_id=row.id, reason="未完成考核", now=lab.now)
    row.refresh_from_db()
    assert (row.state, row.reason) == (TrainingState.FAILED, "未完成考核")


def test_no_training_in_the_past_and_none_by_others(lab: Lab) -> None:
    row = asked(lab, trained(lab))
    with pytest.raises(TrainingPast):
        commands.schedule_training(lab.staff, training_id=row.id, at=lab.now, now=lab.now)
    with pytest.raises(MoveNotOpen):
        commands.pass_training(lab.firm, training_id=row.id, trained_on=lab.today, now=lab.now)
    with pytest.raises(NotVisible):
        commands.withdraw_training(lab.other, training_id=row.id, now=lab.now)


def test_lists_cost_the_same(lab: Lab) -> None:
    offer = trained(lab)
    asked(lab, offer)
    few = statements(lambda: queries.trainings(lab.staff, side="provider"))
    for name in ("甲", "乙", "丙"):
        commands.request_training(lab.colleague(lab.other, name), instrument_id=offer.id, now=lab.now)
    assert statements(lambda: queries.trainings(lab.staff, side="provider")) == few
    assert len(queries.trainings(lab.staff, side="provider")) == 4
    assert len(queries.around_waiting_for(lab.staff, on=lab.today)) == 4
