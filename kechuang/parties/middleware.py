"""Who acts in this request: set once, after sign-in is known (办事身份)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.parties import queries, rules
from kechuang.parties.states import ACTING_FOR
from kechuang.ui import clock


class ActorMiddleware:
    """Sets `request.actor`. One statement when the session knows for whom; a choice that has ended is made anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = _actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return PUBLIC
    person, on = str(request.user.pk), clock.today()
    chosen = request.session.get(ACTING_FOR)
    if chosen is None:
        chosen = _only_side(person)
        if chosen is None:
            return Actor(person_id=person)  # they have yet to choose: see pages.choose
        request.session[ACTING_FOR] = chosen
    try:
        return queries.actor_for(person, party_id=chosen, on=on)
    except rules.NotAMember:
        del request.session[ACTING_FOR]
        return Actor(person_id=person)


def _only_side(person: str) -> str | None:
    found = queries.sides(person, on=clock.today())
    return found[0].party_id if len(found) == 1 else None
