"""Figures of use: utilisation over base hours, the goal, idle instruments, services by month, delays."""

from datetime import date

import pytest

from kechuang.catalog.models import Instrument
from kechuang.kernel.actor import PUBLIC, Role
from kechuang.kernel.errors import NotVisible
from kechuang.usage import commands, queries, rules
from kechuang.usage.models import InstrumentYear
from kechuang.usage.states import Audience, Scope
from tests.catalog.conftest import KEQIAO, YUECHENG
from tests.usage.conftest import Lab, statements

pytestmark = pytest.mark.django_db
DAYS = 69  # of 2025 until the tenth of March, included
BASE = 1_400 * 60 * DAYS // 365


def test_a_carriers_board_counts_every_instrument_also_one_never_used(lab: Lab) -> None:
    used, new = lab.instrument(), lab.instrument(booked_on=lab.today, original_value_fen=30_000_000)
    lab.instrument(category="special", original_value_fen=None)
    lab.enter(9, 11, instrument=used)
    lab.inside(11, 17, instrument=used)
    board = queries.carrier_board(lab.staff, lab.house.id, year=2025, on=lab.today)
    assert [stock.instruments for stock in board.bands] == [3, 2, 1]
    assert board.bands[2].base == BASE
    assert board.total.base == BASE + 1_400 * 60 // 365 + 800 * 60 * DAYS // 365
    assert (board.total.used, board.total.external.bp) == (480, 2_500)
    assert board.bands[2].use.bp == 480 * 10_000 // BASE
    assert next(row.id for row in board.idle) == used.id
    assert {row.id for row in board.idle} > {new.id}
    assert (board.months[2]["enterprises"], board.months[2]["services"]) == (1, 2)
    assert (board.delays.records, board.delays.median, board.delays.within_bp) == (2, 3, 10_000)
    assert board.goal is None


def test_idle_says_what_to_do(lab: Lab) -> None:
    broken, hidden = lab.instrument(run_status="repair"), lab.instrument(share_mode="internal")
    busy = lab.instrument()
    for day in range(-60, -30):
        lab.inside(0, 24, days=day, instrument=busy)
    board = queries.carrier_board(lab.staff, lab.house.id, year=2025, on=lab.today)
    advice = {row.id: row.advice for row in board.idle}
    assert set(advice) == {broken.id, hidden.id}
    assert "修复" in advice[broken.id]
    assert board.total.idle == 2


def test_the_goal_stands_five_points_over_the_baseline_with_its_source(lab: Lab) -> None:
    lab.instrument()
    for wrong in ({"source": " "}, {"utilisation_bp": 10_001}):
        given = {"utilisation_bp": 6_000, "source": "2024 年度统计"} | wrong
        with pytest.raises(rules.BaselineWrong):
            commands.set_baseline(
                lab.staff, scope=Scope.CARRIER, subject_id=lab.house.id, year=2024, now=lab.now, **given
            )  # type: ignore[arg-type]
    for bp in (5_000, 6_000):
        commands.set_baseline(
            lab.staff,
            scope=Scope.CARRIER,
            subject_id=lab.house.id,
            year=2024,
            utilisation_bp=bp,
            source="统计",
            now=lab.now,
        )
    board = queries.carrier_board(lab.staff, lab.house.id, year=2025, on=lab.today)
    assert board.goal is not None
    assert (board.goal.wanted_bp, board.goal.met) == (6_500, False)
    with pytest.raises(NotVisible):
        commands.set_baseline(
            lab.firm, scope=Scope.CARRIER, subject_id=lab.house.id, year=2024, utilisation_bp=1, source="x", now=lab.now
        )
    with pytest.raises(NotVisible):
        commands.set_baseline(
            lab.staff, scope=Scope.REGION, subject_id=YUECHENG, year=2024, utilisation_bp=1, source="x", now=lab.now
        )


def test_a_regions_board_counts_its_carriers_and_the_firms_seated_there(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(9, 11, instrument=offer, client_code=lab.code_of(lab.far))
    lab.enter(11, 12, instrument=offer, client_code=lab.code_of(lab.firm))
    city = lab.officer(Role.CITY_SCIENCE, "330600")
    board = queries.region_board(city, "330600", year=2025, on=lab.today)
    assert board.target is not None
    assert (board.target.reached, board.target.wanted) == (2, 60_000)
    assert [row.id for row in board.carriers] == [lab.house.id]
    assert board.carriers[0].services["enterprises"] == 2
    assert [row.id for row in board.counties] == [YUECHENG]
    county = queries.region_board(lab.officer(Role.COUNTY_OFFICER, KEQIAO), KEQIAO, year=2025, on=lab.today)
    assert (county.total.instruments, county.target) == (0, None)
    assert sum(month["enterprises"] for month in county.client_months) == 1
    province = queries.public_board("330000", year=2025, on=lab.today)
    assert province.target is not None
    assert (province.target.wanted, province.idle, province.carriers) == (500_000, [], [])


def test_boards_are_for_who_may_see_them(lab: Lab) -> None:
    for actor in (lab.firm, PUBLIC, lab.officer(Role.COUNTY_OFFICER, KEQIAO)):
        with pytest.raises(NotVisible):
            queries.carrier_board(actor, lab.house.id, year=2025, on=lab.today)
        with pytest.raises(NotVisible):
            queries.region_board(actor, YUECHENG, year=2025, on=lab.today)
        with pytest.raises(NotVisible):
            queries.idle_list(actor, Scope.CARRIER, lab.house.id, year=2025, on=lab.today)
    assert queries.carrier_board(lab.officer(Role.COUNTY_OFFICER), lab.house.id, year=2025, on=lab.today)


def test_a_board_asks_the_same_questions_whatever_there_is(lab: Lab) -> None:
    officer = lab.officer(Role.CITY_SCIENCE, "330600")

    def asked() -> int:
        return statements(lambda: queries.region_board(officer, "330600", year=2025, on=lab.today))

    lab.enter(9, 11, instrument=lab.instrument())
    few = asked()
    for number in range(4):
        house = lab.carrier(lab.staff, f"分析中心{number}")
        lab.enter(9, 11, instrument=lab.instrument(carrier=house), carrier_id=house.id)
    assert asked() == few <= 12


def test_the_sql_of_base_hours_is_the_rule(lab: Lab) -> None:
    """Every instrument measured in one statement has the base that the rule gives it alone."""
    for on, category in (
        (None, "general"),
        (date(2025, 2, 3), "special"),
        (date(2025, 3, 10), ""),
        (date(2020, 1, 1), "special"),
    ):
        lab.instrument(booked_on=on, category=category)
    lab.instrument(retired_on=date(2025, 1, 20))
    lab.instrument(booked_on=date(2025, 4, 1))
    reach = queries.Reach(Scope.CARRIER, lab.house.id, 2025, lab.today)
    board = queries.carrier_board(lab.staff, lab.house.id, year=2025, on=lab.today)
    terms = board.terms.terms
    measured = {row.offer_id: row.base for row in queries.measured(reach, terms)}
    for row in Instrument.objects.all():
        days = rules.days_in_use(
            year=2025, first_on=row.started_on or row.booked_on, ended_on=row.retired_on, today=lab.today
        )
        alone = rules.base_minutes(category=row.category, days=days, days_of_year=365, terms=terms)
        assert measured.get(row.offer_id, 0) == alone
    assert len(measured) == 5


def test_technicians_show_what_they_served_and_whether_it_is_unchanged(lab: Lab) -> None:
    offer = lab.instrument()
    mine = {"operator_id": lab.staff.person_id}
    first = lab.enter(9, 11, instrument=offer, reports=2, **mine)
    lab.inside(12, 13, instrument=offer, **mine)
    period = {"valid_from": date(2025, 1, 1), "valid_until": date(2025, 4, 1)}
    paper = commands.issue_paper(lab.staff, person_id=lab.staff.person_id, now=lab.now, **period)
    again = commands.issue_paper(lab.staff, person_id=lab.staff.person_id, now=lab.now, **period)
    assert paper.id == again.id
    assert (paper.content["services"], paper.content["minutes"], paper.content["reports"]) == (2, 180, 2)
    found = queries.verified(paper.number.lower())
    assert found is not None
    assert (found.whole, found.agrees) == (True, True)
    commands.correct(lab.staff, record_id=first.id, changes={"reports": 1}, reason="报告数填错", now=lab.now)
    found = queries.verified(paper.number)
    assert found is not None
    assert (found.whole, found.agrees, found.now.reports) == (True, False, 1)
    assert queries.verified("YJ-0000-0000-0000-0000-0") is None
    with pytest.raises(rules.PaperEmpty):
        commands.issue_paper(lab.firm, person_id=lab.staff.person_id, now=lab.now, **period)
    with pytest.raises(NotVisible):
        queries.paper(lab.firm, paper.id)


def test_inside_hours_are_effective_but_not_external(lab: Lab) -> None:
    offer = lab.instrument()
    lab.enter(9, 10, instrument=offer, audience=Audience.INSIDE, client_name="")
    year = InstrumentYear.objects.get(instrument=offer)
    assert (year.typed, year.external) == (60, 0)
