"""登录设备: a random mark in the browser joins those who come in from it; nobody is shown it, and cleared it is a new device."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kechuang.kernel.actor import CLOCK, Role
from kechuang.parties import commands
from kechuang.parties.models import Device, Party, Person
from kechuang.screening import commands as screening
from kechuang.screening.models import Link
from kechuang.trail.models import Event
from kechuang.trail.queries import altered_rows
from kechuang.ui import clock

pytestmark = pytest.mark.django_db
PASSWORD, COOKIE = "correct horse battery", "kechuang_device"
Arrives = Callable[..., Client]


def member(world: Any, party: Party, sign_in: str) -> Person:
    person = world.person("经办员", sign_in=sign_in, password=PASSWORD)
    commands.add_member(CLOCK, party_id=party.id, person_id=person.id, capacity="staff", now=world.now)
    return person


@pytest.fixture
def arrives(world: Any) -> Arrives:
    """Comes in by name and password in a browser, and leaves it signed out for the next."""

    def come(sign_in: str, browser: Client) -> Client:
        with clock.at(world.now):
            answer = browser.post(reverse("account_login"), {"login": sign_in, "password": PASSWORD})
            assert answer.status_code == 302
            browser.get(reverse("parties:arrived"))
            browser.post(reverse("account_logout"))
        return browser

    return come


@pytest.fixture
def two(world: Any) -> tuple[Party, Party]:
    firms = (world.firm("甲公司"), world.firm("乙公司"))
    for number, firm in enumerate(firms):
        member(world, firm, f"member{number}")
    return firms


def devices() -> dict[str, set[str]]:
    """The digests of the links of kind device, by party."""
    found: dict[str, set[str]] = {}
    for party, digest in Link.objects.filter(kind="device", until_on=None).values_list("party_id", "digest"):
        found.setdefault(party, set()).add(digest)
    return found


def test_coming_in_for_a_firm_the_browser_gets_a_mark_that_is_random_and_closed(arrives: Arrives, two: Any) -> None:
    browser = arrives("member0", Client())
    cookie = browser.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] == 365 * 24 * 3600
    other = arrives("member0", Client()).cookies[COOKIE]
    assert cookie.value != other.value
    marks = {one.value.partition(":")[0] for one in (cookie, other)}
    assert not Device.objects.filter(digest__in=marks).exists()
    assert not Event.objects.filter(object_type="parties.device").exists()
    assert not altered_rows()


def test_two_firms_from_one_browser_are_one_step_apart_and_from_two_are_not(
    arrives: Arrives, two: tuple[Party, Party], world: Any
) -> None:
    first, second = two
    apart = Client()
    arrives("member0", Client())
    arrives("member1", apart)
    screening.renew_links(now=world.now)
    assert not devices()[first.id] & devices()[second.id]
    arrives("member0", apart)
    screening.renew_links(now=world.now)
    assert devices()[first.id] & devices()[second.id]


def test_cleared_it_is_a_new_device_and_the_old_one_stays_known(
    arrives: Arrives, two: tuple[Party, Party], world: Any
) -> None:
    browser = arrives("member0", Client())
    arrives("member0", browser)
    assert Device.objects.count() == 1
    browser.cookies.clear()
    arrives("member0", browser)
    screening.renew_links(now=world.now)
    assert len(devices()[two[0].id]) == 2


def test_a_forged_mark_joins_nobody(arrives: Arrives, two: tuple[Party, Party], world: Any) -> None:
    honest = arrives("member0", Client())
    forger = Client()
    forger.cookies[COOKIE] = honest.cookies[COOKIE].value[:-4] + "AAAA"
    arrives("member1", forger)
    screening.renew_links(now=world.now)
    assert not devices()[two[0].id] & devices()[two[1].id]


def test_an_unsigned_mark_would_join_strangers(
    arrives: Arrives, two: tuple[Party, Party], world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: without the signature anybody could write another's mark into a browser."""
    from django.http import HttpRequest

    monkeypatch.setattr(
        HttpRequest, "get_signed_cookie", lambda self, key, default="", **more: self.COOKIES.get(key, default)
    )
    for name in ("member0", "member1"):
        browser = Client()
        browser.cookies[COOKIE] = "forged"
        arrives(name, browser)
    screening.renew_links(now=world.now)
    assert devices()[two[0].id] & devices()[two[1].id]


def test_an_office_leaves_no_device(arrives: Arrives, world: Any) -> None:
    officer = world.person("孙经办", sign_in="sun", password=PASSWORD)
    commands.appoint(CLOCK, person_id=officer.id, role=Role.COUNTY_OFFICER, region="330602", now=world.now)
    browser = arrives("sun", Client())
    assert COOKIE not in browser.cookies
    assert not Device.objects.exists()


def test_whoever_chooses_a_side_later_is_noted_for_it(world: Any, two: tuple[Party, Party]) -> None:
    person = Person.objects.get(sign_in="member0")
    commands.add_member(CLOCK, party_id=two[1].id, person_id=person.id, capacity="staff", now=world.now)
    browser = Client()
    with clock.at(world.now):
        browser.force_login(person)
        assert browser.get(reverse("parties:arrived")).headers["Location"] == reverse("parties:choose")
        assert not Device.objects.exists()
        for party in two:
            browser.post(reverse("parties:choose"), {"party_id": party.id})
    assert set(Device.objects.values_list("party_id", flat=True)) == {party.id for party in two}
    assert Device.objects.values("digest").distinct().count() == 1


def test_no_page_shows_the_mark_or_its_digest(arrives: Arrives, two: tuple[Party, Party], world: Any) -> None:
    browser = arrives("member0", Client())
    screening.renew_links(now=world.now)
    with clock.at(world.now):
        browser.force_login(Person.objects.get(sign_in="member0"))
        page = browser.get(reverse("screening:links")).content.decode()
    assert "办理设备相同" in page
    assert world.today.isoformat() in page
    mark = browser.cookies[COOKIE].value.partition(":")[0]
    hidden = [mark, *Device.objects.values_list("digest", flat=True), *Link.objects.values_list("digest", flat=True)]
    assert not [value for value in hidden if value in page]


def test_a_firm_contests_its_device_and_struck_it_stays_struck(
    arrives: Arrives, two: tuple[Party, Party], world: Any
) -> None:
    arrives("member0", Client())
    screening.renew_links(now=world.now)
    link = Link.objects.get(kind="device")
    said = screening.contest(world.head_of(two[0]), link_id=link.id, text="园区公共电脑", now=world.now)
    officer = world.officer()
    screening.answer(officer, contest_id=said.id, outcome="upheld", text="经核实为公共电脑", now=world.now)
    screening.renew_links(now=world.now)
    assert Link.objects.get(kind="device").state == "struck"
    assert not altered_rows()


def test_what_was_not_seen_for_a_year_is_forgotten_and_its_link_over(
    arrives: Arrives, two: tuple[Party, Party], world: Any
) -> None:
    arrives("member0", Client())
    screening.renew_links(now=world.now)
    world.days(365)
    assert commands.forget_devices(now=world.now) == 0
    world.days(1)
    assert commands.forget_devices(now=world.now) == 1
    screening.renew_links(now=world.now)
    assert Link.objects.get(kind="device").until_on == world.today
