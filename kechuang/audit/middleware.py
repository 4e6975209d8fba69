"""An auditor's requests: within the open tasks only, and each record that is opened is a look (查阅)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from kechuang.audit import commands, queries
from kechuang.audit.states import CURRENT_TASK, ID, OPEN_TO_ALL
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.ui import clock
from kechuang.ui.requests import refusal_page


class AuditorMiddleware:
    """Narrows an auditor's posts to the regions of the office's open tasks, for every room alike: what lies outside is not
    found. Whatever address then names a record by its id is recorded before its page answers, or refused.
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
        if not actor.holds(Role.AUDITOR) or match is None or "audit" in match.namespaces:
            return None
        named = [str(value) for name, value in kwargs.items() if name not in OPEN_TO_ALL and ID.fullmatch(str(value))]
        try:
            for record_id in dict.fromkeys(named):
                commands.look(
                    actor,
                    record_id=record_id,
                    page=match.view_name,
                    preferred=request.session.get(CURRENT_TASK, ""),
                    now=clock.now(),
                )
        except Refusal as refusal:
            return refusal_page(request, refusal)
        return None
