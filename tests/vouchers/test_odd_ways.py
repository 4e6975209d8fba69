"""Odd ways of a voucher's money: it ends while held, it is put back in parts, it was taken over from elsewhere."""

from datetime import timedelta

import pytest
from django.db import transaction

from kechuang.kernel.actor import Role
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance, money
from kechuang.treasury.queries import budgets_off
from kechuang.vouchers import commands as vouchers
from kechuang.vouchers.models import Hold, HolderYear, Voucher
from kechuang.vouchers.rules import LeftAboveFace, OrderFacts
from tests.claims.conftest import reading
from tests.vouchers.conftest import SCHEME, YUECHENG, Town

pytestmark = pytest.mark.django_db


class Using:
    """One holder, one voucher, one provider; orders are names here."""

    def __init__(self, town: Town) -> None:
        town.release()
        self.town = town
        self.holder, self.server = town.firm(), town.provider()
        self.voucher = town.voucher(self.holder)
        self.facts = OrderFacts(provider_id=self.server.party_id, provider_kind="county_body")

    def hold(self, order_id: str = "ord_1", price_fen: int = 1_000_000) -> Hold:
        given = {"voucher_id": self.voucher.id, "order_id": order_id, "price_fen": Fen(price_fen), "facts": self.facts}
        return vouchers.hold(self.holder, now=self.town.now, **given)  # type: ignore[arg-type]

    def revoked(self) -> None:
        officer = self.town.officer(Role.COUNTY_APPROVER)
        vouchers.revoke(officer, voucher_id=self.voucher.id, reason="资格不符", now=self.town.now)

    @property
    def left(self) -> int:
        self.voucher.refresh_from_db()
        return balance(self.voucher.account or 0).free_fen


@pytest.fixture
def using(town: Town) -> Using:
    return Using(town)


def test_a_lower_price_on_an_ended_voucher_gives_the_rest_to_the_budget(using: Using) -> None:
    using.hold(price_fen=1_000_000)
    using.revoked()
    assert using.left == 0
    vouchers.change_hold(using.holder, order_id="ord_1", price_fen=Fen(400_000), now=using.town.now)
    assert (using.left, money().held) == (0, 200_000)
    assert all(money().identities().values())


def test_two_offsets_of_one_order_come_back_whole_when_the_voucher_has_ended(using: Using) -> None:
    held = using.hold(price_fen=400_000)
    vouchers.capture(using.holder, order_id="ord_1", fen=Fen(held.fen), now=using.town.now)
    vouchers.change_captured(using.holder, order_id="ord_1", price_fen=Fen(800_000), now=using.town.now)
    using.revoked()
    vouchers.restore(using.server, order_id="ord_1", fen=Fen(400_000), now=using.town.now)
    assert (using.left, money().offset) == (0, 0)
    assert all(money().identities().values())


def taken_over(town: Town, **given: object) -> Voucher:
    facts = {
        "party_id": town.firm("绍兴存量科技有限公司").party_id, "scheme": SCHEME, "region": YUECHENG, "number": "KQ-OLD-1",
        "face_fen": Fen(5_000_000), "balance_fen": Fen(2_000_000), "valid_from": town.today,
        "valid_until": town.today.replace(year=2026), "now": town.now,
    }  # fmt: skip
    officer = town.officer(Role.BUDGET_AUTHOR)
    return vouchers.import_live(officer, **{**facts, **given})  # type: ignore[arg-type]


def test_what_is_left_of_a_voucher_taken_over_is_not_above_its_face(town: Town) -> None:
    with pytest.raises(LeftAboveFace):
        taken_over(town, balance_fen=Fen(5_000_001))
    assert money().granted == 0


def test_two_holders_may_use_one_key(town: Town) -> None:
    first, second = town.firm(), town.firm("绍兴第二科技有限公司")
    one = town.draft(first, key="1")
    with transaction.atomic():
        other = town.draft(second, key="1")
    assert one.id != other.id
    assert town.draft(second, key="1").id == other.id


def test_an_imported_voucher_leaves_the_books_in_order(town: Town) -> None:
    taken_over(town)
    assert (money().granted, money().unallocated) == (2_000_000, 0)
    assert all(money().identities().values())
    assert budgets_off() == []


NEXT_YEAR = 365


def settled_next_year(using: Using, used_fen: int) -> tuple[int, int, int]:
    """Held this year, offset in the next, of whose cap `used_fen` is gone: whose year it is, what either has used."""
    with reading(offset_year="settlement_day"):
        using.hold(price_fen=1_000_000)
        later = using.town.now + timedelta(days=NEXT_YEAR)
        HolderYear.objects.create(party_id=using.holder.party_id, scheme=SCHEME, year=2026, used_fen=used_fen)
        held = vouchers.capture(using.holder, order_id="ord_1", fen=Fen(500_000), now=later)
    years = dict(HolderYear.objects.values_list("year", "used_fen"))
    return held.year, years[2025], years[2026] - used_fen


def test_counted_in_the_year_of_settlement_it_moves_there(using: Using) -> None:
    assert settled_next_year(using, 0) == (2026, 0, 500_000)


@pytest.mark.parametrize("used_fen", [20_000_000, 19_500_001])
def test_where_that_years_cap_has_no_room_it_stays_counted_where_it_was_held(using: Using, used_fen: int) -> None:
    assert settled_next_year(using, used_fen) == (2025, 500_000, 0)


def test_up_to_the_cap_there_is_room(using: Using) -> None:
    assert settled_next_year(using, 19_500_000) == (2026, 0, 500_000)
