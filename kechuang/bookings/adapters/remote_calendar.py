"""Fetching a carrier's own calendar by its address (iCal 地址), without being led to where we should not go.

Only http and https. The name is resolved once, every address it has must be a public one, and the connection goes to
the address that was looked at; the same for each redirect. Bounded in bytes, in seconds and in redirects. Hosts on an
internal network are read only when the operator names them in KECHUANG_CALENDAR_HOSTS.
"""

import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv6Address, ip_address
from socket import IPPROTO_TCP, SHUT_RDWR, create_connection, getaddrinfo, socket
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings

from kechuang.bookings.formats.ics import BYTES_MAX
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

SECONDS_MAX = 10
REDIRECTS_MAX = 3
CHUNK = 65_536
PORTS = {"http": 80, "https": 443}
_WRITTEN = "%/:=&?~#+!$,;'@()*[]-._"  # what an address may hold as it stands; everything else is written in percents
MOVED = frozenset({301, 302, 303, 307, 308})


class AddressNotAllowed(Refusal):
    code = "bookings.calendar_address_not_allowed"
    text = _("不能从这个地址读取日历：只接受互联网上的 http、https 地址")
    remedy = _("请填写公网可访问的 iCal 地址；内网地址由平台运维人员登记后可用")
    field = "address"
    status = 422


class CalendarNotReached(Refusal):
    code = "bookings.calendar_not_reached"
    text = _("没有读到对方的日历：{why}")
    remedy = _("请核对地址是否仍然有效；平台会在下一轮再读")
    field = "address"
    status = 422


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: `content` is None when nothing changed since `etag`."""

    content: bytes | None
    etag: str


Fetch = Callable[..., Fetched]


def fetch(address: str, *, etag: str = "") -> Fetched:
    """The calendar at an address; raises AddressNotAllowed, CalendarNotReached."""
    until = monotonic() + SECONDS_MAX
    for _hop in range(REDIRECTS_MAX + 1):
        parts = _checked(address)
        try:
            answer, connection, watch = _ask(parts, etag, until)
        except (OSError, HTTPException, UnicodeError) as error:
            raise CalendarNotReached(why=type(error).__name__) from error
        try:
            if answer.status in MOVED and (where := answer.getheader("Location")):
                address = urljoin(address, where)
                continue
            return _read(answer, etag, until)
        finally:
            watch.cancel()
            answer.close()
            connection.close()
    raise CalendarNotReached(why=_("转向次数过多"))


def checked(address: str) -> str:
    """The address as it will be kept, after its form and where it leads were looked at; raises AddressNotAllowed."""
    return _checked(address).geturl()


def _checked(address: str) -> SplitResult:
    written = address.strip()
    if written.lower().startswith("webcal://"):
        written = "https" + written[len("webcal") :]
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError as error:
        raise AddressNotAllowed from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username or port == 0:
        raise AddressNotAllowed
    path = quote(parts.path, safe=_WRITTEN)
    return parts._replace(path=path, query=quote(parts.query, safe=_WRITTEN), fragment="")


def _resolved(parts: SplitResult) -> tuple[str, int]:
    """Where the name leads, looked at once; a single address that is not public refuses the name."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    found = [str(info[4][0]) for info in getaddrinfo(host, port, proto=IPPROTO_TCP)]
    if host not in settings.CALENDAR_HOSTS and not all(_is_public(one) for one in found):
        raise AddressNotAllowed
    return found[0], port


def _is_public(address: str) -> bool:
    """Not of a network of one's own, nor one that carries such an address in itself (6to4, NAT64, IPv4-compatible)."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return _is_public(str(found.ipv4_mapped))
        if found.sixtofour or found.teredo or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


class _Pinned(HTTPConnection):
    """A connection to the address that was looked at, whatever the name says by now."""

    def __init__(self, parts: SplitResult, place: tuple[str, int], seconds: float) -> None:
        super().__init__(parts.hostname or "", place[1], timeout=seconds)
        self.place = place

    def connect(self) -> None:
        self.sock: socket = create_connection(self.place, self.timeout)


class _PinnedTls(HTTPSConnection):
    def __init__(self, parts: SplitResult, place: tuple[str, int], seconds: float) -> None:
        super().__init__(parts.hostname or "", place[1], timeout=seconds)
        self.place = place

    def connect(self) -> None:
        plain = create_connection(self.place, self.timeout)
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _ask(parts: SplitResult, etag: str, until: float) -> tuple[HTTPResponse, HTTPConnection, Timer]:
    """The answer, as far as its head; the timer ends the connection when the time is over, however slowly bytes drip."""
    place = _resolved(parts)
    made = _PinnedTls if parts.scheme == "https" else _Pinned
    connection = made(parts, place, _left(until))
    headers = {"Accept": "text/calendar", "User-Agent": "kechuang-bookings", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    target = parts._replace(scheme="", netloc="").geturl() or "/"
    watch = Timer(_left(until), lambda: None)
    try:
        connection.connect()
        watch = Timer(_left(until), _end, [connection.sock])
        watch.start()
        connection.request("GET", target, headers=headers)
        return connection.getresponse(), connection, watch
    except BaseException:
        watch.cancel()
        connection.close()
        raise


def _end(line: socket) -> None:
    """Both directions at once, so that a reader who waits for the next byte comes back."""
    with suppress(OSError):
        socket.shutdown(line, SHUT_RDWR)


def _read(answer: HTTPResponse, etag: str, until: float) -> Fetched:
    _left(until)
    if answer.status == HTTPStatus.NOT_MODIFIED and etag:
        return Fetched(None, etag)
    if answer.status != HTTPStatus.OK:
        raise CalendarNotReached(why=f"HTTP {answer.status}")
    parts: list[bytes] = []
    size = 0
    try:
        while piece := answer.read1(CHUNK):
            size += len(piece)
            if size > BYTES_MAX:
                raise CalendarNotReached(why=_("内容过大"))
            _left(until)
            parts.append(piece)
    except (OSError, HTTPException) as error:
        raise CalendarNotReached(why=type(error).__name__) from error
    _left(until)  # a connection that was ended looks like a calendar that ended
    return Fetched(b"".join(parts), answer.getheader("ETag") or "")


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise CalendarNotReached(why=_("超过时限"))
    return left
