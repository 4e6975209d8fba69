"""From paid claims to statements: what counts, for whom, in which year, within which money."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kechuang.claims import commands as claims
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.notices import commands as notices
from kechuang.notices.models import Item
from kechuang.parties.models import Membership
from kechuang.parties.rules import Related, SameHands
from kechuang.pilot.queries import invariants
from kechuang.subsidies import commands, jobs, queries, rules
from kechuang.subsidies.models import Counted, Settlement, Statement
from kechuang.subsidies.states import Formula, StatementState, SubsidyState
from kechuang.treasury.rules import Outcome
from tests.claims.conftest import fresh
from tests.subsidies.conftest import CITY_OFFICE, REASON, Subsidised, threshold
from tests.vouchers.conftest import SCHEME, YUECHENG

HALF = 400_000  # fen: what one claim of the tests redeems


def test_a_provider_that_reached_the_threshold_gets_rate_and_platform_part_of_what_was_really_paid(
    subsidised: Subsidised,
) -> None:
    claims = subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(2 * HALF):
        row = subsidised.settle()
    statement = Statement.objects.get(settlement=row)
    assert (row.redeemed_fen, row.redeemed_count) == (2 * HALF, 2)
    assert statement.party == subsidised.server.party_id
    assert (statement.rate_part_fen, statement.platform_part_fen) == (240_000, 80_000)
    assert statement.fen == row.total_fen == 320_000
    counted = queries.counted_of(subsidised.city_clerk, statement.id)
    assert {one.claim_id for one in counted} == {claim.id for claim in claims}, "one click from total to rows"
    assert sum(one.fen for one in counted) == statement.redeemed_fen
    assert row.terms["params"]["subsidy_threshold_fen"]["article"].endswith("三（三）1")


def test_one_fen_below_the_threshold_gives_nothing_and_says_why(subsidised: Subsidised) -> None:
    subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(2 * HALF + 1):
        row = subsidised.settle()
        statement = Statement.objects.get(settlement=row)
        assert (statement.state, statement.fen, row.total_fen) == (StatementState.NOT_DUE, 0, 0)
        assert "未达门槛" in statement.why
        with pytest.raises(rules.NobodyDue):
            commands.publish(subsidised.city_clerk, settlement_id=row.id, now=subsidised.now)


def test_a_year_that_is_not_over_or_whose_books_are_open_is_refused(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    running = subsidised.fund(year=2025)
    with pytest.raises(rules.YearNotClosed):
        commands.settle(subsidised.city_clerk, settlement_id=running.id, now=subsidised.now)
    subsidised.next_year(closes=False)
    with pytest.raises(rules.YearNotClosed) as refusal:
        commands.settle(subsidised.city_clerk, settlement_id=running.id, now=subsidised.now)
    assert "越城区" in str(refusal.value.facts["places"])
    assert not Counted.objects.exists(), "nothing is left of what was refused"
    subsidised.close_books(YUECHENG, date(2026, 1, 1))
    assert commands.settle(subsidised.city_clerk, settlement_id=running.id, now=subsidised.now).state == "settled"


def test_what_is_only_confirmed_or_failed_at_the_bank_is_not_redeemed(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.in_notice()
    failed = subsidised.payable()
    subsidised.hear(subsidised.sent(failed), Outcome.FAILED)
    assert fresh(failed).state == "payment_failed"
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.settle()
    assert (row.redeemed_fen, row.redeemed_count) == (HALF, 1)


def test_a_claim_paid_in_january_counts_by_its_payout_or_by_another_reading(subsidised: Subsidised) -> None:
    claim = subsidised.payable()
    subsidised.next_year(closes=False)
    subsidised.hear(subsidised.sent(claim), Outcome.PAID)
    subsidised.close_books(YUECHENG, date(2026, 1, 1))
    row = subsidised.fund()
    with threshold(HALF), pytest.raises(rules.NothingRedeemed):
        commands.settle(subsidised.city_clerk, settlement_id=row.id, now=subsidised.now)
    for counted_by in ("confirmation", "offset"):
        with threshold(HALF, subsidy_counted_by=counted_by):
            row = commands.settle(subsidised.city_clerk, settlement_id=row.id, now=subsidised.now)
            assert row.redeemed_fen == HALF, counted_by
            commands.withdraw(subsidised.city_clerk, settlement_id=row.id, reason=REASON, now=subsidised.now)
            row = subsidised.fund()


def test_the_money_set_aside_is_a_cap_and_what_is_cut_is_cut_pro_rata(subsidised: Subsidised) -> None:
    subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.settle(fen=100_001)
        assert (row.full_fen, row.total_fen) == (320_000, 100_001)
        commands.withdraw(subsidised.city_clerk, settlement_id=row.id, reason=REASON, now=subsidised.now)
    with threshold(HALF, subsidy_pro_rata=False):
        row = subsidised.fund(fen=319_999)
        with pytest.raises(rules.PotTooSmall):
            commands.settle(subsidised.city_clerk, settlement_id=row.id, now=subsidised.now)


def test_a_year_is_settled_once_and_a_withdrawn_settlement_gives_its_money_back(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.settle(fen=500_000)
        pot = Place(Kind.SUBSIDY_POT, CITY_OFFICE, 2026, row.id)
        assert balance_at(pot).posted_fen == 500_000
        with pytest.raises(rules.AlreadySettling):
            subsidised.drafted()
        with pytest.raises(rules.ReasonMissing):
            commands.withdraw(subsidised.city_clerk, settlement_id=row.id, reason=" ", now=subsidised.now)
        commands.withdraw(subsidised.city_clerk, settlement_id=row.id, reason=REASON, now=subsidised.now)
        assert balance_at(pot).posted_fen == 0
        assert Statement.objects.get(settlement=row).state == StatementState.WITHDRAWN
        assert subsidised.settle().redeemed_fen == HALF, "a claim of a withdrawn settlement counts again"


def test_the_same_claim_is_never_counted_in_two_years(subsidised: Subsidised) -> None:
    """A reading of the day that changes between two years would count a claim of December twice."""
    claim = subsidised.payable()
    subsidised.next_year(closes=False)
    subsidised.hear(subsidised.sent(claim), Outcome.PAID)
    subsidised.close_books(YUECHENG, date(2026, 1, 1))
    with threshold(HALF, subsidy_counted_by="offset"):
        assert subsidised.settle(year=2025).redeemed_count == 1
    subsidised.release(year=2026)
    subsidised.voucher_id = subsidised.voucher(subsidised.holder).id
    second = subsidised.redeemed()[0]
    subsidised.to(date(2027, 1, 5))
    subsidised.close_books(YUECHENG, date(2027, 1, 1))
    with threshold(HALF):
        row = subsidised.settle(year=2026)
    assert [one.claim_id for one in Counted.objects.filter(settlement=row)] == [second.id]


def test_a_rate_above_the_ceiling_or_without_a_decision_is_refused(subsidised: Subsidised) -> None:
    with pytest.raises(rules.RateAboveCeiling):
        subsidised.drafted(decision=subsidised.decision(3_001))
    with pytest.raises(rules.DecisionIncomplete):
        subsidised.drafted(decision=subsidised.decision(document_number=""))
    with pytest.raises(rules.DecidedLater):
        subsidised.drafted(decision=subsidised.decision(on=date(2030, 1, 1)))


def test_who_pays_is_a_reading(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with pytest.raises(NotVisible):
        subsidised.drafted(region=YUECHENG)
    with threshold(HALF, subsidy_payer="county"):
        with pytest.raises(rules.NotPayersPlace):
            subsidised.drafted()
        subsidised.city_clerk, subsidised.city_approver = subsidised.clerk, subsidised.approver
        subsidised.city_finance = subsidised.finance
        row = subsidised.settle(region=YUECHENG)
    assert (row.scope, row.total_fen) == ("330600", 160_000)


def test_who_drafted_neither_checks_nor_funds(subsidised: Subsidised) -> None:
    """四眼: one person in two offices. With the guard off the database refuses (see the constraint)."""
    row = subsidised.drafted()
    both = subsidised.offices_of(subsidised.city_clerk.person_id, Role.COUNTY_APPROVER, Role.COUNTY_FINANCE)
    with pytest.raises(SameHands):
        commands.decide(both, settlement_id=row.id, now=subsidised.now)
    commands.decide(subsidised.city_approver, settlement_id=row.id, now=subsidised.now)
    with pytest.raises(SameHands):
        commands.fund(both, settlement_id=row.id, fen=100, document_number="文", now=subsidised.now)
    with pytest.raises(rules.PotMissing):
        commands.fund(subsidised.city_finance, settlement_id=row.id, fen=0, document_number="文", now=subsidised.now)


def test_the_whole_way_to_the_bank_and_the_end(subsidised: Subsidised) -> None:
    subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(HALF):
        statement = subsidised.passed(fen=400_000)
        assert statement.state == StatementState.PAYABLE
        subsidised.hear_subsidy(subsidised.sent_subsidy(statement), Outcome.PAID)
        jobs.run_endings(now=subsidised.now)
    row = Settlement.objects.get(id=statement.settlement_id)
    assert row.state == SubsidyState.CLOSED
    paid = Place(Kind.SUBSIDY_PAID, CITY_OFFICE, 2026, statement.party)
    assert balance_at(paid).posted_fen == statement.fen == 320_000
    assert balance_at(Place(Kind.SUBSIDY_POT, CITY_OFFICE, 2026, row.id)).posted_fen == 0, "what was left went back"
    assert {name: found for name, found in invariants().items() if found and name != "I10"} == {}, (
        "no worker sends mail here"
    )
    assert queries.unequal() == queries.passed_early() == []


def test_a_failed_or_bounced_payment_is_owed_again_and_paid_once(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(HALF):
        statement = subsidised.passed()
        subsidised.hear_subsidy(subsidised.sent_subsidy(statement), Outcome.FAILED)
        statement.refresh_from_db()
        assert statement.state == StatementState.PAYMENT_FAILED
        commands.retry(subsidised.city_clerk, statement_id=statement.id, now=subsidised.now)
        batch = subsidised.sent_subsidy(statement)
        subsidised.hear_subsidy(batch, Outcome.PAID)
        repeated = subsidised.hear_subsidy(batch, Outcome.PAID)
    assert [one.verdict for one in repeated] == ["repeated"]
    statement.refresh_from_db()
    assert statement.state == StatementState.PAID
    assert balance_at(Place(Kind.SUBSIDY_PAID, CITY_OFFICE, 2026, statement.party)).posted_fen == statement.fen
    assert queries.unequal() == []


def test_an_upheld_objection_pays_nothing(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.publish()
        item = Item.objects.get(notice_id=row.notice_id)
        citizen = subsidised.citizen()
        reason = "该机构上年度存在违规行为，请核实后再予补助"
        objection = notices.object_(
            citizen, notice_id=item.notice_id, item_id=item.id, reason=reason, now=subsidised.now
        )
        notices.handle(
            subsidised.city_approver, objection_id=objection.id, upheld=True, reply="属实。", now=subsidised.now
        )
        subsidised.days(10)
        jobs.run_gates(now=subsidised.now)
        jobs.run_endings(now=subsidised.now)
    assert Statement.objects.get(settlement=row).state == StatementState.REFUSED
    row.refresh_from_db()
    assert row.state == SubsidyState.CLOSED
    assert balance_at(Place(Kind.SUBSIDY_POT, CITY_OFFICE, 2026, row.id)).posted_fen == 0


def test_public_money_above_the_price_is_shown_and_cut_only_where_the_pack_says_so(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(HALF, total_public_share_max_bp=6_000):
        row = subsidised.settle()
        statement = Statement.objects.get(settlement=row)
        assert (statement.public_bp, statement.above_fen, statement.cut_fen) == (7_000, 80_000, 0)
        assert statement.fen == 160_000
        commands.withdraw(subsidised.city_clerk, settlement_id=row.id, reason=REASON, now=subsidised.now)
    with threshold(HALF, total_public_share_max_bp=6_000, stacking_cuts=True):
        statement = Statement.objects.get(settlement=subsidised.settle())
        assert (statement.cut_fen, statement.fen) == (80_000, 80_000)


def test_a_zone_pays_nothing_for_the_city_and_the_citys_year_is_settled_by_one_of_its_offices(
    subsidised: Subsidised,
) -> None:
    """滨海新区, 绍兴市本级 and 绍兴市 are three offices, one city: the same redemptions are subsidised once."""
    subsidised.redeemed()
    subsidised.next_year()
    zone, city = (subsidised.officer(Role.COUNTY_OFFICER, place) for place in ("330600Z01", "330600"))
    said = {"formula": Formula.PROVIDERS, "scheme": SCHEME, "year": 2025, "decision": subsidised.decision()}
    with pytest.raises(rules.NotPayersPlace):
        commands.draft(zone, region="330600Z01", now=subsidised.now, **said)
    subsidised.drafted()
    with pytest.raises(rules.AlreadySettling):
        commands.draft(city, region="330600", now=subsidised.now, **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(
            number="BZ-再", formula="providers", scheme=SCHEME, region="330600", scope="330600", pays_for="330600", year=2025,
            drafted_by="psn_x", drafted_on=subsidised.today,
        )  # fmt: skip


def test_what_a_county_paid_for_the_city_does_not_pay_again_when_the_payer_changes(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(HALF, subsidy_payer="county"):
        said = {"formula": Formula.PROVIDERS, "scheme": SCHEME, "region": YUECHENG, "year": 2025}
        row = commands.draft(subsidised.clerk, decision=subsidised.decision(), now=subsidised.now, **said)
        commands.decide(subsidised.approver, settlement_id=row.id, now=subsidised.now)
        purse = {"settlement_id": row.id, "fen": 1_000_000, "document_number": "越财〔2026〕1号", "now": subsidised.now}
        commands.fund(subsidised.finance, **purse)
        assert commands.settle(subsidised.clerk, settlement_id=row.id, now=subsidised.now).redeemed_fen == HALF
    with threshold(HALF), pytest.raises(rules.NothingRedeemed):
        subsidised.settle()


def test_who_sits_with_a_payee_neither_settles_nor_publishes(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.fund()
        seated = subsidised.officer(Role.COUNTY_OFFICER, CITY_OFFICE)
        Membership.objects.create(
            person_id=seated.person_id,
            party_id=subsidised.server.party_id,
            capacity="staff",
            region=YUECHENG,
            valid_from=subsidised.today,
        )
        with pytest.raises(Related):
            commands.settle(seated, settlement_id=row.id, now=subsidised.now)
        commands.settle(subsidised.city_clerk, settlement_id=row.id, now=subsidised.now)
        with pytest.raises(Related):
            commands.publish(seated, settlement_id=row.id, now=subsidised.now)


def test_what_is_being_asked_back_of_a_claim_earns_no_subsidy(subsidised: Subsidised) -> None:
    """A claim found fake in December and paid back in February does not count in January."""
    whole, part, sound = subsidised.redeemed(3)
    for claim, fen in ((whole, HALF), (part, 100_000)):
        claims.ask_back(claim_id=claim.id, clawback_id="clb_1", fen=Fen(fen), now=subsidised.now)
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.settle()
    counted = {one.claim_id: one.fen for one in Counted.objects.filter(settlement=row)}
    assert counted == {part.id: HALF - 100_000, sound.id: HALF}


def test_what_is_asked_back_no_more_counts_again(subsidised: Subsidised) -> None:
    (claim,) = subsidised.redeemed()
    said = {"claim_id": claim.id, "clawback_id": "clb_1", "fen": Fen(HALF), "now": subsidised.now}
    claims.ask_back(**said)
    claims.asked_back_no_more(**said)
    subsidised.next_year()
    with threshold(HALF):
        assert subsidised.settle().redeemed_fen == HALF


def test_a_settlement_and_its_statement_show_what_was_asked_back_since(subsidised: Subsidised) -> None:
    claim, _other = subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(HALF):
        row = subsidised.settle()
        statement = Statement.objects.get(settlement=row)
        assert queries.settlement_sheet(subsidised.city_clerk, row.id, on=subsidised.today).fallen == []
        assert queries.statement_sheet(subsidised.city_clerk, statement.id, on=subsidised.today).recount is None
        said = {"claim_id": claim.id, "clawback_id": "clb_1", "now": subsidised.now}
        claims.ask_back(fen=Fen(HALF), **said)
        (found,) = queries.settlement_sheet(subsidised.city_clerk, row.id, on=subsidised.today).fallen
        assert (found.claim_id, found.counted_fen, found.fen) == (claim.id, HALF, HALF)
        again = queries.statement_sheet(subsidised.city_clerk, statement.id, on=subsidised.today).recount
        assert again is not None
        assert (again.fen, again.over_fen) == (statement.fen // 2, statement.fen - statement.fen // 2)
        claims.asked_back_no_more(fen=Fen(HALF), **said)
        assert queries.settlement_sheet(subsidised.city_clerk, row.id, on=subsidised.today).fallen == []


def test_what_falls_below_the_threshold_leaves_no_subsidy(subsidised: Subsidised) -> None:
    claim, _other = subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(2 * HALF):
        row = subsidised.settle()
        statement = Statement.objects.get(settlement=row)
        claims.ask_back(claim_id=claim.id, clawback_id="clb_1", fen=Fen(1), now=subsidised.now)
        again = queries.statement_sheet(subsidised.city_clerk, statement.id, on=subsidised.today).recount
    assert again is not None
    assert (again.fen, again.over_fen) == (0, statement.fen)


def test_what_stacking_cut_is_cut_again_on_what_is_left(subsidised: Subsidised) -> None:
    """Two alike, of which one falls away: half is left, its cut is half as well and not the whole."""
    claim, _other = subsidised.redeemed(2)
    subsidised.next_year()
    with threshold(HALF, stacking_cuts=True, total_public_share_max_bp=6_000):
        row = subsidised.settle()
        statement = Statement.objects.get(settlement=row)
        assert 0 < statement.cut_fen < statement.fen + statement.cut_fen
        claims.ask_back(claim_id=claim.id, clawback_id="clb_1", fen=Fen(HALF), now=subsidised.now)
        again = queries.statement_sheet(subsidised.city_clerk, statement.id, on=subsidised.today).recount
    assert again is not None
    assert again.fen == statement.fen // 2
