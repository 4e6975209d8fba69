"""What a calendar's rules may be (预约规则的核对): whole numbers, in order, on one grid."""

from collections.abc import Mapping

from kechuang.bookings.rules import refusals
from kechuang.bookings.rules.slots import read_hours
from kechuang.bookings.states import DAYS_MOST, MINUTES_IN_DAY, MINUTES_MOST, RULE_LABELS, Confirmation
from kechuang.kernel.text import tidy

LEAST = {"granularity_minutes": 1, "min_minutes": 1, "max_minutes": 1, "horizon_days": 1, "offer_minutes": 1}
FLAGS = ("overnight", "qualified_only", "internal_only", "late_counts")
NUMBERS = tuple(name for name in RULE_LABELS if name.endswith(("_minutes", "_days", "_max")))
TEXTS = ("note", "sample_address")
RULE_NAMES = ("hours", "confirmation", *TEXTS, *FLAGS, *NUMBERS)
ON_GRID = ("min_minutes", "max_minutes")


def read_rules(given: Mapping[str, object]) -> dict[str, object]:
    """All rules of a calendar, checked together; raises RuleUnreadable, HoursUnreadable."""
    read: dict[str, object] = {name: bool(given[name]) for name in FLAGS}
    numbers = {name: _number(name, given[name]) for name in NUMBERS}
    grain = numbers["granularity_minutes"]
    for name in ON_GRID:
        if numbers[name] % grain:
            raise _unreadable(name)
    if MINUTES_IN_DAY % grain:
        raise _unreadable("granularity_minutes")
    if numbers["max_minutes"] < numbers["min_minutes"]:
        raise _unreadable("max_minutes")
    if str(given["confirmation"]) not in list(Confirmation):
        raise _unreadable("confirmation")
    hours = read_hours(given["hours"], granularity=grain)  # type: ignore[arg-type]
    read["hours"] = [[list(span) for span in day] for day in hours]
    texts = {name: tidy(str(given[name])) for name in TEXTS}
    return {**read, **numbers, **texts, "confirmation": str(given["confirmation"])}


def _number(name: str, value: object) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not LEAST.get(name, 0) <= value <= most(name):  # type: ignore[operator]
        raise _unreadable(name)
    return value  # type: ignore[return-value]


def most(name: str) -> int:
    """The most a number of the rules may be: ten years, a year in minutes."""
    return DAYS_MOST if name.endswith("_days") else MINUTES_MOST


def _unreadable(name: str) -> refusals.RuleUnreadable:
    return refusals.RuleUnreadable(rule=RULE_LABELS.get(name, name), least=LEAST.get(name, 0), most=most(name))
