"""Applying for a voucher, granting it from the county's budget, ending it."""

from datetime import date

import pytest

from kechuang.credit.rules import CommitmentMissing
from kechuang.kernel.actor import CLOCK, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.kernel.money import Fen
from kechuang.trail.queries import altered_rows
from kechuang.vouchers import commands, queries, rules
from kechuang.vouchers.commands import Declared
from kechuang.vouchers.jobs import run_expiry
from kechuang.vouchers.models import Voucher
from kechuang.vouchers.states import VoucherState
from tests.vouchers.conftest import KEQIAO, SCHEME, YUECHENG, Town

pytestmark = pytest.mark.django_db


def test_a_listed_firm_is_granted_its_voucher_in_the_same_minute(town: Town) -> None:
    town.release()
    holder = town.firm()
    draft = town.draft(holder, 8_000_000)
    assert draft.state == VoucherState.DRAFT
    assert all(check["passes"] and check["article"] for check in draft.checks)
    voucher = commands.submit(holder, voucher_id=draft.id, now=town.now)
    assert (voucher.state, voucher.face_fen, voucher.valid_from) == ("issued", 8_000_000, town.today)
    assert voucher.valid_until == date(2025, 9, 6)
    assert town.budget().free_fen == 92_000_000
    assert queries.sheet(holder, voucher.id, on=town.today).balance.free_fen == 8_000_000
    assert commands.submit(holder, voucher_id=draft.id, now=town.now).id == voucher.id  # a double click
    assert altered_rows() == []


def test_the_grant_is_never_above_the_amount_of_the_class(town: Town) -> None:
    town.release()
    assert town.voucher(town.firm(), 99_000_000).face_fen == 10_000_000


def test_what_no_list_knows_goes_to_review_and_is_decided_by_another(town: Town) -> None:
    town.release()
    holder = town.firm(label="")
    draft = town.draft(holder, declared=Declared(labels=("tech_sme",)))
    voucher = commands.submit(holder, voucher_id=draft.id, now=town.now)
    assert voucher.state == VoucherState.SUBMITTED
    officer = town.officer()
    assert [row.id for row in queries.waiting(officer)] == [voucher.id]
    back = commands.return_(officer, voucher_id=voucher.id, reason="请补充入库登记编号", now=town.now)
    assert (back.state, back.reason) == ("returned", "请补充入库登记编号")
    again = commands.edit(
        holder,
        voucher_id=voucher.id,
        requested_fen=Fen(5_000_000),
        declared=Declared(labels=("high_tech",)),
        now=town.now,
    )
    commands.submit(holder, voucher_id=again.id, now=town.now)
    issued = commands.issue(officer, voucher_id=voucher.id, face_fen=Fen(4_000_000), now=town.now)
    assert (issued.state, issued.face_fen, issued.decided_by) == ("issued", 4_000_000, officer.person_id)
    assert altered_rows() == []


def test_refused_with_a_reason_nothing_is_posted(town: Town) -> None:
    town.release()
    holder = town.firm(label="")
    draft = town.draft(holder, declared=Declared(labels=("tech_sme",)))
    commands.submit(holder, voucher_id=draft.id, now=town.now)
    officer = town.officer()
    with pytest.raises(rules.ReasonMissing):
        commands.refuse(officer, voucher_id=draft.id, reason=" ", now=town.now)
    assert commands.refuse(officer, voucher_id=draft.id, reason="证明不足", now=town.now).state == VoucherState.REFUSED
    assert town.budget().free_fen == 100_000_000


def test_a_firm_on_no_list_and_without_a_word_is_told_which_condition_fails(town: Town) -> None:
    town.release()
    holder = town.firm(label="")
    with pytest.raises(rules.NotEligible) as refusal:
        commands.submit(holder, voucher_id=town.draft(holder).id, now=town.now)
    assert refusal.value.facts["parameters"] == ["labels_any_of"]


def test_without_a_signed_commitment_nothing_is_granted(town: Town) -> None:
    town.release()
    party = town.party("未承诺企业")
    holder = town.head(party)
    with pytest.raises((rules.CommitmentMissing, CommitmentMissing)):
        commands.submit(holder, voucher_id=town.draft(holder).id, now=town.now)


def test_a_short_budget_says_so_and_keeps_the_application(town: Town) -> None:
    town.release(3_000_000)
    holder = town.firm()
    draft = town.draft(holder, 5_000_000)
    with pytest.raises(rules.BudgetShort) as refusal:
        commands.submit(holder, voucher_id=draft.id, now=town.now)
    assert refusal.value.facts["free_fen"] == 3_000_000
    assert Voucher.objects.get(id=draft.id).state == VoucherState.DRAFT


def test_one_live_voucher_per_holder(town: Town) -> None:
    town.release()
    holder = town.firm()
    town.voucher(holder)
    second = town.draft(holder)
    with pytest.raises(rules.NotEligible) as refusal:
        commands.submit(holder, voucher_id=second.id, now=town.now)
    assert refusal.value.facts["parameters"] == ["live_vouchers_count"]


def test_bad_input_is_refused_at_its_field(town: Town) -> None:
    holder = town.firm()
    with pytest.raises(rules.NothingAsked):
        town.draft(holder, 0)
    with pytest.raises(rules.NotYourCounty):
        commands.apply(
            holder, party_id=holder.party_id, scheme=SCHEME, region=KEQIAO, requested_fen=Fen(1), now=town.now
        )
    with pytest.raises(NotVisible):
        commands.apply(holder, party_id="pty_other", scheme=SCHEME, region=YUECHENG, requested_fen=Fen(1), now=town.now)


def test_one_key_makes_one_application(town: Town) -> None:
    holder = town.firm()
    assert town.draft(holder, key="k1").id == town.draft(holder, key="k1").id
    assert Voucher.objects.count() == 1


def test_numbers_cannot_be_guessed_and_another_sees_nothing(town: Town) -> None:
    town.release()
    voucher = town.voucher(town.firm())
    assert voucher.number.startswith("KQ-")
    other = town.firm("另一家企业")
    for actor in (other, town.officer(region=KEQIAO)):
        with pytest.raises(NotVisible):
            queries.sheet(actor, voucher.id, on=town.today)


def test_the_day_after_its_last_a_voucher_goes_back_to_the_budget(town: Town) -> None:
    town.release()
    holder = town.firm()
    voucher = town.voucher(holder, 6_000_000)
    with pytest.raises(rules.NotYetExpired):
        commands.expire(CLOCK, voucher_id=voucher.id, now=town.now)
    town.to(date(2025, 9, 5))
    assert run_expiry(now=town.now) == 0
    town.days(1)
    assert run_expiry(now=town.now) == 1
    assert run_expiry(now=town.now) == 0
    assert town.budget().free_fen == 100_000_000
    assert Voucher.objects.get(id=voucher.id).state == VoucherState.EXPIRED
    assert altered_rows() == []


def test_withdrawn_and_revoked_balances_go_back(town: Town) -> None:
    town.release()
    holder = town.firm()
    first = town.voucher(holder)
    assert commands.withdraw(holder, voucher_id=first.id, now=town.now).state == VoucherState.WITHDRAWN
    assert town.budget().free_fen == 100_000_000
    second = town.voucher(holder)
    with pytest.raises(MoveNotOpen):
        commands.revoke(town.officer(), voucher_id=second.id, reason="虚假申报", now=town.now)
    approver = town.officer(Role.COUNTY_APPROVER)
    assert (
        commands.revoke(approver, voucher_id=second.id, reason="虚假申报", now=town.now).state == VoucherState.REVOKED
    )
    assert town.budget().free_fen == 100_000_000


def test_a_live_voucher_is_taken_over_with_its_balance_and_can_be_put_back(town: Town) -> None:
    party = town.party("老用户")
    author = town.officer(Role.BUDGET_AUTHOR)
    given = {
        "party_id": party.id,
        "scheme": SCHEME,
        "region": YUECHENG,
        "number": "旧券-001",
        "face_fen": Fen(5_000_000),
        "balance_fen": Fen(2_000_000),
        "valid_from": date(2025, 1, 5),
        "valid_until": date(2025, 7, 5),
    }
    voucher = commands.import_live(author, now=town.now, **given)  # type: ignore[arg-type]
    assert commands.import_live(author, now=town.now, **given).id == voucher.id  # type: ignore[arg-type]
    assert queries.sheet(author, voucher.id, on=town.today).balance.free_fen == 2_000_000
    assert commands.undo_import(author, voucher_id=voucher.id, now=town.now).state == VoucherState.WITHDRAWN
    assert queries.sheet(author, voucher.id, on=town.today).balance.free_fen == 0
    assert altered_rows() == []
