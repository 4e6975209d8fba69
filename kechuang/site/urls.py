"""Addresses: each room's own under its name, the portal's at the root."""

from importlib.util import find_spec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

from kechuang.parties.urls import sign_in
from kechuang.site.api import api


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answers when web process and database do: the clock was read on the way here."""
    return HttpResponse("ok\n", content_type="text/plain")


def _rooms() -> list[URLPattern | URLResolver]:
    """The portal comes last: its addresses begin at the root."""
    rooms = [room for room in settings.ROOMS if room != "site" and find_spec(f"kechuang.{room}.urls")]
    rooms.sort(key=lambda room: room == "portal")
    return [path("" if room == "portal" else f"{room}/", include(f"kechuang.{room}.urls")) for room in rooms]


urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
    *sign_in,
    *_rooms(),
]
