"""One finding with all that its page shows."""

from dataclasses import dataclass

from django.db.models import Q

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.parties.queries import party_names
from kechuang.screening.access import contests_visible_to, links_visible_to, roles_on, visible_to
from kechuang.screening.models import Contest, Finding, Link
from kechuang.screening.queries.findings import finding
from kechuang.screening.queries.shown import (
    FindingRow,
    LinkGraph,
    Measured,
    Shown,
    evidence_of,
    graph_of,
    measured,
    reason_of,
    rows_of,
)
from kechuang.screening.rules import RULES, Rule
from kechuang.screening.states import (
    CONTEST_MACHINE,
    FINDING_MACHINE,
    GRAPH_MAX,
    LINK_LABELS,
    ContestState,
    FindingState,
    LinkKind,
    Pattern,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """All that the page of a finding shows."""

    finding: Finding
    rule: Rule
    reason: str
    evidence: list[Shown]
    terms: list[Measured]
    holder: str
    provider: str
    contests: list[Contest]
    same: list[Finding]  # of the same rule and group
    events: list[Event]
    open_moves: list[Move]
    graph: LinkGraph | None


def sheet(actor: Actor, finding_id: str) -> FindingSheet:
    """One finding as `actor` may see it; raises NotVisible also when they may not."""
    row = finding(actor, finding_id)
    same = (
        visible_to(actor).filter(rule=row.rule, group=row.group).exclude(id=row.id)
        if row.group
        else Finding.objects.none()
    )
    names = party_names([row.holder_party, row.provider_party])
    office = bool(roles_on(actor, row))
    return FindingSheet(
        row,
        RULES[Pattern(row.rule)],
        reason_of(row),
        evidence_of(row, office=office),
        measured(row.terms["scheme"], row.terms["params"]),
        names.get(row.holder_party, ""),
        names.get(row.provider_party, ""),
        list(contests_visible_to(actor).filter(finding=row).order_by("at")),
        list(same.order_by("found_at", "id")),
        list(way([row.id])),
        FINDING_MACHINE.open(FindingState(row.state), roles_on(actor, row)),
        graph_of(row, office=office),
    )


def own_links(actor: Actor) -> list[tuple[Link, Contest | None]]:
    """The links that the platform keeps of the actor's own party, each with what the party last said against it."""
    rows = list(Link.objects.filter(party_id=actor.party_id).order_by("kind", "id")) if actor.party_id else []
    said = {row.link_id: row for row in Contest.objects.filter(link__in=rows).order_by("at")}
    return [(row, said.get(row.id)) for row in rows]


def own_findings(actor: Actor) -> list[FindingRow]:
    """What was confirmed about the actor's own party (已认定的), the latest first."""
    if not actor.party_id:
        return []
    about = Q(holder_party=actor.party_id) | Q(provider_party=actor.party_id)
    return rows_of(list(Finding.objects.filter(about, state=FindingState.CONFIRMED).order_by("-decided_on", "id")))


@dataclass(frozen=True, slots=True)
class ContestSheet:
    """What a firm says, against what, and what the reader may do."""

    contest: Contest
    party: str
    about: str  # the rule of the finding, or the kind of the link
    opens: bool  # whether the reader may open the finding
    shared: list[str]  # who else has what the link is about; for the offices
    events: list[Event]
    open_moves: list[Move]


def contest_sheet(actor: Actor, contest_id: str) -> ContestSheet:
    """One contest as `actor` may see it; raises NotVisible."""
    row = contests_visible_to(actor).select_related("finding", "link").filter(id=contest_id).first()
    if row is None:
        raise NotVisible
    office = bool(roles_on(actor, row))
    return ContestSheet(
        row,
        party_names([row.party_id]).get(row.party_id, ""),
        _about(row),
        bool(row.finding) and visible_to(actor).filter(id=row.finding_id).exists(),
        _sharing(row.link) if row.link and office else [],
        list(way([row.id])),
        CONTEST_MACHINE.open(ContestState(row.state), roles_on(actor, row)),
    )


def _about(row: Contest) -> str:
    if row.finding is not None:
        return RULES[Pattern(row.finding.rule)].title
    return LINK_LABELS[LinkKind(row.link.kind)] if row.link is not None else ""


def _sharing(row: Link) -> list[str]:
    """The other parties that have the same, by name."""
    others = Link.objects.filter(digest=row.digest).exclude(party_id=row.party_id).order_by("party_id")
    return sorted(party_names(others.values_list("party_id", flat=True)[:GRAPH_MAX]).values())


def link(actor: Actor, link_id: str) -> Link:
    """One link; raises NotVisible."""
    row = links_visible_to(actor).filter(id=link_id).first()
    if row is None:
        raise NotVisible
    return row
