"""国务院办公厅节假日安排, as carried by the package `chinesecalendar`: seed data only.

The package raises an error for a year that is not yet announced; so nothing here is asked at run time, the days are
copied into our own table and a later year is entered by hand or by the next edition of the package.
"""

from datetime import date

from chinese_calendar.constants import holidays, in_lieu_days, workdays

DOCUMENT = "国务院办公厅关于部分节假日安排的通知"


def announced() -> dict[int, dict[date, bool]]:
    """For each announced year the days that differ from Monday to Friday, and whether one works on them."""
    assert set(in_lieu_days) <= set(holidays)
    years: dict[int, dict[date, bool]] = {}
    for day, works in [*((day, False) for day in holidays), *((day, True) for day in workdays)]:
        years.setdefault(day.year, {})[day] = works
    return years
