"""Indicators: counties add up to the city and the province, each figure to its rows, a frozen report to itself."""

from datetime import date

import pytest
from django.db import connection

from kechuang.cockpit import commands, queries, rules
from kechuang.cockpit.models import Publication, Snapshot
from kechuang.cockpit.queries import Span
from kechuang.cockpit.queries import figures as reading
from kechuang.cockpit.rules.indicators import BY_CODE, INDICATORS, added, band, shared
from kechuang.cockpit.states import Period, Unit
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import booked, horizon, money
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.parties.queries import covers
from kechuang.pilot.queries import Summary
from kechuang.registers.queries import libraries, standing_on
from kechuang.trail.models import Event
from kechuang.ui import clock
from tests.cockpit.conftest import CITY, holding

pytestmark = pytest.mark.xdist_group("play")  # one worker plays, once

YUECHENG, KEQIAO, PROVINCE = "330602", "330603", "330000"
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
    one, other = {**nothing, "budgeted": 100, "year_paid": 50}, {**nothing, "budgeted": 300, "year_paid": 30}
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


def test_two_who_freeze_at_once_have_one_report(played: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    row, told = frozen(), queries.frozen_number
    answers = iter([""])  # as both looked; afterwards the truth
    monkeypatch.setattr(queries, "frozen_number", lambda *asked: next(answers, told(*asked)))
    with pytest.raises(rules.AlreadyFrozen) as refused:
        frozen()
    assert refused.value.facts == {"number": row.number}


BUDGETS = {
    "moved in": ([("move", (KEQIAO, 2025), (YUECHENG, 2025), 300)], {YUECHENG: 300, KEQIAO: -300}),
    "allotted": ([("allot", (CITY, 2025), (YUECHENG, 2025), 300)], {YUECHENG: 300, CITY: -300}),
    "carried over": ([("carry_over", (YUECHENG, 2024), (YUECHENG, 2025), 300)], {YUECHENG: 300}),
    "carried out": ([("carry_over", (YUECHENG, 2025), (YUECHENG, 2026), 300)], {}),
    "cut": ([("cut", (YUECHENG, 2025), None, 300)], {YUECHENG: -300}),
    "given back at the end": ([("close_return", (YUECHENG, 2025), None, 300)], {}),
    "released of another year": ([("release", None, (YUECHENG, 2026), 300)], {}),
}


@pytest.mark.parametrize("what", BUDGETS)
def test_the_budget_of_a_year_is_what_came_into_it_by_whatever_way(played: Summary, what: str) -> None:
    """A county that lives on money moved in has a budget; one that gave it away is not held to it (预算执行率)."""
    march = clock.instant(date(2025, 3, 20))
    legs, wanted = BUDGETS[what]
    for region, year_ in ((CITY, 2025), (YUECHENG, 2024)):  # what is moved must be there
        ledger.post(
            [Leg("release", Place(Kind.APPROPRIATION, region, year_), Place(Kind.BUDGET, region, year_), 1_000)],
            key=f"first:{region}", subject="bud", now=march,
        )  # fmt: skip
    before = queries.read_figures(CITY, year()).places
    for n, (rule, out, into, fen) in enumerate(legs):
        ledger.post([Leg(rule, _budget(out, into), _budget(into, out), fen)], key=f"x:{n}", subject="bud", now=march)
    after = queries.read_figures(CITY, year()).places
    moved = {code: after[code]["budgeted"] - before[code]["budgeted"] for code in after}
    assert {code: fen for code, fen in moved.items() if fen} == wanted


def _budget(own: tuple[str, int] | None, other: tuple[str, int] | None) -> Place:
    assert other or own
    return Place(Kind.BUDGET, *own) if own else Place(Kind.APPROPRIATION, *(other or ("", 0)))


def test_payouts_of_an_older_budget_execute_that_one(played: Summary) -> None:
    """January's payouts for last year's offsets are paid money, and no execution of this year's budget."""
    march = clock.instant(date(2025, 3, 20))
    before = queries.read_figures(YUECHENG, year()).total
    for year_, fen in ((2024, 500), (2025, 70)):
        owed, paid = (Place(kind, YUECHENG, year_, "pty_old") for kind in (Kind.OWED, Kind.PAID))
        funded = Place(Kind.BUDGET, YUECHENG, year_)
        money_in = Leg("release", Place(Kind.APPROPRIATION, YUECHENG, year_), funded, fen)
        legs = [money_in, Leg("next_year_pays", funded, owed, fen), Leg("pay", owed, paid, fen)]
        ledger.post(legs, key=f"old:{year_}", subject="clm_old", now=march)
    after = queries.read_figures(YUECHENG, year()).total
    assert after["paid"] - before["paid"] == 570
    assert after["year_paid"] - before["year_paid"] == 70
    assert after["spent_bp"] == after["year_paid"] * 10_000 // after["budgeted"]


NOTHING = {one.code: 0 for one in INDICATORS}


def place(**figures: int) -> dict[str, int]:
    return shared({**NOTHING, **figures})


def test_a_small_figure_is_kept_back_with_every_share_that_would_tell_it() -> None:
    few = place(granted=500, granted_count=2, offset=900, offset_count=30, clocks_met=50, clocks_late=1)
    many = place(granted=5_000, granted_count=20, offset=90, offset_count=4, clocks_met=5, clocks_late=6)
    more = place(granted=9_000, granted_count=30, offset=90, offset_count=40, clocks_met=5, clocks_late=6)
    shown = rules.opened({"a": few, "b": many, "c": more})
    assert (shown["a"]["granted"], shown["a"]["granted_count"], shown["a"]["used_bp"]) == (None, None, None)
    assert (shown["a"]["clocks_late"], shown["a"]["clocks_met"], shown["a"]["kept_bp"]) == (None, 50, None)
    assert (shown["a"]["offset"], shown["a"]["offset_count"], shown["a"]["paid"]) == (900, 30, 0)
    assert "claimed" not in shown["a"]
    assert "spent_bp" not in shown["a"], "what is paid in a month would be found from two of them"


def test_what_is_kept_back_is_not_found_from_a_known_total() -> None:
    """A single figure kept back would be the total less the others; with the next smallest it is not."""
    parts = {
        "a": place(paid=500, paid_count=1),
        "b": place(paid=9_000, paid_count=9),
        "c": place(paid=700, paid_count=7),
        "d": place(),
    }
    kept = {part for part, figures in rules.opened(parts).items() if figures["paid"] is None}
    assert kept == {"a", "c"}
    alone = {"a": place(paid=500, paid_count=1), "d": place()}
    assert [figures["paid"] for figures in rules.opened(alone).values()] == [None, 0]
    two = {"a": place(paid=500, paid_count=1), "b": place(paid=90, paid_count=1), "c": place(paid=700, paid_count=7)}
    assert [figures["paid"] for figures in rules.opened(two).values()] == [None, None, None]


def test_money_whose_count_cancels_out_is_kept_back_too() -> None:
    parts = {"a": place(paid=500, paid_count=0), "b": place(paid=9_000, paid_count=9)}
    assert [figures["paid"] for figures in rules.opened(parts).values()] == [None, None]


def opened(row: Snapshot, actor: Actor | None = None) -> Publication:
    return commands.publish_report(actor or holding(Role.CITY_SCIENCE), snapshot_id=row.id, now=LATER)


def test_a_report_is_open_to_everybody_when_an_office_has_opened_it(played: Summary) -> None:
    row = frozen(period=Period.MONTH, month=3)
    assert queries.published_latest() == []
    with pytest.raises(NotVisible):
        queries.published_report(row.number)
    for stranger in (holding(Role.COUNTY_APPROVER, YUECHENG), holding(Role.AUDITOR, CITY)):
        with pytest.raises(NotVisible):
            opened(row, stranger)
    made = opened(row)
    assert opened(row).id == made.id
    assert queries.published_report(row.number).places == rules.opened(queries.kept(row).parts)
    assert Event.objects.get(object_id=row.id, action="cockpit.publish_report").facts["digest"] == made.digest


def overlapping(row: Snapshot) -> list[Snapshot]:
    own = {"region": YUECHENG, "period": Period.MONTH, "year": 2025, "month": 3, "now": LATER}
    return [frozen(), commands.freeze(holding(Role.COUNTY_APPROVER, YUECHENG), **own)]  # type: ignore[arg-type]


def test_of_a_place_and_a_day_one_report_is_open(played: Summary) -> None:
    """The year less eleven months is the twelfth; the city less its other counties is the county."""
    row = frozen(period=Period.MONTH, month=3)
    opened(row)
    whole, county = overlapping(row)
    for other, actor in ((whole, holding(Role.CITY_SCIENCE)), (county, holding(Role.COUNTY_APPROVER, YUECHENG))):
        with pytest.raises(rules.OverlapsOpened) as refused:
            opened(other, actor)
        assert refused.value.facts == {"number": row.number}
    opened(frozen(period=Period.MONTH, month=4))  # the next month does not overlap


def test_two_who_open_at_once_are_told_apart_by_the_database(played: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    row = frozen(period=Period.MONTH, month=3)
    opened(row)
    whole, _county = overlapping(row)
    answers = iter([""])  # as both looked; afterwards the truth
    monkeypatch.setattr(queries, "overlapping_number", lambda one: next(answers, row.number))
    with pytest.raises(rules.OverlapsOpened):
        opened(whole)
    assert Publication.objects.count() == 1


def test_providers_are_counted_by_every_library_there_is(played: Summary) -> None:
    assert libraries() == ["shaoxing/provider-library"]
    found = standing_on(libraries(), covers(CITY), until=date(2026, 1, 1))
    assert sum(found.values()) == queries.read_figures(CITY, year()).total["providers"] > 0
    assert standing_on([], covers(CITY), until=date(2026, 1, 1)) == {}
