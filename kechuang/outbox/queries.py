"""What was told to whom."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.outbox.models import Message
from kechuang.outbox.states import PENDING_HOURS_MAX, MessageState
from kechuang.parties.queries import Contact, contacts, members_of_all, people_in_all
from kechuang.trail.queries import Broken


def inbox(actor: Actor) -> QuerySet[Message]:
    """Messages for this actor: told to the person, to the party acted for, or to an office they hold."""
    told = Q(to_person=actor.person_id) if actor.person_id else Q(pk__in=[])
    if actor.party_id:
        told |= Q(to_party=actor.party_id)
    for post in actor.posts:
        told |= Q(to_role=post.role, region__in=post.covers | {post.region})
    return Message.objects.filter(told).order_by("-at", "-id")


def unread_count(actor: Actor) -> int:
    return inbox(actor).filter(read_at__isnull=True).count()


def reached(messages: Sequence[Message], *, on: date) -> dict[str, list[Contact]]:
    """The people each message goes to: the person, the members of the party, the holders of the office."""
    members = members_of_all({message.to_party for message in messages} - {""}, on=on)
    offices = {(Role(message.to_role), message.region) for message in messages if message.to_role}
    holders = people_in_all(offices, on=on)
    people: dict[str, list[str]] = {}
    for message in messages:
        found = [message.to_person] if message.to_person else []
        found += members.get(message.to_party, [])
        found += holders[Role(message.to_role), message.region] if message.to_role else []
        people[message.id] = found
    cards = {contact.person_id: contact for contact in contacts({one for found in people.values() for one in found})}
    return {
        message_id: [cards[one] for one in sorted(set(found)) if one in cards] for message_id, found in people.items()
    }


def stuck(*, now: datetime, limit: int) -> list[Broken]:
    """I10: messages that stay pending past the limit."""
    since = now - timedelta(hours=PENDING_HOURS_MAX)
    rows = Message.objects.filter(state=MessageState.PENDING, at__lt=since)[:limit]
    return [Broken(Message._meta.db_table, row.id, "消息超过时限仍未送达") for row in rows]


def unread_by_person(*, on: date) -> list[tuple[Contact, int]]:
    """Who can be reached by mail or phone and how many messages they have not read (每日摘要). Parties and offices too."""
    rows = Message.objects.filter(read_at__isnull=True).order_by()
    unread = list(rows.values_list("to_person", "to_party", "to_role", "region").annotate(count=Count("id")))
    asked = [
        Message(id=str(number), to_person=person, to_party=party, to_role=role, region=region)
        for number, (person, party, role, region, _count) in enumerate(unread)
    ]
    people = reached(asked, on=on)
    counts: dict[str, int] = {}
    found: dict[str, Contact] = {}
    for message, (*_target, count) in zip(asked, unread, strict=True):
        for contact in people[message.id]:
            found[contact.person_id] = contact
            counts[contact.person_id] = counts.get(contact.person_id, 0) + count
    return [(found[name], counts[name]) for name in sorted(found) if found[name].mail or found[name].phone]
