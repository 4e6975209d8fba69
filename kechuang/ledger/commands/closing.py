"""Closing a month or a year (关账). What is closed stays closed; a correction is a reversal in the open period."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min

from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.access import closer
from kechuang.ledger.models import Closing, Transfer
from kechuang.ledger.queries import lies_at
from kechuang.ledger.rules import NothingToClose, Period, refuse_closing
from kechuang.trail.commands import record
from kechuang.ui import clock

# Posts hold it shared until they commit, see `ledger_is_open`: the closing waits for those under way, later ones for it.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('ledger_closing'), hashtext(%s))"


@transaction.atomic
def close(actor: Actor, *, region: str, period: Period, until: date, now: datetime) -> Closing:
    """Closes the county's books for every day before `until` (月度关账、年度关账); asked again, answers with the first.

    A later post dated before `until` is refused, whatever command it comes from. Raises NotVisible for who does not keep the
    county's books, NothingToClose, NotNextPeriod, PeriodNotOver.
    """
    role = closer(actor, region)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [region])
    if found := Closing.objects.filter(region=region, period=period, until=until).first():
        return found
    booked = Transfer.objects.filter(region=region)
    first_on = booked.aggregate(first=Min("on"))["first"]
    if first_on is None:
        raise NothingToClose(region=region)
    months = Closing.objects.filter(region=region, period=Period.MONTH).order_by("-until").first()
    refuse_closing(period, until, first_on=first_on, months_until=months.until if months else None, on=clock.day(now))
    since = _since(period, until)
    row = Closing(
        region=region,
        period=period,
        since=since,
        until=until,
        transfers_count=booked.filter(on__gte=since, on__lt=until).count(),
        lay={kind.value: fen for kind, fen in lies_at(region, until=until).items() if fen},
        closed_by=actor.person_id,
        closed_at=now,
    )
    row.save(force_insert=True)
    facts = {
        "period": row.period,
        "until": until.isoformat(),
        "transfers": row.transfers_count,
        "lies": row.lay,
    }
    record(actor, row, "close", label=_("关账"), role=role, now=now, facts=facts)
    return row


def _since(period: Period, until: date) -> date:
    last = until - timedelta(days=1)
    return last.replace(month=1, day=1) if period is Period.YEAR else last.replace(day=1)
