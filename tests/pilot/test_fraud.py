"""植入违规的年度: a small year in which each rule finds its own, loses it when it is switched off, and leaves the honest alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kechuang.claims import commands as claims
from kechuang.claims.models import Claim
from kechuang.claims.queries.facts import facts_of_all, facts_of_few
from kechuang.pilot import commands, queries
from kechuang.pilot.models import Planted
from kechuang.pilot.queries.taxbureau import SimulatedTaxBureau
from kechuang.screening import commands as screening
from kechuang.screening.models import Finding, RedCheck
from kechuang.screening.queries import terms_of
from kechuang.screening.rules import Facts, ScreeningTerms, screen
from kechuang.screening.states import Pattern
from kechuang.ui import clock

NOW = clock.instant(date(2026, 6, 30))
ORDERS, SEED = 700, 5
FOUND_ALONE = set(Pattern) - {Pattern.REVIEWER_PAIR}  # who confirms for whom is looked at for all together


@dataclass(frozen=True)
class Written:
    """The year, what was planted in it by claim, and what the rules are handed."""

    planted: dict[str, str]
    near: dict[str, str]
    facts: Facts
    terms: ScreeningTerms

    def found(self, terms: ScreeningTerms) -> set[tuple[str, str]]:
        return {(str(one.rule), one.claim.claim_id) for one in screen(self.facts, terms)}


@pytest.fixture(scope="module")
def written(as_the_owner: None) -> Iterator[Written]:
    bureau = screening.tax_bureau()
    screening.connect_tax_bureau(SimulatedTaxBureau())
    with clock.at(NOW):
        commands.generate_fraud(orders=ORDERS, year=2025, seed=SEED, progress=lambda done, total, text: None)
        claims.recheck_paid(now=NOW)
        terms = terms_of("330602", on=clock.day(NOW)).terms
        facts = facts_of_all(Claim.objects.values_list("id", flat=True), terms, on=clock.day(NOW))
    labels = {row.claim_id: row for row in Planted.objects.all()}
    planted = {claim: row.pattern for claim, row in labels.items() if not row.near}
    near = {claim: row.pattern for claim, row in labels.items() if row.near}
    yield Written(planted, near, facts, terms)
    screening.disconnect_tax_bureau()
    if bureau:
        screening.connect_tax_bureau(bureau)


def test_every_pattern_is_planted_and_has_its_likeness(written: Written) -> None:
    assert set(written.planted.values()) == set(written.near.values()) == set(Pattern)


def test_what_was_planted_is_found_and_the_honest_are_left_alone(written: Written) -> None:
    found = written.found(written.terms)
    hits = sum((pattern, claim) in found for claim, pattern in written.planted.items())
    honest = set(written.facts.claims) - set(written.planted)
    flagged = {claim for _rule, claim in found if claim in honest}
    assert hits >= 0.9 * len(written.planted)
    assert len(flagged) <= 0.05 * len(honest)  # in so small a year an incubator has few tenants


@pytest.mark.parametrize("pattern", Pattern)
def test_a_rule_that_is_switched_off_loses_its_planted_cases(written: Written, pattern: Pattern) -> None:
    """Negative control: what a rule finds is found by it and by nothing else."""
    mine = {claim for claim, planted in written.planted.items() if planted == pattern}
    off = replace(written.terms, rules_enabled=written.terms.rules_enabled - {pattern})
    assert any((pattern, claim) in written.found(written.terms) for claim in mine)
    assert not any(rule == pattern for rule, _claim in written.found(off))


def test_one_by_one_the_same_is_found_as_for_all_together(written: Written) -> None:
    together = written.found(written.terms)
    chosen = sorted(claim for claim, pattern in written.planted.items() if pattern != Pattern.REVIEWER_PAIR)[::9]
    with clock.at(NOW), transaction.atomic():
        screening.keep_levels(written.facts.levels, on=clock.day(NOW))
        for claim_id in chosen:
            facts = facts_of_few([claim_id], written.terms, on=clock.day(NOW))
            alone = {str(one.rule) for one in screen(facts, written.terms)}
            wanted = {rule for rule, claim in together if claim == claim_id and rule in FOUND_ALONE}
            assert alone == wanted, (claim_id, written.planted[claim_id])
        transaction.set_rollback(True)


def test_screening_a_claim_takes_few_statements(written: Written) -> None:
    with clock.at(NOW), transaction.atomic(), CaptureQueriesContext(connection) as asked:
        claims.screen_claims([min(written.planted)], now=NOW)
        transaction.set_rollback(True)
    assert len(asked) <= 8, [query["sql"][:80] for query in asked]


def test_paid_invoices_are_asked_about_once_per_stage(written: Written) -> None:
    before = RedCheck.objects.count()
    with clock.at(NOW):
        assert before > 0
        assert claims.recheck_paid(now=NOW) == 0
    assert RedCheck.objects.count() == before


def test_the_screening_breaks_no_invariant_and_changes_no_claim(written: Written) -> None:
    """I15's sums of hours are not written by a generated year; whatever is broken before, nothing more is after."""
    states = dict(Claim.objects.values_list("id", "state"))
    with clock.at(NOW), transaction.atomic():
        before = {name for name, found in queries.invariants().items() if found}
        claims.screen_all(states, now=NOW)
        assert Finding.objects.filter(state="open").count() == Finding.objects.count() > 0
        assert dict(Claim.objects.values_list("id", "state")) == states
        after = {name for name, found in queries.invariants().items() if found}
        transaction.set_rollback(True)
    assert before == after <= {"I15"}


def test_a_year_is_planted_only_where_there_is_nothing_else(written: Written) -> None:
    with pytest.raises(commands.NotEmpty):
        commands.generate_fraud(orders=10, year=2025, seed=1, progress=lambda done, total, text: None)
