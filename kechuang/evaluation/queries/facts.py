"""Facts by queries of the lower rooms (系统取数): never typed where the system has them. One statement for all carriers each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from kechuang.catalog.queries import CarrierCard, opening, sharing
from kechuang.claims.queries import REDEEMED
from kechuang.claims.states import CountedBy
from kechuang.credit.queries import dishonest
from kechuang.policy.book import in_force, scheme_at
from kechuang.usage import queries as usage
from kechuang.usage.states import MINUTES_IN_HOUR

PLATFORM = "subsidised_channels"
_REDEEMED = f"""
    SELECT carrier, count(*) AS claims, sum(fen)::bigint AS fen, count(DISTINCT holder) AS holders,
        coalesce(sum(fen) FILTER (WHERE channel = ANY(%(channels)s::text[])), 0)::bigint AS platform_fen
    FROM ({REDEEMED}) r GROUP BY carrier"""


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and over which period a fact is read; `within_days` is what counts as in time, `scope` the place whose
    rules name the platform.
    """

    carriers: Sequence[CarrierCard]
    regions: Sequence[str]
    since: date
    until: date
    within_days: int
    scope: str

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.carriers]

    @property
    def last_on(self) -> date:
        """The last day of the period."""
        return self.until - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """Which orders count as served through the named platform; see policies/shaoxing/voucher-2021.toml."""

    subsidised_channels: tuple[str, ...]


Found = dict[str, int | str | None]  # by carrier; None: nothing is known


def read(fact: str, asked: Asked) -> Found:
    """One fact of every carrier. A name that no scorecard may use is a bug of the pack, told by its name (KeyError)."""
    return FACTS[fact](asked)


def named_platform(scope: str, *, on: date) -> Sequence[str]:
    """The channels of the platform that the voucher rules of a place name (三（三）1); () where they name none."""
    scheme = scheme_at(scope, PLATFORM, on=on)
    return in_force(scheme, PlatformTerms, on=on).terms.subsidised_channels if scheme else ()


def _on_platform(asked: Asked) -> Found:
    """Where no platform is named there is no fact, which is not the same as nothing."""
    named = named_platform(asked.scope, on=asked.last_on)
    return _redeemed("platform_fen")(asked) if named else dict.fromkeys(asked.ids)


def _redeemed(column: str) -> Callable[[Asked], Found]:
    def found(asked: Asked) -> Found:
        given: dict[str, Any] = {
            "regions": list(asked.regions),
            "since": asked.since,
            "until": asked.until,
            "counted_by": str(CountedBy.PAYOUT),
            "channels": list(named_platform(asked.scope, on=asked.last_on)),
        }
        with connection.cursor() as cursor:
            cursor.execute(_REDEEMED, given)
            names = [one.name for one in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        sums = {row["carrier"]: int(row[column]) for row in rows}
        return {one: sums.get(one, 0) for one in asked.ids}

    return found


def _served(name: str) -> Callable[[Asked], Found]:
    def found(asked: Asked) -> Found:
        sums = usage.served(asked.ids, since=asked.since, until=asked.until)
        return {one: getattr(sums.get(one, usage.Served()), name) for one in asked.ids}

    return found


def _hours(name: str) -> Callable[[Asked], Found]:
    """A carrier none of whose instruments has hours has no fact: nobody measured."""

    def found(asked: Asked) -> Found:
        sums = usage.hours(asked.ids, year=asked.since.year)
        return {one: getattr(sums[one], name) if one in sums else None for one in asked.ids}

    return found


def _mean(name: str) -> Callable[[Asked], Found]:
    """Hours per instrument that has any (台均机时), whole hours."""

    def found(asked: Asked) -> Found:
        sums = usage.hours(asked.ids, year=asked.since.year)
        return {
            one: getattr(sums[one], name) // (sums[one].instruments * MINUTES_IN_HOUR) if one in sums else None
            for one in asked.ids
        }

    return found


def _in_time(of: int) -> Callable[[Asked], Found]:
    def found(asked: Asked) -> Found:
        counted = usage.entered_in_time(asked.ids, year=asked.since.year, within_days=asked.within_days)
        return {one: counted[one][of] if one in counted else None for one in asked.ids}

    return found


def _opening(asked: Asked) -> Found:
    """Filed by the end of the period; what is filed after it is the next year's."""
    return {one: int(opening(one, on=asked.last_on) is not None) for one in asked.ids}


def _sharing(asked: Asked) -> Found:
    return {one: int(sharing(one, on=asked.last_on) is not None) for one in asked.ids}


def _dishonest(asked: Asked) -> Found:
    """Listed on any day of the period, also when it was taken off since."""
    listed = dishonest({one.party_id for one in asked.carriers}, since=asked.since, on=asked.last_on)
    return {one.id: int(one.party_id in listed) for one in asked.carriers}


def _kind(asked: Asked) -> Found:
    return {one.id: str(one.kind) for one in asked.carriers}


FACTS: dict[str, Callable[[Asked], Found]] = {
    "redeemed_count": _redeemed("claims"),
    "redeemed_fen": _redeemed("fen"),
    "voucher_firms_count": _redeemed("holders"),
    "platform_fen": _on_platform,
    "services_count": _served("services"),
    "enterprises_count": _served("enterprises"),
    "people_count": _served("people"),
    "external_income_fen": _served("external_fen"),
    "effective_minutes": _hours("minutes"),
    "external_minutes": _hours("external_minutes"),
    "instruments_count": _hours("instruments"),
    "mean_effective_hours": _mean("minutes"),
    "mean_external_hours": _mean("external_minutes"),
    "records_in_time_count": _in_time(0),
    "records_count": _in_time(1),
    "opening_filed": _opening,
    "sharing_filed": _sharing,
    "dishonest": _dishonest,
    "carrier_kind": _kind,
}
