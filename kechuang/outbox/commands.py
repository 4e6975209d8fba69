"""Telling people. A message is a row in the transaction of the act; nothing is sent before that commits."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import shortened
from kechuang.kernel.workdays import Workdays
from kechuang.outbox.adapters.channels import Channel, Letter, channels
from kechuang.outbox.models import Digest, Message, Nudge
from kechuang.outbox.queries import inbox, reached, target_of, unread_by_person
from kechuang.outbox.rules import AlreadyNudged, NotAWorkingDay
from kechuang.outbox.states import BATCH_MAX, TEXT_CHARS_MAX, TRIES_MAX, MessageState
from kechuang.parties.queries import Contact
from kechuang.ui import clock
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import write


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
    calendar: str = "",
) -> None:
    """Writes one message (站内消息); mail and the other channels follow from it after the commit.

    `path` is the address of the page where the thing is done. Title and text are shown as they are: no personal data.
    What is said at length stands on that page; of a longer text the message has the beginning.
    `calendar` is an iCalendar text that goes along with the mail (日程附件).
    """
    write(
        Message(
            to_party=to_party,
            to_person=to_person,
            to_role=to_role or "",
            region=region,
            subject_id=subject_id,
            path=path,
            title=title,
            text=shortened(text, TEXT_CHARS_MAX),
            due_on=due_on,
            calendar=calendar,
            at=now,
        )
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
    _nudge, made = Nudge.objects.get_or_create(subject_id=subject_id, by_party=actor.party_id, on=on)
    if not made:
        raise AlreadyNudged()
    title = _("对方催办，请尽快办理")
    tell(
        subject_id=subject_id,
        path=path,
        title=title,
        text=number,
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
    messages = _waiting()
    if not messages:
        return 0
    ways, reach = channels(), reached(map(target_of, messages), on=clock.day(now))
    alike: dict[tuple[str, int, str], list[str]] = {}
    for message in messages:
        _send(message, reach[target_of(message)], ways, now)
        alike.setdefault((message.state, message.tries, message.why), []).append(message.id)
    for (state, tries, why), ids in alike.items():
        settled_at = None if state == MessageState.PENDING else now
        _settle(ids, state, tries, why, settled_at)
    return sum(message.state != MessageState.PENDING for message in messages)


@compiled
def _waiting() -> QuerySet[Message]:
    rows = Message.objects.select_for_update(skip_locked=True).filter(state=MessageState.PENDING)
    return rows.order_by("at", "id")[:BATCH_MAX]


@compiled_update
def _settle(ids: list[str], state: str, tries: int, why: str, settled_at: datetime | None) -> Change:
    rows = Message.objects.filter(id__any=ids)
    return rows, {"state": state, "tries": tries, "why": why, "settled_at": settled_at}


def _send(message: Message, to: Sequence[Contact], ways: Sequence[Channel], now: datetime) -> None:
    letter = Letter(message.id, message.title, message.text, message.path, message.calendar)
    failures = [why for channel in ways for why in channel.send(letter, to)]
    message.tries += 1
    message.why = "；".join(failures)[: Message._meta.get_field("why").max_length]
    if not failures:
        message.state, message.settled_at = MessageState.DONE, now
    elif message.tries >= TRIES_MAX:
        message.state, message.settled_at = MessageState.DEAD, now


@transaction.atomic
def digest(*, now: datetime) -> int:
    """One mail a day to everybody who can be reached and has unread messages (每日摘要); answers how many were sent.

    Run late or twice it sends once. Messages stay unread: the digest only says how many wait.
    """
    on = clock.day(now)
    sent = 0
    for contact, count in unread_by_person(on=on):
        row, new = Digest.objects.get_or_create(person_id=contact.person_id, on=on, defaults={"count": count})
        if not new:
            continue
        letter = Letter(row.id, _("今天有未读消息"), str(count), "/workbench")
        for channel in channels():
            channel.send(letter, [contact])
        sent += 1
    return sent
