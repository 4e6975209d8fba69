"""Freezing the report of a period (冻结报表), opening it to everybody (公开报表)."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from kechuang.cockpit import queries, rules
from kechuang.cockpit.access import freezing_role
from kechuang.cockpit.models import OpenDays, Publication, Snapshot
from kechuang.cockpit.states import Period
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.queries import horizon
from kechuang.parties.queries import covers
from kechuang.trail.commands import canonical, record
from kechuang.ui import clock


@transaction.atomic
def freeze(actor: Actor, *, region: str, period: Period, year: int, month: int, now: datetime) -> Snapshot:
    """Keeps the figures of a period that is over (冻结), as the books stand now; later corrections do not reach them.

    Raises NotVisible for who does not hold an office of that very region, PeriodNotOver, AlreadyFrozen.
    """
    role = freezing_role(actor, region)
    if role is None:
        raise NotVisible
    since, until = rules.period_days(period, year, month)
    rules.refuse_unfinished(until, on=clock.day(now))
    rules.refuse_frozen(queries.frozen_number(region, period, since))
    span = queries.Span(since, until, horizon())
    places = dict(queries.read_figures(region, span).places)
    row = Snapshot(
        region=region,
        period=period,
        since=since,
        until=until,
        cut_at=span.cut,
        places=places,
        digest=hashlib.sha256(canonical(places)).hexdigest(),
        made_by=actor.person_id,
        made_on=clock.day(now),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another has frozen it since we looked
        rules.refuse_frozen(queries.frozen_number(region, period, since))
        raise
    facts = {
        "digest": row.digest,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "cut_at": span.cut.isoformat(),
    }
    record(actor, row, "freeze", label=_("冻结报表"), role=role, now=now, facts=facts)
    return row


@transaction.atomic
def publish_report(actor: Actor, *, snapshot_id: str, now: datetime) -> Publication:
    """Opens a frozen report to everybody, masked (公开报表). Asked twice, the first answers.

    Raises NotVisible for who does not hold an office of that very region, OverlapsOpened.
    """
    row = queries.snapshot(actor, snapshot_id)
    role = freezing_role(actor, row.region)
    if role is None:
        raise NotVisible
    if found := Publication.objects.filter(snapshot=row).first():
        return found
    rules.refuse_overlapping(queries.overlapping_number(row))
    places = rules.opened(queries.kept(row).parts)
    digest = hashlib.sha256(canonical(places)).hexdigest()
    made = Publication(snapshot=row, places=places, digest=digest, opened_by=actor.person_id, opened_on=clock.day(now))
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            days = [
                OpenDays(publication=made, place=place, since=row.since, until=row.until)
                for place in sorted(covers(row.region))
            ]
            OpenDays.objects.bulk_create(days)
    except IntegrityError:  # another has opened it, or one beside it, since we looked
        if found := Publication.objects.filter(snapshot=row).first():
            return found
        rules.refuse_overlapping(queries.overlapping_number(row))
        raise
    record(actor, row, "publish_report", label=_("公开报表"), role=role, now=now, facts={"digest": digest})
    return made
