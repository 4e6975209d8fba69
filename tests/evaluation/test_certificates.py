"""优先凭证: who gets one, for which programmes, until when, and when it ends before its day."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from kechuang.credit import commands as credit
from kechuang.credit.queries import labels
from kechuang.credit.rules import ListRow
from kechuang.evaluation import commands, jobs, queries, rules
from kechuang.evaluation.models import Priority, Revocation
from kechuang.kernel.actor import CLOCK
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties.queries import party
from kechuang.policy.book import current
from kechuang.trail.queries import standing
from tests.claims.conftest import changed
from tests.evaluation.conftest import CARD, NATIONAL, Evaluated


def test_the_best_get_a_dated_certificate_for_exactly_the_programmes_of_the_source_and_credit_knows(
    evaluated: Evaluated,
) -> None:
    evaluated.next_year()
    with changed(CARD, grades=[{"grade": "excellent", "label": "优秀", "at_least_count": 0, "top_bp": "none"}]):
        row = evaluated.graded()
    evaluated.after_term()
    commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now)
    one = Priority.objects.get()
    assert one.programmes == ["city_plan", "key_laboratory", "new_rd_institute", "province_plan", "province_carrier"]
    assert one.article.endswith("三（三）4")
    assert (one.issued_on, one.valid_until.isoformat()) == (evaluated.today, "2027-02-01")
    proof = standing(one.id)
    assert proof is not None
    assert proof.event.facts["digest"] == one.digest, "the log's receipt is about this certificate"
    assert [row.priority.id for row in queries.preferred(on=evaluated.today, programme="key_laboratory")] == [one.id]
    assert queries.preferred(on=one.valid_until) == []
    assert queries.preferred(on=evaluated.today, programme="other") == []
    carrier = one.sheet.carrier_id
    assert queries.grades_of([carrier], scheme=CARD, year=2025, scope="330600")[carrier].grade == "excellent"
    assert queries.grades_of([carrier], scheme="national/evaluation-2021", year=2025, scope="330600") == {}
    assert "evaluated" in labels(party(one.party).id, on=evaluated.today)


def test_a_card_that_grants_nothing_leaves_the_label_of_another_card(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    assert "evaluated" in labels(one.party, on=evaluated.today)
    with changed(NATIONAL, scorecard_indicators=strictly_nothing()):
        row = evaluated.opened(scheme=NATIONAL)
        said = {"values": {"inside_income": 0}, "statement": "自评。", "now": evaluated.now}
        sheet = commands.report(evaluated.server, sheet_id=evaluated.own(row).id, **said)
        judged = {"research_support": 0, "outside_innovation": 0, "coordination": 0}
        commands.review(evaluated.city_clerk, sheet_id=sheet.id, judged=judged, opinion="好", now=evaluated.now)
    evaluated.after_reports()
    commands.grade(evaluated.city_clerk, evaluation_id=row.id, now=evaluated.now)
    evaluated.after_term()
    commands.publish(evaluated.city_approver, evaluation_id=row.id, now=evaluated.now)
    assert "evaluated" in labels(one.party, on=evaluated.today)


def strictly_nothing() -> list[dict[str, object]]:
    """The national card where nothing missing takes a carrier out."""
    return [
        {**one, "missing": "zero"} for one in current().packs[NATIONAL].parameters["scorecard_indicators"].values[0].is_
    ]


def test_a_revoked_certificate_is_on_no_list_and_credit_forgets_it(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    with pytest.raises(rules.ReasonMissing):
        commands.revoke_priority(evaluated.city_approver, priority_id=one.id, reason=" ", now=evaluated.now)
    commands.revoke_priority(evaluated.city_approver, priority_id=one.id, reason="数据造假", now=evaluated.now)
    assert queries.preferred(on=evaluated.today) == []
    assert "evaluated" not in labels(one.party, on=evaluated.today)
    proof = standing(one.id)
    assert proof is not None
    assert (proof.event.action, proof.event.facts["reason"]) == ("evaluation.revoke", "数据造假"), (
        "the log says so of the certificate"
    )
    with pytest.raises(MoveNotOpen):
        commands.revoke_priority(evaluated.city_approver, priority_id=one.id, reason="再次", now=evaluated.now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Revocation.objects.update(reason="没有的事")


def test_who_is_listed_as_dishonest_is_off_the_list_at_once_and_the_clock_revokes(evaluated: Evaluated) -> None:
    evaluated.next_year()
    one = evaluated.preferred()
    assert jobs.run_revocations(now=evaluated.now) == 0
    listed_as_dishonest(evaluated, one.party)
    assert queries.preferred(on=evaluated.today) == []
    assert jobs.run_revocations(now=evaluated.now) == 1
    assert jobs.run_revocations(now=evaluated.now) == 0, "run twice, the effect is the same"
    made = Revocation.objects.get()
    assert (made.priority_id, made.reason, made.revoked_by) == (one.id, "失信被执行人", "")


def listed_as_dishonest(evaluated: Evaluated, party_id: str, until: date | None = None) -> None:
    card = party(party_id)
    row = ListRow(card.credit_code, "", card.name, "案号", evaluated.today, until)
    credit.import_list(
        CLOCK,
        list_code="dishonest",
        rows=[row],
        source="法院",
        issuer="法院",
        digest=str(evaluated.today),
        now=evaluated.now,
    )
