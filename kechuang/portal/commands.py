"""Writes that need to know several rooms."""

from datetime import datetime

from kechuang.deadlines.queries import calendar
from kechuang.kernel.actor import Actor
from kechuang.outbox import commands as outbox
from kechuang.portal.queries.records import waits_on
from kechuang.ui import clock


def nudge(actor: Actor, *, subject_id: str, now: datetime) -> None:
    """Asks whoever holds a record up to deal with it (催办), once a working day.

    Raises NotVisible for a record that is not the actor's, NobodyToNudge, and what the outbox refuses.
    """
    wait = waits_on(actor, subject_id, on=clock.day(now))
    outbox.nudge(
        actor,
        subject_id=subject_id,
        path=wait.place.url,
        number=wait.place.number,
        to_role=None if wait.party_id else wait.role,
        to_party=wait.party_id,
        region=wait.place.region,
        calendar=calendar(),
        now=now,
    )
