"""Links between parties (关联线索): from what the platform knows of them, and from registers that are imported."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.models import Level, Link, Registration
from kechuang.screening.queries.linking import OWN, Known, Mark, known_now, links_of, mark_now
from kechuang.screening.rules import LevelFact
from kechuang.screening.states import LinkKind, LinkState
from kechuang.trail.commands import Act, record_many
from kechuang.ui import clock
from kechuang.ui.rows import insert_many, update_many

_taken_up: Mark | None = None  # what this process took up last: the same again would change nothing, wherever it stands


def digest_of(kind: LinkKind, value: str) -> str:
    """What a value is compared by: keyed, so that a telephone is not found by trying them all."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{kind}:{value}".encode()).hexdigest()


@transaction.atomic
def keep_links(known: Iterable[Known], *, complete: bool = False, now: datetime) -> int:
    """Keeps what is new of these (登记关联线索); answers how many are new. `complete`: this is all that the register of parties
    says, so what it said before of the same parties, and no longer says, was a link until today. A struck link stays struck.
    """
    on, given = clock.day(now), {(one.party_id, one.kind, digest_of(one.kind, one.value)): one for one in known}
    standing = links_of({party for party, _kind, _digest in given}, sources=OWN if complete else ())
    known_before = {party for party, _kind, _digest in standing}
    new = [
        _row(one, key[-1], on, since=on if complete and key[0] in known_before else None)
        for key, one in given.items()
        if key not in standing
    ]
    insert_many(Link, new)
    acts = [Act(row, {"kind": row.kind, "source": row.source}, target=str(LinkState.STANDING)) for row in new]
    record_many(CLOCK, acts, "link", label=_("登记关联线索"), role=Role.CLOCK, now=now)
    if complete:
        living = [key for key, one in standing.items() if one.until_on is None and one.source in OWN]
        _end(_rows([standing[key].id for key in living if key not in given]), now=now)
        over = [one for key, one in standing.items() if key in given and one.until_on and one.source in OWN]
        _revive(_rows([one.id for one in over]), now=now)
    return len(new)


def _rows(link_ids: Sequence[str]) -> list[Link]:
    return list(Link.objects.filter(id__in=link_ids).order_by("id")) if link_ids else []


def _end(rows: Sequence[Link], *, now: datetime) -> None:
    """A legal representative, telephone, address, account or device that was replaced is a link until that day, not after it."""
    over = [row for row in rows if row.until_on is None]
    for row in over:
        row.until_on = clock.day(now)
    update_many(Link, over, ["until_on"])
    acts = [Act(row, {"until_on": row.until_on.isoformat()}) for row in over if row.until_on]
    record_many(CLOCK, acts, "end_link", label=_("关联线索终止"), role=Role.CLOCK, now=now)


def _revive(rows: Sequence[Link], *, now: datetime) -> None:
    """What a party has again is a link from today (再次登记); the interval before is in the log."""
    for row in rows:
        row.from_on, row.until_on = clock.day(now), None
    update_many(Link, rows, ["from_on", "until_on"])
    acts = [Act(row, {"from_on": row.from_on.isoformat()}) for row in rows if row.from_on]
    record_many(CLOCK, acts, "link_again", label=_("再次登记关联线索"), role=Role.CLOCK, now=now)


def _row(one: Known, digest: str, on: date, since: date | None) -> Link:
    """`since`: of a party that was known before, what it says now is new from today (自当日起); else it is as old as we know."""
    return Link(
        party_id=one.party_id,
        region=one.region,
        kind=one.kind,
        digest=digest,
        shown=one.shown,
        source=one.source,
        from_on=one.from_on or since,
        until_on=one.until_on,
        made_on=on,
    )


def renew_links(*, now: datetime) -> int:
    """Takes up what the register of parties says today (更新关联线索): legal representatives, telephones, addresses, accounts.

    Where it says what it said when they were taken up last, and nobody has changed a link since, there is nothing to do.
    """
    global _taken_up
    before = mark_now()
    if before == _taken_up:
        return 0
    new = keep_links(known_now(), complete=True, now=now)
    after = mark_now()
    _taken_up = after if after.said == before.said else None  # what was said meanwhile may not have been read
    return new


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registers say of one organisation."""

    party_id: str
    region: str
    established_on: date | None
    insured_count: int | None


@transaction.atomic
def keep_registrations(rows: Sequence[Registered], *, source: str, on: date) -> None:
    """Keeps what the registers of market regulation and social insurance say (导入登记信息); the newest holds."""
    Registration.objects.bulk_create(
        [
            Registration(
                party_id=row.party_id,
                region=row.region,
                established_on=row.established_on,
                insured_count=row.insured_count,
                source=source,
                as_of_on=on,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["party_id"],
        update_fields=["established_on", "insured_count", "source", "as_of_on"],
    )


@transaction.atomic
def keep_levels(levels: Mapping[tuple[str, str, str], LevelFact], *, on: date) -> None:
    """Keeps the price levels of the day (更新价格水平) in place of those before."""
    Level.objects.all().delete()
    Level.objects.bulk_create(
        Level(
            service=service,
            class_code=class_code,
            unit=unit,
            count=level.count,
            middle_fen=level.middle_fen,
            spread_fen=level.spread_fen,
            on=on,
        )
        for (service, class_code, unit), level in levels.items()
    )
