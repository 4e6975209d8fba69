from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kechuang.documents import queries
from kechuang.ui.requests import actor_of


@require_safe
def download(request: HttpRequest, file_id: str) -> HttpResponse:
    """The file as a download, never shown in the browser: what others uploaded must not run here (T6)."""
    return attachment(queries.open_file(actor_of(request), file_id))


def attachment(opened: queries.Opened) -> HttpResponse:
    response = HttpResponse(opened.content, content_type=opened.file.media_type)
    name = quote(opened.file.name, safe="")
    response["Content-Disposition"] = f"attachment; filename=\"{opened.file.id}\"; filename*=UTF-8''{name}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
