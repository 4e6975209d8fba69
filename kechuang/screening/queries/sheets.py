"""One finding with all that its page shows."""

from dataclasses import dataclass

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.screening.access import contests_visible_to, links_visible_to, roles_on, visible_to
from kechuang.screening.models import Contest, Finding, Link
from kechuang.screening.queries.findings import finding
from kechuang.screening.rules import RULES, Rule
from kechuang.screening.states import CONTEST_MACHINE, FINDING_MACHINE, ContestState, FindingState, Pattern
from kechuang.trail.models import Event
from kechuang.trail.queries import way


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """All that the page of a finding shows."""

    finding: Finding
    rule: Rule
    contests: list[Contest]
    same: list[Finding]  # of the same rule and group
    events: list[Event]
    open_moves: list[Move]


def sheet(actor: Actor, finding_id: str) -> FindingSheet:
    """One finding as `actor` may see it; raises NotVisible also when they may not."""
    row = finding(actor, finding_id)
    same = (
        visible_to(actor).filter(rule=row.rule, group=row.group).exclude(id=row.id)
        if row.group
        else Finding.objects.none()
    )
    return FindingSheet(
        row,
        RULES[Pattern(row.rule)],
        list(contests_visible_to(actor).filter(finding=row).order_by("at")),
        list(same.order_by("found_at", "id")),
        list(way([row.id])),
        FINDING_MACHINE.open(FindingState(row.state), roles_on(actor, row)),
    )


def own_links(actor: Actor) -> list[tuple[Link, Contest | None]]:
    """The links that the platform keeps of the actor's own party, each with what the party last said against it."""
    rows = list(Link.objects.filter(party_id=actor.party_id).order_by("kind", "id")) if actor.party_id else []
    said = {row.link_id: row for row in Contest.objects.filter(link__in=rows).order_by("at")}
    return [(row, said.get(row.id)) for row in rows]


@dataclass(frozen=True, slots=True)
class ContestSheet:
    """What a firm says, against what, and what the reader may do."""

    contest: Contest
    open_moves: list[Move]


def contest_sheet(actor: Actor, contest_id: str) -> ContestSheet:
    """One contest as `actor` may see it; raises NotVisible."""
    row = contests_visible_to(actor).select_related("finding", "link").filter(id=contest_id).first()
    if row is None:
        raise NotVisible
    return ContestSheet(row, CONTEST_MACHINE.open(ContestState(row.state), roles_on(actor, row)))


def link(actor: Actor, link_id: str) -> Link:
    """One link; raises NotVisible."""
    row = links_visible_to(actor).filter(id=link_id).first()
    if row is None:
        raise NotVisible
    return row
