"""Which region lies where, and since when (行政区划)."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from kechuang.parties import rules
from kechuang.parties.formats import organisations
from kechuang.parties.models import Region
from kechuang.parties.states import OWN_LEVEL, Level


@cache
def areas() -> Mapping[str, rules.Area]:
    """Every region by code. Read once per process; a command that writes regions clears it."""
    rows = Region.objects.values_list(
        "code", "name", "level", "parent_id", "successor_id", "valid_from", "valid_until"
    ).order_by("code")
    return {
        code: rules.Area(code, name, level, parent or "", successor or "", since, until)
        for code, name, level, parent, successor, since, until in rows
    }


def region(code: str) -> rules.Area:
    """One region; raises UnknownRegion."""
    found = areas().get(code)
    if found is None:
        areas.cache_clear()  # written by another process since we read
        found = areas().get(code)
    if found is None:
        raise rules.UnknownRegion(typed=code, on="")
    return found


def region_in_force(code: str, *, on: date) -> rules.Area:
    """One region that holds on a day; raises UnknownRegion."""
    found = region(code)
    if not found.holds_on(on):
        raise rules.UnknownRegion(typed=code, on=on.isoformat())
    return found


def region_name(code: str) -> str:
    """The region's name, or the code itself when the table does not know it."""
    found = areas().get(code)
    return found.name if found else code


def city_of(code: str) -> str:
    """The code of the city a county or zone lies in; a city's or province's own code otherwise."""
    found = region(code)
    while found.level in {Level.COUNTY, Level.ZONE} and found.parent:
        found = region(found.parent)
    return found.code


def own_level(code: str) -> str:
    """The city or province for which a place spends: itself, or the one whose own level (市本级、省本级) it is; "" for others.

    A budget unit is known by its code (330699, 339900); a zone that is none (滨海新区) spends for nobody but itself.
    """
    found = region(code)
    if found.level != Level.ZONE:
        return found.code if found.level in OWN_LEVEL else ""
    above = region(found.parent) if found.parent else found
    kept, own = OWN_LEVEL.get(above.level, (0, ""))
    return above.code if own and found.code == above.code[:kept] + own else ""


def covers(code: str) -> frozenset[str]:
    """Every code within `code`, itself included."""
    return _covers(code) if code in areas() else frozenset({code})


@cache
def _covers(code: str) -> frozenset[str]:
    return rules.covered(code, areas())


def forget_regions() -> None:
    """Reads regions anew: called after they were written."""
    areas.cache_clear()
    _covers.cache_clear()


def counties_of(code: str, *, on: date) -> list[rules.Area]:
    """The counties within a city or province that hold on a day, by code."""
    inner = covers(code)
    return [
        area for area in areas().values() if area.code in inner and area.level == Level.COUNTY and area.holds_on(on)
    ]


def region_path(code: str) -> str:
    """浙江省 绍兴市 越城区: the region with what it lies in."""
    names, found = [], region(code)
    while True:
        names.append(found.name)
        if not found.parent:
            return " ".join(reversed(names))
        found = region(found.parent)


def places(*, on: date) -> list[rules.Area]:
    """Every region that a party may be seated in on a day: counties and zones, and cities whose counties we lack."""
    held = [area for area in areas().values() if area.holds_on(on)]
    parents = {area.parent for area in held if area.level in {Level.COUNTY, Level.CITY}}
    return [area for area in held if area.code not in parents]


def places_by_name(*, on: date) -> dict[str, str]:
    """Codes, and names where only one place bears them, to codes: how people write a seat in tables."""
    found = {area.code: area.code for area in places(on=on)}
    names: dict[str, set[str]] = {}
    for area in places(on=on):
        names.setdefault(area.name, set()).add(area.code)
        names.setdefault(region_path(area.code).replace(" ", ""), set()).add(area.code)
    return found | {name: min(codes) for name, codes in names.items() if codes == {min(codes)}}


def organisation_columns() -> list[str]:
    """The headings of the table that organisations are brought with."""
    return [names[0] for names in organisations.COLUMNS.values()]
