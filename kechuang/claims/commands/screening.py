"""Handing claims to the screening (风险筛查): one when it is submitted, all of them each night. It refuses nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from kechuang.claims.models import Citation, Claim
from kechuang.claims.queries.evidence import Paper, Read
from kechuang.claims.queries.facts import facts_of_all, facts_of_few
from kechuang.claims.states import SCREENED_DAYS, ClaimState
from kechuang.documents.queries import content_of
from kechuang.documents.rules import UploadRefused, reduced_pages, report_text
from kechuang.documents.states import Kind
from kechuang.parties.queries import party
from kechuang.policy.book import NoTermsInForce, in_force
from kechuang.policy.tables import month_day
from kechuang.screening import commands as screening
from kechuang.screening.queries import asked_at, levels_on
from kechuang.screening.rules import ScreeningTerms, screen
from kechuang.screening.states import SCHEME, Stage
from kechuang.ui import clock


def screen_submitted(
    claim: Claim, invoices: Sequence[Read], papers: Sequence[Paper], *, again: bool, now: datetime
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
    screen_claims([claim.id], handed_in=[claim.id] if again else (), now=now)


def _pictures(claim: Claim, papers: Sequence[Paper]) -> list[screening.PicturePaper]:
    """The claim's own invoices as they look, where they were scanned or photographed."""
    found = []
    for paper in papers:
        if paper.kind == Kind.INVOICE and paper.subject_id == claim.id:
            pages = reduced_pages(paper.name, content_of(subject_id=claim.id, file_id=paper.id).content)
            if pages:
                sides = (party(one).credit_code for one in (claim.provider_party, claim.holder_party))
                found.append(screening.PicturePaper(paper.id, paper.name, paper.digest, pages, *sides))
    return found


def _text(paper: Paper) -> str:
    """What a report says; "" where it is a picture or cannot be read: then it is compared with nothing."""
    try:
        return report_text(paper.name, content_of(subject_id=paper.subject_id, file_id=paper.id).content)
    except UploadRefused:
        return ""


def screen_claims(claim_ids: Sequence[str], *, handed_in: Sequence[str] = (), now: datetime) -> screening.Screened:
    """Screens a few claims (筛查), each against all that it is compared with. No pack in force: nothing is looked for.

    `handed_in`: those among them that were handed in again, corrected (补正后重新提交).
    """
    on = clock.day(now)
    try:
        terms = in_force(SCHEME, ScreeningTerms, on=on)
    except NoTermsInForce:
        return screening.Screened(0, 0)
    facts = facts_of_few(claim_ids, terms.terms, on=on)
    return screening.keep_found(screen(facts, terms.terms), terms, handed_in=handed_in, now=now)


@transaction.atomic
def screen_all(claim_ids: Iterable[str], *, now: datetime) -> screening.Screened:
    """Screens many claims against one another (全量筛查), and keeps the price levels that new claims are held against.

    Raises NoTermsInForce.
    """
    on = clock.day(now)
    terms = in_force(SCHEME, ScreeningTerms, on=on)
    facts = facts_of_all(claim_ids, terms.terms, on=on)
    screening.keep_levels(facts.levels, on=on)
    return screening.keep_found(screen(facts, terms.terms), terms, now=now)


def screen_due(*, now: datetime) -> int:
    """The screening of all claims of a year, every `screen_all_days` (定期全量筛查): what grows with later claims is found then.

    Run again before the next is due it does nothing. Answers how many findings are new.
    """
    on = clock.day(now)
    terms = in_force(SCHEME, ScreeningTerms, on=on).terms
    last = levels_on()
    if last is not None and (on - last).days < terms.screen_all_days:
        return 0
    first = on - timedelta(days=SCREENED_DAYS)
    rows = Claim.objects.filter(submitted_on__gte=first).exclude(state=ClaimState.WITHDRAWN)
    ids = list(rows.values_list("id", flat=True))
    return screen_all(ids, now=now).new if ids else 0


def recheck_paid(*, now: datetime) -> int:
    """Asks the tax bureau again about paid invoices that are due (付款后复查), and screens what was cancelled in red."""
    terms = in_force(SCHEME, ScreeningTerms, on=clock.day(now)).terms
    due = [one for stage in Stage for one in _due(stage, terms, now=now)]
    if red := screening.recheck(due, now=now):
        screen_claims(red, now=now)
    return len(due)


def _due(stage: Stage, terms: ScreeningTerms, *, now: datetime) -> list[screening.ToCheck]:
    """Paid invoices of a stage that nobody asked about yet."""
    on = clock.day(now)
    paid = Citation.objects.filter(live=True, claim__paid_on__isnull=False)
    if stage is Stage.YEAR_END:  # also when nobody looked on the day itself
        year = on.year if on >= month_day(terms.red_year_end_on, on.year) else on.year - 1
        paid = paid.filter(claim__paid_on__year=year)
    else:
        days = terms.red_first_check_days if stage is Stage.FIRST else terms.red_second_check_days
        paid = paid.filter(claim__paid_on__lte=on - timedelta(days=days))
    rows = paid.values_list("claim_id", "line__invoice__number")
    asked = asked_at(stage)
    return [screening.ToCheck(claim_id, number, stage) for claim_id, number in rows if (claim_id, number) not in asked]
