"""Indicators: counties add up to the city and the province, each figure to its rows, a frozen report to itself."""

from datetime import date

import pytest
from django.db import connection

from kechuang.cockpit import commands, queries, rules
from kechuang.cockpit.models import Snapshot
from kechuang.cockpit.queries import Span
from kechuang.cockpit.queries import figures as reading
from kechuang.cockpit.rules.indicators import BY_CODE, INDICATORS, added, band
from kechuang.cockpit.states import Period, Unit
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import booked, horizon, money
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.parties.queries import covers
from kechuang.pilot.queries import Summary
from kechuang.trail.models import Event
from kechuang.ui import clock
from tests.cockpit.conftest import CITY, holding

YUECHENG, PROVINCE = "330602", "330000"
LATER = clock.instant(date(2026, 2, 2))
YEAR_LONG = (date(2025, 1, 1), date(2026, 1, 1))


def year() -> Span:
    return Span(*YEAR_LONG, horizon())


def test_counties_add_up_to_the_city_and_the_city_to_the_province(played: Summary) -> None:
    span = year()
    city, province = queries.read_figures(CITY, span), queries.read_figures(PROVINCE, span)
    counties = [queries.read_figures(code, span).total for code in city.parts if code != CITY]
    counties += [figures for code, figures in city.parts.items() if code == CITY]  # what lies with the city itself
    assert len(counties) > 1
    assert added(counties) == city.total == province.total
    assert list(province.parts) == [CITY]
    assert province.parts[CITY] == city.total


def test_the_figures_are_what_the_ledger_says_by_another_way(played: Summary) -> None:
    """`money` adds up by another statement; county for county and all together."""
    span = year()
    for code in (YUECHENG, ""):
        found, told = queries.read_figures(code or PROVINCE, span).total, money(region=code)
        assert (found["released"], found["granted"], found["offset"]) == (told.released, told.granted, told.offset)
        assert (found["paid"] - found["clawed_back"], found["owed"], found["in_claim"], found["unclaimed"]) == (
            told.paid, told.owed, told.in_claim, told.unclaimed
        )  # fmt: skip
        assert (found["unallocated"], found["in_vouchers"]) == (told.unallocated, told.voucher_available + told.held)


def test_a_county_that_is_forgotten_is_missed(played: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the sums."""
    span = year()
    whole = queries.read_figures(CITY, span).total
    monkeypatch.setattr(reading, "covers", lambda code: covers(code) - {YUECHENG})
    assert queries.read_figures(CITY, span).total != whole


def test_months_add_up_to_the_year(played: Summary) -> None:
    found = queries.read_figures(CITY, year())
    for one in INDICATORS:
        if one.rules:
            assert sum(month[one.code] for month in found.months.values()) == found.total[one.code]


@pytest.mark.parametrize("code", [one.code for one in INDICATORS if one.rules and one.unit is Unit.FEN])
def test_the_rows_behind_a_figure_add_up_to_it(played: Summary, code: str) -> None:
    one, span = BY_CODE[code], year()
    rows = booked(covers(CITY), (*one.rules, *one.minus), since=span.since, until=span.until, cut=span.cut)
    signs = {True: -1, False: 1}
    told = sum(row.fen * signs[row.rule in one.minus] * signs[row.phase == 4] for row in rows)
    assert told == queries.read_figures(CITY, span).total[code]


def test_shares_are_taken_from_sums_and_never_added() -> None:
    nothing = {one.code: 0 for one in INDICATORS}
    one, other = {**nothing, "released": 100, "paid": 50}, {**nothing, "released": 300, "paid": 30}
    assert added([one, other])["spent_bp"] == 2_000
    assert added([nothing])["spent_bp"] == 0


def test_the_first_day_of_an_older_band_belongs_to_it() -> None:
    assert [band(days, (10, 30)) for days in (0, 9, 10, 29, 30)] == [0, 0, 1, 1, 2]


def frozen(**more: object) -> Snapshot:
    given = {"region": CITY, "period": Period.YEAR, "year": 2025, "month": 1, "now": LATER, **more}
    return commands.freeze(holding(Role.CITY_SCIENCE), **given)  # type: ignore[arg-type]


def corrected() -> None:
    """What was forgotten of March is booked now: a budget released, and taken back in part."""
    budget, funds = Place(Kind.BUDGET, YUECHENG, 2025), Place(Kind.APPROPRIATION, YUECHENG, 2025)
    march = clock.instant(date(2025, 3, 20))
    ledger.post([Leg("release", funds, budget, 9_000_000)], key="late:release", subject="bud_late", now=march)
    ledger.post([Leg("cut", budget, funds, 1_000_000)], key="late:cut", subject="bud_late", now=march)


def test_a_frozen_report_run_again_after_later_corrections_is_the_same(played: Summary) -> None:
    row = frozen()
    corrected()
    assert queries.again(row) == row.places
    assert rules.differences(row.places, queries.again(row)) == []
    assert Event.objects.get(object_id=row.id).facts["digest"] == row.digest


def test_without_its_cut_the_report_would_follow_the_corrections(played: Summary) -> None:
    """Negative control: the same days as the books stand now are other numbers, and each is named."""
    row = frozen()
    corrected()
    now = dict(queries.read_figures(CITY, Span(row.since, row.until, horizon())).places)
    assert (YUECHENG, "released", row.places[YUECHENG]["released"], row.places[YUECHENG]["released"] + 9_000_000) in (
        rules.differences(row.places, now)
    )


def test_what_is_frozen_cannot_be_changed(played: Summary) -> None:
    row = frozen()
    with pytest.raises(Exception, match=r"append-only|permission denied|只增"), connection.cursor() as cursor:
        cursor.execute("UPDATE cockpit_snapshot SET digest = '' WHERE id = %s", [row.id])


def test_a_period_is_frozen_once_and_only_when_it_is_over(played: Summary) -> None:
    row = frozen()
    with pytest.raises(rules.AlreadyFrozen) as refused:
        frozen()
    assert refused.value.facts == {"number": row.number}
    with pytest.raises(rules.PeriodNotOver):
        frozen(year=2026)
    with pytest.raises(rules.PeriodNotOver):
        frozen(period=Period.MONTH, year=2026, month=2)
    assert frozen(period=Period.MONTH, month=3).until == date(2025, 4, 1)
    assert frozen(period=Period.MONTH, month=12).until == date(2026, 1, 1)


def test_a_report_is_frozen_by_an_office_of_that_very_region(played: Summary) -> None:
    for role, region in ((Role.COUNTY_OFFICER, YUECHENG), (Role.COUNTY_APPROVER, YUECHENG), (Role.AUDITOR, CITY)):
        with pytest.raises(NotVisible):
            commands.freeze(holding(role, region), region=CITY, period=Period.YEAR, year=2025, month=1, now=LATER)
    own = {"region": YUECHENG, "period": Period.YEAR, "year": 2025, "month": 1, "now": LATER}
    assert commands.freeze(holding(Role.COUNTY_APPROVER, YUECHENG), **own).region == YUECHENG  # type: ignore[arg-type]


def test_small_figures_are_masked_where_they_would_tell_of_single_firms() -> None:
    nothing = {one.code: 0 for one in INDICATORS}
    shown = rules.opened({**nothing, "granted": 500, "granted_count": 2, "offset": 900, "offset_count": 3})
    assert (shown["granted"], shown["granted_count"]) == (None, None)
    assert (shown["offset"], shown["offset_count"], shown["paid"]) == (900, 3, 0)
    assert "claimed" not in shown
