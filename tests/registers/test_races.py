"""Two at once on one application: one decision, one admission."""

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from kechuang.kernel.ids import public_number
from kechuang.kernel.machine import MoveNotOpen
from kechuang.registers import commands
from kechuang.registers.models import Admission, Step
from kechuang.trail.models import Event
from tests.registers.conftest import LIBRARY, YUECHENG, World

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = 6


def race(act: Callable[[int], object]) -> list[Exception]:
    start, failed = threading.Barrier(COUNT), []

    def one(number: int) -> None:
        start.wait()
        try:
            act(number)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_six_officers_confirm_once(world: World) -> None:
    _head, admission = world.submitted()
    officers = [world.officer() for _n in range(COUNT)]
    failed = race(lambda n: commands.confirm(officers[n], admission_id=admission.id, now=world.now))
    assert [type(error) for error in failed] == [MoveNotOpen] * (COUNT - 1)
    assert Event.objects.filter(object_id=admission.id, action="registers.confirm").count() == 1


def test_control_without_the_lock_the_steps_key_lets_one_through(world: World) -> None:
    """The same six past the command's lock: all of them see an open step, the database keeps one line of it."""
    _head, admission = world.submitted()

    def sign(number: int) -> None:
        Step.objects.create(
            admission=admission, round=1, step=1, person_id=f"psn_{number}", role="county_officer", at=world.now
        )

    assert [type(error) for error in race(sign)] == [IntegrityError] * (COUNT - 1)


def test_six_clicks_make_one_application(world: World) -> None:
    head = world.provider()
    assert race(lambda _n: world.apply(head)) == []
    assert Admission.objects.filter(party_id=head.party_id).count() == 1


def test_control_the_database_itself_keeps_one_alive(world: World) -> None:
    head = world.provider()

    def write(_number: int) -> None:
        Admission.objects.create(
            number=public_number("RK"),
            scheme=LIBRARY,
            party_id=head.party_id,
            name="x",
            pinyin="x",
            region=YUECHENG,
            revoking_region=YUECHENG,
            entrant_class="qualified_firm",
        )

    assert len(race(write)) == COUNT - 1
