"""What a page reads of a request, and what it does when the rules say no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import Refusal
from kechuang.ui.forms import Form

PAGE_ROWS = 50
COUNTED_MOST = 10_000  # rows of a long list that are counted before somebody turns to its far pages

T = TypeVar("T")


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request; the middleware of `parties` has built it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """What came of `attempt`: when `done`, `value` is the command's answer; else the form carries the errors."""

    done: bool
    values: tuple[T, ...] = ()
    status: int = HTTPStatus.OK

    @property
    def value(self) -> T:
        (value,) = self.values
        return value


def attempt(form: Form, call: Callable[[], T]) -> Attempt[T]:
    """Runs `call` when the form is valid. A Refusal becomes an error at its field; everything typed is kept."""
    if not form.is_valid():
        return Attempt(False, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return Attempt(True, (call(),))
    except Refusal as refusal:
        form.refuse(refusal)
        return Attempt(False, status=refusal.status)


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, size: int = PAGE_ROWS) -> Page[Any]:
    """The page of `rows` that the address asks for (?page=2); a page beyond the last shows the last."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


class LongList(Paginator):
    """Pages of a list that may be very long (长列表): to count it all would take longer than to show it.

    It is counted up to `COUNTED_MOST`, and whole for whoever turns to the last of these pages or beyond.
    """

    def __init__(self, rows: QuerySet[Any], size: int, wanted: str) -> None:
        super().__init__(rows, size)
        self.cut = False  # whether there are more than were counted
        self.near = not wanted.isdecimal() or int(wanted) < COUNTED_MOST // size

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        counted = rows.order_by()[: COUNTED_MOST + 1].count() if self.near else rows.count()
        self.cut = self.near and counted > COUNTED_MOST
        return COUNTED_MOST if self.cut else counted

    @property
    def found(self) -> str:
        """How many there are, as a list's head says it; one that is counted no further says so."""
        count = self.count
        return f"{count}+" if self.cut else str(count)


def long_page_of(request: HttpRequest, rows: QuerySet[Any], *, size: int = PAGE_ROWS) -> Page[Any]:
    """As `page_of`, for lists that grow with everything that is ever done."""
    wanted = request.GET.get("page", "")
    return LongList(rows, size, wanted).get_page(wanted)


def is_part(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of the page only."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def chosen(request: HttpRequest) -> list[str]:
    """The rows that were marked in a list (x or the box), in the order of the list, each once."""
    return list(dict.fromkeys(request.POST.getlist("chosen")))


def back(request: HttpRequest, otherwise: str, *arguments: str) -> HttpResponse:
    """To `next` when it is one of our own addresses (the next case after a decision), else to the named page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(wanted)
    return redirect(otherwise, *arguments)


def refusal_page(request: HttpRequest, refusal: Refusal, *, above: str = "") -> HttpResponse:
    """The page of a refusal that no form has caught; `above` is the address to go on at."""
    name = "ui/refusal_part.html" if is_part(request) else "ui/refusal.html"
    return render(request, name, {"refusal": refusal, "above": above}, status=refusal.status)


def not_found_page(request: HttpRequest) -> HttpResponse:
    """Not there, or not yours to see: the same page."""
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)
