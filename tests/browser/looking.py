"""Helpers for tests in a real browser: what axe-core finds, what overflows, pictures to look at."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from kechuang.kernel.actor import Actor
from kechuang.parties.models import Person
from kechuang.parties.states import ACTING_FOR

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "kechuang" / "ui" / "static" / "vendor" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def resized(page: Page, screen: dict[str, int]) -> None:
    """Another size of screen, once the page has drawn itself for it: charts follow a frame later."""
    if page.viewport_size == screen:
        return
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")


def violations(page: Page) -> list[str]:
    """What axe-core holds against the page, one line each; empty is what a test asks for."""
    before = page.viewport_size or DESKTOP
    # The whole page at once: what a fixed bar happens to cover at one scroll position is no finding.
    height = page.evaluate("() => { scrollTo(0, 0); return document.documentElement.scrollHeight }")
    resized(page, {"width": before["width"], "height": max(height + 80, before["height"])})
    # Read into the page's world directly: the policy of the page allows no foreign script.
    page.evaluate(AXE.read_text())
    answer: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    resized(page, {**before})
    return [
        f"{found['id']}: {found['help']}: {node['html'][:160]}"
        for found in answer["violations"]
        for node in found["nodes"][:3]
    ]


def overflow(page: Page) -> list[str]:
    """Elements that push the page wider than the screen."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 5).map(e => e.tagName + '.' + e.className)"""
    )
    return found


def picture(page: Page, name: str) -> None:
    """Keeps a picture under $KECHUANG_PICTURES when it is set, to be looked at."""
    if folder := os.environ.get("KECHUANG_PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def seen(page: Page, name: str) -> None:
    """One page as it must be: nothing for axe-core to find and nothing wider than the screen."""
    picture(page, name)
    for held_against in (violations(page), overflow(page)):
        assert not held_against, "\n".join(held_against)


@pytest.fixture
def enter(page: Page, live_server: LiveServer) -> Callable[[Actor], None]:
    """Signs a person in without the form: the session's cookie is handed to the browser."""

    def entered(actor: Actor) -> None:
        client = Client()
        client.force_login(Person.objects.get(id=actor.person_id))
        session = client.session
        session[ACTING_FOR] = actor.party_id
        session.save()
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return entered
