"""The browser of the tests reads Chinese, and a page of ours reaches it."""

import pytest
from playwright.sync_api import Page


def test_two_characters_do_not_look_alike(page: Page) -> None:
    """Without a Chinese font both would be the same empty box."""
    page.set_content("<body style='font: 40px sans-serif'><span id=a>科</span><span id=b>创</span></body>")
    assert page.locator("#a").screenshot() != page.locator("#b").screenshot()


@pytest.mark.django_db(transaction=True)
def test_the_site_answers_a_browser(page: Page, live_server: object) -> None:
    answer = page.goto(f"{live_server}/health")
    assert answer is not None
    assert answer.ok
    assert "script-src 'self'" in answer.headers["content-security-policy"]
