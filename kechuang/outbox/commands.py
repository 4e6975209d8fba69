"""Telling people. A message is a row in the transaction of the act; nothing is sent before that commits."""

from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.workdays import Workdays
from kechuang.outbox.adapters.channels import Letter, channels
from kechuang.outbox.models import Message, Nudge
from kechuang.outbox.queries import inbox, reached
from kechuang.outbox.rules import AlreadyNudged, NotAWorkingDay
from kechuang.outbox.states import BATCH_MAX, TRIES_MAX, MessageState
from kechuang.ui import clock


def tell(
    *,
    subject_id: str,
    path: str,
    title: str,
    text: str,
    now: datetime,
    to_party: str = "",
    to_role: Role | None = None,
    region: str = "",
    to_person: str = "",
    due_on: date | None = None,
) -> None:
    """Writes one message (站内消息); mail and the other channels follow from it after the commit.

    `path` is the address of the page where the thing is done. Title and text are shown as they are: no personal data.
    """
    Message.objects.bulk_create(
        [
            Message(
                to_party=to_party,
                to_person=to_person,
                to_role=to_role or "",
                region=region,
                subject_id=subject_id,
                path=path,
                title=title,
                text=text,
                due_on=due_on,
                at=now,
            )
        ]
    )


@transaction.atomic
def nudge(
    actor: Actor,
    *,
    subject_id: str,
    path: str,
    number: str,
    region: str,
    calendar: Workdays,
    now: datetime,
    to_role: Role | None = None,
    to_party: str = "",
) -> None:
    """The other side asks to be dealt with (催办), once a working day; raises AlreadyNudged, NotAWorkingDay."""
    on = clock.day(now)
    if not calendar.is_working(on):
        raise NotAWorkingDay(next_on=calendar.next_working(on).isoformat())
    _row, made = Nudge.objects.get_or_create(subject_id=subject_id, by_party=actor.party_id, on=on)
    if not made:
        raise AlreadyNudged()
    title = f"催办：{number}"
    tell(
        subject_id=subject_id,
        path=path,
        title=title,
        text="对方请您尽快办理",
        to_role=to_role,
        to_party=to_party,
        region=region,
        now=now,
    )


def mark_read(actor: Actor, *, message_ids: list[str], now: datetime) -> int:
    """These were read (已读); those of others are left alone."""
    return inbox(actor).filter(id__in=message_ids, read_at__isnull=True).update(read_at=now)


@transaction.atomic
def deliver(*, now: datetime) -> int:
    """Sends what is pending through each channel (I10): done, tried again later, or given up; answers how many ended.

    Two runs at once take different rows; a message already handed over is not sent twice.
    """
    waiting = Message.objects.select_for_update(skip_locked=True).filter(state=MessageState.PENDING)
    ended = 0
    for message in waiting.order_by("at", "id")[:BATCH_MAX]:
        _send(message, now)
        ended += message.state != MessageState.PENDING
    return ended


def _send(message: Message, now: datetime) -> None:
    letter = Letter(message.id, message.title, message.text, message.path)
    to = reached(message, on=clock.day(now))
    failures = [why for channel in channels() for why in channel.send(letter, to)]
    message.tries += 1
    message.why = "；".join(failures)[: Message._meta.get_field("why").max_length]
    if not failures:
        message.state, message.settled_at = MessageState.DONE, now
    elif message.tries >= TRIES_MAX:
        message.state, message.settled_at = MessageState.DEAD, now
    message.save(update_fields=["tries", "why", "state", "settled_at"])
