"""Home, workbench, search and the way of the money, as each side sees them."""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kechuang.audit import commands as audit
from kechuang.kernel.actor import Actor, Role
from kechuang.ledger.queries import money
from kechuang.parties.middleware import ACTING_FOR
from kechuang.portal import frame
from kechuang.portal.queries.money import published
from kechuang.ui import clock
from tests.portal.conftest import Square

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(square: Square) -> Iterator[None]:
    with clock.at(square.now):
        yield


def signed_in(client: Client, actor: Actor) -> Client:
    client.force_login(get_user_model().objects.get(pk=actor.person_id))
    session = client.session
    session[ACTING_FOR] = actor.party_id
    session.save()
    return client


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_the_home_shows_live_figures_and_what_vouchers_do(client: Client, square: Square) -> None:
    square.settled()
    html = page(client, "/")
    for part in ("申领", "下单抵扣", "无感直兑", "¥4,000.00", "正在公示"):
        assert part in html


def test_who_signs_in_lands_on_what_waits_for_them(client: Client, square: Square) -> None:
    order = square.quoted()
    answer = signed_in(client, square.holder).get("/")
    assert answer.headers["Location"] == reverse("portal:workbench")
    html = page(client, answer.headers["Location"])
    assert order.number in html
    assert reverse("orders:order", args=[order.id]) in html


def test_nothing_waits_for_the_other_side(client: Client, square: Square) -> None:
    order = square.quoted()
    html = page(signed_in(client, square.server), reverse("portal:workbench"))
    assert f'data-href="{reverse("orders:order", args=[order.id])}"' not in html


def test_the_workbench_narrows_by_words_and_keeps_the_counts(client: Client, square: Square) -> None:
    order = square.quoted()
    signed_in(client, square.holder)
    assert order.number in page(client, reverse("portal:workbench") + f"?words={order.number}")
    html = page(client, reverse("portal:workbench") + "?words=zzz")
    assert f'data-href="{reverse("orders:order", args=[order.id])}"' not in html
    assert "没有符合条件的待办" in html


def test_the_public_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get(reverse("portal:workbench"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.headers["Location"]


def test_beside_a_price_stands_what_the_holder_pays(client: Client, square: Square) -> None:
    html = page(client, reverse("portal:search"))
    assert "券付" not in html
    html = page(signed_in(client, square.holder), reverse("portal:search"))
    for part in ("您付", "券付", "为什么"):
        assert part in html


def test_a_number_leads_straight_to_its_record_only_for_who_may_see_it(client: Client, square: Square) -> None:
    order = square.quoted()
    assert client.get(reverse("portal:search"), {"q": order.number}).status_code == 200
    answer = signed_in(client, square.holder).get(reverse("portal:search"), {"q": order.number})
    assert answer.headers["Location"] == reverse("orders:order", args=[order.id])


def test_the_way_of_the_money_goes_back_to_the_release(client: Client, square: Square) -> None:
    order = square.settled()
    html = page(signed_in(client, square.server), reverse("portal:money_way", args=[order.id]))
    for part in ("下达预算", "核发创新券", "抵扣", "待服务机构申兑", "¥4,000.00"):
        assert part in html, part


def test_the_auditor_follows_the_same_money_and_sees_the_picture(client: Client, square: Square) -> None:
    order = square.settled()
    auditor = square.officer(Role.AUDITOR)
    assert order.number not in page(signed_in(client, auditor), reverse("portal:money")), "no look without a task"
    audit.open_task(
        auditor, office="330602", document="越审通〔2025〕3号", title="专项审计", regions=["330602"],
        from_on=square.today.replace(month=1, day=1), last_on=square.today.replace(month=12, day=31), now=square.now,
    )  # fmt: skip
    html = page(signed_in(client, auditor), reverse("portal:money"))
    assert order.number in html
    assert 'data-chart="k-money-picture"' in html
    page(client, reverse("portal:money_way", args=[order.id]))


def test_the_public_reads_the_totals_of_each_county_and_year_and_nobodys_name(client: Client, square: Square) -> None:
    order = square.settled()
    html = page(client, reverse("portal:money"))
    totals = published()
    assert [(row.name, row.year, row.offset_fen, row.paid_fen) for row in totals] == [("越城区", 2025, 400_000, 0)]
    found = money(square.today, region="330602", year=2025)
    assert totals[0].released_fen == found.released - found.cut + found.moved
    assert totals[0].granted_fen == found.granted - found.returned
    assert "¥4,000.00" in html
    for hidden in (order.number, order.holder.name, order.provider.name):
        assert hidden not in html


def test_a_citizen_reads_what_the_public_reads(client: Client, square: Square) -> None:
    square.settled()
    html = page(signed_in(client, Actor(person_id=square.person("钱七"))), reverse("portal:money"))
    assert "资金公开" in html
    assert "¥4,000.00" in html


def test_the_way_of_one_matter_is_for_who_signs_in(client: Client, square: Square) -> None:
    answer = client.get(reverse("portal:money_way", args=[square.settled().id]))
    assert answer.status_code == 302


def test_an_office_reads_why_more_was_granted_than_released(client: Client, square: Square) -> None:
    square.settled()
    html = page(signed_in(client, square.officer(Role.COUNTY_FINANCE)), reverse("portal:money"))
    assert "下达 − 核减 ± 调剂 = 未核发 + 核发 − 退回" in html


def test_a_stranger_learns_nothing_of_an_order(client: Client, square: Square) -> None:
    order = square.settled()
    stranger = square.firm()
    answer = signed_in(client, stranger).get(reverse("portal:money_way", args=[order.id]))
    assert answer.status_code == 404


def test_the_other_side_is_nudged_once_a_working_day(client: Client, square: Square) -> None:
    order = square.quoted()
    signed_in(client, square.server)
    first = client.post(reverse("portal:nudge"), {"subject_id": order.id})
    assert first.status_code == 302
    assert client.post(reverse("portal:nudge"), {"subject_id": order.id}).status_code in (409, 422)
    assert "催办" in page(signed_in(client, square.holder), reverse("portal:workbench"))


def test_one_does_not_nudge_oneself(client: Client, square: Square) -> None:
    order = square.quoted()
    answer = signed_in(client, square.holder).post(reverse("portal:nudge"), {"subject_id": order.id})
    assert answer.status_code == 422
    assert "无需催办" in answer.content.decode()


def test_messages_are_marked_as_read(client: Client, square: Square) -> None:
    square.quoted()
    signed_in(client, square.holder)
    html = page(client, reverse("portal:workbench"))
    assert "（未读）" in html
    ids = [part.split('"')[0] for part in html.split('name="chosen" value="')[1:]]
    client.post(reverse("portal:messages_read"), {"chosen": ids})
    assert "（未读）" not in page(client, reverse("portal:workbench"))
    assert "（未读）" not in page(client, reverse("portal:messages"))


@pytest.mark.parametrize("name", ["portal:site_map", "portal:help"])
def test_public_pages_are_open_to_anyone(client: Client, name: str) -> None:
    page(client, reverse(name))


def test_every_way_of_the_frame_leads_somewhere() -> None:
    names = [way.url_name for way in frame.WAYS]
    names += [name for _label, rows in frame.FOOT for _text, name in rows]
    names += [name for _text, name in (*frame.OWN_PARTY, *frame.OWN_OFFICE)]
    assert [reverse(name) for name in names]


@pytest.mark.parametrize(
    "role", sorted(set(Role) - {Role.HOLDER, Role.PROVIDER, Role.OBJECTOR, Role.PUBLIC, Role.CLOCK})
)
def test_every_office_has_a_workbench_and_every_entry_it_is_shown_opens(
    client: Client, square: Square, role: Role
) -> None:
    signed_in(client, square.officer(role))
    page(client, reverse("portal:workbench"))
    for way in frame.WAYS:
        if role in way.who:
            page(client, reverse(way.url_name))


def test_every_entry_of_a_party_opens(client: Client, square: Square) -> None:
    for actor in (square.holder, square.server):
        signed_in(client, actor)
        for way in frame.WAYS:
            if Role.HOLDER in way.who:
                page(client, reverse(way.url_name))
        for _label, name in frame.OWN_PARTY:
            page(client, reverse(name))


def test_the_workbench_costs_the_same_however_much_waits(client: Client, square: Square) -> None:
    signed_in(client, square.holder)
    page(client, reverse("portal:workbench"))  # what is kept per process is read once
    counts = []
    for _more in range(2):
        for _one in range(3):
            square.quoted()
        with CaptureQueriesContext(connection) as asked:
            page(client, reverse("portal:workbench"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_number_typed_on_the_money_page_leads_to_its_way(client: Client, square: Square) -> None:
    order = square.settled()
    answer = signed_in(client, square.holder).get(reverse("portal:money"), {"number": order.number.lower()})
    assert answer.headers["Location"] == reverse("portal:money_way", args=[order.id])
    assert "没有找到编号" in page(client, reverse("portal:money") + "?number=DD-0")


def test_offers_are_narrowed_by_kind_and_class_in_the_address(client: Client, square: Square) -> None:
    assert "材料成分检测" in page(client, reverse("portal:search") + "?q=材料&kind=service&service_class=testing")
    assert "材料成分检测" not in page(client, reverse("portal:search") + "?kind=instrument")
    assert "材料成分检测" in page(client, reverse("portal:search") + "?kind=nonsense")
