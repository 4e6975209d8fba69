"""Parties as typed JSON: who I am, and which region is which."""

from django.http import HttpRequest
from ninja import Router, Schema

from kechuang.parties import queries
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

router = Router(tags=["parties"])


class SideOut(Schema):
    """One thing the person may act as; an empty `party_id` stands for their offices."""

    party_id: str
    label: str
    capacity: str


class PostOut(Schema):
    role: str
    region: str
    department: str
    stands_in_for: str


class MeOut(Schema):
    person_id: str
    party_id: str
    capacity: str
    posts: list[PostOut]
    sides: list[SideOut]


class RegionOut(Schema):
    code: str
    name: str
    level: str
    parent: str
    path: str


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> dict[str, object]:
    """The person signed in, for whom they act now, and for whom they could."""
    actor = actor_of(request)
    posts = sorted(actor.posts, key=lambda post: (post.region, post.role, post.department))
    return {
        "person_id": actor.person_id,
        "party_id": actor.party_id,
        "capacity": actor.capacity,
        "posts": posts,
        "sides": queries.sides(actor.person_id, on=clock.today()),
    }


@router.get("/regions/{code}", response=RegionOut, auth=None)
def region(request: HttpRequest, code: str) -> dict[str, str]:
    """One region with what it lies in; for everybody."""
    found = queries.region(code)
    return {
        "code": found.code,
        "name": found.name,
        "level": found.level,
        "parent": found.parent,
        "path": queries.region_path(code),
    }
