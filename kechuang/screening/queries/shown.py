"""Findings as people read them: the reason with its figures, what it rests on with the way there, the graph of links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kechuang.documents.queries import files_of
from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import party_names
from kechuang.policy.book import NoTermsInForce, current
from kechuang.screening.access import OFFICES
from kechuang.screening.models import Finding, Link
from kechuang.screening.queries.terms import scheme_of, terms_of
from kechuang.screening.rules import RULES, Rule
from kechuang.screening.states import (
    GRAPH_MAX,
    LABEL_WIDTH,
    LINK_LABELS,
    MARK,
    MONTH_DAY,
    POINT_SIZE,
    LinkKind,
    LinkState,
    Pattern,
)
from kechuang.ui.words import fact, filled

OTHERS, OTHER = gettext_noop("涉及其他单位，由县科技局核实"), gettext_noop("其他单位 {number}")
_ADDRESSES = {
    "claim": "claims:claim",
    "order": "orders:order",
    "file": "documents:download",
    "party": "credit:standing",
}


def sees_queue(actor: Actor) -> bool:
    """Whether the actor holds an office that reads findings."""
    return actor.holds(*OFFICES)


def reason_of(row: Finding) -> str:
    """Why it was found, in the sentence that the rule had when it was found, with its figures."""
    return filled(row.says, row.facts)


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that a finding rests on; `url` where it can be opened."""

    label: str
    value: str
    url: str


def evidence_of(row: Finding, *, office: bool = True) -> list[Shown]:
    """What a finding rests on. A party reads of others only that they are there: what they do is not its business."""
    own = {row.claim_id, row.order_id, row.holder_party, row.provider_party}
    own |= {one.id for one in files_of(row.claim_id)} if not office else set()
    links = [proof["id"] for proof in row.evidence if proof["kind"] == "link"]
    if len(links) == 1:  # between the two sides themselves
        own.add(links[0])
    return [
        _shown(proof, office=office)
        if office or not proof["kind"] or proof["id"] in own
        else Shown(proof["label"], _(OTHERS), "")
        for proof in row.evidence
    ]


def _shown(proof: Mapping[str, str], *, office: bool) -> Shown:
    """With the way to it; what is known of a party is opened by offices alone."""
    kind = proof["kind"]
    opens = kind in _ADDRESSES and (office or kind != "party")
    url = reverse(_ADDRESSES[kind], args=[proof["id"]]) if opens else ""
    return Shown(proof["label"], proof["value"], url)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One row of a list of findings."""

    finding: Finding
    rule: Rule
    reason: str
    evidence: list[Shown]
    holder: str
    provider: str


def rows_of(rows: Sequence[Finding]) -> list[FindingRow]:
    """Findings with their reasons and the names of both sides; one statement for all."""
    names = party_names({party for row in rows for party in (row.holder_party, row.provider_party)})
    return [
        FindingRow(
            row,
            RULES[Pattern(row.rule)],
            reason_of(row),
            evidence_of(row),
            names.get(row.holder_party, ""),
            names.get(row.provider_party, ""),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Measured:
    """One parameter as people read it; `entry` names its article."""

    meaning: str
    said: str
    entry: Mapping[str, Any]


def rules_place(actor: Actor, *, on: date) -> str:
    """A place of the actor's office whose rules of screening are shown to it. Raises NoTermsInForce where none has any."""
    found = (region for region in sorted(actor.regions(*OFFICES)) if scheme_of(region, on=on))
    if not (place := next(found, "")):
        raise NoTermsInForce(scheme="", param=MARK, day_on=on)
    return place


def terms_of_rule(code: Pattern, *, region: str, on: date) -> list[Measured]:
    """The parameters of one rule in a place on a day, with their articles. Raises NoTermsInForce."""
    found = terms_of(region, on=on)
    params = found.record["params"]
    return measured(found.scheme, {name: params[name] for name in RULES[code].parameters})


def measured(scheme: str, params: Mapping[str, Mapping[str, Any]]) -> list[Measured]:
    """Parameters that a finding was found by, or that are in force now."""
    known = current().packs[scheme].parameters
    found = []
    for name, entry in params.items():
        options = known[name].options if name in known else {}
        value = entry["is"]
        if isinstance(value, list):
            value = [options.get(str(part), part) for part in value]
        plain = name in known and known[name].unit == MONTH_DAY  # a day of every year is no date
        found.append(Measured(entry["meaning"], str(value) if plain else fact(name, value), entry))
    return found


@dataclass(frozen=True, slots=True)
class Edge:
    """Two parties and what they have in common."""

    one: str
    other: str
    label: str
    shown: str


@dataclass(frozen=True, slots=True)
class LinkGraph:
    """关联图：parties as points, what they have in common as lines; `option` draws it, `edges` is the table beneath."""

    edges: list[Edge]
    option: dict[str, Any] = field(default_factory=dict)


def graph_of(row: Finding, *, office: bool = True) -> LinkGraph | None:
    """The links that the finding's path goes over, with everybody who has the same; None where it rests on no link.

    For a party others have no name: with whom a third shares a telephone is not its business.
    """
    ids = [proof["id"] for proof in row.evidence if proof["kind"] == "link"]
    if not ids:
        return None
    digests = Link.objects.filter(id__in=ids).values("digest")
    links = list(Link.objects.filter(digest__in=digests, state=LinkState.STANDING).order_by("digest", "id")[:GRAPH_MAX])
    sides = {row.holder_party, row.provider_party}
    names = party_names({link.party_id for link in links} | sides)
    if not office:
        others = sorted({link.party_id for link in links} - sides)
        names |= {party: _(OTHER).format(number=at) for at, party in enumerate(others, start=1)}
    edges = [
        Edge(names[one.party_id], names[other.party_id], LINK_LABELS[LinkKind(one.kind)], one.shown)
        for one, other in _joined(links)
    ]
    return LinkGraph(edges, _option(edges, {names[row.holder_party], names[row.provider_party]}))


def _joined(links: Sequence[Link]) -> Iterable[tuple[Link, Link]]:
    """Each with the first that has the same, so that many make a star and not a thicket."""
    first: dict[str, Link] = {}
    for link in links:
        if link.digest in first:
            yield first[link.digest], link
        else:
            first[link.digest] = link


def _option(edges: Sequence[Edge], sides: set[str]) -> dict[str, Any]:
    points = dict.fromkeys([*sorted(sides), *(name for edge in edges for name in (edge.one, edge.other))])
    return {
        "series": [
            {
                "type": "graph",
                "layout": "circular",
                "roam": False,
                "symbolSize": POINT_SIZE,
                "label": {"show": True, "position": "bottom", "width": LABEL_WIDTH, "overflow": "break"},
                "edgeLabel": {"show": True, "formatter": "{c}"},
                "data": [{"name": name, "symbol": "circle" if name in sides else "emptyCircle"} for name in points],
                "links": [
                    {"source": edge.one, "target": edge.other, "value": filled(edge.label, {})} for edge in edges
                ],
            }
        ]
    }
