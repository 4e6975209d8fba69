"""A carrier's own calendar is fetched, and nothing else is."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from kechuang.bookings.adapters import remote_calendar
from kechuang.bookings.adapters.remote_calendar import AddressNotAllowed, CalendarNotReached, checked, fetch
from kechuang.bookings.formats.ics import BYTES_MAX

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve(settings: Settings) -> Iterator[Callable[[Answer], str]]:
    """A server on this machine that answers as told; its address."""
    settings.CALENDAR_HOSTS = frozenset({"127.0.0.1"})
    servers = []

    def started(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_said: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/calendar.ics?key=1"

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


def plain(request: BaseHTTPRequestHandler) -> None:
    if request.headers.get("If-None-Match") == '"v1"':
        request.send_response(304)
        request.end_headers()
        return
    assert request.path == "/calendar.ics?key=1"
    request.send_response(200)
    request.send_header("ETag", '"v1"')
    request.end_headers()
    request.wfile.write(CALENDAR)


def test_a_calendar_is_read_and_not_read_again_while_it_is_the_same(serve: Callable[[Answer], str]) -> None:
    address = serve(plain)
    first = fetch(address)
    assert first.content == CALENDAR
    assert fetch(address, etag=first.etag).content is None


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/a.ics",
        "http://127.0.0.1/a.ics",
        "http://localhost/a.ics",
        "http://[::1]/a.ics",
        "http://[::ffff:10.0.0.1]/a.ics",
        "http://10.1.2.3/a.ics",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://user:word@example.org/a.ics",
        "http:///a.ics",
        "http://example.org:99999/a.ics",
        "gopher://example.org",
        "http://[64:ff9b::a9fe:a9fe]/latest/meta-data",  # NAT64 of 169.254.169.254
        "http://[2002:7f00:1::]/",  # 6to4 of 127.0.0.1
        "http://[::7f00:1]/",
        "http://[fec0::1]/",
        "http://[fe80::1]/",
        "http://240.0.0.1/",
    ],
)
def test_only_the_internet_is_asked(address: str, settings: Settings) -> None:
    settings.CALENDAR_HOSTS = frozenset()
    with pytest.raises(AddressNotAllowed):
        fetch(address)


def test_a_redirect_leads_nowhere_that_an_address_may_not(serve: Callable[[Answer], str], settings: Settings) -> None:
    def moved(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", "http://169.254.169.254/latest/meta-data")
        request.end_headers()

    with pytest.raises(AddressNotAllowed):
        fetch(serve(moved))


def test_redirects_end(serve: Callable[[Answer], str]) -> None:
    def moved(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", request.path)
        request.end_headers()

    with pytest.raises(CalendarNotReached):
        fetch(serve(moved))


def test_what_is_too_large_is_left(serve: Callable[[Answer], str]) -> None:
    def large(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(BYTES_MAX // 65_536 + 2):
                request.wfile.write(b"x" * 65_536)
        except OSError:
            pass  # the reader has gone

    with pytest.raises(CalendarNotReached):
        fetch(serve(large))


def test_what_drips_is_left(serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_calendar, "SECONDS_MAX", 0.5)

    def slow(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(30):
                request.wfile.write(b"x")
                time.sleep(0.1)
        except OSError:
            pass

    begun = time.monotonic()
    with pytest.raises(CalendarNotReached):
        fetch(serve(slow))
    assert time.monotonic() - begun < 2


def test_a_head_that_drips_is_left_too(serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(asked: BaseHTTPRequestHandler) -> None:
        try:
            asked.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
            for _ in range(25):
                asked.wfile.write(b"x")
                time.sleep(0.1)
            asked.wfile.write(b"\r\n\r\n" + CALENDAR)
        except OSError:
            pass

    address = serve(slow)
    monkeypatch.setattr(remote_calendar, "SECONDS_MAX", 0.5)
    begun = time.monotonic()
    with pytest.raises(CalendarNotReached):
        fetch(address)
    assert time.monotonic() - begun < 2
    monkeypatch.setattr(remote_calendar, "_end", lambda _line: None)  # negative control: without the watch it goes on
    begun = time.monotonic()
    with pytest.raises(CalendarNotReached):
        fetch(address)
    assert time.monotonic() - begun > 2


def test_an_address_in_chinese_is_asked_for_and_a_name_that_is_none_is_told(serve: Callable[[Answer], str]) -> None:
    def named(asked: BaseHTTPRequestHandler) -> None:
        assert asked.path == "/%E6%97%A5%E5%8E%86.ics?%E5%AE%A4=1%2B1"
        asked.send_response(200)
        asked.end_headers()
        asked.wfile.write(CALENDAR)

    assert fetch(serve(named).replace("/calendar.ics?key=1", "/日历.ics?室=1%2B1")).content == CALENDAR
    with pytest.raises(CalendarNotReached):
        fetch(f"http://{'a' * 64}.example/a.ics")


@pytest.mark.parametrize("status", [404, 500])
def test_an_error_is_said(serve: Callable[[Answer], str], status: int) -> None:
    def failing(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.end_headers()

    with pytest.raises(CalendarNotReached) as caught:
        fetch(serve(failing))
    assert caught.value.facts["why"] == f"HTTP {status}"


def test_a_server_that_cannot_prove_its_name_is_not_read(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(CalendarNotReached):
        fetch(serve(plain).replace("http://", "https://"))


def test_a_calendar_programs_address_is_a_web_address() -> None:
    assert checked(" webcal://example.org/a.ics#x ") == "https://example.org/a.ics"
