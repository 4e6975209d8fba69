"""Releases as data for anybody: what was announced, and the files by which a draw is checked. Amounts are fen."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from kechuang.kernel.actor import PUBLIC
from kechuang.parties.queries import region_name
from kechuang.releases import queries
from kechuang.ui import clock

router = Router(tags=["releases"])
PAGE, PAGE_MAX = 100, 500


class ReleaseOut(Schema):
    id: str
    number: str
    title: str
    scheme: str
    region: str
    region_name: str
    year: int
    round: int
    way: str
    state: str
    phase: str
    amount_fen: int
    opens_at: datetime
    closes_at: datetime
    seed_event: str
    seed_on: date | None
    seed_pattern: str
    seed_value: str
    seed: str
    entries_digest: str


class ListOut(Schema):
    count: int
    next_after: str
    releases: list[ReleaseOut]


class PoolOut(Schema):
    key: str
    amount_fen: int
    taken_fen: int


class OneOut(ReleaseOut):
    """`counts`: entries by state; `files`: what can be fetched under /files/."""

    pools: list[PoolOut]
    counts: dict[str, int]
    files: list[str]


@router.get("/", response=ListOut, auth=None)
def releases(
    request: HttpRequest, region: str = "", state: str = "", after: str = "", limit: int = PAGE
) -> dict[str, Any]:
    """Releases that were announced, by id; `after` is the last id of the page before."""
    rows = queries.announced(region=region, state=state)
    count = rows.count() if not after else 0
    page = list(rows.filter(id__gt=after)[: min(max(limit, 1), PAGE_MAX)])
    return {"count": count, "next_after": page[-1].id if page else "", "releases": [_shown(row) for row in page]}


@router.get("/{release_id}", response=OneOut, auth=None)
def release(request: HttpRequest, release_id: str) -> dict[str, Any]:
    """One release with its parts, how many entered, and which files were published."""
    found = queries.sheet(PUBLIC, release_id, now=clock.now(), on=clock.today())
    pools = [{"key": one.key, "amount_fen": one.amount_fen, "taken_fen": one.taken_fen} for one in found.pools]
    return _shown(found.release) | {"pools": pools, "counts": found.counts, "files": found.files}


@router.get("/{release_id}/files/{kind}", auth=None)
def file(request: HttpRequest, release_id: str, kind: str) -> HttpResponse:
    """A published file word for word, as `kechuang-verify draw` reads it: entries, result."""
    return HttpResponse(queries.file_text(PUBLIC, release_id, kind), content_type="application/json; charset=utf-8")


def _shown(row: Any) -> dict[str, Any]:
    plain = set(ReleaseOut.model_fields) - {"region_name", "phase"}
    said = {name: getattr(row, name) for name in plain}
    return said | {"region_name": region_name(row.region), "phase": queries.phase(row, clock.now())}
