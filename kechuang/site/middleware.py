"""What holds for every request: safe headers, one instant with the current rule book, and the page of a refusal."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import DataError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import is_valid_path
from psycopg import errors

from kechuang.gazette import queries
from kechuang.kernel.errors import NotVisible, Refusal
from kechuang.kernel.text import gettext_noop
from kechuang.ui import clock, requests

GetResponse = Callable[[HttpRequest], HttpResponse]

# Nothing inline but style attributes, which charts and fetched parts carry, and the one empty style element that the
# calendar fills rule by rule: the digest is that of no text at all.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        f"style-src 'self' {EMPTY_STYLE}",
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
CROSSED = (errors.DeadlockDetected, errors.SerializationFailure)
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

    Where an instant is pinned already (tests, plays) that one counts. The same statement asks how many packs are published:
    those published since the last request are in force in this one, in every process.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if clock.is_pinned():
            queries.install_current()
            return self.get_response(request)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT clock_timestamp(), ({queries.VERSION})")
            read, published = cursor.fetchone()
        with clock.at(read + settings.CLOCK_OFFSET):
            queries.install_current(published)
            return self.get_response(request)


class BeyondBounds(Refusal):
    """What no column holds: a text too long, a number too large, a character that is none."""

    code = "site.beyond_bounds"
    text = gettext_noop("填写的内容过长、数值过大，或含有无法保存的字符")
    remedy = gettext_noop("没有保存；请缩短文字、核对数值后再提交")
    status = 422


class OnlySent(Refusal):
    """The address of an act was opened as if it were a page."""

    code = "site.only_sent"
    text = gettext_noop("这个地址只用来提交，没有页面可看")
    remedy = gettext_noop("请打开它所属的页面，在那里办理")
    status = HTTPStatus.METHOD_NOT_ALLOWED


class MetAnother(Refusal):
    """Two acts waited for what the other had in hand; the database undid this one whole, the other stands."""

    code = "site.met_another"
    text = gettext_noop("同一时刻有人在办理相关事项，两边互相等待，本次没有办成")
    remedy = gettext_noop("没有保存任何内容；请刷新页面，看看对方办了什么，再重新提交")
    status = HTTPStatus.CONFLICT


class RefusalPages:
    """A Refusal that no form has caught becomes its page with its status; not visible is not found.

    Whoever opens the address of an act, which stands in the bar after a mistake, is shown the page it belongs to.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
            above = _page_above(request.path_info)
            return requests.refusal_page(request, OnlySent(), above=above) if above else response
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return requests.refusal_page(request, exception)
        if isinstance(exception, NotVisible):
            return requests.not_found_page(request)
        if isinstance(exception, UNSTORABLE):
            return requests.refusal_page(request, BeyondBounds())
        if isinstance(exception.__cause__, CROSSED):
            return requests.refusal_page(request, MetAnother())
        return None


def _page_above(path: str) -> str:
    """The page that an act's address lies under; none for programs, who are to be told that they asked wrongly."""
    above = path.rstrip("/").rpartition("/")[0]
    if path.startswith("/api/"):
        return ""
    return next((one for one in (above, f"{above}/") if is_valid_path(one)), "")
