"""What was told to whom."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.outbox.models import Message
from kechuang.outbox.states import PENDING_HOURS_MAX, MessageState
from kechuang.parties.queries import Contact, anybody_reachable, contacts, members_of_all, people_in_all
from kechuang.trail.queries import Broken
from kechuang.ui.compiled import compiled


def inbox(actor: Actor) -> QuerySet[Message]:
    """Messages for this actor: told to the person, to the party acted for, or to an office they hold."""
    told = Q(to_person=actor.person_id) if actor.person_id else Q(pk__in=[])
    if actor.party_id:
        told |= Q(to_party=actor.party_id)
    for post in actor.posts:
        told |= Q(to_role=post.role, region__in=sorted(post.covers | {post.region}))
    return Message.objects.filter(told).order_by("-at", "-id")


def has_unread(actor: Actor) -> bool:
    """Whether something was told that nobody it was told to has read (未读); every page asks it, so none are counted."""
    return bool(_unread(actor))


@compiled
def _unread(actor: Actor) -> QuerySet[Message, str]:
    return inbox(actor).filter(read_at__isnull=True).order_by().values_list("id", flat=True)[:1]


Target = tuple[str, str, str, str]  # person, party, role, region: whom a message is told to


def target_of(message: Message) -> Target:
    return message.to_person, message.to_party, message.to_role, message.region


def reached(targets: Iterable[Target], *, on: date) -> dict[Target, list[Contact]]:
    """The people behind each: the person, the members of the party, the holders of the office."""
    wanted = set(targets)
    members = members_of_all({party for _person, party, _role, _region in wanted} - {""}, on=on)
    holders = people_in_all({(Role(role), region) for _person, _party, role, region in wanted if role}, on=on)
    people: dict[Target, set[str]] = {}
    for target in wanted:
        person, party, role, region = target
        office = holders[Role(role), region] if role else []
        people[target] = {person, *members.get(party, []), *office} - {""}
    cards = {contact.person_id: contact for contact in contacts(set[str]().union(*people.values()))}
    return {target: [cards[one] for one in sorted(found) if one in cards] for target, found in people.items()}


def stuck(*, now: datetime, limit: int) -> list[Broken]:
    """I10: messages that stay pending past the limit."""
    since = now - timedelta(hours=PENDING_HOURS_MAX)
    rows = Message.objects.filter(state=MessageState.PENDING, at__lt=since)[:limit]
    return [Broken(Message._meta.db_table, row.id, "消息超过时限仍未送达") for row in rows]


def unread_by_person(*, on: date) -> list[tuple[Contact, int]]:
    """Who can be reached by mail or phone and how many messages they have not read (每日摘要). Parties and offices too."""
    if not anybody_reachable():
        return []
    rows = Message.objects.filter(read_at__isnull=True).order_by()
    tallies = rows.values_list("to_person", "to_party", "to_role", "region").annotate(count=Count("id"))
    unread: dict[Target, int] = {(person, party, role, region): n for person, party, role, region, n in tallies}
    counts: dict[str, int] = {}
    found: dict[str, Contact] = {}
    for target, people in reached(unread, on=on).items():
        for contact in people:
            found[contact.person_id] = contact
            counts[contact.person_id] = counts.get(contact.person_id, 0) + unread[target]
    return [(found[name], counts[name]) for name in sorted(found) if found[name].mail or found[name].phone]
