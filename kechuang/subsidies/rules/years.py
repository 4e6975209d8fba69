"""When a year may be settled (年度可否核算). Pure."""

from collections.abc import Mapping
from datetime import date

from kechuang.subsidies.rules.refusals import YearNotClosed


def check_closed(
    *, year: int, until: date, on: date, closed_until: Mapping[str, date | None], names: Mapping[str, str]
) -> None:
    """Every county whose redemptions count has closed its books to the end of the year (关账). Raises YearNotClosed.

    `until` is the first day after the year; `closed_until` the first open day of each county, None: nothing closed yet.
    """
    if on < until:
        raise YearNotClosed(year=year, places=until.isoformat())
    if open_ones := [region for region, closed in closed_until.items() if closed is None or closed < until]:
        raise YearNotClosed(year=year, places="、".join(names.get(region, region) for region in sorted(open_ones)))
