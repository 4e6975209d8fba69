"""What one person has served (技术人员服务业绩), and whether a printed paper still says what is on record."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import halfwidth
from kechuang.parties.queries import members_of, person_names
from kechuang.trail.commands import canonical
from kechuang.usage.access import papers_visible_to
from kechuang.usage.models import Hours, Paper, Standing
from kechuang.usage.states import Grade

_GRADES = {Grade.METER: "a", Grade.SESSION: "b", Grade.TYPED: "c"}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of work: an instrument, or services without one."""

    name: str
    model: str
    services: int
    minutes: int
    reports: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a paper says: totals, hours by evidence, and a line per instrument."""

    services: int
    external: int
    clients: int
    minutes: int
    graded: dict[str, int]
    reports: int
    amount_fen: int
    lines: tuple[Line, ...]
    records: tuple[str, ...]  # number and version of each, so that a correction shows

    def as_content(self) -> dict[str, object]:
        """As JSON that is kept and digested: integers and texts."""
        return {
            "services": self.services,
            "external": self.external,
            "clients": self.clients,
            "minutes": self.minutes,
            "graded": dict(self.graded),
            "reports": self.reports,
            "amount_fen": self.amount_fen,
            "lines": [[one.name, one.services, one.minutes, one.reports, one.amount_fen] for one in self.lines],
            "records": list(self.records),
        }


@dataclass(frozen=True, slots=True)
class Verified:
    """What the holder of a code reads: the paper as printed, whether it is whole, and whether the records still agree."""

    paper: Paper
    whole: bool
    agrees: bool
    now: Contents


def contents(*, party_id: str, person_id: str, from_on: date, until_on: date) -> Contents:
    """The services of a person for a party in a period, the last day exclusive. Two statements."""
    rows = list(
        Standing.objects.filter(
            party_id=party_id, operator_id=person_id, active=True, served_on__gte=from_on, served_on__lt=until_on
        )
        .select_related("record", "instrument")
        .order_by("served_on", "id")
    )
    graded = dict.fromkeys(_GRADES.values(), 0)
    summed = Hours.objects.filter(standing_id__in=[row.id for row in rows]).values_list("grade")
    for grade, minutes in summed.annotate(minutes=Sum("minutes")).order_by("grade"):
        graded[_GRADES[Grade(grade)]] = minutes
    by_instrument: dict[str, list[Standing]] = {}
    for row in rows:
        by_instrument.setdefault(row.instrument_id or "", []).append(row)
    return Contents(
        services=len(rows),
        external=sum(row.external for row in rows),
        clients=len({row.record.client_code or row.record.client_name for row in rows if row.external}),
        minutes=sum(row.minutes for row in rows),
        graded=graded,
        reports=sum(row.record.reports for row in rows),
        amount_fen=sum(row.amount_fen for row in rows),
        lines=tuple(_line(found) for _id, found in sorted(by_instrument.items())),
        records=tuple(f"{row.record.number} v{row.record.version}" for row in rows),
    )


def _line(rows: list[Standing]) -> Line:
    instrument = rows[0].instrument
    return Line(
        name=instrument.name if instrument else "",
        model=instrument.number if instrument else "",
        services=len(rows),
        minutes=sum(row.minutes for row in rows),
        reports=sum(row.record.reports for row in rows),
        amount_fen=sum(row.amount_fen for row in rows),
    )


def papers_of(actor: Actor) -> QuerySet[Paper]:
    """The papers the actor may read, newest first."""
    return papers_visible_to(actor).order_by("-id")


def paper(actor: Actor, paper_id: str) -> Paper:
    """One paper; raises NotVisible."""
    row = papers_visible_to(actor).select_related("party").filter(id=paper_id).first()
    if row is None:
        raise NotVisible
    return row


def verified(code: str) -> Verified | None:
    """What a verification code stands for; None when there is no such paper. Nothing is told without the whole code."""
    row = Paper.objects.select_related("party").filter(number=halfwidth(code).upper()).first()
    if row is None:
        return None
    now = contents(party_id=row.party_id, person_id=row.person_id, from_on=row.valid_from, until_on=row.valid_until)
    whole = hashlib.sha256(canonical(row.content)).hexdigest() == row.digest
    said = now.as_content()
    return Verified(row, whole, whole and all(row.content.get(name) == said[name] for name in said), now)


def operators_of(actor: Actor, *, on: date) -> dict[str, str]:
    """Who can be named as 服务人员: the party's members, names by id."""
    if not actor.party_id:
        return {}
    return person_names(members_of(actor.party_id, on=on))
