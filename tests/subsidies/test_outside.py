"""平台外兑付: what was redeemed elsewhere counts once, checked by another person, for the unit it belongs to."""

from datetime import date

import pytest

from kechuang.kernel.actor import Role
from kechuang.kernel.money import Fen
from kechuang.parties.models import Unit
from kechuang.parties.rules import SameHands
from kechuang.subsidies import commands, queries, rules
from kechuang.subsidies.commands import Redemption
from kechuang.subsidies.models import Outside, Settlement, Statement
from tests.subsidies.conftest import REASON, Subsidised, threshold
from tests.vouchers.conftest import YUECHENG

HALF = 400_000  # fen: what one claim of the tests redeems


def test_redemptions_off_the_platform_count_once_another_person_checked_them(subsidised: Subsidised) -> None:
    subsidised.redeemed()
    code = subsidised.credit_code(subsidised.server.party_id)
    entry = Redemption(code, subsidised.today, HALF, 2 * HALF, "越财〔2025〕9号")  # type: ignore[arg-type]
    row = commands.enter_outside(subsidised.clerk, region=YUECHENG, redemption=entry, now=subsidised.now)
    with pytest.raises(rules.AlreadyEntered):
        commands.enter_outside(subsidised.clerk, region=YUECHENG, redemption=entry, now=subsidised.now)
    both = subsidised.offices_of(subsidised.clerk.person_id, Role.COUNTY_APPROVER, region=YUECHENG)
    with pytest.raises(SameHands):
        commands.check_outside(both, outside_id=row.id, now=subsidised.now)
    unchecked = Outside.objects.get(id=row.id)
    subsidised.next_year()
    with threshold(HALF):
        assert subsidised.settle().redeemed_fen == HALF
        commands.withdraw(
            subsidised.city_clerk, settlement_id=Settlement.objects.get().id, reason=REASON, now=subsidised.now
        )
        commands.check_outside(subsidised.approver, outside_id=unchecked.id, now=subsidised.now)
        settled = subsidised.settle()
        statement = Statement.objects.get(settlement=settled)
        assert (settled.redeemed_fen, statement.outside_fen, statement.platform_fen) == (2 * HALF, HALF, HALF)
        assert statement.fen == 240_000 + 40_000
        with pytest.raises(rules.YearSettled):
            commands.reject_outside(subsidised.approver, outside_id=row.id, reason=REASON, now=subsidised.now)


def test_a_unit_has_what_was_redeemed_off_the_platform_and_the_house_only_its_own(subsidised: Subsidised) -> None:
    """按二级单位: rows of units do not stand beneath the statement of the house."""
    code = subsidised.credit_code(subsidised.server.party_id)
    unit = Unit.objects.create(party_id=subsidised.server.party_id, name="材料学院", pinyin="clxy", region=YUECHENG)
    claims = subsidised.redeemed()
    with pytest.raises(rules.UnknownUnit):
        entered(subsidised, code, unit_name="没有的学院")
    row = entered(subsidised, code, unit_name="材料学院")
    assert row.unit == unit.id
    commands.check_outside(subsidised.approver, outside_id=row.id, now=subsidised.now)
    subsidised.next_year()
    with threshold(HALF, subsidy_threshold_per="unit"):
        settled = subsidised.settle()
    by_unit = {one.unit: one for one in Statement.objects.filter(settlement=settled)}
    assert (by_unit[""].redeemed_fen, by_unit[unit.id].outside_fen) == (HALF, HALF)
    assert [one.claim_id for one in queries.counted_of(subsidised.city_clerk, by_unit[""].id)] == [claims[0].id]
    assert not queries.counted_of(subsidised.city_clerk, by_unit[unit.id].id).exists()
    assert queries.unequal() == []


def test_who_was_never_in_a_register_has_no_redemptions_off_the_platform(subsidised: Subsidised) -> None:
    holder = subsidised.credit_code(subsidised.holder.party_id)
    with pytest.raises(rules.UnknownProvider):
        entered(subsidised, holder)


def entered(subsidised: Subsidised, code: str, **given: str) -> Outside:
    said = Redemption(code, date(2025, 2, 1), Fen(HALF), Fen(2 * HALF), "越财〔2025〕19号", **given)
    return commands.enter_outside(subsidised.clerk, region=YUECHENG, redemption=said, now=subsidised.now)
