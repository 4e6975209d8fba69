"""The address table (地址表) as the tests of access read it: every page and API operation, with what it takes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.bookings import owned as bookings
from tests.orders.conftest import PDF
from tests.vouchers.conftest import YUECHENG

# Addresses whose parameters name nothing that belongs to somebody: published rules, a kind, a language, open offers.
NOBODYS = {
    "gazette:pack", "gazette:text", "gazette:try", "gazette:interpret", "catalog:blank", "catalog:offer",
    "orders:request", "credit:sign", "notices:notice", "notices:object", "registers:admission",
    "parties:ticket_start", "parties:ticket_return", "parties:stand_in", "treasury:quotas", "api:sign", "api:region",
    "claims:opening_template", "portal:carrier", "orders:income_file", "usage:public", "api:open_board",
    "portal:instrument",
    "evaluation:priority",
    "orders:booking_price",
}  # fmt: skip
NOBODYS |= bookings.NOBODYS
WHATEVER = {
    "reason": "试探", "title": "试探", "digest": "0", "confirmed_fen": "1", "upheld": "True", "reply": "试探", "outcome": "试探",
}  # fmt: skip
EXAMPLES = {
    "media": "csv",
    "region": "shaoxing",
    "name": "voucher-2021",
    "version": "1",
    "number": "1",
    "code": YUECHENG,
    "priority_id": "pri_0000000000000000000000",
}


@dataclass(frozen=True)
class Address:
    """One row of the address table: its name, its room, the parameters it takes, how to write it."""

    name: str
    template: str
    parameters: tuple[str, ...]

    @property
    def room(self) -> str:
        return self.template.removeprefix("/api").strip("/").split("/")[0]

    def written(self, ids: Mapping[str, str]) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids[found[1]], self.template)


@cache
def addresses() -> tuple[Address, ...]:
    return tuple(sorted(_walked(get_resolver(), "/", ""), key=lambda one: one.template))


def _walked(resolver: URLResolver, before: str, space: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from _walked(one, here, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield Address(f"{space}{one.name}", here, tuple(re.findall(r"<(?:\w+:)?(\w+)>", here)))


def owned_addresses() -> list[Address]:
    return [one for one in addresses() if one.parameters and one.name not in NOBODYS]


def posted(client: Client, path: str) -> HttpResponse:
    """With whatever any of the forms asks for, so that the answer is about whose it is."""
    if not path.startswith("/api/"):
        return client.post(path, WHATEVER)
    if path.endswith(("/deliver", "/files")):
        files = {name: SimpleUploadedFile("报告.pdf", PDF) for name in ("report", "file")}
        return client.post(path, {**files, "kind": "report"})
    return client.post(
        path, {"lines": [], "declares": True, "reason": "试探", **bookings.BODY}, content_type="application/json"
    )
