"""What holds for every request: safe headers, one instant, the current rule book, and the page of a refusal."""

from collections.abc import Callable

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse

from kechuang.gazette import queries
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop
from kechuang.ui import clock, requests

GetResponse = Callable[[HttpRequest], HttpResponse]

# Nothing inline but style attributes, which charts and fetched parts carry.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
UNSTORABLE = (DataError, UnicodeEncodeError)
PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


class SafeHeaders:
    """No foreign script, no framing, no guessing of types."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class OneInstant:
    """The clock is read once, from the database, and stands for the whole request (演示日期 in a demonstration).

    Where an instant is pinned already (tests, plays) that one counts.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if clock.is_pinned():
            return self.get_response(request)
        with clock.read_once(settings.CLOCK_OFFSET):
            return self.get_response(request)


class CurrentBook:
    """Packs published since the last request are in force in this one, in every process."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        queries.install_current()
        return self.get_response(request)


class BeyondBounds(Refusal):
    """What no column holds: a text too long, a number too large, a character that is none."""

    code = "site.beyond_bounds"
    text = gettext_noop("填写的内容过长、数值过大，或含有无法保存的字符")
    remedy = gettext_noop("没有保存；请缩短文字、核对数值后再提交")
    status = 422


class RefusalPages:
    """A Refusal that no form has caught becomes its page with its status; not visible is not found."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return requests.refusal_page(request, exception)
        if isinstance(exception, NotVisible):
            return requests.not_found_page(request)
        if isinstance(exception, UNSTORABLE):
            return requests.refusal_page(request, BeyondBounds())
        return None
