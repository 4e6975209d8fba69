from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import MoveNotOpen
from kechuang.parties import commands, queries, rules
from kechuang.parties.formats import sealed
from kechuang.parties.models import BankAccount
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows

pytestmark = pytest.mark.django_db
COOL_OFF = 7


def _confirmed(world: Any, account: BankAccount, officer: Any = None) -> BankAccount:
    return commands.confirm_account(
        officer or world.officer(), account_id=account.id, cool_off_days=COOL_OFF, now=world.now
    )


def test_the_number_lies_sealed_and_is_shown_by_its_last_digits(world: Any) -> None:
    firm = world.firm()
    account = world.account(firm)
    assert account.masked == "************1234"
    row = str(BankAccount.objects.filter(id=account.id).values().get())
    events = "".join(bytes(event.body).decode() for event in Event.objects.all())
    assert "6222021203001234" not in row + events
    assert queries.account_numbers(world.officer(Role.COUNTY_FINANCE), [account.id]) == {account.id: "6222021203001234"}


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.AUDITOR, Role.CITY_FINANCE])
def test_only_county_finance_reads_the_number(world: Any, role: Role) -> None:
    account = world.account(world.firm())
    with pytest.raises(NotVisible):
        queries.account_numbers(world.officer(role), [account.id])


def test_a_former_key_still_opens() -> None:
    old = sealed.seal("6222021203001234", ["old"])
    assert sealed.opened(old, ["new", "old"]) == "6222021203001234"
    assert sealed.digest("1", "k") != sealed.digest("1", "other")


def test_the_first_account_is_used_from_its_confirmation(world: Any) -> None:
    firm = world.firm()
    account = world.account(firm)
    assert queries.payee_account(firm.id, on=world.today) is None
    _confirmed(world, account)
    paid_to = queries.payee_account(firm.id, on=world.today)
    assert paid_to is not None
    assert paid_to.id == account.id


def test_a_changed_account_is_paid_to_only_after_the_cool_off(world: Any) -> None:
    firm = world.firm()
    first = _confirmed(world, world.account(firm))
    world.days(30)
    second = _confirmed(world, world.account(firm, number="6222021203009999"))
    for day in range(COOL_OFF):
        assert queries.payee_account(firm.id, on=clock_day(world, day)).id == first.id
    assert queries.payee_account(firm.id, on=clock_day(world, COOL_OFF)).id == second.id


def clock_day(world: Any, days: int) -> Any:
    from datetime import timedelta

    return world.today + timedelta(days=days)


def test_the_old_contact_is_to_be_told_once(world: Any) -> None:
    firm = world.firm()
    _confirmed(world, world.account(firm))
    assert queries.account_changes_to_tell() == []
    second = _confirmed(world, world.account(firm, number="6222021203009999"))
    (change,) = queries.account_changes_to_tell()
    assert (change.account_id, change.to_person) == (second.id, firm.contact_id)
    assert change.masked_before.endswith("1234")
    from kechuang.kernel.actor import CLOCK

    for _ in range(2):
        commands.mark_told(CLOCK, account_id=second.id, now=world.now)
    assert queries.account_changes_to_tell() == []
    assert altered_rows() == []


def test_who_proposes_does_not_confirm(world: Any) -> None:
    firm, officer = world.firm(), world.officer()
    account = world.account(firm, officer)
    with pytest.raises(rules.SameHands):
        _confirmed(world, account, officer)
    _confirmed(world, account, world.officer())


def test_a_substitute_does_not_confirm_what_the_absent_one_proposed(world: Any) -> None:
    from datetime import timedelta

    from kechuang.parties.models import Office

    firm, absent, present = world.firm(), world.officer(), world.officer(Role.BUDGET_AUTHOR)
    account = world.account(firm, absent)
    commands.substitute(
        absent,
        office_id=Office.objects.get(person_id=absent.person_id).id,
        substitute_id=present.person_id,
        valid_from=world.today,
        valid_until=world.today + timedelta(days=3),
        reason="出差",
        now=world.now,
    )
    acting = queries.actor_for(present.person_id, on=world.today)
    with pytest.raises(rules.SameHands):
        _confirmed(world, account, acting)


def test_the_database_refuses_one_person_twice(world: Any) -> None:
    """Negative control of four eyes: the same write without the command is stopped by the table itself."""
    account = world.account(world.firm())
    with pytest.raises(IntegrityError, match="account_four_eyes"), transaction.atomic():
        BankAccount.objects.filter(id=account.id).update(confirmed_by=account.proposed_by_id)


def test_a_confirmed_row_must_say_by_whom_and_from_when(world: Any) -> None:
    account = world.account(world.firm())
    with pytest.raises(IntegrityError, match="account_confirmed_by_whom"), transaction.atomic():
        BankAccount.objects.filter(id=account.id).update(state="confirmed")
    assert connections["default"].is_usable()


@pytest.mark.parametrize("number", ["", "12345", "6222 abcd 0300 1234", "1" * 33, "٣" * 16])
def test_a_wrong_number_is_refused_at_its_field(world: Any, number: str) -> None:
    with pytest.raises(rules.WrongAccountNumber) as caught:
        world.account(world.firm(), number=number)
    assert caught.value.field == "number"


def test_proof_and_holder_name_are_asked_for(world: Any) -> None:
    firm = world.firm()
    with pytest.raises(rules.ProofMissing):
        world.account(firm, proof_file="")
    with pytest.raises(rules.HolderDiffers):
        commands.propose_account(
            world.head_of(firm),
            party_id=firm.id,
            holder_name="别的公司",
            bank_name="绍兴银行",
            number="6222021203001234",
            proof_file="fil_x",
            now=world.now,
        )


def test_full_width_digits_and_a_double_click_make_one_account(world: Any) -> None:
    firm = world.firm()
    assert world.account(firm).id == world.account(firm, number="６２２２０２１２０３００１２３４").id
    with pytest.raises(rules.AccountWaits):
        world.account(firm, number="6222021203009999")


def test_another_county_neither_sees_nor_confirms(world: Any) -> None:
    account = world.account(world.firm())
    with pytest.raises(NotVisible):
        _confirmed(world, account, world.officer(region="330681"))
    with pytest.raises(MoveNotOpen):
        _confirmed(world, account, world.officer(Role.COUNTY_FINANCE))


def test_the_payee_stops_a_change_during_the_cool_off(world: Any) -> None:
    firm = world.firm()
    first = _confirmed(world, world.account(firm))
    second = _confirmed(world, world.account(firm, number="6222021203009999"))
    commands.retire_account(world.head_of(firm), account_id=second.id, now=world.now)
    assert queries.payee_account(firm.id, on=clock_day(world, 100)).id == first.id


def test_the_replaced_account_is_retired_when_the_new_one_counts(world: Any) -> None:
    firm = world.firm()
    first = _confirmed(world, world.account(firm))
    _confirmed(world, world.account(firm, number="6222021203009999"))
    assert queries.replaced_accounts(on=world.today) == []
    assert queries.replaced_accounts(on=clock_day(world, COOL_OFF)) == [first.id]


def test_a_unit_is_paid_to_its_own_account_else_to_the_partys(world: Any) -> None:
    college = world.firm("绍兴文理学院")
    unit = commands.add_unit(world.head_of(college), party_id=college.id, name="化学化工学院", now=world.now)
    whole = _confirmed(world, world.account(college))
    assert queries.payee_account(college.id, unit_id=unit.id, on=world.today).id == whole.id
    own = _confirmed(world, world.account(college, number="6222021203007777", unit_id=unit.id))
    assert queries.payee_account(college.id, unit_id=unit.id, on=world.today).id == own.id
    assert queries.payee_account(college.id, on=world.today).id == whole.id
    stranger = world.staff_of(college, unit_id=unit.id)
    with pytest.raises(NotVisible):
        queries.account(stranger, whole.id)


def test_an_outsiders_account_is_confirmed_by_the_county_applied_to(world: Any) -> None:
    lab = world.firm("上海示例检测有限公司", region="310000")
    account = world.account(lab, region="330602")
    assert [row.id for row in queries.accounts_waiting(world.officer())] == [account.id]
    _confirmed(world, account)
    assert queries.payee_account(lab.id, on=world.today) is not None


def test_a_refused_account_names_its_reason(world: Any) -> None:
    firm = world.firm()
    account = world.account(firm)
    with pytest.raises(rules.ReasonMissing):
        commands.refuse_account(world.officer(), account_id=account.id, reason="", now=world.now)
    commands.refuse_account(world.officer(), account_id=account.id, reason="证明不清晰", now=world.now)
    assert world.account(firm).id != account.id
