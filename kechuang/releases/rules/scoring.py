"""A scored order (评分排序): points from facts, each explained. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from kechuang.kernel.text import gettext_noop as _
from kechuang.releases.rules.terms import ReleaseTerms

FACT_LABELS: dict[str, str] = {
    "label": _("资格标签"),
    "first_voucher": _("首次领取该创新券"),
    "used_last_year": _("上年度实际用券"),
}


@dataclass(frozen=True, slots=True)
class EntrantFacts:
    """What is scored: labels of imported lists, whether a voucher of the scheme was ever granted, or used last year."""

    labels: frozenset[str]
    first_voucher: bool
    used_last_year: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of a score: the fact, what the rule wants, whether it is so, the points it brings."""

    fact: str
    wanted: str
    met: bool
    points_count: int


@dataclass(frozen=True, slots=True)
class Score:
    points_count: int
    lines: tuple[Scored, ...]


def score(*, facts: EntrantFacts, terms: ReleaseTerms) -> Score:
    """All items of the pack with what was found; the points of those met add up (评分)."""
    lines = []
    for item in terms.score_items:
        met = _met(item.fact, item.wanted, facts)
        lines.append(Scored(item.fact, item.wanted, met, item.points_count if met else 0))
    return Score(sum(line.points_count for line in lines), tuple(lines))


def scored_order(points: Mapping[str, tuple[int, int]]) -> list[str]:
    """Numbers from points and place of arrival: more points first, equal points by arrival (同分先到在前)."""
    return sorted(points, key=lambda number: (-points[number][0], points[number][1], number))


def _met(fact: str, wanted: str, facts: EntrantFacts) -> bool:
    if fact == "label":
        return wanted in facts.labels
    if fact in ("first_voucher", "used_last_year"):
        return bool(getattr(facts, fact))
    raise AssertionError(f"no such fact: {fact}")
