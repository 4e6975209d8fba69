"""Rules on who stands behind the parties: affiliated (关联交易), agents (代理申领), shells (空壳), reviewer and provider."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.kernel.money import ONE
from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.rules.facts import Facts, Found, LinkFact, PairFact, Proof
from kechuang.screening.rules.terms import ScreeningTerms
from kechuang.screening.states import LINK_LABELS, Pattern


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: two parties that have the same thing."""

    one: LinkFact
    other: LinkFact


@dataclass(frozen=True, slots=True)
class Graph:
    """Parties and what they have, on one day; what too many have is no link (如孵化器地址)."""

    of_party: Mapping[str, Sequence[LinkFact]]
    with_digest: Mapping[str, Sequence[LinkFact]]

    def steps(self, party: str, on: date | None) -> Iterator[Step]:
        for own in self.of_party.get(party, ()):
            if own.held(on):
                for other in self.with_digest[own.digest]:
                    if other.party != party and other.held(on):
                        yield Step(own, other)


def graph(links: Iterable[LinkFact], hubs: Mapping[str, int], terms: ScreeningTerms) -> Graph:
    """The graph of the kinds that count; a value that more than `path_hub_count` parties have is left out."""
    of_party: dict[str, list[LinkFact]] = {}
    with_digest: dict[str, list[LinkFact]] = {}
    for link in links:
        if link.kind in terms.path_kinds and hubs.get(link.digest, 0) <= terms.path_hub_count:
            of_party.setdefault(link.party, []).append(link)
            with_digest.setdefault(link.digest, []).append(link)
    return Graph(of_party, with_digest)


def path(found: Graph, one: str, other: str, *, steps_count: int, on: date | None) -> tuple[Step, ...]:
    """The shortest way from one party to another (关联路径) of at most `steps_count` steps; empty when there is none."""
    ways: dict[str, tuple[Step, ...]] = {one: ()}
    edge = [one]
    for _number in range(steps_count):
        further: list[str] = []
        for party in edge:
            for step in found.steps(party, on):
                if step.other.party not in ways:
                    ways[step.other.party] = (*ways[party], step)
                    further.append(step.other.party)
        if other in ways:
            return ways[other]
        edge = further
    return ()


def affiliated(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """关联交易：user and provider are joined within three steps on the day of the order."""
    found = graph(facts.links, facts.hubs, terms)
    known: dict[tuple[str, str, date | None], tuple[Step, ...]] = {}
    for claim in facts.about():
        if not found.of_party.get(claim.holder) or not found.of_party.get(claim.provider):
            continue
        key = (claim.holder, claim.provider, claim.placed_on)
        if key not in known:
            known[key] = path(
                found, claim.holder, claim.provider, steps_count=terms.path_steps_count, on=claim.placed_on
            )
        if steps := known[key]:
            proofs = tuple(_proof(facts, step) for step in steps)
            yield Found(
                Pattern.AFFILIATED,
                claim,
                {"steps_count": len(steps), "how": [LINK_LABELS[step.one.kind] for step in steps]},
                proofs,
                group=f"{claim.holder}:{claim.provider}",
            )


def _proof(facts: Facts, step: Step) -> Proof:
    one, other = (facts.names.get(link.party, link.party) for link in (step.one, step.other))
    said = step.one.shown if step.one.shown == step.other.shown else f"{step.one.shown} / {step.other.shown}"
    return Proof(LINK_LABELS[step.one.kind], f"{one} — {said} — {other}", "link", step.one.link_id)


def agent(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """代理申领：one telephone, device or account stands behind the vouchers of many firms."""
    of_party: dict[str, list[LinkFact]] = {}
    for link in facts.links:
        if link.kind in terms.agent_kinds and facts.filers.get(link.digest, 0) >= terms.agent_firms_count:
            of_party.setdefault(link.party, []).append(link)
    for claim in facts.about():
        held = [link for link in of_party.get(claim.holder, ()) if link.held(claim.placed_on)]
        if held:
            link = max(held, key=lambda one: (facts.filers[one.digest], one.link_id))
            yield Found(
                Pattern.AGENT,
                claim,
                {"count": facts.filers[link.digest], "how": LINK_LABELS[link.kind]},
                (Proof(LINK_LABELS[link.kind], link.shown, "link", link.link_id),),
                group=link.digest,
            )


def shell(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """空壳企业：founded a short while before the order, with hardly anybody insured. What no register says is not held against it."""
    for claim in facts.about():
        said = facts.registrations.get(claim.holder)
        if said is None or said.established_on is None or said.insured_count is None or claim.placed_on is None:
            continue
        age = (claim.placed_on - said.established_on).days
        if age < terms.shell_age_days and said.insured_count <= terms.shell_insured_count:
            yield Found(
                Pattern.SHELL_BUYER,
                claim,
                {"age_days": age, "count": said.insured_count},
                (
                    Proof(_("成立日期"), said.established_on.isoformat(), "party", claim.holder),
                    Proof(_("参保人数"), str(said.insured_count)),
                    Proof(_("下单日期"), claim.placed_on.isoformat()),
                ),
                group=claim.holder,
            )


def pairs(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """经办过于集中：one officer confirms most of one provider's claims, far beyond the officer's share of the county's."""
    for claim in facts.about():
        key = (claim.region, claim.confirmed_by, claim.provider)
        pair = facts.pairs.get(key) if claim.confirmed_by else None
        if pair is None or not _too_often(pair, terms):
            continue
        yield Found(
            Pattern.REVIEWER_PAIR,
            claim,
            {"count": pair.count, "of_count": pair.provider_count},
            (
                Proof(_("该经办人确认的该机构申请"), f"{pair.count} / {pair.provider_count}"),
                Proof(_("该经办人在本地确认的全部申请"), f"{pair.officer_count} / {pair.county_count}"),
            ),
            group=":".join(key),
        )


def _too_often(pair: PairFact, terms: ScreeningTerms) -> bool:
    """Measured against what the officer does for all others, so that the pair itself does not raise what is usual."""
    others, usual = pair.county_count - pair.provider_count, pair.officer_count - pair.count
    if pair.count < terms.pair_claims_count or others <= 0:
        return False
    share = pair.count * ONE // pair.provider_count
    return share >= terms.pair_share_bp and share - usual * ONE // others >= terms.pair_above_bp
