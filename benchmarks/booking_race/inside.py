"""What is done within kechuang, in a process of its own: `fill <instruments> <bookings>`, and `statements`."""

import json
import sys
import time
from pathlib import Path

from kechuang.site import processes

ROOT = Path(__file__).resolve().parents[2]
SEED, RACED, SIGNED_IN = 20_261_121, 20, 50
EVERY_DAY = [[[0, 1_440]]] * 7


def fill(instruments: int, bookings: int) -> dict[str, object]:
    """A province of this size. Twenty usual instruments are open all day, as a tool of NEMO is; fifty users signed in."""
    processes.start_django()
    processes.load_policies(ROOT / "policies")
    from kechuang.pilot import commands
    from kechuang.ui import clock

    began = time.monotonic()
    with clock.read_once():
        commands.generate_province(
            instruments=instruments, bookings=bookings, seed=SEED, progress=lambda done, total, text: None
        )
        tools, busy = _tools()
        users = _users()
    return {"tools": tools, "busy": busy, "users": users, "seconds": time.monotonic() - began}


def _tools() -> tuple[list[str], str]:
    from django.db import connections

    from kechuang.bookings import commands
    from kechuang.bookings.models import Calendar
    from kechuang.catalog.models import Instrument
    from kechuang.parties.models import Membership
    from kechuang.parties.queries import actor_for
    from kechuang.ui import clock

    busy = Calendar.objects.order_by("id")[0]
    slots = Instrument.objects.filter(open_modes__contains=["slot"]).values("offer_id")
    usual = list(Calendar.objects.filter(instrument_id__in=slots).exclude(hours=busy.hours).order_by("id")[:RACED])
    people = dict(Membership.objects.values_list("party_id", "person_id"))
    for calendar in usual:
        commands.set_rules(
            actor_for(people[calendar.party_id], party_id=calendar.party_id, on=clock.today()),
            instrument_id=calendar.instrument_id,
            now=clock.now(),
            hours=EVERY_DAY,
            confirmation="automatic",
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return [calendar.instrument_id for calendar in usual], busy.instrument_id


def _users() -> list[dict[str, str]]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from kechuang.catalog.models import Carrier
    from kechuang.parties.models import Membership, Person
    from kechuang.parties.states import ACTING_FOR

    found = []
    carrying = Carrier.objects.values("party_id")
    for membership in Membership.objects.exclude(party_id__in=carrying).order_by("id")[:SIGNED_IN]:
        store = SessionStore()
        store[SESSION_KEY] = membership.person_id
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = Person.objects.get(id=membership.person_id).get_session_auth_hash()
        store[ACTING_FOR] = membership.party_id
        store.save()
        found.append({"id": membership.person_id, "session": str(store.session_key)})
    return found


def statements(path: str, session: str) -> dict[str, int]:
    """Counted as the peer's are: the whole request, the second time it is made."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = session
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    return {"status": answer.status_code, "statements": len(asked)}


if __name__ == "__main__":
    wanted, *given = sys.argv[1:]
    if wanted == "fill":
        print(json.dumps(fill(int(given[0]), int(given[1]))))
    else:
        processes.start_django()
        for line in sys.stdin:
            print(json.dumps(statements(*json.loads(line))), flush=True)
