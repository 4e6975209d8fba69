"""The acts of a record's page (办理): each is posted, one command does it, and the record's page answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.views.decorators.http import require_POST

from kechuang.kernel.actor import Actor
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt

View = Callable[..., HttpResponse]
Words = str | Promise | Callable[[Any], str]  # what is said when it is done, or how to say it of the command's answer


@dataclass(frozen=True, slots=True)
class Acts:
    """One record's page: `page(request, id, status=, **context)` shows it again with what was typed, `address` leads to it."""

    page: View
    address: str
    key: str  # what the address calls the id

    def plain(self, call: Callable[[Actor, str, datetime], object], words: Words) -> View:
        """An act without a form; what the rules refuse is a page of its own."""

        def view(request: HttpRequest, **named: str) -> HttpResponse:
            return self._done(request, named[self.key], call(actor_of(request), named[self.key], clock.now()), words)

        return require_POST(login_required(view))

    def typed(
        self,
        name: str,
        form: Callable[[HttpRequest, str], Any],
        call: Callable[[Actor, Any, str, datetime], object],
        words: Words,
    ) -> View:
        """An act with a form, which the page calls `name`: a refusal stands at its field, and everything typed is kept."""

        def view(request: HttpRequest, **named: str) -> HttpResponse:
            one, actor, now = named[self.key], actor_of(request), clock.now()
            given: Form = form(request, one)
            tried = attempt(given, lambda: call(actor, given, one, now))
            if not tried.done:
                return self.page(request, one, status=tried.status, failed=given, **{name: given})
            return self._done(request, one, tried.value, words)

        return require_POST(login_required(view))

    def _done(self, request: HttpRequest, one: str, answer: object, words: Words) -> HttpResponse:
        messages.success(request, words(answer) if callable(words) else str(words))
        return redirect(self.address, one)


def posted(form: Callable[..., Any]) -> Callable[[HttpRequest, str], Any]:
    """A form that asks nothing but what was posted."""
    return lambda request, _one: form(request.POST, request.FILES)
