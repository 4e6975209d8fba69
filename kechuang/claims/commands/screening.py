"""Handing claims to the screening (风险筛查): one when it is submitted, all of them each night. It refuses nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from kechuang.claims.models import Citation, Claim
from kechuang.claims.queries.evidence import Read
from kechuang.claims.queries.facts import facts_of_all, facts_of_few
from kechuang.claims.states import OPEN, SCREENED_DAYS, ClaimState
from kechuang.documents.queries import File, opened
from kechuang.documents.rules import UploadRefused, reduced_pages, report_text
from kechuang.documents.states import Kind
from kechuang.parties.queries import party
from kechuang.policy.tables import month_day
from kechuang.screening import commands as screening
from kechuang.screening.queries import all_terms, asked_at, by_terms, levels_on, scheme_of, terms_of
from kechuang.screening.rules import ScreeningTerms, screen
from kechuang.screening.states import Stage
from kechuang.ui import clock


def screen_submitted(
    claim: Claim, invoices: Sequence[Read], papers: Sequence[File], *, again: bool, now: datetime
) -> None:
    """Takes the prints of a claim's papers and screens it, before anybody decides on it."""
    papers_read = [
        screening.InvoicePaper(
            number=read.invoice.number,
            seller_code=read.invoice.seller_code,
            buyer_code=read.invoice.buyer_code,
            gross_fen=read.invoice.gross_fen,
            issued_on=read.invoice.issued_on,
            items="；".join(f"{line.name} {line.spec}".strip() for line in read.invoice.lines),
        )
        for read in invoices
    ]
    report = "\n".join(_text(paper) for paper in papers if paper.kind == Kind.REPORT)
    screening.keep_prints(
        claim_id=claim.id,
        order_id=claim.order_id,
        invoices=papers_read,
        pictures=_pictures(claim, papers),
        report=report,
        again=again,
        now=now,
    )
    _screened([(claim.id, claim.region)], [claim.id] if again else (), now)


def _pictures(claim: Claim, papers: Sequence[File]) -> list[screening.PicturePaper]:
    """The claim's own invoices as they look, where they were scanned or photographed."""
    found = []
    for paper in papers:
        if paper.kind == Kind.INVOICE and paper.subject_id == claim.id:
            pages = reduced_pages(paper.name, opened(paper).content)
            if pages:
                sides = (party(one).credit_code for one in (claim.provider_party, claim.holder_party))
                found.append(screening.PicturePaper(paper.id, paper.name, paper.digest, pages, *sides))
    return found


def _text(paper: File) -> str:
    """What a report says; "" where it is a picture or cannot be read: then it is compared with nothing."""
    try:
        return report_text(paper.name, opened(paper).content)
    except UploadRefused:
        return ""


def screen_claims(claim_ids: Sequence[str], *, handed_in: Sequence[str] = (), now: datetime) -> screening.Screened:
    """Screens a few claims (筛查), each against all that it is compared with. Where no rules are in force nothing is looked for.

    `handed_in`: those among them that were handed in again, corrected (补正后重新提交).
    """
    places = Claim.objects.filter(id__in=claim_ids).order_by("id").values_list("id", "region")
    return _screened(list(places), handed_in, now)


def _screened(places: Sequence[tuple[str, str]], handed_in: Sequence[str], now: datetime) -> screening.Screened:
    on, done = clock.day(now), []
    for terms, ids in by_terms(places, on=on):
        found = screen(facts_of_few(ids, terms.terms, on=on), terms.terms)
        again = [claim_id for claim_id in handed_in if claim_id in ids]
        done.append(screening.keep_found(found, terms, handed_in=again, now=now))
    return _together(done)


def _together(done: Sequence[screening.Screened]) -> screening.Screened:
    return screening.Screened(sum(one.new for one in done), sum(one.renewed for one in done))


@transaction.atomic
def screen_all(claim_ids: Iterable[str], *, now: datetime) -> screening.Screened:
    """Screens many claims against one another (全量筛查), and keeps the price levels that new claims are held against.

    Each is judged by the rules of its place, whatever place the others are of.
    """
    on, ids, done = clock.day(now), list(claim_ids), []
    places = Claim.objects.filter(id__in=ids).order_by("id").values_list("id", "region")
    for terms, own in by_terms(places, on=on):
        facts = facts_of_all(ids, terms.terms, on=on)
        screening.keep_levels(facts.levels, on=on)
        found = screen(replace(facts, wanted=frozenset(own)), terms.terms)
        done.append(screening.keep_found(found, terms, now=now))
    return _together(done)


def screen_due(*, now: datetime) -> int:
    """The screening of all claims of a year, every `screen_all_days` (定期全量筛查): what grows with later claims is found then.

    Run again before the next is due it does nothing. Answers how many findings are new.
    """
    on = clock.day(now)
    days = min((terms.screen_all_days for terms in all_terms(on=on)), default=None)
    last = levels_on()
    if days is None or (last is not None and (on - last).days < days):
        return 0
    first = on - timedelta(days=SCREENED_DAYS)
    rows = Claim.objects.filter(submitted_on__gte=first).exclude(state=ClaimState.WITHDRAWN)
    ids = list(rows.values_list("id", flat=True))
    return screen_all(ids, now=now).new if ids else 0


def recheck_paid(*, now: datetime) -> int:
    """Asks the tax bureau about invoices that are due: handed in, and again after the payout (付款后复查). Screens what is red."""
    due = [one for stage in Stage for one in _due(stage, on=clock.day(now))]
    if red := screening.recheck(due, now=now):
        screen_claims(red, now=now)
    return len(due)


def _due(stage: Stage, *, on: date) -> list[screening.ToCheck]:
    """Cited invoices of a stage that nobody asked about yet; no others are read. What is due stays due."""
    asked = asked_at(stage).filter(claim_id=OuterRef("claim_id"), number=OuterRef("line__invoice__number"))
    rows = Citation.objects.filter(~Exists(asked), live=True)
    if stage is Stage.HANDED_IN:
        rows = rows.filter(claim__state__in=OPEN, claim__submitted_on__isnull=False, claim__paid_on__isnull=True)
    else:
        last = max((_paid_until(stage, terms, on) for terms in all_terms(on=on)), default=date.min)
        rows = rows.filter(claim__paid_on__lte=last)
    found = list(rows.values_list("claim_id", "line__invoice__number", "claim__region", "claim__paid_on"))
    until = {region: _paid_until_in(region, stage, on) for region in {place for _claim, _number, place, _on in found}}
    return [
        screening.ToCheck(claim_id, number, stage)
        for claim_id, number, region, paid_on in found
        if (last_on := until[region]) and (paid_on is None or paid_on <= last_on)
    ]


def _paid_until_in(region: str, stage: Stage, on: date) -> date | None:
    """The same by the rules of a place; None where it has none."""
    return _paid_until(stage, terms_of(region, on=on).terms, on) if scheme_of(region, on=on) else None


def _paid_until(stage: Stage, terms: ScreeningTerms, on: date) -> date:
    """Up to which day of payout invoices are due at a stage; at the year's end also when nobody looked on the day itself."""
    if stage is Stage.YEAR_END:
        this_year = month_day(terms.red_year_end_on, on.year)
        return this_year if on >= this_year else month_day(terms.red_year_end_on, on.year - 1)
    days = {Stage.FIRST: terms.red_first_check_days, Stage.SECOND: terms.red_second_check_days}
    return on - timedelta(days=days.get(stage, 0))
