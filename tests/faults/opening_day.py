"""A county on the day it opens its budget, in a database of its own: made as `python -m tests.faults.opening_day <firms>`,
looked at afterwards as `python -m tests.faults.opening_day check`. Prints JSON.
"""

import json
import sys

from kechuang.site import processes
from tests.rulebook import POLICIES

ASKED_FEN = 1_000_000


def made(firms: int) -> list[dict[str, str]]:
    """A budget, firms on the list that have signed, each with an application to send and somebody signed in."""
    processes.migrate()
    processes.load_policies(POLICIES)
    from django.db import transaction

    from kechuang.ui import clock
    from tests.vouchers.conftest import Town

    with processes.present(), transaction.atomic():
        town = Town()
        town.now = clock.now()
        year = clock.day(town.now).year
        town.release(firms * ASKED_FEN, year=year)
        heads = [town.firm(f"开放日企业{n}", label="") for n in range(firms)]
        credit_codes = _codes([head.party_id for head in heads])
        town.lists("tech_sme", *credit_codes)
        return [
            {"voucher": town.draft(head, ASKED_FEN).id, "session": _session(head.person_id, head.party_id)}
            for head in heads
        ]


def checked() -> dict[str, object]:
    """What was granted, and whatever the checks of the money, the vouchers and the events find."""
    from django.db.models import Count

    from kechuang.ledger import queries
    from kechuang.ledger.models import Transfer
    from kechuang.trail.models import Event
    from kechuang.trail.queries import altered_rows
    from kechuang.vouchers.models import HolderYear, Voucher

    issued = Voucher.objects.filter(state="issued")
    once = Transfer.objects.filter(rule="grant").values("subject").annotate(times=Count("id"))
    broken = [*queries.unbalanced(), *queries.overcommitted_budgets(), *queries.overused_vouchers(), *altered_rows()]
    events = Event.objects.filter(action="vouchers.issue").values("object_id").annotate(times=Count("id"))
    return {
        "issued": sorted(issued.values_list("id", flat=True)),
        "transfers": {row["subject"]: row["times"] for row in once},
        "events": {row["object_id"]: row["times"] for row in events},
        "counted": sum(HolderYear.objects.values_list("granted_count", flat=True)),
        "broken": [str(one) for one in broken],
    }


def _codes(parties: list[str]) -> list[str]:
    from kechuang.parties.models import Party

    return list(Party.objects.filter(id__in=parties).order_by("id").values_list("credit_code", flat=True))


def _session(person_id: str, party_id: str) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from kechuang.parties.models import Person
    from kechuang.parties.states import ACTING_FOR

    store = SessionStore()
    store[SESSION_KEY] = person_id
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = Person.objects.get(id=person_id).get_session_auth_hash()
    store[ACTING_FOR] = party_id
    store.save()
    return str(store.session_key)


if __name__ == "__main__":
    processes.start_django(database=False)
    print(json.dumps(checked() if sys.argv[1] == "check" else made(int(sys.argv[1]))))
