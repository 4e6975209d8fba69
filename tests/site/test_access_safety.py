"""What every answer keeps to, whoever asks (安全底线): headers, no personal data in public, no way out of the house."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from kechuang.ui import clock
from tests.site.addresses import EXAMPLES, addresses
from tests.site.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("matrix")]  # one worker makes the world

PERSONAL = {
    "身份证号": r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])",
    "手机号": r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])",
    "银行账号": r"(?<![0-9A-Za-z])\d{16,19}(?![0-9A-Za-z])",
}
SAFE = (
    ("Content-Security-Policy", "default-src"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=()"),
)


def test_no_address_stands_in_the_shadow_of_another(world: World) -> None:
    """Two rooms may choose one path: the second would never answer, and whoever links to it would get the first."""
    shadowed = {}
    for one in addresses():
        path = one.written({**world.ids(one), **EXAMPLES}) if one.parameters else one.template
        met = _answering(path)
        if met not in ("", one.name) and not (one.name.startswith("api:") and met.startswith("api:")):
            shadowed[one.name] = met
    assert shadowed == {}


def _answering(path: str) -> str:
    """The name of what stands at this path; empty where its room takes only parameters that are not in the world."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def test_public_pages_hold_no_personal_data(world: World) -> None:
    """身份证号、手机号、银行账号: nowhere that nobody need sign in for; names of natural persons only masked."""
    maker = Client()
    wrong = []
    with clock.at(world.now):
        pages = [one.template for one in addresses() if not one.parameters]
        pages += [f"/notices/{world.owned['notice_id']}", f"/registers/{world.owned['admission_id']}"]
        pages += [f"/catalog/offers/{world.offer_id}", "/search?q=绍兴", "/notices/archive?words=绍兴"]
        for page in pages:
            answer = maker.get(page)
            if answer.status_code != 200 or answer.streaming:
                continue
            text = re.sub(r"<script.*?</script>|[A-Za-z]+_[0-9A-Z]{26}", "", answer.content.decode(), flags=re.S)
            for name, pattern in PERSONAL.items():
                wrong += [f"{page} {name} {found}" for found in re.findall(pattern, text)]
            wrong += [f"{page} {person}" for person in ("李四", "钱七", "王五", "周九") if person in text]
    assert "\n".join(wrong) == ""


def test_every_answer_carries_the_safe_headers(world: World) -> None:
    wrong = []
    with clock.at(world.now):
        for one in addresses():
            path = one.written({**world.ids(one), **EXAMPLES}) if one.parameters else one.template
            answer = Client().get(path)
            if answer.status_code >= 500 or any(word not in answer.headers.get(name, "") for name, word in SAFE):
                wrong.append(f"{answer.status_code} {one.name} {path}")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_no_way_leads_out_of_the_house(world: World, elsewhere: str) -> None:
    with clock.at(world.now):
        client = world.client(world.clerk)
        answers = [
            client.post("/choose/", {"party_id": "", "next": elsewhere}),
            client.post("/messages/read", {"next": elsewhere}),
            client.post("/language/setlang/", {"language": "en", "next": elsewhere}),
            Client().get("/sign-in/", {"next": elsewhere}),
        ]
    assert all("evil" not in answer.headers.get("Location", "") for answer in answers)
    assert b"evil" not in re.sub(rb"<input[^>]*>", b"", answers[-1].content)


def test_a_foreign_host_name_is_refused(world: World) -> None:
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
