"""`peer_seed.py <tools> <reservations> <users> <day>`: fills NEMO's migrated database, prints what the driver uses as JSON.

1 % of the tools are busy (eight one-hour reservations on every day of the past year), the other reservations are spread
evenly over the other tools. None overlap; 5 % are cancelled, 2 % missed. Fifty users, each with a project and qualified
on twenty ordinary tools, have sessions.
"""

import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402  Django has to be set up before its models are imported
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from NEMO.models import Account, Project, Qualification, Reservation, Tool, User, UserPreferences  # noqa: E402

SIGNED_IN, RACED, SEED, TOGETHER = 50, 20, 20_261_121, 10_000
BUSY_HOURS, DAYS = range(9, 17), 365
Slot = tuple[int, datetime, int]


def main(tools: int, reservations: int, users: int, today: datetime) -> dict[str, object]:
    dice = random.Random(SEED)
    people, projects = _people(users)
    tool_ids = _tools(tools, people)
    busy, ordinary = tool_ids[: max(1, tools // 100)], tool_ids[max(1, tools // 100) :]
    raced = ordinary[:RACED]
    Qualification.objects.bulk_create(
        [
            Qualification(user_id=user, tool_id=tool)
            for number, user in enumerate(people)
            for tool in (raced if number < SIGNED_IN else dice.sample(ordinary, RACED))
        ],
        batch_size=TOGETHER,
    )
    batch: list[Reservation] = []
    for slot in _slots(busy, ordinary, reservations, today, dice):
        batch.append(_reservation(slot, dice, people, projects))
        if len(batch) == TOGETHER:
            Reservation.objects.bulk_create(batch)
            batch = []
    Reservation.objects.bulk_create(batch)
    signed_in = [_session(user) for user in people[:SIGNED_IN]]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"users": signed_in, "tools": [str(tool) for tool in raced], "busy": str(busy[0])}


def _people(count: int) -> tuple[list[int], list[int]]:
    account = Account.objects.create(name="Account 1", active=True)
    Project.objects.bulk_create(
        Project(name=f"Project {n:05}", application_identifier=f"P{n:05}", account=account, active=True)
        for n in range(max(10, count // 5))
    )
    projects = list(Project.objects.order_by("id").values_list("id", flat=True))
    preferences = UserPreferences.objects.bulk_create(UserPreferences() for _ in range(count))
    users = User.objects.bulk_create(
        [
            User(
                username=f"user{n:05}",
                first_name=f"First{n}",
                last_name=f"Last{n}",
                email=f"u{n}@example.org",
                training_required=False,
                is_active=True,
                preferences=preferences[n],
            )
            for n in range(count)
        ],
        batch_size=TOGETHER,
    )
    through = User.projects.through
    through.objects.bulk_create(
        [through(user_id=user.id, project_id=projects[n % len(projects)]) for n, user in enumerate(users)]
    )
    return [user.id for user in users], projects


def _tools(count: int, people: list[int]) -> list[int]:
    made = Tool.objects.bulk_create(
        [
            Tool(
                name=f"Tool {n:05}",
                visible=True,
                _category=f"Category {n % 40:02}/Group {n % 7}",
                _operational=True,
                _location=f"Room {n % 100}",
                _primary_owner_id=people[n % len(people)],
                _reservation_horizon=90,
                _description=f"Instrument number {n}",
            )
            for n in range(count)
        ],
        batch_size=2_000,
    )
    return [tool.id for tool in made]


def _slots(busy: list[int], ordinary: list[int], count: int, today: datetime, dice: random.Random) -> Iterator[Slot]:
    full = [
        (tool, today - timedelta(days=day) + timedelta(hours=hour), 1)
        for tool in busy
        for day in range(1, DAYS + 1)
        for hour in BUSY_HOURS
    ][: count // 2]
    yield from full
    each, more = divmod(count - len(full), len(ordinary))
    for number, tool in enumerate(ordinary):
        for slot in dice.sample(range(DAYS * 8), each + (number < more)):  # eight slots of two hours a day, from six
            day, part = divmod(slot, 8)
            yield tool, today - timedelta(days=day + 1) + timedelta(hours=6 + 2 * part), 2


def _reservation(slot: Slot, dice: random.Random, people: list[int], projects: list[int]) -> Reservation:
    tool, start, hours = slot
    user, fate = people[dice.randrange(len(people))], dice.random()
    return Reservation(
        user_id=user,
        creator_id=user,
        creation_time=start - timedelta(days=3),
        tool_id=tool,
        project_id=projects[user % len(projects)],
        start=start,
        end=start + timedelta(hours=hours),
        short_notice=False,
        cancelled=fate < 0.05,
        missed=0.05 <= fate < 0.07,
    )


def _session(user_id: int) -> dict[str, str]:
    store = SessionStore()
    store[SESSION_KEY] = str(user_id)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    user = User.objects.get(pk=user_id)
    if hasattr(user, "get_session_auth_hash"):
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.set_expiry(DAYS * 86_400)
    store.save()
    return {"id": str(user_id), "session": str(store.session_key)}


if __name__ == "__main__":
    given_tools, given_reservations, given_users, given_day = sys.argv[1:]
    first = datetime.fromisoformat(given_day)
    print(json.dumps(main(int(given_tools), int(given_reservations), int(given_users), first)))
