"""The buttons of a list of what was brought in (核对、不采信): one command, what it answers, back to the list."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from kechuang.ui import clock
from kechuang.ui.requests import actor_of


def judged(request: HttpRequest, command: Callable[..., object], said: str, to: str, **given: str) -> HttpResponse:
    command(actor_of(request), **given, now=clock.now())
    messages.success(request, said)
    return redirect(to)
