"""What a claim is screened by when it is handed in, and what the clock screens later."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.claims import commands as claims
from kechuang.claims.models import Citation, Claim
from kechuang.documents.rules import specimen_report_pdf
from kechuang.parties.models import Party
from kechuang.screening import commands
from kechuang.screening.commands import linking
from kechuang.screening.models import Finding, Link, Print, RedCheck
from kechuang.screening.queries import findings_of
from kechuang.screening.queries.linking import known_now
from kechuang.screening.states import FindingState, Pattern
from kechuang.trail.queries import altered_rows
from tests.claims.conftest import Payouts, fresh
from tests.screening.conftest import Screening

pytestmark = pytest.mark.django_db


def rules_of(subject: str) -> set[str]:
    return {row.rule for row in findings_of([subject])}


def test_a_plain_claim_has_prints_and_no_findings(screening: Screening) -> None:
    claim = screening.payouts.submitted()
    assert Print.objects.filter(claim_id=claim.id, kind="invoice").count() == 1
    assert rules_of(claim.id) == set()


def test_an_invoice_over_another_amount_is_found_before_anybody_decides(screening: Screening) -> None:
    claim = screening.payouts.doubtful()
    assert rules_of(claim.id) == {Pattern.INVOICE_MISMATCH}
    assert fresh(claim).state == "submitted"


def test_parties_with_one_account_are_found_affiliated(screening: Screening) -> None:
    town = screening.payouts
    for party in (screening.firm.party_id, town.server.party_id):
        screening.link(party)
    claim = town.submitted()
    row = Finding.objects.get(rule=Pattern.AFFILIATED)
    assert (row.claim_id, row.facts["steps_count"]) == (claim.id, 1)
    assert row.evidence[0]["kind"] == "link"


def test_a_struck_link_is_passed_over(screening: Screening) -> None:
    town = screening.payouts
    mine = screening.link(screening.firm.party_id)
    screening.link(town.server.party_id)
    said = commands.contest(screening.firm, link_id=mine.id, text="园区总机", now=town.now)
    commands.answer(town.county, contest_id=said.id, outcome="upheld", text="属实", now=town.now)
    assert Pattern.AFFILIATED not in rules_of(town.submitted().id)


def test_the_clock_finds_all_together_what_was_found_one_by_one(screening: Screening) -> None:
    claim = screening.payouts.doubtful()
    Finding.objects.all()  # found at submission
    before = {(row.rule, row.claim_id) for row in Finding.objects.all()}
    claims.screen_all([claim.id], now=screening.payouts.now)
    assert {(row.rule, row.claim_id) for row in Finding.objects.all()} == before


def test_what_a_correction_has_mended_is_open_no_more_and_opens_again_when_it_comes_back(screening: Screening) -> None:
    town = screening.payouts
    claim = town.returned()
    left = screening.found(claim, Pattern.INVOICE_MISMATCH, what="金额与订单不符")
    other = screening.found(town.submitted(), Pattern.INVOICE_MISMATCH, what="金额与订单不符")
    town.submit(claim)
    left.refresh_from_db()
    other.refresh_from_db()
    assert (left.state, left.decided_by, left.decided_on) == ("corrected", "", town.today)
    assert other.state == "open"
    assert screening.found(claim, Pattern.INVOICE_MISMATCH, what="金额与订单不符").state == "open"


def test_handed_in_again_the_prints_are_kept_once(screening: Screening) -> None:
    town = screening.payouts
    claim = town.returned()
    town.submit(claim)
    assert Print.objects.filter(claim_id=claim.id).count() == 1


def test_links_are_taken_up_from_the_register_once(screening: Screening) -> None:
    town = screening.payouts
    assert commands.renew_links(now=town.now) > 0
    assert commands.renew_links(now=town.now) == 0


def test_a_morning_on_which_nothing_changed_reads_no_party(
    screening: Screening, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, read = screening.payouts, []
    monkeypatch.setattr(linking, "known_now", lambda: read.append(1) or known_now())
    commands.renew_links(now=town.now)
    commands.renew_links(now=town.now)
    assert len(read) == 1
    Party.objects.filter(id=screening.firm.party_id).update(address="越城区鉴湖路1号")
    assert commands.renew_links(now=town.now) == 1
    assert len(read) == 2
    Link.objects.filter(party_id=screening.firm.party_id, kind="address").delete()  # whoever has done that
    assert commands.renew_links(now=town.now) == 1


def test_what_was_replaced_is_a_link_until_that_day(screening: Screening) -> None:
    town = screening.payouts
    Party.objects.filter(id=screening.firm.party_id).update(address="越城区鉴湖路1号")
    commands.renew_links(now=town.now)
    town.days(3)
    Party.objects.filter(id=screening.firm.party_id).update(address="越城区镜湖路2号")
    commands.renew_links(now=town.now)
    mine = Link.objects.filter(party_id=screening.firm.party_id, kind="address").order_by("id")
    assert [row.until_on for row in mine] == [town.today, None]
    assert not [one for one in altered_rows() if one.table == "screening_link"]


class Bureau:
    """A tax bureau that knows which invoices are red, and counts how often each is asked about."""

    name = "税务机关（测试）"

    def __init__(self) -> None:
        self.red: dict[str, date] = {}
        self.asked: list[str] = []

    def red_letters(self, numbers: Sequence[str], *, on: date) -> Mapping[str, commands.RedLetter]:
        self.asked += numbers
        return {one: commands.RedLetter(f"R{one}", self.red[one]) for one in numbers if one in self.red}


@pytest.fixture
def bureau() -> Iterator[Bureau]:
    before, found = commands.tax_bureau(), Bureau()
    commands.connect_tax_bureau(found)
    yield found
    commands.disconnect_tax_bureau()
    if before:
        commands.connect_tax_bureau(before)


def number_of(claim_id: str) -> str:
    return str(Citation.objects.get(claim_id=claim_id, live=True).line.invoice.number)


def test_what_was_red_before_it_was_handed_in_is_found_before_anybody_pays(
    screening: Screening, bureau: Bureau
) -> None:
    town = screening.payouts
    claim = town.submitted()
    bureau.red[number_of(claim.id)] = town.today - timedelta(days=3)
    assert claims.recheck_paid(now=town.now) == 1
    assert Pattern.INVOICE_RED in rules_of(claim.id)
    assert claims.recheck_paid(now=town.now) == 0, "asked once"
    assert bureau.asked == [number_of(claim.id)]


def test_a_paid_invoice_is_asked_about_again_on_its_day_and_only_those_due_are_read(
    screening: Screening, bureau: Bureau
) -> None:
    town = screening.payouts
    early, late = town.paid_out(), town.paid_out()
    assert early.paid_on is not None
    assert late.paid_on > early.paid_on
    town.to(early.paid_on + timedelta(days=29))
    assert claims.recheck_paid(now=town.now) == 0
    town.days(1)
    with CaptureQueriesContext(connection) as asked:
        assert claims.recheck_paid(now=town.now) == 1
    assert bureau.asked == [number_of(early.id)]
    assert RedCheck.objects.filter(claim_id=late.id, stage="first").count() == 0
    reads = [query["sql"] for query in asked if "claims_citation" in query["sql"]]
    assert all("NOT EXISTS" in sql.upper() for sql in reads)


def test_another_invoice_that_turns_red_is_looked_into_though_the_first_was_dismissed(
    screening: Screening, bureau: Bureau
) -> None:
    town = screening.payouts
    order = town.settled()
    half = order.price_fen // 2
    papers = [town.invoice(order, gross_fen=half), town.invoice(order, gross_fen=order.price_fen - half)]
    claim = town.submitted(order, *papers)
    first, second = sorted(paper.number for paper in papers)
    bureau.red[first] = town.today - timedelta(days=3)
    claims.recheck_paid(now=town.now)
    row = Finding.objects.get(claim_id=claim.id, rule=Pattern.INVOICE_RED)
    why = "已核对，系开票方误冲后重开"
    commands.decide(town.county, finding_id=row.id, outcome=FindingState.DISMISSED, reason=why, now=town.now)
    claims.screen_claims([claim.id], now=town.now)
    row.refresh_from_db()
    assert row.state == "dismissed", "nothing new: what was decided stays"
    check = RedCheck.objects.get(claim_id=claim.id, number=second)
    RedCheck.objects.bulk_create([RedCheck(claim_id=claim.id, number=second, stage="first", on=town.today, red_on=town.today, red_number="R2", asked_of=check.asked_of)])  # fmt: skip
    claims.screen_claims([claim.id], now=town.now)
    row.refresh_from_db()
    assert (row.state, row.decision, row.decided_on) == ("open", "", None)
    assert row.facts["numbers"] == [first, second]
    assert not [one for one in altered_rows() if one.table == "screening_finding"]


def test_an_invoice_brought_again_with_another_number_is_found_when_it_is_handed_in(screening: Screening) -> None:
    town = screening.payouts
    order, other = town.settled(), town.settled()
    paper = town.invoice(order)
    place = len(paper.number) - 5
    altered = paper.number[:place] + str((int(paper.number[place]) + 5) % 10) + paper.number[place + 1 :]
    first = town.submitted(order, paper)
    second = town.submitted(other, town.invoice(other, number=altered, gross_fen=order.price_fen))
    assert Pattern.INVOICE_REUSED not in rules_of(first.id)
    assert Pattern.INVOICE_REUSED in rules_of(second.id)


def reported(town: Payouts, name: str, plus: int) -> Claim:
    """A claim with a report of its own, as laboratories send them: a PDF file."""
    order = town.settled()
    claim = town.made(order)
    town.bring(claim, town.invoice(order))
    content = specimen_report_pdf(
        number=name,
        title="检测报告",
        client="甲",
        provider="乙",
        issued_on=town.today,
        items=[f"指标{n} {n}.{n + plus}" for n in range(1, 12)],
    )
    claims.attach(town.server, claim_id=claim.id, name=f"报告-{name}.pdf", content=content, kind="report", now=town.now)
    return town.submit(claim)


def test_a_report_that_is_another_orders_is_found_by_its_results(screening: Screening) -> None:
    town = screening.payouts
    first, second, own = reported(town, "A", 123), reported(town, "B", 123), reported(town, "C", 457)
    assert Pattern.REPORT_ALIKE not in rules_of(first.id)
    assert Pattern.REPORT_ALIKE in rules_of(second.id)
    assert Pattern.REPORT_ALIKE not in rules_of(own.id)
