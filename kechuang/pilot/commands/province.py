"""A province for measuring (全省批量数据): carriers in every county, their instruments with calendars, a year of bookings.

Parties, people and carriers come in through the rooms' commands; instruments and bookings are written set by set as the
owner of the tables, with the last act of each record in the trail. All that is generated is fictitious and says so.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections, transaction

from kechuang.catalog import commands as catalog
from kechuang.catalog import queries as catalog_queries
from kechuang.catalog.states import CLASS_VERSION, CarrierKind
from kechuang.deadlines.queries import calendar
from kechuang.kernel.actor import CLOCK
from kechuang.kernel.ids import seeded
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for, city_of, covers, region, region_name
from kechuang.parties.rules import pinyin_key
from kechuang.parties.states import Level
from kechuang.pilot.commands import filling
from kechuang.pilot.commands.generating import OWNER
from kechuang.pilot.commands.generating import code as code_of
from kechuang.pilot.rules import Dice
from kechuang.pilot.states import CITIES_E6, MAKERS_OF_INSTRUMENTS, PLACES, PROVINCE, TRADES, WORDS_BEFORE
from kechuang.search import commands as search
from kechuang.ui import clock

Progress = Callable[[int, int, str], None]
CARRIERS_MAX, INSTRUMENTS_EACH, CARRIERS_MIN = 520, 90, 3
HOLDERS_MAX, BOOKINGS_EACH, HOLDERS_MIN = 1_000, 500, 5
BUSY_SHARE, YEAR_DAYS, AHEAD_DAYS, SLOTS_A_DAY = 100, 365, 20, 4
BOOKINGS_TOGETHER, DOCUMENTS_TOGETHER = 50_000, 1_000
NO_NAME = "其他"  # a class that gathers the rest names no instrument
TAG_BASE = 36  # of the letters and digits that a tag is written in
# Source 000 counts the carriers of each kind: 82, 283, 81, 149, 335.
KINDS = (
    (CarrierKind.SERVICE_PLATFORM, "科技创新服务平台", 82),
    (CarrierKind.KEY_LABORATORY, "重点实验室", 283),
    (CarrierKind.RESEARCH_INSTITUTE, "研究院", 81),
    (CarrierKind.KEY_ENTERPRISE_RD, "重点企业研究院", 149),
    (CarrierKind.ENTERPRISE_RD, "企业研究院", 335),
)


class TooManyBookings(Exception):
    """More bookings were asked for than the instruments have time for in a year: ask for more instruments."""


@dataclass(frozen=True, slots=True)
class Province:
    """What was written."""

    carriers: int
    holders: int
    instruments: int
    bookings: int


@dataclass(frozen=True, slots=True)
class _Side:
    party_id: str
    person_id: str
    region: str
    carrier_id: str = ""
    name: str = ""


def generate_province(*, instruments: int, bookings: int, seed: int, progress: Progress) -> Province:
    """Writes so many more instruments, open and in search, and bookings of them. Raises TooManyBookings."""
    now = clock.now()
    tag = _next_tag()
    carriers = _between(CARRIERS_MIN, -(-instruments // INSTRUMENTS_EACH), CARRIERS_MAX)
    holders = _between(HOLDERS_MIN, bookings // BOOKINGS_EACH, HOLDERS_MAX)
    with seeded(f"province:{seed}:{tag}"):
        dice = Dice(int(f"{tag}{seed}", TAG_BASE))  # another province, other people and credit codes
        providers = _parties(dice, carriers, tag, now, progress, carrying=True)
        bookers = _parties(dice, holders, tag, now, progress, carrying=False)
    with _tables(providers, bookers, dice, now):
        given = {
            "tag": tag,
            "salt": f"{seed}:{tag}:",
            "count": instruments,
            "busy": max(instruments // BUSY_SHARE, 1),
            "today": clock.day(now),
            "now": now,
            "version": CLASS_VERSION,
            "wanted": bookings,
        }
        _instruments(given, progress)
        written = _bookings(given, progress) if bookings else 0
    _searchable(tag, now, progress)
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE")
    return Province(len(providers), len(bookers), instruments, written)


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _next_tag() -> str:
    """Three characters that no earlier province has in its ids."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT substr(id, 6, 3)) FROM catalog_offer WHERE id LIKE 'ofr\\_U%'")
        (taken,) = cursor.fetchone()
    return code_of(taken)[1:]


@transaction.atomic
def _parties(dice: Dice, count: int, tag: str, now: datetime, progress: Progress, *, carrying: bool) -> list[_Side]:
    """So many organisations across the counties, each with the person who acts for it; with a carrier when `carrying`."""
    held = [code for code in covers(PROVINCE) if region(code).level == Level.COUNTY]
    counties = sorted(code for code in held if region(code).holds_on(clock.day(now)))
    found, taken = [], set[str]()
    for number in range(count):
        county = counties[number % len(counties)]
        kind, word, _weight = dice.weighted([(one, one[2]) for one in KINDS])
        name = _name(dice, county, word if carrying else "科技有限公司", taken, tag)
        person = parties.register_person(CLOCK, name=dice.person(), now=now)
        party = parties.register_organisation(
            CLOCK,
            name=name,
            credit_code=dice.credit_code(county, institution=carrying),
            region=county,
            legal_representative=person.id,
            contact=person.id,
            now=now,
        )
        carrier = ""
        if carrying:
            actor = actor_for(person.id, party_id=party.id, on=clock.day(now))
            carrier = catalog.add_carrier(actor, party_id=party.id, kind=kind, name=name, now=now).id
        found.append(_Side(party.id, person.id, county, carrier, name))
        if not (number + 1) % 50 or number + 1 == count:
            progress(number + 1, count, "载体" if carrying else "企业")
    return found


def _name(dice: Dice, county: str, word: str, taken: set[str], tag: str) -> str:
    while True:
        name = f"{region_name(county)}{dice.one(PLACES)}{dice.one(TRADES)}{word}（虚构{tag}）"
        if name not in taken:
            taken.add(name)
            return name


@contextmanager
def _tables(providers: Sequence[_Side], holders: Sequence[_Side], dice: Dice, now: datetime) -> Iterator[None]:
    """What the statements draw from, in temporary tables of the owner's session."""
    classes = catalog_queries.class_codes()
    leaves = sorted(leaf for leaf in classes.leaves if not classes.name(leaf).startswith(NO_NAME))
    rows: dict[str, list[tuple[Any, ...]]] = {
        "pilot_carrier": [_carrier(number, side, dice) for number, side in enumerate(providers)],
        "pilot_class": [
            (number, leaf, classes.name(leaf), pinyin_key(classes.name(leaf))) for number, leaf in enumerate(leaves)
        ],
        "pilot_word": [(number, word, pinyin_key(word)) for number, word in enumerate(WORDS_BEFORE)],
        "pilot_maker": [(number, *maker) for number, maker in enumerate(MAKERS_OF_INSTRUMENTS)],
        "pilot_holder": [(number, side.party_id, side.person_id) for number, side in enumerate(holders)],
        "pilot_day": list(enumerate(_working_days(clock.day(now)))),
    }
    with connections[OWNER].cursor() as cursor:
        cursor.execute(filling.FUNCTIONS)
        cursor.execute(filling.TABLES)
        for name, lines in rows.items():
            marks = ", ".join(["%s"] * len(lines[0]))
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", lines)
        cursor.execute("; ".join(f"ANALYZE {name}" for name in filling.NAMES))
        yield
        for name in ("pilot_share", "pilot_instrument", *filling.NAMES):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _carrier(number: int, side: _Side, dice: Dice) -> tuple[Any, ...]:
    city = city_of(side.region)
    north, east = CITIES_E6[city[:4]]
    latitude, longitude = north + dice.between(-250_000, 250_000), east + dice.between(-250_000, 250_000)
    return (
        number,
        side.carrier_id,
        side.party_id,
        side.person_id,
        side.region,
        region_name(side.region),
        region_name(city),
        latitude,
        longitude,
        side.name,
    )


def _working_days(today: date) -> Iterator[date]:
    """From a year ago to some weeks ahead, as the working-day calendar has them."""
    known = calendar()
    for number in range(-YEAR_DAYS, AHEAD_DAYS + 1):
        if (
            known.is_working(day := today + timedelta(days=number)) and day.isoweekday() < 6
        ):  # open from Monday to Friday
            yield day


def _instruments(given: dict[str, Any], progress: Progress) -> None:
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        steps = (
            (filling.INSTRUMENTS, "仪器"),
            (filling.OFFERS, "仪器"),
            (filling.DETAILS, "仪器字段"),
            (filling.PRICES, "价目"),
            (filling.CALENDARS, "日历"),
            (filling.acts("catalog_offer", "catalog.offer", filling.OFFER_ACTS, number="r.number"), "办理记录"),
            (filling.acts("bookings_calendar", "bookings.calendar", filling.CALENDAR_ACTS, number="''"), "办理记录"),
        )
        for done, (statement, text) in enumerate(steps, start=1):
            cursor.execute(statement, given if "%(" in statement else None)
            progress(done, len(steps), text)


def _bookings(given: dict[str, Any], progress: Progress) -> int:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(filling.SHARES, given)
        cursor.execute(
            "SELECT coalesce(max(count) FILTER (WHERE NOT busy), 0) > %s * (SELECT count(*) FROM pilot_day) FROM pilot_share",
            [SLOTS_A_DAY],
        )
        if cursor.fetchone()[0]:
            raise TooManyBookings(TooManyBookings.__doc__)
        cursor.execute(
            "SELECT min(n), max(n), sum(count)::bigint FROM pilot_share WHERE count > 0"
            " GROUP BY before / %s ORDER BY 1",
            [BOOKINGS_TOGETHER],
        )
        parts = cursor.fetchall()
    written, total = 0, sum(count for _first, _last, count in parts)
    for first, last, count in parts:
        with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
            here = given | {"first": first, "last": last}
            cursor.execute(filling.BOOKINGS, here)
            cursor.execute(filling.KEPT_BOOKINGS, here)
            cursor.execute(filling.SLOTS)
            cursor.execute(
                filling.acts("bookings_booking", "bookings.booking", filling.BOOKING_ACTS, number="r.number")
            )
            cursor.execute("DROP TABLE pilot_booking")
        written += count
        progress(written, total, f"预约 {written:,}")
    return written


def _searchable(tag: str, now: datetime, progress: Progress) -> None:
    """The new instruments are found from now on."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT id FROM catalog_offer WHERE id LIKE %s ORDER BY id", [f"ofr\\_U{tag}N%"])
        ids = [offer_id for (offer_id,) in cursor.fetchall()]
    for done in range(0, len(ids), DOCUMENTS_TOGETHER):
        part = ids[done : done + DOCUMENTS_TOGETHER]
        search.put(catalog_queries.documents(part, on=clock.day(now)), now=now)
        progress(done + len(part), len(ids), "检索")
