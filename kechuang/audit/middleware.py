"""An auditor's requests: read-only, within the open tasks, and each record that is opened is a look (查阅)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import ResolverMatch

from kechuang.audit import commands, queries
from kechuang.audit.rules import ReadOnly
from kechuang.audit.states import CURRENT_TASK, ID, OPEN_TO_ALL, OWN_ACTS, OWN_ROOMS, READING
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.ui import clock, words
from kechuang.ui.requests import refusal_page


class AuditorMiddleware:
    """Narrows an auditor's posts to the regions of the office's open tasks, for every room alike: what lies outside is not
    found. Whatever address then names a record by its id is recorded before its page answers, or refused; and who is
    auditor and nothing else sends nothing to any room but its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.holds(Role.AUDITOR):
            request.actor = queries.within_tasks(actor)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        match = request.resolver_match
        if match is None or not actor.holds(Role.AUDITOR):
            return None
        try:
            _refuse_writing(actor, request.method or "", match)
            if "audit" not in match.namespaces:
                _look(actor, request, match.view_name, kwargs)
        except Refusal as refusal:
            return _refused(request, match, refusal)
        return None


def _refuse_writing(actor: Actor, method: str, match: ResolverMatch) -> None:
    """Who is an auditor and nothing else sends nothing but to the audit room and to their own seat; raises ReadOnly."""
    only = all(post.role is Role.AUDITOR for post in actor.posts)
    own = OWN_ROOMS & set(match.namespaces) or match.view_name in OWN_ACTS
    if only and method not in READING and not own:
        raise ReadOnly()


def _look(actor: Actor, request: HttpRequest, page: str, kwargs: dict[str, Any]) -> None:
    """One look for each record that the address names; raises NoTaskCovers."""
    named = [str(value) for name, value in kwargs.items() if name not in OPEN_TO_ALL and ID.fullmatch(str(value))]
    preferred = request.session.get(CURRENT_TASK, "")
    for record_id in dict.fromkeys(named):
        commands.look(actor, record_id=record_id, page=page, preferred=preferred, now=clock.now())


def _refused(request: HttpRequest, match: ResolverMatch, refusal: Refusal) -> HttpResponse:
    """The page of a refusal, or a problem (RFC 9457) where a program asked."""
    if "api" not in match.namespaces and not match.view_name.startswith("api"):
        return refusal_page(request, refusal)
    body = {
        "type": f"urn:kechuang:problem:{refusal.code}",
        "title": words.refusal_text(refusal),
        "status": refusal.status,
        "detail": words.refusal_remedy(refusal),
        "code": refusal.code,
    }
    return JsonResponse(body, status=refusal.status, content_type="application/problem+json")
