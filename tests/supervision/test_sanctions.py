"""The ladder: only for what a case found, told first, imposed by another, each rung with its own effect and article."""

import pytest

from kechuang.credit import queries as credit_queries
from kechuang.credit.models import CreditEvent, ListEntry
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.notices.models import Item, Notice
from kechuang.parties import commands as parties
from kechuang.parties.queries import actor_for
from kechuang.parties.rules import SameHands
from kechuang.registers.models import Admission
from kechuang.supervision import commands, jobs, queries, rules
from kechuang.supervision.models import Case, Sanction
from kechuang.supervision.states.sanctions import Rung
from tests.supervision.conftest import Checks

pytestmark = pytest.mark.django_db


def found(checks: Checks, fen: int = 100_000) -> Case:
    """A case that found a violation, with or without a clawback."""
    claim = checks.paid_out()
    if fen:
        return checks.upheld(claim, fen).case
    case = checks.answered(checks.opened(claim))
    return commands.uphold(checks.approver, case_id=case.id, text="认定违规", clawbacks={}, now=checks.now)


def heard(checks: Checks, case: Case, rung: Rung) -> Sanction:
    row = commands.propose(checks.clerk, case_id=case.id, rung=rung, grounds="虚构服务套取补助", now=checks.now)
    return commands.reply_sanction(checks.server, sanction_id=row.id, text="情况属实，愿意改正", now=checks.now)


def imposed(checks: Checks, case: Case, rung: Rung, **more: str) -> Sanction:
    row = heard(checks, case, rung)
    return commands.impose(checks.approver, sanction_id=row.id, text="决定处罚", now=checks.now, **more)


def admission(checks: Checks) -> Admission:
    return Admission.objects.get(party_id=checks.server.party_id)


def test_nothing_is_proposed_for_what_no_case_has_found(checks: Checks) -> None:
    case = checks.opened()
    with pytest.raises(rules.CaseNotUpheld):
        commands.propose(checks.clerk, case_id=case.id, rung=Rung.WARN, grounds="虚构服务", now=checks.now)
    with pytest.raises(NotVisible):
        commands.propose(checks.server, case_id=found(checks).id, rung=Rung.WARN, grounds="虚构", now=checks.now)


def test_every_rung_stands_on_its_own_article(checks: Checks) -> None:
    rows = queries.ladder("330602", on=checks.today)
    assert [row.rung for row in rows] == list(Rung)
    basis = {row.rung: row.basis["article"] for row in rows}
    assert basis[Rung.REVOKE] == "绍兴试点方案 三（二）4"
    assert basis[Rung.REFUND] == "示例参数"
    assert basis[Rung.WARN] == "示例参数"


def test_a_rung_is_proposed_once_for_a_case_and_imposed_by_another_after_it_was_answered(checks: Checks) -> None:
    case = found(checks)
    row = commands.propose(checks.clerk, case_id=case.id, rung=Rung.WARN, grounds="虚构服务", now=checks.now)
    with pytest.raises(rules.AlreadyProposed):
        commands.propose(checks.clerk, case_id=case.id, rung=Rung.WARN, grounds="虚构服务", now=checks.now)
    checks.later(20)
    assert jobs.run_unanswered(now=checks.now) == 1
    done = commands.impose(checks.approver, sanction_id=row.id, text="予以警示", now=checks.now)
    assert done.state == "imposed"
    event = CreditEvent.objects.get()
    assert (event.kind, event.state, event.party_id) == ("sanction", "notified", checks.server.party_id)


def test_who_proposed_it_does_not_impose_it(checks: Checks) -> None:
    clerk = checks.clerk.person_id
    parties.appoint(CLOCK, person_id=clerk, role=Role.COUNTY_APPROVER, region="330602", now=checks.now)
    row = heard(checks, found(checks), Rung.WARN)
    with pytest.raises(SameHands):
        commands.impose(actor_for(clerk, on=checks.today), sanction_id=row.id, text="予以警示", now=checks.now)


def test_suspended_it_takes_no_orders_until_it_is_lifted(checks: Checks) -> None:
    row = imposed(checks, found(checks), Rung.SUSPEND)
    assert admission(checks).state == "suspended"
    commands.lift(checks.approver, sanction_id=row.id, text="已经改正", now=checks.now)
    assert admission(checks).state == "admitted"


def test_revoked_it_leaves_the_register(checks: Checks) -> None:
    row = imposed(checks, found(checks), Rung.REVOKE)
    assert (admission(checks).state, admission(checks).article) == ("revoked", row.article)
    with pytest.raises(rules.NotLiftable):
        commands.lift(checks.approver, sanction_id=row.id, text="已经改正", now=checks.now)


def test_a_refund_needs_a_clawback_that_stands(checks: Checks) -> None:
    with pytest.raises(rules.NoClawback):
        imposed(checks, found(checks, fen=0), Rung.REFUND)
    assert imposed(checks, found(checks), Rung.REFUND).effect_id.startswith("clb_")


def test_listed_for_years_it_is_on_the_list_and_off_again_when_lifted(checks: Checks) -> None:
    row = imposed(checks, found(checks), Rung.BLACKLIST)
    assert row.until_on == checks.today.replace(year=checks.today.year + 2)
    assert "misused" in credit_queries.labels(checks.server.party_id, on=checks.today)
    assert "misused" not in credit_queries.labels(checks.server.party_id, on=row.until_on)
    commands.lift(checks.approver, sanction_id=row.id, text="已经改正", now=checks.now)
    assert "misused" not in credit_queries.labels(checks.server.party_id, on=checks.today)
    assert ListEntry.objects.filter(reference=row.number).count() == 1


def test_published_it_is_a_notice_and_handed_over_it_names_to_whom(checks: Checks) -> None:
    case = found(checks)
    row = imposed(checks, case, Rung.PUBLISH)
    assert Notice.objects.get(id=row.effect_id).kind == "sanction"
    assert Item.objects.get(notice_id=row.effect_id).party_id == checks.server.party_id
    handed = heard(checks, case, Rung.TRANSFER)
    with pytest.raises(rules.ReceiverMissing):
        commands.impose(checks.approver, sanction_id=handed.id, text="移送处理", now=checks.now)
    done = commands.impose(
        checks.approver, sanction_id=handed.id, text="移送处理", receiver="示例市公安局", now=checks.now
    )
    assert done.receiver == "示例市公安局"
