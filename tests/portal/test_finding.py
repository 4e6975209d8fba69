"""What is found, what it costs me, when it is free: one page, one instrument, and how often the database is asked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.bookings import commands as bookings
from kechuang.catalog import commands as catalog
from kechuang.catalog.rules import NewPrice
from kechuang.catalog.states import OfferKind, Unit
from kechuang.kernel.money import Fen
from kechuang.portal.queries import finding
from kechuang.portal.queries.finding import Wanted
from kechuang.portal.rules import apart_metres
from kechuang.ui import clock
from tests.portal.conftest import Square

pytestmark = pytest.mark.django_db
ROUND_THE_CLOCK = [[[0, 1_440]]] * 7
FEW, MANY = 3, 19


class Fair(Square):
    """A provider with instruments by the hour, some of which can be booked."""

    def instruments(self, count: int, *, first: int = 1, yuan: int = 400) -> list[str]:
        carrier = catalog.add_carrier(
            self.server, party_id=self.server.party_id, kind="key_laboratory", name=f"显微中心{first}", now=self.now
        )
        return [self._instrument(carrier.id, number, yuan) for number in range(first, first + count)]

    def _instrument(self, carrier_id: str, number: int, yuan: int) -> str:
        offer = catalog.add_offer(
            self.server,
            carrier_id=carrier_id,
            kind=OfferKind.INSTRUMENT,
            name=f"扫描电子显微镜{number}号",
            service_class="testing",
            content="形貌观察",
            process="预约、上机",
            inner_number=f"SEM-{number}",
            class_code="010102",
            now=self.now,
        )
        lines = [NewPrice("机时", Unit.HOUR, Fen(yuan * 100))]
        catalog.set_prices(self.server, offer_id=offer.id, lines=lines, valid_from=self.today, now=self.now)
        catalog.open_offer(self.server, offer_id=offer.id, now=self.now)
        bookings.open_calendar(self.server, instrument_id=offer.id, now=self.now, hours=ROUND_THE_CLOCK)
        return offer.id

    def found(self, **wanted: object) -> finding.Results:
        return finding.results(
            self.holder,
            Wanted(**wanted),
            limit=20,
            offset=0,
            on=self.today,
            now=self.now,  # type: ignore[arg-type]
        )


@pytest.fixture
def fair(book: None, db: None) -> Fair:
    return Fair()


def _asked(fair: Fair, path: str) -> int:
    with clock.at(fair.now), CaptureQueriesContext(connection) as asked:
        answer = Client().get(path)
    assert answer.status_code == 200
    return len(asked)


def test_a_result_says_what_i_pay_when_it_is_free_and_why_it_stands_there(fair: Fair) -> None:
    fair.instruments(FEW)
    first = fair.found(words="扫描电镜").rows[0]
    assert first.after is not None
    assert first.after.you_pay_fen == first.after.price_fen - first.after.voucher_fen == 20_000
    assert first.next_free is not None
    assert first.next_free.from_at >= fair.now
    assert first.reasons


def test_narrowed_by_what_i_pay_after_my_voucher_not_by_the_price(fair: Fair) -> None:
    fair.instruments(1, yuan=400)
    fair.instruments(1, first=50, yuan=800)
    assert fair.found(words="扫描电子显微镜", after_max_fen=Fen(20_000)).count == 1
    assert fair.found(words="扫描电子显微镜", after_max_fen=Fen(40_000)).count == 2
    assert fair.found(words="扫描电子显微镜", price_max_fen=Fen(40_000)).count == 1


def test_what_is_booked_out_for_the_week_is_not_free_this_week(fair: Fair) -> None:
    one, other = fair.instruments(2)
    bookings.block(
        fair.server,
        instrument_id=one,
        kind="maintenance",
        from_at=fair.now,
        until_at=fair.now + timedelta(days=9),
        reason="大修",
        now=fair.now,
    )
    assert [row.id for row in fair.found(words="扫描电子显微镜", free=True).rows] == [other]


@pytest.mark.parametrize(
    "path", ["/search", "/search?q=扫描电镜", "/search/counts?q=扫描电镜", "/search?q=扫描电镜&free=on"]
)
def test_a_page_of_results_asks_as_often_with_many_as_with_few(fair: Fair, path: str) -> None:
    fair.instruments(FEW)
    _asked(fair, path)  # what is read once per process
    few = _asked(fair, path)
    fair.instruments(MANY - FEW, first=100)
    assert _asked(fair, path) <= few


def test_the_page_of_an_instrument_asks_as_often_with_many_like_it(fair: Fair) -> None:
    one, *_rest = fair.instruments(FEW)
    _asked(fair, f"/instruments/{one}")
    few = _asked(fair, f"/instruments/{one}")
    fair.instruments(MANY - FEW, first=100)
    assert _asked(fair, f"/instruments/{one}") <= few


def test_a_compared_page_leaves_out_what_is_not_open(fair: Fair) -> None:
    one, other = fair.instruments(2)
    catalog.pause_offer(fair.server, offer_id=other, now=fair.now)
    with clock.at(fair.now):
        shown = Client().get("/compare", {"id": [one, other]}).content.decode()
    assert "1号" in shown
    assert "2号" not in shown


def test_distances_are_those_of_the_map() -> None:
    """杭州—绍兴 about 40 km as the crow flies; the same place is no way at all."""
    hangzhou, shaoxing = (30_250_000, 120_210_000), (30_030_000, 120_580_000)
    assert 40_000 < apart_metres(hangzhou, shaoxing) < 46_000
    assert apart_metres(hangzhou, hangzhou) == 0
