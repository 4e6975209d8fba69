"""浙江政务网 (Zhejiang government service network) sign-in, as a protocol, and a stand-in that is named as one.

What the three flows have in common, and what an adapter for the real service has to do:

* 个人 (a natural person): we send the browser to the service's sign-in page with our service code and our return
  address. It comes back with a one-time `ticket`. Our server, not the browser, exchanges the ticket (signed with our
  service's secret) for a token and the token for the person's profile: name, identity number, phone.
* 法人 (an organisation): another entrance with its own ticket and its own call-back address; the profile holds the
  organisation's name and 统一社会信用代码, and the operator's own name and identity number.
* 浙里办 (the app) uses a third, `ticketId`; it gives the same profile of a person and so needs no third kind here.

The flows are not interchangeable: a ticket of one kind is refused by the other's exchange. A ticket is good once and
for minutes. `state` ties the answer to the browser that asked. Addresses, service code and secret come from the
operator's contract with the service and stand in the installation's settings, never in the code.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlencode

from django.core import signing
from django.core.cache import cache
from django.urls import reverse

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

TICKET_SECONDS = 120
_SALT = "kechuang.parties.zjzwfw.stand-in"


class TicketKind(StrEnum):
    PERSON = "person"  # 个人
    LEGAL_PERSON = "legal_person"  # 法人


class TicketRefused(Refusal):
    """The service did not know the ticket: forged, used, or too old."""

    code = "parties.ticket_refused"
    text = _("政务网登录凭证无效、已使用或已过期")
    remedy = _("请重新从政务网登录")
    status = 403


@dataclass(frozen=True, slots=True)
class Profile:
    """What the service says of who signed in. `identity` is used to find the person and is not kept."""

    kind: TicketKind
    name: str
    identity: str
    phone: str = ""
    organisation: str = ""
    credit_code: str = ""
    region: str = ""
    represents: bool = False  # the operator is the legal representative


class Tickets(Protocol):
    """The service as we use it."""

    name: str
    stand_in: bool

    def start_url(self, kind: TicketKind, *, return_to: str, state: str) -> str:
        """Where the browser goes to sign in."""
        ...

    def profile(self, kind: TicketKind, ticket: str) -> Profile:
        """Exchanges a ticket, once; raises TicketRefused."""
        ...


class StandIn:
    """模拟政务网登录: our own page in place of the service, for demonstrations and tests only."""

    name = _("模拟政务网登录")
    stand_in = True

    def start_url(self, kind: TicketKind, *, return_to: str, state: str) -> str:
        page = reverse("parties:stand_in", args=[str(kind)])
        return f"{page}?{urlencode({'return_to': return_to, 'state': state})}"

    def profile(self, kind: TicketKind, ticket: str) -> Profile:
        try:
            said = signing.loads(ticket, salt=f"{_SALT}.{kind}", max_age=TICKET_SECONDS)
        except signing.BadSignature as unknown:
            raise TicketRefused from unknown
        if not cache.add(f"ticket:{said['serial']}", "used", timeout=TICKET_SECONDS):
            raise TicketRefused
        return Profile(kind=kind, **said["profile"])

    def issue(self, kind: TicketKind, profile: dict[str, str | bool], *, serial: str) -> str:
        """A ticket as the service would give it, for what was typed into the stand-in's page."""
        return signing.dumps({"profile": profile, "serial": serial}, salt=f"{_SALT}.{kind}")
