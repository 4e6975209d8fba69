"""Fetching a carrier's own calendar by its address (iCal 地址), without being led to where we should not go.

Only http and https. The name is resolved once, every address it has must be a public one, and the connection goes to
the address that was looked at; the same for each redirect. Bounded in bytes, in seconds and in redirects. Hosts on an
internal network are read only when the operator names them in KECHUANG_CALENDAR_HOSTS.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from socket import IPPROTO_TCP, create_connection, getaddrinfo, socket
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from kechuang.bookings.formats.ics import BYTES_MAX
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

SECONDS_MAX = 10
REDIRECTS_MAX = 3
CHUNK = 65_536
PORTS = {"http": 80, "https": 443}
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
            answer, connection = _ask(parts, etag, until)
        except (OSError, HTTPException) as error:
            raise CalendarNotReached(why=type(error).__name__) from error
        try:
            if answer.status in MOVED and (where := answer.getheader("Location")):
                address = urljoin(address, where)
                continue
            return _read(answer, etag, until)
        finally:
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
    return parts._replace(fragment="")


def _resolved(parts: SplitResult) -> tuple[str, int]:
    """Where the name leads, looked at once; a single address that is not public refuses the name."""
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    found = [str(info[4][0]) for info in getaddrinfo(host, port, proto=IPPROTO_TCP)]
    if host not in settings.CALENDAR_HOSTS and not all(_is_public(one) for one in found):
        raise AddressNotAllowed
    return found[0], port


def _is_public(address: str) -> bool:
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


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


def _ask(parts: SplitResult, etag: str, until: float) -> tuple[HTTPResponse, HTTPConnection]:
    place = _resolved(parts)
    made = _PinnedTls if parts.scheme == "https" else _Pinned
    connection = made(parts, place, _left(until))
    headers = {"Accept": "text/calendar", "User-Agent": "kechuang-bookings", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    target = parts._replace(scheme="", netloc="").geturl() or "/"
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse(), connection
    except BaseException:
        connection.close()
        raise


def _read(answer: HTTPResponse, etag: str, until: float) -> Fetched:
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
    return Fetched(b"".join(parts), answer.getheader("ETag") or "")


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise CalendarNotReached(why=_("超过时限"))
    return left
