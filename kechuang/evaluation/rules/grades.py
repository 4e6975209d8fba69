"""Grades (定级): by points and by quota within the peer group; a veto is the poorest grade whatever the points. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kechuang.kernel.money import ONE


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade (等次): the least points, and the share of the peer group that may have it; None: no quota."""

    grade: str
    label: str
    at_least_count: int
    top_bp: int | None


@dataclass(frozen=True, slots=True)
class GradeTerms:
    """The parameters of grading; grades from the best to the poorest, the last without a bound."""

    grades: tuple[Grade, ...]
    peers_by_kind: bool
    vetoed_grade: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What grading asks of one carrier."""

    name: str
    kind: str
    points: int
    vetoed: bool = False


@dataclass(frozen=True, slots=True)
class Graded:
    """One carrier's grade and its place among its peers."""

    name: str
    grade: str
    place: int
    peers: int


def grades(*, standings: Sequence[Standing], terms: GradeTerms) -> list[Graded]:
    """Everybody's grade (定级), in the order they came in.

    Within a peer group by points; who has the same points has the same place. A grade with a quota goes to those whose
    place lies within it, rounded down, and at equal points all of them or none; who does not get in gets the next grade
    whose bound they reach. A veto is no place.
    """
    groups: dict[str, list[Standing]] = {}
    for one in standings:
        groups.setdefault(one.kind if terms.peers_by_kind else "", []).append(one)
    found: dict[str, Graded] = {}
    for peers in groups.values():
        for one in peers:
            found[one.name] = _graded(one, peers, terms)
    return [found[one.name] for one in standings]


def _graded(one: Standing, peers: Sequence[Standing], terms: GradeTerms) -> Graded:
    fit = [peer for peer in peers if not peer.vetoed]
    if one.vetoed:
        return Graded(one.name, terms.vetoed_grade, 0, len(fit))
    place = 1 + sum(peer.points > one.points for peer in fit)
    last = sum(peer.points >= one.points for peer in fit)  # of those with the same points
    for grade in terms.grades:
        within = grade.top_bp is None or last <= len(fit) * grade.top_bp // ONE
        if one.points >= grade.at_least_count and within:
            return Graded(one.name, grade.grade, place, len(fit))
    return Graded(one.name, terms.grades[-1].grade, place, len(fit))
