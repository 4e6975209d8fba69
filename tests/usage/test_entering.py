"""Service records are entered, corrected and voided; what cannot be is refused; the sums follow."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kechuang.catalog.states import CarrierKind
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.identifiers import WrongCreditCode
from kechuang.trail.queries import altered_rows, way
from kechuang.usage import commands, rules
from kechuang.usage.models import Day, Delay, Hours, InstrumentYear, ServiceMonth, ServiceRecord, Standing
from kechuang.usage.states import Audience, Grade, RecordState
from tests.usage.conftest import Lab, agree, pieces, statements

pytestmark = pytest.mark.django_db


def test_a_service_is_entered_with_its_hours_its_client_and_its_delay(lab: Lab) -> None:
    offer = lab.instrument()
    row = lab.enter(instrument=offer, client_code=lab.code_of(lab.firm), client_name="随便写的")
    assert (row.client_id, row.client_name, row.client_region) == (lab.firm.party_id, "绍兴示例企业", "330602")
    assert (row.minutes, row.version, row.state) == (120, 1, RecordState.ENTERED)
    assert pieces(offer) == [("C", 120, True)]
    year = InstrumentYear.objects.get(instrument=offer)
    assert (year.typed, year.external, year.services, year.amount_fen) == (120, 120, 1, 40_000)
    month = ServiceMonth.objects.get()
    assert (month.enterprises, month.external_fen, month.client_region) == (1, 40_000, "330602")
    assert Delay.objects.get().days == 3
    assert [event.action for event in way([row.id])] == ["usage.enter"]
    assert altered_rows() == []
    assert agree()


def test_services_without_an_instrument_count_too(lab: Lab) -> None:
    row = lab.enter()
    assert (row.minutes, row.instrument_id) == (0, None)
    assert not Hours.objects.exists()
    assert ServiceMonth.objects.get().enterprises == 1


def test_the_same_again_answers_with_the_first_another_under_its_number_is_refused(lab: Lab) -> None:
    offer = lab.instrument()
    first = lab.enter(instrument=offer, internal_number="2025-001")
    assert lab.enter(instrument=offer, internal_number="2025-001").id == first.id
    with pytest.raises(rules.NumberTaken):
        lab.enter(12, 13, instrument=offer, internal_number="2025-001")
    another = lab.carrier(lab.staff, "中试基地")
    assert lab.enter(carrier_id=another.id, internal_number="2025-001").id != first.id
    assert Standing.objects.count() == 2


def test_hours_on_one_instrument_never_overlap(lab: Lab) -> None:
    offer, second = lab.instrument(), lab.instrument()
    first = lab.enter(9, 11, instrument=offer)
    with pytest.raises(rules.Overlapping) as refused:
        lab.enter(10, 12, instrument=offer)
    assert refused.value.facts["number"] == first.internal_number
    lab.enter(11, 12, instrument=offer)
    lab.enter(10, 12, instrument=second)
    lab.enter(23, 25, instrument=offer)
    assert Day.objects.filter(instrument=offer).count() == 2
    with pytest.raises(rules.Overlapping):
        lab.enter(0, 1, days=-2, instrument=offer)


def test_the_database_itself_keeps_hours_apart_and_days_short(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(9, 11, instrument=offer)
    kept = Hours.objects.get()
    with pytest.raises(IntegrityError, match="hours_no_overlap"), transaction.atomic():
        Hours.objects.create(
            instrument=offer, on=kept.on, from_at=kept.from_at, until_at=kept.until_at, minutes=1, grade=Grade.METER
        )
    with pytest.raises(IntegrityError, match="day_has_24_hours"), transaction.atomic():
        Day.objects.filter(instrument=offer).update(minutes=1_441)


def test_a_day_of_an_instrument_has_24_hours(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(0, 48, days=-4, instrument=offer, minutes=30 * 60)
    with pytest.raises(rules.DayFull) as refused:
        lab.enter(0, 48, days=-4, instrument=offer, minutes=19 * 60)
    assert refused.value.facts["free"] == "18"
    lab.enter(0, 48, days=-4, instrument=offer, minutes=18 * 60)
    assert set(Day.objects.values_list("minutes", flat=True)) == {1_440}
    with pytest.raises(rules.MoreThanSpan):
        lab.enter(9, 10, instrument=offer, minutes=61)
    assert agree()


def test_a_correction_is_a_new_version_that_names_the_former(lab: Lab) -> None:
    offer = lab.instrument()
    first = lab.enter(9, 11, instrument=offer, client_code=lab.code_of(lab.firm))
    lab.days(40)
    changes = {
        "until_at": lab.at(10, days=-43),
        "minutes": 60,
        "amount_fen": 20_000,
        "client_code": lab.code_of(lab.far),
        "client_id": "",
    }
    second = commands.correct(lab.staff, record_id=first.id, changes=changes, reason="结束时间填错", now=lab.now)
    assert (second.former_id, second.version, second.number, second.state) == (first.id, 2, first.number, "corrected")
    assert pieces(offer) == [("C", 60, True)]
    assert ServiceRecord.objects.count() == 2
    assert {(m.client_region, m.enterprises) for m in ServiceMonth.objects.all()} == {("330602", 0), ("330603", 1)}
    assert Delay.objects.filter(records__gt=0).get().days == 3
    assert agree()
    with pytest.raises(rules.Superseded):
        commands.correct(lab.staff, record_id=first.id, changes={"title": "另一版"}, reason="再改", now=lab.now)
    with pytest.raises(rules.NothingChanged):
        commands.correct(lab.staff, record_id=second.id, changes={"title": second.title}, reason="没改", now=lab.now)
    with pytest.raises(rules.ReasonMissing):
        commands.correct(lab.staff, record_id=second.id, changes={"title": "改"}, reason=" ", now=lab.now)


def test_a_corrected_record_may_move_within_its_own_former_hours(lab: Lab) -> None:
    offer, second = lab.instrument(), lab.instrument()
    row = lab.enter(9, 11, instrument=offer)
    row = commands.correct(
        lab.staff, record_id=row.id, changes={"from_at": lab.at(10), "until_at": lab.at(12), "minutes": 120}, reason="晚了一小时", now=lab.now
    )  # fmt: skip
    row = commands.correct(
        lab.staff, record_id=row.id, changes={"instrument_id": second.id}, reason="仪器填错", now=lab.now
    )
    assert (pieces(offer), pieces(second)) == ([], [("C", 120, True)])
    assert agree()


def test_a_voided_record_stays_readable_and_counts_nowhere(lab: Lab) -> None:
    offer = lab.instrument()
    row = lab.enter(9, 11, instrument=offer)
    void = commands.void(lab.staff, record_id=row.id, reason="重复登记", now=lab.now)
    assert (void.state, void.former_id, Standing.objects.get().active) == ("voided", row.id, False)
    assert pieces(offer) == []
    lab.enter(10, 12, instrument=offer)
    assert agree()
    with pytest.raises(Exception, match="move_not_open"):
        commands.void(lab.staff, record_id=void.id, reason="再作废", now=lab.now)


def test_several_services_under_one_order_are_one_visit(lab: Lab) -> None:
    first = lab.enter(9, 10, order_number="HT-1")
    second = lab.enter(10, 11, order_number="HT-1")
    lab.enter(11, 12, order_number="HT-2")
    lab.enter(12, 13)
    assert sum(ServiceMonth.objects.values_list("enterprises", flat=True)) == 3
    commands.void(lab.staff, record_id=first.id, reason="重复", now=lab.now)
    assert sum(ServiceMonth.objects.values_list("enterprises", flat=True)) == 3
    assert Standing.objects.get(id=second.root_id).once
    assert agree()


def test_only_the_carriers_own_people_enter_for_it(lab: Lab) -> None:
    offer = lab.instrument()
    with pytest.raises(NotVisible):
        lab.enter(instrument=offer, by=lab.firm)
    row = lab.enter(instrument=offer)
    with pytest.raises(NotVisible):
        commands.void(lab.firm, record_id=row.id, reason="不是我的", now=lab.now)
    theirs = lab.carrier(lab.other, "检测中心", kind=CarrierKind.UNIVERSITY)
    with pytest.raises(NotVisible):
        lab.enter(carrier_id=theirs.id, instrument=offer, by=lab.other)
    second = lab.carrier(lab.staff, "中试基地")
    with pytest.raises(rules.NotOfCarrier):
        lab.enter(carrier_id=second.id, instrument=offer)
    with pytest.raises(WrongCreditCode):
        lab.enter(12, 13, client_code="91330602000000000X")


def test_nothing_before_the_instrument_was_on_the_books_and_nothing_in_the_future(lab: Lab) -> None:
    offer = lab.instrument(booked_on=lab.today)
    with pytest.raises(rules.BeforeExisting):
        lab.enter(instrument=offer)
    with pytest.raises(rules.InFuture):
        lab.enter(9, 11, days=1)
    bonded = lab.instrument(under_customs=True)
    with pytest.raises(rules.CustomsMissing):
        lab.enter(instrument=bonded)
    lab.enter(instrument=bonded, customs_notice="关通1号")
    with pytest.raises(rules.OwnParty):
        lab.enter(client_code=lab.code_of(lab.staff))


def test_entering_costs_the_same_however_much_there_is(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(0, 1, instrument=offer)
    few = statements(lambda: lab.enter(1, 2, instrument=offer))
    for hour in range(2, 12):
        lab.inside(hour, hour + 1, instrument=offer)
    assert statements(lambda: lab.enter(13, 14, instrument=offer)) == few
    assert few <= 20


def test_inside_use_is_no_service_to_enterprises(lab: Lab) -> None:
    offer = lab.instrument()
    lab.inside(instrument=offer)
    year = InstrumentYear.objects.get()
    assert (year.external, year.typed, year.external_services) == (0, 120, 0)
    month = ServiceMonth.objects.get()
    assert (month.services, month.enterprises) == (1, 0)
    assert ServiceRecord.objects.get().audience == Audience.INSIDE
    assert timedelta(hours=2) == ServiceRecord.objects.get().until_at - ServiceRecord.objects.get().from_at
