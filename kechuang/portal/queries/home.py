"""What the public home shows: live figures, notices that run, how long claims take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db import connection

from kechuang.ledger.queries import Money, money
from kechuang.notices import queries as notices
from kechuang.parties.queries import region_name
from kechuang.portal.states import FIGURES_KEPT_SECONDS, SHOWN_NOTICES


@dataclass(frozen=True, slots=True)
class Pace:
    """办理用时: in one county, the middle claim's days from submission to confirmation and from there to the bank."""

    region: str
    name: str
    claims_count: int
    confirm_days: int
    pay_days: int | None


@dataclass(frozen=True, slots=True)
class Home:
    money: Money
    paces: Sequence[Pace]
    notices: Sequence[Any]
    item_counts: dict[str, int]


def home(*, on: date) -> Home:
    """All of it; the figures are kept for a minute, the notices are read each time."""
    running = list(notices.public_list(on=on)[:SHOWN_NOTICES])
    figures: tuple[Money, list[Pace]] | None = cache.get_or_set(
        f"portal.home:{on.isoformat()}", lambda: (money(), paces()), FIGURES_KEPT_SECONDS
    )
    assert figures is not None, "what is not kept is computed"
    counts = notices.item_counts([notice.id for notice in running])
    return Home(figures[0], figures[1], running, counts)


def paces() -> list[Pace]:
    """How long claims take, county by county: medians over the claims that got that far, read from the trail."""
    sql = """
        WITH done AS (
            SELECT object_id, region,
                min("on") FILTER (WHERE action = 'claims.submit') AS submitted,
                min("on") FILTER (WHERE action = 'claims.confirm') AS confirmed,
                max("on") FILTER (WHERE action = 'claims.pay') AS paid
            FROM trail_event WHERE object_type = 'claims.claim'
                AND action IN ('claims.submit', 'claims.confirm', 'claims.pay')
            GROUP BY object_id, region)
        SELECT region, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY confirmed - submitted),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY paid - confirmed) FILTER (WHERE paid IS NOT NULL)
        FROM done WHERE confirmed IS NOT NULL AND submitted IS NOT NULL GROUP BY region ORDER BY region"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    return [Pace(region, region_name(region), count, confirm, pay) for region, count, confirm, pay in rows]
