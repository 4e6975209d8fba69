"""Rules on the service itself: nothing shows that it took place (服务无佐证), its report is another's (报告雷同)."""

from collections.abc import Iterator
from dataclasses import replace

from kechuang.kernel.money import ONE
from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.rules.facts import ClaimFact, Facts, Found, Proof, ReportFact
from kechuang.screening.rules.terms import ScreeningTerms
from kechuang.screening.states import HUNDREDTHS, MINUTES_IN_HOUR, Pattern

_HOUR = "hour"


def unproven(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """服务无佐证：no booking, no run by meter or operator and no sample where there should be one, or hours that cannot be.

    Looked at are the services of `evidence_services` on instruments that have a calendar or a meter. Hours cannot be when
    they are more than the days of the service hold, or when the meter shows less than `evidence_short_bp` of them.
    """
    for claim in facts.about():
        if claim.service not in terms.evidence_services:
            continue
        if proof := _impossible(claim, terms) or _short(claim, terms) or _bare(claim):
            yield Found(Pattern.NO_EVIDENCE, claim, {"what": proof.label}, (proof, *_what_there_is(claim)))


def _impossible(claim: ClaimFact, terms: ScreeningTerms) -> Proof | None:
    if claim.unit != _HOUR or claim.started_on is None or claim.delivered_on is None:
        return None
    days = (claim.delivered_on - claim.started_on).days + 1
    if claim.quantity <= days * terms.evidence_day_hours * HUNDREDTHS:
        return None
    return Proof(_("机时超过服务期间"), f"{_hours(claim.quantity)} / {days} × {terms.evidence_day_hours}")


def _short(claim: ClaimFact, terms: ScreeningTerms) -> Proof | None:
    """Hours that the meter or the operator did record, but far fewer than were charged."""
    if claim.unit != _HOUR or not claim.evidenced_minutes:
        return None
    charged = claim.quantity * MINUTES_IN_HOUR // HUNDREDTHS
    if claim.evidenced_minutes * ONE >= charged * terms.evidence_short_bp:
        return None
    return Proof(_("记录机时远少于计费机时"), f"{claim.evidenced_minutes} / {charged} min")


def _bare(claim: ClaimFact) -> Proof | None:
    if not claim.evidence_expected or claim.booked or claim.sampled or claim.evidenced_minutes:
        return None
    return Proof(_("没有预约、上机和样品记录"), claim.title, "order", claim.order_id)


def _what_there_is(claim: ClaimFact) -> Iterator[Proof]:
    if claim.unit == _HOUR:
        yield Proof(_("计费机时"), _hours(claim.quantity))
    yield Proof(_("服务起止"), f"{claim.started_on} — {claim.delivered_on}")


def _hours(quantity: int) -> str:
    whole, rest = divmod(quantity, HUNDREDTHS)
    return f"{whole}.{rest:02d}"


def alike(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """报告雷同：a report names the results of one for another order that was handed in before.

    Compared are the figures, not the words: a laboratory's reports share their form. Figures that more than
    `report_shared_bp` of one provider's reports name belong to the form, and are left out. Reports with fewer than
    `report_numbers_count` figures of their own say too little.
    """
    own = _without_form(facts, terms)
    by_piece: dict[int, list[ReportFact]] = {}
    for report in own:
        for piece in report.pieces:
            by_piece.setdefault(piece, []).append(report)
    for report in own:
        if report.claim_id not in facts.wanted or len(report.pieces) < terms.report_numbers_count:
            continue
        if other := _most_alike(facts, report, by_piece, terms):
            yield _alike(facts, report, other)


def _without_form(facts: Facts, terms: ScreeningTerms) -> list[ReportFact]:
    counts: dict[str, dict[int, int]] = {}
    totals: dict[str, int] = {}
    for report in facts.reports:
        totals[report.provider] = totals.get(report.provider, 0) + 1
        seen = counts.setdefault(report.provider, {})
        for piece in report.pieces:
            seen[piece] = seen.get(piece, 0) + 1
    found = []
    for report in facts.reports:
        if report.claim_id in facts.claims:
            most = max(totals[report.provider] * terms.report_shared_bp // ONE, terms.report_numbers_count)
            seen = counts[report.provider]
            found.append(replace(report, pieces=frozenset(piece for piece in report.pieces if seen[piece] <= most)))
    return found


def _most_alike(
    facts: Facts, report: ReportFact, by_piece: dict[int, list[ReportFact]], terms: ScreeningTerms
) -> ReportFact | None:
    """The report of another order, handed in before, that shares the most figures with this one, when these are enough."""
    shared: dict[str, int] = {}
    others: dict[str, ReportFact] = {}
    own = facts.claims[report.claim_id]
    for piece in report.pieces:
        for other in by_piece[piece]:
            theirs = facts.claims[other.claim_id]
            if theirs.order_id != own.order_id and theirs.before(own):
                shared[other.claim_id] = shared.get(other.claim_id, 0) + 1
                others[other.claim_id] = other
    for claim_id, count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        smaller = min(len(report.pieces), len(others[claim_id].pieces))
        if count >= terms.report_numbers_count and count * ONE >= smaller * terms.report_alike_bp:
            return others[claim_id]
    return None


def _alike(facts: Facts, report: ReportFact, other: ReportFact) -> Found:
    own, theirs = facts.claims[report.claim_id], facts.claims[other.claim_id]
    same = len(report.pieces & other.pieces)
    first, second = sorted((own.claim_id, theirs.claim_id))
    return Found(
        Pattern.REPORT_ALIKE,
        own,
        {"count": same, "of_count": len(report.pieces), "claim": theirs.number},
        (
            Proof(_("相同的结果数据"), f"{same} / {len(report.pieces)}"),
            Proof(_("另一申请"), f"{theirs.number} {theirs.title}", "claim", theirs.claim_id),
            Proof(_("另一使用者"), theirs.holder_name, "party", theirs.holder),
        ),
        group=f"{first}:{second}",
    )
