"""What is done within kechuang, in a process of its own: `fill <enterprises> <grants>`, `open <release>`, `told`."""

import json
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kechuang.site import processes

ROOT = Path(__file__).resolve().parents[2]
SCHEME, COUNTY, FACE = "bench/opening-day", "330602", 10_000_000
EXISTING_SINCE = date(2021, 12, 1)


def pack(folder: Path) -> None:
    """The pilot's pack with nothing held back, nothing reserved and no waiting list: the amount is what is granted."""
    text = (ROOT / "policies/shaoxing/voucher-2021.toml").read_text()
    text = text.replace('"shaoxing/voucher-2021"', f'"{SCHEME}"')
    text = text.replace('{ label = "incubated", region = "none", share_bp = 2_000 },', "")
    head, _, rest = text.partition("[hold_back_bp]")
    text = f"{head}[hold_back_bp]{rest.replace('is = 1000', 'is = 0', 1)}"
    head, _, rest = text.partition("[sold_out_closes]")
    text = f"{head}[sold_out_closes]{rest.replace('is = false', 'is = true', 1)}"
    target = folder / f"{SCHEME}.toml"
    target.parent.mkdir(parents=True)
    target.write_text(text)
    case = '[[value]]\nname = "没有留存"\non = 2025-03-10\nof = "hold_back_bp"\nis = 0\n'
    target.with_suffix(".cases.toml").write_text(case)


def fill(enterprises: int, grants: int) -> dict[str, Any]:
    """Enterprises on the list of technology SMEs with a signed commitment and a session each; a county with its budget."""
    processes.start_django()
    processes.load_policies(ROOT / "policies")
    with tempfile.TemporaryDirectory() as folder:
        pack(Path(folder))
        processes.load_policies(Path(folder))
    from kechuang.ui import clock

    with processes.present():
        users = _enterprises(enterprises)
        release = _release(grants)
        from django.db import connections

        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        return {"users": users, "release": release, "now": clock.now().isoformat()}


def _enterprises(count: int) -> list[str]:
    from django.contrib.sessions.models import Session
    from django.db import transaction

    from kechuang.credit import commands as credit
    from kechuang.credit.models import Commitment, ImportedList, ListEntry
    from kechuang.kernel.identifiers import check_digit, inner_check_digit
    from kechuang.parties.models import Membership, Party, Person
    from kechuang.parties.queries import actor_for
    from kechuang.ui import clock

    now, on = clock.now(), clock.today()

    def code(n: int) -> str:
        eight = f"{40_000_000 + n}"
        seventeen = f"91330602{eight}{inner_check_digit(eight)}"
        return seventeen + check_digit(seventeen)

    people = [Person(sign_in=f"qy{n}", name=f"法人{n}", pinyin=f"faren{n}") for n in range(count)]
    firms = [
        Party(
            kind="organisation", name=f"示例企业{n}", pinyin=f"shiliqiye{n}", credit_code=code(n), region=COUNTY,
            legal_representative=person, contact=person, registered_on=EXISTING_SINCE,
        )
        for n, person in enumerate(people)
    ]  # fmt: skip
    with transaction.atomic():
        Person.objects.bulk_create(people, 1_000)
        Party.objects.bulk_create(firms, 1_000)
        Membership.objects.bulk_create(
            [
                Membership(
                    person=person, party=firm, capacity="legal_representative", region=COUNTY, valid_from=EXISTING_SINCE
                )
                for person, firm in zip(people, firms, strict=True)
            ],
            1_000,
        )  # fmt: skip
        first = actor_for(people[0].id, party_id=firms[0].id, on=on)
        text = credit.sign_commitment(first, party_id=firms[0].id, kind="holder", now=now).text
        Commitment.objects.bulk_create(
            [
                Commitment(
                    party=firm, region=COUNTY, kind="holder", text=text, signed_by=person,
                    capacity="legal_representative", represented_by=person, signed_on=on,
                )
                for person, firm in list(zip(people, firms, strict=True))[1:]
            ],
            1_000,
        )  # fmt: skip
        read = ImportedList.objects.create(
            list_code="tech_sme", issuer="示例机关", source="示例名单", as_of_on=on, digest="0" * 64,
            added=count, changed=0, removed=0, unchanged=0,
        )  # fmt: skip
        ListEntry.objects.bulk_create(
            [
                ListEntry(
                    list_code="tech_sme", credit_code=firm.credit_code, name=firm.name, valid_from=EXISTING_SINCE,
                    first_import=read, last_import=read,
                )
                for firm in firms
            ],
            1_000,
        )  # fmt: skip
        sessions = [_session(person, firm) for person, firm in zip(people, firms, strict=True)]
        Session.objects.bulk_create(sessions, 1_000)
    return [str(session.session_key) for session in sessions]


def _session(person: Any, firm: Any) -> Any:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    from kechuang.parties.states import ACTING_FOR

    store = SessionStore()
    said = {
        SESSION_KEY: person.id,
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: person.get_session_auth_hash(),
        ACTING_FOR: firm.id,
    }
    ends = datetime.now(UTC) + timedelta(hours=8)  # noqa: TID251  (the session's own clock is the machine's)
    return Session(session_key=store._get_new_session_key(), session_data=store.encode(said), expire_date=ends)


def _release(grants: int) -> str:
    """Drafted, checked and announced by three offices; it opens in a minute of the benchmark's own making."""
    from kechuang.kernel.actor import CLOCK, Role
    from kechuang.kernel.money import Fen
    from kechuang.ledger import commands as ledger
    from kechuang.ledger.rules import Kind, Leg, Place
    from kechuang.parties import commands as parties
    from kechuang.parties.queries import actor_for
    from kechuang.releases import commands
    from kechuang.releases.commands import Plan
    from kechuang.ui import clock

    now, on = clock.now(), clock.today()

    def officer(role: Role) -> Any:
        person = parties.register_person(CLOCK, name="经办", now=now)
        parties.appoint(CLOCK, person_id=person.id, role=role, region=COUNTY, now=now)
        return actor_for(person.id, on=on)

    amount, opens = Fen(grants * FACE), now + timedelta(seconds=1)
    leg = Leg("release", Place(Kind.APPROPRIATION, COUNTY, on.year), Place(Kind.BUDGET, COUNTY, on.year), amount)
    ledger.post([leg], key="opening-day", subject="bud_opening_day", now=now)
    author, checker = officer(Role.BUDGET_AUTHOR), officer(Role.COUNTY_APPROVER)
    plan = Plan("放券首日", "first_come", amount, 1, opens, now + timedelta(hours=6))
    made = commands.draft(author, scheme=SCHEME, region=COUNTY, plan=plan, now=now)
    commands.submit(author, release_id=made.id, now=now)
    commands.announce(checker, release_id=made.id, now=now)
    return made.id


def told() -> dict[str, int]:
    """What stands in the tables: vouchers, enterprises with more than one, entries, money."""
    processes.start_django()
    from django.db.models import Count, Sum

    from kechuang.releases.models import Entry, Pool
    from kechuang.vouchers.models import Voucher

    issued = Voucher.objects.filter(state="issued")
    twice = issued.order_by().values("party_id").annotate(n=Count("id")).filter(n__gt=1).count()
    again = Entry.objects.order_by().values("party_id").annotate(n=Count("id")).filter(n__gt=1).count()
    return {
        "granted": issued.count(),
        "granted_fen": issued.aggregate(fen=Sum("face_fen"))["fen"] or 0,
        "taken_fen": Pool.objects.aggregate(fen=Sum("taken_fen"))["fen"] or 0,
        "duplicates": twice + again,
        "entries": Entry.objects.count(),
    }


if __name__ == "__main__":
    wanted, *given = sys.argv[1:]
    print(json.dumps(fill(*map(int, given)) if wanted == "fill" else told()))
